"""Goats that bleat."""

import numpy as np

from .dsp import RATE, Rng, curve, normalised, place, samples, uniform_log, wander
from .surroundings import somewhere
from .voices import folds, throat


def bleat(rng: Rng, base: float, seconds: float, rate: float, depth: float, length: float, close: float) -> np.ndarray:
    """The folds of a goat tremble ``rate`` times a second, and with them pitch, loudness and mouth."""
    n = samples(seconds)
    shake = np.sin(2 * np.pi * np.cumsum(rate * (1 + 0.06 * wander(n, rng, 4))) / RATE + rng.uniform(0, 6))
    line = base * curve(seconds, [(0, 0.9), (0.2, 1.05), (1, rng.uniform(0.8, 0.9))]) * (1 + depth * shake)
    drive = uniform_log(rng, 0.08, 0.4)
    source = folds(rng, line, np.clip(drive + 0.4 * drive * shake, 0, 1), close)
    source += uniform_log(rng, 0.03, 0.15) * rng.standard_normal(n)
    x = throat(source, length, np.clip(0.8 + 0.15 * shake, 0, 1), rng.uniform(6, 9), rng.uniform(0.4, 0.95))
    return normalised(normalised(x) * (1 + rng.uniform(0.45, 0.75) * shake) * curve(seconds, [(0, 0), (0.08, 1), (0.7, 0.8), (1, 0)]))


def goat(rng: Rng):
    """A goat or a kid, that calls a few times; at times another one answers."""
    events, time, bodies = [], 0.05, []
    for _ in range(1 + int(rng.random() < 0.3)):
        size = rng.random()
        bodies.append((430 * (300 / 430) ** size * uniform_log(rng, 0.95, 1.05), rng.uniform(8, 12), uniform_log(rng, 0.035, 0.07),
                       0.1 + 0.035 * size, rng.uniform(0.1, 0.2), uniform_log(rng, 0.55, 1)))
    for k in range(int(rng.integers(1, 5))):
        base, rate, depth, length, close, lasts = bodies[k % len(bodies)]
        seconds = lasts * rng.uniform(0.85, 1.15)
        call = bleat(rng, base * rng.uniform(0.95, 1.05), seconds, rate, depth, length, close)
        events.append((time, rng.uniform(0.6, 1) * call))
        time += seconds + uniform_log(rng, 0.25, 1)
    return somewhere(place(events, float(np.clip(time, 1, 6.5))), rng, close=0.3, field=0.3, yard=0.4), "farm", "a goat bleating"
