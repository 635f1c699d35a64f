/** PDF files as scanners make them: a picture on each page. */
import { Buffer } from "node:buffer";
import { deflateSync } from "node:zlib";
import sharp from "sharp";

type Bytes = Buffer<ArrayBuffer>;

/** A page of a PDF. */
export interface PdfPage {
  /** The picture's file; fills the page. */
  readonly picture: Uint8Array;
  /** Points. */
  readonly width: number;
  /** Points. */
  readonly height: number;
  /** Degrees clockwise by which viewers turn the page. */
  readonly rotate?: number;
  /** How the picture is packed. Default: "jpeg". */
  readonly filter?: "jpeg" | "flate";
}

/**
 * Makes a PDF file.
 *
 * @param trailer What the trailer has besides `/Root` and `/Size`.
 */
export async function drawPdf(pages: readonly PdfPage[], trailer = ""): Promise<Uint8Array> {
  const kids = pages.map((_, i) => `${3 + 3 * i} 0 R`).join(" ");
  const objects = [
    object("<< /Type /Catalog /Pages 2 0 R >>"),
    object(`<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`),
  ];
  for (const [i, { picture, width, height, rotate = 0, filter = "jpeg" }] of pages.entries()) {
    const [content, image] = [4 + 3 * i, 5 + 3 * i];
    const pixels = sharp(picture).removeAlpha();
    const { data, info } = filter === "jpeg"
      ? await pixels.jpeg({ quality: 95 }).toBuffer({ resolveWithObject: true })
      : await pixels.raw().toBuffer({ resolveWithObject: true });
    objects.push(
      object(
        `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${width} ${height}] /Rotate ${rotate} ` +
          `/Contents ${content} 0 R /Resources << /XObject << /Im ${image} 0 R >> >> >>`,
      ),
      stream("", Buffer.from(`q ${width} 0 0 ${height} 0 0 cm /Im Do Q`)),
      stream(
        `/Type /XObject /Subtype /Image /Width ${info.width} /Height ${info.height} ` +
          `/ColorSpace /DeviceRGB /BitsPerComponent 8 ` +
          `/Filter ${filter === "jpeg" ? "/DCTDecode" : "/FlateDecode"}`,
        filter === "jpeg" ? data : deflateSync(data),
      ),
    );
  }
  return joinPdf(objects, trailer);
}

function object(body: string): Bytes {
  return Buffer.from(body);
}

function stream(dictionary: string, data: Uint8Array): Bytes {
  return Buffer.concat([
    Buffer.from(`<< ${dictionary} /Length ${data.length} >>\nstream\n`),
    data,
    Buffer.from("\nendstream"),
  ]);
}

/** Objects 1, 2, ... as a file, with its table of where they are. */
function joinPdf(objects: readonly Bytes[], trailer: string): Uint8Array {
  const parts = [Buffer.from("%PDF-1.4\n")];
  let length = parts[0]!.length, table = "0000000000 65535 f \n";
  for (const [i, body] of objects.entries()) {
    table += `${String(length).padStart(10, "0")} 00000 n \n`;
    const part = Buffer.concat([Buffer.from(`${i + 1} 0 obj\n`), body, Buffer.from("\nendobj\n")]);
    parts.push(part);
    length += part.length;
  }
  const size = objects.length + 1;
  parts.push(Buffer.from(
    `xref\n0 ${size}\n${table}trailer\n<< /Root 1 0 R /Size ${size} ${trailer} >>\n` +
      `startxref\n${length}\n%%EOF\n`,
  ));
  return Uint8Array.from(Buffer.concat(parts));
}
