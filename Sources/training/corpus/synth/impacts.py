"""Things being struck: wood, metal, stone, glass, soft bodies; bells. Modal synthesis; bands of noise where modes lie too dense."""

import numpy as np

from .dsp import (
    RATE,
    Rng,
    band,
    clock,
    contact,
    curve,
    grains,
    modes,
    normalised,
    place,
    room,
    samples,
    shaped_noise,
    strike,
    uniform_log,
    wander,
)

BAR = np.array((1.0, 2.756, 5.404, 8.933, 13.34))
BELL = np.array((0.5, 1.0, 1.19, 1.5, 2.0, 2.51, 2.66, 3.01, 3.6, 4.1, 4.7, 5.4, 6.1, 6.8, 8.2, 9.6))
GLASS = np.array((1.0, 2.32, 4.25, 6.63, 9.38))


def crowded(seconds: float, rng: Rng, bands: list[tuple[float, float, float]]) -> np.ndarray:
    """Modes so dense that they are noise: bands an octave wide as (Hz, dB, time to fall by 60 dB)."""
    t, out = clock(seconds), 0
    for centre, level, decay in bands:
        noise = band(rng.standard_normal(len(t) + 2000), centre / 1.41, centre * 1.41)[2000:]
        out = out + 10 ** (level / 20) * noise / noise.std() * np.exp(-6.91 * t / decay)
    return out


def plate(rng: Rng, lowest: float, count: int = 48, across: tuple[float, float] = (0.2, 0.7)) -> np.ndarray:
    """Frequencies of a plate that is stiffer one way than ``across``: equally dense everywhere, nowhere harmonic."""
    stiffness = rng.uniform(*across)
    m, n = np.meshgrid(np.arange(1, 11), np.arange(1, 13))
    ratios = np.sort(((m**2 + stiffness * n**2) / (1 + stiffness)).ravel())[:count]
    return lowest * ratios * rng.uniform(0.95, 1.05, count)


def board(rng: Rng, lowest: float, support: tuple[float, float] = (0.08, 0.3)) -> tuple[np.ndarray, np.ndarray]:
    """Modes of a board: wood's own losses grow with frequency, its support takes from all of them. (Hz, decays)"""
    frequencies = plate(rng, lowest)
    return frequencies, 1 / (frequencies * rng.uniform(0.012, 0.04) / 2.2 + 1 / rng.uniform(*support))


def on_board(wood: tuple[np.ndarray, np.ndarray], rng: Rng, touch: float, click: float = 0.3, seconds: float = 0.5) -> np.ndarray:
    """A board struck somewhere for ``touch`` seconds; the contact itself clicks."""
    frequencies, decays = wood
    gains = np.abs(np.sin(rng.uniform(0.3, 2.8, len(frequencies)))) * (frequencies / frequencies[0]) ** -rng.uniform(0.1, 0.4)
    body = normalised(contact(modes(seconds, frequencies, decays, gains * rng.choice((-1, 1), len(gains)), rng), touch))
    bright = float(np.clip(0.6 / touch, 500, 6000))
    snap = crowded(seconds, rng, [(bright / 2, -3, 0.05), (bright, 0, 0.03), (2 * bright, -8, 0.02), (3 * bright, -16, 0.015)])
    return normalised(body + click * normalised(snap))


def wood_hit(rng: Rng, low: float = 140, high: float = 1100) -> np.ndarray:
    return on_board(board(rng, uniform_log(rng, low, high)), rng, uniform_log(rng, 0.0002, 0.0012), rng.uniform(0.15, 0.5))


def metal_hit(rng: Rng, low: float = 180, high: float = 1600, ring: tuple[float, float] = (0.25, 2.5)) -> np.ndarray:
    base = uniform_log(rng, low, high)
    count = int(rng.integers(18, 45))
    ratios = np.sort(np.concatenate([[1.0], 1 + rng.gamma(2.0, 2.6, count)]))
    frequencies = base * ratios
    longest = uniform_log(rng, *ring)
    decays = longest / (1 + frequencies / rng.uniform(3000, 9000)) * rng.uniform(0.5, 1.2, len(ratios))
    gains = ratios ** -rng.uniform(0.1, 0.7) * rng.uniform(0.2, 1, len(ratios))
    pairs = frequencies * (1 + rng.uniform(0.0005, 0.004, len(ratios)))
    body = modes(longest, np.concatenate([frequencies, pairs]), np.tile(decays, 2), np.concatenate([gains, 0.6 * gains]), rng)
    click = rng.standard_normal(len(body)) * np.exp(-np.arange(len(body)) / RATE / 0.002)
    return normalised(contact(body + 0.3 * click, uniform_log(rng, 0.00005, 0.0004)))


def stone_hit(rng: Rng) -> np.ndarray:
    """A compact lump: its modes start high and lie dense; grit crushes where it is hit."""
    base = uniform_log(rng, 500, 3200)
    frequencies = base * np.sort(np.concatenate([[1], rng.uniform(1.1, 7, 34)]))
    decays = rng.uniform(0.03, 0.1) / (1 + frequencies / 5000) * rng.uniform(0.5, 1, 35)
    body = modes(0.25, frequencies, decays, (frequencies / base) ** -0.2 * rng.uniform(0.1, 1, 35), rng)
    ground = crowded(0.25, rng, [(rng.uniform(90, 200), rng.uniform(-24, -9), 0.1), (500, rng.uniform(-20, -9), 0.07)])
    grit = shaped_noise(samples(0.25), rng, [(300, -12), (2500, 0), (9000, 0), (20000, -12)]) * strike(
        0.25, 0.0003, rng.uniform(0.03, 0.09)
    )
    return normalised(normalised(contact(body, uniform_log(rng, 0.00005, 0.0002))) + 0.3 * ground + rng.uniform(0.08, 0.3) * grit)


def glass_hit(rng: Rng, low: float = 900, high: float = 4200, ring: tuple[float, float] = (0.2, 1.3)) -> np.ndarray:
    base = uniform_log(rng, low, high)
    ratios = np.concatenate([GLASS * rng.uniform(0.97, 1.03, 5), rng.uniform(1.5, 7, 5)])
    longest = uniform_log(rng, *ring)
    decays = longest / (1 + (ratios - 1) * rng.uniform(0.15, 0.5))
    return normalised(contact(modes(longest, base * ratios, decays, ratios**-0.6 * rng.uniform(0.3, 1, 10), rng), 0.0001))


def repeated(make, rng: Rng, most: int = 4, gap: tuple[float, float] = (0.18, 0.8)) -> np.ndarray:
    """One hit, or a few of the same thing with small differences."""
    count = 1 if rng.random() < 0.55 else int(rng.integers(2, most + 1))
    spacing, state = rng.uniform(*gap), rng.integers(2**31)
    events, time = [], 0.0
    for _ in range(count):
        same = np.random.default_rng(state)
        events.append((time, make(same) * rng.uniform(0.6, 1)))
        time += spacing * rng.uniform(0.9, 1.1)
    return place(events)


def series(make, rng: Rng, count: int, gap: float, uneven: float = 0.1) -> np.ndarray:
    """``count`` blows about ``gap`` seconds apart, each a little elsewhere and with its own force."""
    times = gap * (np.arange(count) + rng.uniform(-uneven, uneven, count))
    return place([(max(0.0, t), rng.uniform(0.5, 1) * make(rng)) for t in times])


def bouncing(make, rng: Rng) -> np.ndarray:
    """Dropped: ever shorter gaps, ever softer; each time it lands on another edge."""
    events, time, gap, gain = [], 0.0, rng.uniform(0.2, 0.45), 1.0
    ratio = rng.uniform(0.55, 0.75)
    while gap > 0.02 and len(events) < 14:
        events.append((time, gain * rng.uniform(0.6, 1) * make(rng)))
        time, gap, gain = time + gap * rng.uniform(0.8, 1.2), gap * ratio, gain * ratio
    return place(events)


def echoes(x: np.ndarray, rng: Rng, nearest: float, farthest: float, count: int, loss: float) -> np.ndarray:
    """First reflections from surfaces ``nearest`` to ``farthest`` metres of detour away, duller the later."""
    events = [(0.0, x)]
    for detour in np.sort(rng.uniform(nearest, farthest, count)):
        events.append((detour / 343, loss * nearest / detour * band(x, None, uniform_log(rng, 1500, 7000), 1)))
    return place(events)


def plain_room(x: np.ndarray, rng: Rng) -> np.ndarray:
    """Dry, or with a room's reverberation alone."""
    if rng.random() < 0.4:
        return x
    return room(x, rng, uniform_log(rng, 0.2, 1.6), rng.uniform(0.05, 0.4), stereo=rng.random() < 0.3)


def some_room(x: np.ndarray, rng: Rng) -> np.ndarray:
    """Close and dry, in a room, or outdoors before a wall; over a faint noise of the place."""
    kind = rng.random()
    if kind < 0.3:
        heard = x
    elif kind < 0.85:
        heard = room(echoes(x, rng, 1, 9, 6, 0.6), rng, uniform_log(rng, 0.2, 1.4), rng.uniform(0.1, 0.5), stereo=rng.random() < 0.3)
    else:
        heard = echoes(x, rng, 8, 80, 5, rng.uniform(0.1, 0.3))
    if rng.random() < 0.4:
        return heard
    heard = np.concatenate([np.zeros((samples(rng.uniform(0.01, 0.1)), *heard.shape[1:])), normalised(heard)])
    hush = shaped_noise(len(heard), rng, [(60, 0), (500, -12), (4000, -24), (20000, -40)]) * 10 ** (-rng.uniform(46, 66) / 20)
    return heard + (hush[:, None] if heard.ndim == 2 else hush)


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


def anvil(rng: Rng) -> np.ndarray:
    """A hammer on an anvil: solid steel rings high and clear, the hammer jumps back for a lighter tap."""
    base = uniform_log(rng, 900, 2600)
    frequencies = base * np.sort(np.concatenate([[1], rng.uniform(1.2, 7, 22)]))
    decays = uniform_log(rng, 0.25, 1.4) / (1 + frequencies / 9000) * rng.uniform(0.4, 1, 23)

    def blow(r: Rng) -> np.ndarray:
        hit = contact(modes(1.4, frequencies, decays, r.uniform(0.1, 1, 23), r), 0.00012)
        block = crowded(0.3, r, [(250, -10, 0.08), (700, -6, 0.06), (2500, 0, 0.03), (6000, -3, 0.02)])
        rebound = [(r.uniform(0.1, 0.2), r.uniform(0, 0.3) * normalised(hit))] if r.random() < 0.4 else []
        return place([(0, normalised(hit)), (0, 0.3 * normalised(block)), *rebound])

    return series(blow, rng, int(rng.integers(1, 6)), rng.uniform(0.4, 0.9))


def pipe(rng: Rng) -> np.ndarray:
    """A pipe or a rail: the bending of a long bar, and above it the wall's own dense modes."""
    bending = uniform_log(rng, 120, 600) * (np.arange(3, 22, 2) / 3) ** 2
    wall = plate(rng, uniform_log(rng, 700, 2000), 24, (0.4, 1.0))
    frequencies = np.concatenate([bending, wall])
    decays = uniform_log(rng, 0.3, 2.2) / (1 + frequencies / 6000) * rng.uniform(0.4, 1, len(frequencies))
    touch = uniform_log(rng, 0.00006, 0.0003)

    def blow(r: Rng) -> np.ndarray:
        hit = contact(modes(2.2, frequencies, decays, r.uniform(0.1, 1, len(frequencies)), r), touch)
        tick = crowded(0.1, r, [(1500, 0, 0.03), (5000, 0, 0.015)])
        return place([(0, normalised(hit)), (0, 0.35 * normalised(tick))])

    return series(blow, rng, int(rng.choice((1, 1, 2, 3, 4, 6))), rng.uniform(0.2, 0.8))


def sheet(rng: Rng) -> np.ndarray:
    """A sheet, lid or pan: modes crowd, and a hard blow feeds the high ones, which die soon."""
    frequencies = plate(rng, uniform_log(rng, 90, 500), 90, (0.5, 1.0))
    decays = uniform_log(rng, 0.25, 1.6) / (1 + frequencies / 5000) * rng.uniform(0.4, 1, 90)
    touch = uniform_log(rng, 0.0001, 0.0004)

    def blow(r: Rng) -> np.ndarray:
        body = contact(modes(1.6, frequencies, decays, r.uniform(0.1, 1, 90), r), touch)
        wash = crowded(0.6, r, [(1400, 0, 0.3), (2800, 1, 0.25), (5600, 0, 0.18), (10000, -8, 0.1)])
        return place([(0, normalised(body)), (0, r.uniform(0.15, 0.5) * normalised(wash))])

    return series(blow, rng, int(rng.choice((1, 1, 2, 3))), rng.uniform(0.3, 0.9))


def crash(rng: Rng) -> np.ndarray:
    """Two vehicles meet: the blow's boom, sheet metal folding, glass, parts that fall and roll out."""
    boom = crowded(
        1.0, rng, [(60, 0, 0.4), (130, 0, 0.35), (300, -2, 0.3), (700, -3, 0.3), (1500, -4, 0.35), (3000, -6, 0.4), (7000, -10, 0.3)]
    )
    parts = [(rng.exponential(0.25), rng.pareto(2) * 0.2 * metal_hit(rng, 150, 900, (0.1, 0.6))) for _ in range(int(rng.integers(10, 22)))]
    glass = [
        (0.03 + rng.exponential(0.25), rng.pareto(2) * 0.1 * glass_hit(rng, 2200, 6000, (0.03, 0.2)))
        for _ in range(int(rng.integers(15, 50)))
    ]
    return place([(0, normalised(boom)), *parts, *glass])


def coins(rng: Rng) -> np.ndarray:
    events = [(rng.uniform(0, 0.9), rng.uniform(0.2, 1) * metal_hit(rng, 2500, 6000, (0.06, 0.4))) for _ in range(rng.integers(4, 18))]
    return place(events)


def dropped_metal(rng: Rng) -> np.ndarray:
    """A tool, a lid or a tin on the floor: every bounce wakes other modes of the same thing."""
    frequencies = plate(rng, uniform_log(rng, 400, 1500), 30, (0.3, 1.0))
    decays = uniform_log(rng, 0.12, 0.7) / (1 + frequencies / 8000)

    def land(r: Rng) -> np.ndarray:
        body = contact(modes(0.7, frequencies, decays, r.uniform(0.1, 1, 30), r), 0.00012)
        floor = crowded(0.2, r, [(180, -10, 0.1), (600, -8, 0.05), (3000, 0, 0.02)])
        return place([(0, normalised(body)), (0, 0.3 * normalised(floor))])

    return bouncing(land, rng)


def metal(rng: Rng):
    make, caption = (
        (dropped_metal, "a metal object dropping and bouncing"),
        (coins, "coins jingling"),
        (anvil, "a hammer on metal"),
        (pipe, "a hit on a metal pipe"),
        (pipe, "a stick hitting a metal railing"),
        (sheet, "a metallic clang"),
        (crash, "a metallic crash"),
    )[rng.choice(7, p=(0.18, 0.13, 0.22, 0.14, 0.08, 0.17, 0.08))]
    return some_room(make(rng), rng), "impact_metal", caption


def stone(rng: Rng):
    if rng.random() < 0.35:
        count = int(rng.integers(12, 40))
        fall = [(t, g * stone_hit(rng)) for t, g in zip(np.cumsum(rng.exponential(0.06, count)), rng.pareto(2, count).clip(0.1, 3))]
        rumble = [
            (t, 0.5 * rng.random() * normalised(crowded(0.5, rng, [(70, 0, 0.35), (160, -4, 0.25), (400, -12, 0.2)]))) for t, _ in fall[::5]
        ]
        dust = grains(3, curve(3, [(0, 500), (0.5, 300), (1, 0)]), rng, 900, 7000, (0.002, 0.01))
        return some_room(place([*fall, *rumble, (0.0, 0.3 * normalised(dust))]), rng), "impact_stone", "rocks falling"
    return some_room(repeated(stone_hit, rng), rng), "impact_stone", "stone striking stone"


def glass(rng: Rng):
    if rng.random() < 0.4:
        return plain_room(repeated(glass_hit, rng), rng), "impact_glass", "a clink of glass"
    burst = shaped_noise(samples(0.4), rng, [(300, -12), (3000, 0), (12000, 0), (20000, -10)]) * strike(0.4, 0.001, rng.uniform(0.1, 0.3))
    count = int(rng.integers(40, 140))
    times = np.sort(rng.exponential(rng.uniform(0.12, 0.35), count))
    shards = [(t, np.exp(-1.5 * t) * rng.pareto(2.0) * 0.35 * glass_hit(rng, 1800, 7000, (0.03, 0.3))) for t in times]
    return plain_room(normalised(place([(0, 0.8 * normalised(burst)), *shards])), rng), "impact_glass", "glass shattering"


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


def clash(rng: Rng):
    """Two blades ring as they meet, and may slide along each other."""
    events, time = [], 0.0
    for _ in range(int(rng.integers(1, 5))):
        hit = metal_hit(rng, 900, 3200, (0.3, 1.6))
        scrape_seconds = rng.uniform(0.08, 0.35)
        scrape = shaped_noise(samples(scrape_seconds), rng, [(800, -24), (4000, 0), (11000, -3), (20000, -20)])
        scrape *= np.hanning(len(scrape)) * (1 + 0.5 * wander(len(scrape), rng, 60))
        events += [(time, hit * rng.uniform(0.6, 1)), (time, 0.12 * rng.uniform(0, 1) * scrape)]
        time += rng.uniform(0.25, 0.8)
    return plain_room(place(events), rng), "sword", "swords clashing"


def bell_stroke(rng: Rng, base: float, longest: float, seconds: float) -> np.ndarray:
    """A bell's partials, every one a slightly split pair; the high ones give the stroke and fade first, the hum stays."""
    ratios = BELL * (1 + 0.006 * np.sin(base * BELL))
    decays = longest / (1 + 0.7 * (ratios - 0.5))
    gains = np.array((0.35, 0.6, 0.7, 0.25, 1, 0.4, 0.4, 0.8, 0.5, 0.6, 0.4, 0.5, 0.4, 0.35, 0.25, 0.2)) * rng.uniform(0.6, 1, len(BELL))
    twins = base * ratios * (1.0003 + 0.0009 * (1 + np.sin(7 * base * BELL)))
    body = modes(seconds, np.concatenate([base * ratios, twins]), np.tile(decays, 2), np.tile(gains, 2), rng)
    clapper = normalised(crowded(0.2, rng, [(900, -6, 0.08), (2500, 0, 0.06), (6000, -2, 0.04)]))
    return place([(0, normalised(contact(body, 0.0001))), (0, 0.25 * clapper)])


def church_bells(rng: Rng) -> np.ndarray:
    """One bell tolling, or some of a peal; up in a tower, so with the town's echoes."""
    tune = uniform_log(rng, 260, 700) * np.array((1, 8 / 9, 4 / 5, 2 / 3))[: int(rng.choice((1, 1, 2, 3, 4)))]
    gap, longest = rng.uniform(0.9, 1.8) / len(tune) ** 0.7, rng.uniform(3, 7)
    count = int(np.clip(4 / gap, 2, 7))
    strokes = [
        (i * gap * rng.uniform(0.98, 1.02), rng.uniform(0.7, 1) * bell_stroke(rng, tune[i % len(tune)], longest, 3)) for i in range(count)
    ]
    return echoes(place(strokes), rng, 10, 90, 5, 0.3)


def hand_bell(rng: Rng) -> np.ndarray:
    """A small bell struck once or shaken: the clapper comes back at either side."""
    base, longest = uniform_log(rng, 900, 2600), rng.uniform(0.6, 2.2)
    count = int(rng.choice((1, 2, 4, 8, 14)))
    gap = rng.uniform(0.09, 0.2) if count > 3 else rng.uniform(0.3, 0.8)
    return series(lambda r: bell_stroke(r, base, longest, min(longest, 2)), rng, count, gap, 0.12)


def door_chime(rng: Rng) -> np.ndarray:
    """Ding-dong: two struck metal bars a third or so apart."""
    high, times = uniform_log(rng, 550, 900), (0.0, rng.uniform(0.4, 0.8))
    bars = [high, high * float(rng.choice((0.8, 0.75, 0.841)))]
    ring = rng.uniform(1.2, 2.5)
    tones = [modes(ring, base * BAR, ring / np.array((1, 3, 8, 15, 25)), (1, 0.35, 0.2, 0.1, 0.05), rng) for base in bars]
    plunger = crowded(0.1, rng, [(1200, 0, 0.03), (4000, -3, 0.02)])
    return place([event for t, tone in zip(times, tones) for event in ((t, normalised(tone)), (t, 0.12 * normalised(plunger)))])


def bell(rng: Rng):
    make, caption = (
        (church_bells, "a church bell ringing"),
        (hand_bell, "a small bell ringing"),
        (door_chime, "a doorbell"),
        (gong, "a gong being struck"),
    )[rng.choice(4, p=(0.42, 0.33, 0.1, 0.15))]
    return some_room(normalised(make(rng)), rng), "bell", caption


def gong(rng: Rng) -> np.ndarray:
    """A thin bronze disc: the blow's low modes feed the high ones, which bloom late."""
    count = 70
    ratios = 1 + np.sort(rng.gamma(1.6, 3.0, count))
    frequencies = rng.uniform(60, 140) * ratios
    t = clock(5)
    out = np.zeros(len(t))
    for frequency, ratio in zip(frequencies, ratios):
        bloom = 1 - np.exp(-t * rng.uniform(3, 20))
        fall = np.exp(-t * rng.uniform(0.7, 1.6) * (1 + frequency / 3000))
        out += ratio**-0.5 * rng.uniform(0.2, 1) * bloom * fall * np.sin(2 * np.pi * frequency * t + rng.uniform(0, 6))
    return normalised(out)
