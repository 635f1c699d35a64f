/**
 * Deno's kernel goes on after a cell that failed, so that one mistake ends as twenty ReferenceErrors
 * that hide it. From now on each of them says what is missing and where to look.
 */
export function explainMissingNames(): void {
  const previous = Error.prepareStackTrace;
  Error.prepareStackTrace = (error, frames) => {
    const name = error instanceof ReferenceError &&
      /^(\S+) is not defined$/.exec(error.message)?.[1];
    if (name && fromCell(frames)) {
      error.message =
        `${name} is not defined: it is misspelled, or the cell that defines it failed ` +
        "or has not been run. Look at the first error above, or run the cells from the top.";
    }
    return previous ? previous(error, frames) : [`${error}`, ...frames].join("\n    at ");
  };
}

/** Whether the name was looked up by a cell's own code, which has no file. */
function fromCell([top]: readonly NodeJS.CallSite[]): boolean {
  const file = top?.getFileName();
  return file === undefined || file === null || file === "<anonymous>" || file === "";
}
