"""Bells, chimes and gongs."""

import numpy as np

from .dsp import Rng, clock, contact, modes, normalised, place, uniform_log
from .impacts import BAR, crowded, echoes, series, some_room

BELL = np.array((0.5, 1.0, 1.19, 1.5, 2.0, 2.51, 2.66, 3.01, 3.6, 4.1, 4.7, 5.4, 6.1, 6.8, 8.2, 9.6))


def bell_stroke(rng: Rng, base: float, longest: float, seconds: float) -> np.ndarray:
    """A bell's partials, every one a slightly split pair; the high ones give the stroke and fade first, the hum stays."""
    ratios = BELL * (1 + 0.006 * np.sin(base * BELL))
    decays = longest / (1 + 0.7 * (ratios - 0.5))
    gains = np.array((0.35, 0.6, 0.7, 0.25, 1, 0.4, 0.4, 0.8, 0.5, 0.6, 0.4, 0.5, 0.4, 0.35, 0.25, 0.2)) * rng.uniform(0.6, 1, len(BELL))
    twins = base * ratios * (1.0003 + 0.0009 * (1 + np.sin(7 * base * BELL)))
    body = modes(seconds, np.concatenate([base * ratios, twins]), np.tile(decays, 2), np.tile(gains, 2), rng)
    clapper = normalised(crowded(0.2, rng, [(900, -6, 0.08), (2500, 0, 0.06), (6000, -2, 0.04)]))
    return place([(0, normalised(contact(body, 0.0001))), (0, 0.25 * clapper)])


def church_bells(rng: Rng) -> np.ndarray:
    """One bell tolling, or some of a peal; up in a tower, so with the town's echoes."""
    tune = uniform_log(rng, 260, 700) * np.array((1, 8 / 9, 4 / 5, 2 / 3))[: int(rng.choice((1, 1, 2, 3, 4)))]
    gap, longest = rng.uniform(0.9, 1.8) / len(tune) ** 0.7, rng.uniform(3, 7)
    count = int(np.clip(4 / gap, 2, 7))
    strokes = [
        (i * gap * rng.uniform(0.98, 1.02), rng.uniform(0.7, 1) * bell_stroke(rng, tune[i % len(tune)], longest, 3)) for i in range(count)
    ]
    return echoes(place(strokes), rng, 10, 90, 5, 0.3)


def hand_bell(rng: Rng) -> np.ndarray:
    """A small bell struck once or shaken: the clapper comes back at either side."""
    base, longest = uniform_log(rng, 900, 2600), rng.uniform(0.6, 2.2)
    count = int(rng.choice((1, 2, 4, 8, 14)))
    gap = rng.uniform(0.09, 0.2) if count > 3 else rng.uniform(0.3, 0.8)
    return series(lambda r: bell_stroke(r, base, longest, min(longest, 2)), rng, count, gap, 0.12)


def door_chime(rng: Rng) -> np.ndarray:
    """Ding-dong: two struck metal bars a third or so apart."""
    high, times = uniform_log(rng, 550, 900), (0.0, rng.uniform(0.4, 0.8))
    bars = [high, high * float(rng.choice((0.8, 0.75, 0.841)))]
    ring = rng.uniform(1.2, 2.5)
    tones = [modes(ring, base * BAR, ring / np.array((1, 3, 8, 15, 25)), (1, 0.35, 0.2, 0.1, 0.05), rng) for base in bars]
    plunger = crowded(0.1, rng, [(1200, 0, 0.03), (4000, -3, 0.02)])
    return place([event for t, tone in zip(times, tones) for event in ((t, normalised(tone)), (t, 0.12 * normalised(plunger)))])


def bell(rng: Rng):
    make, caption = (
        (church_bells, "a church bell ringing"),
        (hand_bell, "a small bell ringing"),
        (door_chime, "a doorbell"),
        (gong, "a gong being struck"),
    )[rng.choice(4, p=(0.42, 0.33, 0.1, 0.15))]
    return some_room(normalised(make(rng)), rng), "bell", caption


def gong(rng: Rng) -> np.ndarray:
    """A thin bronze disc: the blow's low modes feed the high ones, which bloom late."""
    count = 70
    ratios = 1 + np.sort(rng.gamma(1.6, 3.0, count))
    frequencies = rng.uniform(60, 140) * ratios
    t = clock(5)
    out = np.zeros(len(t))
    for frequency, ratio in zip(frequencies, ratios):
        bloom = 1 - np.exp(-t * rng.uniform(3, 20))
        fall = np.exp(-t * rng.uniform(0.7, 1.6) * (1 + frequency / 3000))
        out += ratio**-0.5 * rng.uniform(0.2, 1) * bloom * fall * np.sin(2 * np.pi * frequency * t + rng.uniform(0, 6))
    return normalised(out)
