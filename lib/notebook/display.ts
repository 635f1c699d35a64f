import { itemText, toBundle } from "./bundle.ts";
import type { Item } from "./items.ts";

/** Options of `Deno.jupyter.display`. */
interface DisplayOptions {
  readonly display_id?: string;
  readonly update?: boolean;
}

type Jupyter = {
  display(bundle: Record<string, unknown>, options: DisplayOptions & { raw: true }): Promise<void>;
};

/** `Deno.jupyter`, or `undefined` outside a notebook, where reading it throws. */
function jupyter(): Jupyter | undefined {
  try {
    return (Deno as unknown as { jupyter?: Jupyter }).jupyter;
  } catch {
    return undefined;
  }
}

/** True in a notebook's kernel. */
export function inNotebook(): boolean {
  return jupyter() !== undefined;
}

/** Sends an item to the notebook; outside one, prints its text. */
export async function display(item: Item, options: DisplayOptions = {}): Promise<void> {
  const notebook = jupyter();
  if (notebook !== undefined) {
    return await notebook.display(await toBundle(item), { ...options, raw: true });
  }
  // deno-lint-ignore no-console
  console.log(itemText(item));
}

/**
 * Lets everything that was shown reach the notebook before the cell ends.
 *
 * Deno 2.9.6's kernel says that it is idle before a cell's last messages are out, and front ends
 * (nbconvert, JupyterLab, VS Code) then drop them or show them in the next cell; awaiting the
 * messages does not help. Measured with nbconvert on a loaded machine: much was lost with a pause
 * of 30 ms, nothing with 100 ms.
 */
export async function settle(): Promise<void> {
  if (inNotebook()) await new Promise((resolve) => setTimeout(resolve, 200));
}
