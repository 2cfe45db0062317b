"""Hooves of horses, sheep and cows."""

import numpy as np

from .dsp import RATE, Rng, band, clock, curve, place, samples, shaped_noise, strike, wander
from .impacts import wood_hit
from .voices import outdoors, voice


def horse(rng: Rng):
    """Hooves: hollow double clicks in the gait's rhythm."""
    gait = rng.choice(("walking", "trotting", "galloping"))
    pattern, period = {"walking": ((0, 0.25, 0.5, 0.75), 1.1), "trotting": ((0, 0.5), 0.62), "galloping": ((0, 0.17, 0.36), 0.5)}[gait]
    soft = rng.random() < 0.4
    events = []
    for beat in range(int(rng.uniform(2.5, 5) / period)):
        for place_in_beat in pattern:
            hoof = wood_hit(rng, 350, 900)
            if soft:
                hoof = band(hoof, None, 700, 1) + 0.05 * shaped_noise(len(hoof), rng, [(200, 0), (3000, -10), (20000, -40)]) * strike(len(hoof) / RATE, 0.004, 0.1)[:len(hoof)]
            events.append(((beat + place_in_beat + rng.normal(0, 0.01)) * period + 0.05, rng.uniform(0.6, 1) * hoof))
    return outdoors(place(events), rng), "horse", f"a horse {gait}, hooves on {'earth' if soft else 'cobblestones'}"


def sheep(rng: Rng):
    seconds = rng.uniform(0.6, 1.3)
    t = clock(seconds)
    pitch = rng.uniform(220, 420) * (1 + 0.05 * np.sin(2 * np.pi * rng.uniform(7, 10) * t)) * curve(seconds, [(0, 0.95), (0.3, 1.05), (1, 0.85)])
    x = voice(rng, pitch, [(700, 3, 1), (1500, 3, 0.9), (2700, 4, 0.4)], 0.3, 0.15, 0.5)
    x *= (0.75 + 0.25 * np.sin(2 * np.pi * 8.5 * t)) * curve(seconds, [(0, 0), (0.1, 1), (0.75, 0.8), (1, 0)])
    return outdoors(x, rng), "farm", "a sheep bleating"


def cow(rng: Rng):
    seconds = rng.uniform(1.2, 2.4)
    n = samples(seconds)
    pitch = rng.uniform(95, 160) * curve(seconds, [(0, 0.85), (0.35, 1.1), (0.8, 1.05), (1, 0.8)]) * (1 + 0.01 * wander(n, rng, 5))
    mouth = curve(seconds, [(0, 0), (0.3, 0.6), (0.6, 1), (1, 0.5)])
    closed = voice(rng, pitch, [(260, 3, 1), (700, 4, 0.2)], 0.1, 0.05)
    opened = voice(rng, pitch, [(480, 3, 1), (950, 3, 0.8), (2300, 4, 0.2)], 0.3, 0.12, 0.6)
    return outdoors((closed * (1 - mouth) + opened * mouth) * curve(seconds, [(0, 0), (0.15, 0.8), (0.6, 1), (1, 0)]), rng), "farm", "a cow mooing"
