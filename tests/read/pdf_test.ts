import sharp from "sharp";
import { assert, assertEquals, assertRejects } from "lib/assert.ts";
import { drawDigits } from "lib/dataset/synthetic/mod.ts";
import { InputError } from "lib/errors.ts";
import { useBackend } from "lib/model/mod.ts";
import { RandomState } from "lib/random.ts";
import {
  annotate,
  decodeImage,
  filePages,
  readPicture,
  readReader,
} from "lib/read/pictures/mod.ts";
import { drawPage } from "./pages.ts";
import { drawPdf } from "./pdfs.ts";

const labels = Uint8Array.from({ length: 200 }, (_, i) => i % 10);
const drawn = drawPage("scan", 11, { images: drawDigits(labels, 5), labels });
const png = await sharp(drawn.data, {
  raw: { width: drawn.width, height: drawn.height, channels: 4 },
}).png().toBuffer();
/** Twice as many pixels as points: 144 per inch. */
const scan = { picture: png, width: drawn.width / 2, height: drawn.height / 2 };

/** White, its left fifth dark: 60 x 40 pixels on 300 x 200 points. */
const bar = {
  picture: await sharp({ create: { width: 60, height: 40, channels: 3, background: "#fff" } })
    .composite([{
      input: { create: { width: 12, height: 40, channels: 3, background: "#111" } },
      left: 0,
      top: 0,
    }]).png().toBuffer(),
  width: 300,
  height: 200,
};

async function refuses(bytes: Uint8Array, message: string): Promise<void> {
  const error = await assertRejects(async () => {
    for (const page of await filePages(bytes, "scan.pdf")) await page.picture();
  }, InputError);
  assertEquals(error.message, message);
}

/** With spaces where the new text is shorter, so that everything else stays where it is. */
async function replaced(pdf: Promise<Uint8Array>, from: string, to: string): Promise<Uint8Array> {
  const bytes = await pdf;
  const at = new TextDecoder("latin1").decode(bytes).indexOf(from);
  assert(at >= 0 && to.length <= from.length, from);
  bytes.set(new TextEncoder().encode(to.padEnd(from.length)), at);
  return bytes;
}

Deno.test("a PDF's pages are pictures, upright, with 2000 pixels on the longer side", async () => {
  const bytes = await drawPdf([bar, { ...bar, filter: "flate" }, { ...bar, rotate: 90 }]);
  const pages = await filePages(bytes, "scan.pdf");
  assertEquals(pages.map(({ name, number }) => [name, number]), [
    ["scan.pdf, page 1", 1],
    ["scan.pdf, page 2", 2],
    ["scan.pdf, page 3", 3],
  ]);
  const images = [];
  for (const { picture, name } of pages) images.push(await decodeImage(await picture(), name));
  for (const { image, scale } of images.slice(0, 2)) {
    assertEquals([image.width, image.height, scale], [2000, 1333, 1]);
    const row = 700 * image.width;
    assert(image.values[row + 300]! < 60 && image.values[row + 500]! > 220);
  }
  const { image: { width, height, values } } = images[2]!;
  assertEquals([width, height], [1333, 2000]);
  assert(values[300 * width + 700]! < 60 && values[500 * width + 700]! > 220, "its left is up");
});

Deno.test("a PDF is known by its first 1024 bytes; anything else is one picture, as it is", async () => {
  const pdf = await drawPdf([bar]);
  const [page] = await filePages(Uint8Array.of(...new Uint8Array(900).fill(10), ...pdf), "scan");
  assertEquals([page!.name, page!.number], ["scan", 1]);
  assertEquals((await sharp(await page!.picture()).metadata()).width, 2000);
  for (const bytes of [png, new Uint8Array(), Uint8Array.of(...new Uint8Array(1024), ...pdf)]) {
    const [picture, ...others] = await filePages(bytes, "scan");
    assertEquals([picture!.number, others.length], [undefined, 0]);
    assert(await picture!.picture() === bytes);
  }
});

Deno.test("digits on a PDF's page are read as on the picture", async () => {
  await useBackend({ backend: "simd", threads: 1 });
  const reader = await readReader();
  const { lines } = await readPicture(png, reader);
  const pdf = await drawPdf([scan]);
  const reading = await readPicture(pdf, reader, "scan.pdf");
  assertEquals(reading.lines.map(({ text }) => text), lines.map(({ text }) => text));
  const factor = 2000 / drawn.width;
  const before = lines[0]!.digits[0]!.box, after = reading.lines[0]!.digits[0]!.box;
  for (const side of ["left", "top", "width", "height"] as const) {
    assert(Math.abs(after[side] - factor * before[side]) < 6, `${side}: ${after[side]}`);
  }
  assertEquals((await sharp(await annotate(pdf, reading)).metadata()).width, 2000);

  const two = await drawPdf([scan, scan]);
  const message = "scan.pdf has 2 pages; expected one.";
  await assertRejects(() => readPicture(two, reader, "scan.pdf"), InputError, message);
  await assertRejects(() => annotate(two, reading), InputError, "has 2 pages; expected one.");
});

Deno.test("PDFs that can't be read are refused in one line", async () => {
  const whole = await drawPdf([bar]);
  await refuses(
    whole.subarray(0, whole.length / 2),
    "scan.pdf is cut off; expected a PDF that ends with %%EOF.",
  );
  const large = new Uint8Array(101e6);
  large.set(whole);
  await refuses(large, "scan.pdf has 101 MB; expected a PDF of at most 100. Split it.");
  await refuses(
    new TextEncoder().encode("%PDF-1.4\n%%EOF"),
    "scan.pdf is damaged (File not in PDF format or corrupted).",
  );
  await refuses(await drawPdf([]), "scan.pdf is a PDF without pages.");
  await refuses(
    await replaced(drawPdf([bar]), "/Kids [3 0 R]", "/Kids [9 0 R]"),
    "scan.pdf is damaged (it has no such page).",
  );
  const none = `<${"00".repeat(32)}>`;
  await refuses(
    await drawPdf(
      [bar],
      `/ID [${none} ${none}] /Encrypt << /Filter /Standard /V 1 /R 2 /O ${none} /U ${none} /P -4 >>`,
    ),
    "scan.pdf is protected by a password; expected a PDF that opens without one.",
  );
  await refuses(
    await drawPdf([{ ...bar, width: 1e6, height: 1e6 }]),
    "scan.pdf has 1,000,000 x 1,000,000 points; expected at most 14,400 a side.",
  );
  await refuses(
    await replaced(drawPdf(Array(10).fill(bar)), "] /Count 10 >>", "]/Count 2000>>"),
    "scan.pdf has 2,000 pages; expected at most 1,000. Split it.",
  );
});

Deno.test("a page that takes too much memory is refused, the next one is rendered", async () => {
  // JBIG2 is unpacked as a whole: 65,000 x 65,000 bits.
  const bomb = await replaced(
    drawPdf([{ ...bar, filter: "flate" }, bar]),
    "/Width 60 /Height 40 /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /FlateDecode",
    "/Width 65000 /Height 65000 /ColorSpace /DeviceGray /Filter /JBIG2Decode",
  );
  const [first, second] = await filePages(bomb, "scan.pdf");
  const message = "scan.pdf, page 1 takes more than 512 MB to render; expected smaller images.";
  await assertRejects(first!.picture, InputError, message);
  assertEquals((await sharp(await second!.picture()).metadata()).width, 2000);
});

Deno.test("50 damaged PDFs are rendered or refused, and nothing else", async () => {
  const random = new RandomState(7);
  const whole = await drawPdf([bar, { ...bar, filter: "flate" }]);
  let refused = 0;
  for (let i = 0; i < 50; i++) {
    const bytes = Uint8Array.from(whole);
    const hits = random.randint(1, 20);
    for (let hit = 0; hit < hits; hit++) {
      bytes[random.randint(0, bytes.length)] = random.randint(0, 256);
    }
    const end = random.randomSample() < 0.2 ? random.randint(1, bytes.length) : bytes.length;
    try {
      for (const page of await filePages(bytes.subarray(0, end), `file ${i}`)) {
        await page.picture();
      }
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      assert(!error.message.includes("\n"), error.message);
      refused++;
    }
  }
  assert(refused > 10 && refused < 50, `${refused} refused`);
});
