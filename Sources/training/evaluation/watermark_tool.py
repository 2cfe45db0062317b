"""The watermark of this repository, as `v2a-tool watermark-batch` marks and finds it."""

import re
import subprocess
from pathlib import Path

import numpy as np

BANDS = 48
ROOT = Path(__file__).resolve().parents[3]


def built_in_threshold():
    """Score from which the detector as built says that a mark is present."""
    text = (ROOT / "Sources/V2AWatermark/WatermarkDetector.swift").read_text()
    return float(re.search(r"threshold: Float = ([0-9.]+)", text).group(1))


class Tool:
    """v2a-tool watermark-batch on files in a folder; one look at each piece, at its end."""

    def __init__(self, folder, every=20):
        self.folder = Path(folder)
        self.words = [str(ROOT / ".build/release/v2a-tool"), "watermark-batch", "--every", str(every)]
        self.seconds = {"mark": [0.0, 0.0], "find": [0.0, 0.0]}

    def write(self, name, x):
        path = self.folder / name
        np.ascontiguousarray(x, "<f4").tofile(path)
        return path

    def run(self, lines):
        text = subprocess.run(self.words, input="\n".join(lines) + "\n", capture_output=True, text=True, check=True).stdout
        rows = [line.split("\t") for line in text.splitlines()]
        for row in rows:
            sound, spent = (row[1], row[2]) if row[0] == "mark" else (row[5], row[6])
            self.seconds[row[0]][0] += float(sound)
            self.seconds[row[0]][1] += float(spent)
        return rows

    def mark(self, x, payload):
        source, target = self.write("in.f32", x), self.folder / "out.f32"
        self.run([f"mark {payload} {source} {target}"])
        return np.fromfile(target, "<f4").reshape(-1, 2)

    def signs(self, payload):
        """[slots, 48] of one period of the mark."""
        path = self.folder / "signs.f32"
        self.run([f"signs {payload} {path}"])
        return np.fromfile(path, "<f4").reshape(-1, BANDS)

    def levels(self, x):
        """dB of the bands, [frames, 5, 48], from where the mark's first slot begins, half a frame before the stream: of the whole, of
        middle and side, over a long window, of the geometric means there."""
        source, target = self.write("study.f32", np.concatenate([np.zeros((512, 2), "f4"), x])), self.folder / "levels.f32"
        self.run([f"levels {source} {target}"])
        return np.fromfile(target, "<f4").reshape(-1, 5, BANDS).astype("f8")

    def find(self, sounds, seconds=0):
        """(score, payload or None) of each; of each piece when `seconds` are given."""
        paths = [self.write(f"find{i}.f32", x) for i, x in enumerate(sounds)]
        rows = self.run([f"find {seconds} {p}" for p in paths])
        return [(float(r[1]), None if r[2] == "-" else int(r[2])) for r in rows]
