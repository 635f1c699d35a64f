/**
 * Work that is deferred until it is clear what follows it.
 *
 * tfjs calls one kernel after the other: convolution, bias, ReLU, pooling. Done one by one, each writes
 * megabytes that the next one reads again. So convolution, bias and ReLU only record what to do;
 * a 2x2 max-pooling does it all in one pass and leaves a mask of where each value came from. In the
 * backward pass the pooling's gradient stays in its small form, and the gradients of bias, filter and
 * image are computed from that. Values in between are computed if somebody reads them.
 */
import type { TensorInfo } from "@tensorflow/tfjs-core";
import { ArenaData, type Deferred, type SimdBackend } from "lib/backend/backend.ts";
import { cutUnits } from "lib/backend/kernels/common.ts";
import { type Leaf, step } from "lib/backend/fusion/expression.ts";
import { launchMap, rowMajor } from "lib/backend/fusion/launch.ts";

/** Runs a convolution and what follows it: into `out` whole, or 2x2 max-pooled with a mask. */
export type RunConvolution = (
  target: { out: number } | { pooled: number; mask: number },
  bias: ArenaData | undefined,
  relu: boolean,
) => void;

/** A convolution, with or without bias and ReLU, of shape `[n, height, width, channels]`. */
export class DeferredConvolution implements Deferred {
  /** Where each pooled value came from, once it was pooled. */
  mask: ArenaData | undefined;
  /** The same with ReLU. */
  activated: ArenaData | undefined;

  /**
   * @param operands What `run` reads.
   * @param before The same without ReLU, if that is a tensor of its own.
   */
  constructor(
    readonly shape: readonly number[],
    readonly operands: readonly ArenaData[],
    readonly run: RunConvolution,
    readonly bias: ArenaData | undefined = undefined,
    readonly relu: boolean = false,
    readonly before: ArenaData | undefined = undefined,
  ) {
    for (const data of this.#held) data.hold();
  }

  get #held(): ArenaData[] {
    return [...this.operands, this.bias, this.before].filter((data) => data !== undefined);
  }

  withBias(bias: ArenaData): DeferredConvolution {
    return new DeferredConvolution(this.shape, this.operands, this.run, bias);
  }

  withRelu(before: ArenaData): DeferredConvolution {
    return new DeferredConvolution(this.shape, this.operands, this.run, this.bias, true, before);
  }

  compute(at: number): void {
    this.run({ out: at }, this.bias, this.relu);
  }

  /** Writes the 2x2 max-pooling and keeps the mask. */
  computePooled(backend: SimdBackend, at: number): void {
    const [n, height, width, channels] = this.shape as [number, number, number, number];
    const pooled = [n, height >> 1, width >> 1, channels];
    const bytes = pooled.reduce((product, size) => product * size, 1);
    this.mask = new ArenaData(backend, Math.ceil(bytes / 4), "float32", pooled).hold();
    this.mask.dispose();
    this.run({ pooled: at, mask: this.mask.at }, this.bias, this.relu);
  }

  release(): void {
    for (const data of this.#held) data.release();
    this.mask?.release();
  }
}

/** A gradient that may not be needed: tfjs also asks for that of a network's images, and drops it. */
export class DeferredInputGradient implements Deferred {
  #operands: readonly ArenaData[];

  /** @param operands What `run` reads to write the values. */
  constructor(
    readonly shape: readonly number[],
    operands: readonly ArenaData[],
    readonly run: (at: number) => void,
  ) {
    this.#operands = operands;
    for (const data of operands) data.hold();
  }

  compute(at: number): void {
    this.run(at);
    this.release();
  }

  release(): void {
    for (const data of this.#operands) data.release();
    this.#operands = [];
  }
}

interface Term {
  readonly operands: readonly ArenaData[];
  /** Writes it to `at`, or adds it to what is there. */
  readonly run: (at: number, add: boolean) => void;
}

/**
 * Sums of matrix products, accumulated in place: a recurrent network adds the products of its input and its
 * state, and its weights' gradients over all time steps.
 */
export class DeferredSum implements Deferred {
  #terms: readonly Term[];

  constructor(readonly shape: readonly number[], terms: readonly Term[]) {
    this.#terms = terms;
    for (const data of this.#held) data.hold();
  }

  get #held(): ArenaData[] {
    return this.#terms.flatMap(({ operands }) => operands);
  }

  plus(other: DeferredSum): DeferredSum {
    return new DeferredSum(this.shape, [...this.#terms, ...other.#terms]);
  }

  compute(at: number): void {
    this.#terms.forEach(({ run }, i) => run(at, i > 0));
    this.release();
  }

  release(): void {
    for (const data of this.#held) data.release();
    this.#terms = [];
  }
}

/** 1 where a convolution is above zero, else 0: what tfjs multiplies the gradient of ReLU by. */
export class DeferredStep implements Deferred {
  readonly shape: readonly number[];

  constructor(readonly backend: SimdBackend, readonly of: ArenaData) {
    this.shape = of.shape;
    of.hold();
  }

  /** Values that are above zero in the same places: those with ReLU, if computed. */
  get sign(): ArenaData {
    const activated = (this.of.deferred as DeferredConvolution).activated;
    return !this.of.isComputed && activated?.isComputed && !activated.isFreed ? activated : this.of;
  }

  compute(at: number): void {
    const strides = rowMajor(this.shape);
    const leaf: Leaf = { kind: "leaf", data: this.sign, offset: 0, strides };
    launchMap(this.backend, this.shape, [leaf], [{ expression: step(leaf, 0), at, strides }]);
  }

  release(): void {
    this.of.release();
  }
}

/** The gradient of a pooled convolution: the gradient of the pooled values, and their mask. */
export class DeferredUnpooling implements Deferred {
  readonly shape: readonly number[];
  readonly mask: ArenaData;

  constructor(
    readonly backend: SimdBackend,
    readonly dy: ArenaData,
    readonly source: ArenaData,
    /** True if the gradient has passed through ReLU as well. */
    readonly passedRelu: boolean,
  ) {
    this.shape = source.shape;
    this.mask = (source.deferred as DeferredConvolution).mask!;
    for (const data of [dy, source, this.mask]) data.hold();
  }

  /** The same, multiplied by the step function of what came before ReLU. */
  throughRelu(step: DeferredStep): DeferredUnpooling | undefined {
    const { before } = this.source.deferred as DeferredConvolution;
    return step.of === before && !this.passedRelu
      ? new DeferredUnpooling(this.backend, this.dy, this.source, true)
      : undefined;
  }

  compute(at: number): void {
    const [batch, height, width, channels] = this.shape as [number, number, number, number];
    const { pieces, size } = cutUnits(batch, 16);
    this.backend.threads.run("unpool", pieces, {
      dy: this.dy.at,
      mask: this.mask.at,
      out: at,
      height,
      width,
      channels,
      images: batch,
      imagesPerPiece: size,
      passedRelu: this.passedRelu ? 1 : 0,
    });
  }

  release(): void {
    for (const data of [this.dy, this.source, this.mask]) data.release();
  }
}

/** The values behind a tensor, if they are still deferred and have its shape. */
export function pending<T extends Deferred>(
  backend: SimdBackend,
  tensor: TensorInfo,
  kind: new (...args: never[]) => T,
): (ArenaData & { readonly deferred: T }) | undefined {
  const data = backend.data.get(tensor.dataId);
  if (!(data instanceof ArenaData) || !(data.deferred instanceof kind) || data.isComputed) {
    return undefined;
  }
  const { shape } = data.deferred;
  const isSame = shape.length === tensor.shape.length &&
    shape.every((n, i) => n === tensor.shape[i]);
  return isSame ? data as ArenaData & { readonly deferred: T } : undefined;
}
