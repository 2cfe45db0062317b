"""Horses, their hooves and voices; sheep, goats, cows and pigs."""

import numpy as np

from .dsp import RATE, Rng, clock, contact, curve, formants, normalised, place, room, samples, shaped_noise, uniform_log, wander
from .surroundings import hushed, somewhere
from .voices import breath, folds, throat


def place_outside(x: np.ndarray, rng: Rng) -> np.ndarray:
    """The open air round an animal: close by, in a yard or far away, over a breeze."""
    return somewhere(x, rng, -60, -34, close=0.35, yard=0.4, land=0.25)


def shod_hoof(rng: Rng, base: float, push: float, iron: float) -> np.ndarray:
    """A shoe under a hollow hoof on stone: the horn gives for ``push`` seconds, the cup and the bone above it ring briefly; a scrape and,
    at times, the iron follow."""
    seconds = 0.25
    t = clock(seconds)
    ring, second = uniform_log(rng, 0.01, 0.045), uniform_log(rng, 0.08, 0.5)
    cup = sum(g * np.exp(-t * r / ring) * np.sin(2 * np.pi * base * r * t) for r, g in ((1, 1), (1.62, second), (2.5, second ** 2)))
    low = rng.uniform(0.02, 0.4) * np.exp(-t / 0.02) * np.sin(2 * np.pi * rng.uniform(110, 190) * t)
    shoe = sum(np.exp(-t / rng.uniform(0.008, 0.03)) * np.sin(2 * np.pi * f * t) for f in rng.uniform(2800, 7500, 4))
    grit = shaped_noise(len(t), rng, [(200, -20), (800, 0), (5000, -10), (20000, -35)])
    scrape = np.exp(-((t - rng.uniform(0.03, 0.06)) / 0.025) ** 2)
    grit *= uniform_log(rng, 0.003, 0.05) * np.exp(-t / 0.006) + uniform_log(rng, 0.002, 0.04) * scrape
    return normalised(contact(cup, push)) + low + 0.01 * iron * shoe + grit


def bare_hoof(rng: Rng, base: float, grass: float) -> np.ndarray:
    """A hoof on earth: the ground gives way slowly, so thump and hollow knock are dull; a soft crush, and grass swept behind."""
    t = clock(0.35)
    push, ring = uniform_log(rng, 0.004, 0.012), uniform_log(rng, 0.008, 0.02)
    knock = contact(np.exp(-t / ring) * np.sin(2 * np.pi * rng.uniform(0.4, 0.7) * base * t), push)
    thump = contact(np.exp(-t / rng.uniform(0.015, 0.035)) * np.sin(2 * np.pi * rng.uniform(65, 130) * t), push)
    crush = shaped_noise(len(t), rng, [(80, -4), (250, 0), (900, -5), (3000, -12), (20000, -35)])
    crush *= np.minimum(1, t / 0.012) * np.exp(-t / rng.uniform(0.02, 0.05))
    sweep = shaped_noise(len(t), rng, [(300, -20), (1200, 0), (6000, -6), (20000, -30)])
    sweep *= np.exp(-((t - rng.uniform(0.06, 0.1)) / 0.05) ** 2)
    body = normalised(knock) + rng.uniform(0.2, 0.7) * normalised(thump) + rng.uniform(0.15, 0.5) * normalised(crush)
    return normalised(body) + 0.15 * grass * sweep


def flutter(seconds: float, rng: Rng, start: float, end: float) -> np.ndarray:
    """Lips or nostrils that a stream of air throws open, 0 to 1: the rate goes from ``start`` to ``end`` a second, and is never steady."""
    n = samples(seconds)
    phase = np.cumsum(curve(seconds, [(0, start), (1, end)]) * (1 + 0.12 * wander(n, rng, 9))) / RATE
    return (0.5 - 0.5 * np.cos(2 * np.pi * phase)) ** rng.uniform(0.7, 2)


def snort(rng: Rng) -> np.ndarray:
    """Air blown through the nose: the chest pushes, the hiss swells, and the nostrils flutter ever slower as it ebbs."""
    seconds = rng.uniform(0.6, 1.4)
    n = samples(seconds)
    flaps = flutter(seconds, rng, rng.uniform(24, 34), rng.uniform(14, 20))
    depth = curve(seconds, [(0, 0.1), (rng.uniform(0.2, 0.5), uniform_log(rng, 0.08, 0.4)), (1, uniform_log(rng, 0.2, 0.7))])
    hiss = shaped_noise(n, rng, [(60, -14), (250, -4), (1000, -4), (3500, 0), (7000, -8), (20000, -35)])
    hollow = shaped_noise(n, rng, [(50, -6), (150, 0), (500, -5), (1500, -20), (20000, -60)])
    x = (uniform_log(rng, 0.4, 1.2) * hiss + uniform_log(rng, 0.15, 0.6) * hollow) * (1 - depth + 1.4 * depth * flaps)
    x = formants(x, [(f * rng.uniform(0.9, 1.1), 3, g) for f, g in ((320, 0.8), (950, 0.6), (1700, 0.5), (2900, 0.5))]) + 0.4 * x
    return normalised(x * curve(seconds, [(0, 0), (rng.uniform(0.12, 0.3), 0.8), (0.4, 1), (0.7, 0.4), (1, 0)]))


def neigh(rng: Rng) -> np.ndarray:
    """A whinny: two voices at once, a full one and a whistling one far above, that leap up, fall and shake like laughter; low grunts."""
    seconds = rng.uniform(1.3, 2.8)
    n = samples(seconds)
    fall = curve(seconds, [(0, 0.6), (0.08, 0.95), (0.2, 1.05), (0.5, 0.9), (0.75, 0.68), (0.9, 0.48), (1, 0.4)])
    swing = np.sin(2 * np.pi * np.cumsum(rng.uniform(9, 13) * curve(seconds, [(0, 1.1), (1, 0.8)]) * (1 + 0.05 * wander(n, rng, 5))) / RATE)
    growing = curve(seconds, [(0, 0), (0.15, 0.25), (0.4, 1), (1, 1)])
    bend = fall * (1 + rng.uniform(0.05, 0.1) * growing * swing + 0.02 * wander(n, rng, 12))
    drive = rng.uniform(0.25, 0.75) * curve(seconds, [(0, 1.3), (0.15, 0.7), (0.5, 1), (1, 1.3)])
    full = folds(rng, uniform_log(rng, 380, 620) * bend, drive, rng.uniform(0.1, 0.25))
    whistle = uniform_log(rng, 1300, 2100) * (0.5 + 0.5 * bend) * (1 + 0.01 * wander(n, rng, 60))
    phase = 2 * np.pi * np.cumsum(whistle) / RATE
    high = np.sin(phase) + 0.4 * np.sin(2 * phase) + 0.15 * np.sin(3 * phase)
    high *= 1 + 0.5 * normalised(full)
    air = breath(rng, n, uniform_log(rng, 0.05, 0.3))
    x = normalised(full) + uniform_log(rng, 0.05, 0.4) * curve(seconds, [(0, 0.3), (0.15, 1.2), (0.6, 1), (0.85, 0.3), (1, 0)]) * high + air
    x *= 1 - rng.uniform(0.5, 0.85) * growing * (0.5 - 0.5 * swing)
    x *= curve(seconds, [(0, 0), (0.07, 0.7), (0.2, 1), (0.6, 0.8), (0.85, 0.4), (1, 0)])
    mouth = curve(seconds, [(0, 0.3), (0.15, 1), (0.7, 0.85), (1, 0.2)]) * (1 - 0.2 * growing * (0.5 - 0.5 * swing))
    cry = throat(x, rng.uniform(0.17, 0.25), mouth, rng.uniform(6, 12), rng.uniform(-0.5, 0.8))
    calls, time = [(0.0, normalised(cry))], seconds - 0.25
    for _ in range(int(rng.integers(0, 6))):
        calls.append((time, rng.uniform(0.08, 0.3) * nicker(rng)))
        time += rng.uniform(0.09, 0.13)
    return place(calls)


def nicker(rng: Rng) -> np.ndarray:
    """One pulse of a horse's low grumble behind shut lips."""
    seconds = rng.uniform(0.07, 0.11)
    pitch = rng.uniform(80, 130) * curve(seconds, [(0, 0.9), (0.4, 1.1), (1, 0.8)])
    source = folds(rng, pitch, np.full(len(pitch), 0.5), 0.3) + breath(rng, len(pitch), 0.2)
    return normalised(throat(source, 0.25, 0.4, 6) * np.hanning(len(pitch)))


GAITS = {  # where in a stride the four hooves fall, and how long the stride takes
    "walking": ((0, 0.25, 0.5, 0.75), (0.8, 1.15)),
    "trotting": ((0, 0.06, 0.5, 0.555), (0.55, 0.8)),
    "galloping": ((0, 0.16, 0.29, 0.45), (0.42, 0.58)),
}


def hooves(rng: Rng, gait: str, ground: str) -> np.ndarray:
    """Four hooves, each with its own sound, in the gait's rhythm; a galloping horse breathes once a stride."""
    pattern, periods = GAITS[gait]
    period, seconds = rng.uniform(*periods), rng.uniform(3, 6.5)
    pitches = uniform_log(rng, 620, 1200) * np.array([1, 1.13, 0.94, 1.08]) * rng.uniform(0.96, 1.04, 4)
    grass, iron, push, events = uniform_log(rng, 0.1, 1), uniform_log(rng, 0.1, 1.2), uniform_log(rng, 0.001, 0.004), []
    breathing = gait == "galloping" and rng.random() < 0.6
    pull = rng.uniform(0.15, 0.4)
    for stride in range(int(seconds / period)):
        for leg, fraction in enumerate(pattern):
            base = pitches[leg] * rng.uniform(0.94, 1.06)
            hoof = shod_hoof(rng, base, push, iron) if ground == "cobblestones" else bare_hoof(rng, base, grass)
            events.append(((stride + fraction + rng.normal(0, 0.012)) * period + 0.06, uniform_log(rng, 0.4, 1) * hoof))
        if breathing:
            pant = shaped_noise(samples(0.45 * period), rng, [(80, -20), (500, 0), (1800, 0), (5000, -15), (20000, -40)])
            events.append(((stride + 0.1) * period, 0.2 * pull * pant * np.hanning(len(pant))))
    if gait != "galloping" and rng.random() < 0.25:
        events.append((rng.uniform(0.3, seconds - 1.5), rng.uniform(0.3, 0.8) * snort(rng)))
    x = place(events)
    walls = uniform_log(rng, 0.03, 0.15) if ground == "cobblestones" else uniform_log(rng, 0.02, 0.08)
    x = normalised(room(x, rng, uniform_log(rng, 0.3, 1.4), walls, rng.random() < 0.4))
    return hushed(x, rng, -50, -30)


def horse(rng: Rng):
    """Hooves in three gaits on stone and on earth, whinnies and snorts."""
    kind = rng.random()
    if kind < 0.32:
        return place_outside(neigh(rng), rng), "horse", "a horse neighing"
    if kind < 0.42:
        blows = [(i * rng.uniform(1.1, 1.6), rng.uniform(0.5, 1) * snort(rng)) for i in range(int(rng.integers(1, 3)))]
        return place_outside(place(blows), rng), "horse", "a horse snorting"
    gait, ground = str(rng.choice(tuple(GAITS))), "earth" if rng.random() < 0.4 else "cobblestones"
    return hooves(rng, gait, ground), "horse", f"a horse {gait}, hooves on {ground}"


def bleat(rng: Rng, pitch: float, length: float, shake: float, depth: float, seconds: float) -> np.ndarray:
    """The trembling cry of sheep and goats: loudness, pitch and mouth shake together, ever more."""
    n = samples(seconds)
    swing = np.sin(2 * np.pi * np.cumsum(shake * (1 + 0.08 * wander(n, rng, 5))) / RATE + rng.uniform(0, 6))
    fade = curve(seconds, [(0, 0.2), (0.25, 1), (1, 0.8)])
    line = pitch * curve(seconds, [(0, 0.85), (0.15, 1), (0.45, 1.05), (0.85, 0.97), (1, 0.8)])
    line *= 1 + depth * fade * swing + 0.012 * wander(n, rng, 9)
    drive = rng.uniform(0.25, 0.65) * curve(seconds, [(0, 1.6), (0.2, 0.8), (1, 1.4)]) * (1 + 0.3 * fade * swing)
    x = folds(rng, line, np.clip(drive, 0, 1), rng.uniform(0.06, 0.2)) + breath(rng, n, uniform_log(rng, 0.1, 0.5))
    x *= 1 - min(0.8, 9 * depth) * fade * (0.5 - 0.5 * swing)
    mouth = curve(seconds, [(0, 0.1), (0.12, 0.8), (0.6, 1), (1, 0.6)]) * rng.uniform(0.6, 1) * (1 - 0.2 * fade * (0.5 - 0.5 * swing))
    x = throat(x, length, mouth, rng.uniform(6, 12), rng.uniform(0, 1))
    return normalised(x * curve(seconds, [(0, 0), (0.08, 0.9), (0.4, 1), (0.85, 0.7), (1, 0)]))


def sheep(rng: Rng):
    """Ewes and lambs; at times a goat, whose voice shakes more and is brighter; one call or several animals."""
    goat = rng.random() < 0.3
    calls, time = [], 0.0
    for _ in range(int(rng.integers(1, 4))):
        young = rng.random() < 0.3
        pitch = uniform_log(rng, 330, 520) if young else uniform_log(rng, 140, 320)
        length = rng.uniform(0.1, 0.14) if young else rng.uniform(0.13, 0.19)
        depth = rng.uniform(0.04, 0.1) if goat else rng.uniform(0.015, 0.07)
        smaller, shake = 1.15 if goat else 1, rng.uniform(7, 12) if goat else rng.uniform(5, 9)
        call = bleat(rng, pitch * smaller, length / smaller, shake, depth, rng.uniform(0.6, 1.4))
        calls.append((time, uniform_log(rng, 0.4, 1) * call))
        time += rng.uniform(0.7, 2)
    return place_outside(place(calls), rng), "farm", "a goat bleating" if goat else "a sheep bleating"


def moo(rng: Rng) -> np.ndarray:
    """A hum behind shut lips that rises and opens into a long call; calves are higher and shorter."""
    calf = rng.random() < 0.25
    seconds = rng.uniform(0.8, 1.5) if calf else rng.uniform(1.2, 2.8)
    n = samples(seconds)
    peak, hum = rng.uniform(0.45, 0.75), rng.uniform(0.1, 0.35)
    pitch = uniform_log(rng, 190, 300) if calf else uniform_log(rng, 80, 180)
    line = pitch * curve(seconds, [(0, 0.88), (hum, rng.uniform(0.82, 0.95)), (peak, 1.08), (0.92, 1), (1, 0.8)])
    line *= 1 + 0.012 * wander(n, rng, 7)
    mouth = curve(seconds, [(0, 0), (hum, 0.1), (peak, 1), (0.9, 0.8), (1, 0.2)]) * rng.uniform(0.35, 0.8)
    drive = rng.uniform(0.25, 0.75) * curve(seconds, [(0, 1.2), (0.3, 0.3), (peak, 1), (0.9, 1), (1, 1.5)])
    x = folds(rng, line, np.clip(drive, 0, 1), rng.uniform(0.06, 0.15)) + breath(rng, n, uniform_log(rng, 0.03, 0.2))
    x = throat(x, rng.uniform(0.18, 0.23) if calf else rng.uniform(0.24, 0.31), mouth, rng.uniform(8, 14), rng.uniform(-0.3, 0.6))
    return normalised(x * curve(seconds, [(0, 0), (0.1, 0.5), (0.35, 0.8), (peak, 1), (0.9, 0.8), (1, 0)]))


def grunts(rng: Rng) -> np.ndarray:
    """A pig at the trough: rasping snorts, each a train of slow bursts of air through a wet snout, with the low voice behind."""
    length, quality, rate, calls, time = rng.uniform(0.1, 0.18), rng.uniform(4, 9), rng.uniform(28, 60), [], 0.0
    voiced, raw = uniform_log(rng, 0.1, 1), rng.uniform(0.3, 1)
    for _ in range(int(rng.integers(3, 9))):
        seconds = uniform_log(rng, 0.12, 0.6)
        flaps = flutter(seconds, rng, rate * rng.uniform(0.9, 1.4), rate * rng.uniform(0.7, 1))
        n = len(flaps)
        snuffle = shaped_noise(n, rng, [(100, -20), (400, -6), (1200, 0), (4000, -2), (8000, -10), (20000, -35)]) * flaps
        pitch = rate * rng.uniform(1.5, 2.2) * curve(seconds, [(0, 0.9), (0.3, 1.1), (1, 0.8)])
        x = snuffle + voiced * folds(rng, pitch, np.full(n, raw), 0.25)
        x = throat(x, length, curve(seconds, [(0, 0.3), (0.4, rng.uniform(0.5, 1)), (1, 0.3)]), quality)
        calls.append((time, uniform_log(rng, 0.4, 1) * normalised(x * curve(seconds, [(0, 0), (0.15, 0.8), (0.5, 1), (1, 0)]))))
        time += seconds + uniform_log(rng, 0.05, 0.5)
    return place(calls)


def squeal(rng: Rng) -> np.ndarray:
    """A pig's scream: folds blown far too hard, the mouth wide open."""
    seconds = rng.uniform(0.4, 1.4)
    pitch = uniform_log(rng, 500, 1200) * curve(seconds, [(0, 0.7), (0.2, 1), (0.7, 1.1), (1, 0.7)])
    pitch *= 1 + 0.06 * wander(len(pitch), rng, 6)
    drive = rng.uniform(0.5, 1) * (1 + 0.3 * wander(len(pitch), rng, 4))
    x = folds(rng, pitch, np.clip(drive, 0, 1), rng.uniform(0.08, 0.2)) + breath(rng, len(pitch), 0.3)
    x = throat(x, rng.uniform(0.12, 0.19), rng.uniform(0.75, 1), rng.uniform(5, 10), rng.uniform(-0.3, 0.6))
    return normalised(x * curve(seconds, [(0, 0), (0.08, 1), (0.8, 0.9), (1, 0)]))


def cow(rng: Rng):
    """Cattle; at times pigs, that grunt in series or squeal."""
    kind = rng.random()
    if kind < 0.7:
        calls = [(i * rng.uniform(2.2, 3.2), uniform_log(rng, 0.3, 1) * moo(rng)) for i in range(1 + int(rng.random() < 0.3))]
        return place_outside(place(calls), rng), "farm", "a cow mooing"
    if kind < 0.9:
        return place_outside(grunts(rng), rng), "farm", "a pig grunting"
    calls = [(i * rng.uniform(0.7, 1.2), rng.uniform(0.5, 1) * squeal(rng)) for i in range(int(rng.integers(1, 4)))]
    return place_outside(place(calls), rng), "farm", "a pig squealing"
