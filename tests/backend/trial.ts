import { type ModuleFile, MODULES } from "lib/backend/build.ts";

/** What the tests are about. mutants/judge.ts changes it before it loads them. */
export const trial = {
  /** The modules that are tested. */
  files: Object.keys(MODULES) as readonly ModuleFile[],
  /** The backend that is right. */
  reference: "cpu",
};
