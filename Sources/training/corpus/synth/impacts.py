"""Things being struck: wood, metal, stone, glass; bells. Modal synthesis."""

import numpy as np

from .dsp import (RATE, Rng, clock, contact, curve, grains, modes, normalised, place, room, samples, shaped_noise, strike, uniform_log,
                  wander)

BAR = np.array((1.0, 2.756, 5.404, 8.933, 13.34))
BELL = np.array((0.5, 1.0, 1.19, 1.5, 2.0, 2.51, 2.66, 3.01, 4.1, 5.4, 6.8))
GLASS = np.array((1.0, 2.32, 4.25, 6.63, 9.38))

def wood_hit(rng: Rng, low: float = 140, high: float = 1100) -> np.ndarray:
    base = uniform_log(rng, low, high)
    ratios = np.concatenate([BAR * rng.uniform(0.96, 1.04, 5), rng.uniform(1.2, 9, 7)])
    frequencies = base * ratios
    decays = rng.uniform(0.12, 0.35) / (1 + frequencies / rng.uniform(900, 2200))
    body = modes(0.5, frequencies, decays, ratios ** -rng.uniform(0.5, 1.1) * rng.uniform(0.3, 1, 12), rng)
    knock = shaped_noise(samples(0.5), rng, [(100, 0), (2500, 0), (9000, -18), (20000, -40)]) * strike(0.5, 0.0005, 0.03)
    return normalised(contact(body, uniform_log(rng, 0.0002, 0.0012)) + 0.15 * knock)


def metal_hit(rng: Rng, low: float = 180, high: float = 1600, ring: tuple[float, float] = (0.25, 2.5)) -> np.ndarray:
    base = uniform_log(rng, low, high)
    count = int(rng.integers(18, 45))
    ratios = np.sort(np.concatenate([[1.0], 1 + rng.gamma(2.0, 2.6, count)]))
    frequencies = base * ratios
    longest = uniform_log(rng, *ring)
    decays = longest / (1 + frequencies / rng.uniform(3000, 9000)) * rng.uniform(0.5, 1.2, len(ratios))
    gains = ratios ** -rng.uniform(0.1, 0.7) * rng.uniform(0.2, 1, len(ratios))
    pairs = frequencies * (1 + rng.uniform(0.0005, 0.004, len(ratios)))
    body = modes(longest, np.concatenate([frequencies, pairs]), np.tile(decays, 2), np.concatenate([gains, 0.6 * gains]), rng)
    click = rng.standard_normal(len(body)) * np.exp(-np.arange(len(body)) / RATE / 0.002)
    return normalised(contact(body + 0.3 * click, uniform_log(rng, 0.00005, 0.0004)))


def stone_hit(rng: Rng) -> np.ndarray:
    base = uniform_log(rng, 350, 2600)
    ratios = np.concatenate([[1], rng.uniform(1.1, 6, 14)])
    decays = rng.uniform(0.02, 0.07) / (1 + base * ratios / 8000)
    body = modes(0.25, base * ratios, decays, ratios ** -0.4 * rng.uniform(0.2, 1, 15), rng)
    thump = modes(0.25, [rng.uniform(70, 180)], [0.09], [0.5], rng)
    crack = shaped_noise(samples(0.25), rng, [(300, -6), (2500, 0), (8000, -6), (20000, -25)]) * strike(0.25, 0.0003, rng.uniform(0.02, 0.06))
    return normalised(contact(body + thump, 0.0003) + 0.2 * crack)


def glass_hit(rng: Rng, low: float = 900, high: float = 4200, ring: tuple[float, float] = (0.2, 1.3)) -> np.ndarray:
    base = uniform_log(rng, low, high)
    ratios = np.concatenate([GLASS * rng.uniform(0.97, 1.03, 5), rng.uniform(1.5, 7, 5)])
    longest = uniform_log(rng, *ring)
    decays = longest / (1 + (ratios - 1) * rng.uniform(0.15, 0.5))
    return normalised(contact(modes(longest, base * ratios, decays, ratios ** -0.6 * rng.uniform(0.3, 1, 10), rng), 0.0001))


def repeated(make, rng: Rng, most: int = 4, gap: tuple[float, float] = (0.18, 0.8)) -> np.ndarray:
    """One hit, or a few of the same thing with small differences."""
    count = 1 if rng.random() < 0.55 else int(rng.integers(2, most + 1))
    spacing, state = rng.uniform(*gap), rng.integers(2 ** 31)
    events, time = [], 0.0
    for _ in range(count):
        same = np.random.default_rng(state)
        events.append((time, make(same) * rng.uniform(0.6, 1)))
        time += spacing * rng.uniform(0.9, 1.1)
    return place(events)


def bouncing(make, rng: Rng) -> np.ndarray:
    """Dropped: ever shorter gaps, ever softer."""
    events, time, gap, gain = [], 0.0, rng.uniform(0.2, 0.45), 1.0
    ratio, state = rng.uniform(0.55, 0.75), rng.integers(2 ** 31)
    while gap > 0.02 and len(events) < 12:
        events.append((time, gain * make(np.random.default_rng(state))))
        time, gap, gain = time + gap, gap * ratio, gain * ratio
    return place(events)


def some_room(x: np.ndarray, rng: Rng) -> np.ndarray:
    if rng.random() < 0.4:
        return x
    return room(x, rng, uniform_log(rng, 0.2, 1.6), rng.uniform(0.05, 0.4), stereo=rng.random() < 0.3)


def wood(rng: Rng):
    if rng.random() < 0.2:
        return some_room(bouncing(wood_hit, rng), rng), "impact_wood", "a piece of wood dropping and bouncing"
    return some_room(repeated(wood_hit, rng), rng), "impact_wood", str(rng.choice(
        ("a knock on wood", "a stick tapping on wood", "wood being struck")))


def metal(rng: Rng):
    kind = rng.random()
    if kind < 0.2:
        return some_room(bouncing(lambda r: metal_hit(r, 500, 2500, (0.1, 0.6)), rng), rng), "impact_metal", "a metal object dropping and bouncing"
    if kind < 0.35:
        coins = [(rng.uniform(0, 0.7), rng.uniform(0.2, 1) * metal_hit(rng, 2500, 6000, (0.08, 0.4))) for _ in range(rng.integers(4, 14))]
        return some_room(place(coins), rng), "impact_metal", "coins jingling"
    return some_room(repeated(metal_hit, rng), rng), "impact_metal", str(rng.choice(
        ("a metallic clang", "a hit on a metal pipe", "a stick hitting a metal railing", "a hammer on metal")))


def stone(rng: Rng):
    if rng.random() < 0.35:
        fall = [(t, g * stone_hit(rng)) for t, g in zip(np.cumsum(rng.exponential(0.09, 16)), rng.uniform(0.1, 1, 16))]
        dust = grains(2, curve(2, [(0, 400), (0.5, 200), (1, 0)]), rng, 800, 6000, (0.002, 0.01))
        return some_room(place([*fall, (0.0, 0.02 * dust)]), rng), "impact_stone", "rocks falling"
    return some_room(repeated(stone_hit, rng), rng), "impact_stone", "stone striking stone"


def glass(rng: Rng):
    if rng.random() < 0.4:
        return some_room(repeated(glass_hit, rng), rng), "impact_glass", "a clink of glass"
    burst = shaped_noise(samples(0.4), rng, [(300, -12), (3000, 0), (12000, 0), (20000, -10)]) * strike(0.4, 0.001, rng.uniform(0.1, 0.3))
    count = int(rng.integers(40, 140))
    times = np.sort(rng.exponential(rng.uniform(0.12, 0.35), count))
    shards = [(t, np.exp(-1.5 * t) * rng.pareto(2.0) * 0.35 * glass_hit(rng, 1800, 7000, (0.03, 0.3))) for t in times]
    return some_room(normalised(place([(0, 0.8 * normalised(burst)), *shards])), rng), "impact_glass", "glass shattering"


def thud(rng: Rng):
    body = modes(0.6, [rng.uniform(45, 110), rng.uniform(110, 220), rng.uniform(200, 420)],
                 [rng.uniform(0.12, 0.4), 0.15, 0.08], [1, rng.uniform(0.2, 0.6), 0.2], rng)
    cloth = shaped_noise(samples(0.6), rng, [(100, 0), (900, -6), (4000, -24), (20000, -60)]) * strike(0.6, 0.002, rng.uniform(0.05, 0.15))
    return some_room(normalised(contact(body, 0.003)) + 0.15 * cloth, rng), "impact_soft", "a dull thud"


def clash(rng: Rng):
    events, time = [], 0.0
    for _ in range(int(rng.integers(1, 5))):
        hit = metal_hit(rng, 900, 3200, (0.3, 1.6))
        scrape_seconds = rng.uniform(0.08, 0.35)
        scrape = shaped_noise(samples(scrape_seconds), rng, [(800, -24), (4000, 0), (11000, -3), (20000, -20)])
        scrape *= np.hanning(len(scrape)) * (1 + 0.5 * wander(len(scrape), rng, 60))
        events += [(time, hit * rng.uniform(0.6, 1)), (time, 0.12 * rng.uniform(0, 1) * scrape)]
        time += rng.uniform(0.25, 0.8)
    return some_room(place(events), rng), "sword", "swords clashing"


def bell(rng: Rng):
    kind = rng.random()
    if kind < 0.5:
        base, longest, name = uniform_log(rng, 160, 520), rng.uniform(4, 9), "a church bell ringing"
    elif kind < 0.85:
        base, longest, name = uniform_log(rng, 900, 2600), rng.uniform(0.8, 2.5), "a small bell ringing"
    else:
        return gong(rng)
    ratios = BELL * rng.uniform(0.99, 1.01, len(BELL))
    decays = longest / (1 + 0.55 * (ratios - 0.5))
    gains = np.array((0.5, 0.8, 0.7, 0.3, 1, 0.3, 0.3, 0.6, 0.4, 0.3, 0.2)) * rng.uniform(0.5, 1, len(BELL))
    twins = base * ratios * (1 + rng.uniform(0.0003, 0.002, len(BELL)))
    seconds = min(longest, 6)

    def stroke(gain: float) -> np.ndarray:
        body = modes(seconds, np.concatenate([base * ratios, twins]), np.tile(decays, 2), np.tile(gains, 2), rng)
        click = rng.standard_normal(len(body)) * np.exp(-np.arange(len(body)) / RATE / 0.003)
        return gain * (contact(body, 0.0002) + 0.2 * click)

    gap = rng.uniform(0.9, 1.8) if name.startswith("a church") else rng.uniform(0.12, 0.5)
    strokes = [(i * gap * rng.uniform(0.97, 1.03), stroke(rng.uniform(0.7, 1))) for i in range(int(rng.integers(1, 5)))]
    return some_room(normalised(place(strokes)), rng), "bell", name


def gong(rng: Rng):
    count = 70
    ratios = 1 + np.sort(rng.gamma(1.6, 3.0, count))
    frequencies = rng.uniform(60, 140) * ratios
    t = clock(5)
    out = np.zeros(len(t))
    for frequency, ratio in zip(frequencies, ratios):
        bloom = 1 - np.exp(-t * rng.uniform(3, 20))
        out += ratio ** -0.5 * rng.uniform(0.2, 1) * bloom * np.exp(-t * rng.uniform(0.7, 1.6) * (1 + frequency / 3000)) * np.sin(2 * np.pi * frequency * t + rng.uniform(0, 6))
    return normalised(out), "bell", "a gong being struck"
