import { display, settle } from "./display.ts";
import type { Item } from "./items.ts";

/** An output that changes while its cell runs. */
export interface LiveOutput {
  /**
   * Shows the item in place of the previous one, at most five times per second: of items that come
   * faster only the newest is shown. A terminal shows the first line of the item's text.
   */
  update(item: Item): void;
  /** Shows the newest item if it is not shown yet, and lets it reach the notebook. */
  finish(): Promise<void>;
}

/** Milliseconds between two updates. */
const INTERVAL = 200;

/**
 * Opens an output that later calls replace: a progress bar, a growing curve.
 *
 * @example
 * ```ts
 * import { markup } from "lib/markup.ts";
 * import { htmlBundle, liveOutput } from "lib/notebook/mod.ts";
 *
 * const live = liveOutput();
 * for (let i = 1; i <= 3; i++) live.update(htmlBundle(markup`<b>${i}</b> of 3`, `${i} of 3`));
 * await live.finish();
 * ```
 */
export function liveOutput(): LiveOutput {
  const id = crypto.randomUUID();
  let waiting: Item | undefined;
  let sentAt = -Infinity;
  let shown = false;
  let sending: Promise<void> = Promise.resolve();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function send(): void {
    clearTimeout(timer);
    timer = undefined;
    if (waiting === undefined) return;
    const item = waiting;
    const update = shown;
    waiting = undefined;
    shown = true;
    sentAt = performance.now();
    sending = sending.then(() => display(item, { display_id: id, update }));
  }

  return {
    update(item): void {
      waiting = item;
      const wait = sentAt + INTERVAL - performance.now();
      if (wait <= 0) send();
      else timer ??= setTimeout(send, wait);
    },
    async finish(): Promise<void> {
      send();
      await sending;
      await settle();
    },
  };
}
