/** Convolutions as products of rows of pixels, in both directions, and plain products of matrices. */
import type { backend_util } from "@tensorflow/tfjs-core";
import type { ArenaData, SimdBackend } from "lib/backend/backend.ts";
import { BLOCK_ROWS, PANEL } from "lib/backend/codegen/blocks.ts";
import { sumPieces } from "lib/backend/fusion/launch.ts";
import { cutUnits } from "lib/backend/kernels/common.ts";

export type Pair = readonly [height: number, width: number];

/** Where a filter's taps fall on images: result m of a dimension reads pixel `m * stride + tap * dilation - padding`. */
export interface Windows {
  readonly x: number;
  readonly images: number;
  readonly size: Pair;
  readonly channels: number;
  readonly kernel: Pair;
  readonly strides: Pair;
  readonly dilations: Pair;
  /** Padding above and to the left, in pixels; negative where the image's first rows are skipped. */
  readonly padding: Pair;
  readonly results: Pair;
}

/** A right-hand matrix of `taps` * `rows` rows; strides in floats. */
export interface RightHand {
  readonly data: ArenaData;
  /** Offset of the first value. */
  readonly offset?: number;
  readonly batch?: number;
  readonly batchStride?: number;
  readonly taps?: Pair;
  readonly tapStrides?: Pair;
  readonly rows: number;
  readonly rowStride: number;
  readonly columns: number;
  readonly columnStride: number;
}

/** Pieces of a product, and the multiply-adds from which cutting it pays. */
const PIECES = 16;
const WORTH_CUTTING = 100_000;
/** Least rows of a product at a time, and most bytes of the pixels that they are made of. */
const UNIT_ROWS = 96;
const UNIT_BYTES = 2 ** 17;
/** Pixels whose contribution to the filter's gradient is summed at a time. */
const UNIT_PIXELS = 256;
/** With at least this many panels of dy, the six rows that they multiply are copied first. */
const PIECE_PANELS = 16;
/** Bytes of a pixel in the six rows' copy (assembly/convolution.ts). */
const TILE_FLOATS = 12;

const panelsOf = (columns: number): number => Math.ceil(columns / PANEL);

/** Floats of a matrix's panels. */
export function panelFloats({ batch = 1, taps = [1, 1], rows, columns }: RightHand): number {
  return batch * panelsOf(columns) * taps[0] * taps[1] * rows * PANEL;
}

/** Right-hand matrices as panels of 8 columns, one matrix after the other. */
export function panelsFor(backend: SimdBackend, matrices: readonly RightHand[]): number {
  const form = matrices.map(({ data: _, ...layout }) => JSON.stringify(layout)).join();
  const floats = matrices.map(panelFloats);
  const total = floats.reduce((sum, n) => sum + n);
  return matrices[0]!.data.prepared(form, total, (at) => {
    matrices.forEach((matrix, i) => {
      if (floats[i]! > 0) pack(backend, matrix, at, floats[i]!);
      at += floats[i]! * 4;
    });
  });
}

function pack(backend: SimdBackend, b: RightHand, panels: number, floats: number): void {
  const { batch = 1, batchStride = 0, taps = [1, 1], tapStrides = [0, 0], offset = 0 } = b;
  const units = batch * panelsOf(b.columns);
  const { pieces, size } = cutUnits(units, floats > 16384 ? PIECES : 1);
  backend.threads.run("pack", pieces, {
    source: b.data.at + offset * 4,
    panels,
    batchStride: batchStride * 4,
    tapRows: taps[0],
    tapRowStride: tapStrides[0] * 4,
    tapColumns: taps[1],
    tapColumnStride: tapStrides[1] * 4,
    rows: b.rows,
    rowStride: b.rowStride * 4,
    columns: b.columns,
    columnStride: b.columnStride * 4,
    units,
    unitsPerPiece: size,
  });
}

/** How images are cut into units, and the scratch that a thread needs for one. */
interface Units {
  /** Images per unit; if one, a unit may be only some rows of the result. */
  readonly images: number;
  readonly rows: number;
  readonly count: number;
  /** Pixels per row of a padded copy; 0 if the images are read in place. */
  readonly stripWidth: number;
  readonly stripFloats: number;
}

function unitsOf(w: Windows, taps: Pair, wanted: number, multiple: number): Units {
  const span = (i: 0 | 1, results: number): number =>
    (results - 1) * w.strides[i] + (taps[i] - 1) * w.dilations[i] + 1;
  const [height, width] = w.results;
  const needsStrip = w.padding.some((n) => n !== 0) ||
    span(0, height) > w.size[0] || span(1, width) > w.size[1];
  const stripWidth = span(1, width);
  const floatsOf = (rows: number): number => span(0, rows) * stripWidth * w.channels;
  let images = Math.max(1, Math.floor(wanted / (height * width)));
  images = Math.min(w.images, images);
  while (images > 1 && images * floatsOf(height) * 4 > UNIT_BYTES) images--;
  let rows = height;
  if (images === 1 && rows > 1) {
    const fitting = Math.floor(
      (UNIT_BYTES / 4 / (stripWidth * w.channels) - (taps[0] - 1) * w.dilations[0] - 1) /
          w.strides[0] + 1,
    );
    const most = Math.max(multiple, Math.min(fitting, Math.ceil(wanted / width)));
    const cut = Math.ceil(height / Math.ceil(height / most));
    rows = Math.min(height, Math.ceil(cut / multiple) * multiple);
  }
  return {
    images,
    rows,
    count: Math.ceil(w.images / images) * Math.ceil(height / rows),
    stripWidth: needsStrip ? stripWidth : 0,
    stripFloats: needsStrip ? images * floatsOf(rows) : 0,
  };
}

/** The result of a convolution and of what follows it; 0 for what is not wanted. */
interface Target {
  readonly outSize: Pair;
  readonly outChannels: number;
  readonly bias?: number;
  readonly relu?: boolean;
  readonly out?: number;
  /** Whether to add to what is there already; without a bias. */
  readonly add?: boolean;
  readonly pooled?: number;
  readonly mask?: number;
  /** If results are phases of an image: see assembly/convolution.ts. */
  readonly steps?: Pair;
  readonly crop?: Pair;
}

/** Images times panels. */
export function convolve(
  backend: SimdBackend,
  w: Windows,
  panels: number,
  target: Target,
): void {
  const { outSize, outChannels, steps = [1, 1], crop = [0, 0], pooled = 0 } = target;
  const taps = [0, 1].map((i) => Math.ceil(w.kernel[i]! / steps[i]!)) as [number, number];
  const units = unitsOf(w, taps, UNIT_ROWS, pooled === 0 ? 1 : 2);
  const work = w.images * w.results[0] * w.results[1] * taps[0] * taps[1] * w.channels *
    outChannels;
  const wanted = work < WORTH_CUTTING ? 1 : PIECES;
  const down = cutUnits(units.count, wanted);
  const across = pooled === 0
    ? cutUnits(panelsOf(outChannels), Math.ceil(wanted / down.pieces))
    : { pieces: 1, size: panelsOf(outChannels) };
  const scratchFloats = units.stripFloats +
    (pooled === 0 ? 0 : units.images * units.rows * w.results[1] * outChannels);
  using scratch = scratchFloats === 0
    ? undefined
    : backend.scratch(scratchFloats * backend.threads.count, [w.images, ...w.size, w.channels]);
  backend.threads.run("convolve", down.pieces * across.pieces, {
    ...windowArgs(w),
    panels,
    outHeight: outSize[0],
    outWidth: outSize[1],
    outChannels,
    stepHeight: steps[0],
    stepWidth: steps[1],
    cropTop: crop[0],
    cropLeft: crop[1],
    bias: target.bias ?? 0,
    relu: target.relu ? 1 : 0,
    out: target.out ?? 0,
    add: target.add ? 1 : 0,
    pooled,
    mask: target.mask ?? 0,
    unitImages: units.images,
    unitRows: units.rows,
    unitsPerPiece: down.size,
    unitPieces: down.pieces,
    panelsPerPiece: across.size,
    scratch: scratch?.at ?? 0,
    scratchBytes: scratchFloats * 4,
    stripWidth: units.stripWidth,
  });
}

/** Images, transposed, times those of dy: `out[kernel][channels][outChannels]`. */
export function sumOfProducts(
  backend: SimdBackend,
  w: Windows,
  { dy, outChannels, pixelStride = outChannels, channelStride = 1, out, add = false }: {
    dy: number;
    outChannels: number;
    /** Strides of dy's pixels and channels, in floats. */
    pixelStride?: number;
    channelStride?: number;
    out: number;
    /** Whether to add to what is there already. */
    add?: boolean;
  },
): void {
  const units = unitsOf(w, w.kernel, UNIT_PIXELS, 1);
  const depth = w.kernel[0] * w.kernel[1] * w.channels;
  const values = depth * outChannels;
  const pixels = w.images * w.results[0] * w.results[1];
  const wanted = pixels * values < WORTH_CUTTING ? 1 : PIECES;
  // Sums of groups are added up afterwards, which must be cheap beside the products.
  const groups = cutUnits(units.count, add ? 1 : Math.min(wanted, Math.ceil(pixels / 512)));
  const panels = panelsOf(outChannels);
  const across = cutUnits(
    panels,
    Math.min(Math.ceil(wanted / groups.pieces), Math.ceil(panels / PIECE_PANELS)),
  );
  const tiles = cutUnits(
    Math.ceil(depth / BLOCK_ROWS),
    Math.ceil(wanted / (groups.pieces * across.pieces)),
  );
  const unitPixels = units.images * units.rows * w.results[1];
  const scratchFloats = Math.ceil(unitPixels / 4) * 4 +
    (across.size * PANEL + TILE_FLOATS) * unitPixels + units.stripFloats;
  sumPieces(backend, {
    out,
    pieces: groups.pieces,
    values,
    purpose: [...w.kernel, w.channels, outChannels],
  }, (partial) => {
    using scratch = backend.scratch(scratchFloats * backend.threads.count, [w.images, ...w.size]);
    backend.threads.run("convolveFilterGrad", groups.pieces * across.pieces * tiles.pieces, {
      ...windowArgs(w),
      dy,
      pixelStride: pixelStride * 4,
      channelStride: channelStride * 4,
      outChannels,
      out: partial,
      add: add ? 1 : 0,
      unitImages: units.images,
      unitRows: units.rows,
      unitsPerGroup: groups.size,
      groups: groups.pieces,
      panelsPerPiece: across.size,
      panelPieces: across.pieces,
      tilesPerPiece: tiles.size,
      scratch: scratch.at,
      scratchBytes: scratchFloats * 4,
      stripWidth: units.stripWidth,
    });
  });
}

// deno-lint-ignore explicit-function-return-type -- the kernels' table says what it has to be
export function windowArgs(w: Windows) {
  return {
    x: w.x,
    images: w.images,
    height: w.size[0],
    width: w.size[1],
    channels: w.channels,
    kernelHeight: w.kernel[0],
    kernelWidth: w.kernel[1],
    strideHeight: w.strides[0],
    strideWidth: w.strides[1],
    dilationHeight: w.dilations[0],
    dilationWidth: w.dilations[1],
    top: w.padding[0],
    left: w.padding[1],
    rows: w.results[0],
    columns: w.results[1],
  };
}

/** The windows of a convolution's filter on its images. */
export function windowsOf(info: backend_util.Conv2DInfo, x: number): Windows {
  return {
    x,
    images: info.batchSize,
    size: [info.inHeight, info.inWidth],
    channels: info.inChannels,
    kernel: [info.filterHeight, info.filterWidth],
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
    padding: [info.padInfo.top, info.padInfo.left],
    results: [info.outHeight, info.outWidth],
  };
}

/** Treats a matrix of `rows` rows as images one pixel wide. */
export function matrix(x: number, rows: number, depth: number): Windows {
  return {
    x,
    images: 1,
    size: [rows, 1],
    channels: depth,
    kernel: [1, 1],
    strides: [1, 1],
    dilations: [1, 1],
    padding: [0, 0],
    results: [rows, 1],
  };
}
