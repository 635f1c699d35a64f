/**
 * The main thread queues jobs, and all threads run them, one after the other: they claim pieces of the current
 * job until none is left, and the thread that finishes the last piece opens the next job. The main thread goes
 * on meanwhile and takes part when it has to wait.
 *
 * The claim word holds the job's number, counted from 1 (high half), and the pieces that are left (low half:
 * the first and the end), so a thread that slept through a whole job can never claim a piece of the next one
 * by mistake. A job's slot may be read after a successful claim: it is not reused before that piece is done.
 *
 * Even-numbered threads claim from the front, odd-numbered ones from the back. So a thread mostly reads what it
 * wrote in the job before, which is still in its core's cache.
 */

/** Addresses in shared memory, each on a cache line of its own; lib/backend/thread_pool.ts knows some of them too. */
const CLAIM: usize = 64;
/** The current job's number (high half) and its unfinished pieces (low half). */
const STATE: usize = 128;
/** How many jobs were opened; sleeping threads wait on this. */
const OPENED: usize = 192;
const SLEEPERS: usize = 256;
/** How many jobs were queued. */
const GIVEN: usize = 384;
const TABLES: usize = 4096;
const TABLE_BYTES: usize = 512;
/** Jobs' slots: kernel, pieces, then arguments. */
const JOBS: usize = 36864;
const JOB_BYTES: usize = 640;
const JOB_PLACES: i32 = 128;

/** How long a worker polls for work before it sleeps: waking takes a system call, and often much longer. */
const AWAKE_MS: f64 = 50;
/** A round of polling that takes this long, many times its usual time, was interrupted. */
const LOST_MS: f64 = 1;
/** Polls between two looks at the clock. */
const SPINS: i32 = 20_000;

// @ts-ignore: decorator
@external("env", "now")
declare function now(): f64;

/** The slot of the job that this thread last claimed a piece of. */
let job: usize = JOBS;

/** Where the arguments of that job are. */
// @ts-ignore: decorator
@inline
export function jobArguments(): usize {
  return job + 8;
}

// @ts-ignore: decorator
@inline
function place(number: i32): usize {
  return JOBS + <usize> ((number - 1) & (JOB_PLACES - 1)) * JOB_BYTES;
}

/** Main thread: publishes the job whose kernel, pieces and arguments are in its slot. */
export function give(): void {
  atomic.add<i32>(GIVEN, 1);
  openNext();
}

/** Opens the next job if there is one and the current one is done. */
function openNext(): void {
  const state = atomic.load<i64>(STATE);
  const number = <i32> (state >> 32);
  if (<i32> state !== 0 || number === atomic.load<i32>(GIVEN)) return;
  const pieces = load<i32>(place(number + 1), 4);
  const opened = (<i64> (number + 1) << 32) | <i64> pieces;
  if (atomic.cmpxchg<i64>(STATE, state, opened) !== state) return;
  atomic.store<i64>(CLAIM, opened);
  atomic.add<i32>(OPENED, 1);
  if (atomic.load<i32>(SLEEPERS) > 0) atomic.notify(OPENED, -1);
}

// @ts-ignore: decorator
@inline
function isAnyLeft(word: i64): bool {
  return (<i32> word & 0xffff) > (<i32> word >>> 16);
}

/** Claims a piece of the current job; -1 if none is left. */
export function claim(): i32 {
  const fromBehind = (thread & 1) !== 0;
  while (true) {
    const word = atomic.load<i64>(CLAIM);
    if (!isAnyLeft(word)) return -1;
    const rest = fromBehind ? word - 1 : word + 0x10000;
    if (atomic.cmpxchg<i64>(CLAIM, word, rest) === word) {
      job = place(<i32> (word >> 32));
      return fromBehind ? <i32> rest & 0xffff : <i32> word >>> 16;
    }
  }
}

/** The kernel of the job that was claimed last. */
// @ts-ignore: decorator
@inline
export function kernel(): i32 {
  return load<i32>(job);
}

// @ts-ignore: decorator
@inline
export function pieceDone(): void {
  if (<i32> atomic.sub<i64>(STATE, 1) === 1) openNext();
}

/** True if there is nothing left to do. */
export function allDone(): bool {
  const state = atomic.load<i64>(STATE);
  return <i32> state === 0 && <i32> (state >> 32) === atomic.load<i32>(GIVEN);
}

/** Main thread: waits until there is a piece to claim or all is done; false if that takes long. */
export function awaitOthers(): bool {
  for (let i = 0; i < SPINS; i++) {
    if (isAnyLeft(atomic.load<i64>(CLAIM)) || allDone()) return true;
  }
  return false;
}

/** Worker: waits until there is a piece to claim. */
export function awaitWork(): void {
  const start = now();
  let last = start, time = start;
  // A thread that lost its core in the meantime shares it: polling would only keep others from working.
  do {
    last = time;
    for (let i = 0; i < SPINS; i++) {
      if (isAnyLeft(atomic.load<i64>(CLAIM))) return;
    }
    time = now();
  } while (time - start < AWAKE_MS && time - last < LOST_MS);
  atomic.add<i32>(SLEEPERS, 1);
  const opened = atomic.load<i32>(OPENED);
  if (!isAnyLeft(atomic.load<i64>(CLAIM))) atomic.wait<i32>(OPENED, opened, -1);
  atomic.sub<i32>(SLEEPERS, 1);
}

let thread: i32 = 0;

/** Which of the pool's threads runs this instance; each has its own part of a job's scratch. */
// @ts-ignore: decorator
@inline
export function threadIndex(): i32 {
  return thread;
}

export function setThreadIndex(index: i32): void {
  thread = index;
}

/** A few thread-local words: 512 bytes. */
// @ts-ignore: decorator
@inline
export function threadTable(): usize {
  return TABLES + <usize> thread * TABLE_BYTES;
}
