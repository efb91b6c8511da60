/** Several pieces of work as one. */
import { linkedController } from "./abort.js";

/**
 * Does something for all items at once; the first failure stops the others.
 *
 * @returns when all have settled, so that nothing goes on behind the caller's back
 * @throws the first failure
 */
export async function together<T, R>(
  items: Iterable<T>,
  work: (item: T, signal: AbortSignal) => Promise<R>,
  signal?: AbortSignal,
): Promise<R[]> {
  const { controller, unlink } = linkedController(signal);
  const settled = await Promise.allSettled(
    Array.from(items, async (item) => {
      try {
        return await work(item, controller.signal);
      } catch (error) {
        controller.abort(error);
        throw error;
      }
    }),
  );
  unlink();
  return settled.map((outcome) => {
    if (outcome.status === "rejected") throw controller.signal.reason;
    return outcome.value;
  });
}
