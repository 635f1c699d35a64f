import type { backend_util } from "@tensorflow/tfjs-core";
import type { SimdBackend } from "lib/backend/backend.ts";
import { Kernel } from "lib/backend/pool.ts";
import { sumPieces } from "lib/backend/fusion/launch.ts";
import { cutUnits } from "lib/backend/kernels/common.ts";

type ConvInfo = backend_util.Conv2DInfo;

/** Room for one tile's transformation, in bytes. */
const TEMPORARY = 2048;
/** Floats between two positions of a tile beyond the values there (assembly/winograd.ts). */
const PADDING = 16;
/** Images of this many bytes at most, with their padding: they have to stay in the cache. */
const MOST_BYTES = 2 ** 20;
/** Pieces of a product, at most. */
const PIECES = 32;
/** Sums of the filter's gradient that are made side by side, each over a group of images. */
const GROUPS = 8;

/** How a convolution's images are taken through the algorithm. */
interface Plan {
  /** Height and width of the result that matters: a 2x2 pooling leaves out an odd last row. */
  height: number;
  width: number;
  /** Size of a tile of the result. */
  tile: 4 | 5;
  /** Tiles of one image. */
  tiles: number;
  /** Tiles at a time. */
  block: number;
  /** Scratch of one thread, in bytes. */
  scratch: number;
}

/** @param block Tiles at a time, so that what belongs to them stays in the second-level cache. */
function plan(info: ConvInfo, isPooled: boolean, block: (tile: 4 | 5) => number): Plan {
  const { inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = info;
  const height = isPooled ? outHeight - outHeight % 2 : outHeight;
  const width = isPooled ? outWidth - outWidth % 2 : outWidth;
  const tilesOf = (m: number): number => Math.ceil(height / m) * Math.ceil(width / m);
  const tile = tilesOf(5) * 7 ** 2 < tilesOf(4) * 6 ** 2 ? 5 : 4;
  const tiles = tilesOf(tile);
  const paddedHeight = Math.max(height + tile + 1, inHeight + info.padInfo.top);
  const paddedWidth = Math.max(width + tile + 1, inWidth + info.padInfo.left);
  const x = paddedHeight * paddedWidth * inChannels * 4;
  const y = tiles * tile ** 2 * outChannels * 4;
  const most = block(tile);
  const transformed = (tile + 2) ** 2 * (most * (inChannels + outChannels) + 2 * PADDING) * 4;
  return { height, width, tile, tiles, block: most, scratch: TEMPORARY + x + y + transformed };
}

/** True if the algorithm fits a convolution and is faster than the direct one. */
export function suitsWinograd(info: ConvInfo): boolean {
  const { inChannels, outChannels, outHeight, outWidth } = info;
  const widest = Math.max(inChannels, outChannels);
  return info.filterHeight === 3 && info.filterWidth === 3 &&
    info.strideHeight === 1 && info.strideWidth === 1 &&
    info.dilationHeight === 1 && info.dilationWidth === 1 &&
    inChannels % 8 === 0 && outChannels % 8 === 0 && inChannels >= 16 && outChannels >= 16 &&
    outHeight >= 4 && outWidth >= 4 &&
    (outHeight + 8) * (outWidth + 8) * widest * 4 <= MOST_BYTES;
}

/** The arguments that all three directions share, from 3 on. */
function commonArgs(
  info: ConvInfo,
  p: Plan,
  perPiece: number,
  scratch: number,
  bytes: number,
): number[] {
  return [
    info.inHeight,
    info.inWidth,
    info.inChannels,
    info.outChannels,
    p.height,
    p.width,
    info.padInfo.top,
    info.padInfo.left,
    info.batchSize,
    perPiece,
    p.block,
    scratch,
    bytes,
    p.tile,
  ];
}

/** Runs `fn` with scratch for all threads. */
function withScratch(
  backend: SimdBackend,
  info: ConvInfo,
  bytes: number,
  fn: (at: number) => void,
): void {
  const at = backend.scratch(bytes / 4 * backend.pool.threads, info.inShape);
  fn(at);
  backend.giveBack(at);
}

/** The filter in Winograd's domain; with `turned`, for the gradient of x. The caller frees it. */
function transformFilter(
  backend: SimdBackend,
  info: ConvInfo,
  filter: number,
  turned: boolean,
  tile: number,
): number {
  const { inChannels, outChannels } = info;
  const [k, n] = turned ? [outChannels, inChannels] : [inChannels, outChannels];
  const panels = backend.scratch((tile + 2) ** 2 * (k * n + PADDING), info.filterShape);
  const units = cutUnits(n / 8, 8);
  withScratch(
    backend,
    info,
    TEMPORARY,
    (scratch) =>
      backend.pool.run(Kernel.winogradFilter, units.pieces, [
        filter,
        panels,
        k,
        n,
        inChannels * outChannels * 4,
        (turned ? 1 : outChannels) * 4,
        (turned ? outChannels : 1) * 4,
        n / 8,
        units.size,
        scratch,
        TEMPORARY,
        tile,
      ]),
  );
  return panels;
}

/** Tiles at a time: products go by blocks of six rows, sums by groups of images. */
const productTiles = (tile: 4 | 5): number => tile === 4 ? 36 : 24;
const sumTiles = (tile: 4 | 5): number => tile === 4 ? 36 : 32;

/** Pieces of whole images, of which as many go together as fill blocks of six rows. */
function productPieces({ batchSize }: ConvInfo, { tiles }: Plan): { pieces: number; size: number } {
  const images = [1, 2, 3, 6].find((n) => n * tiles % 6 === 0)!;
  const { pieces, size } = cutUnits(Math.ceil(batchSize / images), PIECES);
  return { pieces, size: size * images };
}

/** Where a convolution and what follows it find and leave their values; 0 for what is not wanted. */
export interface ForwardAddresses {
  x: number;
  filter: number;
  bias: number;
  relu: boolean;
  out: number;
  pooled: number;
  mask: number;
}

/** The convolution with what follows it. */
export function winogradForward(
  backend: SimdBackend,
  info: ConvInfo,
  { x, filter, bias, relu, out, pooled, mask }: ForwardAddresses,
): void {
  const p = plan(info, pooled !== 0, productTiles);
  const panels = transformFilter(backend, info, filter, false, p.tile);
  const { pieces, size } = productPieces(info, p);
  withScratch(
    backend,
    info,
    p.scratch,
    (scratch) =>
      backend.pool.run(Kernel.winogradForward, pieces, [
        x,
        panels,
        out,
        ...commonArgs(info, p, size, scratch, p.scratch),
        bias,
        relu ? 1 : 0,
        pooled,
        mask,
      ]),
  );
  backend.giveBack(panels);
}

/** The gradient of x. With a mask, dy is that of the 2x2 max-pooling behind the convolution. */
export function winogradInput(
  backend: SimdBackend,
  info: ConvInfo,
  { dy, mask, filter, out }: { dy: number; mask: number; filter: number; out: number },
): void {
  const p = plan(info, mask !== 0, productTiles);
  const panels = transformFilter(backend, info, filter, true, p.tile);
  const { pieces, size } = productPieces(info, p);
  withScratch(
    backend,
    info,
    p.scratch,
    (scratch) =>
      backend.pool.run(Kernel.winogradInput, pieces, [
        dy,
        panels,
        out,
        ...commonArgs(info, p, size, scratch, p.scratch),
        mask,
      ]),
  );
  backend.giveBack(panels);
}

/** The gradient of the filter. */
export function winogradFilterGrad(
  backend: SimdBackend,
  info: ConvInfo,
  { x, dy, mask, out }: { x: number; dy: number; mask: number; out: number },
): void {
  const p = plan(info, mask !== 0, sumTiles);
  const { pieces, size } = cutUnits(info.batchSize, GROUPS);
  const { inChannels, outChannels, filterShape } = info;
  const bytes = p.scratch + (p.tile + 2) ** 2 * (inChannels * outChannels + PADDING) * 4;
  const sums = { out, pieces, values: 9 * inChannels * outChannels, purpose: filterShape };
  sumPieces(backend, sums, (partial) => {
    withScratch(
      backend,
      info,
      bytes,
      (scratch) =>
        backend.pool.run(Kernel.winogradFilterGrad, pieces, [
          x,
          dy,
          partial,
          ...commonArgs(info, p, size, scratch, bytes),
          mask,
        ]),
    );
  });
}
