// deno-lint-ignore-file no-console
/**
 * `deno task differential`: trains random networks on the backend `simd` and on `cpu`, and compares.
 * @module
 */
import { Command, runCommand, wholeNumber } from "lib/cli/command.ts";
import { check } from "./check.ts";

async function main({ networks, first }: { networks: number; first: number }): Promise<void> {
  let wrong = 0;
  for (let i = 0; i < networks; i++) {
    const complaint = await check(first + i);
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
    .action(main),
);
