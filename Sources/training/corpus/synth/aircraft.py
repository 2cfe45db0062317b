"""Helicopters, propeller planes and jets."""

import numpy as np

from .dsp import RATE, Rng, curve, normalised, oscillator, passing, samples, shaped_noise, uniform_log, wander
from .engines import engine_sound


def aircraft(rng: Rng):
    kind = rng.choice(("helicopter", "propeller", "jet"))
    seconds = rng.uniform(4, 8)
    n = samples(seconds)
    if kind == "helicopter":
        rate = rng.uniform(9, 22)
        part = (np.cumsum(np.full(n, rate) * (1 + 0.01 * wander(n, rng, 2))) / RATE) % 1
        chop = shaped_noise(n, rng, [(30, 0), (150, 0), (700, -10), (4000, -28), (20000, -50)]) * np.exp(-part * 7)
        slap = np.exp(-part * 25) - np.exp(-np.abs(part - 0.06) * 25)
        turbine = oscillator(np.full(n, uniform_log(rng, 900, 2600)) * (1 + 0.003 * wander(n, rng, 3)), 3, 1.2)
        x = chop + 0.7 * slap + 0.05 * turbine + 0.12 * shaped_noise(n, rng, [(400, -6), (3000, 0), (20000, -25)])
        caption = "a helicopter hovering"
    elif kind == "propeller":
        rpm = np.full(n, rng.uniform(1800, 2600)) * curve(seconds, [(0, 0.9), (1, 1.05)])
        x = engine_sound(rng, rpm, 4, np.full(n, 0.8), 0.6)
        blades = oscillator(rpm / 60 * 2, 24, 0.7, rng)
        x = x + 0.5 * normalised(blades)
        caption = "a propeller plane flying"
    else:
        roar = shaped_noise(n, rng, [(40, -3), (200, 0), (900, -4), (4000, -16), (20000, -40)]) * (1 + 0.15 * wander(n, rng, 12))
        whine = oscillator(np.full(n, uniform_log(rng, 1800, 4200)) * curve(seconds, [(0, 0.97), (1, 1.03)]), 3, 1.2)
        x = roar + 0.1 * whine
        caption = "a jet flying past"
    if kind == "jet" or rng.random() < 0.4:
        return passing(x, rng.uniform(20, 70), rng.uniform(25, 60)), "aircraft", caption
    return x, "aircraft", caption
