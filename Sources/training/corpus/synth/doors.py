"""Doors that open, creak and shut."""

import numpy as np

from .dsp import RATE, Rng, band, fftconvolve, modes, normalised, place, room, samples, shaped_noise, uniform_log, wander
from .impacts import metal_hit, wood_hit


def door(rng: Rng):
    kind = rng.random()
    if kind < 0.35:
        return creak(rng)
    boom = wood_hit(rng, 60, 190)
    latch = [(rng.uniform(0.02, 0.06), 0.3 * metal_hit(rng, 900, 3000, (0.03, 0.12))), (rng.uniform(0.08, 0.16), 0.2 * metal_hit(rng, 1200, 3500, (0.03, 0.1)))]
    if kind < 0.7:
        low = modes(0.5, [rng.uniform(50, 95)], [0.3], [0.8], rng)
        return room(normalised(place([(0, boom), (0, low), *latch])), rng, rng.uniform(0.3, 1.2), rng.uniform(0.15, 0.5)), "door", "a door slamming shut"
    handle = [(0.0, 0.5 * metal_hit(rng, 800, 2600, (0.03, 0.15))), (rng.uniform(0.1, 0.2), 0.4 * metal_hit(rng, 1000, 2600, (0.03, 0.12)))]
    swing_seconds = rng.uniform(0.4, 0.9)
    swing = shaped_noise(samples(swing_seconds), rng, [(100, 0), (800, -10), (5000, -30), (20000, -60)]) * np.hanning(samples(swing_seconds))
    return room(place([*handle, (0.2, 0.05 * swing), (0.25 + swing_seconds, 0.4 * boom)]), rng, 0.5, 0.2), "door", "a door being opened and closed"


def creak(rng: Rng):
    """Stick and slip: pulses at a wandering rate through the resonances of a wooden board."""
    seconds = rng.uniform(0.7, 2.2)
    n = samples(seconds)
    rate = uniform_log(rng, 40, 160) * np.exp(0.35 * wander(n, rng, 3) + np.linspace(-0.3, 0.3, n) * rng.choice((-1, 1)))
    phase = np.cumsum(rate * (1 + 0.12 * wander(n, rng, 90))) / RATE
    slips = np.diff(np.floor(phase), prepend=0) * rng.uniform(0.4, 1, n)
    ring = modes(0.08, rng.uniform(350, 3200, 9), rng.uniform(0.02, 0.07, 9), rng.uniform(0.3, 1, 9), rng)
    x = fftconvolve(slips, ring)[:n] * np.clip(0.6 + 0.5 * wander(n, rng, 4), 0, 2) * np.hanning(n) ** 0.5
    return room(normalised(band(x, 150, None)), rng, 0.5, 0.15), "door", "a door creaking"
