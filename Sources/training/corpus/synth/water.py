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


def drip(rng: Rng) -> np.ndarray:
    """A drop's tap on the surface, then the bubble it traps rings; often a crown of smaller ones."""
    tap = 0.15 * band(rng.standard_normal(samples(0.02)), 2000, 9000, 1) * strike(0.02, 0.0005, 0.012)
    delay = rng.uniform(0.004, 0.03)
    events = [(0, tap), (delay, bubble(rng, 500, 2600))]
    events += [(delay + rng.exponential(0.05), rng.uniform(0.05, 0.4) * bubble(rng, 1200, 5000)) for _ in range(rng.integers(0, 4))]
    return place(events)


def blub(rng: Rng, frequency: float, rise: float, seconds: float) -> np.ndarray:
    """A large bubble that breaks: its air column shortens, so that the pitch climbs by ``rise`` octaves while it rings."""
    t = clock(seconds)
    pitch = frequency * 2 ** (rise * (t / seconds) ** 1.5)
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    shape = np.minimum(1, t / (0.15 * seconds)) * np.exp(-3.5 * t / seconds) * np.minimum(1, (1 - t / seconds) / 0.15)
    return shape * (np.sin(phase) + rng.uniform(0, 0.3) * np.sin(2 * phase))


def plunge(rng: Rng, size: float) -> np.ndarray:
    """The slap, the spray thrown up and raining back, the cavity that closes with a gulp, and rising chirps of all the air carried down."""
    seconds = 0.5 + 1.5 * size
    n = samples(seconds)
    slap = shaped_noise(n, rng, [(80, -14 + 12 * size), (300, -2), (1000, 0), (5000, -6), (20000, -20)])
    slap *= strike(seconds, 0.004, 0.1 + 0.15 * size)
    spray = shaped_noise(n, rng, [(150, -24), (600, -2), (1500, 0), (5000, -5), (10000, -9), (20000, -20)])
    spray *= np.exp(0.3 * wander(n, rng, 20)) * curve(seconds, [(0, 0), (0.03, 0.5), (0.15, 1), (0.45, 0.5), (0.75, 0.12), (1, 0)])
    close = rng.uniform(0.05, 0.14) * (1 + 1.2 * size)
    gulp = [(close * rng.uniform(0.7, 2), rng.uniform(0.3, 1) * blub(rng, uniform_log(rng, 150, 500) * (1.6 - size), rng.uniform(0.3, 1.2),
                                                                     rng.uniform(0.04, 0.12))) for _ in range(rng.integers(1, 5))]
    chirps = [(seconds * rng.beta(1.6, 3),
               0.4 * min(3, rng.pareto(2.5)) * blub(rng, uniform_log(rng, 350, 2200), rng.uniform(0.1, 0.9), uniform_log(rng, 0.015, 0.06)))
              for _ in range(int(uniform_log(rng, 20, 90) * seconds))]
    fall = bubble_cloud(rng, seconds, 150 * size * curve(seconds, [(0, 0.5), (0.2, 2), (0.4, 2), (0.8, 0.5), (1, 0)]), 800, 6000)
    return normalised(rng.uniform(0.3, 0.7) * slap + rng.uniform(0.1, 0.4) * spray + rng.uniform(0.4, 0.9) * place(gulp, seconds)
                      + place(chirps, seconds) + 0.4 * fall / (np.abs(fall).max() + 1e-9))


def splash(rng: Rng):
    size = rng.random()
    if rng.random() < 0.1:
        drips = [(t, rng.uniform(0.3, 1) * drip(rng)) for t in np.cumsum(rng.exponential(rng.uniform(0.2, 0.6), rng.integers(2, 9)))]
        return room(place(drips), rng, uniform_log(rng, 0.5, 3), rng.uniform(0.1, 0.5), stereo=True), "splash", "water dripping"
    caption = "a big splash" if size > 0.65 else "a splash of water"
    events = [(0, plunge(rng, size))]
    for _ in range(rng.choice((0, 0, 1, 3))):
        events.append((rng.uniform(0.15, 1), rng.uniform(0.2, 0.7) * plunge(rng, rng.uniform(0.1, 0.9) * size)))
    return room(place(events), rng, uniform_log(rng, 0.2, 1), rng.uniform(0.03, 0.2)), "splash", caption


def gurgle(rng: Rng, seconds: float, rate: float, low: float, high: float, life: tuple[float, float]) -> np.ndarray:
    """Air let out under a surface comes in runs: bubbles follow one another at an uneven beat, louder the larger, and pause for breath."""
    out, time = [(0, np.zeros(1))], 0.0
    while time < seconds:
        run, size = rng.uniform(0.3, 1.6), uniform_log(rng, low, high)
        stop = time + run
        while time < min(stop, seconds):
            frequency = size * np.exp(rng.normal(0, 0.3))
            sound = blub(rng, frequency, rng.uniform(0.2, 1.3), uniform_log(rng, *life) * (low / frequency) ** 0.3)
            out.append((time, rng.uniform(0.2, 1) * (size / frequency) ** 0.7 * sound))
            time += rng.gamma(3, 1 / (3 * rate))
        time += rng.exponential(0.25)
    return place(out, seconds)


def boiling(rng: Rng, seconds: float) -> np.ndarray:
    """A rolling boil: crowds of steam bubbles that break in heaves, the pot's hum, and the hiss of the steam."""
    n = samples(seconds)
    heave = np.exp(0.5 * wander(n, rng, 5))
    low = uniform_log(rng, 150, 350)
    large = gurgle(rng, seconds, rng.uniform(18, 45), low, 2.5 * low, (0.03, 0.08))
    small = bubble_cloud(rng, seconds, rng.uniform(200, 600) * heave, 2 * low, 9 * low, 3)
    steam = shaped_noise(n, rng, [(60, -6), (250, 0), (900, -6), (3000, -14), (8000, -18), (20000, -30)]) * heave
    return large / large.std() + rng.uniform(0.5, 1.2) * small / small.std() + rng.uniform(0.3, 0.8) * steam


def bubbles(rng: Rng):
    """Gurgles of air, muffled under water or bright at the surface; the pot on the stove; thick, slow lava."""
    seconds, kind = rng.uniform(2.5, 6), rng.random()
    n = samples(seconds)
    if kind < 0.15:
        low = uniform_log(rng, 60, 130)
        x = gurgle(rng, seconds, rng.uniform(2.5, 6), low, 2 * low, (0.1, 0.25))
        spatter = shaped_noise(n, rng, [(100, -6), (400, 0), (2000, -14), (20000, -40)]) * np.clip(wander(n, rng, 6), 0, 3)
        floor = shaped_noise(n, rng, [(30, 0), (120, -3), (500, -20), (20000, -60)])
        return normalised(x / x.std() + 0.12 * spatter + rng.uniform(0.2, 0.5) * floor), "bubbles", "lava bubbling"
    if kind < 0.4:
        return normalised(boiling(rng, seconds)), "bubbles", "water boiling"
    low = uniform_log(rng, 150, 450)
    x = gurgle(rng, seconds, uniform_log(rng, 7, 30), low, 2.5 * low, (0.03, 0.12))
    fizz = bubble_cloud(rng, seconds, uniform_log(rng, 20, 200) * np.clip(1 + wander(n, rng, 2), 0.05, 3), 2 * low, 10 * low, 2.5)
    x = x / x.std() + rng.uniform(0.2, 0.7) * fizz / (fizz.std() + 1e-9)
    if kind < 0.7:
        rumble = shaped_noise(n, rng, [(30, 0), (200, -4), (800, -16), (20000, -60)]) * np.exp(0.3 * wander(n, rng, 3))
        return normalised(band(x, None, rng.uniform(700, 2000), 1) + rng.uniform(0.1, 0.5) * rumble), "bubbles", "bubbles under water"
    wash = shaped_noise(n, rng, [(100, -12), (600, 0), (2500, -6), (20000, -30)]) * np.exp(0.6 * wander(n, rng, 8))
    return normalised(x + rng.uniform(0.05, 0.3) * wash), "bubbles", "bubbling water"


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
