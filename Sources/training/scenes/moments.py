"""What families of scenes have in common: when events are, and how things move towards them."""

import numpy as np

MATERIALS = ("wood", "metal", "stone", "glass", "soft")


def amplitude(strength: float) -> float:
    """Of the sound of an event of strength 0..1."""
    return 0.25 + 0.75 * strength


def times(rng, seconds: float, low: float = 0.3, high: float = 1.6) -> np.ndarray:
    """Event times: regular with small jitter, or irregular; at least 0.22 s apart."""
    gap = np.exp(rng.uniform(np.log(low), np.log(high)))
    jitter = rng.choice([0.0, 0.05, 0.5])
    out, t = [], rng.uniform(0.25, 0.25 + gap)
    while t < seconds - 0.1:
        out.append(t)
        t += max(0.22, gap * (1 + jitter * rng.uniform(-1, 1)))
    return np.array(out)


def event(t, kind, strength, x, material):
    return (float(t), kind, float(np.clip(strength, 0.05, 1)), float(np.clip(2 * x - 1, -1, 1)), material)


def swing_profile(t, hits, rise: float = 0.35, drop: float = 0.09):
    """0 at a hit, towards 1 between hits: slow lift, and a drop that is fastest at the hit."""
    i = int(np.searchsorted(hits, t))
    before = t - hits[i - 1] if i > 0 else 9.0
    after = hits[i] - t if i < len(hits) else 9.0
    return min(1.0, before / rise) * (1 - (1 - min(1.0, after / drop)) ** 2)


def fallen(height, g, left):
    """How high something still is that fell from rest at `height`, `left` seconds before it lands; None before it falls."""
    total = np.sqrt(2 * height / g)
    return None if left > total else height - 0.5 * g * (total - left) ** 2


def smoothstep(u: float) -> float:
    """From 0 to 1 with ease, for u in 0..1."""
    return u * u * (3 - 2 * u)
