"""Cats that meow."""

import numpy as np

from .dsp import Rng, curve, normalised, place, samples, uniform_log, wander
from .surroundings import somewhere
from .voices import folds, glided, throat


def meow(rng: Rng, base: float, seconds: float, length: float, close: float, drive: float, arch: tuple) -> np.ndarray:
    """Folds that glide up and down through a short throat, while the mouth opens from "ee" to "ah" and rounds to "oo"."""
    n, (start, peak, end) = samples(seconds), arch
    line = base * curve(seconds, [(0, start), (peak, 1.05), (0.7, 0.97), (1, end)])
    line = glided(line) * (1 + 0.006 * wander(n, rng, 5))
    source = normalised(folds(rng, line, np.full(n, drive), close)) + uniform_log(rng, 0.002, 0.03) * rng.standard_normal(n)
    shut, front = rng.uniform(0.03, 0.07), rng.uniform(0.5, 1)
    mouth = curve(seconds, [(0, shut), (peak, 1), (0.65, 0.8), (1, shut)])
    tongue = curve(seconds, [(0, front), (peak, 0.3 * front), (0.7, -0.7 * front), (1, -front)])
    x = throat(source, length, mouth, rng.uniform(5, 11), tongue)
    return normalised(x * curve(seconds, [(0, 0), (0.1, 0.5), (peak, 1), (0.7, 0.7), (1, 0)]))


def cat(rng: Rng):
    """A cat that asks once, or again and again; large ones are lower and have longer throats."""
    size = rng.random()
    base, length = 730 * (440 / 730) ** size * uniform_log(rng, 0.92, 1.09), 0.062 + 0.035 * size * rng.uniform(0.5, 1.1)
    close, drive, lasts = rng.uniform(0.12, 0.23), uniform_log(rng, 0.02, 0.35), uniform_log(rng, 0.58, 0.95)
    arch = rng.uniform(0.65, 0.82), rng.uniform(0.2, 0.5), rng.uniform(0.5, 0.72)
    events, time = [], 0.05
    for _ in range(int(rng.integers(1, 5))):
        seconds = lasts * rng.uniform(0.85, 1.18)
        call = meow(rng, base * rng.uniform(0.94, 1.06), seconds, length, close, drive, arch)
        events.append((time, rng.uniform(0.7, 1) * call))
        time += seconds + uniform_log(rng, 0.2, 1.2)
    return somewhere(place(events, float(np.clip(time, 1, 6.5))), rng, close=0.25, inside=0.3, yard=0.35, land=0.1), "cat", "a cat meowing"
