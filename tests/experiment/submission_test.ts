import { assertEquals, assertThrows } from "lib/assert.ts";
import { InputError } from "lib/errors.ts";
import { hiddenLabels, parseSubmission, writeSubmission } from "lib/experiment/mod.ts";
import { withFolder } from "../folder.ts";

Deno.test("a submission that was written is read", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/submission.csv`;
    const predictions = Uint8Array.of(3, 0, 9, 1);
    await writeSubmission(path, predictions);
    assertEquals(parseSubmission(await Deno.readTextFile(path), path), predictions);
  });
});

Deno.test("another program's submission: any order, a byte order mark, plain line ends", () => {
  assertEquals(
    parseSubmission("\uFEFFImageId,Label\n2,5\n3,7\n1,0", "s.csv"),
    Uint8Array.of(0, 5, 7),
  );
});

Deno.test("a wrong submission is refused with file and line", () => {
  const cases: [string, string][] = [
    ["", 's.csv, line 1: ""; expected ImageId,Label.'],
    ["id,label\n1,2", 's.csv, line 1: "id,label"; expected ImageId,Label.'],
    [
      "ImageId,Label\n1,2\n2,10\n",
      's.csv, line 3: "2,10"; expected an image\'s number and a digit, as 1,7.',
    ],
    [
      "ImageId,Label\n1,2\n\n",
      's.csv, line 3: ""; expected an image\'s number and a digit, as 1,7.',
    ],
    [
      "ImageId,Label\n0,2\n1,3\n",
      "s.csv, line 2: ImageId 0; expected 1 to 2, the number of rows.",
    ],
    [
      "ImageId,Label\n1,2\n3,3\n",
      "s.csv, line 3: ImageId 3; expected 1 to 2, the number of rows.",
    ],
    ["ImageId,Label\n1,2\n1,2\n", "s.csv, line 3: ImageId 1 a second time; expected each once."],
  ];
  for (const [text, message] of cases) {
    assertEquals(assertThrows(() => parseSubmission(text, "s.csv"), InputError).message, message);
  }
});

/** Images of a single grey value each. */
function plain(...values: number[]): Uint8Array {
  return Uint8Array.from({ length: values.length * 784 }, (_, i) => values[Math.trunc(i / 784)]!);
}

Deno.test("hidden labels are found by pixels, in any of the labelled sets", () => {
  const labelled = [
    { images: plain(10, 200), labels: Uint8Array.of(4, 7) },
    { images: plain(30, 10), labels: Uint8Array.of(1, 4) },
  ];
  assertEquals(hiddenLabels(plain(30, 10, 200, 30), labelled), Uint8Array.of(1, 4, 7, 1));
  assertEquals(
    assertThrows(() => hiddenLabels(plain(30, 31), labelled), InputError).message,
    "Test image 2 is not one of MNIST's; expected the test images of Kaggle's data.",
  );
  const again = { images: plain(200), labels: Uint8Array.of(8) };
  assertEquals(
    assertThrows(() => hiddenLabels(plain(10, 200), [...labelled, again]), InputError).message,
    "Test image 2 is in MNIST with different labels.",
  );
});
