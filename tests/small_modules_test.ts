import { join } from "node:path";
import { assert, assertEquals, assertRejects, assertThrows } from "lib/assert.ts";
import { InputError } from "lib/errors.ts";
import { writeFileAtomically } from "lib/files.ts";
import { duration, formatCount, percent } from "lib/format.ts";
import { projectPath } from "lib/project.ts";
import { readSettings, type Settings } from "lib/settings.ts";

Deno.test("figures are written as people read them", () => {
  assertEquals(percent(0.9912), "99.12%");
  assertEquals(percent(1 / 3, 0), "33%");
  assertEquals(formatCount(42000), "42,000");
  assertEquals([8.4, 59.6, 125, 3600].map(duration), [
    "8 s",
    "1 min 00 s",
    "2 min 05 s",
    "1 h 00 min",
  ]);
});

Deno.test("the project's root holds deno.json", async () => {
  assert((await Deno.stat(projectPath("deno.json"))).isFile);
});

Deno.test("a file is written whole or not at all", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "new", "file.txt");
    await writeFileAtomically(path, "old");
    await writeFileAtomically(path, new TextEncoder().encode("new"));
    assertEquals(await Deno.readTextFile(path), "new");
    const parts = ["in ", "", "parts"].map((part) => new TextEncoder().encode(part));
    await writeFileAtomically(path, parts);
    assertEquals(await Deno.readTextFile(path), "in parts");
    // A folder stands where the file should go, so the rename fails.
    await assertRejects(() => writeFileAtomically(join(folder, "new"), "x"), Error);
    assertEquals((await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name), ["new"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("settings that make no sense are refused with what was expected", () => {
  const read = (name: string, value: string): Settings =>
    readSettings(new Map([[`DIGIT_RECOGNIZER_${name}`, value]]));
  assertThrows(
    () => read("BACKEND", "cuda"),
    InputError,
    'is "cuda"; expected one of simd, cpu, wasm, webgpu',
  );
  assertThrows(() => read("THREADS", "0"), InputError, "expected a whole number, 1 or more");
  assertThrows(() => read("THREADS", "2.5"), InputError, "expected a whole number, 1 or more");
  assertEquals(read("THREADS", "3").threads, 3);
  assertEquals(read("QUICK", "0").quick, false);
  assertEquals(read("QUICK", "1").quick, true);
  assertEquals(read("DATA", "digits.zip").dataIsNamed, true);
  assertEquals(read("DATA", "").data, projectPath("data"));
  const flags = (text: string): Settings => readSettings(new Map([["DENO_V8_FLAGS", text]]));
  assertEquals(flags("--experimental-wasm-revectorize").vectorBits, 256);
  assertEquals(flags("--no-experimental-wasm-revectorize").vectorBits, 128);
  assertEquals(flags("").vectorBits, 128);
});
