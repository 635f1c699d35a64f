/** Runs the experiment on the package and prints its outcome as JSON. @module */
import "tfjs-backend-simd";
import { trainAndPredict } from "./experiment.ts";

const outcome = await trainAndPredict();
// deno-lint-ignore no-console
console.log(JSON.stringify(outcome));
