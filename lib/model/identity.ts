import * as tf from "@tensorflow/tfjs";
import { createHash, type Hash } from "node:crypto";
import { type Examples, hashImages, type ImageHashes } from "lib/model/examples.ts";
import { AdamW } from "lib/model/adamw.ts";
import { type AugmentationOptions, describeAugmentation } from "lib/model/augmentation.ts";
import type { FitSettings } from "lib/model/fit.ts";
import { loadedCode } from "lib/model/loaded_code.ts";

/** What a training run is made of, in one number; or why no number can say it. */
export interface Identity {
  /**
   * SHA-256 (hex) of examples and labels in their order, network, initial weights, loss, optimizer
   * and its state, settings, augmentation, backend and loaded code. Absent where a part has no
   * digest: such a run is never taken for an earlier one.
   */
  readonly digest?: string;
  /** Why there is no digest, a sentence each. */
  readonly obstacles: readonly string[];
}

/** Classes of TensorFlow.js and of this project: what their configuration says is all there is to them. */
const ownClasses = new Map<string, unknown>([
  ...Object.entries(tf.serialization.SerializationMap.getMap().classNameMap)
    .map(([name, [constructor]]) => [name, constructor] as const),
  [AdamW.className, AdamW],
]);

/**
 * Identifies the training of a compiled model, before it begins.
 *
 * @param trainingImages What {@linkcode hashImages} gives for the training images.
 */
export async function identify(
  model: tf.LayersModel,
  { train, validation }: { readonly train: Examples; readonly validation: Examples },
  settings: FitSettings,
  trainingImages: ImageHashes,
): Promise<Identity> {
  const obstacles: string[] = [];
  const { augmentation, ...plain } = settings;
  const network = model.toJSON(undefined, false);
  for (const name of foreignClasses(model, network)) {
    obstacles.push(`\`${name}\` is not a class of TensorFlow.js, so its code is not known.`);
  }
  const augmentations = describeAugmentations(augmentation);
  if (augmentations.includes(undefined)) {
    obstacles.push("The augmentation is not one of `lib/preprocessing`, so its code is not known.");
  }
  const code = await loadedCode();
  if (code.changed.length > 0) {
    obstacles.push(
      `${code.changed.join(", ")} changed after this process had loaded it: ` +
        "restart the kernel to train with the new code.",
    );
  }
  if (obstacles.length > 0) return { obstacles };

  const hash = createHash("sha256");
  hash.update(JSON.stringify({
    versions: tf.version,
    code: code.digest,
    backend: tf.getBackend(),
    network: withoutNames(network, model),
    loss: model.loss,
    optimizer: [model.optimizer.getClassName(), model.optimizer.getConfig()],
    settings: plain,
    augmentations,
  }));
  for (const weight of model.getWeights()) addTensor(hash, weight);
  for (const { tensor } of await model.optimizer.getWeights()) addTensor(hash, tensor);
  hash.update(trainingImages).update(train.labels);
  hash.update(hashImages(validation.images)).update(validation.labels);
  return { digest: hash.digest("hex"), obstacles };
}

/** The augmentations of a training by their options; `undefined` for those of unknown code. */
export function describeAugmentations(
  augmentation: FitSettings["augmentation"] = [],
): (AugmentationOptions | undefined)[] {
  return [augmentation].flat().map(describeAugmentation);
}

function addTensor(hash: Hash, tensor: tf.Tensor): void {
  hash.update(JSON.stringify(tensor.shape)).update(tensor.dataSync() as Float32Array);
}

/** Classes of a model's configuration whose code is somebody else's. */
function foreignClasses({ layers, optimizer }: tf.LayersModel, network: unknown): Set<string> {
  const foreign = new Set<string>();
  JSON.stringify(network, (key, value) => {
    if (key === "class_name" && !ownClasses.has(value)) foreign.add(value);
    return value;
  });
  for (const part of [...layers, optimizer]) {
    const name = part.getClassName();
    if (ownClasses.get(name) !== part.constructor) foreign.add(name);
  }
  return foreign;
}

/** A configuration in which layers are numbered: TensorFlow.js counts names on in a process. */
function withoutNames(network: unknown, model: tf.LayersModel): unknown {
  const names = new Map([model.name, ...layerNames(model)].map((name, i) => [name, `#${i}`]));
  return JSON.parse(
    JSON.stringify(
      network,
      (_, value) => typeof value === "string" ? names.get(value) ?? value : value,
    ),
  );
}

function layerNames({ layers }: { readonly layers: readonly tf.layers.Layer[] }): string[] {
  return layers.flatMap((layer) => [
    layer.name,
    ...("layers" in layer ? layerNames(layer as unknown as tf.LayersModel) : []),
  ]);
}
