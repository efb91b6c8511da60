/** Rotations about the axes of the world. */
import type { Mat3, Vec3 } from "../types.js";
import { identity, multiply } from "./vec.js";

/** `Rz · Ry · Rx` for degrees about z, y and x; exact at multiples of 90°. */
export function rotation([z, y, x]: Vec3): Mat3 {
  const [cz, sz] = cosSin(z);
  const [cy, sy] = cosSin(y);
  const [cx, sx] = cosSin(x);
  // In z, y, x order: Rz turns x toward y, Ry turns z toward x, Rx turns y toward z.
  const aboutZ: Mat3 = [
    [1, 0, 0],
    [0, cz, sz],
    [0, -sz, cz],
  ];
  const aboutY: Mat3 = [
    [cy, 0, -sy],
    [0, 1, 0],
    [sy, 0, cy],
  ];
  const aboutX: Mat3 = [
    [cx, sx, 0],
    [-sx, cx, 0],
    [0, 0, 1],
  ];
  return [z, y, x].every((angle) => angle === 0) ? identity : multiply(aboutZ, multiply(aboutY, aboutX));
}

function cosSin(degrees: number): readonly [cos: number, sin: number] {
  const quarter = degrees / 90;
  if (Number.isInteger(quarter)) {
    const turn = ((quarter % 4) + 4) % 4;
    return [[1, 0, -1, 0][turn]!, [0, 1, 0, -1][turn]!];
  }
  const radians = (degrees * Math.PI) / 180;
  return [Math.cos(radians), Math.sin(radians)];
}
