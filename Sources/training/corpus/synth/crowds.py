"""People who clap."""

import numpy as np

from .dsp import RATE, Rng, band, curve, place, room, samples, strike, uniform_log


def applause(rng: Rng):
    """Many people clapping, each at their own pace, place and palm."""
    seconds = rng.uniform(3, 6)
    n = samples(seconds)
    people = int(uniform_log(rng, 6, 120))
    out = np.zeros((n + samples(0.1), 2))
    loudness = curve(seconds, [(0, 0.2), (0.15, 1), (0.7, 0.9), (1, 0.1)])
    for _ in range(people):
        palm = uniform_log(rng, 700, 2200)
        clap = band(rng.standard_normal(samples(0.05)), palm * 0.6, palm * 1.8, 1) * strike(0.05, 0.0008, rng.uniform(0.015, 0.04))
        side, far = rng.uniform(0.1, 0.9), rng.uniform(0.2, 1)
        pan = far * np.sqrt((1 - side, side))
        time, gap = rng.uniform(0, 0.8), rng.uniform(0.17, 0.34)
        while time < seconds - 0.06:
            at = int(time * RATE)
            out[at:at + len(clap)] += (rng.uniform(0.6, 1) * loudness[at] * clap)[:, None] * pan
            time += gap * rng.normal(1, 0.06)
    mixed = np.stack([room(out[:, c], rng, 1.2, 0.3)[:n] for c in range(2)], 1)
    return mixed, "crowd", "an audience clapping, applause"
