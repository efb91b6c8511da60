/** The real worker code at the other end of a message channel of this thread, where there are no web workers. */
import { expose } from "comlink";
import { createChunkApi } from "../../workers/chunk-api.js";

/** For the `createWorker` option. */
export function inProcessWorker(): Worker {
  const { port1, port2 } = new MessageChannel();
  expose(createChunkApi(), port2);
  const terminate = (): void => {
    port1.close();
    port2.close();
  };
  return Object.assign(port1, { terminate }) as unknown as Worker;
}
