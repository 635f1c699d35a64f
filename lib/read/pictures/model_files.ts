import { join } from "node:path";
import { InputError } from "lib/errors.ts";
import { projectPath } from "lib/project.ts";
import { loadReader, type Reader } from "lib/read/model.ts";

/** The folder of the model that comes with the project. */
export const DEFAULT_READER: string = projectPath("outputs", "reference", "reader");

/**
 * Loads a reader from a folder with `model.json` and the weights that it names.
 *
 * @throws {InputError} If there is none, or it doesn't fit.
 */
export async function readReader(folder: string = DEFAULT_READER): Promise<Reader> {
  try {
    const modelJson = JSON.parse(await Deno.readTextFile(join(folder, "model.json")));
    const [path] = modelJson.weightsManifest[0].paths;
    const weights = await Deno.readFile(join(folder, path));
    return await loadReader(modelJson, weights.buffer);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      throw new InputError(
        `${folder}: there is no trained model; expected a folder with model.json and its weights.`,
      );
    }
    if (error instanceof InputError) throw new InputError(`${folder}: ${error.message}`);
    if (error instanceof SyntaxError || error instanceof TypeError) {
      throw new InputError(`${folder}: model.json is no LayersModel of TensorFlow.js.`);
    }
    throw error;
  }
}
