/** A worker of the pool: nothing but the API of chunk-api.ts, exposed over comlink. */
import { expose } from "comlink";
import { createChunkApi } from "./chunk-api.js";

expose(createChunkApi());
