/** The variable through which a run of the report tells its kernels what it has settled. */
const VARIABLE = "DIGIT_RECOGNIZER_RUN";

/** What a run of the report settles once, for all its notebooks. */
interface RunContext {
  /** SHA-256 (hex) of the digits, by subset: those loaded by default must have it. */
  readonly digits: { readonly train?: string; readonly test?: string };
}

/** The run that this process is a kernel of, if it is one. */
export function currentRun(): RunContext | undefined {
  const text = Deno.env.get(VARIABLE);
  return text ? JSON.parse(text) : undefined;
}

/** The environment of a run's kernels. */
export function runEnvironment(context: RunContext): Record<string, string> {
  return { [VARIABLE]: JSON.stringify(context) };
}
