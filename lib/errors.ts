/**
 * An error that a user can fix: a wrong path, a damaged file, an impossible option.
 *
 * Commands print its message in one line, without a stack trace, and exit with 1. The message names
 * what was found, where (file, row, column), what was expected and what to do.
 */
export class InputError extends Error {
  /** As in stack traces. */
  override name = "InputError";
}
