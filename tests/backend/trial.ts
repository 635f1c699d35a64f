import { WASM_FILES, type WasmFile } from "lib/backend/options.ts";

/** What the tests are about. mutants/judge.ts changes it before it loads them. */
export const trial = {
  /** The modules that are tested. */
  files: [...WASM_FILES] as readonly WasmFile[],
  /** The backend that is right. */
  reference: "cpu",
};
