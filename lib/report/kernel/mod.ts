/** A client for the Deno kernel of Jupyter, without Python. @module */
export { Kernel } from "./kernel.ts";
export type { KernelOptions } from "./kernel.ts";
export { type CellError, failingLine } from "./diagnosis.ts";
export { KernelError } from "./errors.ts";
export { type Displays, type ErrorOutput, type MimeBundle, OutputCollector } from "./outputs.ts";
export type { Output } from "./outputs.ts";
