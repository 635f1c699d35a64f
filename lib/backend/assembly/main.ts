import {
  allDone,
  awaitOthers,
  awaitWork,
  claim,
  kernel,
  pieceDone,
  setThreadIndex,
} from "./control";
import { runPiece } from "./dispatch";

export { give } from "./control";
export { runPiece } from "./dispatch";

/** Runs pieces of jobs while there are any to claim. */
function help(): void {
  let piece = claim();
  while (piece >= 0) {
    runPiece(kernel(), piece);
    pieceDone();
    piece = claim();
  }
}

/** Main thread: takes part until all jobs are done; false if the other threads take long. */
export function finish(): bool {
  do {
    help();
    if (allDone()) return true;
  } while (awaitOthers());
  return false;
}

/** Worker: takes part in jobs until its thread is ended. */
export function work(thread: i32): void {
  setThreadIndex(thread);
  while (true) {
    awaitWork();
    help();
  }
}
