/** The orders of samplers that read the labels first. */
export { classBalancedOrder } from "./class-balanced.js";
export { classHolders } from "./class-presence.js";
export { foregroundOrder } from "./foreground.js";
