/** Imported before the worker's own code: it sees every message first. */
if (self.name === "start") throw new Error("not yet");
addEventListener("message", (event) => {
  if (event.data.path?.[0] !== self.name) return;
  event.stopImmediatePropagation();
  // Not before the page knows that the worker has started.
  setTimeout(close, 50);
});
