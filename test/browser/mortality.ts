/** Imported before the worker's own code: it sees every message first. */
if (self.name === "start") throw new Error("not yet");
addEventListener("message", (event) => {
  if (event.data.path?.[0] !== self.name) return;
  event.stopImmediatePropagation();
  close();
});
