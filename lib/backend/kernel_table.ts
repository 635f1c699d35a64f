/**
 * The kernels of the WebAssembly module. What calls one (`ThreadPool.run`), its number, the dispatch on it
 * and the accessors of its arguments (codegen/dispatch.ts) all follow from this table.
 * @module
 */

/** How an argument is stored in its 32-bit word: an address, an integer, or a float. */
type ArgumentType = "usize" | "i32" | "f32";

interface KernelDescription {
  /** The file in assembly/ that exports a function of the kernel's name. */
  readonly module: string;
  /** The kernel's arguments in order; without them, it reads words by position. */
  readonly args?: Readonly<Record<string, ArgumentType>>;
}

/** The images of convolutions as products. */
const IMAGES = {
  x: "usize",
  images: "i32",
  height: "i32",
  width: "i32",
  channels: "i32",
} as const;

/** Where the filter's taps fall on them. */
const WINDOWS = {
  kernelHeight: "i32",
  kernelWidth: "i32",
  strideHeight: "i32",
  strideWidth: "i32",
  dilationHeight: "i32",
  dilationWidth: "i32",
  top: "i32",
  left: "i32",
  rows: "i32",
  columns: "i32",
} as const;

/** What the kernels of pooling share. */
const POOLING = {
  height: "i32",
  width: "i32",
  channels: "i32",
  outHeight: "i32",
  outWidth: "i32",
  windowHeight: "i32",
  windowWidth: "i32",
  strideHeight: "i32",
  strideWidth: "i32",
  top: "i32",
  left: "i32",
  images: "i32",
  unitsPerPiece: "i32",
} as const;

/** What the kernels of Winograd's algorithm share. */
const WINOGRAD = {
  height: "i32",
  width: "i32",
  channels: "i32",
  outHeight: "i32",
  outWidth: "i32",
  outChannels: "i32",
  top: "i32",
  left: "i32",
  step: "i32",
  images: "i32",
  imagesPerPiece: "i32",
  blockTiles: "i32",
  tile: "i32",
  scratch: "usize",
  scratchBytes: "usize",
} as const;

/** What the kernels of recurrent layers share. */
const RECURRENT = {
  gates: "usize",
  panels: "usize",
  batch: "i32",
  steps: "i32",
  units: "i32",
  isHard: "i32",
  rowsPerPiece: "i32",
  scratch: "usize",
  scratchBytes: "usize",
} as const;

/** What the kernels of depthwise convolutions share. */
const DEPTHWISE = {
  x: "usize",
  height: "i32",
  width: "i32",
  channels: "i32",
  multiplier: "i32",
  outHeight: "i32",
  outWidth: "i32",
  kernelHeight: "i32",
  kernelWidth: "i32",
  strideHeight: "i32",
  strideWidth: "i32",
  top: "i32",
  left: "i32",
  stepHeight: "i32",
  stepWidth: "i32",
  strips: "i32",
  stripsPerImage: "i32",
  stripRows: "i32",
  stripsPerPiece: "i32",
  stripWidth: "i32",
  stripPixel: "usize",
  scratch: "usize",
  scratchBytes: "usize",
} as const;

export const KERNELS = {
  pack: {
    module: "convolution",
    args: {
      source: "usize",
      panels: "usize",
      batchStride: "usize",
      tapRows: "i32",
      tapRowStride: "usize",
      tapColumns: "i32",
      tapColumnStride: "usize",
      rows: "i32",
      rowStride: "usize",
      columns: "i32",
      columnStride: "usize",
      units: "i32",
      unitsPerPiece: "i32",
    },
  },
  convolve: {
    module: "convolution",
    args: {
      ...IMAGES,
      panels: "usize",
      ...WINDOWS,
      outHeight: "i32",
      outWidth: "i32",
      outChannels: "i32",
      stepHeight: "i32",
      stepWidth: "i32",
      cropTop: "i32",
      cropLeft: "i32",
      bias: "usize",
      relu: "i32",
      out: "usize",
      add: "i32",
      pooled: "usize",
      mask: "usize",
      unitImages: "i32",
      unitRows: "i32",
      unitsPerPiece: "i32",
      unitPieces: "i32",
      panelsPerPiece: "i32",
      scratch: "usize",
      scratchBytes: "usize",
      stripWidth: "i32",
    },
  },
  convolveFilterGrad: {
    module: "convolution",
    args: {
      ...IMAGES,
      dy: "usize",
      pixelStride: "usize",
      channelStride: "usize",
      ...WINDOWS,
      outChannels: "i32",
      out: "usize",
      add: "i32",
      unitImages: "i32",
      unitRows: "i32",
      unitsPerGroup: "i32",
      groups: "i32",
      panelsPerPiece: "i32",
      panelPieces: "i32",
      tilesPerPiece: "i32",
      scratch: "usize",
      scratchBytes: "usize",
      stripWidth: "i32",
    },
  },
  maxPool: { module: "pooling", args: { ...POOLING, x: "usize", out: "usize" } },
  maxPoolGrad: { module: "pooling", args: { ...POOLING, x: "usize", dy: "usize", out: "usize" } },
  avgPool: { module: "pooling", args: { ...POOLING, x: "usize", out: "usize" } },
  avgPoolGrad: { module: "pooling", args: { ...POOLING, dy: "usize", out: "usize" } },
  fused: { module: "fused" },
  winogradFilter: {
    module: "winograd",
    args: {
      filter: "usize",
      panels: "usize",
      kernelHeight: "i32",
      kernelWidth: "i32",
      channels: "i32",
      outChannels: "i32",
      step: "i32",
      turned: "i32",
      panelsPerPiece: "i32",
      tile: "i32",
      scratch: "usize",
    },
  },
  winogradForward: {
    module: "winograd",
    args: {
      ...WINOGRAD,
      x: "usize",
      panels: "usize",
      bias: "usize",
      relu: "i32",
      out: "usize",
      pooled: "usize",
      mask: "usize",
    },
  },
  winogradInput: {
    module: "winograd",
    args: { ...WINOGRAD, dy: "usize", mask: "usize", panels: "usize", out: "usize" },
  },
  winogradFilterGrad: {
    module: "winograd",
    args: {
      ...WINOGRAD,
      x: "usize",
      dy: "usize",
      mask: "usize",
      kernelHeight: "i32",
      kernelWidth: "i32",
      out: "usize",
    },
  },
  unpool: {
    module: "image",
    args: {
      dy: "usize",
      mask: "usize",
      out: "usize",
      height: "i32",
      width: "i32",
      channels: "i32",
      images: "i32",
      imagesPerPiece: "i32",
      passedRelu: "i32",
    },
  },
  sumUnpooled: {
    module: "image",
    args: {
      dy: "usize",
      out: "usize",
      rows: "i32",
      channels: "i32",
      rowsPerGroup: "i32",
      mask: "usize",
      passedRelu: "i32",
    },
  },
  oneChannelPooled: {
    module: "one_channel",
    args: {
      x: "usize",
      filter: "usize",
      bias: "usize",
      relu: "i32",
      height: "i32",
      width: "i32",
      outChannels: "i32",
      pooledHeight: "i32",
      pooledWidth: "i32",
      images: "i32",
      imagesPerPiece: "i32",
      pooled: "usize",
      mask: "usize",
    },
  },
  oneChannelFilterGrad: {
    module: "one_channel",
    args: {
      x: "usize",
      dy: "usize",
      mask: "usize",
      passedRelu: "i32",
      height: "i32",
      width: "i32",
      outChannels: "i32",
      pooledHeight: "i32",
      pooledWidth: "i32",
      images: "i32",
      imagesPerGroup: "i32",
      out: "usize",
    },
  },
  depthwise: {
    module: "depthwise",
    args: {
      ...DEPTHWISE,
      filter: "usize",
      tapStride: "usize",
      dilationHeight: "i32",
      dilationWidth: "i32",
      bias: "usize",
      relu: "i32",
      out: "usize",
    },
  },
  depthwiseFilterGrad: {
    module: "depthwise",
    args: { ...DEPTHWISE, dy: "usize", out: "usize" },
  },
  lstm: { module: "recurrent", args: { ...RECURRENT, hidden: "usize", cell: "usize" } },
  lstmGrad: {
    module: "recurrent",
    args: { ...RECURRENT, cell: "usize", dy: "usize", isSequence: "i32", out: "usize" },
  },
  gru: { module: "recurrent", args: { ...RECURRENT, hidden: "usize" } },
  gruGrad: {
    module: "recurrent",
    args: { ...RECURRENT, hidden: "usize", dy: "usize", isSequence: "i32", out: "usize" },
  },
  uniform: {
    module: "uniform",
    args: {
      out: "usize",
      n: "i32",
      state0: "usize",
      state1: "usize",
      state2: "usize",
      carry: "usize",
    },
  },
  peak: {
    module: "peak",
    args: { sums: "usize", rounds: "i32", factor: "f32", summand: "f32" },
  },
} as const satisfies Record<string, KernelDescription>;

export type KernelId = keyof typeof KERNELS;

/** A kernel's arguments, by name or, where the table has no names, by position. */
export type KernelArgs<K extends KernelId> = typeof KERNELS[K] extends { readonly args: infer Args }
  ? { readonly [name in keyof Args]: number }
  : readonly number[];

/** Names of the kernels. */
export const Kernel = Object.fromEntries(Object.keys(KERNELS).map((name) => [name, name])) as {
  readonly [name in KernelId]: name;
};

interface ArgumentLayout {
  readonly name: string;
  readonly type: ArgumentType;
}

/** Kernels in the order of their numbers, with their arguments in the order of their words. */
export const LAYOUT: readonly {
  readonly name: string;
  readonly module: string;
  readonly args: readonly ArgumentLayout[] | undefined;
}[] = Object.entries<KernelDescription>(KERNELS).map(([name, { module, args }]) => ({
  name,
  module,
  args: args && Object.entries(args).map(([name, type]) => ({ name, type })),
}));

/** Which number a kernel has. */
export const NUMBERS: Readonly<Record<string, number>> = Object.fromEntries(
  LAYOUT.map(({ name }, number) => [name, number]),
);
