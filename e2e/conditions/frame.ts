/** Shows the page in a sandboxed frame, whose origin is opaque, and hands on what it reports. */
addEventListener("message", ({ data }) => {
  window.report = data;
});
document.querySelector("iframe")!.src = `./index.html${location.search}`;
