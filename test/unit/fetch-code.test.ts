import { describe, expect, it } from "vitest";
import { fetchCode, fetchEarly } from "../../src/fetch-code.js";

const failed = new TypeError("Failed to fetch dynamically imported module: https://example.org/part.js");

describe("fetchCode", () => {
  it("gives what was fetched", async () => {
    expect(await fetchCode(async () => 7)).toBe(7);
  });

  it("says what is to be done when the page's server does not give a part, and asks again the next time", async () => {
    let asked = 0;
    const load = async () => {
      if (++asked === 1) throw failed;
      return asked;
    };
    await expect(fetchCode(load)).rejects.toMatchObject({
      code: "network",
      retryable: true,
      cause: failed,
      message: expect.stringMatching(/part\.js.*dist folder/),
    });
    expect(await fetchCode(load)).toBe(2);
  });
});

describe("fetchEarly", () => {
  it("leaves a failure to whoever needs the part", async () => {
    const rejections: unknown[] = [];
    const note = (reason: unknown) => rejections.push(reason);
    process.on("unhandledRejection", note);
    fetchEarly(() => Promise.reject(failed));
    await new Promise((resolve) => setTimeout(resolve));
    process.off("unhandledRejection", note);
    expect(rejections).toEqual([]);
  });
});
