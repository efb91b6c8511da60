import { expect, it } from "vitest";
import { bytesText, msText, numberText, percentText } from "../../../src/monitor/format.js";

it("figures have three digits that count, and their unit", () => {
  expect([0, 1, 1023, 1536, 150 * 1024, 2.5 * 2 ** 30].map(bytesText)).toEqual([
    "0 B",
    "1 B",
    "1023 B",
    "1.5 KiB",
    "150 KiB",
    "2.5 GiB",
  ]);
  expect([0, 0.0123, 4.56, 12.3, 9999, 12_345].map(msText)).toEqual([
    "0 ms",
    "0.012 ms",
    "4.6 ms",
    "12 ms",
    "9999 ms",
    "12.3 s",
  ]);
  expect([0, 0.004, 0.5, 1].map(percentText)).toEqual(["0 %", "0 %", "50 %", "100 %"]);
  expect([0, 0.25, 3.456, 12.345, 432.1].map(numberText)).toEqual(["0", "0.25", "3.46", "12.3", "432"]);
});
