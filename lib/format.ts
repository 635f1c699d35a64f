/** A fraction as per cent: `percent(0.9912)` is `99.12%`. */
export function percent(fraction: number, decimals = 2): string {
  return `${(100 * fraction).toFixed(decimals)}%`;
}

/** A number with its sign, a minus that is as long as the plus: `signed(-0.5, 2)` is `−0.50`. */
export function signed(x: number, decimals: number): string {
  return `${x < 0 ? "−" : "+"}${Math.abs(x).toFixed(decimals)}`;
}

/** A whole number with its thousands separated: `formatCount(42000)` is `42,000`. */
export function formatCount(n: number): string {
  return n.toLocaleString("en-US");
}

/** Text for a terminal: control characters, with which a file's name could steer it, as `\\u001b`. */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Seconds as people say them: `48 s`, `2 min 05 s`, `1 h 12 min`. */
export function duration(seconds: number): string {
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  const minutes = Math.floor(s / 60);
  if (minutes < 60) return `${minutes} min ${String(s % 60).padStart(2, "0")} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}
