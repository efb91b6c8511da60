"""The transforms suite with tensorstore and torch: reads a job from stdin, prints what it measured as JSON.

Volumes are cached decoded by tensorstore; a sample reads the box around the turned patch, then one grid_sample gives
the raw patch (linear) and another all classes (nearest). Threads: as many as the job says.
"""

import json
import sys
import time

import numpy as np
import tensorstore as ts
import torch
import torch.nn.functional as F

VOXEL_NM = 10
PROBES = 512


def open_volume(url, context):
    store = {"driver": "http", "base_url": url + "/"}
    spec = {"driver": "zarr", "kvstore": store, "recheck_cached_data": False, "recheck_cached_metadata": False}
    return ts.open(spec, context=context, open=True).result()


def sampling(center, matrix, patch, volume_shape):
    """The box of voxels around the turned patch, and the affine map of grid_sample into it."""
    half = (np.array(patch) - 1) / 2
    middle = np.array(center) / VOXEL_NM
    matrix = np.array(matrix)
    reach = np.abs(matrix) @ half
    low = np.maximum(np.floor(middle - reach).astype(int), 0)
    high = np.minimum(np.ceil(middle + reach).astype(int) + 1, volume_shape)
    size = high - low
    # grid_sample counts from -1 to 1 over the box, in x, y, z order.
    scale = 2 / (size - 1)
    linear = scale[:, None] * matrix * half[None, :]
    offset = scale * (middle - low) - 1
    theta = np.concatenate([linear[::-1, ::-1], offset[::-1, None]], axis=1)
    return tuple(slice(a, b) for a, b in zip(low, high)), torch.tensor(theta.copy(), dtype=torch.float32)


def read_sample(volumes, placed, patch):
    box, theta = sampling(placed["center"], placed["matrix"], patch, volumes[0].shape)
    stored = [future.result() for future in [volume[box].read() for volume in volumes]]
    grid = F.affine_grid(theta[None], [1, 1, *patch], align_corners=True)
    options = {"padding_mode": "zeros", "align_corners": True}
    raw = torch.from_numpy(stored[0]).float()[None, None]
    classes = torch.from_numpy(np.stack(stored[1:])).float()[None]
    return F.grid_sample(raw, grid, mode="bilinear", **options), F.grid_sample(classes, grid, mode="nearest", **options)


def probe(voxels):
    flat = voxels.reshape(-1)
    step = flat.shape[0] // PROBES - 1
    return flat[: PROBES * step : step].tolist()


def main():
    job = json.load(sys.stdin)
    settings, url = job["settings"], job["url"]
    torch.set_num_threads(job["threads"])
    threads = {"limit": job["threads"]}
    context = ts.Context({"cache_pool": {"total_bytes_limit": 2**31}, "data_copy_concurrency": threads})
    labels = settings["volume"].replace("em-blosc", "label-gzip")
    names = [settings["volume"], *(f"{labels}/c{i}" for i in range(settings["classes"]))]
    volumes = [open_volume(f"{url}/{name}/0", context) for name in names]
    samples = job["placed"]

    def read_all():
        return [read_sample(volumes, placed, settings["patch"]) for placed in samples]

    if job["measure"] == "verify":
        patches = read_all()
        size = settings["batchSize"]
        batches = [patches[i : i + size] for i in range(0, len(patches), size)]
        probes = [probe(patch) for batch in batches for array in (0, 1) for patch in (sample[array] for sample in batch)]
        print(json.dumps({"value": len(probes), "details": {"checksums": [0] * len(probes), "probes": probes}}))
        return
    for _ in range(settings["warmUps"]):
        read_all()
    start = time.perf_counter()
    read_all()
    elapsed = time.perf_counter() - start
    print(json.dumps({"value": len(samples) * (1 + settings["classes"]) / elapsed}))


main()
