/** How a kernel was lost. */
type KernelLoss = "exited" | "out of memory" | "killed" | "hung";

/** The kernel itself was lost, unlike a cell that threw. */
export class KernelError extends Error {
  override name = "KernelError";
  readonly loss: KernelLoss;

  constructor(loss: KernelLoss, message: string) {
    super(message);
    this.loss = loss;
  }
}

/**
 * Says how a kernel's process ended.
 *
 * @param status The process's exit status.
 * @param stderr The end of what it wrote to stderr.
 */
export function describeExit(status: Deno.CommandStatus, stderr: string): KernelError {
  // The messages of V8, Rust and the C++ library.
  if (/out of memory|memory allocation of \d+ bytes failed|bad_alloc/i.test(stderr)) {
    return new KernelError("out of memory", "The kernel ran out of memory.");
  }
  if (status.signal === "SIGKILL") {
    return new KernelError(
      "killed",
      "The kernel was killed (SIGKILL) from outside; most often the system does so when memory runs out.",
    );
  }
  if (status.signal !== null) {
    const lastLine = stderr.trim().split("\n").at(-1);
    return new KernelError(
      "killed",
      `The kernel was ended by ${status.signal}${lastLine ? `: ${lastLine}` : "."}`,
    );
  }
  return new KernelError(
    "exited",
    `The kernel exited with code ${status.code} (Deno.exit, or a crash of the runtime).`,
  );
}
