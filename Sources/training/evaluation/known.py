"""What two networks that have heard much hear in a sound: YAMNet, two million clips of AudioSet, and aiSFX, libraries of sound effects.

Numbers for the fine judges, who learn from them what our classes are; where AudioSet has names for a class, its scores count as they are too.
"""

from pathlib import Path

import numpy as np
import soxr
import torch

from evaluation import audioset, sfx, yamnet
from evaluation.channels import mono

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
    whole = mono(samples)
    length = int(len(whole) * rng.uniform(0.6, 1)) if len(whole) > 2 * rate else len(whole)
    first = int(rng.integers(0, len(whole) - length + 1))
    part = soxr.resample(whole[first : first + length], rate, rate * np.exp(rng.normal(0, 0.06)))
    spectrum = np.fft.rfft(part)
    octaves = np.log2(np.fft.rfftfreq(len(part), 1 / rate) + 30)
    places = np.linspace(octaves[0], octaves[-1], 7)
    curve = rng.normal(0, 4) * np.linspace(-1, 1, 7) + rng.normal(0, 2.5, 7)
    part = np.fft.irfft(spectrum * 10 ** (np.interp(octaves, places, curve) / 20), len(part))
    noise = rng.standard_normal(len(part)) * 10 ** (rng.uniform(-80, -40) / 20)
    return (part / (np.abs(part).max() + 1e-9) + noise).astype(np.float32)


def named(x: np.ndarray, classes: dict[str, tuple[str, ...]]) -> dict:
    """A head that nobody taught: for classes, each of some of the corpus' classes, the mean over AudioSet's names for these of
    (log score - usual) / deviation, as they are over the recordings x [n, numbers]; 0 for what has no name."""
    weight, bias = np.zeros((len(classes), x.shape[1]), np.float32), np.zeros(len(classes), np.float32)
    for k, c in enumerate(sorted(classes)):
        known = {audioset.CLASS_OF[klass] for klass in classes[c] if klass in audioset.CLASS_OF}
        if known:
            weight[k, SCORES], bias[k] = audioset.head(known, x[:, SCORES].mean(0), x[:, SCORES].std(0) + 1e-6)
    return {"weight": torch.from_numpy(weight), "bias": torch.from_numpy(bias)}
