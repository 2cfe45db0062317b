"""Finds the same recording in two splits even when one is a re-encoded, resampled or rescaled copy of the other."""

import numpy as np

SLICES, BANDS = 24, 16
ALIKE = 0.985          # correlation of two fingerprints that makes them the same recording
LENGTHS_DIFFER = 0.04  # at most, as a fraction


def fingerprint(samples: np.ndarray) -> np.ndarray:
    """Log energy in 16 bands (80 Hz to 8 kHz) by 24 slices of time, without its mean, of unit length."""
    mono = samples.astype(np.float32).mean(axis=1)
    size = 1024
    step = max(1, (len(mono) - size) // (SLICES * 4 - 1))
    starts = np.arange(SLICES * 4) * step
    frames = np.pad(mono, (0, size))[starts[:, None] + np.arange(size)] * np.hanning(size)
    power = np.abs(np.fft.rfft(frames)) ** 2
    edges = np.unique(np.round(np.exp(np.linspace(np.log(80), np.log(8000), BANDS + 1)) / 46.875).astype(int))
    energy = np.add.reduceat(power, edges, axis=1)[:, :-1].reshape(SLICES, 4, -1).mean(axis=1)
    picture = np.log10(energy + 1e-5 * energy.max() + 1e-12)
    picture -= picture.mean()
    return (picture / (np.linalg.norm(picture) + 1e-9)).ravel().astype(np.float32)


class Twins:
    """Remembers what each split holds; ``known`` answers whether another split has this recording, else keeps it."""

    def __init__(self):
        self.prints: dict[str, list[np.ndarray]] = {}
        self.lengths: dict[str, list[int]] = {}

    def known(self, samples: np.ndarray, split: str) -> bool:
        own, length = fingerprint(samples), len(samples)
        for other in self.prints:
            if other == split:
                continue
            near = np.flatnonzero(np.abs(np.array(self.lengths[other]) - length) < LENGTHS_DIFFER * length)
            if len(near) and (np.stack([self.prints[other][i] for i in near]) @ own).max() > ALIKE:
                return True
        self.prints.setdefault(split, []).append(own)
        self.lengths.setdefault(split, []).append(length)
        return False
