import sharp from "sharp";
import { assert, assertEquals } from "lib/assert.ts";
import { drawDigits } from "lib/dataset/synthetic/mod.ts";
import { PROJECT_ROOT } from "lib/project.ts";
import { RandomState } from "lib/random.ts";
import { taskArgs } from "../cli/task.ts";
import { drawPage } from "./pages.ts";
import { drawPdf } from "./pdfs.ts";

/** The task's own command, so that its permissions are tried too; it may write to `folder` as well. */
async function read(
  args: string[],
  { input, folder }: { input?: Uint8Array; folder?: string } = {},
): Promise<{ code: number; out: string; error: string }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...taskArgs("read", folder === undefined ? {} : { write: folder }), ...args],
    cwd: PROJECT_ROOT,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  // A command that refuses its arguments doesn't wait for its input.
  await writer.write(input ?? new Uint8Array()).catch(() => {});
  await writer.close().catch(() => {});
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), error: decoder.decode(stderr) };
}

const labels = Uint8Array.from({ length: 200 }, (_, i) => i % 10);
const page = drawPage("scan", 11, { images: drawDigits(labels, 5), labels });
const png = await sharp(page.data, {
  raw: { width: page.width, height: page.height, channels: 4 },
}).png().toBuffer();

Deno.test("a page is read from a file, a folder and standard input", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${folder}/a.png`, png);
    await Deno.writeTextFile(`${folder}/notes.txt`, "no picture");
    const fromFile = await read([`${folder}/a.png`]);
    assertEquals(fromFile.code, 0, fromFile.error);
    assertEquals(fromFile.out.trimEnd().split("\n").length, page.lines.length);
    assertEquals((await read(["-"], { input: png })).out, fromFile.out);
    assertEquals((await read([folder])).out, fromFile.out);

    const annotated = `${folder}/out/annotated.png`;
    const refused = await read(["--annotate", annotated, `${folder}/a.png`]);
    assertEquals(refused.code, 1);
    assert(refused.error.startsWith(`error: This task may not write to ${folder}/out.`));

    const args = ["--json", "--annotate", annotated, `${folder}/a.png`];
    const json = await read(args, { folder });
    const [{ file, lines }] = JSON.parse(json.out);
    assertEquals(file, `${folder}/a.png`);
    assertEquals(lines.map(({ text }: { text: string }) => text).join("\n") + "\n", fromFile.out);
    const { digit, probability, box, alternatives } = lines[0].digits[0];
    assert(digit === null || Number.isInteger(digit));
    assert(probability > 0 && probability <= 1 && box.width > 5 && Array.isArray(alternatives));
    assertEquals((await sharp(annotated).metadata()).width, page.width);

    const csv = await read(["--csv", `${folder}/a.png`]);
    const [header, ...rows] = csv.out.trim().split(/\r?\n/);
    assertEquals(header, "file,page,line,position,digit,probability,left,top,width,height");
    assert(rows[0]!.startsWith(`${folder}/a.png,,1,1,`), rows[0]);
    assertEquals(rows.length, lines.flatMap((line: { digits: unknown[] }) => line.digits).length);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a page on its side is read, with a word about it and boxes where the digits are", async () => {
  const upright = JSON.parse((await read(["--json", "-"], { input: png })).out)[0];
  assertEquals(upright.turned, 0);
  const onSide = await sharp(png).rotate(90).png().toBuffer();
  const { code, out, error } = await read(["--json", "-"], { input: onSide });
  assertEquals([code, error.trim()], [0, "-: read turned by 270 degrees clockwise."]);
  const [reading] = JSON.parse(out);
  assertEquals(reading.turned, 270);
  const texts = (lines: { text: string }[]): string[] => lines.map(({ text }) => text);
  assertEquals(texts(reading.lines), texts(upright.lines));
  const before = upright.lines[0].digits[0].box, after = reading.lines[0].digits[0].box;
  const expected = [page.height - before.top - before.height, before.left];
  assert(
    Math.hypot(after.left - expected[0]!, after.top - expected[1]!) < 4,
    JSON.stringify(after),
  );
});

Deno.test("a PDF is read page by page, and what can't be read doesn't keep the others from it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const scan = { picture: png, width: page.width / 2, height: page.height / 2 };
    const huge = { ...scan, width: 1e6, height: 1e6 };
    const long = `${folder}/long.pdf`;
    await Deno.writeFile(long, await drawPdf([scan, huge, scan]));
    await Deno.writeFile(`${folder}/zero.pdf`, await drawPdf([]));

    const json = await read(["--json", folder]);
    assertEquals(json.code, 1);
    assertEquals(json.error.trimEnd().split("\n"), [
      `error: ${long}, page 2 has 1,000,000 x 1,000,000 points; expected at most 14,400 a side.`,
      `error: ${folder}/zero.pdf is a PDF without pages.`,
    ]);
    const [first, third, ...others] = JSON.parse(json.out);
    assertEquals(others, []);
    assertEquals(Object.keys(first), ["file", "page", "turned", "lines"]);
    assertEquals([first.file, first.page, third.file, third.page], [long, 1, long, 3]);
    assertEquals(first.lines, third.lines);

    const text = first.lines.map((line: { text: string }) => line.text).join("\n");
    const plain = await read([long]);
    assertEquals(plain.out, `${long}, page 1:\n${text}\n\n${long}, page 3:\n${text}\n`);
    const [, row] = (await read(["--csv", long])).out.split(/\r?\n/);
    assert(row!.startsWith(`${long},1,1,1,`), row);

    const several = await read(["--annotate", "outputs/never.png", long]);
    assertEquals([several.code, several.out], [1, ""]);
    assertEquals(several.error, `error: --annotate takes one page; ${long} has 3.\n`);
    await Deno.writeFile(`${folder}/one.pdf`, await drawPdf([scan]));
    const annotated = `${folder}/one.png`;
    const one = await read(["--annotate", annotated, `${folder}/one.pdf`], { folder });
    assertEquals([one.code, one.out], [0, `${text}\n`], one.error);
    assertEquals((await sharp(annotated).metadata()).width, 2000);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("bad input ends in one clear line and exit code 1", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const random = new RandomState(3);
    await Deno.writeFile(
      `${folder}/noise.png`,
      Uint8Array.from({ length: 99 }, () => random.randint(0, 256)),
    );
    const blank = sharp({ create: { width: 300, height: 200, channels: 3, background: "#fff" } });
    await blank.png().toFile(`${folder}/blank.png`);
    await Deno.writeFile(`${folder}/page.png`, png);
    await Deno.mkdir(`${folder}/empty`);
    const cases: [string[], string][] = [
      [[`${folder}/none.png`], "none.png: there is no such file."],
      [[`${folder}/noise.png`], "noise.png is no picture that can be read"],
      [[`${folder}/blank.png`], "blank.png: there is nothing written on it."],
      [[`${folder}/empty`], "empty has no pictures"],
      [["--model", folder, `${folder}/page.png`], "there is no trained model"],
      [["--json", "--csv", `${folder}/page.png`], "choose one of them"],
    ];
    for (const [args, message] of cases) {
      const { code, error } = await read(args);
      assertEquals(code, 1, error);
      const lines = error.trim().split("\n");
      assertEquals(lines.length, 1, error);
      assert(lines[0]!.startsWith("error: ") && lines[0]!.includes(message), error);
    }
    const some = await read([`${folder}/noise.png`, `${folder}/page.png`]);
    assertEquals(some.code, 1);
    assert(some.out.includes("page.png:\n"), "the other picture is read all the same");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
