/** Training the network that pages are read with; see `deno task train-reader`. @module */
export { calibrate, type Calibration } from "lib/read/training/calibrate.ts";
export { type ReaderMetadata, saveReader } from "lib/read/training/save.ts";
export { type ReaderTraining, trainReader } from "lib/read/training/train.ts";
