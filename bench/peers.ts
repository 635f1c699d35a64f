import { fileURLToPath } from "node:url";
import { projectPath } from "lib/project.ts";
import { type NetworkName, networkOf } from "./networks.ts";

export type Task = "step" | "predict" | "epoch";

/** How often a task is measured. */
export interface Schedule {
  /** Runs before the first round: V8 compiles often-used code for the last time after some hundred. */
  readonly first: number;
  /** Runs in a round that has the task. */
  readonly runs: number;
  /** Runs before them that do not count: threads that slept get a core again. */
  readonly warmUp: number;
  /** Measured in the first round and every so many rounds after it; `Infinity`: in the first only. */
  readonly every: number;
}

/** Somebody who trains a network, and how its process is started. */
export interface Peer {
  readonly name: string;
  readonly threads: number;
  readonly tasks: Readonly<Partial<Record<Task, Schedule>>>;
  readonly epochBatches: number;
  readonly command: string;
  readonly args: readonly string[];
}

/** This project's engine. */
export const ENGINE = "tfjs simd";
/** The fastest that TensorFlow.js has by itself on a CPU, with the kernel that it lacks for training. */
export const WASM = "tfjs wasm + filter gradient";

type Pace = Pick<Peer, "tasks" | "epochBatches">;

/** Visits are short and many, so that the peers alternate quickly while the machine's speed drifts. */
const FAST: Pace = {
  tasks: {
    step: { first: 200, warmUp: 8, runs: 12, every: 1 },
    predict: { first: 200, warmUp: 8, runs: 12, every: 1 },
    epoch: { first: 1, warmUp: 0, runs: 1, every: 5 },
  },
  epochBatches: 40,
};

/** One run at a time, every so many rounds. */
function slow(every: number, epochBatches: number): Pace {
  return {
    tasks: {
      step: { first: 0, warmUp: 0, runs: 1, every },
      predict: { first: 1, warmUp: 0, runs: 1, every },
      epoch: { first: 0, warmUp: 0, runs: 1, every: Infinity },
    },
    epochBatches,
  };
}

/** For steps that take half a second. */
const SLOW: Pace = slow(1, 4);

/** For steps that take seconds. */
const SLOWER: Pace = slow(5, 2);

/** For steps that take up to a minute: a single one, and no others before it. */
const ONCE: Pace = {
  tasks: { step: { first: 0, warmUp: 0, runs: 1, every: Infinity } },
  epochBatches: 1,
};

/** Whether a peer takes a single step. */
export function isOnce({ tasks }: Pick<Peer, "tasks">): boolean {
  return tasks === ONCE.tasks;
}

function denoPeer(
  name: string,
  threads: number,
  pace: Pace,
  script: string,
  ...args: readonly string[]
): Peer {
  return {
    name,
    threads,
    ...pace,
    command: Deno.execPath(),
    args: [
      "run",
      "--no-lock",
      `--config=${projectPath("deno.json")}`,
      "--allow-read",
      "--allow-env",
      "--allow-sys",
      "--allow-ffi",
      fileURLToPath(new URL(script, import.meta.url)),
      ...args,
      String(threads),
      String(pace.epochBatches),
    ],
  };
}

/** The engine on each number of threads. */
export function enginePeers(threads: readonly number[], network: NetworkName): Peer[] {
  return threads.map((n) => denoPeer(ENGINE, n, FAST, "tfjs_peer.ts", "simd", network));
}

/** The engine on each number of threads, then the others that run in JavaScript: the report's network. */
export function denoPeers(threads: readonly number[]): Peer[] {
  return [
    ...enginePeers(threads, "report"),
    denoPeer(WASM, 1, SLOW, "tfjs_peer.ts", "wasm", "report"),
    denoPeer("tfjs cpu", 1, ONCE, "tfjs_peer.ts", "cpu", "report"),
    denoPeer("jax-js wasm", Math.max(...threads), SLOWER, "jax_peer.ts"),
  ];
}

const PYTHON = [
  { name: "Keras", framework: "keras", module: "tensorflow" },
  { name: "PyTorch", framework: "torch", module: "torch" },
] as const;

/** Keras and PyTorch, where the Python has them; none where there is no such Python. */
export async function pythonPeers(
  python: string,
  threads: readonly number[],
  network: NetworkName,
): Promise<Peer[]> {
  const networks = [networkOf(network), networkOf(network, { withDropout: false })];
  const script = fileURLToPath(new URL("./python_peer.py", import.meta.url));
  const peers: Peer[] = [];
  for (const { name, framework, module } of PYTHON) {
    const probe = `import importlib.util as u; raise SystemExit(not u.find_spec("${module}"))`;
    try {
      const { success } = await new Deno.Command(python, { args: ["-c", probe] }).output();
      if (!success) continue;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    }
    for (const n of threads) {
      const args = [
        script,
        framework,
        JSON.stringify(networks),
        String(n),
        String(FAST.epochBatches),
      ];
      peers.push({ name, threads: n, ...FAST, command: python, args });
    }
  }
  return peers;
}
