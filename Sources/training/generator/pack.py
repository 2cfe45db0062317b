"""What training the generator needs, small enough to be carried to another machine.

`python -m generator.pack --data D --out FOLDER` writes it, energies in steps of 1.3 dB (coarser where hardly anything is); there,
`python -m generator.pack --data D --unpack FOLDER` makes D/{features, scenes, corpus, codec} of it.
"""

import argparse
import lzma
import shutil
from multiprocessing import Pool
from pathlib import Path

import numpy as np

from corpus.paths import add_data_option, corpus as corpus_folder
from corpus.store import Corpus
from generator.composer import is_sustained, steady
from generator.features import Features, write_index
from generator.single import LONG
from models.audio_codec import BANDS, REGIONS
from models.partials import SLOTS

LONGEST = 900  # frames of a recording that goes on
SMALL = ("scenes/tokens.npy", "scenes/late.npy", "scenes/events.tsv", "corpus/index.tsv", "codec/transform.safetensors")
LOW, KNEE = -21.0, -12.0  # log energies: the least, and where steps get finer
STEPS = 0.6, 0.3  # below and above
SILENT = -20.7  # just above that of FLOOR, below which an energy would be negative
COARSE = round((KNEE - LOW) / STEPS[0])
POSITION = 0.005, 0.55  # semitones of a partial's position in its slot: step and largest
LEVEL = 0.02  # step of its level
BLOCK = 4_000_000  # bytes that are compressed at once


def quantise(energy: np.ndarray) -> np.ndarray:
    """Log energies -> a byte each."""
    low, high = (energy - LOW) / STEPS[0], COARSE + (energy - KNEE) / STEPS[1]
    return np.clip(np.round(np.where(energy < KNEE, low, high)), 0, 255).astype(np.uint8)


def restored(q: np.ndarray) -> np.ndarray:
    """A byte each -> log energies."""
    q = q.astype(np.float32)
    energy = np.where(q < COARSE, LOW + q * STEPS[0], KNEE + (q - COARSE) * STEPS[1])
    return np.maximum(energy, SILENT).astype(np.float16)


def squeeze(job) -> bytes:
    data, distance = job
    filters = [{"id": lzma.FILTER_DELTA, "dist": distance}, {"id": lzma.FILTER_LZMA2, "preset": 6}]
    return lzma.compress(data, format=lzma.FORMAT_XZ, filters=filters)


def write(path: Path, values: np.ndarray, distance: int, pool):
    """Bytes, delta-coded at `distance`, as xz streams one after the other."""
    data = values.tobytes()
    size = BLOCK // distance * distance
    blocks = pool.imap(squeeze, ((data[i : i + size], distance) for i in range(0, len(data), size)))
    path.write_bytes(b"".join(blocks))
    print(f"{path.name} {path.stat().st_size / 1e6:.1f} MB of {len(data) / 1e6:.1f}", flush=True)


def read(path: Path) -> np.ndarray:
    return np.frombuffer(lzma.decompress(path.read_bytes()), np.uint8)


def pack(data: Path, out: Path, pool):
    features, rows = Features(data), Corpus(corpus_folder(data), split="gen").rows
    lengths, picked = [], []
    for row in rows:
        start, frames = features.span[row["id"]]
        begin, count = 0, frames
        if is_sustained(row, features):
            begin, count = steady(features.read(row["id"], 0, frames).energy)
            # What is kept must not be so short that it counts as an event.
            begin, count = (begin, min(count, LONGEST)) if count > LONG else (0, min(frames, LONGEST))
        begin, count = begin // 2 * 2, count // 2 * 2
        picked.append(np.arange(start + begin, start + begin + count))
        lengths.append((row["id"], count, ""))
    frames = np.concatenate(picked)
    for name in SMALL:
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / f"{name}.xz").write_bytes(lzma.compress((data / name).read_bytes()))
    write_index(out, lengths)
    partial = features.partial[frames[::2] // 2].astype(np.float32)
    there = partial[:, 0] > 0
    level, place = partial[:, 0][there], (partial[:, 1] - np.arange(SLOTS))[there]
    write(out / "there.xz", np.packbits(there), SLOTS // 8, pool)
    write(out / "level.xz", np.clip(np.round(level / LEVEL), 1, 255).astype(np.uint8), 1, pool)
    write(out / "place.xz", np.clip(np.round((place + POSITION[1]) / POSITION[0]), 0, 255).astype(np.uint8), 1, pool)
    image = features.image[frames].astype(np.float32)
    write(out / "image.xz", np.round((image + 1) * 50).clip(0, 100).astype(np.uint8), 2 * REGIONS, pool)
    write(out / "energy.xz", quantise(features.energy[frames].astype(np.float32)), BANDS, pool)


def unpack(folder: Path, data: Path):
    for name in SMALL:
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_bytes(lzma.decompress((folder / f"{name}.xz").read_bytes()))
    target = data / "features"
    target.mkdir(parents=True, exist_ok=True)
    shutil.copy(folder / "index.tsv", target / "index.tsv")
    image = read(folder / "image.xz")
    (image.astype(np.float32) / 50 - 1).astype(np.float16).tofile(target / "image.f16")
    frames = len(image) // (2 * REGIONS)
    there = np.unpackbits(read(folder / "there.xz"), count=frames // 2 * SLOTS).reshape(-1, SLOTS).astype(bool)
    partial = np.zeros((len(there), 2, SLOTS), np.float16)
    partial[:, 0][there] = read(folder / "level.xz").astype(np.float32) * LEVEL
    place = read(folder / "place.xz").astype(np.float32) * POSITION[0] - POSITION[1]
    partial[:, 1][there] = place + np.broadcast_to(np.arange(SLOTS), there.shape)[there]
    partial.tofile(target / "partials.f16")
    restored(read(folder / "energy.xz")).tofile(target / "energy.f16")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_data_option(parser)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--unpack", type=Path)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    if options.unpack:
        unpack(options.unpack, options.data)
    elif options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        with Pool(options.jobs) as pool:
            pack(options.data, options.out, pool)
    else:
        parser.error("--out or --unpack is needed")


if __name__ == "__main__":
    main()
