"""Random stereo clips of corpus audio, for fitting and training the codec."""

import numpy as np

from corpus.store import Corpus  # index rows and the sample store


def place(sound: np.ndarray, length: int, start: int) -> np.ndarray:
    """sound [2, n] put at `start` (may be negative) of a silent [2, length]."""
    out = np.zeros((2, length), np.float32)
    a, b = max(start, 0), min(start + sound.shape[1], length)
    if b > a:
        out[:, a:b] = sound[:, a - start : b - start]
    return out


def pan(sound: np.ndarray, position: float) -> np.ndarray:
    """Constant-power pan of mono [n] to [2, n]; position -1 (left) .. 1 (right)."""
    angle = (position + 1) * np.pi / 4
    return np.stack([np.cos(angle) * sound, np.sin(angle) * sound]).astype(np.float32) * np.float32(2**0.5)


class ClipSampler:
    """Draws [2, samples] clips: one to three sounds, random levels (-30..0 dB), places and pans."""

    def __init__(self, corpus: Corpus, samples: int):
        self.corpus, self.samples = corpus, samples
        weights = np.array([row["n_samples"] for row in corpus.rows], np.float64) ** 0.3
        by_class = {}
        for row, w in zip(corpus.rows, weights):
            by_class[row["klass"]] = by_class.get(row["klass"], 0) + w
        weights = np.array([w / by_class[row["klass"]] ** 0.7 for row, w in zip(corpus.rows, weights)])
        self.cumulative = np.cumsum(weights / weights.sum())

    def one(self, rng: np.random.Generator) -> np.ndarray:
        row = self.corpus.rows[min(int(np.searchsorted(self.cumulative, rng.random())), len(self.corpus.rows) - 1)]
        length = min(row["n_samples"], self.samples)
        first = int(rng.integers(0, row["n_samples"] - length + 1)) if row["n_samples"] > length else 0
        sound = self.corpus.samples(row, first, length).T  # [channels, n]
        sound = pan(sound[0], rng.uniform(-1, 1) if rng.random() < 0.5 else 0.0) if sound.shape[0] == 1 else sound
        start = int(rng.integers(0, self.samples - length + 1)) if length < self.samples else 0
        peak = np.abs(sound).max() + 1e-6
        gain = 10 ** (rng.uniform(-30, 0) / 20) / max(peak, 0.05)
        return place(sound * np.float32(gain), self.samples, start)

    def clip(self, rng: np.random.Generator) -> np.ndarray:
        clip = sum(self.one(rng) for _ in range(rng.choice([1, 2, 3], p=[0.6, 0.3, 0.1])))
        return clip / max(1.0, float(np.abs(clip).max()))
