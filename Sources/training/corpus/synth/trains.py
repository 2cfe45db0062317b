"""Trains on rails and steam locomotives."""

import numpy as np

from .dsp import RATE, Rng, band, clock, curve, modes, oscillator, passing, place, samples, shaped_noise, uniform_log, wander


def train(rng: Rng):
    seconds = rng.uniform(4, 8)
    n = samples(seconds)
    if rng.random() < 0.5:
        return steam_train(rng, seconds), "train", "a steam train puffing"
    rumble = shaped_noise(n, rng, [(30, 0), (90, -2), (400, -14), (3000, -30), (20000, -55)])
    gap, pair = rng.uniform(0.5, 1.1), rng.uniform(0.09, 0.16)
    clack = [(t + d, rng.uniform(0.6, 1) * (modes(0.3, rng.uniform(180, 2400, 10), rng.uniform(0.03, 0.12, 10), rng.uniform(0.2, 1, 10), rng) / 3))
             for t in np.arange(0.1, seconds - 0.4, gap) for d in (0, pair)]
    squeal = oscillator(np.full(n, uniform_log(rng, 1800, 3600)), 2, 1.5) * np.clip(wander(n, rng, 1) - 0.6, 0, 1)
    x = 0.09 * rumble + 1.3 * place(clack, seconds) + 0.05 * squeal
    hum = oscillator(np.full(n, rng.uniform(90, 220)) * np.linspace(0.9, 1.1, n), 8, 1.2)
    if rng.random() < 0.4:
        return passing(x + 0.15 * hum, rng.uniform(12, 25), rng.uniform(6, 12)), "train", "a train passing"
    return x + 0.1 * hum, "train", "a train rolling on the rails"


def steam_train(rng: Rng, seconds: float) -> np.ndarray:
    n = samples(seconds)
    rate = curve(seconds, [(0, rng.uniform(1.2, 4)), (1, rng.uniform(3, 7))])
    phase = np.cumsum(rate) / RATE
    part = phase % 1
    accent = np.array((1, 0.7, 0.85, 0.7))[phase.astype(int) % 4]
    chuff = shaped_noise(n, rng, [(60, -4), (300, 0), (1200, -4), (5000, -12), (20000, -30)]) * accent * np.exp(-part * rng.uniform(4, 8)) * np.minimum(1, part * 40)
    x = chuff + 0.15 * shaped_noise(n, rng, [(30, 0), (150, -6), (900, -28), (20000, -60)])
    if rng.random() < 0.4:
        start, length = rng.uniform(0.2, 1.5), rng.uniform(0.8, 1.8)
        x += 0.5 * place([(start, steam_whistle(rng, length))], seconds)
    return x


def steam_whistle(rng: Rng, seconds: float) -> np.ndarray:
    t = clock(seconds)
    base = rng.uniform(330, 620)
    bend = 1 - 0.06 * np.exp(-t * 9)
    x = sum(oscillator(base * ratio * bend, 4, 1.8, rng) for ratio in (1, 1.19, 1.5))
    breath = band(rng.standard_normal(len(t)), base, base * 6, 1) * 0.5
    return (x + breath) * curve(seconds, [(0, 0), (0.08, 1), (0.88, 1), (1, 0)])
