// deno-lint-ignore-file no-console
import { times } from "./measure.ts";
import { TextLineStream } from "./text_lines.ts";

/** What a peer can be asked for. */
export interface Work {
  /** One step of Adam on one batch; gives the batch's loss before it. */
  step(): Promise<number>;
  /** Probabilities of one batch. */
  predict(): unknown | Promise<unknown>;
  /** Training on the epoch's batches, shuffled. */
  epoch(): unknown | Promise<unknown>;
}

/**
 * Says which version this peer is, then answers lines of stdin with lines of JSON until stdin ends.
 *
 * `losses 3` gives the losses of three steps; `step 20`, `predict 20` and `epoch 1` give as many times
 * in milliseconds.
 */
export async function converse(version: string, work: Work): Promise<void> {
  console.log(JSON.stringify({ version }));
  const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream());
  for await (const line of lines) {
    const [what, runs] = line.split(" ") as [keyof Work | "losses", string];
    if (what === "losses") {
      const losses: number[] = [];
      while (losses.length < Number(runs)) losses.push(await work.step());
      console.log(JSON.stringify(losses));
    } else {
      console.log(JSON.stringify(await times(Number(runs), () => work[what]())));
    }
  }
}
