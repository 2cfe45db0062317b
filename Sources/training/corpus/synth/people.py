"""People without words: a baby that cries, somebody who laughs."""

import numpy as np

from .dsp import Rng, curve, normalised, place, room, samples, shaped_noise, wander
from .voices import folds, throat


def gasp(rng: Rng, seconds: float, strength: float) -> np.ndarray:
    """Air drawn in, or pushed out, through an open throat."""
    n = samples(seconds)
    return strength * shaped_noise(n, rng, [(300, -10), (1400, 0), (4000, -4), (12000, -17)]) * np.hanning(n)


def baby(rng: Rng):
    """Cries of about a second, 400 to 600 Hz, that rise and fall through a tract of nine centimetres, some of them rough; a breath between."""
    seconds, base, length, cries, time = rng.uniform(4, 7), rng.uniform(380, 520), rng.uniform(0.085, 0.1), [], rng.uniform(0, 0.3)
    while time < seconds - 0.4:
        lasts = rng.uniform(0.6, 1.4)
        pitch = base * rng.uniform(0.95, 1.1) * curve(lasts, [(0, 0.8), (0.15, 1.1), (0.5, 1.15), (0.85, 1), (1, 0.75)])
        pitch = pitch * (1 + 0.01 * wander(len(pitch), rng, 6))
        drive = curve(lasts, [(0, 0.1), (0.4, rng.uniform(0.1, 0.6)), (0.8, rng.uniform(0.1, 0.5)), (1, 0.1)])
        source = folds(rng, pitch, drive, 0.25) + 0.02 * rng.standard_normal(len(pitch))
        mouth, tongue = curve(lasts, [(0, 0.5), (0.15, 1), (0.7, 0.95), (1, 0.4)]), curve(lasts, [(0, -0.2), (0.3, 0.3), (1, -0.1)])
        cries.append((time, normalised(throat(source, length, mouth, 12, tongue)) * curve(lasts, [(0, 0), (0.08, 1), (0.8, 0.85), (1, 0)])))
        breath = rng.uniform(0.2, 0.35)
        cries.append((time + lasts + 0.03, gasp(rng, breath, 0.12)))
        time += lasts + breath + rng.uniform(0.05, 0.18)
    return room(place(cries, seconds), rng, rng.uniform(0.2, 0.5), rng.uniform(0.05, 0.2)), "voice", "a baby crying"


def laugh(rng: Rng):
    """Bursts of four or five syllables a second that sink and fade, each a short vowel and a breath; of a woman, a man or a child."""
    base, bursts, time = rng.uniform(140, 330), [], 0.05
    length = 0.17 if base < 200 else 0.14
    for _ in range(int(rng.integers(1, 3))):
        count = int(rng.integers(4, 10))
        for k in range(count):
            lasts, left = rng.uniform(0.09, 0.14), 1 - 0.5 * k / count
            pitch = base * (0.25 + left) * curve(lasts, [(0, 1), (0.3, 1.1), (1, 0.85)])
            source = folds(rng, pitch, np.full(len(pitch), 0.1), 0.3) + 0.08 * rng.standard_normal(len(pitch))
            vowel = throat(source, length, curve(lasts, [(0, 0.6), (0.4, 1), (1, 0.6)]), 9, rng.uniform(-0.1, 0.4))
            bursts += [(time, left * normalised(vowel) * np.hanning(len(vowel)) ** 0.7), (time + 0.9 * lasts, gasp(rng, 0.09, 0.12 * left))]
            time += rng.uniform(0.19, 0.25)
        time += rng.uniform(0.4, 0.9)
    return room(place(bursts), rng, rng.uniform(0.2, 0.6), rng.uniform(0.08, 0.25)), "voice", "a person laughing"
