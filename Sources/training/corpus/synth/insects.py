"""Crickets and cicadas."""

import numpy as np

from .dsp import RATE, Rng, band, clock, place, samples, wander


def insect(rng: Rng):
    kind = rng.choice(("crickets", "cicada"))
    seconds = rng.uniform(3, 7)
    if kind == "cicada":
        n = samples(seconds)
        x = band(rng.standard_normal(n), rng.uniform(4200, 5500), rng.uniform(6500, 9500), 3)
        x *= (0.5 + 0.5 * np.sin(2 * np.pi * np.cumsum(rng.uniform(60, 180) * (1 + 0.05 * wander(n, rng, 1))) / RATE)) ** 2
        return x * np.clip(1 + 0.35 * wander(n, rng, 0.8), 0.2, 2), "insect", "cicadas droning"
    out = np.zeros((samples(seconds), 2))
    for _ in range(int(rng.integers(1, 6))):
        carrier, pulses, rate = rng.uniform(3900, 5200), int(rng.integers(2, 6)), rng.uniform(1.6, 3.2)
        width = rng.uniform(0.012, 0.02)
        t = clock(width)
        pulse = np.sin(2 * np.pi * carrier * t * (1 - 0.01 * t / width)) * np.hanning(len(t))
        chirp = place([(i * width * 1.6, (0.6 + 0.4 * i / pulses) * pulse) for i in range(pulses)])
        line = place([(s * rng.uniform(0.99, 1.01), chirp) for s in np.arange(rng.uniform(0, 0.5), seconds - 0.3, 1 / rate)], seconds)
        side = rng.uniform(0.1, 0.9)
        out += rng.uniform(0.15, 1) * line[:, None] * np.sqrt((1 - side, side))
    return out, "insect", "crickets chirping at night"
