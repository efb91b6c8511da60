/** A page that trains on batches. */
export { createLoader, openDataset } from "../../../src/index.js";
