/**
 * A shader as it goes into the package: comments and indentation are for those who read the source, and no minifier
 * of the consumer's would know how to leave them out.
 *
 * @param {string} source WGSL with line comments only
 */
export function bareWgsl(source) {
  return source
    .split("\n")
    .map((line) => line.replace(/\/\/.*$/, "").trim())
    .filter((line) => line !== "")
    .join("\n");
}
