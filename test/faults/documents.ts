/** Sound OME-Zarr documents to damage: every format, as files below one root. */

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type Documents = { [path: string]: Json };

const axes = [
  { name: "z", type: "space", unit: "nanometer" },
  { name: "y", type: "space", unit: "nanometer" },
  { name: "x", type: "space", unit: "nanometer" },
];

const levelTransforms = (factor: number): Json => [
  { type: "scale", scale: [40 * factor, 4 * factor, 4 * factor] },
  { type: "translation", translation: [0, 2, 2] },
];

const multiscale = (): { [name: string]: Json } => ({
  name: "image",
  axes,
  datasets: [
    { path: "s0", coordinateTransformations: levelTransforms(1) },
    { path: "s1", coordinateTransformations: levelTransforms(2) },
  ],
  coordinateTransformations: [{ type: "scale", scale: [1, 1, 1] }],
});

const zarray = (): Json => ({
  zarr_format: 2,
  shape: [64, 100, 80],
  chunks: [16, 32, 32],
  dtype: "<u2",
  compressor: { id: "blosc", cname: "zstd", clevel: 5, shuffle: 1, blocksize: 0 },
  fill_value: 0,
  order: "C",
  filters: null,
  dimension_separator: "/",
});

const zarrJson = (codecs: Json): Json => ({
  zarr_format: 3,
  node_type: "array",
  shape: [64, 100, 80],
  data_type: "uint16",
  chunk_grid: { name: "regular", configuration: { chunk_shape: [32, 32, 32] } },
  chunk_key_encoding: { name: "default", configuration: { separator: "/" } },
  fill_value: 0,
  codecs,
  attributes: {},
  dimension_names: ["z", "y", "x"],
});

const bytes = { name: "bytes", configuration: { endian: "little" } };
const plainCodecs: Json = [
  { name: "transpose", configuration: { order: [2, 1, 0] } },
  bytes,
  { name: "zstd", configuration: { level: 3, checksum: true } },
  { name: "crc32c" },
];
const shardCodecs: Json = [
  {
    name: "sharding_indexed",
    configuration: {
      chunk_shape: [16, 16, 16],
      codecs: [bytes, { name: "gzip", configuration: { level: 5 } }],
      index_codecs: [bytes, { name: "crc32c" }],
      index_location: "end",
    },
  },
];

/** Documents of every kind, fresh for whoever changes them. */
export function soundVolume(kind: VolumeKind): Documents {
  return structuredClone(makers[kind]());
}

export type VolumeKind = "0.4 on v2" | "0.5 on v3" | "0.6 on v3";

export const volumeKinds: readonly VolumeKind[] = ["0.4 on v2", "0.5 on v3", "0.6 on v3"];

const makers: Readonly<Record<VolumeKind, () => Documents>> = {
  "0.4 on v2": () => ({
    ".zattrs": { multiscales: [{ ...multiscale(), version: "0.4" }] },
    ".zgroup": { zarr_format: 2 },
    "s0/.zarray": zarray(),
    "s1/.zarray": zarray(),
  }),
  "0.5 on v3": () => ({
    "zarr.json": {
      zarr_format: 3,
      node_type: "group",
      attributes: { ome: { version: "0.5", multiscales: [multiscale()] } },
    },
    "s0/zarr.json": zarrJson(plainCodecs),
    "s1/zarr.json": zarrJson(shardCodecs),
  }),
  "0.6 on v3": () => ({
    "zarr.json": {
      zarr_format: 3,
      node_type: "group",
      attributes: {
        ome: {
          version: "0.6",
          multiscales: [
            {
              name: "image",
              coordinateSystems: [{ name: "physical", axes }],
              datasets: [1, 2].map((factor, level) => ({
                path: `s${level}`,
                coordinateTransformations: [
                  {
                    type: "sequence",
                    input: `s${level}`,
                    output: "physical",
                    transformations: levelTransforms(factor),
                  },
                ],
              })),
            },
          ],
        },
      },
    },
    "s0/zarr.json": zarrJson(shardCodecs),
    "s1/zarr.json": zarrJson(plainCodecs),
  }),
};
