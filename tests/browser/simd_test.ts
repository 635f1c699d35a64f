/** The package `tfjs-backend-simd` in pages, in headless Chromium. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { assert, assertEquals } from "lib/assert.ts";
import { buildPackage, writePackage } from "lib/cli/package.ts";
import "tfjs-backend-simd";
import { projectPath } from "lib/project.ts";
import { type Outcome, trainAndPredict } from "../package/experiment.ts";
import type { Answer } from "../package/responsive.ts";
import { assertSameOutcome, bundleProgram, bundleWhole } from "../package/programs.ts";
import { browserTest, visit } from "./chromium.ts";
import { ISOLATION, serveSite } from "./site.ts";

const PARTS = ["tfjs", "tfjs-core", "tfjs-backend-cpu"];

/** TensorFlow.js's parts as modules for browsers, that share what they have in common. */
async function bundleTensorFlow(folder: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "bundle",
      "--no-lock",
      `--config=${projectPath("deno.json")}`,
      "--platform=browser",
      "--code-splitting",
      `--outdir=${folder}`,
      ...PARTS.map((part) => fileURLToPath(import.meta.resolve(`./vendor/${part}.ts`))),
    ],
  }).output();
  assert(success, new TextDecoder().decode(stderr));
}

/** Where the site's modules are, by the names that programs import them by. */
function addresses(root: string): Record<string, string> {
  return {
    ...Object.fromEntries(PARTS.map((part) => [`@tensorflow/${part}`, `${root}vendor/${part}.js`])),
    "tfjs-backend-simd": `${root}package/dist/index.js`,
  };
}

/** A page of a script that finds its imports by an import map. */
function pageWithImportMap(script: string, root: string): string {
  return `<!DOCTYPE html><meta charset="utf-8"><title>simd</title><button>click</button>
<script type="importmap">${JSON.stringify({ imports: addresses(root) })}</script>
<script type="module" src="${script}"></script>`;
}

/** Pages, programs, the package and TensorFlow.js. */
async function makeSite(folder: string): Promise<void> {
  const write = (name: string, text: string): Promise<void> =>
    Deno.writeTextFile(join(folder, name), text);
  await bundleTensorFlow(join(folder, "vendor"));
  await writePackage(await buildPackage(), join(folder, "package"));
  await write("program.js", await bundleProgram("program.ts"));
  await write("responsive.js", await bundleProgram("responsive.ts"));
  await write("index.html", pageWithImportMap("program.js", "/"));
  await write("responsive.html", pageWithImportMap("responsive.js", "/"));
  // All in one file, beside the package's worker and modules, as bundlers lay it out.
  const whole = await bundleWhole("program.ts", addresses(`${folder}/`));
  await write("package/dist/whole.js", whole);
  await write("whole.html", `<script type="module" src="package/dist/whole.js"></script>`);
  await write("in_worker.html", `<script type="module" src="in_worker.js"></script>`);
  await write("in_worker.js", `new Worker("package/dist/whole.js", { type: "module" });`);
}

browserTest("the package in Chromium trains and predicts as in Deno", async (browser, t) => {
  const expected = await trainAndPredict();
  const cores = navigator.hardwareConcurrency;
  const folder = await Deno.makeTempDir();

  /** Tries a page, sent with headers, whose experiment must give what it gives here. */
  const tryPage = async (
    name: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    check: (outcome: Outcome, messages: readonly string[], isIsolated: boolean) => void,
  ): Promise<void> => {
    await t.step(name, async () => {
      await using server = serveSite(folder, headers);
      const url = `http://127.0.0.1:${server.addr.port}/${path}`;
      const { outcome, messages, isIsolated } = await visit<Outcome>(browser, url);
      assertSameOutcome(outcome, expected);
      check(outcome, messages, isIsolated);
    });
  };

  try {
    await makeSite(folder);
    await tryPage("isolated: on all cores", "", ISOLATION, ({ threads }, messages, isIsolated) => {
      assertEquals([threads, isIsolated, messages], [cores, true, []]);
    });
    await tryPage("not isolated: on one thread", "", {}, ({ threads }, messages, isIsolated) => {
      assertEquals([threads, isIsolated, messages], [1, false, []]);
    });
    await tryPage("inside a web worker", "in_worker.html", ISOLATION, ({ threads }, messages) => {
      assertEquals([threads, messages], [cores, []]);
    });
    await tryPage("under a strict Content-Security-Policy", "whole.html", {
      ...ISOLATION,
      "content-security-policy": "script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'",
    }, ({ threads }, messages) => assertEquals([threads, messages], [cores, []]));
    await tryPage("a policy without workers: on one thread, with a warning", "whole.html", {
      ...ISOLATION,
      "content-security-policy": "script-src 'self' 'wasm-unsafe-eval'; worker-src 'none'",
    }, ({ threads }, messages) => {
      assertEquals(threads, 1);
      assert(messages.some((text) => text.includes("its workers can't start")), String(messages));
    });
    await t.step("answers a click while it trains", async () => {
      await using server = serveSite(folder, ISOLATION);
      const url = `http://127.0.0.1:${server.addr.port}/responsive.html`;
      const { outcome } = await visit<Answer>(browser, url, async (page) => {
        await page.waitForFunction("document.title === 'training'");
        await page.click("button");
      });
      assertEquals(outcome, { inTime: true });
    });
    await using cdn = serveSite(folder, {
      ...ISOLATION,
      "access-control-allow-origin": "*",
      "cross-origin-resource-policy": "cross-origin",
    });
    const cdnPage = pageWithImportMap("program.js", `http://127.0.0.1:${cdn.addr.port}/`);
    await Deno.writeTextFile(join(folder, "cdn.html"), cdnPage);
    await tryPage("modules from another origin", "cdn.html", ISOLATION, ({ threads }, messages) => {
      assertEquals([threads, messages], [cores, []]);
    });
    await Deno.remove(join(folder, "package", "dist", "worker.js"));
    await tryPage(
      "no worker.js: on one thread, with a warning",
      "",
      ISOLATION,
      (outcome, messages) => {
        assertEquals(outcome.threads, 1);
        assert(messages.some((text) => text.includes("Is the package's worker.js served")));
      },
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
