/** Files of assembly/ that are generated when the kernels are compiled, by whether vectors are used in pairs. */
import { blocksModule } from "lib/backend/codegen/blocks.ts";
import { argumentsModule, dispatchModule } from "lib/backend/codegen/dispatch.ts";
import { patchesModule } from "lib/backend/codegen/patches.ts";
import { transformsModule } from "lib/backend/codegen/winograd.ts";

export const GENERATED: Readonly<Record<string, (pairs: boolean) => string>> = {
  "arguments.ts": argumentsModule,
  "blocks.ts": blocksModule,
  "dispatch.ts": dispatchModule,
  "patches.ts": patchesModule,
  "transforms.ts": transformsModule,
};
