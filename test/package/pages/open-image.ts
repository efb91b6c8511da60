/** A page that reads patches. */
export { openImage } from "../../../src/index.js";
