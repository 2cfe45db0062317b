"""Explosions, fireworks, gunshots and swings through the air."""

import numpy as np
from scipy.signal import istft, stft

from .dsp import RATE, Rng, band, clock, curve, grains, normalised, place, room, samples, shaped_noise, strike, uniform_log, wander
from .surroundings import rolling, through_air


def shock(rng: Rng, seconds: float) -> np.ndarray:
    """The pressure wave of a blast (Friedlander): a jump, then a slower suction."""
    t = clock(seconds * 8)
    return (1 - t / seconds) * np.exp(-t / seconds)


def dying(seconds: float, rng: Rng, bands: list[tuple[float, float, float, float, float]]) -> np.ndarray:
    """Noise in bands (low Hz, high Hz, level, attack, time to fall by 60 dB): hot gas and air, dull long after it was bright."""
    out = np.zeros(samples(seconds))
    for low, high, level, attack, decay in bands:
        noise = band(rng.standard_normal(len(out)), low, high, 1)
        out += level * noise / noise.std() * strike(seconds, attack, decay)
    return out


def blast(rng: Rng, size: float, bright: float) -> np.ndarray:
    """A jump of pressure, the burst of hot gas, and a crackling, boiling roar whose low bands last the longest."""
    fall, roar = (0.3 + 0.6 * size) * rng.uniform(0.8, 1.3), (1 + 1.5 * size) * rng.uniform(0.8, 1.3)
    seconds = min(4.5, 1.2 * roar + 0.3)
    bands = [(30, 80, 1, 1.6), (60, 200, 1.1, 1.4), (180, 600, 1, 1.15), (500, 1600, 0.75, 1),
             (1500, 4500, 0.5 * bright, 0.8), (4000, 12000, 0.25 * bright, 0.6)]
    gas = dying(seconds, rng, [(low, high, level, 0.002, last * fall) for low, high, level, last in bands])
    fire = dying(seconds, rng, [(low, high, level, 0.02 + 0.05 * size, last * roar) for low, high, level, last in bands])
    fire *= np.exp(0.35 * wander(len(fire), rng, 45) + 0.35 * wander(len(fire), rng, 10))
    x = 1.2 * gas + uniform_log(rng, 0.12, 0.36) * fire
    jump = 2 * shock(rng, 0.003 + 0.008 * size)[:len(x)]
    x[:len(jump)] += jump
    return np.tanh(rng.uniform(1.5, 4) * x)


def debris(rng: Rng, seconds: float) -> np.ndarray:
    """Stones, planks and dust that come down after a blast: small clatter, and a few heavy pieces."""
    rate = curve(seconds, [(0, 0), (0.12, 5), (0.35, 90), (0.6, 50), (1, 0)])
    small = normalised(grains(seconds, rate, rng, 400, 5000, (0.006, 0.03)))
    heavy = [(t, 0.6 * rng.uniform(0.3, 1) * normalised(dying(0.3, rng, [(70, 300, 1, 0.003, 0.2), (300, 2500, 0.5, 0.001, 0.1)])))
             for t in seconds * rng.uniform(0.25, 0.85, rng.integers(2, 8))]
    return small + place(heavy, seconds)


def firework(rng: Rng) -> np.ndarray:
    """A rocket's shell: sometimes the whistle of its climb, the report overhead, often the crackle of its stars."""
    climb = rng.uniform(0.6, 1.5) if rng.random() < 0.5 else 0
    events = [(climb, blast(rng, rng.uniform(0.05, 0.3), rng.uniform(1, 1.8)))]
    if climb:
        pitch = curve(climb, [(0, rng.uniform(2200, 3600)), (1, rng.uniform(1400, 2000))]) * (1 + 0.01 * wander(samples(climb), rng, 25))
        tone = np.sin(2 * np.pi * np.cumsum(pitch) / RATE) + 0.4 * band(rng.standard_normal(samples(climb)), 1500, 6000, 1)
        events.append((0, 0.12 * tone * curve(climb, [(0, 0), (0.3, 1), (0.8, 0.6), (0.95, 0)])))
    if rng.random() < 0.6:
        glow = rng.uniform(1, 2)
        stars = grains(glow, rng.uniform(60, 250) * curve(glow, [(0, 0), (0.2, 1), (0.6, 0.7), (1, 0)]), rng, 900, 9000, (0.004, 0.012))
        events.append((climb + 0.25, 0.35 * normalised(stars)))
    for _ in range(rng.integers(0, 3)):
        events.append((climb + rng.uniform(0.3, 1.6), rng.uniform(0.2, 0.7) * blast(rng, rng.uniform(0, 0.25), rng.uniform(0.6, 1.5))))
    return rolling(place(events), rng, rng.uniform(1, 2), rng.uniform(0.15, 0.5))


def explosion(rng: Rng):
    """Near ones are bright and full of debris; far ones reach us dull, smeared by the air, and roll back from the land."""
    kind = rng.random()
    if kind < 0.15:
        return firework(rng), "explosion", "fireworks exploding"
    size = rng.random()
    if kind < 0.35:
        x = blast(rng, 0.3 + 0.7 * size, 0.5)
        x = normalised(through_air(x, uniform_log(rng, 600, 3000)))
        return rolling(x, rng, rng.uniform(2, 3.5), rng.uniform(0.3, 0.8)), "explosion", "a distant explosion"
    events = [(0, blast(rng, size, uniform_log(rng, 0.5, 1.6)))]
    for _ in range(rng.choice((0, 0, 1, 2))):
        events.append((rng.uniform(0.08, 0.7), rng.uniform(0.3, 0.9) * blast(rng, size * rng.uniform(0.2, 0.8), rng.uniform(0.4, 1))))
    if rng.random() < 0.6:
        events.append((rng.uniform(0.2, 0.5), rng.uniform(0.1, 0.5) * debris(rng, 1.2 + 2 * size)))
    x = normalised(place(events))
    if rng.random() < 0.25:
        x = room(x, rng, rng.uniform(0.8, 2), rng.uniform(0.1, 0.4), True, 4000)
    else:
        x = rolling(x, rng, rng.uniform(0.8, 2.5), rng.uniform(0.05, 0.3))
    return x, "explosion", "a huge explosion" if size > 0.7 else "an explosion"


def shot(rng: Rng, calibre: float) -> np.ndarray:
    """The muzzle blast's pressure wave, the gas behind it, and a thump that grows with the calibre (0 to 1)."""
    seconds = 0.35 + 0.4 * calibre
    n = samples(seconds)
    x = np.zeros(n)
    wave = shock(rng, 0.0004 + 0.0012 * calibre)
    x[:len(wave)] += wave
    gas = shaped_noise(n, rng, [(60, -8 + 10 * calibre), (400, 0), (2500, -2), (9000, -8), (20000, -20)])
    gas *= strike(seconds, 0.0004, 0.12 + 0.25 * calibre)
    thump = np.sin(2 * np.pi * np.cumsum(60 + 130 * np.exp(-clock(seconds) * 30)) / RATE) * strike(seconds, 0.001, 0.2)
    return np.tanh(3 * normalised(x + 0.35 * gas + 0.4 * calibre * thump))


def gunshot(rng: Rng):
    calibre, state = rng.random(), rng.integers(2 ** 31)
    if rng.random() < 0.35:
        gap = rng.uniform(0.065, 0.14)
        x = place([(i * gap, rng.uniform(0.8, 1) * shot(np.random.default_rng(state), 0.4 * calibre))
                   for i in range(int(rng.integers(4, 20)))])
        caption = "a burst of automatic gunfire"
    else:
        gap = rng.uniform(0.3, 0.9)
        x = place([(i * gap, shot(np.random.default_rng(state), calibre)) for i in range(int(rng.choice((1, 1, 1, 2, 3))))])
        caption = str(rng.choice(("a gunshot", "a gun being fired"))) if calibre < 0.7 else "a loud gunshot"
    if rng.random() < 0.7:
        x = room(x, rng, uniform_log(rng, 0.4, 2.5), rng.uniform(0.1, 0.5), rng.random() < 0.4, 4000)
    return x, "gunfire", caption


def whoosh(rng: Rng):
    """Something swung: noise in octaves that rise and fall with its speed, the high ones faster."""
    if rng.random() < 0.15:
        return arrow(rng), "whoosh", "an arrow flying"
    seconds = uniform_log(rng, 0.15, 0.9)
    n = samples(seconds)
    speed = np.exp(-((np.linspace(0, 1, n) - rng.uniform(0.4, 0.6)) / rng.uniform(0.12, 0.22)) ** 2)
    centre = uniform_log(rng, 350, 1400)
    x = np.zeros(n)
    for ratio in (0.5, 1, 2, 4):
        eddies = band(rng.standard_normal(n), centre * ratio * 0.75, centre * ratio * 1.33, 2)
        x += eddies * speed ** (1 + 0.6 * np.log2(ratio) + 0.6) * ratio ** -0.4
    side = np.linspace(0.15, 0.85, n) if rng.random() < 0.5 else np.full(n, 0.5)
    caption = str(rng.choice(("a quick whoosh", "a swish through the air", "a stick swung through the air")))
    return np.stack([x * np.sqrt(1 - side), x * np.sqrt(side)], 1), "whoosh", caption


def rush(rng: Rng, centre: np.ndarray, below: float, above: float) -> np.ndarray:
    """Noise whose hump follows ``centre`` Hz and falls by ``below`` and ``above`` dB an octave on its sides."""
    n = len(centre)
    frequency, time, spectrum = stft(rng.standard_normal(n + 1024), RATE, nperseg=512)
    at = np.interp(time * RATE, np.arange(n), centre)
    octaves = np.log2(np.maximum(frequency, 40)[:, None] / at[None])
    spectrum *= 10 ** (-np.where(octaves < 0, -below * octaves, above * octaves) / 20)
    return istft(spectrum, RATE, nperseg=512)[1][:n]


def arrow(rng: Rng) -> np.ndarray:
    """The bow's string slaps and hums, and the feathers hiss away."""
    seconds = rng.uniform(0.35, 0.8)
    t = clock(seconds)
    hum = np.sin(2 * np.pi * np.cumsum(rng.uniform(90, 180) * (1 + 0.3 * np.exp(-30 * t))) / RATE) * strike(seconds, 0.002, 0.2)
    slap = dying(seconds, rng, [(200, 900, 0.6, 0.002, 0.08), (900, 4000, 0.4, 0.001, 0.05)])
    hiss = rush(rng, uniform_log(rng, 1800, 4500) * (1 - 0.5 * t / seconds), 9, 6)
    hiss *= np.minimum(1, t / 0.03) * np.exp(-rng.uniform(3, 7) * t / seconds)
    return rng.uniform(0.05, 0.3) * normalised(hum + slap) + normalised(hiss)
