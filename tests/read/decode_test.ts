import sharp from "sharp";
import { assert, assertEquals, assertRejects } from "lib/assert.ts";
import { InputError } from "lib/errors.ts";
import { RandomState } from "lib/random.ts";
import { readDigits } from "lib/read/mod.ts";
import { decodeImage } from "lib/read/pictures/mod.ts";

/** A picture with a dark bar at its left. */
function picture(): ReturnType<typeof sharp> {
  return sharp({ create: { width: 60, height: 40, channels: 3, background: "#fff" } })
    .composite([{
      input: { create: { width: 6, height: 40, channels: 3, background: "#111" } },
      left: 0,
      top: 0,
    }]);
}

async function refuses(bytes: Uint8Array, message: string): Promise<void> {
  const error = await assertRejects(() => decodeImage(bytes, "page"), InputError, message);
  assert(!error.message.includes("\n"), error.message);
}

Deno.test("PNG, JPEG, WebP and TIFF are decoded", async () => {
  for (const format of ["png", "jpeg", "webp", "tiff"] as const) {
    const { image, scale } = await decodeImage(await picture().toFormat(format).toBuffer(), "page");
    assertEquals([image.width, image.height, scale], [60, 40, 1]);
    assert(image.values[2]! < 60 && image.values[50]! > 220, format);
  }
});

Deno.test("a photo is turned upright as its EXIF tag says", async () => {
  const bytes = await picture().jpeg().withMetadata({ orientation: 6 }).toBuffer();
  const { image } = await decodeImage(bytes, "page");
  assertEquals([image.width, image.height], [40, 60]);
  assert(image.values[2 * 40 + 20]! < 60, "the left of the sensor is the top of the picture");
});

Deno.test("a large photo is read smaller, and says by how much", async () => {
  const { image, scale } = await decodeImage(
    await picture().resize(4000, 3000, { fit: "fill" }).jpeg().toBuffer(),
    "page",
  );
  assertEquals([image.width, image.height, scale], [2000, 1500, 2]);
});

Deno.test("what is no picture is refused in one line", async () => {
  await refuses(new Uint8Array(), "page is empty");
  await refuses(new TextEncoder().encode("label,pixel0\n"), "page is no picture");
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>';
  await refuses(
    new TextEncoder().encode(svg),
    "page is SVG; expected PNG, JPEG, WebP, TIFF or PDF",
  );
  const png = await picture().png().toBuffer();
  await refuses(png.subarray(0, png.length - 60), "page is damaged");
});

Deno.test("an animation is refused", async () => {
  const frame = await picture().png().toBuffer();
  const bytes = await sharp([frame, await sharp(frame).negate().png().toBuffer()], {
    join: { animated: true },
  }).webp().toBuffer();
  await refuses(bytes, "page is animated (2 frames)");
});

Deno.test("a decompression bomb is refused before it is unpacked", async () => {
  const bytes = await sharp({
    create: { width: 12_000, height: 9000, channels: 3, background: "#fff" },
  }).png().toBuffer();
  assert(bytes.length < 1e6);
  await refuses(bytes, "page has 108 megapixels (12000 x 9000); expected at most 80");
});

Deno.test("200 damaged files are read or refused, and nothing else", async () => {
  const random = new RandomState(7);
  const whole = await Promise.all(
    (["png", "jpeg", "webp", "tiff"] as const).map((format) =>
      picture().toFormat(format).toBuffer()
    ),
  );
  let refused = 0;
  for (let i = 0; i < 200; i++) {
    const bytes = Uint8Array.from(whole[i % whole.length]!);
    const hits = random.randint(1, 9);
    for (let hit = 0; hit < hits; hit++) {
      bytes[random.randint(0, bytes.length)] = random.randint(0, 256);
    }
    const end = random.randomSample() < 0.3 ? random.randint(1, bytes.length) : bytes.length;
    try {
      const { image } = await decodeImage(bytes.subarray(0, end), `file ${i}`);
      await readDigits(image, (images) => new Float32Array(images.length / 784 * 11).fill(1 / 11));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      assert(!error.message.includes("\n"), error.message);
      refused++;
    }
  }
  assert(refused > 50 && refused < 200, `${refused} refused`);
});
