import { Worker } from "node:worker_threads";
import { PIXELS } from "lib/digits.ts";
import type { Examples } from "lib/model/examples.ts";
import { epochStream } from "lib/model/seeding.ts";
import {
  ElasticTransform,
  type ElasticTransformOptions,
  ImageDataGenerator,
  type ImageDataGeneratorOptions,
  takeRows,
} from "lib/preprocessing/mod.ts";
import type { RandomState } from "lib/random.ts";

/** Changes each training image each time that it is used, as `ImageDataGenerator` does. */
export interface Augmentation {
  /** `[28, 28]` in 0..1 to the same; whatever is random comes from the stream. */
  randomTransform(image: Float32Array, random: RandomState): Float32Array;
}

/** An augmentation that its options describe, so that another thread can make it again. */
export type AugmentationOptions =
  | { readonly name: "ImageDataGenerator"; readonly options: ImageDataGeneratorOptions }
  | { readonly name: "ElasticTransform"; readonly options: ElasticTransformOptions };

/** What makes an augmentation again, or `undefined` where its code is somebody else's. */
export function describeAugmentation(augmentation: Augmentation): AugmentationOptions | undefined {
  for (const type of [ImageDataGenerator, ElasticTransform]) {
    if (augmentation.constructor === type) {
      const { options } = augmentation as ImageDataGenerator | ElasticTransform;
      return { name: type.name, options } as AugmentationOptions;
    }
  }
  return undefined;
}

/** The augmentation that {@linkcode describeAugmentation} described. */
export function makeAugmentation({ name, options }: AugmentationOptions): Augmentation {
  return name === "ImageDataGenerator"
    ? new ImageDataGenerator(options)
    : new ElasticTransform(options as ElasticTransformOptions);
}

/** Rows of images, each with the augmentations applied one after the other. */
export function augmentedBatch(
  images: Float32Array,
  rows: Int32Array,
  augmentations: readonly Augmentation[],
  random: RandomState,
): Float32Array<ArrayBuffer> {
  const batch = takeRows(images, rows, PIXELS) as Float32Array<ArrayBuffer>;
  for (let start = 0; start < batch.length; start += PIXELS) {
    const image = batch.subarray(start, start + PIXELS);
    for (const augmentation of augmentations) {
      image.set(augmentation.randomTransform(image, random));
    }
  }
  return batch;
}

/** Gives the images of a training batch by batch. */
interface ImageBatches extends Disposable {
  /** Begins an epoch, counted from 1, in which the examples come in this order. */
  start(epoch: number, order: Int32Array): void;
  /** The images of the epoch's next batch. */
  next(): Float32Array<ArrayBuffer>;
}

/** What decides the images of a training's batches, beside the order. */
interface BatchSettings {
  readonly batchSize: number;
  readonly seed: number;
  readonly augmentations: readonly Augmentation[];
}

/**
 * The images of a training, augmented by a thread of its own while the network trains; by this one
 * where that does not pay or an augmentation is a closure. They are the same in both cases: the
 * random numbers of an epoch come from a stream of its own, in the order of the images.
 */
export async function imageBatches(
  { images }: Examples,
  settings: BatchSettings,
): Promise<ImageBatches> {
  const options = settings.augmentations.map(describeAugmentation);
  const canMove = options.length > 0 && options.every((one) => one !== undefined);
  const isLong = images.length / PIXELS > FEW_IMAGES;
  const worker = canMove && isLong ? await startWorker(images, settings, options) : undefined;
  return worker ?? new BatchesHere(images, settings);
}

/** Starting a thread takes about as long as augmenting so many images. */
const FEW_IMAGES = 2_000;

/** Batches made in this thread, when they are needed. */
class BatchesHere implements ImageBatches {
  #order: Int32Array = new Int32Array();
  #at = 0;
  #random: RandomState | undefined;

  constructor(readonly images: Float32Array, readonly settings: BatchSettings) {}

  start(epoch: number, order: Int32Array): void {
    this.#order = order;
    this.#at = 0;
    this.#random = epochStream(this.settings.seed, "augmentation", epoch);
  }

  next(): Float32Array<ArrayBuffer> {
    const { batchSize, augmentations } = this.settings;
    const rows = this.#order.subarray(this.#at, this.#at += batchSize);
    return augmentedBatch(this.images, rows, augmentations, this.#random!);
  }

  [Symbol.dispose](): void {}
}

/** What the augmenting thread is started with. */
export interface AugmentingWorkerData {
  readonly images: Float32Array<SharedArrayBuffer>;
  /** `SLOTS` batches, one after the other. */
  readonly slots: Float32Array<SharedArrayBuffer>;
  /** Batches of the epoch that are made, and that are taken: places {@linkcode MADE} and {@linkcode TAKEN}. */
  readonly counts: Int32Array<SharedArrayBuffer>;
  readonly batchSize: number;
  readonly seed: number;
  readonly augmentations: readonly AugmentationOptions[];
}

/** What it is told for each epoch. */
export interface AugmentingTask {
  readonly epoch: number;
  readonly order: Int32Array;
}

export const MADE = 0;
export const TAKEN = 1;
/** Batches that may be ready before they are taken. */
export const SLOTS = 4;

/** After this long without a batch the thread is taken to be dead. */
const PATIENCE_MS = 60_000;

/** Batches made by another thread, some before they are needed. */
class BatchesBeside implements ImageBatches {
  #order: Int32Array = new Int32Array();
  #batch = 0;

  constructor(
    readonly worker: Worker,
    readonly slots: Float32Array<SharedArrayBuffer>,
    readonly counts: Int32Array<SharedArrayBuffer>,
    readonly batchSize: number,
  ) {}

  start(epoch: number, order: Int32Array): void {
    this.#order = order;
    this.#batch = 0;
    this.counts.fill(0);
    this.worker.postMessage({ epoch, order } satisfies AugmentingTask);
  }

  next(): Float32Array<ArrayBuffer> {
    const batch = this.#batch++;
    while (Atomics.load(this.counts, MADE) <= batch) {
      if (Atomics.wait(this.counts, MADE, batch, PATIENCE_MS) === "timed-out") {
        throw new Error(`The augmenting thread made no batch for ${PATIENCE_MS / 1000} s.`);
      }
    }
    const size = Math.min(this.batchSize, this.#order.length - batch * this.batchSize);
    const start = batch % SLOTS * this.batchSize * PIXELS;
    const images = new Float32Array(this.slots.subarray(start, start + size * PIXELS));
    Atomics.store(this.counts, TAKEN, batch + 1);
    Atomics.notify(this.counts, TAKEN);
    return images;
  }

  [Symbol.dispose](): void {
    void this.worker.terminate();
  }
}

/** Starts the augmenting thread, or gives `undefined` where it can't start. */
async function startWorker(
  images: Float32Array,
  { batchSize, seed }: BatchSettings,
  augmentations: readonly (AugmentationOptions | undefined)[],
): Promise<ImageBatches | undefined> {
  const shared = (length: number): Float32Array<SharedArrayBuffer> =>
    new Float32Array(new SharedArrayBuffer(4 * length));
  const copy = shared(images.length);
  copy.set(images);
  const slots = shared(SLOTS * batchSize * PIXELS);
  const counts = new Int32Array(new SharedArrayBuffer(8));
  const worker = new Worker(new URL("./augmenting_worker.ts", import.meta.url), {
    workerData: {
      images: copy,
      slots,
      counts,
      batchSize,
      seed,
      augmentations: augmentations as readonly AugmentationOptions[],
    } satisfies AugmentingWorkerData,
  });
  try {
    await new Promise((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
    });
  } catch {
    await worker.terminate();
    return undefined;
  }
  worker.unref(); // It ends with the process.
  return new BatchesBeside(worker, slots, counts, batchSize);
}
