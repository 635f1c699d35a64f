/**
 * Gradients that TensorFlow.js writes with tensors of ones, made in JavaScript as large as the input: here they
 * are repeated values, which are never stored. The results are the same, bit by bit, on any backend.
 * @module
 */
import {
  broadcastTo,
  div,
  getGradient,
  registerGradient,
  reshape,
  type Tensor,
  unregisterGradient,
  util,
} from "@tensorflow/tfjs-core";

/** Replaces the gradients of `Sum` and `Mean`. */
export function registerGradients(): void {
  for (const kernelName of ["Sum", "Mean"]) {
    // A program that only predicts may have loaded none.
    if (getGradient(kernelName)) unregisterGradient(kernelName);
    registerGradient({
      kernelName,
      inputsToSave: ["x"],
      gradFunc: (dy, [x], attrs) => {
        const { shape } = x!;
        const axes = util.parseAxisParam(attrs["axis"] as number[], shape);
        const kept = shape.map((n, d) => axes.includes(d) ? 1 : n);
        const size = util.sizeFromShape(shape) / util.sizeFromShape(kept);
        return {
          x: (): Tensor => {
            const each = reshape(dy as Tensor, kept);
            return broadcastTo(kernelName === "Mean" ? div(each, size) : each, shape as never);
          },
        };
      },
    });
  }
}
