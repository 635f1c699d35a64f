import { jobArguments } from "./control";

// @ts-ignore: decorator
@external("env", "runFused")
declare function runFused(args: usize, piece: i32): void;

/** A kernel that was compiled at run time (lib/backend/fusion): lib/backend/thread_pool.ts finds it by its arguments. */
export function fused(piece: i32): void {
  runFused(jobArguments(), piece);
}
