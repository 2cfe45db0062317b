"""Flames: roar, hiss, crackle and pops."""

import numpy as np

from .dsp import Rng, grains, normalised, samples, shaped_noise, wander


def fire(rng: Rng):
    seconds = rng.uniform(4, 8)
    n = samples(seconds)
    size = rng.random()
    bursts = np.clip(0.5 + wander(n, rng, 2.5), 0.02, 3) ** 1.5
    channels = []
    pops = grains(seconds, rng.uniform(6, 30) * bursts, rng, 900, 9000, (0.001, 0.008), tail=1.3)
    for _ in range(2):
        fine = grains(seconds, rng.uniform(60, 220) * bursts, rng, 2500, 14000, (0.0003, 0.002), tail=1.5)
        hiss = shaped_noise(n, rng, [(300, -25), (2500, -5), (8000, 0), (20000, -8)]) * (0.5 + 0.25 * wander(n, rng, 3))
        flutter = np.clip(1 + 0.45 * wander(n, rng, 9), 0.1, 3)
        roar = shaped_noise(n, rng, [(30, -4), (90, 0), (350, -9), (1500, -26), (20000, -60)]) * flutter
        channels.append(normalised(pops) * (1.2 - 0.4 * size) + 0.5 * normalised(fine) + (0.015 + 0.03 * size) * hiss + (0.015 + 0.1 * size) * roar)
    return np.stack(channels, 1), "fire", "a large fire roaring" if size > 0.7 else "a campfire crackling"
