import type { backend_util } from "@tensorflow/tfjs-core";
import type { ArenaData, SimdBackend } from "lib/backend/backend.ts";
import { BLOCK_ROWS, PANEL } from "lib/backend/codegen/blocks.ts";
import { sumPieces } from "lib/backend/fusion/launch.ts";
import { cutUnits } from "lib/backend/kernels/common.ts";

type ConvInfo = backend_util.Conv2DInfo;

/** Floats between two positions of a tile beyond the values there (assembly/winograd.ts). */
const PADDING = 16;
/** Bytes of scratch in which a thread transforms a filter. */
const FILTER_BYTES = 256;
/** Images of this many bytes at most, with their padding. */
const MOST_BYTES = 2 ** 23;
/** Channels from which a product is deep enough to pay for the transformations. */
const LEAST_CHANNELS = 16;
/** Pieces of a product. */
const PIECES = { least: 8, most: 32 };
/** Partial sums of the filter's gradient, each over a group of images. */
const GROUPS = 8;
/** Tiles at a time, at most. */
const MOST_TILES = 144;

const wholePanels = (channels: number): number => Math.ceil(channels / PANEL) * PANEL;

/** How a convolution's images pass through the algorithm. */
interface Plan {
  /** Height and width of the result that matters: a 2x2 pooling leaves out an odd last row. */
  readonly height: number;
  readonly width: number;
  /** Size of a tile of the result. */
  readonly tile: 4 | 5;
  /** Tiles of one image. */
  readonly tiles: number;
  /** Tiles at a time. */
  readonly block: number;
  /** Channels of squares of pixels (assembly/winograd.ts). */
  readonly channels: number;
  /** Scratch of one thread, in floats. */
  readonly scratch: number;
}

function plan(info: ConvInfo, isPooled: boolean): Plan {
  const { inHeight, inWidth, outHeight, outWidth, outChannels, strideHeight: step } = info;
  const height = isPooled ? outHeight - outHeight % 2 : outHeight;
  const width = isPooled ? outWidth - outWidth % 2 : outWidth;
  const tilesOf = (m: number): number => Math.ceil(height / m) * Math.ceil(width / m);
  const tile = tilesOf(5) * 7 ** 2 < tilesOf(4) * 6 ** 2 ? 5 : 4;
  const channels = step ** 2 * info.inChannels;
  const padded = (results: number, size: number, before: number): number =>
    Math.max(Math.ceil(results / tile) * tile + 2, Math.ceil((size + before) / step));
  const x = padded(height, inHeight, info.padInfo.top) *
    padded(width, inWidth, info.padInfo.left) * channels;
  const tiles = tilesOf(tile);
  const y = tiles * tile ** 2 * outChannels;
  // The filter's values, or its gradient's sums, are read once per block: the more there are, the more tiles.
  const wanted = 1.5 * channels * outChannels / (channels + outChannels);
  const least = tile === 4 ? 36 : 24;
  const block = Math.max(least, Math.min(MOST_TILES, Math.ceil(wanted / BLOCK_ROWS) * BLOCK_ROWS));
  const transformed = (tile + 2) ** 2 *
    (block * (wholePanels(channels) + wholePanels(outChannels)) + 2 * PADDING);
  return { height, width, tile, tiles, block, channels, scratch: x + y + transformed + PADDING };
}

/** True if the algorithm fits a convolution and is faster than the direct one. */
export function suitsWinograd(info: ConvInfo): boolean {
  const { filterHeight, filterWidth, inChannels, outChannels, outHeight, outWidth } = info;
  const step = info.strideHeight;
  const isThree = (size: number): boolean => Math.ceil(size / step) === 3;
  return info.strideWidth === step && step <= 2 &&
    info.dilationHeight === 1 && info.dilationWidth === 1 &&
    isThree(filterHeight) && isThree(filterWidth) &&
    inChannels % 4 === 0 && outChannels % 4 === 0 &&
    inChannels >= LEAST_CHANNELS && outChannels >= LEAST_CHANNELS &&
    outHeight >= 4 && outWidth >= 4 &&
    (outHeight + 8) * (outWidth + 8) * Math.max(step ** 2 * inChannels, outChannels) * 4 <=
      MOST_BYTES;
}

/** The arguments that all three directions share, with scratch that `fn` has for all threads. */
function withScratch(
  backend: SimdBackend,
  info: ConvInfo,
  p: Plan,
  imagesPerPiece: number,
  fn: (args: ReturnType<typeof commonArgs>) => void,
): void {
  using scratch = backend.scratch(p.scratch * backend.threads.count, info.inShape);
  fn(commonArgs(info, p, imagesPerPiece, scratch.at));
}

// deno-lint-ignore explicit-function-return-type -- the kernels' table says what it has to be
function commonArgs(info: ConvInfo, p: Plan, imagesPerPiece: number, scratch: number) {
  return {
    height: info.inHeight,
    width: info.inWidth,
    channels: info.inChannels,
    outHeight: p.height,
    outWidth: p.width,
    outChannels: info.outChannels,
    top: info.padInfo.top,
    left: info.padInfo.left,
    step: info.strideHeight,
    images: info.batchSize,
    imagesPerPiece,
    blockTiles: p.block,
    tile: p.tile,
    scratch,
    scratchBytes: p.scratch * 4,
  };
}

/** The filter in Winograd's domain; with `turned`, for the gradient of x. */
function transformFilter(
  backend: SimdBackend,
  info: ConvInfo,
  filter: ArenaData,
  turned: boolean,
  { tile, channels }: Plan,
): number {
  const { filterHeight, filterWidth, inChannels, outChannels, strideHeight: step } = info;
  const [k, n] = turned ? [outChannels, channels] : [channels, outChannels];
  const floats = (tile + 2) ** 2 * (k * wholePanels(n) + PADDING);
  const form = ["winograd", ...info.filterShape, step, tile, turned].join();
  return filter.prepared(form, floats, (panels) => {
    const { pieces, size } = cutUnits(wholePanels(n) / PANEL, 8);
    using scratch = backend.scratch(FILTER_BYTES / 4 * backend.threads.count, [FILTER_BYTES]);
    backend.threads.run("winogradFilter", pieces, {
      filter: filter.at,
      panels,
      kernelHeight: filterHeight,
      kernelWidth: filterWidth,
      channels: inChannels,
      outChannels,
      step,
      turned: turned ? 1 : 0,
      panelsPerPiece: size,
      tile,
      scratch: scratch.at,
    });
  });
}

/** Pieces of whole images, as many as fill blocks of six rows. */
function productPieces(
  { batchSize }: ConvInfo,
  { tiles, block }: Plan,
): { pieces: number; size: number } {
  const images = [1, 2, 3, 6].find((n) => n * tiles % BLOCK_ROWS === 0)!;
  const wanted = Math.ceil(batchSize * tiles / block);
  const { pieces, size } = cutUnits(
    Math.ceil(batchSize / images),
    Math.max(PIECES.least, Math.min(PIECES.most, wanted)),
  );
  return { pieces, size: size * images };
}

/** Addresses that a convolution and what follows it read and write; 0 for what is not wanted. */
export interface ForwardAddresses {
  x: number;
  filter: ArenaData;
  bias: number;
  relu: boolean;
  out: number;
  pooled: number;
  mask: number;
}

/** The convolution, with what follows it. */
export function winogradForward(
  backend: SimdBackend,
  info: ConvInfo,
  { filter, relu, ...addresses }: ForwardAddresses,
): void {
  const p = plan(info, addresses.pooled !== 0);
  const panels = transformFilter(backend, info, filter, false, p);
  const { pieces, size } = productPieces(info, p);
  withScratch(backend, info, p, size, (args) => {
    backend.threads.run("winogradForward", pieces, {
      ...args,
      ...addresses,
      panels,
      relu: relu ? 1 : 0,
    });
  });
}

/** The gradient of x. With a mask, dy is that of the 2x2 max-pooling after the convolution. */
export function winogradInput(
  backend: SimdBackend,
  info: ConvInfo,
  { filter, ...addresses }: { dy: number; mask: number; filter: ArenaData; out: number },
): void {
  const p = plan(info, addresses.mask !== 0);
  const panels = transformFilter(backend, info, filter, true, p);
  const { pieces, size } = productPieces(info, p);
  withScratch(backend, info, p, size, (args) => {
    backend.threads.run("winogradInput", pieces, { ...args, ...addresses, panels });
  });
}

/** The gradient of the filter. */
export function winogradFilterGrad(
  backend: SimdBackend,
  info: ConvInfo,
  { out, ...addresses }: { x: number; dy: number; mask: number; out: number },
): void {
  const p = plan(info, addresses.mask !== 0);
  const { pieces, size } = cutUnits(info.batchSize, GROUPS);
  const { filterHeight, filterWidth, inChannels, outChannels } = info;
  const sums = (p.tile + 2) ** 2 * (p.channels * wholePanels(outChannels) + PADDING);
  const scratch = p.scratch + sums;
  sumPieces(backend, {
    out,
    pieces,
    values: filterHeight * filterWidth * inChannels * outChannels,
    purpose: info.filterShape,
  }, (partial) => {
    withScratch(backend, info, { ...p, scratch }, size, (args) => {
      backend.threads.run("winogradFilterGrad", pieces, {
        ...args,
        ...addresses,
        kernelHeight: filterHeight,
        kernelWidth: filterWidth,
        out: partial,
      });
    });
  });
}
