/**
 * `deno task package-test`: the packed tarball, installed by npm into an empty folder, in each runtime and with
 * each bundler that it is meant for. @module
 */
import { join } from "node:path";
import "tfjs-backend-simd";
import { assert, assertEquals } from "lib/assert.ts";
import { findChromium, launch, visit } from "../browser/chromium.ts";
import { ISOLATION, serveSite } from "../browser/site.ts";
import config from "../../deno.json" with { type: "json" };
import { type Outcome, trainAndPredict } from "./experiment.ts";
import { npm, packInto, run, whyNoNpm, whyNoRegistry } from "./npm.ts";
import { assertSameOutcome, bundleProgram } from "./programs.ts";

const TFJS = config.imports["@tensorflow/tfjs"].slice("npm:".length);
const TOOLS = ["vite@8.3.8", "webpack@5.112.2", "bun@1.4.5"];

const STRICT_CSP = {
  ...ISOLATION,
  "content-security-policy": "script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'",
};

const COMMON_JS = `
const tf = require("@tensorflow/tfjs");
import("tfjs-backend-simd")
  .then(() => require("./experiment.cjs").trainAndPredict())
  .then((outcome) => console.log(JSON.stringify(outcome)));`;

const WEBPACK = `
const path = require("node:path");
require("webpack")({
  mode: "production",
  entry: path.join(__dirname, "program.js"),
  output: { path: path.join(__dirname, "dist") },
  // The minifier takes longer than all else.
  optimization: { minimize: false },
}, (error, stats) => {
  if (error || stats.hasErrors()) throw error ?? new Error(stats.toString());
});`;

const VITE = `export default { server: { headers: ${JSON.stringify(ISOLATION)} } };`;

/** Starts Vite's server for developers and waits until it tells its address. */
async function startVite(folder: string): Promise<{ url: string } & AsyncDisposable> {
  const child = new Deno.Command("node", {
    args: ["../node_modules/vite/bin/vite.js", "--host", "127.0.0.1"],
    cwd: folder,
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let printed = "";
  for await (
    const text of child.stdout.pipeThrough(new TextDecoderStream()).values({
      preventCancel: true,
    })
  ) {
    printed += text;
    const [url] = /http:\/\/[\d.]+:\d+\//.exec(printed) ?? [];
    if (url !== undefined) {
      return {
        url,
        async [Symbol.asyncDispose](): Promise<void> {
          child.kill();
          await child.status;
        },
      };
    }
  }
  throw new Error(`Vite ended without an address:\n${printed}`);
}

const whyNot = await whyNoNpm() ?? await whyNoRegistry();
const chromium = await findChromium();
const name = "the packed tarball trains as in this repository";

Deno.test({
  name: whyNot ? `${name} (${whyNot})` : name,
  ignore: whyNot !== undefined,
  // Browser and servers keep handles of their own.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async (t) => {
    const expected = await trainAndPredict();
    const cores = navigator.hardwareConcurrency;
    const folder = await Deno.makeTempDir();
    const file = (path: string, text: string): Promise<void> =>
      Deno.writeTextFile(join(folder, path), text);

    const check = (outcome: Outcome): void => {
      assertSameOutcome(outcome, expected);
      assertEquals(outcome.threads, cores);
    };
    /** Runs a program that prints its outcome. */
    const runs = (name: string, command: string, ...args: string[]): Promise<boolean> =>
      t.step(name, async () => check(JSON.parse(await run(folder, command, args))));

    const browser = chromium === undefined ? undefined : await launch(chromium);
    /** Opens a page that prints its outcome. */
    const opens = (name: string, open: () => Promise<{ url: string } & AsyncDisposable>) =>
      t.step({
        name: browser ? name : `${name} (needs chromium on PATH, or its path in CHROMIUM)`,
        ignore: browser === undefined,
        fn: async () => {
          await using site = await open();
          check((await visit<Outcome>(browser!, site.url)).outcome);
        },
      });
    const serve = (path: string, headers: Readonly<Record<string, string>>) => {
      const server = serveSite(join(folder, path), headers);
      return {
        url: `http://127.0.0.1:${server.addr.port}/`,
        [Symbol.asyncDispose]: () => server.shutdown(),
      };
    };

    try {
      await t.step("npm installs it", async () => {
        await file("package.json", '{ "private": true, "type": "module" }');
        await npm(folder, "install", await packInto(folder), TFJS, ...TOOLS);
      });
      await t.step("JSR would take it", async () => {
        const args = ["publish", "--dry-run", "--allow-dirty", "--quiet"];
        await run(join(folder, "package"), Deno.execPath(), args);
      });
      const program = await bundleProgram("program.ts");
      await file("program.js", program);
      await file("experiment.cjs", await bundleProgram("experiment.ts", "cjs"));
      await file("main.cjs", COMMON_JS);
      await runs("Node, ES modules", "node", "program.js");
      await runs("Node, CommonJS", "node", "main.cjs");
      await runs(
        "Deno",
        Deno.execPath(),
        "run",
        "--allow-read",
        "--node-modules-dir=manual",
        "program.js",
      );
      await runs("Bun", join(folder, "node_modules", ".bin", "bun"), "program.js");

      await t.step("Node, the program of its README", async () => {
        const readme = await Deno.readTextFile(
          join(folder, "node_modules", "tfjs-backend-simd", "README.md"),
        );
        const [, program] = [...readme.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code!);
        await file("main.mjs", program!);
        const printed = await run(folder, "node", ["main.mjs"]);
        assert(/^accuracy after each epoch: \[/.test(printed), printed);
      });

      for (const bundler of ["vite", "webpack"]) {
        await Deno.mkdir(join(folder, bundler));
        await file(`${bundler}/program.js`, program);
      }
      const page = (script: string): string =>
        `<!DOCTYPE html><script type="module" src="${script}"></script>`;
      await file("vite/index.html", page("program.js"));
      await file("vite/vite.config.js", VITE);
      await opens("Vite, server", () => startVite(join(folder, "vite")));
      await opens("Vite, build, under a strict Content-Security-Policy", async () => {
        await run(join(folder, "vite"), "node", ["../node_modules/vite/bin/vite.js", "build"]);
        return serve("vite/dist", STRICT_CSP);
      });
      await opens("webpack, under a strict Content-Security-Policy", async () => {
        await file("webpack/build.cjs", WEBPACK);
        await run(join(folder, "webpack"), "node", ["build.cjs"]);
        await file("webpack/dist/index.html", page("main.js"));
        return serve("webpack/dist", STRICT_CSP);
      });
    } finally {
      await browser?.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
