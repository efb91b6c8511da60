import { expect, it } from "vitest";
import { reportText, type VerifyReport } from "../../../src/verify/report.js";

it("writes one line per crop, then the problems, the worst first", () => {
  const report: VerifyReport = {
    ok: false,
    problems: [
      { severity: "note", code: "metadata", where: "crop 1", message: "no unit" },
      { severity: "error", code: "constant-raw", where: "crop 1", message: "all 7" },
    ],
    crops: [
      {
        where: "crop 1",
        usage: null,
        raw: "r",
        target: "t",
        boundingBox: { min: [0, 5, 0.1], max: [240, 245, 0.4] },
        unknownClasses: [],
        rawCoverage: 0.9999,
        rawChunks: { total: 27, checked: 8, missing: 1 },
        samplesRead: 2,
      },
    ],
  };
  expect(reportText(report).split("\n")).toEqual([
    "NOT OK: 1 crop, 1 error, 0 warnings, 1 note",
    "crop 1: 240 × 240 × 0.3 nm (z, y, x), raw covers 99.9 %, 1 of 8 raw chunks missing (27 in all), 2 samples read",
    "error constant-raw · crop 1: all 7",
    "note metadata · crop 1: no unit",
  ]);
});
