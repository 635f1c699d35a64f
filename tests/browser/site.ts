/** A site in a folder, as a server offers it. @module */
import { join } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html",
  js: "text/javascript",
  wasm: "application/wasm",
};

/** What gives a page `SharedArrayBuffer`, and so threads. */
export const ISOLATION: Readonly<Record<string, string>> = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/** Serves a folder on loopback, with more headers for every file. */
export function serveSite(
  folder: string,
  headers: Readonly<Record<string, string>> = {},
): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/favicon.ico") return new Response(null, { status: 204 });
    const name = pathname.endsWith("/") ? `${pathname}index.html` : pathname;
    const type = TYPES[name.split(".").at(-1)!] ?? "text/plain";
    return await Deno.readFile(join(folder, name)).then(
      (body) => new Response(body, { headers: { "content-type": type, ...headers } }),
      () => new Response(null, { status: 404 }),
    );
  });
}
