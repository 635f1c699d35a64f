import sharp from "sharp";
import { assertEquals, assertThrows } from "lib/assert.ts";
import { InputError } from "lib/errors.ts";
import { augmentationPlot, saliencyPlot, sampleDigitsPlot } from "lib/plots/mod.ts";
import { segmentDigits } from "./_data.ts";

Deno.test("the PNG holds each image's grey values, bytes and floats alike", async () => {
  const [first, second] = [segmentDigits([3], 1), segmentDigits([3], 2)];
  const scaled = Float32Array.from(second, (value) => value / 255);
  const [sheet] = await decodeImages(augmentationPlot([first], [[scaled]]).wide);
  assertEquals(crop(sheet!, 0, 0), first);
  assertEquals(crop(sheet!, sheet!.width - 28, 0), second);
});

Deno.test("the heat lies over the second image of a pair, and only there", async () => {
  const image = segmentDigits([8], 1);
  const heat = Float32Array.from(image, (_, i) => i % 3 / 2);
  const chart = saliencyPlot([{ image, heat, actual: 8, predicted: 8 }]);
  const [ink, overlay] = await decodeImages(chart.wide);
  const left = ink!.width - 28;
  assertEquals(crop(ink!, left, 0), image);
  const alpha = crop(overlay!, left, 0, 3);
  assertEquals(alpha, Uint8Array.from(heat, (share) => Math.round(share * 255)));
  const total = overlay!.data.filter((_, i) => i % 4 === 3).reduce((sum, value) => sum + value, 0);
  assertEquals(total, alpha.reduce((sum, value) => sum + value, 0));
});

Deno.test("images and labels that don't fit together are refused", () => {
  const image = segmentDigits([1], 1);
  const refused = (draw: () => unknown, message: string): unknown =>
    assertThrows(draw, InputError, message);
  refused(() => sampleDigitsPlot(image.subarray(1), [1]), "783 pixels");
  refused(() => sampleDigitsPlot(image, [1, 2]), "2 for 1 images");
});

interface Sheet {
  readonly data: Uint8Array;
  readonly width: number;
  readonly channels: number;
}

function decodeImages(svg: string): Promise<Sheet[]> {
  const pngs = [...svg.matchAll(/base64,([^"]*)"/g)].map((match) => match[1]!);
  return Promise.all(pngs.map(async (base64) => {
    const image = sharp(Uint8Array.fromBase64(base64));
    const { channels } = await image.metadata();
    const grey = channels === 1 ? image.extractChannel(0) : image;
    const { data, info } = await grey.raw().toBuffer({ resolveWithObject: true });
    return { data: new Uint8Array(data), width: info.width, channels: info.channels };
  }));
}

function crop({ data, width, channels }: Sheet, x: number, y: number, channel = 0): Uint8Array {
  return Uint8Array.from({ length: 784 }, (_, i) => {
    const pixel = (y + Math.floor(i / 28)) * width + x + i % 28;
    return data[pixel * channels + channel]!;
  });
}
