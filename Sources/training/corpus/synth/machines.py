"""Machines and tools."""

import numpy as np

from .dsp import Rng, clock, curve, formants, grains, normalised, oscillator, place, samples, shaped_noise, wander
from .engines import engine_sound
from .impacts import metal_hit, wood_hit


def machine(rng: Rng):
    kind = rng.choice(("motor", "drill", "chainsaw", "hand saw", "clock", "typing", "jackhammer", "sewing"))
    seconds = rng.uniform(2.5, 6)
    n = samples(seconds)
    if kind == "motor":
        base = rng.choice((50, 60, 100)) * rng.uniform(0.9, 1.5)
        hum = oscillator(np.full(n, base), 20, rng.uniform(0.8, 1.5), rng)
        turn = 1 + 0.3 * np.sin(2 * np.pi * rng.uniform(2, 12) * clock(seconds))
        air = shaped_noise(n, rng, [(80, -6), (500, 0), (3000, -10), (20000, -35)]) * turn
        return normalised(hum) + rng.uniform(0.05, 0.3) * air, "machine", "humming machinery"
    if kind == "drill":
        speed = curve(seconds, [(0, 0.1), (0.1, 1), (0.4, 0.85), (0.7, 0.8), (0.9, 1), (1, 0.3)]) * rng.uniform(180, 420)
        x = oscillator(speed * (1 + 0.01 * wander(n, rng, 30)), 30, 0.6, rng)
        grind = shaped_noise(n, rng, [(400, -8), (2500, 0), (8000, -4), (20000, -20)])
        return formants(x, [(700, 2, 1), (1900, 3, 1), (4200, 3, 0.6)]) + 0.06 * grind, "machine", "a power drill"
    if kind == "chainsaw":
        rpm = np.clip(curve(seconds, [(0, 3500), (0.2, 3500), (0.3, 10500), (0.75, 9000), (0.9, 9800), (1, 4000)]) * (1 + 0.03 * wander(n, rng, 5)), 2500, 12000)
        return engine_sound(rng, rpm, 2, np.full(n, 0.9), 0.1), "machine", "a chainsaw cutting"
    if kind == "hand saw":
        rate = rng.uniform(0.9, 1.6)
        stroke = np.abs(np.sin(np.pi * rate * clock(seconds))) ** 1.3
        teeth = grains(seconds, 900 * stroke, rng, 900, 7000, (0.001, 0.006), tail=3)
        rasp = shaped_noise(n, rng, [(300, -10), (1800, 0), (6000, -4), (20000, -25)]) * stroke
        board = formants(rasp, [(rng.uniform(300, 500), 6, 0.8), (rng.uniform(900, 1500), 6, 0.6)])
        return normalised(teeth) + 0.35 * rasp + 0.4 * board, "machine", "a hand saw cutting wood"
    if kind == "clock":
        tick = place([(0, wood_hit(rng, 1500, 3200)), (0.006, 0.5 * metal_hit(rng, 2500, 5000, (0.03, 0.1)))], 0.2)
        tock = place([(0, wood_hit(rng, 1100, 2400)), (0.006, 0.5 * metal_hit(rng, 2200, 4500, (0.03, 0.1)))], 0.2)
        gap = rng.choice((0.2, 0.25, 0.5, 1.0))
        return place([(i * gap, tick if i % 2 == 0 else tock) for i in range(int(seconds / gap))]), "machine", "a clock ticking"
    if kind == "typing":
        events, time = [], 0.0
        while time < seconds:
            key = wood_hit(rng, 900, 2400)[:samples(0.06)] * rng.uniform(0.4, 1)
            events += [(time, key), (time + rng.uniform(0.05, 0.09), 0.35 * wood_hit(rng, 1400, 3000)[:samples(0.05)])]
            time += rng.gamma(3, 0.05) + (0.3 if rng.random() < 0.08 else 0)
        return place(events), "machine", "typing on a keyboard"
    if kind == "jackhammer":
        rate = rng.uniform(14, 24)
        blow = 0.6 * metal_hit(rng, 250, 700, (0.05, 0.15))
        hits = [(t, rng.uniform(0.8, 1) * blow) for t in np.arange(0, seconds, 1 / rate)]
        grit = grains(seconds, 900, rng, 600, 5000, (0.002, 0.01))
        return place(hits, seconds) + 0.12 * normalised(grit), "machine", "a jackhammer"
    rate = rng.uniform(8, 15)
    click = metal_hit(rng, 900, 2200, (0.03, 0.09))
    hits = [(t, rng.uniform(0.7, 1) * click) for t in np.arange(0, seconds, 1 / rate)]
    hum = oscillator(np.full(n, rng.uniform(90, 160)), 12, 1.1, rng)
    return place(hits, seconds) + 0.15 * normalised(hum), "machine", "a sewing machine"
