"""Sirens, horns, whistles and alarms."""

import numpy as np

from .dsp import Rng, band, clock, curve, oscillator, room, uniform_log, wander
from .trains import steam_whistle


def siren(rng: Rng):
    seconds = rng.uniform(2, 6)
    t = clock(seconds)
    kind = rng.choice(("wail", "two-tone", "car horn", "ship", "whistle", "alarm"))
    if kind == "wail":
        pitch = 950 + 420 * np.sin(2 * np.pi * t * uniform_log(rng, 0.25, 3.5) - 1.5)
        x, caption = np.tanh(2 * oscillator(pitch, 8, 1.1)), "an emergency siren wailing"
    elif kind == "two-tone":
        pitch = np.where((t * rng.uniform(0.8, 1.3)) % 1 < 0.5, 1, rng.uniform(1.25, 1.4)) * rng.uniform(430, 620)
        x, caption = np.tanh(2 * oscillator(pitch, 10, 1.0)), "a two-tone emergency siren"
    elif kind == "car horn":
        base = rng.uniform(330, 460)
        x = sum(np.tanh(3 * oscillator(np.full(len(t), base * r), 14, 0.8, rng)) for r in (1, rng.uniform(1.19, 1.27)))
        beeps = sum(curve(seconds, [(0, 0), (a, 0), (a + 0.01, 1), (a + w, 1), (a + w + 0.01, 0), (1, 0)])
                    for a, w in zip(np.sort(rng.uniform(0, 0.8, rng.integers(1, 4))), rng.uniform(0.05, 0.18, 3)))
        x, caption = x * np.clip(beeps, 0, 1), "a car horn honking"
    elif kind == "ship":
        x = np.tanh(2 * oscillator(np.full(len(t), rng.uniform(70, 150)) * (1 + 0.003 * wander(len(t), rng, 3)), 30, 0.8, rng))
        x, caption = room(x * curve(seconds, [(0, 0), (0.1, 1), (0.85, 1), (1, 0)]), rng, 2.5, 0.5), "a ship's horn"
    elif kind == "whistle":
        x, caption = steam_whistle(rng, rng.uniform(0.8, 2.5)), "a steam whistle"
    else:
        gate = ((t * rng.uniform(1.5, 5)) % 1 < 0.55).astype(float)
        x, caption = band(np.tanh(2 * oscillator(np.full(len(t), uniform_log(rng, 600, 2800)), 6, 1)) * gate, 200, 12000), "an alarm beeping"
    if rng.random() < 0.5:
        x = room(x, rng, rng.uniform(0.4, 2), rng.uniform(0.1, 0.35))
    return x, "siren", caption
