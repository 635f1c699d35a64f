// deno-lint-ignore-file no-console
/**
 * `deno task differential`: trains random networks on the backend `simd` and on `cpu`, and compares.
 * @module
 */
import { Command, runCommand, wholeNumber } from "lib/cli/command.ts";
import { check } from "./check.ts";
import { checkLevel } from "./level.ts";

interface Options {
  readonly networks: number;
  readonly first: number;
  readonly steps?: number;
}

async function main({ networks, first, steps }: Options): Promise<void> {
  let wrong = 0;
  for (let i = 0; i < networks; i++) {
    const complaint = await (steps ? checkLevel(first + i, steps) : check(first + i));
    if (complaint) {
      wrong++;
      console.log(complaint);
    }
    if ((i + 1) % 50 === 0) console.log(`${i + 1} networks, ${wrong} wrong`);
  }
  console.log(`${networks} networks, ${wrong} wrong`);
  if (wrong > 0) Deno.exitCode = 1;
}

await runCommand(
  new Command("deno task differential")
    .description("Trains random networks on the backends simd and cpu, and compares all they give.")
    .option("--networks <n>", "how many networks", wholeNumber, 1000)
    .option("--first <n>", "seed of the first one; the others count on", wholeNumber, 1)
    .option(
      "--steps <n>",
      "instead: train each for so many steps on simd alone; its memory has to stay level",
      wholeNumber,
    )
    .action(main),
);
