import type { CellError } from "./diagnosis.ts";
import type { Json, Message } from "./messages.ts";

/** What a cell shows, by MIME type. */
export type MimeBundle = Record<string, unknown>;

/** An output of a code cell as in a notebook file (nbformat 4). */
export type Output =
  | { output_type: "stream"; name: "stdout" | "stderr"; text: string }
  | { output_type: "display_data"; data: MimeBundle; metadata: Json }
  | {
    output_type: "execute_result";
    execution_count: number | null;
    data: MimeBundle;
    metadata: Json;
  }
  | ErrorOutput;

/** The error that ended a cell. */
export interface ErrorOutput extends CellError {
  output_type: "error";
}

/** Displays by id; an update replaces them in all cells. */
export type Displays = Map<string, Extract<Output, { output_type: "display_data" }>[]>;

/** Gathers the outputs of one cell from the messages on iopub, as a Jupyter front end does. */
export class OutputCollector {
  /** The outputs so far, in order. */
  readonly outputs: Output[] = [];
  readonly #displays: Displays;
  readonly #onLive: (text: string) => void;
  #clearBeforeNext = false;

  /**
   * @param displays Shared by the cells of one kernel.
   * @param onLive Gets the first line of text of a display that changes while its cell runs.
   */
  constructor(displays: Displays = new Map(), onLive: (text: string) => void = () => {}) {
    this.#displays = displays;
    this.#onLive = onLive;
  }

  /** The first error among the outputs. */
  get error(): ErrorOutput | undefined {
    return this.outputs.find((output) => output.output_type === "error");
  }

  /** Adds what a message shows; other messages are ignored. */
  add(message: Message): void {
    const { content } = message;
    switch (message.type) {
      case "stream":
        return this.#stream(content.name as "stdout" | "stderr", content.text as string);
      case "display_data": {
        const output = {
          output_type: "display_data" as const,
          data: content.data as MimeBundle,
          metadata: content.metadata as Json,
        };
        const id = displayId(content);
        if (id !== undefined) {
          this.#displays.set(id, [...this.#displays.get(id) ?? [], output]);
          this.#live(output.data);
        }
        return this.#push(output);
      }
      case "update_display_data": {
        const data = content.data as MimeBundle;
        for (const shown of this.#displays.get(displayId(content) ?? "") ?? []) {
          shown.data = data;
          shown.metadata = content.metadata as Json;
        }
        return this.#live(data);
      }
      case "execute_result":
        return this.#push({
          output_type: "execute_result",
          execution_count: content.execution_count as number,
          data: content.data as MimeBundle,
          metadata: content.metadata as Json,
        });
      case "error":
        return this.addError(content as unknown as Omit<ErrorOutput, "output_type">);
      case "clear_output":
        if (content.wait) this.#clearBeforeNext = true;
        else this.outputs.length = 0;
    }
  }

  /** Adds an error that the kernel did not report. */
  addError({ ename, evalue, traceback }: Omit<ErrorOutput, "output_type">): void {
    this.#push({ output_type: "error", ename, evalue, traceback });
  }

  #stream(name: "stdout" | "stderr", text: string): void {
    const last = this.outputs.at(-1);
    if (!this.#clearBeforeNext && last?.output_type === "stream" && last.name === name) {
      last.text += text;
    } else {
      this.#push({ output_type: "stream", name, text });
    }
  }

  #push(output: Output): void {
    if (this.#clearBeforeNext) this.outputs.length = 0;
    this.#clearBeforeNext = false;
    this.outputs.push(output);
  }

  #live(data: MimeBundle): void {
    const text = data["text/plain"];
    if (typeof text === "string") this.#onLive(text.split("\n", 1)[0]!);
  }
}

function displayId(content: Json): string | undefined {
  return (content.transient as { display_id?: string } | undefined)?.display_id;
}
