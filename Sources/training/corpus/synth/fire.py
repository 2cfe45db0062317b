"""Flames: wood that bursts with steam, hissing gas and the turbulent roar of burning."""

import numpy as np

from .dsp import RATE, Rng, band, normalised, samples, shaped_noise, strike, uniform_log, wander


def snap(rng: Rng, size: float) -> np.ndarray:
    """Steam tears a wood cell open: a pressure step of well under a millisecond, then the splinter's short ring; large ones are duller."""
    width = uniform_log(rng, 0.00003, 0.00012) * (1 + 6 * size ** 2)
    ring = uniform_log(rng, 0.0015, 0.006) * (1 + 4 * size ** 2)
    n = samples(ring * 1.2 + 0.002)
    step = np.exp(-np.arange(n) / (width * RATE)) * rng.standard_normal(n)
    step[0] = rng.choice((-1, 1)) * rng.uniform(1, 3)
    centre = uniform_log(rng, 1800, 7500) * 0.35 ** (size ** 2)
    body = band(rng.standard_normal(n), centre * 0.55, centre * 1.8, 1) * strike(1, 0.0001, ring)[:n]
    return normalised(step + rng.uniform(0.15, 0.8) * body)


def clusters(rng: Rng, seconds: float, rate: float, offspring: float, reach: float) -> np.ndarray:
    """Times of events of which each sets off more nearby: fires crackle in volleys."""
    times = list(rng.uniform(-0.5, seconds, rng.poisson(rate * (seconds + 0.5))))
    for time in times:
        if len(times) < 4000:
            times.extend(time + rng.exponential(reach, rng.poisson(offspring)))
    return np.array([time for time in times if 0 <= time < seconds])


def crackle(rng: Rng, seconds: float, times: np.ndarray, tail: float, largest: float) -> np.ndarray:
    """Snaps of heavy-tailed loudness, from left to right: very many faint ticks, some cracks, now and then a pop."""
    n, kinds = samples(seconds), 40
    sounds = [snap(rng, k / kinds) for k in range(kinds)]
    gains = np.minimum((1 - rng.random(len(times))) ** (-1 / tail), largest)
    chosen = (np.log(gains) / np.log(largest) * kinds + rng.normal(0, 5, len(times))).clip(0, kinds - 1).astype(int)
    sides = rng.uniform(0.2, 0.8, len(times))
    out = np.zeros((n + RATE, 2))
    for time, gain, kind, side in zip(times, gains * rng.choice((-1, 1), len(times)), chosen, sides):
        at, sound = int(time * RATE), sounds[kind]
        out[at:at + len(sound), 0] += gain * np.sqrt(1 - side) * sound
        out[at:at + len(sound), 1] += gain * np.sqrt(side) * sound
    return normalised(out[:n])


def flicker(n: int, rng: Rng, rate: float, depth: float) -> np.ndarray:
    """Flames puff: a level that flutters about ``rate`` times a second, and slowly swells."""
    return np.exp(depth * wander(n, rng, rate) + 0.6 * depth * wander(n, rng, rate * 2.7) + 0.3 * wander(n, rng, 0.5))


def roar(rng: Rng, n: int, edge: float, bright: float) -> np.ndarray:
    """Turbulent burning: low noise that falls beyond ``edge`` Hz and puffs; the higher part, down by ``bright`` dB, flutters faster."""
    low = shaped_noise(n, rng, [(25, -10), (50, 0), (edge, -4), (edge * 3, -22), (edge * 10, -45), (23000, -80)]) * flicker(n, rng, 4, 0.25)
    high = shaped_noise(n, rng, [(100, -30), (edge * 2, -3), (edge * 4, 0), (5000, -14), (20000, -30)]) * flicker(n, rng, 9, 0.5)
    return low + 10 ** (bright / 20) * high


def fire(rng: Rng):
    """From a hearth's single snaps to a house on fire: crackles in volleys over hiss, with a roar that grows with the fire."""
    seconds = round(20 * rng.uniform(4, 8)) / 20
    n = samples(seconds)
    large = rng.random() < 0.35
    rate = uniform_log(rng, 12, 35) if large else uniform_log(rng, 4, 20)
    far = rng.uniform(0.2, 0.7) if large else rng.uniform(0, 0.4)
    volleys = clusters(rng, seconds, rate, rng.uniform(0.4, 0.75), uniform_log(rng, 0.04, 0.25))
    fine = clusters(rng, seconds, rate * 8, rng.uniform(0.3, 0.7), 0.08)
    ticks = crackle(rng, seconds, volleys, rng.uniform(0.9, 1.4), rng.uniform(5, 10))
    ticks += uniform_log(rng, 0.2, 0.6) * crackle(rng, seconds, fine, 1.3, 6)
    ticks = normalised(np.stack([(1 - far) * x + far * band(x, None, 3500, 1) for x in ticks.T], 1))
    steam = flicker(n, rng, 1.5, 0.5)
    hiss = uniform_log(rng, 0.03, 0.3)
    rumble, bright = (uniform_log(rng, 0.7, 3), rng.uniform(-16, -8)) if large else (uniform_log(rng, 0.1, 1), rng.uniform(-40, -22))
    edge = uniform_log(rng, 100, 300) if large else uniform_log(rng, 70, 130)
    flames = []
    for _ in range(2):
        breath = shaped_noise(n, rng, [(200, -34), (1500, -10), (4000, 0), (9000, -1), (20000, -10)]) * steam
        flames.append(hiss * breath + rumble * roar(rng, n, edge, bright))
    sound = ticks + ticks.std() * np.stack(flames, 1)
    return np.tanh(2 * normalised(sound)), "fire", "a large fire roaring" if large else "a campfire crackling"
