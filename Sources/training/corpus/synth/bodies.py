"""Soft and heavy things that land: bodies, fists, bags, furniture."""

import numpy as np

from .dsp import Rng, clock, normalised, place, uniform_log
from .impacts import board, crowded, on_board, series, some_room, wood_hit


def soft_blow(rng: Rng, depth: float, bright: float, slow: float) -> np.ndarray:
    """Flesh or a sack gives way: no tone, a heavy start at ``depth`` Hz, and friction up to ``bright`` Hz."""
    heavy = crowded(
        0.5, rng, [(depth, 0, 0.25 * slow), (2 * depth, 0, 0.2 * slow), (4 * depth, -2, 0.14 * slow), (8 * depth, -6, 0.1 * slow)]
    )
    cloth = crowded(
        0.5, rng, [(bright / 4, 0, 0.12 * slow), (bright / 2, 0, 0.1 * slow), (bright, -2, 0.08 * slow), (2 * bright, -8, 0.07 * slow)]
    )
    rise = np.minimum(1, clock(0.5) / (rng.uniform(0.004, 0.012) * slow))
    return normalised(rise * (normalised(heavy) + rng.uniform(0.2, 0.7) * normalised(cloth)))


def body_fall(rng: Rng) -> np.ndarray:
    """A body goes down: the trunk, and around it knees and arms, land on a floor that gives."""
    trunk = soft_blow(rng, uniform_log(rng, 45, 80), uniform_log(rng, 1200, 3500), rng.uniform(1.0, 1.8))
    limbs = [
        (
            rng.uniform(0, 0.3),
            rng.uniform(0.15, 0.6) * soft_blow(rng, uniform_log(rng, 80, 160), uniform_log(rng, 1200, 4000), rng.uniform(0.5, 1)),
        )
        for _ in range(int(rng.integers(1, 4)))
    ]
    floor = on_board(board(rng, uniform_log(rng, 30, 60), (0.08, 0.3)), rng, rng.uniform(0.003, 0.006), 0.1)
    landing = rng.uniform(0.02, 0.15)
    return place([*limbs, (landing, trunk), (landing + 0.005, rng.uniform(0, 0.6) * floor)])


def punch(rng: Rng) -> np.ndarray:
    """A fist: skin slaps for some hundredths of a second, the trunk behind it answers dully."""
    centre = uniform_log(rng, 1200, 3000)
    slap = crowded(
        0.3,
        rng,
        [(centre / 4, -2, 0.12), (centre / 2, 0, 0.1), (centre, 0, rng.uniform(0.05, 0.1)), (2 * centre, -2, 0.06), (4 * centre, -6, 0.05)],
    )
    slap *= np.minimum(1, clock(0.3) / rng.uniform(0.001, 0.006))
    return place(
        [
            (0, rng.uniform(0.8, 1.5) * normalised(slap)),
            (0.002, rng.uniform(0.5, 1) * soft_blow(rng, uniform_log(rng, 60, 130), centre, rng.uniform(0.5, 0.9))),
        ]
    )


def punching(rng: Rng) -> np.ndarray:
    return series(punch, rng, int(rng.choice((1, 1, 1, 2, 3))), rng.uniform(0.25, 0.8), 0.2)


def heavy_drop(rng: Rng) -> np.ndarray:
    """A heavy thing on the floor: boards or a slab answer low, it tips over and lands again, what lies near rattles."""
    floor, touch = board(rng, uniform_log(rng, 30, 65), (0.1, 0.4)), uniform_log(rng, 0.003, 0.008)
    boards, bright = rng.uniform(0, 0.7), uniform_log(rng, 1200, 3500)

    def land(gain: float) -> np.ndarray:
        answer = boards * on_board(floor, rng, touch, 0.15)
        rattle = [(rng.uniform(0.01, 0.09), rng.uniform(0, 0.08) * wood_hit(rng, 200, 700)) for _ in range(int(rng.integers(0, 4)))]
        return gain * place([(0, answer), (0, soft_blow(rng, uniform_log(rng, 40, 75), bright, rng.uniform(1, 1.8))), *rattle])

    second = [(rng.uniform(0.09, 0.35), land(rng.uniform(0.15, 0.6)))] if rng.random() < 0.6 else []
    return place([(0, land(1)), *second])


def bump(rng: Rng) -> np.ndarray:
    """A bag or a cushion, once or a few times."""
    depth, bright, slow = uniform_log(rng, 60, 140), uniform_log(rng, 700, 3000), rng.uniform(0.6, 1.4)
    return series(lambda r: soft_blow(r, depth, bright, slow), rng, int(rng.choice((1, 1, 2, 3))), rng.uniform(0.3, 1.0))


def thud(rng: Rng):
    make, caption = (
        (bump, "a dull thud"),
        (body_fall, "a body falling to the ground"),
        (punching, "a punch"),
        (heavy_drop, "something heavy dropping to the floor"),
    )[rng.choice(4, p=(0.25, 0.25, 0.25, 0.25))]
    return some_room(make(rng), rng), "impact_soft", caption
