import { engine, type TensorInfo, tidy, type Variable } from "@tensorflow/tfjs-core";
import type { SimdBackend } from "lib/backend/backend.ts";
import type { Expression } from "lib/backend/fusion/expression.ts";
import { computeInto } from "lib/backend/fusion/lazy.ts";

/**
 * Gives variables of one shape new values, in place where nobody else can see the old ones (a clone shares them).
 *
 * @param others What the new values follow from, beside the old ones.
 * @param build The new values, from those of variables and others, and what goes to `also`.
 * @param also Where further results go.
 */
export function assign(
  backend: SimdBackend,
  variables: readonly Variable[],
  others: readonly TensorInfo[],
  build: (...operands: Expression[]) => readonly Expression[],
  also: readonly { readonly at: number }[] = [],
): void {
  const { shape } = variables[0]!;
  const old = variables.map((variable) => backend.arenaData(variable));
  const fresh = old.map((data) => data.isUnshared ? undefined : backend.output(shape));
  const places = fresh.map((output, i) => ({ at: output?.at ?? old[i]!.at }));
  computeInto(backend, shape, [...variables, ...others], [...places, ...also], build);
  fresh.forEach((output, i) => {
    if (!output) old[i]!.changed();
    else tidy(() => variables[i]!.assign(engine().makeTensorFromTensorInfo(output, backend)));
  });
}
