"""Explosions, gunshots and swings through the air."""

import numpy as np

from .dsp import RATE, Rng, band, clock, curve, grains, normalised, place, room, samples, shaped_noise, strike, uniform_log


def shock(rng: Rng, seconds: float) -> np.ndarray:
    """The pressure wave of a blast (Friedlander): a jump, then a slower suction."""
    t = clock(seconds * 8)
    return (1 - t / seconds) * np.exp(-t / seconds)


def explosion(rng: Rng):
    size = rng.random()
    seconds = 1.5 + 3 * size
    n = samples(seconds)
    t = clock(seconds)
    burst = np.zeros(n)
    for high, fall in ((9000, 0.15), (3000, 0.4), (900, 0.9), (250, 1.8)):
        burst += band(rng.standard_normal(n), 30, high, 1) * strike(seconds, 0.002, fall * (0.5 + size)) * (high / 9000) ** -0.25
    sweep = np.sin(2 * np.pi * np.cumsum(rng.uniform(28, 45) + rng.uniform(50, 110) * np.exp(-t * 9)) / RATE) * strike(seconds, 0.004, 0.6 + 1.2 * size)
    debris = grains(seconds, curve(seconds, [(0, 0), (0.1, 0), (0.2, 120), (0.6, 60), (1, 0)]), rng, 500, 7000, (0.003, 0.02))
    x = normalised(burst) + 0.8 * sweep + 0.12 * rng.random() * normalised(debris)
    x[:samples(0.016)] += 0.6 * shock(rng, 0.002)[:samples(0.016)]
    x = np.tanh(rng.uniform(1.5, 4) * normalised(x))
    if rng.random() < 0.3:
        x = band(x, None, rng.uniform(300, 900), 1)
        return room(x, rng, 3, 0.8, True, 800), "explosion", "a distant explosion"
    return room(x, rng, rng.uniform(0.8, 3), rng.uniform(0.15, 0.6), rng.random() < 0.5, 3000), "explosion", "a huge explosion" if size > 0.7 else "an explosion"


def shot(rng: Rng, calibre: float) -> np.ndarray:
    seconds = 0.35 + 0.4 * calibre
    n = samples(seconds)
    x = np.zeros(n)
    wave = shock(rng, 0.0004 + 0.0012 * calibre)
    x[:len(wave)] += wave
    gas = shaped_noise(n, rng, [(60, -8 + 10 * calibre), (400, 0), (2500, -2), (9000, -8), (20000, -20)]) * strike(seconds, 0.0004, 0.12 + 0.25 * calibre)
    thump = np.sin(2 * np.pi * np.cumsum(60 + 130 * np.exp(-clock(seconds) * 30)) / RATE) * strike(seconds, 0.001, 0.2)
    return np.tanh(3 * normalised(x + 0.35 * gas + 0.4 * calibre * thump))


def gunshot(rng: Rng):
    calibre, state = rng.random(), rng.integers(2 ** 31)
    if rng.random() < 0.35:
        gap = rng.uniform(0.065, 0.14)
        x = place([(i * gap, rng.uniform(0.8, 1) * shot(np.random.default_rng(state), 0.4 * calibre)) for i in range(int(rng.integers(4, 20)))])
        caption = "a burst of automatic gunfire"
    else:
        gap = rng.uniform(0.3, 0.9)
        x = place([(i * gap, shot(np.random.default_rng(state), calibre)) for i in range(int(rng.choice((1, 1, 1, 2, 3))))])
        caption = str(rng.choice(("a gunshot", "a gun being fired"))) if calibre < 0.7 else "a loud gunshot"
    if rng.random() < 0.7:
        x = room(x, rng, uniform_log(rng, 0.4, 2.5), rng.uniform(0.1, 0.5), rng.random() < 0.4, 4000)
    return x, "gunfire", caption


def whoosh(rng: Rng):
    seconds = uniform_log(rng, 0.15, 0.9)
    n = samples(seconds)
    speed = np.exp(-((np.linspace(0, 1, n) - rng.uniform(0.4, 0.6)) / rng.uniform(0.12, 0.22)) ** 2)
    centre = uniform_log(rng, 350, 1400)
    x = np.zeros(n)
    for ratio in (0.5, 1, 2, 4):
        x += band(rng.standard_normal(n), centre * ratio * 0.75, centre * ratio * 1.33, 2) * speed ** (1 + 0.6 * np.log2(ratio) + 0.6) * ratio ** -0.4
    side = np.linspace(0.15, 0.85, n) if rng.random() < 0.5 else np.full(n, 0.5)
    return np.stack([x * np.sqrt(1 - side), x * np.sqrt(side)], 1), "whoosh", str(rng.choice(("a quick whoosh", "a swish through the air", "a stick swung through the air")))
