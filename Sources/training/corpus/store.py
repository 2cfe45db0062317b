"""Reads a finished corpus: one flat float16 file and an index.

    corpus = Corpus(data / "corpus")
    row = corpus.rows[0]                    # dict: id, split, klass, caption, ...
    samples = corpus.samples(row)           # float32, (frames, channels), 48 kHz
"""

import csv
from functools import cached_property
from pathlib import Path

import numpy as np

INTEGERS = ("id", "offset_samples", "n_samples", "channels")
FLOATS = ("onset_s", "cutoff_hz")
FIELDS = ("id", "split", "klass", "caption", "offset_samples", "n_samples", "channels", "package", "path", "licence",
          "kind", "onset_s", "cutoff_hz")


class Corpus:
    """``offset_samples`` counts float16 values in the file; a clip takes ``n_samples * channels`` of them, interleaved."""

    def __init__(self, folder: Path, split: str | None = None):
        self.folder = Path(folder)
        with open(self.folder / "index.tsv", newline="") as file:
            rows = [_typed(row) for row in csv.DictReader(file, delimiter="\t")]
        self.rows = [row for row in rows if split in (None, row["split"])]

    @cached_property
    def audio(self) -> np.ndarray:
        """All samples; the index alone is enough for what reads features."""
        return np.memmap(self.folder / "audio.f16", np.float16, "r")

    def samples(self, row: dict, start: int = 0, count: int | None = None) -> np.ndarray:
        """Frames ``start`` to ``start + count`` of a clip, or all of it."""
        channels = row["channels"]
        stop = row["n_samples"] if count is None else min(start + count, row["n_samples"])
        values = self.audio[row["offset_samples"] + start * channels:row["offset_samples"] + stop * channels]
        return np.asarray(values, np.float32).reshape(-1, channels)


def name_of(row: dict) -> str:
    """What a clip is called in every build of the corpus; ids change with what lies before it."""
    return f"{row['package']}/{row['path']}"


def _typed(row: dict) -> dict:
    for name in INTEGERS:
        row[name] = int(row[name])
    for name in FLOATS:
        row[name] = float(row[name])
    return row
