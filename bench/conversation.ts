// deno-lint-ignore-file no-console
import { times } from "./measure.ts";
import { TextLineStream } from "lib/text_lines.ts";

/** What a peer can be asked for. */
export interface Work {
  /** The losses of so many first steps, each before its step. */
  losses(steps: number): Promise<number[]>;
  /** One step of Adam on one batch. */
  step(): Promise<unknown>;
  /** Probabilities of one batch. */
  predict(): unknown | Promise<unknown>;
  /** Training on the epoch's batches, shuffled. */
  epoch(): unknown | Promise<unknown>;
}

/**
 * Says which version this peer is, then answers lines of stdin with lines of JSON until stdin ends.
 *
 * `losses 64 3` gives the losses of three steps at batch size 64; `step 64 20`, `predict 64 20` and
 * `epoch 64 1` give as many times in milliseconds. Each batch size has a network of its own.
 *
 * @param prepare Makes what trains and predicts at a batch size.
 */
export async function converse(
  version: string,
  prepare: (batch: number) => Work | Promise<Work>,
): Promise<void> {
  const prepared = new Map<number, Work>();
  console.log(JSON.stringify({ version }));
  const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream());
  for await (const line of lines) {
    const [what, ...numbers] = line.split(" ") as [keyof Work, string, string];
    const [batch, runs] = numbers.map(Number) as [number, number];
    const work = prepared.get(batch) ?? await prepare(batch);
    prepared.set(batch, work);
    const answer = what === "losses"
      ? await work.losses(runs)
      : await times(runs, () => work[what]());
    console.log(JSON.stringify(answer));
  }
}
