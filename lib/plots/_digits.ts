import { encode } from "fast-png";
import type { Markish, RenderFunction } from "@observablehq/plot";
import { IMAGE_SIZE, PIXELS } from "lib/digits.ts";
import { InputError } from "lib/errors.ts";
import { createElement } from "lib/plots/_chart.ts";
import { COLOURS, FAINT } from "lib/plots/_theme.ts";

/** Grey images `[n, 28, 28]`: bytes 0..255, or after scaling floats 0..1. */
export type DigitImages = Uint8Array | Float32Array;

/** Image `index` of a batch. */
export function digitAt<Images extends DigitImages>(images: Images, index: number): Images {
  return images.subarray(index * PIXELS, (index + 1) * PIXELS) as Images;
}

/** Number of images. Throws {@linkcode InputError} if pixels or labels do not match it. */
export function countDigits(images: DigitImages, labels?: ArrayLike<number>): number {
  const count = images.length / PIXELS;
  if (!Number.isInteger(count)) {
    throw new InputError(
      `images: ${images.length} pixels are not a whole number of ${IMAGE_SIZE}x${IMAGE_SIZE} images`,
    );
  }
  if (labels !== undefined && labels.length !== count) {
    throw new InputError(`labels: ${labels.length} for ${count} images; expected one per image`);
  }
  return count;
}

/** An image, the place of its upper left corner on the sheet (in image pixels), and an overlay. */
interface PlacedDigit {
  readonly image: DigitImages;
  readonly x: number;
  readonly y: number;
  /** `[28, 28]`, 0 (nothing) to 1 (strongest). */
  readonly heat?: ArrayLike<number>;
}

/**
 * A mark: digits on faint cards, all in one PNG.
 *
 * The PNG is a mask through which `currentColor` shows, so ink is dark on a light page and light on
 * a dark one.
 *
 * @param digits What to draw.
 * @param sheet Place of the sheet in the chart, and chart units per image pixel.
 */
export function digitsMark(
  digits: readonly PlacedDigit[],
  sheet: { readonly x: number; readonly y: number; readonly scale: number },
): Markish {
  if (digits.length === 0) return null;
  const { scale } = sheet;
  const width = Math.max(...digits.map(({ x }) => x + IMAGE_SIZE));
  const height = Math.max(...digits.map(({ y }) => y + IMAGE_SIZE));
  const render: RenderFunction = (_index, _scales, _values, _dimensions, context) => {
    const { document } = context;
    const frame = { width: width * scale, height: height * scale };
    const picture = (href: string): SVGElement =>
      createElement(document, "image", { ...frame, href, "image-rendering": "pixelated" });

    const ink = toDataUri(drawInk(digits, width, height), width, height, 1);
    const id = `digits-${fingerprint(`${scale} ${ink}`)}`;
    const side = IMAGE_SIZE * scale;
    const cards = digits.map(({ x, y }) => `M${x * scale},${y * scale}h${side}v${side}h${-side}z`);
    const children = [
      createElement(document, "path", { d: cards.join(""), "fill-opacity": FAINT.card }),
      createElement(document, "mask", { id }, [picture(ink)]),
      createElement(document, "rect", { ...frame, mask: `url(#${id})` }),
    ];
    if (digits.some(({ heat }) => heat !== undefined)) {
      children.push(picture(toDataUri(drawHeat(digits, width, height), width, height, 4)));
    }
    return createElement(
      document,
      "g",
      { transform: `translate(${sheet.x},${sheet.y})` },
      children,
    );
  };
  return render;
}

function forEachPixel(
  { x, y }: PlacedDigit,
  sheetWidth: number,
  visit: (sheetIndex: number, imageIndex: number) => void,
): void {
  for (let row = 0; row < IMAGE_SIZE; row++) {
    for (let column = 0; column < IMAGE_SIZE; column++) {
      visit((y + row) * sheetWidth + x + column, row * IMAGE_SIZE + column);
    }
  }
}

function drawInk(digits: readonly PlacedDigit[], width: number, height: number): Uint8Array {
  const sheet = new Uint8Array(width * height);
  for (const digit of digits) {
    const { image } = digit;
    const unit = image instanceof Uint8Array ? 1 : 255;
    forEachPixel(digit, width, (to, from) => {
      sheet[to] = Math.min(255, Math.max(0, Math.round(image[from]! * unit)));
    });
  }
  return sheet;
}

function drawHeat(digits: readonly PlacedDigit[], width: number, height: number): Uint8Array {
  const sheet = new Uint8Array(width * height * 4);
  const rgb = [1, 3, 5].map((at) => parseInt(COLOURS.vermillion.slice(at, at + 2), 16));
  for (const digit of digits) {
    const { heat } = digit;
    if (heat === undefined) continue;
    forEachPixel(digit, width, (to, from) => {
      const alpha = Math.round(255 * Math.min(1, Math.max(0, heat[from]!)));
      // Pixels that cannot be seen stay all zero: they compress to nothing.
      if (alpha > 0) sheet.set([...rgb, alpha], to * 4);
    });
  }
  return sheet;
}

function toDataUri(data: Uint8Array, width: number, height: number, channels: number): string {
  const png = encode({ width, height, data, channels, depth: 8 }, { zlib: { level: 9 } });
  return `data:image/png;base64,${png.toBase64()}`;
}

/** FNV-1a, 32 bits: on a page of many charts, ids are equal only where sheets are. */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}
