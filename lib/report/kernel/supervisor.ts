/**
 * Runs a kernel that must not outlive its client, however that ends: a process between the two, which
 * ends the kernel when its own stdin ends. A kernel cannot do that itself before it has started.
 *
 * stdin: the connection file's content in one line; then, once the kernel has read it, anything.
 * Arguments: the `deno` to run. Ends as the kernel ended.
 *
 * It imports nothing, so that it starts fast.
 * @module
 */
const input = Deno.stdin.readable.pipeThrough(new TextDecoderStream()).getReader();
let connection = "";
while (!connection.includes("\n")) {
  const { value, done } = await input.read();
  if (done) Deno.exit();
  connection += value;
}

const folder = await Deno.makeTempDir({ prefix: "kernel-" });
// The file holds the key to the kernel.
const removeFolder = (): Promise<void> => Deno.remove(folder, { recursive: true }).catch(() => {});
const file = `${folder}/connection.json`;
await Deno.writeTextFile(file, connection);
const kernel = new Deno.Command(Deno.args[0]!, {
  args: ["jupyter", "--kernel", "--conn", file],
  stdin: "null",
  stdout: "null",
  stderr: "inherit",
}).spawn();

(async () => {
  while (!(await input.read()).done) await removeFolder();
  kernel.kill("SIGKILL");
})();
const { code, signal } = await kernel.status;
await removeFolder();
if (signal !== null) Deno.kill(Deno.pid, signal);
Deno.exit(code);
