import { expect, it } from "vitest";
import { nanometresPer } from "../../../src/zarr/units.js";

it.each([
  ["nanometer", 1],
  ["nanometre", 1],
  ["micrometer", 1e3],
  ["millimeter", 1e6],
  ["centimeter", 1e7],
  ["meter", 1e9],
  ["kilometer", 1e12],
  ["picometer", 1e-3],
  ["angstrom", 0.1],
  ["inch", 2.54e7],
  ["yottameter", 1e33],
  ["yoctometer", 1e-15],
  ["µm", 1e3],
  ["um", 1e3],
  ["second", undefined],
  ["constructor", undefined],
  ["", undefined],
  ["bogometer", undefined],
])("%s", (unit, expected) => {
  expect(nanometresPer(unit)).toBe(expected);
});
