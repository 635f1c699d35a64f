/** Runs `use` with a temporary folder, which is removed afterwards. */
export async function withFolder<T>(
  use: (folder: string) => Promise<T>,
  options: Deno.MakeTempOptions = {},
): Promise<T> {
  const folder = await Deno.makeTempDir(options);
  try {
    return await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
