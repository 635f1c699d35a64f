/** Runs the notebooks on the Deno kernel and renders them as one page. @module */
export { makeReport, type Report } from "./report.ts";
export type { Failure } from "./execute.ts";
export type { Progress, RunOptions, RunResult } from "./run.ts";
export { subsetsRead } from "./select.ts";
export { watchSources } from "./watch.ts";
export { failureText, terminalProgress } from "./terminal.ts";
