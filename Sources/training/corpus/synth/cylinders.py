"""Few cylinders, heard one by one: engines that idle, motorcycles that are revved."""

import numpy as np

from .dsp import RATE, Rng, curve, formants, normalised, oscillator, room, samples, shaped_noise, uniform_log, wander


def firing(rng: Rng, rate: np.ndarray, strengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of cylinders that fire in turn at ``rate`` a second: how strong each stroke is, and seconds since it."""
    phase = np.cumsum(rate) / RATE
    beat = phase.astype(int)
    return strengths[beat % len(strengths)] * rng.normal(1, 0.1, beat[-1] + 1)[beat], phase % 1 / rate


def idling(rng: Rng):
    """Strokes that can be told apart, no cylinder as strong as the others; the pipe rings, a diesel knocks."""
    n = samples(rng.uniform(4, 7))
    rate = rng.uniform(15, 26) * (1 + 0.02 * wander(n, rng, 2))
    own, since = firing(rng, rate, np.clip(rng.normal(1, 0.25, 4), 0.4, 2))
    tone = oscillator(rate, 60, 0.25, rng) + 0.6 * oscillator(rate / 2, 60, 0.4, rng)
    pipe = [(uniform_log(rng, 60, 120), 1.5, 1), (uniform_log(rng, 180, 350), 2, 0.9), (uniform_log(rng, 600, 1100), 2, 0.5)]
    knock = own * np.exp(-since / 0.012) * shaped_noise(n, rng, [(300, -10), (1500, 0), (4000, -8), (9000, -22), (20000, -40)])
    x = normalised(formants(own * np.exp(-since / 0.01) * tone, pipe)) + rng.uniform(0.02, 0.08) * knock
    return room(x, rng, rng.uniform(0.1, 0.4), rng.uniform(0.02, 0.1)), "engine", str(rng.choice(("a truck engine idling", "a car engine idling")))


def motorcycle(rng: Rng):
    """Two cylinders, one stronger: the throttle is blipped two or three times, then opened."""
    seconds, top = rng.uniform(3.5, 6.5), rng.uniform(110, 200)
    knots, time = [(0, 30)], 0.0
    for _ in range(int(rng.integers(2, 4))):
        time += rng.uniform(0.08, 0.15)
        knots.append((time, top * rng.uniform(0.6, 1)))
        time += rng.uniform(0.06, 0.15)
        knots.append((time, 45))
    n, knots = samples(seconds), [*knots, (min(time + 0.08, 0.9), 45), (1, 0.9 * top)]
    rate = curve(seconds, knots) * (1 + 0.02 * wander(n, rng, 8))
    own, since = firing(rng, rate, np.array([1, rng.uniform(0.4, 0.8)]))
    crack = own * (np.exp(-since / 0.0015) - 0.4 * np.exp(-since / 0.004))
    blast = own * np.exp(-since / 0.004) * shaped_noise(n, rng, [(100, -4), (500, 0), (2000, -3), (7000, -12), (20000, -30)])
    x = normalised(crack) + 0.4 * normalised(blast) + 0.5 * normalised(oscillator(rate / 2, 60, 0.35, rng))
    x = formants(x, [(uniform_log(rng, 120, 220), 2, 1), (uniform_log(rng, 400, 800), 2.5, 1), (uniform_log(rng, 1500, 2600), 3, 0.6)])
    return room(normalised(x) * np.clip(rate / top, 0.25, 1), rng, rng.uniform(0.3, 0.8), rng.uniform(0.05, 0.2)), "engine", "a motorcycle revving"
