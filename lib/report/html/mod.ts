/** Executed notebooks as one HTML page without outside references. @module */
export { renderReport } from "./page.ts";
