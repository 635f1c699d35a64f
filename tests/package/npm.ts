/** npm, for tests that install the package as users do. @module */
import { join } from "node:path";
import { buildPackage, writePackage } from "lib/cli/package.ts";

const NPM = Deno.build.os === "windows" ? "npm.cmd" : "npm";

/** What a command printed to standard output. Throws an error with all that it printed where it fails. */
export async function run(
  folder: string,
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    cwd: folder,
    env: { NO_COLOR: "1", ...env },
  }).output();
  const text = new TextDecoder();
  if (success) return text.decode(stdout);
  throw new Error(
    `${command} ${args.join(" ")}:\n${text.decode(stdout)}\n${text.decode(stderr)}`,
  );
}

/** Runs npm in a folder. */
export async function npm(folder: string, ...args: string[]): Promise<string> {
  return await run(folder, NPM, [...args, "--no-audit", "--no-fund", "--no-update-notifier"]);
}

/** Why nothing can be installed; undefined where it can. */
export async function whyNoNpm(): Promise<string | undefined> {
  try {
    await npm(".", "--version");
  } catch {
    return "needs npm on PATH";
  }
  return undefined;
}

/** Why no package can be fetched; undefined where they can. */
export async function whyNoRegistry(): Promise<string | undefined> {
  try {
    await npm(".", "view", "@tensorflow/tfjs", "version");
  } catch {
    return "npm reaches no registry";
  }
  return undefined;
}

/** Builds and packs the package in a folder; gives the tarball's path. */
export async function packInto(folder: string): Promise<string> {
  await writePackage(await buildPackage(), join(folder, "package"));
  const [packed] = JSON.parse(await npm(join(folder, "package"), "pack", "--json")) as {
    readonly filename: string;
  }[];
  return join(folder, "package", packed!.filename);
}
