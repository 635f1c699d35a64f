import { join } from "node:path";
import { assert, assertEquals } from "lib/assert.ts";
import { projectPath } from "lib/project.ts";
import denoJson from "../../deno.json" with { type: "json" };
import { taskArgs } from "../cli/task.ts";
import { withMirror } from "./mirror.ts";
import { withFolder } from "../folder.ts";
import { bytesOf, csvOf, csvRows, csvText, namesIn, sampleDigits, zipOf } from "./samples.ts";

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs `deno task data` as a user without credentials for Kaggle but those given. */
async function runData(
  folder: string,
  args: string[],
  variables: Record<string, string> = {},
): Promise<Outcome> {
  const inherited = Object.entries(Deno.env.toObject())
    .filter(([name]) => !/^(KAGGLE|DIGIT_RECOGNIZER)_/.test(name));
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...taskArgs("data", { net: "127.0.0.1", write: folder }), ...args],
    cwd: projectPath(),
    clearEnv: true,
    env: {
      ...Object.fromEntries(inherited),
      DENO_DIR: Deno.env.get("DENO_DIR") ?? await denoDir(),
      HOME: folder,
      USERPROFILE: folder,
      ...variables,
    },
  }).output();
  const text = (bytes: Uint8Array): string =>
    new TextDecoder().decode(bytes).replaceAll(folder, "FOLDER");
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** Where Deno keeps its packages, which depends on the home that the command is not given. */
async function denoDir(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  return (JSON.parse(new TextDecoder().decode(stdout)) as { denoDir: string }).denoDir;
}

Deno.test("deno task data says what is there", async (t) => {
  await withFolder(async (folder) => {
    const train = csvOf(sampleDigits(20));
    const test = csvOf({ images: sampleDigits(3).images });
    await Deno.writeTextFile(join(folder, "train.csv"), train);
    await Deno.writeTextFile(join(folder, "test.csv"), test);
    const named = await runData(folder, ["--data", folder]);
    await t.step(named.stdout, () => {
      assertEquals(named.code, 0);
      assert(named.stdout.startsWith("Kaggle Digit Recognizer (train.csv), in FOLDER\n"));
      assert(named.stdout.includes("train 20 digits with labels: not Kaggle's 42,000"));
      assert(named.stdout.includes("test  3 digits without labels: not Kaggle's 28,000"));
    });
    await t.step(
      "also where DIGIT_RECOGNIZER_DATA names them, unless the option does",
      async () => {
        const variables = { DIGIT_RECOGNIZER_DATA: folder };
        assertEquals((await runData(folder, [], variables)).stdout, named.stdout);
        const elsewhere = { DIGIT_RECOGNIZER_DATA: join(folder, "nowhere") };
        assertEquals((await runData(folder, ["--data", folder], elsewhere)).stdout, named.stdout);
        const { stderr } = await runData(folder, [], elsewhere);
        assertEquals(
          stderr,
          "error: FOLDER/nowhere can't be read: there is no such file or folder; check the path.\n",
        );
      },
    );
  });
});

Deno.test("deno task data ends in one line and exit code 1 on what a user can mend", async (t) => {
  await withFolder(async (folder) => {
    const rows = csvRows(sampleDigits(3));
    rows[1]![7] = "256";
    await Deno.mkdir(join(folder, "damaged"));
    await Deno.writeTextFile(join(folder, "damaged", "train.csv"), csvText(rows));
    await Deno.mkdir(join(folder, "empty"));
    const cases: [args: string[], line: string][] = [
      [
        ["--data", join(folder, "damaged")],
        'train.csv, line 3, column "pixel6": "256"; expected a whole number from 0 to 255. ' +
        "Download the file again: see data/README.md.",
      ],
      [
        ["--data", join(folder, "empty"), "--source", "files"],
        "FOLDER/empty has no digits; expected train.csv and test.csv (or .csv.gz), Kaggle's " +
        "digit-recognizer.zip, or MNIST's four idx files. See data/README.md.",
      ],
      [
        ["--data", join(folder, "empty"), "--source", "mnist", "--mirror", `file://${folder}`],
        "train-images-idx3-ubyte.gz can't be downloaded (file: there is no such file). Try again " +
        "later, name another --mirror, or put the file into the folder yourself: see data/README.md.",
      ],
      [
        [
          "--data",
          join(folder, "an empty one"),
          "--mirror",
          "https://me:secret@mirror.invalid:81/",
        ],
        "This task may not reach mirror.invalid:81. Run it with that permission: " +
        denoJson.tasks.data.command.replace("--allow-net=", "--allow-net=mirror.invalid:81,")
          .replace(/--allow-env=\S+/, "'$&'") +
        " --data 'FOLDER/an empty one' --mirror 'https://me:***@mirror.invalid:81/'",
      ],
    ];
    for (const [args, line] of cases) {
      const { code, stderr } = await runData(folder, args);
      await t.step(stderr, () => {
        assertEquals(code, 1);
        assertEquals(stderr.split("\n").at(-2), `error: ${line}`);
        assert(!stderr.includes("    at "), "no stack trace");
      });
    }
    assertEquals(await namesIn(join(folder, "empty")), []);
  });
});

Deno.test("deno task data explains itself, and its wrong options", async () => {
  await withFolder(async (folder) => {
    const help = await runData(folder, ["--help"]);
    assertEquals(help.code, 0);
    for (const option of ["--source", "--mirror", "--data"]) assert(help.stdout.includes(option));
    for (const args of [["--source", "elsewhere"], ["--mirror", "ftp://x"], ["--fast"]]) {
      const { code, stderr } = await runData(folder, args);
      assertEquals(code, 2);
      assert(stderr.startsWith("error: "));
    }
  });
});

Deno.test("deno task data shows no credentials, whatever Kaggle answers", async (t) => {
  const token = "KGAT_0123456789abcdef";
  for (const status of [401, 403, 404]) {
    await withFolder((folder) =>
      withMirror({
        files: {},
        answer: (request) => {
          const said = request.headers.get("authorization") ?? "";
          return Response.json({ code: status, message: `You said ${said}` }, { status });
        },
      }, async ({ url, requests }) => {
        const variables = { KAGGLE_API_TOKEN: token, KAGGLE_API_ENDPOINT: url };
        const args = ["--source", "kaggle", "--data", folder];
        const { code, stdout, stderr } = await runData(folder, args, variables);
        await t.step(stderr, () => {
          assertEquals(code, 1);
          assert(requests.length > 0);
          assert(!`${stdout}${stderr}`.includes("0123456789abcdef"));
        });
      })
    );
  }
});

Deno.test("deno task data names what is not clear, missing or hostile", async (t) => {
  await withFolder(async (folder) => {
    const at = (name: string): string => join(folder, name);
    const digits = sampleDigits(20);
    const withoutSevens = digits.labels.map((label) => label === 7 ? 1 : label);
    const train = csvOf({ ...digits, labels: withoutSevens });
    const test = csvOf({ images: sampleDigits(3).images });
    const zip = zipOf({ "train.csv": bytesOf(train), "test.csv": bytesOf(test) });
    const write = async (name: string, content: string | Uint8Array): Promise<void> => {
      await Deno.mkdir(join(at(name), ".."), { recursive: true });
      await (typeof content === "string"
        ? Deno.writeTextFile(at(name), content)
        : Deno.writeFile(at(name), content));
    };
    await write("csv/train.csv", train);
    await write("csv/test.csv", test);
    await write("twice/train.csv", train);
    await write("twice/train.csv.gz", train);
    await write("zips/digit-recognizer.zip", zip);
    await write("zips/digit-recognizer (1).zip", zip);
    await write(
      "nested/digit-recognizer.zip",
      zipOf({
        "a/train.csv": bytesOf(train),
        "b/train.csv": bytesOf(train),
      }),
    );
    await write("hostile/digit-recognizer\x1b]0;owned\x07<img src=x>.zip", zip);
    await Deno.mkdir(at("empty"));

    const whole = await runData(folder, ["--data", at("csv")]);
    assertEquals(whole.code, 0);
    assert(whole.stdout.includes("so figures will differ; there is no digit 7"), whole.stdout);
    const hostile = await runData(folder, ["--data", at("hostile")]);
    assertEquals(hostile.code, 0);
    assert(hostile.stdout.startsWith("Kaggle Digit Recognizer (digit-recognizer?"), hostile.stdout);
    const shown = hostile.stdout + hostile.stderr;
    for (const part of ["\x1b", "\x07", "<"]) assert(!shown.includes(part));

    const lines: [name: string, line: string][] = [
      ["twice", "has train.csv and train.csv.gz; keep one of them, or name one with --data."],
      ["zips", "has digit-recognizer (1).zip and digit-recognizer.zip; keep one of them"],
      ["nested", "has a/train.csv and b/train.csv; expected one train.csv."],
      ["empty", "has no digits; expected train.csv and test.csv"],
    ];
    for (const [name, line] of lines) {
      const { code, stderr } = await runData(folder, ["--data", at(name)]);
      await t.step(stderr, () => {
        assertEquals(code, 1);
        assert(stderr.includes(line));
      });
    }
    // The named file of two is meant.
    const { code } = await runData(folder, ["--data", at("zips/digit-recognizer.zip")]);
    assertEquals(code, 0);
  });
});
