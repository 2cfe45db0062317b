"""Families of scenes in which things move and nothing happens; see families.py."""

import numpy as np

from scenes.canvas import Sprite
from scenes.moments import smoothstep


def flow(rng, seconds, look):
    """Continuous motion without events: flames, rain, water, crowds of small things."""
    n, sprites = rng.integers(8, 30), []
    vx, vy, wobble = rng.uniform(-0.8, 0.8), rng.uniform(-1.2, 1.2), rng.uniform(0, 0.05)
    size = rng.uniform(0.01, 0.06)
    for _ in range(n):
        x0, y0, p = rng.random(), rng.random(), rng.uniform(0, 6)
        k = rng.uniform(0.7, 1.3)

        def track(t, x0=x0, y0=y0, p=p, k=k):
            return ((x0 + k * vx * t + wobble * np.sin(5 * t + p)) % 1.2 - 0.1, (y0 + k * vy * t) % 1.2 - 0.1, p, 1.0)

        sprites.append(Sprite(rng, "ellipse", size, size * rng.uniform(0.5, 3), track, str(rng.choice([look, "glow"]))))
    return sprites, []


def drift(rng, seconds, look):
    """A few things move smoothly, or nothing moves at all."""
    sprites = []
    for _ in range(rng.integers(0, 4)):
        sprites.append(drifter(rng, look))
    return sprites, []


def drifter(rng, look):
    """One smooth mover, also used as a distractor."""
    x, y, a, b = rng.uniform(0.1, 0.9), rng.uniform(0.1, 0.9), rng.uniform(0, 0.3), rng.uniform(0, 0.2)
    f, g, p, q = rng.uniform(0.05, 0.5), rng.uniform(0.05, 0.5), rng.uniform(0, 6), rng.uniform(0, 6)
    spin = rng.uniform(-1, 1)
    track = lambda t: (x + a * np.sin(2 * np.pi * f * t + p), y + b * np.sin(2 * np.pi * g * t + q), spin * t, 1.0)
    return Sprite(rng, str(rng.choice(["box", "ellipse"])), rng.uniform(0.02, 0.15), rng.uniform(0.02, 0.15), track, look)


def carried(rng, seconds, look):
    """One thing taken from place to place, with or without ease, that stops in mid-air; also used as a distractor."""
    stops, t, place = [], -rng.uniform(0, 0.5), rng.uniform(0.1, 0.9, 2)
    reach, eased, upright = rng.uniform(0.1, 0.5), rng.random() < 0.4, rng.random() < 0.3
    while t < seconds:
        begin = t + rng.uniform(0.05, 0.9)
        there = np.clip(place + reach * rng.uniform(-1, 1, 2) * (0.05 if upright else 1, 1), 0.08, 0.92)
        t = begin + rng.uniform(0.15, 0.8)
        stops.append((begin, t, place, there))
        place = there

    def track(t, begins=np.array([s[0] for s in stops])):
        i = max(0, int(np.searchsorted(begins, t)) - 1)
        begin, end, here, there = stops[i]
        u = float(np.clip((t - begin) / (end - begin), 0, 1))
        x, y = here + (there - here) * (smoothstep(u) if eased else u)
        return x, y, 0.0, 1.0

    return Sprite(rng, str(rng.choice(["box", "ellipse"])), rng.uniform(0.03, 0.12), rng.uniform(0.03, 0.12), track, look)


def carry(rng, seconds, look):
    """Things are taken from place to place and touch nothing; something that rests stands by."""
    by = rng.uniform(0.1, 0.9, 2)
    rest = Sprite(rng, "box", rng.uniform(0.03, 0.2), rng.uniform(0.03, 0.2), lambda t: (*by, 0.0, 1.0), look)
    return [rest] + [carried(rng, seconds, look) for _ in range(rng.integers(1, 3))], []


def sway(rng, seconds, look):
    """Arms, branches and swings turn to and fro in the air, and touch nothing."""
    sprites = []
    for _ in range(rng.integers(1, 4)):
        px, py, length, width = rng.uniform(0.2, 0.8), rng.uniform(0.05, 0.7), rng.uniform(0.1, 0.3), rng.uniform(0.01, 0.04)
        period, amplitude, middle, start = rng.uniform(0.4, 2.5), rng.uniform(0.2, 1.0), rng.uniform(-0.7, 0.7), rng.uniform(0, 6)
        sharp = rng.choice([0.0, 0.0, 1.0])  # how suddenly it turns round

        def angle(t, p=period, a=amplitude, m=middle, s=start, sharp=sharp):
            wave = np.sin(2 * np.pi * t / p + s)
            return m + a * ((1 - sharp) * wave + sharp * 2 / np.pi * np.arcsin(wave))

        def place(t, share, px=px, py=py, n=length, angle=angle):
            return px + share * n * np.sin(angle(t)), py + share * n * np.cos(angle(t)), -angle(t), 1.0

        sprites.append(Sprite(rng, "box", width, length, lambda t, place=place: place(t, 1.0), look))
        if rng.random() < 0.5:
            r = rng.uniform(0.03, 0.09)
            sprites.append(Sprite(rng, "ellipse", r, r, lambda t, place=place: place(t, 2.0), look))
    return sprites, []
