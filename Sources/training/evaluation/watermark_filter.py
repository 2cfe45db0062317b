"""Fits the filter of the watermark's detector (Sources/V2AWatermark/TileFilter.swift): python -m evaluation.watermark_filter [--clips 72]

Linear discriminant of a tile's sign: least squares of the sign on the levels of five bands and 30 frames around the tile,
each patch scaled by the local deviation, on marked sound as it is and after attacks. The files are those that evaluation.watermark
leaves out. Prints the taps: the band itself, its two neighbours, and theirs.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
from scipy.ndimage import uniform_filter
from tqdm import tqdm

from .watermark_attacks import after
from .watermark_sounds import find_sounds, turn
from .watermark_tool import BANDS, Tool

BEFORE, COUNT, SLOT = 12, 30, 6
ROWS = ["none", "AAC 64", "white noise 20 dB", "reverberation 0.6 s", "mix at 0 dB"]


def deviation(levels):
    """Of levels from their surroundings, [frames, bands], over half a second and seven bands."""
    near = uniform_filter(levels, (SLOT, 1), mode="nearest") - uniform_filter(levels, (5 * SLOT, 1), mode="nearest")
    near = np.clip(near - uniform_filter(near, (1, 7), mode="nearest"), -8, 8)
    return np.sqrt(uniform_filter(near**2, (48, 7), mode="nearest") + 0.25)


def patches(levels, starts):
    """[starts * bands, 3 * COUNT]: own band, sum of its neighbours, sum of theirs; mean over time removed."""
    padded = np.pad(levels, ((BEFORE, COUNT), (2, 2)), mode="edge")
    rows = np.stack([padded[starts + t] for t in range(COUNT)], -1)
    pick = lambda d: rows[:, 2 + d : 2 + d + BANDS]
    x = np.stack([pick(0), pick(-1) + pick(1), pick(-2) + pick(2)], -2)
    x = np.clip(x - x.mean(-1, keepdims=True), -40, 40) / deviation(levels)[starts][..., None, None]
    return x.reshape(-1, 3 * COUNT)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, default=Path.home() / ".cache/gst-v2a/unpacked")
    arguments.add_argument("--clips", type=int, default=72)
    a = arguments.parse_args()
    random = np.random.default_rng(2027)
    paths = find_sounds(a.data, fitting=True)
    products, targets, before = np.zeros((3 * COUNT, 3 * COUNT)), np.zeros(3 * COUNT), None
    with tempfile.TemporaryDirectory() as work:
        tool = Tool(work)
        for i in tqdm(range(a.clips)):
            _, x = turn(i, paths, random)
            payload = int(random.integers(1 << 32))
            y = tool.mark(x, payload)
            signs = tool.signs(payload)
            for name in ROWS:
                levels = tool.levels(after(name, y, i, before))[:, 0]
                starts = np.arange(8 * SLOT, len(levels) - COUNT, SLOT)
                p = patches(levels, starts)
                products += p.T @ p
                targets += p.T @ signs[starts // SLOT % len(signs)].reshape(-1)
            before = x
    taps = np.linalg.solve(products + 3e-4 * np.trace(products) / len(products) * np.eye(len(products)), targets).reshape(3, COUNT)
    taps -= taps.mean(1, keepdims=True)
    taps /= np.abs(taps).max()
    for row in taps:
        for part in row.reshape(-1, 10):
            print("    " + ", ".join(f"{t:.3f}" for t in part) + ",")


if __name__ == "__main__":
    main()
