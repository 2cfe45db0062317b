"""Wings: bees, flies and mosquitoes that come and go."""

import numpy as np

from .dsp import Rng, formants, normalised, oscillator, samples, uniform_log, wander


def passing_by(x: np.ndarray, rng: Rng, reach: float) -> np.ndarray:
    """An insect that flies about the listener, [n, 2]: nearer and farther, to the left and to the right."""
    side = np.clip(0.5 + 0.38 * wander(len(x), rng, 0.7), 0.03, 0.97)
    return normalised(x * np.exp(reach * wander(len(x), rng, 0.9)))[:, None] * np.sqrt(np.stack([1 - side, side], 1))


def beat(rng: Rng, seconds: float, low: float, high: float, slope: float, sway: float) -> np.ndarray:
    """Wings that beat ``low`` to ``high`` times a second, by its own a few per cent faster or slower all the time."""
    n = samples(seconds)
    pitch = uniform_log(rng, low, high) * (1 + sway * wander(n, rng, 1.4) + 0.3 * sway * wander(n, rng, 7))
    return oscillator(pitch, 40, slope, rng) * (1 + 0.28 * wander(n, rng, 28))


def bee(rng: Rng):
    """One bee, two, or four: wings of 140 to 260 beats a second, and what the body and the flower make of them."""
    seconds, out = rng.uniform(4, 7), 0.0
    for _ in range(int(rng.choice((1, 1, 2, 4)))):
        x = beat(rng, seconds, 140, 260, rng.uniform(0.4, 0.8), 0.06)
        body = [(uniform_log(rng, 400, 700), 1.5, 1), (uniform_log(rng, 1500, 3000), 1.5, 0.8), (uniform_log(rng, 5000, 8000), 1.5, 0.5)]
        out = out + passing_by(formants(x, body) + 0.2 * x, rng, 0.8)
    return out, "insect", "a bee buzzing"


def fly(rng: Rng):
    x = beat(rng, rng.uniform(4, 7), 170, 240, rng.uniform(0.4, 0.8), 0.05)
    return passing_by(x, rng, rng.uniform(0.5, 1.1)), "insect", "a fly buzzing around"


def mosquito(rng: Rng):
    x = beat(rng, rng.uniform(4, 7), 420, 680, rng.uniform(0.5, 1.1), 0.05)
    return passing_by(x, rng, rng.uniform(0.5, 1.1)), "insect", "a mosquito whining"
