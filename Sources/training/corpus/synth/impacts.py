"""Things being struck: modes, or bands of noise where they lie too dense; single blows of wood, metal, stone and glass; stone and glass."""

import numpy as np

from .dsp import RATE, Rng, band, clock, contact, curve, grains, modes, normalised, place, room, samples, shaped_noise, strike, uniform_log

BAR = np.array((1.0, 2.756, 5.404, 8.933, 13.34))
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
