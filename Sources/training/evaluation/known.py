"""What two networks that have heard much hear in a sound: YAMNet, two million clips of AudioSet, and aiSFX, libraries of sound effects.

Numbers for the fine judges, who learn from them what our classes are; where AudioSet has names for a class, its scores count as they are too.
"""

from pathlib import Path

import numpy as np
import soxr
import torch

from evaluation import audioset, sfx, yamnet

EMBEDDED = 2 * 1024
SCORES = slice(EMBEDDED, EMBEDDED + 521)  # of the numbers: YAMNet's log scores


class Ear:
    """Sounds to numbers [1, numbers] of one view: YAMNet's embedding and log scores, aiSFX's embedding."""

    VIEWS = ("known",)

    def __init__(self, data: Path):
        self.yamnet, self.sfx = yamnet.Listener(data), sfx.Listener()

    def __call__(self, samples: np.ndarray, rng: np.random.Generator | None = None) -> tuple[np.ndarray]:
        """As it is, or changed at random."""
        x = samples if rng is None else varied(samples, rng)
        return (np.concatenate([*self.yamnet(x), self.sfx(x)])[None].astype(np.float32),)


def varied(samples: np.ndarray, rng: np.random.Generator, rate: int = 48_000) -> np.ndarray:
    """Mono: a stretch of a recording at another speed, with tilt and bumps of the spectrum, and noise behind it."""
    mono = samples.mean(1) if samples.ndim == 2 else samples
    length = int(len(mono) * rng.uniform(0.6, 1)) if len(mono) > 2 * rate else len(mono)
    first = int(rng.integers(0, len(mono) - length + 1))
    mono = soxr.resample(mono[first : first + length].astype(np.float32), rate, rate * np.exp(rng.normal(0, 0.06)))
    spectrum = np.fft.rfft(mono)
    octaves = np.log2(np.fft.rfftfreq(len(mono), 1 / rate) + 30)
    places = np.linspace(octaves[0], octaves[-1], 7)
    curve = rng.normal(0, 4) * np.linspace(-1, 1, 7) + rng.normal(0, 2.5, 7)
    mono = np.fft.irfft(spectrum * 10 ** (np.interp(octaves, places, curve) / 20), len(mono))
    noise = rng.standard_normal(len(mono)) * 10 ** (rng.uniform(-80, -40) / 20)
    return (mono / (np.abs(mono).max() + 1e-9) + noise).astype(np.float32)


def named(x: np.ndarray, classes: dict[str, tuple[str, ...]]) -> dict:
    """A head that nobody taught: for classes, each of some of the corpus' classes, the mean over AudioSet's names for these of
    (log score - usual) / deviation, as they are over the recordings x [n, numbers]; 0 for what has no name."""
    every, scores = yamnet.names(), x[:, SCORES]
    weight, centre = np.zeros((len(classes), x.shape[1]), np.float32), np.zeros(x.shape[1], np.float32)
    centre[SCORES] = scores.mean(0)
    for k, c in enumerate(sorted(classes)):
        known = {audioset.CLASS_OF[klass] for klass in classes[c] if klass in audioset.CLASS_OF}
        members = [EMBEDDED + every.index(name) for name in sorted({name for of in known for name in audioset.NAMES[of][1].split("|")})]
        if members:
            weight[k, members] = 1 / (len(members) * (x[:, members].std(0) + 1e-6))
    return {"weight": torch.from_numpy(weight), "bias": torch.from_numpy(-weight @ centre)}
