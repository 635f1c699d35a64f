import { IMAGE_SIZE } from "lib/digits.ts";
import { context2d } from "./dom.ts";

/** Shows what the network sees: white ink on black, as MNIST has it. */
export function paintImage(canvas: HTMLCanvasElement, image: Float32Array): void {
  paint(canvas, (at) => {
    const grey = Math.round(255 * image[at]!);
    return [grey, grey, grey];
  });
}

/** Shows what decided: the image in grey, with the pixels that count in orange over it. */
export function paintSaliency(
  canvas: HTMLCanvasElement,
  image: Float32Array,
  saliency: Float32Array,
): void {
  paint(canvas, (at) => {
    const grey = 110 * image[at]!;
    const heat = saliency[at]!;
    const mix = (to: number): number => Math.round(grey + heat * (to - grey));
    return [mix(255), mix(150), mix(20)];
  });
}

function paint(
  canvas: HTMLCanvasElement,
  colour: (at: number) => [red: number, green: number, blue: number],
): void {
  const pixels = new ImageData(IMAGE_SIZE, IMAGE_SIZE);
  for (let at = 0; at < IMAGE_SIZE * IMAGE_SIZE; at++) {
    pixels.data.set([...colour(at), 255], 4 * at);
  }
  Object.assign(canvas, { width: IMAGE_SIZE, height: IMAGE_SIZE });
  context2d(canvas).putImageData(pixels, 0, 0);
}
