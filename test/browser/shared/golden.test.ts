/** The 24 reads with float64 answers beside the project, on both backends. */
import { afterAll, describe, expect, inject, it } from "vitest";
import { type Backend, Engine, type Mat3, openImage, type Vec3 } from "../../../src/index.js";

interface GoldenCase {
  readonly id: number;
  readonly path: string;
  readonly center: Vec3;
  readonly shape: Vec3;
  readonly scale: Vec3;
  readonly matrix: Mat3;
  readonly interpolation: "linear" | "nearest";
  readonly antialias: "box" | "none";
  readonly padValue: number;
  readonly level: number;
  readonly dtype: "float32" | "uint32";
  readonly file: string;
  readonly mask: string;
}

const shared = inject("sharedData");
const root = `${inject("testServer")}/shared`;
const cases: GoldenCase[] = shared ? await (await fetch(`${root}/golden/read/cases.json`)).json() : [];

async function bytes(file: string): Promise<ArrayBuffer> {
  return await (await fetch(`${root}/golden/read/${file}`)).arrayBuffer();
}

/** Whether any coordinate is within 1e-4 of a tie: there, either label is right. */
function nearTie({ center, shape, scale, matrix, level }: GoldenCase, index: number): boolean {
  const k = [
    Math.floor(index / (shape[1] * shape[2])),
    Math.floor(index / shape[2]) % shape[1],
    index % shape[2],
  ];
  const voxel = 10 * 2 ** level;
  const origin = (voxel - 10) / 2;
  return [0, 1, 2].some((a) => {
    const offset = [0, 1, 2].reduce(
      (sum, j) => sum + matrix[a]![j]! * (k[j]! - (shape[j]! - 1) / 2) * scale[j]!,
      0,
    );
    const v = (center[a]! + offset - origin) / voxel + 0.5;
    return Math.abs(v - Math.round(v)) < 1e-4;
  });
}

describe.skipIf(!shared).each<Backend>(["cpu", "webgpu"])("golden reads on %s", (backend) => {
  const engine = new Engine({ backend, workers: 2 });
  afterAll(() => engine.dispose());

  it("has all 24 cases", () => expect(cases.length).toBe(24));

  it.each(cases.map((golden) => [golden.id, golden] as const))("case %i", async (_, golden) => {
    const image = await openImage(`${root}/data/${golden.path}`, { engine });
    const { center, shape, scale, matrix, interpolation, antialias, padValue } = golden;
    const read = await image.read({ center, shape, scale, matrix, interpolation, antialias, padValue });
    expect(read.level).toBe(golden.level);

    const mask = new Uint8Array(await bytes(golden.mask));
    expect(read.mask.every((value, i) => value === mask[i])).toBe(true);

    const buffer = await bytes(golden.file);
    const answer = golden.dtype === "float32" ? new Float32Array(buffer) : new Uint32Array(buffer);
    expect(read.data.length).toBe(answer.length);
    if (interpolation === "nearest") {
      const wrong = [...answer.keys()].filter((i) => read.data[i] !== answer[i] && !nearTie(golden, i));
      expect(wrong).toEqual([]);
    } else {
      const range = image.dtype === "uint16" ? 65535 : 255;
      let worst = 0;
      for (let i = 0; i < answer.length; i++) worst = Math.max(worst, Math.abs(read.data[i]! - answer[i]!));
      expect(worst / range).toBeLessThan(backend === "cpu" ? 1e-4 : 2e-3);
    }
  });
});
