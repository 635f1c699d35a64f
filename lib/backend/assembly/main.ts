import {
  allDone,
  awaitOthers,
  awaitWork,
  claim,
  kernel,
  pieceDone,
  setThreadIndex,
} from "./control";
import { depthwise, depthwiseFilterGrad } from "./depthwise";
import {
  adam,
  batchNorm,
  batchNormFactors,
  binary,
  binaryRows,
  repeat,
  softmax,
  sumColumns,
  sumRows,
  unary,
} from "./elementwise";
import { sumUnpooled, unpool } from "./image";
import { columnsTimesPanels, convolveFused, pack, pad, rowsTimesPanels } from "./matmul";
import { oneChannelFilterGrad, oneChannelPooled } from "./one_channel";
import { peak } from "./peak";
import { avgPool, avgPoolGrad, maxPool, maxPoolGrad } from "./pool";
import {
  winogradFilter,
  winogradFilterGrad,
  winogradForward,
  winogradInput,
} from "./winograd";

export { give } from "./control";

/** Does one piece of a kernel; the numbers are those of `Kernel` in lib/backend/pool.ts. */
export function runPiece(kernel: i32, piece: i32): void {
  switch (kernel) {
    case 0:
      return pack(piece);
    case 1:
      return rowsTimesPanels(piece);
    case 2:
      return columnsTimesPanels(piece);
    case 3:
      return pad(piece);
    case 4:
      return maxPool(piece);
    case 5:
      return maxPoolGrad(piece);
    case 6:
      return binary(piece);
    case 7:
      return unary(piece);
    case 8:
      return sumRows(piece);
    case 9:
      return adam(piece);
    case 10:
      return winogradFilter(piece);
    case 11:
      return winogradForward(piece);
    case 12:
      return winogradInput(piece);
    case 13:
      return winogradFilterGrad(piece);
    case 14:
      return convolveFused(piece);
    case 15:
      return unpool(piece);
    case 16:
      return sumUnpooled(piece);
    case 17:
      return binaryRows(piece);
    case 18:
      return sumColumns(piece);
    case 19:
      return softmax(piece);
    case 20:
      return peak(piece);
    case 21:
      return oneChannelPooled(piece);
    case 22:
      return oneChannelFilterGrad(piece);
    case 23:
      return repeat(piece);
    case 24:
      return batchNormFactors(piece);
    case 25:
      return batchNorm(piece);
    case 26:
      return avgPool(piece);
    case 27:
      return avgPoolGrad(piece);
    case 28:
      return depthwise(piece);
    case 29:
      return depthwiseFilterGrad(piece);
    default:
      unreachable();
  }
}

/** Does pieces of jobs as long as there are any to claim. */
function help(): void {
  let piece = claim();
  while (piece >= 0) {
    runPiece(kernel(), piece);
    pieceDone();
    piece = claim();
  }
}

/** Main thread: takes part until all jobs are done; false if the others take long. */
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
