"""Wood being struck: knuckles, axes, sticks, boxes, what drops; trees that fall."""

import numpy as np

from .dsp import Rng, contact, curve, grains, modes, normalised, place, samples, shaped_noise, uniform_log, wander
from .impacts import BAR, board, bouncing, crowded, on_board, series, some_room, wood_hit


def knock(rng: Rng) -> np.ndarray:
    """Knuckles on a door or a table: soft for a bone, twos and threes, the panel's hollow over it."""
    panel, touch, click = board(rng, uniform_log(rng, 70, 260), (0.06, 0.2)), uniform_log(rng, 0.0005, 0.0016), rng.uniform(0.2, 0.7)
    return series(
        lambda r: on_board(panel, r, touch * r.uniform(0.8, 1.2), click), rng, int(rng.integers(2, 6)), rng.uniform(0.13, 0.3), 0.08
    )


def chop_once(rng: Rng, log: tuple[np.ndarray, np.ndarray], force: float) -> np.ndarray:
    """An axe going into a log: the edge's blow, fibres tearing for some hundredths of a second, the heavy block's dull answer, chips."""
    blow = on_board(log, rng, uniform_log(rng, 0.0003, 0.0009), rng.uniform(0.4, 0.9), 0.4)
    tearing = rng.uniform(0.03, 0.12)
    fibres = grains(tearing, curve(tearing, [(0, 2500), (0.3, 900), (1, 50)]), rng, 500, 5000, (0.003, 0.012))
    block = crowded(0.4, rng, [(rng.uniform(70, 130), 0, rng.uniform(0.08, 0.16)), (rng.uniform(160, 300), -4, 0.1)])
    chips = [(rng.uniform(0.25, 0.7), rng.uniform(0.01, 0.06) * wood_hit(rng, 500, 1800)) for _ in range(int(rng.integers(0, 4)))]
    return force * place(
        [(0, blow), (0.001, rng.uniform(0.15, 0.6) * normalised(fibres)), (0.001, rng.uniform(0.15, 0.5) * normalised(block)), *chips]
    )


def chopping(rng: Rng) -> np.ndarray:
    log = board(rng, uniform_log(rng, 150, 420), (0.04, 0.12))
    return series(lambda r: chop_once(r, log, 1), rng, int(rng.integers(1, 5)), rng.uniform(0.7, 1.5), 0.08)


def tapping(rng: Rng) -> np.ndarray:
    """A stick, a free bar, on a board: both ring, the stick high and short."""
    wood, touch = board(rng, uniform_log(rng, 160, 700)), uniform_log(rng, 0.0002, 0.0006)
    stick = uniform_log(rng, 400, 1100) * BAR * rng.uniform(0.97, 1.03, 5)

    def tap(r: Rng) -> np.ndarray:
        bar = contact(modes(0.5, stick, 0.09 / (1 + stick / 4000), r.uniform(0.2, 1, 5), r), touch)
        return on_board(wood, r, touch, 0.4) + rng.uniform(0.1, 0.4) * normalised(bar)

    return series(tap, rng, int(rng.integers(1, 8)), uniform_log(rng, 0.13, 0.6))


def crate(rng: Rng) -> np.ndarray:
    """A box or a beam being hit: the boards, and the air shut in between them."""
    wood, touch, air = board(rng, uniform_log(rng, 90, 350), (0.1, 0.35)), uniform_log(rng, 0.0003, 0.0014), rng.uniform(110, 320)

    def hit(r: Rng) -> np.ndarray:
        hollow = crowded(0.5, r, [(air, 0, 0.16), (2.3 * air, -6, 0.1)])
        loose = [(r.uniform(0.01, 0.05), r.uniform(0, 0.25) * on_board(wood, r, 0.0003, 0.6)) for _ in range(2)]
        return place([(0, on_board(wood, r, touch, 0.4)), (0.0005, 0.3 * normalised(hollow)), *loose])

    return series(hit, rng, int(rng.choice((1, 1, 1, 2, 3, 4))), rng.uniform(0.3, 0.9))


def clattering(rng: Rng) -> np.ndarray:
    """A dropped piece of wood: its own modes with the floor's, bounces that end in a clatter of both ends."""
    piece, floor = board(rng, uniform_log(rng, 250, 900)), board(rng, uniform_log(rng, 60, 160), (0.05, 0.15))
    return bouncing(lambda r: on_board(piece, r, 0.0004, 0.5) + 0.5 * on_board(floor, r, 0.001, 0.1), rng)


def falling_tree(rng: Rng) -> np.ndarray:
    """Fibres crack ever faster, the crown rushes down, trunk and branches land."""
    fall = rng.uniform(1.5, 2.8)
    cracks = [
        (fall * rng.random() ** 0.5, rng.pareto(2) * 0.12 * chop_once(rng, board(rng, uniform_log(rng, 250, 700), (0.03, 0.1)), 1))
        for _ in range(int(rng.integers(8, 20)))
    ]
    crown = shaped_noise(samples(fall + 0.8), rng, [(200, -20), (1500, -3), (5000, 0), (12000, -10), (20000, -30)])
    crown *= curve(fall + 0.8, [(0, 0), (0.5, 0.2), (0.78, 1), (1, 0)]) ** 2 * (1 + 0.3 * wander(len(crown), rng, 20))
    twigs = grains(1.2, curve(1.2, [(0, 1500), (0.3, 500), (1, 20)]), rng, 500, 5000, (0.004, 0.02))
    ground = crowded(1.0, rng, [(50, 0, 0.6), (100, -2, 0.4), (220, -8, 0.3), (600, -16, 0.2)])
    return place(
        [*cracks, (0, 0.12 * crown), (fall, 0.5 * normalised(twigs)), (fall, normalised(ground)), (fall, 0.5 * wood_hit(rng, 80, 200))]
    )


def wood(rng: Rng):
    make, caption = (
        (knock, "a knock on wood"),
        (chopping, "an axe chopping wood"),
        (tapping, "a stick tapping on wood"),
        (crate, "wood being struck"),
        (clattering, "a piece of wood dropping and bouncing"),
        (falling_tree, "a tree falling"),
    )[rng.choice(6, p=(0.27, 0.25, 0.16, 0.14, 0.12, 0.06))]
    return some_room(make(rng), rng), "impact_wood", caption
