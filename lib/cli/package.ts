/** `deno task package`: builds the engine's npm package. @module */
import { basename, join } from "node:path";
import * as esbuild from "esbuild";
import ts from "typescript";
import config from "../../deno.json" with { type: "json" };
import { KERNELS } from "lib/backend/kernels/mod.ts";
import { WASM_FILES } from "lib/backend/options.ts";
import { version_simd as version } from "lib/backend/version.ts";
import { Command, runCommand } from "lib/cli/command.ts";
import { writeFileAtomically } from "lib/files.ts";
import { projectPath } from "lib/project.ts";

const NAME = "tfjs-backend-simd";
const DESCRIPTION =
  "Trains and runs TensorFlow.js models on the CPU with WebAssembly: SIMD and threads, no native code.";
/** Packages that the bundle takes from the user's own TensorFlow.js. */
const PEERS = ["@tensorflow/tfjs-core", "@tensorflow/tfjs-backend-cpu"] as const;

/** The public modules: mod.ts exports only their declarations. */
const PUBLIC_MODULES = ["options.ts", "version.ts"];

/** Files of a package by their names. */
type PackageFiles = ReadonlyMap<string, string | Uint8Array>;

function backendPath(...segments: string[]): string {
  return projectPath("lib", "backend", ...segments);
}

/** The version from deno.json, and those that are compatible with it. */
function peerRange(peer: typeof PEERS[number]): string {
  return `^${config.imports[peer].split("@").at(-1)}`;
}

function npmManifest(): string {
  const manifest = {
    name: NAME,
    version,
    description: DESCRIPTION,
    keywords: [
      "tensorflow",
      "tfjs",
      "backend",
      "webassembly",
      "wasm",
      "simd",
      "threads",
      "training",
    ],
    license: "MIT",
    type: "module",
    exports: {
      ".": { types: "./dist/index.d.ts", default: "./dist/index.js" },
      "./dist/*": "./dist/*",
      "./package.json": "./package.json",
    },
    files: ["dist", "CHANGELOG.md"],
    engines: { node: ">=20.16" },
    peerDependencies: Object.fromEntries(PEERS.map((peer) => [peer, peerRange(peer)])),
  };
  return JSON.stringify(manifest, null, 2) + "\n";
}

function jsrManifest(): string {
  const manifest = {
    name: `@${NAME}/simd`,
    version,
    license: "MIT",
    exports: "./dist/index.js",
    imports: Object.fromEntries(PEERS.map((peer) => [peer, `npm:${peer}@${peerRange(peer)}`])),
    // JSR does not need the npm manifest.
    nodeModulesDir: "none",
    publish: { include: ["dist", "README.md", "CHANGELOG.md", "LICENSE"] },
  };
  return JSON.stringify(manifest, null, 2) + "\n";
}

/** A module and all that it imports as JavaScript, with a source map that carries the sources. */
async function bundle(
  name: string,
  module: string,
  comment: string,
): Promise<[name: string, content: string][]> {
  const { outputFiles } = await esbuild.build({
    entryPoints: { [name]: backendPath(module) },
    // Source maps name the sources as seen from here, wherever the package is written to.
    outdir: backendPath("dist"),
    write: false,
    bundle: true,
    format: "esm",
    target: "es2022",
    charset: "utf8",
    alias: { lib: projectPath("lib") },
    external: [...PEERS],
    sourcemap: true,
    banner: { js: `/*! ${NAME} ${version}, MIT licence */${comment}` },
    logLevel: "error",
  });
  return outputFiles.map(({ path, text }) => [
    `dist/${basename(path)}`,
    // As long as before, so the source map stays right.
    text.replaceAll('"./worker.ts"', '"./worker.js"'),
  ]);
}

/** The declarations of a module, which must be annotated in full. */
async function declarations(module: string): Promise<string> {
  const { outputText, diagnostics = [] } = ts.transpileDeclaration(
    await Deno.readTextFile(backendPath(module)),
    {
      fileName: module,
      reportDiagnostics: true,
      compilerOptions: { isolatedDeclarations: true, strict: true, stripInternal: true },
    },
  );
  const [problem] = diagnostics;
  if (problem) {
    throw new Error(`${module}: ${ts.flattenDiagnosticMessageText(problem.messageText, "\n")}`);
  }
  return outputText.replaceAll('"lib/backend/mod.ts"', `"${NAME}"`);
}

/** The package's page, with the fast kernels that there are. */
async function readme(): Promise<string> {
  const text = await Deno.readTextFile(backendPath("package", "README.md"));
  const names = Object.keys(KERNELS).sort().map((name) => `\`${name}\``);
  return text.replace("<!-- kernels -->", names.join(", ") + ".");
}

/** All files of the package; the same bytes each time. */
export async function buildPackage(): Promise<PackageFiles> {
  const files = new Map<string, string | Uint8Array>([
    ["package.json", npmManifest()],
    ["jsr.json", jsrManifest()],
    ["LICENSE", await Deno.readTextFile(projectPath("LICENSE"))],
    ["README.md", await readme()],
    ["CHANGELOG.md", await Deno.readTextFile(backendPath("package", "CHANGELOG.md"))],
    // Where JSR finds the types.
    ...await bundle("index", "mod.ts", '\n// @ts-self-types="./index.d.ts"'),
    ...await bundle("worker", "worker.ts", ""),
  ]);
  await esbuild.stop();
  // One file: TypeScript wants the .js of another one named there, JSR its .d.ts.
  const [face, ...parts] = await Promise.all(["mod.ts", ...PUBLIC_MODULES].map(declarations));
  files.set("dist/index.d.ts", face!.replace(/^export .* from .*\n/gm, "") + parts.join(""));
  for (const name of WASM_FILES) {
    files.set(`dist/${name}`, await Deno.readFile(backendPath(name)));
  }
  return files;
}

/** Writes a package's files into a folder. */
export async function writePackage(files: PackageFiles, folder: string): Promise<void> {
  for (const [name, content] of files) await writeFileAtomically(join(folder, name), content);
}

async function main(): Promise<void> {
  const folder = projectPath("outputs", "package");
  await Deno.remove(folder, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await writePackage(await buildPackage(), folder);
  // deno-lint-ignore no-console
  console.log(
    `Written: ${folder}. Pack it with \`npm pack\`, publish it with \`npm publish\`, there.`,
  );
}

if (import.meta.main) {
  await runCommand(
    new Command("deno task package")
      .description(
        `Builds the engine as the npm package ${NAME} ${version}, into outputs/package/.`,
      )
      .action(main),
  );
}
