/** Documents that somebody might write to do harm, or by mistake, and the errors that they must give. */
import type { Documents, Json, VolumeKind } from "./documents.js";

export interface HostileDocument {
  readonly what: string;
  /** Which sound volume it starts from. */
  readonly volume: VolumeKind;
  readonly change?: (documents: Documents) => void;
  /** Files whose bytes are not JSON of ours. */
  readonly text?: Readonly<Record<string, string | Uint8Array>>;
  readonly codes: readonly string[];
}

/** Paths that would leave the dataset's root, or hide that they do. */
export const hostilePaths: readonly string[] = [
  "../other.zarr/s0",
  "https://evil.example/s0",
  "//evil.example/s0",
  "/etc/passwd",
  "%2e%2e/s0",
  "data:application/json,{}",
  "s1\\..\\..\\x",
  "s1\u0000/x",
  "blob:https://evil.example/1",
  "http:evil",
  "javascript:alert(1)",
  "file:///etc/passwd",
  "s1/../../x",
  "..",
  "a/..",
  "%2E%2e%2fx",
  "s1%2f..",
  "s1%5c..",
  "s1//x",
  "\\\\evil.example\\x",
  "s1\n",
  "s1\u007f",
  "s1/%00",
  "/",
];

type Values = { [name: string]: Json };

const at = (value: Json, ...names: (string | number)[]): Values =>
  names.reduce<Json>((inner, name) => (inner as Values)[name]!, value) as Values;

const invalid = ["invalid-metadata"];
const unsupported = ["unsupported"];

/** Changes members of the v2 array. */
const v2 = (what: string, members: Values, codes = invalid): HostileDocument => ({
  what: `v2 array: ${what}`,
  volume: "0.4 on v2",
  change: (documents) => void Object.assign(at(documents, "s0/.zarray"), members),
  codes,
});

/** Changes members of the v3 array. */
const v3 = (what: string, members: Values, codes = invalid): HostileDocument => ({
  what: `v3 array: ${what}`,
  volume: "0.5 on v3",
  change: (documents) => void Object.assign(at(documents, "s0/zarr.json"), members),
  codes,
});

/** Changes the configuration of the shard. */
const shard = (what: string, members: Values, codes = invalid): HostileDocument => ({
  what: `shard: ${what}`,
  volume: "0.5 on v3",
  change: (documents) =>
    void Object.assign(at(documents, "s1/zarr.json", "codecs", 0, "configuration"), members),
  codes,
});

/** Changes members of the multiscale. */
const multiscale = (what: string, members: Values, codes = invalid): HostileDocument => ({
  what: `multiscale: ${what}`,
  volume: "0.4 on v2",
  change: (documents) => void Object.assign(at(documents, ".zattrs", "multiscales", 0), members),
  codes,
});

/** Gives the first level other transformations. */
const transforms = (what: string, list: Json, codes = invalid): HostileDocument => ({
  what: `transformation: ${what}`,
  volume: "0.6 on v3",
  change: (documents) => {
    const ome = at(documents, "zarr.json", "attributes", "ome", "multiscales", 0, "datasets", 0);
    ome.coordinateTransformations = list;
  },
  codes,
});

/** Replaces the bytes of the group's document. */
const text = (what: string, bytes: string | Uint8Array, codes = invalid): HostileDocument => ({
  what: `text: ${what}`,
  volume: "0.4 on v2",
  text: { ".zattrs": bytes },
  codes,
});

const group = (what: string, members: Values, codes = invalid): HostileDocument => ({
  what: `group: ${what}`,
  volume: "0.5 on v3",
  change: (documents) => void Object.assign(at(documents, "zarr.json"), members),
  codes,
});

const bytes = { name: "bytes", configuration: { endian: "little" } };
const nested = (depth: number): Json => (depth === 0 ? 1 : [nested(depth - 1)]);
const nestedShard = (depth: number): Json =>
  depth === 0
    ? [bytes]
    : [
        {
          name: "sharding_indexed",
          configuration: { chunk_shape: [16, 16, 16], codecs: nestedShard(depth - 1), index_codecs: [bytes] },
        },
      ];
const identity = [
  [1, 0, 0, 0],
  [0, 1, 0, 0],
  [0, 0, 1, 0],
];

export const hostileDocuments: readonly HostileDocument[] = [
  text("nothing", ""),
  text("spaces", "   "),
  text("half a document", '{"multiscales": [{'),
  text("two documents", "{} {}"),
  text("a list", "[]"),
  text("a number", "7"),
  text("null", "null"),
  text("HTML", "<!doctype html><title>Log in</title>"),
  text("XML", '<?xml version="1.0"?><Error/>'),
  text("bytes that are no UTF-8", new Uint8Array([0x7b, 0xff, 0xfe, 0x7d])),
  text("UTF-16", new Uint8Array([0xff, 0xfe, 0x7b, 0, 0x7d, 0])),
  text("lists a million deep", "[".repeat(1e6), unsupported),
  text("objects a hundred thousand deep", '{"a":'.repeat(1e5), unsupported),
  text("a closed list a thousand deep", `{"a":${"[".repeat(1000)}${"]".repeat(1000)}}`, unsupported),
  text("a string of backslashes without end", `{"a":"${"\\\\".repeat(5e5)}`),
  text("quotes without end", `{"a":${'\\"'.repeat(5e5)}`),
  text("a number of a million digits", `{"a":${"9".repeat(1e6)}}`),
  text("an exponent without end", `{"a":1e${"9".repeat(1e5)}}`),
  text("a name twice", '{"multiscales":[],"multiscales":[]}'),
  text("a control character", '{"a":"\u0001"}'),
  text("an unknown escape", '{"a":"\\x41"}'),
  text("a leading zero", '{"a":01}'),
  text("a trailing comma", '{"a":1,}'),
  text("a comment", '{"a":1 /* one */}'),
  text("single quotes", "{'a':1}"),
  text("a prototype instead of members", '{"__proto__":{"multiscales":[{}]}}', ["not-multiscale"]),

  group("format 4", { zarr_format: 4 }),
  group("a format as text", { zarr_format: "3" }),
  group("another node type", { node_type: "table" }),
  group("no node type", { node_type: null }),
  group("an extension that must be understood", { renamed_roots: { must_understand: true } }, unsupported),
  group("an extension that says nothing", { renamed_roots: {} }, unsupported),
  group("an extension of no object", { renamed_roots: "x" }, unsupported),
  group("attributes of no object", { attributes: [] }, ["not-multiscale"]),

  multiscale("no datasets", { datasets: [] }),
  multiscale("datasets of no list", { datasets: { length: 1e9 } }),
  multiscale("ten thousand datasets", { datasets: Array(10_000).fill({ path: "s0" }) }),
  multiscale("a dataset of null", { datasets: [null] }),
  multiscale("a path of a number", { datasets: [{ path: 7 }] }),
  multiscale("a path of a list", { datasets: [{ path: ["s0"] }] }),
  multiscale("no axes", { axes: [] }),
  multiscale("axes as text", { axes: ["z", "y", "x"] }, unsupported),
  multiscale("a thousand axes", { axes: Array(1000).fill({ name: "z", type: "space" }) }),
  multiscale("an axis twice", {
    axes: ["y", "y", "x"].map((name) => ({ name, type: "space" })),
  }),
  multiscale("axes without x", { axes: ["z", "y", "w"].map((name) => ({ name, type: "space" })) }),
  multiscale("too few axes", { axes: ["y", "x"].map((name) => ({ name, type: "space" })) }),
  multiscale("a name of null", { axes: [{ name: null }, { name: "y" }, { name: "x" }] }),
  multiscale("an unknown unit", {
    axes: ["z", "y", "x"].map((name) => ({ name, type: "space", unit: "furlong" })),
  }),
  multiscale("a unit from the prototype", {
    axes: ["z", "y", "x"].map((name) => ({ name, type: "space", unit: "constructor" })),
  }),
  multiscale("a version to come", { version: "7.1" }, unsupported),
  multiscale("a version as a number", { version: 0.4 }, unsupported),
  multiscale("transformations of no list", { coordinateTransformations: {} }),
  multiscale("a scale of zero", { coordinateTransformations: [{ type: "scale", scale: [0, 1, 1] }] }),
  multiscale("scales that overflow", {
    coordinateTransformations: [
      { type: "scale", scale: [1e308, 1, 1] },
      { type: "scale", scale: [1e308, 1, 1] },
    ],
  }),
  multiscale("scales that vanish", {
    coordinateTransformations: [
      { type: "scale", scale: [1e-308, 1, 1] },
      { type: "scale", scale: [1e-308, 1, 1] },
    ],
  }),
  multiscale("a thousand transformations", {
    coordinateTransformations: Array(1000).fill({ type: "identity" }),
  }),

  transforms("an unknown type", [{ type: "bijection" }], unsupported),
  transforms("a type from the prototype", [{ type: "constructor" }], unsupported),
  transforms("no type", [{ scale: [1, 1, 1] }], unsupported),
  transforms("null", [null]),
  transforms("numbers in a file", [{ type: "scale", path: "../numbers" }], unsupported),
  transforms("a scale of text", [{ type: "scale", scale: "111" }]),
  transforms("a scale of the wrong rank", [{ type: "scale", scale: [1, 1] }]),
  transforms("a mirror", [{ type: "scale", scale: [1, -1, 1] }]),
  transforms("a translation of null", [{ type: "translation", translation: [0, null, 0] }]),
  transforms("an affine of one row", [{ type: "affine", affine: [identity[0]!] }]),
  transforms("an affine of short rows", [{ type: "affine", affine: [[1], [1], [1]] }]),
  transforms(
    "an affine that shears",
    [{ type: "affine", affine: [[1, 0.5, 0, 0], identity[1]!, identity[2]!] }],
    unsupported,
  ),
  transforms(
    "an affine that mirrors",
    [{ type: "affine", affine: [[-1, 0, 0, 0], identity[1]!, identity[2]!] }],
    unsupported,
  ),
  transforms("an affine that flattens", [
    { type: "affine", affine: [[0, 0, 0, 0], identity[1]!, identity[2]!] },
  ]),
  transforms(
    "an affine that doubles an axis",
    [{ type: "affine", affine: [identity[1]!, identity[1]!, identity[2]!] }],
    unsupported,
  ),
  transforms("a rotation that stretches", [
    {
      type: "rotation",
      rotation: [
        [2, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ],
    },
  ]),
  transforms(
    "a rotation by 30 degrees",
    [
      {
        type: "rotation",
        rotation: [
          [1, 0, 0],
          [0, Math.cos(Math.PI / 6), -0.5],
          [0, 0.5, Math.cos(Math.PI / 6)],
        ],
      },
    ],
    unsupported,
  ),
  transforms("a mapAxis that repeats", [{ type: "mapAxis", mapAxis: [0, 0, 1] }]),
  transforms("a mapAxis of names", [{ type: "mapAxis", mapAxis: { z: "y" } }]),
  transforms(
    "levels whose axes differ",
    [{ type: "mapAxis", mapAxis: [1, 0, 2], output: "physical" }],
    unsupported,
  ),
  transforms("a sequence of no list", [{ type: "sequence", transformations: 1 }]),
  transforms("a sequence of itself", [{ type: "sequence", transformations: [{ type: "sequence" }] }]),
  transforms("an unknown coordinate system", [{ type: "identity", output: "elsewhere" }]),
  {
    what: "coordinate systems of no list",
    volume: "0.6 on v3",
    change: (d) =>
      void (at(d, "zarr.json", "attributes", "ome", "multiscales", 0).coordinateSystems = { physical: [] }),
    codes: invalid,
  },
  {
    what: "a coordinate system without axes",
    volume: "0.6 on v3",
    change: (d) =>
      void (at(d, "zarr.json", "attributes", "ome", "multiscales", 0).coordinateSystems = [
        { name: "physical" },
      ]),
    codes: unsupported,
  },

  v2("format 3 in .zarray", { zarr_format: 3 }),
  v2("no format", { zarr_format: null }),
  v2("a shape of a number", { shape: 7 }),
  v2("an empty shape", { shape: [] }),
  v2("a shape of a million axes", { shape: Array(1e6).fill(1) }, unsupported),
  v2("a negative size", { shape: [-1, 100, 80] }),
  v2("a size of text", { shape: ["64", 100, 80] }),
  v2("a size beyond 2^53", { shape: [2 ** 54, 100, 80] }),
  v2("more voxels than can be counted", { shape: [2 ** 30, 2 ** 30, 2 ** 30] }, unsupported),
  v2("chunks of zero", { chunks: [0, 32, 32] }),
  v2("chunks of 2^40", { chunks: [2 ** 40, 1, 1] }, unsupported),
  v2("chunks of another rank", { chunks: [16, 32] }),
  v2("no chunks", { chunks: null }),
  v2("no byte order", { dtype: "|u2" }),
  v2("a dtype of a list", { dtype: [["a", "<u2"]] }, unsupported),
  v2("a dtype from the prototype", { dtype: "<constructor" }, unsupported),
  v2("a text dtype of 2 GiB", { dtype: "<U536870912" }, unsupported),
  v2("a fill value out of range", { fill_value: 65_536 }),
  v2("a fill value of an object", { fill_value: {} }),
  v2("a fill value of many digits", { fill_value: "9".repeat(1e5) }),
  v2("an unknown order", { order: "A" }),
  v2("a separator that climbs", { dimension_separator: "/../" }),
  v2("an empty separator", { dimension_separator: "" }),
  v2("an unknown compressor", { compressor: { id: "pickle" } }, ["unknown-codec"]),
  v2("a compressor from the prototype", { compressor: { id: "__proto__" } }, ["unknown-codec"]),
  v2("a compressor as text", { compressor: "blosc" }),
  v2("filters of no list", { filters: { id: "delta" } }),
  v2("a thousand filters", { filters: Array(1000).fill({ id: "shuffle" }) }),
  v2("a filter that scales", { filters: [{ id: "fixedscaleoffset", scale: 10 }] }, ["unknown-codec"]),
  v2("a filter of objects", { filters: [{ id: "vlen-utf8" }] }, unsupported),

  v3("format 2", { zarr_format: 2 }),
  v3("an extension that must be understood", { hidden_offset: { must_understand: true } }, unsupported),
  v3("an extension of a number", { hidden_offset: 5 }, unsupported),
  v3("a storage transformer", { storage_transformers: [{ name: "redirect" }] }, unsupported),
  v3("an unknown data type", { data_type: "int4" }, unsupported),
  v3("a data type of null", { data_type: null }, unsupported),
  v3("another chunk grid", { chunk_grid: { name: "rectilinear", configuration: {} } }, unsupported),
  v3("a grid without sizes", { chunk_grid: { name: "regular", configuration: {} } }),
  v3(
    "a chunk of 2^60 bytes",
    {
      chunk_grid: { name: "regular", configuration: { chunk_shape: [2 ** 20, 2 ** 20, 2 ** 20] } },
    },
    unsupported,
  ),
  v3("another key encoding", { chunk_key_encoding: { name: "url" } }, unsupported),
  v3("a key separator that climbs", {
    chunk_key_encoding: { name: "default", configuration: { separator: "../" } },
  }),
  v3("no fill value", { fill_value: null, data_type: "r16" }, unsupported),
  v3("a fill value of half a number", { fill_value: 0.5 }),
  v3("codecs of no list", { codecs: { name: "bytes" } }),
  v3("no codecs", { codecs: [] }),
  v3("a codec without name", { codecs: [{ configuration: {} }] }),
  v3("codecs in the wrong order", { codecs: [{ name: "gzip" }, bytes] }),
  v3("bytes twice", { codecs: [bytes, bytes] }),
  v3("bytes without byte order", { codecs: [{ name: "bytes" }] }),
  v3("an unknown byte order", { codecs: [{ name: "bytes", configuration: { endian: "middle" } }] }),
  v3("a configuration of a list", { codecs: [{ name: "bytes", configuration: [] }] }),
  v3("an unknown codec", { codecs: [bytes, { name: "toString" }] }, ["unknown-codec"]),
  v3("a hundred codecs", { codecs: [bytes, ...Array<Json>(100).fill({ name: "gzip" })] }),
  v3("a transpose that repeats", {
    codecs: [{ name: "transpose", configuration: { order: [0, 0, 1] } }, bytes],
  }),
  v3("dimension names of another rank", { dimension_names: ["z"] }),
  v3("dimension names of numbers", { dimension_names: [0, 1, 2] }),

  shard("no inner codecs", { codecs: null }),
  shard("inner chunks of zero", { chunk_shape: [0, 16, 16] }),
  shard("inner chunks that do not fit", { chunk_shape: [15, 16, 16] }),
  shard("inner chunks of another rank", { chunk_shape: [16, 16] }),
  shard("an index elsewhere", { index_location: "../index" }),
  shard("a compressed index", { index_codecs: [bytes, { name: "gzip" }] }, unsupported),
  shard("an index without codecs", { index_codecs: [] }),
  shard("an index of unknown byte order", { index_codecs: [{ name: "bytes" }] }),
  shard("shards ten deep", { codecs: nestedShard(10) }, unsupported),
  {
    what: "shard: an index of 2^40 entries",
    volume: "0.5 on v3",
    change: (documents) => {
      const document = at(documents, "s1/zarr.json");
      document.chunk_grid = {
        name: "regular",
        configuration: { chunk_shape: [2 ** 14, 2 ** 14, 2 ** 14] },
      };
      at(document, "codecs", 0, "configuration").chunk_shape = [1, 1, 1];
    },
    codes: unsupported,
  },
  {
    what: "a level that is a group",
    volume: "0.5 on v3",
    change: (d) => void (d["s0/zarr.json"] = { zarr_format: 3, node_type: "group" }),
    codes: ["array-not-found"],
  },
  {
    what: "a level nested 70 deep",
    volume: "0.5 on v3",
    change: (d) => void (d["s0/zarr.json"] = { a: nested(70) }),
    codes: unsupported,
  },
  {
    what: "a level that is a list",
    volume: "0.5 on v3",
    change: (d) => void (d["s0/zarr.json"] = []),
    codes: invalid,
  },
  {
    what: "a level that is not there",
    volume: "0.4 on v2",
    change: (d) => void delete d["s0/.zarray"],
    codes: ["array-not-found"],
  },
];
