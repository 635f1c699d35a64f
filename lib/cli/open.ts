/** Shows a page in the user's browser; says so where that can't be done. */
export async function openInBrowser(page: string): Promise<void> {
  const [command, ...args] = Deno.build.os === "darwin"
    ? ["open", page]
    : Deno.build.os === "windows"
    ? ["cmd", "/c", "start", "", page]
    : ["xdg-open", page];
  try {
    const { success } = await new Deno.Command(command!, { args, stdout: "null", stderr: "null" })
      .output();
    if (success) return;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  // deno-lint-ignore no-console
  console.error(`${command} can't open the page; open it in a browser yourself.`);
}
