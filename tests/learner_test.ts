/** What a learner does to the notebooks, on the real kernel: every figure stays true. @module */
import { join } from "node:path";
import { assert, assertEquals } from "lib/assert.ts";
import { drawDigits } from "lib/dataset/synthetic/mod.ts";
import { projectPath } from "lib/project.ts";
import { Kernel, OutputCollector } from "lib/report/kernel/mod.ts";
import { readNotebook } from "lib/report/notebook.ts";
import { csvOf } from "./dataset/samples.ts";

/** Replacements in the cells of a notebook; each has to be found. */
type Edits = readonly (readonly [from: string, to: string])[];

/** What a notebook shows: the text of its outputs, and the errors of its cells. */
interface Shown {
  readonly text: string;
  readonly errors: readonly string[];
}

const folder = await Deno.makeTempDir();
const data = join(folder, "data");
const ROWS = 600;

/** A learner's table: 600 digits with labels and 100 without. */
async function writeDigits(): Promise<void> {
  await Deno.mkdir(data, { recursive: true });
  const labels = Uint8Array.from({ length: ROWS }, (_, i) => i * 7 % 10);
  const images = drawDigits(labels, 1);
  await Deno.writeTextFile(join(data, "train.csv"), csvOf({ images, labels }));
  const unlabelled = { images: drawDigits(labels.subarray(0, 100), 2) };
  await Deno.writeTextFile(join(data, "test.csv"), csvOf(unlabelled));
}

/** Runs all cells of a notebook, as "Run All" does: on after an error, too. */
async function run(
  name: string,
  outputs: string,
  edits: Edits = [],
  environment: Record<string, string> = {},
): Promise<Shown> {
  const { cells } = await readNotebook(projectPath("notebooks", `${name}.ipynb`));
  let sources = cells.filter((cell) => cell.cell_type === "code").map(({ source }) => source);
  for (const [from, to] of edits) {
    assert(sources.some((source) => source.includes(from)), `${name} has no ${from}`);
    sources = sources.map((source) => source.replaceAll(from, to));
  }
  await using kernel = await Kernel.start({
    cwd: projectPath("notebooks"),
    env: {
      DIGIT_RECOGNIZER_DATA: data,
      DIGIT_RECOGNIZER_OUTPUTS: join(folder, outputs),
      DIGIT_RECOGNIZER_QUICK: "0",
      ...environment,
    },
  });
  const texts: string[] = [];
  const errors: string[] = [];
  for (const source of sources) {
    const collector = new OutputCollector();
    await kernel.execute(source, collector);
    for (const output of collector.outputs) {
      if (output.output_type === "error") errors.push(`${output.ename}: ${output.evalue}`);
      if (output.output_type !== "display_data") continue;
      const { "text/markdown": markdown, "text/plain": plain } = output.data;
      texts.push([markdown ?? plain ?? ""].flat().join(""));
    }
  }
  return { text: texts.join("\n"), errors };
}

/** Fails where a notebook had an error, or shows what is no figure. */
function assertTrue({ text, errors }: Shown): string {
  assertEquals(errors, []);
  for (const nonsense of ["NaN", "undefined", "null", "Infinity"]) {
    const at = text.indexOf(nonsense);
    assert(at < 0, `${nonsense} in: ${text.slice(Math.max(at - 200, 0), at + 50)}`);
  }
  return text;
}

const BASE = "base";
const EARLIER = "Trained by an earlier run";
const FRESH = /Trained in \d/;
const SHORT: Edits = [["const EPOCHS = 5;", "const EPOCHS = 2;"]];
const SHORT_RECIPE: Edits = [[
  "// settings: { ...RECIPES[name].settings, epochs: 3 }",
  "settings: { ...RECIPES[name].settings, epochs: 2 }",
]];
const SHORT_2: Edits = [["const EPOCHS = 10;", "const EPOCHS = 3;"]];

Deno.test({
  name: "a learner edits the notebooks",
  async fn(t): Promise<void> {
    await writeDigits();
    try {
      await t.step("few rows: all sentences are true", async () => {
        const text = [
          assertTrue(await run("02-preprocessing", BASE)),
          assertTrue(await run("03-model-1", BASE, SHORT)),
          assertTrue(await run("04-model-2", BASE, SHORT_2)),
          assertTrue(await run("05-results", BASE)),
          assertTrue(await run("06-looking-ahead", BASE, SHORT_RECIPE)),
        ].join("\n");
        assert(text.includes("480 images to train with, 120 to validate with."), text);
        assert(/100 rows by \*\*(model|the recipe)/.test(text), text);
        assert(text.includes("Kaggle asks for 28,000"), text);
        assert(text.includes("There are no figures of the study for these digits"), text);
        assert(text.includes("Model 1: 2 epochs, batches of 64"), text);
        assert(!text.includes("handed in as it is"), text);
      });

      await t.step("nothing changed: nothing is trained", async () => {
        assert(assertTrue(await run("03-model-1", BASE, SHORT)).includes(EARLIER));
      });

      const retrained: Record<string, Edits> = {
        "all labels 0": [[
          "const plan = {",
          "data.train.labels.fill(0);\nconst plan = {",
        ]],
        "augmented examples": [[
          "const plan = {",
          "const flow = new ImageDataGenerator({ zoomRange: 0.2 }).flow(" +
          "data.train.images, data.train.labels, { seed: 1, batchSize: 480 });\n" +
          "const { x: images, y: labels } = flow.nextBatch();\n" +
          "const plain = data.train;\nObject.assign(data, { train: { images, labels } });\n" +
          "const plan = {",
        ]],
        "one epoch": [["const EPOCHS = 2;", "const EPOCHS = 1;"]],
        "batch size 1,000": [["const BATCH_SIZE = 64;", "const BATCH_SIZE = 1000;"]],
        "another seed": [["const SEED = 1;", "const SEED = 0;"]],
        dropout: [["// tf.layers.dropout", "tf.layers.dropout"]],
        "batch normalisation": [[
          "// tf.layers.batchNormalization",
          "tf.layers.batchNormalization",
        ]],
        "another optimizer": [["// optimizer: ", "optimizer: "]],
        augmentation: [["// augmentation: ", "augmentation: "]],
        "early stopping": [["// earlyStopping: ", "earlyStopping: "]],
        "a network of dense layers": [[
          "const model = tf.sequential({",
          "const model = tf.sequential({ layers: [tf.layers.dense({ units: 32, inputShape: [784] }), " +
          "tf.layers.dense({ units: 10, activation: 'softmax' })] });\nconst unused = tf.sequential({",
        ]],
        "fewer rows": [[
          "await show(markdown(`\n${formatCount(data",
          "Object.assign(data, { train: head(data.train, 200) });\nawait show(markdown(`\n${formatCount(data",
        ], ["  evaluate,\n", "  evaluate,\n  head,\n"]],
      };
      for (const [what, edits] of Object.entries(retrained)) {
        await t.step(`${what}: trained as the cells say`, async () => {
          const text = assertTrue(await run("03-model-1", "edited", [...SHORT, ...edits]));
          assert(FRESH.test(text), `${what}: ${text}`);
        });
      }

      const recipes: Record<string, Edits> = {
        "another recipe": [["// settings: { epochs: 3,", "settings: { epochs: 2,"]],
        "a reader of several views": [...SHORT_RECIPE, [
          "...RECIPES[name],\n",
          "...RECIPES[name],\n  views: [{}, { tx: 1 }],\n",
        ]],
      };
      for (const [what, edits] of Object.entries(recipes)) {
        await t.step(`${what}: all sentences are true`, async () => {
          const text = assertTrue(await run("06-looking-ahead", BASE, edits));
          assert(text.includes("The recipe fast reads"), text);
          if (what === "another recipe") assert(FRESH.test(text), text);
        });
      }

      await t.step("the ensemble of `report --best` is what everything shows", async () => {
        const edits: Edits = [
          ["const ENSEMBLE = 5;", "const ENSEMBLE = 2;"],
          ["  // settings: { epochs: 3,", "  settings: { epochs: 1,"],
        ];
        const shown = await run("06-looking-ahead", BASE, edits, { DIGIT_RECOGNIZER_BEST: "1" });
        assert(assertTrue(shown).includes("2 networks of the recipe best read "), shown.text);
      });

      await t.step(
        "another split: trained again, and nothing is judged on rows it saw",
        async () => {
          const text = assertTrue(
            await run("02-preprocessing", BASE, [["RANDOM_STATE = 42", "RANDOM_STATE = 7"]]),
          );
          assert(!text.includes("the report's own rows"), text);
          const early = await run("05-results", BASE);
          assert(
            /The model was trained on \d+ of these 120 images/.test(early.errors[0]!),
            early.errors[0]!,
          );
          assert(!early.text.includes("Reported beside reproduced"), early.text);
          const ahead = await run("06-looking-ahead", BASE, SHORT_RECIPE);
          assert(ahead.errors[0]!.includes("The model was trained on"), ahead.errors[0]!);
          assert(!ahead.text.includes("rows by"), ahead.text);
          assert(FRESH.test(assertTrue(await run("03-model-1", BASE, SHORT))));
          assert(FRESH.test(assertTrue(await run("04-model-2", BASE, SHORT_2))));
          assertTrue(await run("05-results", BASE));
        },
      );

      await t.step("a split that is part of the old one is named, too", async () => {
        await run("02-preprocessing", BASE, [
          ["RANDOM_STATE = 42", "RANDOM_STATE = 7"],
          ["TEST_SIZE = 0.2", "TEST_SIZE = 0.1"],
        ]);
        const { errors } = await run("05-results", BASE);
        assert(errors[0]!.includes("was validated on other images"), errors[0]!);
      });

      const refused: Record<string, readonly [notebook: string, from: string, to: string]> = {
        "`epochs` is 0; expected a whole number": ["03-model-1", "EPOCHS = 5", "EPOCHS = 0"],
        "`epochs` is 2.5; expected a whole number": ["03-model-1", "EPOCHS = 5", "EPOCHS = 2.5"],
        "`batchSize` is 0; expected a whole number": ["03-model-1", "SIZE = 64", "SIZE = 0"],
        "The seed is -1; expected a whole number": ["03-model-1", "SEED = 1", "SEED = -1"],
        "TEST_SIZE is 2; expected a share": ["02-preprocessing", "SIZE = 0.2", "SIZE = 2"],
        "RANDOM_STATE is -1; expected": ["02-preprocessing", "STATE = 42", "STATE = -1"],
        "gives [null, 11]; expected [null, 10]": ["03-model-1", "units: 10", "units: 11"],
      };
      for (const [message, [notebook, from, to]] of Object.entries(refused)) {
        await t.step(`${to}: refused by name, value and what was expected`, async () => {
          const { errors } = await run(notebook, "refused", [[from, to]]);
          assert(errors[0]!.includes(message), errors[0]!);
        });
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
