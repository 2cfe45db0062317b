"""Footsteps: heel and toe pressing into a ground, as contact modes (hard) or as crushed grains (loose)."""

import numpy as np

from .dsp import Rng, band, contact, grains, modes, normalised, place, room, samples, shaped_noise, strike, uniform_log
from .impacts import metal_hit, wood_hit

SECONDS = 0.45


def press(rng: Rng, seconds: float = SECONDS) -> np.ndarray:
    """Force on the ground: a sharp heel, then a longer toe."""
    heel = strike(seconds, rng.uniform(0.004, 0.012), rng.uniform(0.1, 0.18))
    toe = np.zeros(samples(seconds))
    late = samples(rng.uniform(0.09, 0.16))
    rest = strike(seconds, rng.uniform(0.01, 0.03), rng.uniform(0.12, 0.22))
    toe[late:] = rest[:len(toe) - late]
    return heel + rng.uniform(0.4, 0.9) * toe


def thump(rng: Rng, level: float) -> np.ndarray:
    return level * contact(modes(SECONDS, [rng.uniform(60, 110), rng.uniform(120, 200)], [0.12, 0.08], [1, 0.5], rng), 0.004)


def gravel(rng: Rng) -> np.ndarray:
    crush = grains(SECONDS, rng.uniform(1500, 4000) * press(rng), rng, 900, rng.uniform(5000, 9000), (0.001, 0.006))
    return normalised(crush) + thump(rng, 0.15)


def sand(rng: Rng) -> np.ndarray:
    slide = shaped_noise(samples(SECONDS), rng, [(100, -12), (700, -3), (3000, 0), (9000, -14), (20000, -40)])
    return normalised(slide * press(rng) * (0.6 + 0.4 * rng.random(samples(SECONDS)))) * 0.8 + thump(rng, 0.2)


def snow(rng: Rng) -> np.ndarray:
    squeak = grains(SECONDS, 5000 * press(rng) ** 0.7, rng, 250, 3500, (0.003, 0.012), tail=2.5)
    return normalised(squeak) + thump(rng, 0.2)


def grass(rng: Rng) -> np.ndarray:
    blades = grains(SECONDS, 2500 * press(rng), rng, 1500, 9000, (0.0008, 0.004), tail=2.2)
    brush = shaped_noise(samples(SECONDS), rng, [(200, -20), (2500, 0), (7000, -3), (20000, -25)]) * press(rng)
    return 0.7 * normalised(blades) + 0.5 * normalised(brush) + thump(rng, 0.25)


def concrete(rng: Rng) -> np.ndarray:
    def tap(gain: float) -> np.ndarray:
        heel = modes(0.2, uniform_log(rng, 250, 700) * np.array((1, 1.9, 3.1, 4.7, 6.2)), [0.05, 0.04, 0.03, 0.02, 0.015],
                     rng.uniform(0.2, 1, 5), rng)
        scuff = shaped_noise(len(heel), rng, [(300, -6), (3000, 0), (10000, -12), (20000, -35)]) * strike(0.2, 0.001, 0.04)
        return gain * (normalised(contact(heel, 0.0006)) + rng.uniform(0.1, 0.3) * scuff)
    return place([(0, tap(1)), (rng.uniform(0.07, 0.14), tap(rng.uniform(0.2, 0.5)))], SECONDS) + thump(rng, 0.3)


def wood(rng: Rng) -> np.ndarray:
    floor = contact(modes(SECONDS, rng.uniform(70, 420, 7), rng.uniform(0.06, 0.2, 7), rng.uniform(0.2, 1, 7), rng), 0.002)
    return place([(0, 0.7 * wood_hit(rng, 180, 500)), (0, normalised(floor)), (rng.uniform(0.08, 0.14), 0.35 * wood_hit(rng, 180, 500))], SECONDS)


def metal(rng: Rng) -> np.ndarray:
    ring = metal_hit(rng, 130, 420, (0.15, 0.5))
    return place([(0, ring), (rng.uniform(0.08, 0.14), 0.4 * metal_hit(rng, 300, 900, (0.1, 0.3))), (0, thump(rng, 0.5))], 0.7)


def puddle(rng: Rng) -> np.ndarray:
    from .water import splash_burst
    return place([(0, splash_burst(rng, 0.35, 60)), (0, thump(rng, 0.3))], 0.6)


GROUNDS = {"gravel": (gravel, "footsteps on gravel"), "sand": (sand, "footsteps on sand"), "snow": (snow, "footsteps in snow"),
           "grass": (grass, "footsteps on grass"), "concrete": (concrete, "footsteps on concrete"),
           "wood": (wood, "footsteps on wood"), "metal": (metal, "footsteps on metal")}


def footsteps(ground: str):
    make, caption = GROUNDS[ground]

    def generate(rng: Rng):
        if rng.random() < 0.4:
            x = make(rng)
        else:
            pace = rng.uniform(0.28, 0.4) if rng.random() < 0.3 else rng.uniform(0.45, 0.75)
            count = int(rng.uniform(2, 4.5) / pace) + 1
            x = place([(i * pace * rng.uniform(0.97, 1.03), rng.uniform(0.7, 1) * make(rng)) for i in range(count)])
        x = band(x, 40, None)
        if ground in ("concrete", "wood", "metal") and rng.random() < 0.7:
            x = room(x, rng, uniform_log(rng, 0.25, 1.8), rng.uniform(0.08, 0.35), stereo=rng.random() < 0.3)
        return x, "footsteps", caption
    return generate
