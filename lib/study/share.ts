import { InputError } from "lib/errors.ts";

/** The part of a study that this process does: of `count` shares the one at `index`, from 0. */
export interface Share {
  /** From 0. */
  readonly index: number;
  /** Number of shares. */
  readonly count: number;
}

/**
 * This process's share of the work, as its scheduler says it: a task of a Slurm job array
 * (`SLURM_ARRAY_TASK_ID`, `_COUNT`), or a pod of a Kubernetes Indexed Job (`JOB_COMPLETION_INDEX`,
 * and `JOB_COMPLETIONS`, which the job's manifest has to set). Everything, where there is no scheduler.
 *
 * @throws {InputError} If the variables do not say which share it is.
 */
export function readShare(environment: Pick<Deno.Env, "get"> = Deno.env): Share {
  const slurm = environment.get("SLURM_ARRAY_TASK_ID") !== undefined;
  if (!slurm && environment.get("JOB_COMPLETION_INDEX") === undefined) {
    return { index: 0, count: 1 };
  }
  const number = (name: string, otherwise?: string): number => {
    const text = environment.get(name) ?? otherwise;
    if (!/^\d+$/.test(text ?? "")) {
      throw new InputError(`${name} is ${text ?? "not set"}; expected a whole number.`);
    }
    return Number(text);
  };
  const share = slurm
    ? {
      index: (number("SLURM_ARRAY_TASK_ID") - number("SLURM_ARRAY_TASK_MIN", "0")) /
        number("SLURM_ARRAY_TASK_STEP", "1"),
      count: number("SLURM_ARRAY_TASK_COUNT"),
    }
    : { index: number("JOB_COMPLETION_INDEX"), count: number("JOB_COMPLETIONS") };
  if (!Number.isInteger(share.index) || share.index < 0 || share.index >= share.count) {
    throw new InputError(
      `The scheduler says that this is task ${share.index} (from 0) of ${share.count}; ` +
        "expected tasks without gaps, such as `--array=0-7`.",
    );
  }
  return share;
}

/** Every `count`-th item, starting at `index`: neighbours, which cost about the same, are spread. */
export function takeShare<T>(items: readonly T[], { index, count }: Share): T[] {
  return items.filter((_, i) => i % count === index);
}
