"""Wing and leg noises of insects, and frogs."""

import numpy as np

from .dsp import RATE, Rng, band, clock, formants, oscillator, place, samples, uniform_log, wander
from .surroundings import outdoors


def insect(rng: Rng):
    kind = rng.choice(("crickets", "cicada", "bee"))
    seconds = rng.uniform(3, 7)
    if kind == "bee":
        n = samples(seconds)
        pitch = uniform_log(rng, 170, 300) * (1 + 0.05 * wander(n, rng, 2.5) + 0.01 * wander(n, rng, 20))
        x = oscillator(pitch, 24, 0.8, rng) * np.clip(0.6 + 0.35 * wander(n, rng, 1.5), 0.05, 2)
        x = formants(x, [(450, 1.5, 1), (2200, 2, 0.6)])
        side = 0.5 + 0.4 * np.clip(0.5 * wander(n, rng, 0.7), -1, 1)
        return np.stack([x * np.sqrt(1 - side), x * np.sqrt(side)], 1), "insect", "a bee buzzing"
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


def frog(rng: Rng):
    croaks = []
    base, rate = uniform_log(rng, 300, 1400), rng.uniform(25, 70)
    for i in range(int(rng.integers(1, 6))):
        seconds = rng.uniform(0.15, 0.45)
        t = clock(seconds)
        pulses = np.exp(-((t * rate) % 1) * 6)
        x = band(pulses * oscillator(np.full(len(t), base), 4, 1.0), base * 0.5, base * 4, 1) * np.hanning(len(t)) ** 0.5
        croaks.append((i * rng.uniform(0.5, 0.9), x))
    return outdoors(place(croaks), rng), "creature", "a frog croaking"
