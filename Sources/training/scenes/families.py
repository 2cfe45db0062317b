"""Families of scenes: each gives sprites with tracks and the exact times of its events.

A family is a function (rng, seconds, look) -> (sprites, events); an event is (time_s, kind, strength 0..1, pan -1..1,
material). Positions are in 0..1 of the picture, y down.
"""

import numpy as np

from scenes.canvas import Sprite
from scenes.moments import event, fallen, times
from scenes.silent import carry, drift, flow, sway
from scenes.sounding import (billiard, bounce, clap, door, dribble, fall, flash, hop, keys, pendulum, put, slide, splash, strike,
                             walk)


# Held out: never used in training.
def piston(rng, seconds, look):
    """A heavy hammer is lifted slowly, drops on an anvil and rests there."""
    hits, x = times(rng, seconds, 0.6, 1.5), rng.uniform(0.25, 0.75)
    height, r, top, rest = rng.uniform(0.2, 0.35), rng.uniform(0.06, 0.1), rng.uniform(0.62, 0.75), 0.08

    def track(t):
        i = int(np.searchsorted(hits, t))
        before = t - hits[i - 1] if i > 0 else 9.0
        after = hits[i] - t if i < len(hits) else 9.0
        lifted = min(height, max(0.0, before - rest) * 0.9)
        above = fallen(height, 5.0, after)
        return x, top - r - (lifted if above is None else min(lifted, above)), 0.0, 1.0

    anvil = Sprite(rng, "box", 0.14, 0.08, lambda t: (x, top + 0.08, 0.0, 1.0), look)
    hammer = Sprite(rng, "box", 0.06, r, track, look)
    material = str(rng.choice(["metal", "wood", "stone"]))
    return [anvil, hammer], [event(h, "impact", rng.uniform(0.6, 1), x, material) for h in hits]


def cradle(rng, seconds, look):
    """Newton's cradle: the outer balls swing in turn and knock on the ones at rest."""
    period, amplitude, r, cx = rng.uniform(0.9, 1.6), rng.uniform(0.5, 0.9), 0.05, rng.uniform(0.4, 0.6)
    length, start = rng.uniform(0.4, 0.55), rng.uniform(0, 1)
    swing = lambda t: amplitude * np.sin(2 * np.pi * (t / period + start))
    bob = lambda a, x: (x + length * np.sin(a), 0.15 + length * np.cos(a), 0.0, 1.0)
    sprites = [Sprite(rng, "ellipse", r, r, lambda t, x=cx + k * 2 * r: bob(0.0, x), look) for k in (-0.5, 0.5)]
    sprites.append(Sprite(rng, "ellipse", r, r, lambda t: bob(max(0.0, swing(t)), cx + 3 * r), look))
    sprites.append(Sprite(rng, "ellipse", r, r, lambda t: bob(min(0.0, swing(t)), cx - 3 * r), look))
    hits = [(i / 2 - start) * period for i in range(1, int(2 * seconds / period) + 4)]
    return sprites, [event(h, "impact", 0.8, cx, "metal") for h in hits if 0.05 < h < seconds - 0.05]


# In this order: which family a clip is of follows from its seed and the order.
TRAINING = {f.__name__: f for f in (bounce, strike, walk, fall, flash, pendulum, slide, splash, clap, door, billiard, hop, put, dribble,
                                    keys, flow, drift, carry, sway)}
WEIGHTS = {"bounce": 2, "strike": 2, "walk": 1.5, "flow": 2, "drift": 1.5}
HELD_OUT = {f.__name__: f for f in (piston, cradle)}
