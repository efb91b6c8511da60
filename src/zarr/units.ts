/** Length units of OME-NGFF axes (UDUNITS-2 names), in nanometres. */

const prefixes: Readonly<Record<string, number>> = {
  yocto: -24,
  zepto: -21,
  atto: -18,
  femto: -15,
  pico: -12,
  nano: -9,
  micro: -6,
  milli: -3,
  centi: -2,
  deci: -1,
  "": 0,
  hecto: 2,
  kilo: 3,
  mega: 6,
  giga: 9,
  tera: 12,
  peta: 15,
  exa: 18,
  zetta: 21,
  yotta: 24,
};

const named: Readonly<Record<string, number>> = {
  angstrom: 0.1,
  foot: 304_800_000,
  inch: 25_400_000,
  mile: 1_609_344_000_000,
  parsec: 3.0856775814913673e25,
  yard: 914_400_000,
  // Not in OME-NGFF, but written by several tools.
  nm: 1,
  um: 1e3,
  µm: 1e3,
  μm: 1e3,
  micron: 1e3,
  mm: 1e6,
  cm: 1e7,
  m: 1e9,
  Å: 0.1,
};

/** Nanometres per unit; `undefined` for an unknown unit. American and British spelling. */
export function nanometresPer(unit: string): number | undefined {
  if (Object.hasOwn(named, unit)) return named[unit];
  const prefix = /^([a-z]*?)met(?:er|re)s?$/.exec(unit)?.[1];
  if (prefix === undefined || !Object.hasOwn(prefixes, prefix)) return undefined;
  // Written as a literal, so that the power of ten is the nearest double.
  return Number(`1e${prefixes[prefix]! + 9}`);
}
