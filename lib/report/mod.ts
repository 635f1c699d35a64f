/** Runs the notebooks on the Deno kernel and renders them as one page. @module */
export { makeReport, type Report } from "./report.ts";
export {
  type Failure,
  type Progress,
  type RunOptions,
  type RunResult,
  subsetsRead,
} from "./run.ts";
export { watchSources } from "./watch.ts";
export { failureText, terminalProgress } from "./terminal.ts";
