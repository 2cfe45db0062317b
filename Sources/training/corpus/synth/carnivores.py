"""Dogs and wolves, cats and lions."""

import numpy as np

from .dsp import Rng, clock, curve, normalised, place, room, samples, wander
from .voices import outdoors, voice


def bark(rng: Rng, size: float) -> np.ndarray:
    """``size`` 0: a small dog; 1: a big one."""
    seconds = rng.uniform(0.13, 0.2) + 0.1 * size
    base = 900 - 680 * size ** 0.7
    pitch = base * rng.uniform(0.9, 1.1) * curve(seconds, [(0, 0.7), (0.18, 1.15), (0.4, 1), (1, 0.55)])
    open_mouth = 1.5 - 0.75 * size
    peaks = [(f * open_mouth * rng.uniform(0.93, 1.07), q, g) for f, q, g in ((620, 2.5, 1), (1250, 3, 0.9), (2700, 4, 0.5), (4200, 4, 0.25))]
    x = voice(rng, pitch, peaks, 0.5 + 0.4 * rng.random(), 0.35, 0.7)
    return normalised(np.tanh(1.8 * normalised(x)) * curve(seconds, [(0, 0), (0.06, 1), (0.45, 0.8), (1, 0)]))


def dog(rng: Rng):
    kind = rng.random()
    if kind < 0.6:
        size, state = rng.random(), rng.integers(2 ** 31)
        time, barks = 0.0, []
        for _ in range(int(rng.integers(1, 6))):
            barks.append((time, rng.uniform(0.7, 1) * bark(rng, float(np.clip(size + rng.normal(0, 0.02), 0, 1)))))
            time += rng.uniform(0.25, 0.5) + (rng.uniform(0.2, 0.7) if rng.random() < 0.35 else 0)
        name = "a small dog yapping" if size < 0.3 else ("a big dog barking" if size > 0.7 else "a dog barking")
        return outdoors(place(barks), rng), "dog", name
    if kind < 0.8:
        return outdoors(howl(rng), rng) if rng.random() < 0.3 else room(howl(rng), rng, rng.uniform(1.5, 3), rng.uniform(0.2, 0.5), True), "dog", "a wolf howling"
    seconds = rng.uniform(1, 2.5)
    n = samples(seconds)
    pitch = rng.uniform(55, 110) * (1 + 0.06 * wander(n, rng, 2))
    x = voice(rng, pitch, [(450, 2.5, 1), (1100, 3, 0.7), (2300, 3, 0.4)], 0.9, 0.5, 0.5)
    return outdoors(x * curve(seconds, [(0, 0), (0.25, 0.8), (0.7, 1), (1, 0)]) * np.clip(0.8 + 0.3 * wander(n, rng, 5), 0.2, 2), rng), "dog", "a dog growling with a snarl"


def howl(rng: Rng) -> np.ndarray:
    seconds = rng.uniform(2.2, 4.5)
    n = samples(seconds)
    top = rng.uniform(380, 720)
    pitch = top * curve(seconds, [(0, 0.55), (0.16, 0.98), (0.25, 1.02), (0.7, 0.97), (1, 0.62)]) * (1 + 0.008 * np.sin(2 * np.pi * 4.5 * clock(seconds)) + 0.006 * wander(n, rng, 3))
    x = voice(rng, pitch, [(top * 1.05, 3, 1), (top * 2.1, 4, 0.5), (2300, 4, 0.12)], 0.03, 0.05, 1.5)
    return normalised(x * curve(seconds, [(0, 0), (0.12, 0.8), (0.4, 1), (0.75, 0.8), (1, 0)]))


def cat(rng: Rng):
    if rng.random() < 0.35:
        return roar(rng)
    seconds = rng.uniform(0.45, 1.1)
    base = rng.uniform(480, 850)
    pitch = base * curve(seconds, [(0, 0.8), (0.3, 1.1), (0.55, 1.05), (1, 0.72)]) * (1 + 0.012 * wander(samples(seconds), rng, 6))
    mouth = curve(seconds, [(0, 0), (0.35, 1), (0.6, 0.9), (1, 0)])
    closed = voice(rng, pitch, [(rng.uniform(500, 800), 4, 1), (1600, 5, 0.3)], 0.05, 0.06)
    opened = voice(rng, pitch, [(rng.uniform(1100, 1600), 3, 1), (rng.uniform(2400, 3200), 4, 0.7), (4300, 5, 0.3)], 0.12, 0.1, 0.7)
    x = (closed * (1 - mouth) + opened * mouth) * curve(seconds, [(0, 0), (0.12, 0.8), (0.5, 1), (1, 0)])
    return outdoors(x, rng), "cat", "a cat meowing"


def roar(rng: Rng):
    seconds = rng.uniform(1.2, 2.6)
    n = samples(seconds)
    pitch = rng.uniform(85, 150) * curve(seconds, [(0, 0.7), (0.25, 1.2), (0.6, 1.05), (1, 0.6)]) * (1 + 0.03 * wander(n, rng, 8))
    x = voice(rng, pitch, [(330, 2, 1), (800, 2.5, 0.9), (1500, 3, 0.45), (2700, 3, 0.2)], 0.9, 0.6, 0.5)
    return outdoors(np.tanh(2 * normalised(x)) * curve(seconds, [(0, 0), (0.2, 0.9), (0.5, 1), (1, 0)]), rng), "cat", "a lion roaring"
