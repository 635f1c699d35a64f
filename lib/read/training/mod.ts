/** Training the network that pages are read with; see `deno task train-reader`. @module */
export { calibrate } from "lib/read/training/calibrate.ts";
export { saveReader } from "lib/read/training/save.ts";
export { trainReader } from "lib/read/training/train.ts";
