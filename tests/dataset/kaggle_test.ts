import { createHash } from "node:crypto";
import { join } from "node:path";
import { assert, assertEquals } from "lib/assert.ts";
import { resolveSource } from "lib/dataset/resolve.ts";
import type { DownloadLimits } from "lib/dataset/download.ts";
import { fetchKaggle, findKaggleCredentials } from "lib/dataset/kaggle.ts";
import { userOf } from "./environment.ts";
import { brokenBody, nobody, withMirror } from "./mirror.ts";
import { withFolder } from "../folder.ts";
import { bytesOf, csvOf, lineOf, namesIn, sampleDigits, zipOf } from "./samples.ts";

const LIMITS: DownloadLimits = {
  answerMs: 1000,
  stallMs: 1000,
  totalMs: 5000,
  tries: 2,
  backoffMs: 1,
  leastRate: 1,
  retryAfterMs: 0,
};
const USERNAME = "grace";
const KEY = "0123456789abcdef-the-key";
const TOKEN = "KGAT_0123456789abcdef-the-token";
const SIGNATURE = "X-Goog-Signature=0123456789abcdef-the-signature";

const ZIP = zipOf({
  "train.csv": bytesOf(csvOf(sampleDigits(3))),
  "test.csv": bytesOf(csvOf({ images: sampleDigits(2).images })),
});

/** A `kaggle.json` in a folder. */
async function writeKaggleJson(folder: string, content?: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const text = content ?? JSON.stringify({ username: USERNAME, key: KEY });
  await Deno.writeTextFile(join(folder, "kaggle.json"), text);
}

interface StandIn {
  endpoint: string;
  /** `Authorization` headers that the API and the storage behind it were sent. */
  seen: { api: (string | null)[]; storage: (string | null)[] };
}

/** Kaggle's API, which checks the credentials, and the storage that it redirects to. */
async function withKaggle<T>(
  options: { zip?: Uint8Array; rulesAccepted?: boolean; breaksOff?: boolean; md5?: string },
  fn: (standIn: StandIn) => Promise<T>,
): Promise<T> {
  const { zip = ZIP, rulesAccepted = true } = options;
  const md5 = options.md5 ?? createHash("md5").update(zip).digest("base64");
  const seen: StandIn["seen"] = { api: [], storage: [] };
  const accepted = [`Bearer ${TOKEN}`, `Basic ${btoa(`${USERNAME}:${KEY}`)}`];
  return await withMirror({
    files: { "bundle/archive.zip": zip },
    answer: (request, n) => {
      seen.storage.push(request.headers.get("authorization"));
      if (!request.url.includes(SIGNATURE)) return new Response(null, { status: 403 });
      const headers = {
        "content-length": String(zip.length),
        "x-goog-hash": `crc32c=AAAAAA==,md5=${md5}`,
      };
      if (options.breaksOff && n === 1) {
        return new Response(brokenBody(zip.slice(0, 50), "break"), { headers });
      }
      if (request.headers.has("range")) return undefined;
      return new Response(zip.slice(), { headers });
    },
  }, (storage) =>
    withMirror({
      files: {},
      answer: (request) => {
        const { pathname } = new URL(request.url);
        if (pathname !== "/api/v1/competitions/data/download-all/digit-recognizer") {
          return undefined;
        }
        const authorization = request.headers.get("authorization");
        seen.api.push(authorization);
        const fail = (code: number, message: string): Response =>
          Response.json({ code, message }, { status: code });
        if (!accepted.includes(authorization ?? "")) return fail(401, "Unauthenticated");
        if (!rulesAccepted) return fail(403, "You must accept this competition's rules");
        const location = `${storage.url}bundle/archive.zip?${SIGNATURE}`;
        return new Response(null, { status: 302, headers: { location } });
      },
    }, ({ url }) => fn({ endpoint: url, seen })));
}

function fetchInto(
  folder: string,
  variables: Record<string, string>,
): ReturnType<typeof fetchKaggle> {
  const environment = userOf(folder, variables);
  return fetchKaggle(join(folder, "data"), {
    environment,
    limits: LIMITS,
    onProgress: () => {},
  });
}

Deno.test("credentials are found where Kaggle's own tools look, in their order", async (t) => {
  const basic = `Basic ${btoa(`${USERNAME}:${KEY}`)}`;
  const pair = { KAGGLE_USERNAME: USERNAME, KAGGLE_KEY: KEY };
  const json = JSON.stringify({ username: USERNAME, key: KEY });
  const cases: [
    name: string,
    files: Record<string, string>,
    variables: Record<string, string>,
    found: string | undefined,
  ][] = [
    ["none", {}, {}, undefined],
    ["KAGGLE_API_TOKEN", {}, { KAGGLE_API_TOKEN: TOKEN }, `Bearer ${TOKEN}`],
    ["the token before the pair", {}, { KAGGLE_API_TOKEN: TOKEN, ...pair }, `Bearer ${TOKEN}`],
    ["KAGGLE_USERNAME and KAGGLE_KEY", {}, pair, basic],
    ["a name without a key", {}, { KAGGLE_USERNAME: USERNAME }, undefined],
    [
      "~/.kaggle/access_token",
      { "home/.kaggle/access_token": `${TOKEN}\n` },
      {},
      `Bearer ${TOKEN}`,
    ],
    ["~/.kaggle/kaggle.json", { "home/.kaggle/kaggle.json": json }, {}, basic],
    ["~/.config/kaggle/kaggle.json", { "home/.config/kaggle/kaggle.json": json }, {}, basic],
    [
      "an empty access_token before kaggle.json",
      {
        "home/.kaggle/access_token": "\n",
        "home/.kaggle/kaggle.json": json,
      },
      {},
      basic,
    ],
    ["XDG_CONFIG_HOME", { "xdg/kaggle/kaggle.json": json }, { XDG_CONFIG_HOME: "xdg" }, basic],
    ["KAGGLE_CONFIG_DIR", { "mine/kaggle.json": json }, { KAGGLE_CONFIG_DIR: "mine" }, basic],
    ["KAGGLE_CONFIG_DIR instead of the home", { "home/.kaggle/kaggle.json": json }, {
      KAGGLE_CONFIG_DIR: "mine",
    }, undefined],
  ];
  for (const [name, files, variables, found] of cases) {
    await t.step(name, () =>
      withFolder(async (folder) => {
        for (const [path, content] of Object.entries(files)) {
          await Deno.mkdir(join(folder, path, ".."), { recursive: true });
          await Deno.writeTextFile(join(folder, path), content);
        }
        const located = Object.fromEntries(
          Object.entries(variables).map(([variable, value]) => [
            variable,
            variable === "XDG_CONFIG_HOME" || variable === "KAGGLE_CONFIG_DIR"
              ? join(folder, value)
              : value,
          ]),
        );
        const credentials = await findKaggleCredentials(userOf(folder, located));
        assertEquals(credentials?.authorization, found);
      }));
  }
});

Deno.test("fetchKaggle downloads the zip with a token or a key, and only Kaggle sees them", async (t) => {
  const ways: [string, Record<string, string>][] = [
    [`Bearer ${TOKEN}`, { KAGGLE_API_TOKEN: TOKEN }],
    [`Basic ${btoa(`${USERNAME}:${KEY}`)}`, { KAGGLE_USERNAME: USERNAME, KAGGLE_KEY: KEY }],
  ];
  for (const [authorization, variables] of ways) {
    await t.step(
      authorization.split(" ")[0]!,
      () =>
        withFolder((folder) =>
          withKaggle({}, async ({ endpoint, seen }) => {
            const user = { ...variables, KAGGLE_API_ENDPOINT: endpoint };
            const source = await fetchInto(folder, user);
            const { images, labels } = await (await source.open("train")).parse();
            assertEquals({ images, labels }, sampleDigits(3));
            assertEquals(await namesIn(join(folder, "data")), ["digit-recognizer.zip"]);
            assertEquals(seen, { api: [authorization], storage: [null] });
            // A whole file is not fetched again.
            await fetchInto(folder, user);
            assertEquals(seen.api.length, 1);
          })
        ),
    );
  }
});

Deno.test("fetchKaggle replaces a damaged zip, and resumes a broken connection", async () => {
  await withFolder((folder) =>
    withKaggle({ breaksOff: true }, async ({ endpoint, seen }) => {
      const path = join(folder, "data", "digit-recognizer.zip");
      await Deno.mkdir(join(folder, "data"));
      await Deno.writeFile(path, ZIP.subarray(0, -1));
      await fetchInto(folder, { KAGGLE_API_TOKEN: TOKEN, KAGGLE_API_ENDPOINT: endpoint });
      assertEquals(await Deno.readFile(path), new Uint8Array(ZIP));
      assertEquals(seen.storage.length, 2);
    })
  );
});

Deno.test("what goes wrong with Kaggle ends in one line that keeps the secrets", async (t) => {
  const token = { KAGGLE_API_TOKEN: TOKEN };
  const cases: [
    name: string,
    server: Parameters<typeof withKaggle>[0] | "none",
    variables: Record<string, string>,
    kaggleJson: string | undefined,
    line: string,
  ][] = [
    ["no credentials", {}, {}, undefined, "No credentials for Kaggle in KAGGLE_API_TOKEN,"],
    [
      "a wrong token",
      {},
      { KAGGLE_API_TOKEN: `${TOKEN}-old` },
      undefined,
      "Kaggle doesn't accept the credentials in KAGGLE_API_TOKEN. Make a new token at",
    ],
    [
      "a wrong key",
      {},
      { KAGGLE_USERNAME: USERNAME, KAGGLE_KEY: `${KEY}-old` },
      undefined,
      "Kaggle doesn't accept the credentials in KAGGLE_USERNAME and KAGGLE_KEY.",
    ],
    [
      "rules not accepted",
      { rulesAccepted: false },
      token,
      undefined,
      "Kaggle refuses the download (403). Accept the competition's rules at https://www.kaggle.com",
    ],
    [
      "a kaggle.json that is no JSON",
      {},
      {},
      `{"username": "${USERNAME}", "key": "${KEY}`,
      "FOLDER/home/.kaggle/kaggle.json isn't as Kaggle makes it; expected",
    ],
    [
      "a kaggle.json without a key",
      {},
      {},
      `{"username": "${USERNAME}", "token": "${KEY}"}`,
      "FOLDER/home/.kaggle/kaggle.json isn't as Kaggle makes it; expected",
    ],
    [
      "nobody there",
      "none",
      token,
      undefined,
      "Kaggle's digit-recognizer.zip can't be downloaded (",
    ],
    [
      "another file than announced",
      { md5: "0123456789abcdef0123456==" },
      token,
      undefined,
      "Kaggle's digit-recognizer.zip can't be downloaded (",
    ],
    [
      "a zip cut short at the source",
      { zip: ZIP.subarray(0, -1) },
      token,
      undefined,
      "Kaggle's digit-recognizer.zip can't be downloaded (",
    ],
    [
      "a zip without test.csv",
      { zip: zipOf({ "train.csv": bytesOf("x") }) },
      token,
      undefined,
      "Kaggle's digit-recognizer.zip can't be downloaded (",
    ],
  ];
  for (const [name, server, variables, kaggleJson, expected] of cases) {
    await withFolder(async (folder) => {
      if (kaggleJson !== undefined) {
        await writeKaggleJson(join(folder, "home", ".kaggle"), kaggleJson);
      }
      const failIn = (endpoint: string): Promise<string> =>
        lineOf(() => fetchInto(folder, { ...variables, KAGGLE_API_ENDPOINT: endpoint }));
      const failed = server === "none"
        ? await failIn(nobody())
        : await withKaggle(server, ({ endpoint }) => failIn(endpoint));
      const line = failed.replaceAll(folder, "FOLDER");
      await t.step(`${name}: ${line}`, async () => {
        assert(line.startsWith(expected));
        for (const secret of [KEY, TOKEN, SIGNATURE, btoa(KEY), "0123456789abcdef"]) {
          assert(!line.includes(secret));
        }
        assert(
          !(await namesIn(folder)).includes("data") ||
            (await namesIn(join(folder, "data"))).length === 0,
        );
      });
    });
  }
});

Deno.test("resolveSource prefers Kaggle, and goes on where Kaggle refuses", async (t) => {
  for (const [token, kind] of [[TOKEN, "kaggle"], ["wrong", "synthetic"]] as const) {
    await t.step(kind, () =>
      withFolder((folder) =>
        withKaggle({}, async ({ endpoint }) => {
          const messages: string[] = [];
          const source = await resolveSource({
            path: join(folder, "data"),
            cache: join(folder, "cache"),
            environment: userOf(folder, { KAGGLE_API_TOKEN: token, KAGGLE_API_ENDPOINT: endpoint }),
            mirrors: [nobody()],
            onProgress: (message) => messages.push(message),
          });
          assertEquals(source.kind, kind);
          const refusal = "Kaggle doesn't accept the credentials in KAGGLE_API_TOKEN.";
          assertEquals(messages.some((line) => line.startsWith(refusal)), token === "wrong");
        })
      ));
  }
});
