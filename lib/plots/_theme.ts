/**
 * The one look of all charts.
 *
 * A chart is inlined into pages that are light or dark and does not know which. So text and lines
 * are `currentColor`, the colours below stand out on white as on `#1e1e1e` (at least 3.5:1), and a
 * fill that carries text is translucent: it then takes on enough of the page's own background for
 * `currentColor` to be legible on it.
 *
 * @module
 */

/**
 * Colours that people with any form of colour blindness can tell apart: Okabe and Ito's, with blue
 * and green moved to a lightness that serves both themes.
 */
export const COLOURS = {
  blue: "#1a80bb",
  vermillion: "#d55e00",
  green: "#00916a",
} as const;

/** Colours of models that share a chart, in order. */
export const MODEL_COLOURS: readonly string[] = [COLOURS.blue, COLOURS.vermillion, COLOURS.green];

/** Opacity up to which `currentColor` text on a fill keeps 4.5:1 in both themes. */
export const MAX_FILL_OPACITY_UNDER_TEXT = 0.65;

/** Opacities of `currentColor` for what should recede. */
export const FAINT = { card: 0.05, grid: 0.13, line: 0.45, text: 0.72 } as const;

/** Sizes in the chart's own units; a chart is shown at up to {@linkcode DISPLAY_SCALE} pixels per unit. */
export const FONT_SIZE = 13;
/** Font size of axes and notes. */
export const SMALL_FONT_SIZE = 11.5;

/** CSS pixels per unit on a page with enough room. */
export const DISPLAY_SCALE = 1.25;
