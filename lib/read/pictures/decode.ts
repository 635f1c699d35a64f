import sharp from "sharp";
import { InputError } from "lib/errors.ts";
import { type GrayImage, grayImage, MOST_SIDE } from "lib/read/image.ts";

/** Larger pictures are refused before they are unpacked. */
const MOST_PIXELS = 80_000_000;

const FORMATS = ["png", "jpeg", "webp", "tiff"];

/** A decoded picture. */
interface DecodedImage {
  /** Upright, at most 2000 pixels a side. */
  readonly image: GrayImage;
  /** Pixels of the upright picture for each of the image's. */
  readonly scale: number;
}

/**
 * Decodes a PNG, JPEG, WebP or TIFF picture and turns it upright as its EXIF tag says.
 *
 * @param name What errors call it.
 * @throws {InputError} If it is no such picture, is damaged, animated, or has over 80 million pixels.
 */
export async function decodeImage(bytes: Uint8Array, name: string): Promise<DecodedImage> {
  if (bytes.length === 0) throw new InputError(`${name} is empty; expected a picture.`);
  const options = { limitInputPixels: false, failOn: "error", sequentialRead: true } as const;
  const { format, pages = 1, autoOrient: { width, height } } = await sharp(bytes, options)
    .metadata().catch((error: Error) => {
      throw new InputError(
        `${name} is no picture that can be read (${
          reason(error)
        }); expected PNG, JPEG, WebP, TIFF or PDF.`,
      );
    });
  if (!FORMATS.includes(format)) {
    throw new InputError(
      `${name} is ${format.toUpperCase()}; expected PNG, JPEG, WebP, TIFF or PDF.`,
    );
  }
  if (pages > 1 && format !== "tiff") {
    throw new InputError(`${name} is animated (${pages} frames); expected a still picture.`);
  }
  if (width * height > MOST_PIXELS) {
    throw new InputError(
      `${name} has ${Math.round(width * height / 1e6)} megapixels (${width} x ${height}); ` +
        `expected at most ${MOST_PIXELS / 1e6}. Make it smaller, or cut out what is to be read.`,
    );
  }
  try {
    const { data, info } = await sharp(bytes, options).autoOrient()
      .resize(MOST_SIDE, MOST_SIDE, { fit: "inside", withoutEnlargement: true })
      .toColourspace("srgb").ensureAlpha().raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    const image = grayImage({ width: info.width, height: info.height, data });
    return { image, scale: width / info.width };
  } catch (error) {
    throw new InputError(`${name} is damaged (${reason(error as Error)}).`);
  }
}

/** The first line of libvips's message. */
function reason({ message }: Error): string {
  return message.split("\n")[0]!.trim();
}
