import { engine, type TensorInfo, tidy, util, type Variable } from "@tensorflow/tfjs-core";
import type { SimdBackend } from "lib/backend/backend.ts";
import type { Expression, Leaf } from "lib/backend/fusion/expression.ts";
import { flatPass } from "lib/backend/fusion/launch.ts";
import { computeInto } from "lib/backend/fusion/lazy.ts";

type Build = (...operands: Expression[]) => readonly Expression[];

/** Writes new values of variables, in place where nobody else can see the old ones (a clone shares them). */
function write(
  backend: SimdBackend,
  variables: readonly Variable[],
  compute: (places: number[]) => void,
): void {
  const old = variables.map((variable) => backend.arenaData(variable));
  const fresh = old.map(({ isUnshared }, i) =>
    isUnshared ? undefined : backend.output(variables[i]!.shape)
  );
  compute(fresh.map((output, i) => output?.at ?? old[i]!.at));
  fresh.forEach((output, i) => {
    if (!output) old[i]!.changed();
    else tidy(() => variables[i]!.assign(engine().makeTensorFromTensorInfo(output, backend)));
  });
}

/**
 * Gives variables of one shape new values.
 *
 * @param others What the new values follow from, beside the old ones.
 * @param build The new values, from those of variables and others, and what goes to `also`.
 * @param also Where further results go.
 */
export function assign(
  backend: SimdBackend,
  variables: readonly Variable[],
  others: readonly TensorInfo[],
  build: Build,
  also: readonly { readonly at: number }[] = [],
): void {
  write(backend, variables, (places) => {
    const all = [...places.map((at) => ({ at })), ...also];
    computeInto(backend, variables[0]!.shape, [...variables, ...others], all, build);
  });
}

/** Gives sets of variables new values by one rule, which is compiled once; tensors of a set have one shape. */
export function assignEach(
  backend: SimdBackend,
  sets: readonly { variables: readonly Variable[]; others: readonly TensorInfo[] }[],
  build: Build,
): void {
  const [first] = sets;
  if (!first) return;
  const leaves = [...first.variables, ...first.others].map((): Leaf => ({
    kind: "leaf",
    data: { at: 0 },
    offset: 0,
    strides: [1],
  }));
  const pass = flatPass(backend, leaves, build(...leaves));
  for (const { variables, others } of sets) {
    const n = util.sizeFromShape(variables[0]!.shape);
    const from = [...variables, ...others].map((tensor) => backend.address(tensor));
    write(backend, variables, (to) => pass(n, from, to));
  }
}
