import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { assert, assertEquals, assertRejects } from "lib/assert.ts";
import { fileError, readBytes } from "lib/dataset/bytes.ts";
import {
  byteProgress,
  type Download,
  DownloadError,
  downloadFile,
  type DownloadLimits,
} from "lib/dataset/download.ts";
import { brokenBody, type MirrorOptions, nobody, withMirror } from "./mirror.ts";
import { withFolder } from "../folder.ts";
import { bytesOf, lineOf, namesIn } from "./samples.ts";

const CONTENT = bytesOf("0123456789".repeat(1000));
const LIMITS: DownloadLimits = {
  answerMs: 300,
  stallMs: 300,
  leastRate: 100,
  totalMs: 5000,
  tries: 3,
  backoffMs: 1,
  retryAfterMs: 2000,
};

/** A download of `CONTENT` as `folder/file`. */
function downloadOf(folder: string, urls: string[], options: Partial<Download> = {}): Download {
  return {
    urls,
    path: join(folder, "file"),
    maxBytes: 100_000,
    limits: LIMITS,
    async verify(path): Promise<void> {
      if (await Deno.readTextFile(path) !== new TextDecoder().decode(CONTENT)) {
        throw new DownloadError("not what was expected");
      }
    },
    ...options,
  };
}

interface Outcome {
  /** Files in the folder afterwards. */
  names: string[];
  /** Requests that the mirror saw. */
  requests: string[];
  /** Why it failed, if it did. */
  reason: string | undefined;
}

/** Downloads from a mirror into a folder that already has the given partial file. */
async function tryMirror(
  mirrorOptions: Partial<MirrorOptions>,
  options?: Partial<Download>,
  part?: Uint8Array,
): Promise<Outcome> {
  return await withFolder((folder) =>
    withMirror({ files: { file: CONTENT }, ...mirrorOptions }, async ({ url, requests }) => {
      if (part) await Deno.writeFile(join(folder, "file.part"), part);
      let reason: string | undefined;
      try {
        await downloadFile(downloadOf(folder, [`${url}file`], options));
        assertEquals(await Deno.readFile(join(folder, "file")), CONTENT);
      } catch (error) {
        assert(error instanceof DownloadError, String(error));
        reason = error.message.replace(/^127\.0\.0\.1:\d+: /, "");
      }
      return { names: await namesIn(folder), requests, reason };
    })
  );
}

const DONE = { names: ["file"], reason: undefined };

Deno.test("downloadFile downloads, and reports its progress", async () => {
  const progress: [number, number | undefined][] = [];
  const outcome = await tryMirror({}, { onBytes: (...bytes) => progress.push(bytes) });
  assertEquals(outcome, { ...DONE, requests: ["file"] });
  assertEquals(progress.at(-1), [CONTENT.length, CONTENT.length]);
});

Deno.test("downloadFile goes on where a connection broke off", async () => {
  const retries: string[] = [];
  const outcome = await tryMirror({
    answer: (_, n) => {
      if (n > 1) return undefined;
      const headers = { "content-length": String(CONTENT.length) };
      return new Response(brokenBody(CONTENT.subarray(0, 4000), "break"), { headers });
    },
  }, { onRetry: (message) => retries.push(message) });
  assertEquals(outcome, { ...DONE, requests: ["file", "file bytes=4000-"] });
  assertEquals(retries.length, 1);
});

Deno.test("downloadFile goes on where a server fell silent", async () => {
  const outcome = await tryMirror({
    answer: (_, n) =>
      n === 1 ? new Response(brokenBody(CONTENT.subarray(0, 4000), "silence")) : undefined,
  });
  assertEquals(outcome, { ...DONE, requests: ["file", "file bytes=4000-"] });
});

Deno.test("downloadFile gives a server that drips so much time and no more", async () => {
  let sent = 0;
  const drip = new ReadableStream({
    async pull(controller): Promise<void> {
      await new Promise((done) => setTimeout(done, 20));
      sent += 10;
      controller.enqueue(CONTENT.subarray(0, 10));
    },
  });
  const { names, reason } = await tryMirror(
    { answer: () => new Response(drip) },
    { limits: { ...LIMITS, totalMs: 200, tries: 1 } },
  );
  assertEquals(reason, "not done in 0.2 s");
  assertEquals(names, ["file.part"]);
  assert(sent < 1000);
});

Deno.test("downloadFile gives up a server that drips, however long it may take", async () => {
  let connections = 0;
  const answer = (): Response => {
    connections++;
    return new Response(
      new ReadableStream({
        async pull(controller): Promise<void> {
          await new Promise((done) => setTimeout(done, 40));
          controller.enqueue(CONTENT.subarray(0, 1));
        },
      }),
    );
  };
  const { reason } = await tryMirror({ answer }, { limits: { ...LIMITS, totalMs: Infinity } });
  assert(/^\d+ bytes a second; expected 100 or more$/.test(reason!), reason);
  assertEquals(connections, 3);
});

Deno.test("downloadFile does not ask without end where a server answers 206 unasked", async () => {
  const wrong = CONTENT.toReversed();
  const headers = { "content-range": `bytes 0-${wrong.length - 1}/${wrong.length}` };
  const answer = (): Response => new Response(wrong.slice(), { status: 206, headers });
  const unasked = await tryMirror({ answer });
  assertEquals([unasked.reason, unasked.requests.length], ["it answered 206", 1]);
  // Nor where it was asked to resume, and has something else.
  const resumed = await tryMirror(
    {
      answer: (request) => {
        const start = Number(/\d+/.exec(request.headers.get("range") ?? "0"));
        const headers = { "content-range": `bytes ${start}-${wrong.length - 1}/${wrong.length}` };
        return new Response(wrong.slice(start), { status: 206, headers });
      },
    },
    {},
    CONTENT.subarray(0, 5000),
  );
  assertEquals([resumed.reason, resumed.requests.length], ["it answered 206", 2]);
});

Deno.test("downloadFile waits as long as a server asks it to, within bounds", async () => {
  const refuse = (retryAfter: string) => (_: Request, n: number): Response | undefined =>
    n === 1
      ? new Response(null, { status: 429, headers: { "retry-after": retryAfter } })
      : undefined;
  const start = performance.now();
  assertEquals(await tryMirror({ answer: refuse("1") }), { ...DONE, requests: ["file", "file"] });
  assert(performance.now() - start > 900, "it did not wait");
  const inAnHour = new Date(Date.now() + 3_600_000).toUTCString();
  for (const retryAfter of ["3600", inAnHour]) {
    const { reason, requests } = await tryMirror({ answer: refuse(retryAfter) });
    assert(/^it answered 429, to be asked again in 3\d\d\d s$/.test(reason!), reason);
    assertEquals(requests, ["file"]);
  }
  assertEquals((await tryMirror({ answer: refuse("soon") })).reason, undefined);
});

Deno.test("downloadFile names the host of a redirect that cannot be followed", async () => {
  const { host } = new URL(nobody());
  const location = `http://${host}/file?signature=secret`;
  const answer = (): Response => new Response(null, { status: 302, headers: { location } });
  const { reason } = await tryMirror({ answer });
  assertEquals(reason, `it redirects to ${host}: it refused the connection`);
  const { state } = await Deno.permissions.query({ name: "net", host: "nowhere.invalid" });
  if (state === "granted") return;
  const forbidden = { location: "https://nowhere.invalid/x" };
  assertEquals(
    (await tryMirror({ answer: () => new Response(null, { status: 302, headers: forbidden }) }))
      .reason,
    "it redirects to nowhere.invalid: this command may not reach it",
  );
});

Deno.test({
  name: "pipes and devices are named where a file is expected, and nothing waits for them",
  ignore: Deno.build.os === "windows",
  async fn(): Promise<void> {
    await withFolder(async (folder) => {
      const fifo = join(folder, "fifo");
      assert(
        (await new Deno.Command("mkfifo", { args: [fifo, join(folder, "file.part")] }).output())
          .success,
      );
      for (const path of [fifo, "/dev/zero"]) {
        const line = await lineOf(() => readBytes(path));
        assertEquals(line, `${path} is a pipe, socket or device; expected a file.`);
      }
      const part = await lineOf(() => downloadFile(downloadOf(folder, [nobody()])));
      assertEquals(part, `${join(folder, "file.part")} is a pipe or socket; remove it.`);
      await Deno.remove(join(folder, "file.part"));
      await assertRejects(
        () => downloadFile(downloadOf(folder, [pathToFileURL(fifo).href])),
        DownloadError,
        "it is not a file",
      );
    });
  },
});

Deno.test("downloadFile goes on with what an earlier call left", async () => {
  const outcome = await tryMirror({}, {}, CONTENT.subarray(0, 9000));
  assertEquals(outcome, { ...DONE, requests: ["file bytes=9000-"] });
});

Deno.test("downloadFile starts anew if what an earlier call left is of no use", async (t) => {
  const cases: [name: string, part: Uint8Array, requests: string[]][] = [
    ["the beginning of something else", bytesOf("abc"), ["file bytes=3-", "file"]],
    ["the whole file", CONTENT, ["file bytes=10000-", "file"]],
    ["more than the file", new Uint8Array(10_001), ["file bytes=10001-", "file"]],
  ];
  for (const [name, part, requests] of cases) {
    const outcome = await tryMirror({}, {}, part);
    await t.step(name, () => assertEquals(outcome, { ...DONE, requests }));
  }
});

Deno.test("downloadFile starts anew if the server knows no ranges", async () => {
  const outcome = await tryMirror(
    { answer: () => new Response(CONTENT.slice()) },
    {},
    CONTENT.subarray(0, 9000),
  );
  assertEquals(outcome, { ...DONE, requests: ["file bytes=9000-"] });
});

Deno.test("downloadFile tries again what may pass, and not what may not", async (t) => {
  const status = (code: number) => (): Response => new Response(null, { status: code });
  const cases: [name: string, answer: MirrorOptions["answer"], tries: number, reason: string][] = [
    ["an overloaded server", status(503), 3, "it answered 503"],
    ["too many requests", status(429), 3, "it answered 429"],
    ["a missing file", status(404), 1, "it answered 404"],
    ["a refusal", status(403), 1, "it answered 403"],
    [
      "a silent server",
      () => new Promise((done) => setTimeout(() => done(new Response()), 400)),
      3,
      "no answer in 0.3 s",
    ],
    ["the wrong file", () => new Response("a login page"), 1, "not what was expected"],
    ["too large a file", () => new Response(new Uint8Array(100_001)), 1, "it sends more than the"],
    [
      "a redirect to a local file",
      () => new Response(null, { status: 302, headers: { location: "file:///etc/hosts" } }),
      1,
      "a redirect that leads nowhere",
    ],
    [
      "a redirect without an address",
      () => new Response(null, { status: 302, headers: { location: "http://[" } }),
      1,
      "a redirect that leads nowhere",
    ],
    ["a range that is none", status(416), 1, "it answered 416"],
    [
      "a circle of redirects",
      () => new Response(null, { status: 302, headers: { location: "/x" } }),
      1,
      "more than 5 redirects",
    ],
  ];
  for (const [name, answer, tries, expected] of cases) {
    const { names, requests, reason } = await tryMirror({ answer: answer! });
    await t.step(`${name}: ${reason}`, () => {
      assert(reason?.startsWith(expected));
      assertEquals(requests.length, name.startsWith("a circle") ? 6 : tries);
      // An empty partial file does no harm; a wrong one would.
      assert(!names.includes("file"));
    });
  }
});

Deno.test("downloadFile goes to the next mirror, and names the reasons of all", async (t) => {
  await withFolder((folder) =>
    withMirror({ files: {} }, (empty) =>
      withMirror({ files: { file: CONTENT } }, async (good) => {
        const closed = nobody();
        const urls = [closed, empty.url, good.url].map((url) => `${url}file`);
        const retries: string[] = [];
        const onRetry = (message: string): unknown => retries.push(message);
        await downloadFile(downloadOf(folder, urls, { onRetry }));
        assertEquals(await namesIn(folder), ["file"]);
        assertEquals(retries, [
          `${new URL(closed).host}: it refused the connection; trying ${new URL(empty.url).host}`,
          `${new URL(empty.url).host}: it answered 404; trying ${new URL(good.url).host}`,
        ]);
        const failing = downloadFile(downloadOf(folder, urls.slice(0, 2)));
        const { message } = await assertRejects(
          () => failing,
          DownloadError,
          "it refused the connection",
        );
        await t.step(message, () => {
          const hosts = [closed, empty.url].map((url) => new URL(url).host);
          assert(message.startsWith(`${hosts[0]}: `));
          assert(message.endsWith(`; ${hosts[1]}: it answered 404`));
        });
      }))
  );
});

Deno.test("downloadFile takes file: addresses", async (t) => {
  await withFolder(async (folder) => {
    const original = join(folder, "original");
    await Deno.writeFile(original, CONTENT);
    await downloadFile(downloadOf(folder, [pathToFileURL(original).href]));
    assertEquals(await namesIn(folder), ["file", "original"]);
    await Deno.writeTextFile(original, "something else");
    for (
      const [name, reason] of [["original", "not what was expected"], ["none", "no such file"]]
    ) {
      const url = pathToFileURL(join(folder, name!)).href;
      const failing = downloadFile(downloadOf(folder, [url]));
      const { message } = await assertRejects(() => failing, DownloadError, reason!);
      await t.step(message, () => assert(message.startsWith("file: ")));
    }
    // The good file of before is still there.
    assertEquals(await Deno.readFile(join(folder, "file")), CONTENT);
  });
});

Deno.test("downloadFile keeps headers from other hosts", async () => {
  await withFolder((folder) => {
    const seen: (string | null)[] = [];
    const answer = (request: Request): undefined => {
      seen.push(request.headers.get("authorization"));
    };
    return withMirror({ files: { file: CONTENT }, answer }, (storage) =>
      withMirror({
        files: {},
        answer: (request) => {
          answer(request);
          const location = new URL(request.url).pathname === "/file"
            ? "/next"
            : `${storage.url}file`;
          return new Response(null, { status: 302, headers: { location } });
        },
      }, async ({ url }) => {
        const headers = { Authorization: "secret" };
        await downloadFile(downloadOf(folder, [`${url}file`], { headers }));
        assertEquals(seen, ["secret", "secret", null]);
      }));
  });
});

Deno.test("downloadFile ends in one line where it can't write", async (t) => {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "taken"), "a file, where a folder is needed");
    const path = join(folder, "taken", "file");
    const line = await lineOf(() => downloadFile({ ...downloadOf(folder, [nobody()]), path }));
    await t.step(line.replace(folder, "FOLDER"), () => {
      assert(line.startsWith(`${path} can't be written: a part of the path is a file`));
    });
  });
});

/** Whether there is a disk that is always full, and Deno may write to it (only with `-A`). */
function hasFullDisk(): boolean {
  try {
    Deno.openSync("/dev/full", { write: true }).close();
    return true;
  } catch {
    return false;
  }
}

Deno.test({
  name: "downloadFile ends in one line where the disk is full (needs Linux and -A)",
  ignore: !hasFullDisk(),
  async fn(t): Promise<void> {
    await withFolder((folder) =>
      withMirror({ files: { file: CONTENT } }, async ({ url }) => {
        await Deno.writeTextFile(join(folder, "file"), "what was there before");
        await Deno.symlink("/dev/full", join(folder, "file.part"));
        const line = await lineOf(() => downloadFile(downloadOf(folder, [`${url}file`])));
        await t.step(line.replace(folder, "FOLDER"), async () => {
          assertEquals(
            line,
            `${
              join(folder, "file")
            } can't be written: the disk is full; make room and run this again.`,
          );
          assertEquals(await namesIn(folder), ["file"]);
          assertEquals(await Deno.readTextFile(join(folder, "file")), "what was there before");
        });
      })
    );
  },
});

Deno.test("failures of the file system end in one line that says what to do", async (t) => {
  const failures: [error: unknown, reason: string][] = [
    [new Deno.errors.NotFound(), "there is no such file or folder; check the path"],
    [new Deno.errors.PermissionDenied(), "permission denied"],
    [new Deno.errors.NotCapable(), "this command has no permission of Deno's for it"],
    [{ code: "ENOSPC" }, "the disk is full; make room and run this again"],
    [{ code: "EROFS" }, "the file system is read-only"],
    [{ code: "EISDIR" }, "it is a folder; expected a file"],
    [{ code: "EIO" }, "EIO"],
  ];
  for (const [failure, reason] of failures) {
    const line = await lineOf(() => {
      throw fileError(failure, "written", "data/x");
    });
    await t.step(line, () => assertEquals(line, `data/x can't be written: ${reason}.`));
  }
  const defect = new TypeError("a defect of ours");
  assertEquals(fileError(defect, "written", "data/x"), defect);
});

Deno.test("byteProgress says at most once a second how far a download is, and its end once", () => {
  const lines: string[] = [];
  const onBytes = byteProgress("train.csv", (line) => lines.push(line));
  for (const done of [1_234_567, 2_000_000, 9_900_000, 9_900_000]) onBytes(done, 9_900_000);
  assertEquals(lines, [
    "Downloading train.csv: 1.23 of 9.90 MB",
    "Downloading train.csv: 9.90 of 9.90 MB",
  ]);
});

Deno.test("byteProgress does without a size that the server does not tell", () => {
  const lines: string[] = [];
  byteProgress("train.csv", (line) => lines.push(line))(500_000, undefined);
  assertEquals(lines, ["Downloading train.csv: 0.50 MB"]);
});
