/** The page to write on: starts the worker, and brings pictures from wherever they come. @module */
import { byId } from "./dom.ts";
import { Pad } from "./pad.ts";
import { Session } from "./session.ts";
import { startReader } from "./start.ts";

const pad = new Pad();

try {
  const session = new Session(await startReader(), pad);
  document.body.classList.add("is-ready");
  acceptPictures(session);
  acceptHands(session);
  await session.start();
} catch (error) {
  byId("problem").textContent = `The page can't read: ${(error as Error).message}`;
}

/** Pictures that are chosen, dropped or pasted. */
function acceptPictures(session: Session): void {
  const open = (files: FileList | undefined): void => {
    const file = [...files ?? []].find(({ type }) => type.startsWith("image/"));
    if (file) void session.open(file);
    else if (files?.length) byId("problem").textContent = `${files[0]!.name} is no picture.`;
  };
  offer("choose", "picture", (file) => void session.open(file));
  addEventListener("paste", ({ clipboardData }) => open(clipboardData?.files));
  addEventListener("dragover", (event) => {
    event.preventDefault();
    document.body.classList.add("is-dropping");
  });
  addEventListener("dragleave", () => document.body.classList.remove("is-dropping"));
  addEventListener("drop", (event) => {
    event.preventDefault();
    document.body.classList.remove("is-dropping");
    open(event.dataTransfer?.files);
  });
  addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key !== "z") return;
    event.preventDefault();
    pad.undo();
  });
}

function acceptHands(session: Session): void {
  offer("import", "hand-file", (file) => void session.import(file));
}

/** Lets a button choose a file by an input that is hidden. */
function offer(button: string, input: string, take: (file: File) => void): void {
  const chooser = byId<HTMLInputElement>(input);
  byId(button).addEventListener("click", () => chooser.click());
  chooser.addEventListener("change", () => {
    const [file] = chooser.files ?? [];
    // The same file may be chosen again.
    chooser.value = "";
    if (file) take(file);
  });
}
