import { markup } from "lib/markup.ts";
import { type Chart, CHART_MIME_TYPE, chartForms } from "lib/plots/mod.ts";
import type { Item } from "./items.ts";

/** The text of an item. */
export function itemText(item: Item): string {
  if (typeof item === "string") return item;
  return isChart(item) ? `[Figure: ${item.text}]` : item["text/plain"] ?? "";
}

/** An item as a MIME bundle for a notebook. */
export async function toBundle(item: Item): Promise<Record<string, unknown>> {
  if (typeof item === "string") return { "text/plain": item };
  return isChart(item) ? await chartBundle(item) : item;
}

function isChart(item: Exclude<Item, string>): item is Chart {
  return "standalone" in item;
}

/**
 * A chart in every form that some front end needs: SVG in an `<img>`, because inline SVG is removed
 * from notebooks that are not trusted; PNG for viewers that remove HTML; and both SVGs for the report.
 */
async function chartBundle(chart: Chart): Promise<Record<string, unknown>> {
  const svg = new TextEncoder().encode(chart.standalone);
  const png = await toPng(svg);
  return {
    "text/html": String(
      markup`<img src="data:image/svg+xml;base64,${svg.toBase64()}" alt="${chart.text}" style="max-width:100%;height:auto">`,
    ),
    ...(png && { "image/png": png.toBase64() }),
    [CHART_MIME_TYPE]: chartForms(chart),
    "text/plain": itemText(chart),
  };
}

/** An SVG as PNG, or `undefined` on a platform without sharp's native code. */
async function toPng(svg: Uint8Array): Promise<Uint8Array | undefined> {
  try {
    const { default: sharp } = await import("sharp");
    return await sharp(svg).png({ palette: true, effort: 1 }).toBuffer();
  } catch {
    return undefined;
  }
}
