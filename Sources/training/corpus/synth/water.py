"""Water: bubbles (Minnaert's ringing air), splashes, streams, waves, dripping."""

import numpy as np

from .dsp import RATE, Rng, band, clock, curve, normalised, place, room, samples, shaped_noise, strike, uniform_log, wander


def bubble(rng: Rng, low: float = 350, high: float = 4500) -> np.ndarray:
    """A bubble's ring: the smaller, the higher and the shorter; its pitch rises as it nears the surface."""
    frequency = uniform_log(rng, low, high)
    damping = 0.043 * frequency + 0.0014 * frequency ** 1.5
    t = clock(min(0.25, 6.5 / damping))
    rise = rng.uniform(0, 0.12) * damping
    return np.exp(-damping * t) * np.sin(2 * np.pi * frequency * t * (1 + rise * t / 2)) * np.minimum(1, t / 0.0006)


def bubble_cloud(rng: Rng, seconds: float, rate, low: float, high: float, tail: float = 1.8) -> np.ndarray:
    """``rate`` bubbles a second (a number or a curve), most of them faint."""
    n = samples(seconds)
    hits = np.flatnonzero(rng.random(n) < np.broadcast_to(np.asarray(rate, float), (n,)) / RATE)
    out = np.zeros(n + samples(0.3))
    ready = [bubble(rng, low, high) for _ in range(min(300, len(hits) + 1))]
    for start, pick, gain in zip(hits, rng.integers(len(ready), size=len(hits)), rng.pareto(tail, len(hits)).clip(0, 12)):
        sound = ready[pick]
        out[start:start + len(sound)] += gain * sound
    return out[:n]


def splash_burst(rng: Rng, size: float, drops: int) -> np.ndarray:
    """``size`` from 0 (pebble) to 1 (a person): the slap, the cavity's gulp, the falling drops."""
    seconds = 0.5 + 1.5 * size
    n = samples(seconds)
    slap = shaped_noise(n, rng, [(100, -6), (600, 0), (4000, -4 - 4 * size), (20000, -22)])
    slap *= strike(seconds, 0.004 + 0.02 * size, 0.15 + 0.7 * size)
    gulp = place([(rng.uniform(0.02, 0.12) * (1 + size), bubble(rng, 120 + 300 * (1 - size), 400 + 500 * (1 - size))) for _ in range(3)], seconds)
    fall = bubble_cloud(rng, seconds, drops * curve(seconds, [(0, 0.5), (0.15, 4), (0.5, 1.5), (1, 0)]), 600, 6000)
    return normalised(0.25 * slap + 0.7 * gulp + 0.35 * normalised(fall))


def splash(rng: Rng):
    size = rng.random()
    if size < 0.2:
        drips = [(t, rng.uniform(0.3, 1) * bubble(rng, 700, 2600)) for t in np.cumsum(rng.exponential(rng.uniform(0.2, 0.6), rng.integers(2, 9)))]
        return room(place(drips), rng, uniform_log(rng, 0.5, 3), rng.uniform(0.2, 0.7), stereo=True), "splash", "water dripping"
    caption = "a big splash" if size > 0.65 else "a splash of water"
    return room(splash_burst(rng, size, int(rng.uniform(30, 120))), rng, 0.5, 0.1), "splash", caption


def bubbles(rng: Rng):
    seconds = rng.uniform(2, 6)
    n = samples(seconds)
    rate = rng.uniform(15, 160) * np.clip(1 + 0.6 * wander(n, rng, 2), 0.05, 3)
    low = uniform_log(rng, 120, 500)
    x = bubble_cloud(rng, seconds, rate, low, low * rng.uniform(4, 9), tail=2.5)
    if rng.random() < 0.5:
        return normalised(band(x, None, rng.uniform(900, 2500), 1)), "bubbles", "bubbles under water"
    return normalised(x), "bubbles", str(rng.choice(("bubbling water", "water boiling")))


def stream(rng: Rng):
    seconds = rng.uniform(4, 8)
    n = samples(seconds)
    size = rng.random()
    channels = []
    swell = 1 + 0.25 * wander(n, rng, 1.5)
    for _ in range(2):
        rush = shaped_noise(n, rng, [(60, -18 + 14 * size), (400, -4), (1500, 0), (6000, -8 + 4 * size), (20000, -26)])
        babble = bubble_cloud(rng, seconds, rng.uniform(120, 700) * (1.2 - 0.6 * size) * np.clip(swell, 0.3, 2), 350, 4000)
        channels.append((0.06 + 0.45 * size) * rush * np.clip(swell, 0.4, 2) + (1.05 - size) * babble / (babble.std() + 1e-9) * 0.5)
    caption = "a waterfall" if size > 0.75 else ("a river flowing" if size > 0.45 else "a babbling brook")
    return np.stack(channels, 1), "stream", caption


def waves(rng: Rng):
    seconds = rng.uniform(6, 10)
    t = clock(seconds)
    n = len(t)
    period, shift = rng.uniform(3.5, 7), rng.uniform(0, 1)
    phase = (t / period + shift) % 1
    swell = np.where(phase < 0.45, (phase / 0.45) ** 3, np.exp(-(phase - 0.45) * 5)) + 0.06
    channels = []
    for _ in range(2):
        low = shaped_noise(n, rng, [(40, 0), (400, -3), (2000, -20), (20000, -50)])
        foam = shaped_noise(n, rng, [(200, -20), (2500, 0), (8000, -4), (20000, -20)])
        late = np.roll(swell, samples(0.25))
        channels.append(low * swell + 0.7 * foam * late ** 1.4 + 0.05 * foam)
    return np.stack(channels, 1), "stream", "waves breaking on the shore"
