// deno-lint-ignore-file no-console
/** `deno task bench`: the engine beside its peers, measured in one run. @module */
import { Command, InvalidArgumentError, runCommand, wholeNumber } from "lib/cli/command.ts";
import { writeFileAtomically } from "lib/files.ts";
import { machine } from "lib/report/machine.ts";
import { readSettings, type Settings } from "lib/settings.ts";
import { setVectorBits } from "lib/backend/vectors.ts";
import { measureData } from "./data.ts";
import { measureKernels } from "./kernels.ts";
import { figure, summarizeTimes, type Timing } from "./measure.ts";
import { PeerProcess } from "./peer_process.ts";
import { denoPeers, isOnce, type Peer, pythonPeers } from "./peers.ts";
import { type NetworkName, NETWORKS } from "./networks.ts";
import { kernelSharesTable, measureKernelShares, measureNetwork, networkTable } from "./park.ts";
import { measurePeers } from "./rounds.ts";
import { measureScaling } from "./scaling.ts";
import {
  compareEngine,
  comparisonTable,
  dataTable,
  kernelTable,
  peerTable,
  scalingTable,
} from "./tables.ts";

interface Options {
  readonly rounds: number;
  readonly python: string;
  readonly cpu: boolean;
  /** All, or those named. */
  readonly networks?: true | readonly NetworkName[];
}

const BATCHES = [64, 128] as const;

function progress(text: string): void {
  console.error(`${new Date().toISOString().slice(11, 19)}  ${text}`);
}

/** How long one digit takes, from the array to the probabilities. */
async function measureOneDigit(peer: Peer): Promise<Timing> {
  const process = await PeerProcess.start(peer);
  await process.times("predict", 1, 100);
  const times = await process.times("predict", 1, 200);
  await process.stop();
  return summarizeTimes(times);
}

function networkNames(text: string): NetworkName[] {
  const names = text.split(",") as NetworkName[];
  if (names.some((name) => !NETWORKS.includes(name))) {
    throw new InvalidArgumentError(`Expected some of ${NETWORKS.join(", ")}.`);
  }
  return names;
}

/** The machine and the versions of a run, for the result's file and in words. */
function describeRun(
  settings: Settings,
  peers: readonly string[],
): { result: object; description: string } {
  const { cpu, cores, platform, deno } = machine(settings);
  const { vectorBits } = settings;
  const bits = vectorBits === 256 ? ` with vectors of ${vectorBits} bits` : "";
  return {
    result: { machine: { cpu, cores, platform, vectorBits }, versions: { deno, peers } },
    description: `${cpu}, ${cores} cores, ${platform}; Deno ${deno}${bits}, ${peers.join(", ")}`,
  };
}

/** Writes what was measured beside the other outputs. */
async function writeResult(folder: string, name: string, result: object): Promise<void> {
  const path = `${folder}/${name}`;
  await writeFileAtomically(path, JSON.stringify(result, null, 2) + "\n");
  console.log(`Written: ${path}`);
}

/** Measures each of the networks on the engine and its Python peers. */
async function mainNetworks(
  networks: readonly NetworkName[],
  threads: readonly number[],
  { python, rounds }: Options,
): Promise<void> {
  const settings = readSettings();
  const rows = [], versions = new Set<string>(), shares = [];
  for (const network of networks) {
    progress(network);
    const measured = await measureNetwork(network, { python, threads, batches: BATCHES, rounds });
    rows.push(...measured.rows);
    for (const version of measured.versions) versions.add(version);
    shares.push(await measureKernelShares(network));
  }
  const { result, description } = describeRun(settings, [...versions]);
  const text = `${description}

${networkTable(rows)}

${kernelSharesTable(shares)}

Ratios are medians of each round's ratio to the peer on as many threads; losses are those of the first three steps and
the one after, without dropout. The multiply-add limit is what a loop of nothing else reaches in WebAssembly; products
are counted as the direct method makes them, so Winograd's algorithm, which makes fewer, can go above 100%.
`;
  console.log(`\n${text}`);
  await writeFileAtomically(`${settings.outputs}/bench-networks.md`, text);
  await writeResult(settings.outputs, "bench-networks.json", {
    ...result,
    rows,
    shares,
  });
}

async function main(options: Options): Promise<void> {
  const settings = readSettings();
  setVectorBits(settings.vectorBits);
  const threads = navigator.hardwareConcurrency > 1 ? [1, 2] : [1];
  const { networks } = options;
  if (networks) {
    return await mainNetworks(networks === true ? NETWORKS : networks, threads, options);
  }
  const peers = [...denoPeers(threads), ...await pythonPeers(options.python, threads, "report")];
  const measured = peers.filter((peer) => options.cpu || !isOnce(peer));
  const rows = await measurePeers(measured, BATCHES, options.rounds, progress);
  const comparisons = compareEngine(rows);
  const kernels = [];
  for (const n of threads) {
    progress(`kernels on ${n} thread${n > 1 ? "s" : ""}`);
    kernels.push(await measureKernels(n, 10 * options.rounds));
  }
  const scaling = [];
  for (const batch of threads.length > 1 ? BATCHES : []) {
    progress(`two threads beside one, batch ${batch}`);
    scaling.push(await measureScaling(batch, options.rounds));
  }
  progress("one digit at a time");
  const oneDigit = await measureOneDigit(peers[0]!);
  progress("reading the training digits");
  const data = await measureData(options.rounds);

  const versions = [...new Set(rows.map(({ version }) => version))];
  const { result, description } = describeRun(settings, versions);
  console.log(`
${description}

${peerTable(rows)}

${comparisonTable(comparisons)}

${kernelTable(kernels)}

${scalingTable(scaling)}

${dataTable(data)}

Ratios are medians of each round's ratio. GFLOP/s count the arithmetic of the direct method; Winograd's
algorithm does conv 2 with a quarter of it. One digit takes ${
    figure(oneDigit.median)
  } ms on 1 thread.`);
  await writeResult(settings.outputs, "bench.json", {
    ...result,
    rows,
    comparisons,
    kernels,
    scaling,
    oneDigit,
    data,
  });
}

await runCommand(
  new Command("deno task bench")
    .description(
      "Measures training and prediction on the backend simd and on what people use otherwise.",
    )
    .option("--rounds <n>", "rounds over all peers", wholeNumber, 15)
    .option("--python <path>", "a Python with TensorFlow or PyTorch", "python3")
    .option(
      "--networks [names]",
      `the park of networks instead: all, or some of ${NETWORKS.join(",")}`,
      networkNames,
    )
    .option("--no-cpu", "leave out the one step of tfjs cpu, which takes up to a minute")
    .action(main),
);
