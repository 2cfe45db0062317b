"""Footsteps: the two lobes of a foot's push, heel and then toe, that crush a loose ground or excite a hard one, in a walk of two feet."""

from dataclasses import dataclass

import numpy as np

from .doors import creak_of
from .dsp import (RATE, Rng, band, contact, grains, modes, normalised, place, room, samples, shaped_noise, strike, tinted, uniform_log,
                  wander)
from .surroundings import muffled

SECONDS, ONSET = 0.8, 0.2


@dataclass
class Shoe:
    """What stays the same from step to step: how the foot rolls, its sole, and the ground that it meets."""

    roll: float  # seconds from the heel to the toe
    toe: float  # loudness of the toe beside the heel
    hard: float  # 0 a rubber sole or a bare foot, 1 a hard heel
    heavy: float
    scuff: float  # how much the sole drags
    body: int  # seed of the resonances


def shoe(rng: Rng, running: bool) -> Shoe:
    roll = rng.uniform(0.05, 0.1) if running else rng.uniform(0.1, 0.18)
    return Shoe(roll, rng.uniform(0.35, 1), rng.random(), rng.uniform(0.2, 1), rng.random() ** 2, int(rng.integers(2 ** 31)))


def lobe(at: float, rise: float, fall: float) -> np.ndarray:
    """A push around ``at`` seconds from the onset that grows and fades without an edge, as fast as a constant number of dB a second."""
    t = np.arange(samples(SECONDS)) / RATE - ONSET - at
    return 1 / np.cosh(np.minimum(np.abs(t) / np.where(t < 0, rise, fall), 30))


def press(rng: Rng, foot: Shoe, soft: float) -> np.ndarray:
    """Force on a yielding ground: the heel sinks in, the foot rolls over, the toe pushes off; around them, grains that still settle."""
    heel = rng.uniform(0.6, 1) * lobe(0, soft * rng.uniform(0.015, 0.035), soft * rng.uniform(0.02, 0.04))
    roll = lobe(foot.roll * 0.55, 0.04 * soft, 0.05 * soft)
    toe = lobe(foot.roll * rng.uniform(0.9, 1.15), rng.uniform(0.02, 0.04), rng.uniform(0.03, 0.055))
    settling = lobe(foot.roll, 0.12, 0.14) * np.exp(0.5 * wander(samples(SECONDS), rng, 10))
    x = heel + rng.uniform(0.2, 0.5) * roll + foot.toe * rng.uniform(0.7, 1.2) * toe + rng.uniform(0.08, 0.2) * settling
    return x * np.hanning(len(x)) ** 0.2


def crushed(rng: Rng, force: np.ndarray, rate: float, tail: float) -> np.ndarray:
    """Grains that give way under a force: clicks without a pitch, few of them loud; how many and how loud follows the force."""
    hits = np.flatnonzero(rng.random(len(force)) < rate / RATE * force ** 0.4)
    clicks = np.zeros(len(force))
    clicks[hits] = rng.pareto(tail, len(hits)).clip(0, 12) * rng.choice((-1, 1), len(hits)) * force[hits]
    life = samples(rng.uniform(0.0015, 0.004))
    dust = rng.standard_normal(life) * np.exp(-5 * np.arange(life) / life)
    return normalised(np.convolve(clicks, dust)[:len(force)])


def thump(rng: Rng, foot: Shoe) -> np.ndarray:
    """The weight of the body on the ground."""
    body = modes(SECONDS, [rng.uniform(45, 90), rng.uniform(90, 170)], [0.14, 0.1], [1, 0.5], rng)
    return np.concatenate([np.zeros(samples(ONSET)), foot.heavy * contact(body, 0.012)])[:samples(SECONDS)]


def rubbed(rng: Rng, force: np.ndarray, points: list[tuple[float, float]], rough: float) -> np.ndarray:
    """A slide over a ground: noise whose loudness follows the force, and the ground's unevenness."""
    noise = shaped_noise(len(force), rng, points)
    return normalised(noise * force * np.exp(rough * wander(len(force), rng, 400)))


def gravel(rng: Rng, foot: Shoe) -> np.ndarray:
    force, same = press(rng, foot, 1.2), np.random.default_rng(foot.body)
    stones, fine = crushed(rng, force, same.uniform(300, 900), 2.2), crushed(rng, force, 9000, 3)
    rough = rubbed(rng, force, [(100, 0), (20000, 0)], 0.8)
    mix = same.uniform(0.2, 0.6) * stones + 0.5 * fine + 0.8 * rough
    peak = same.uniform(600, 1500)
    return normalised(tinted(mix, [(80, -12), (peak / 2, -3), (peak, 0), (4 * peak, -10), (20000, -30)])) + 0.35 * thump(rng, foot)


def sand(rng: Rng, foot: Shoe) -> np.ndarray:
    force = press(rng, foot, 1.6)
    slide = rubbed(rng, force, [(100, -14), (600, -4), (2500, 0), (8000, -4), (20000, -22)], 0.5)
    return normalised(slide + 0.5 * tinted(crushed(rng, force, 9000, 3), [(300, -10), (2000, 0), (20000, -10)])) + 0.06 * thump(rng, foot)


def snow(rng: Rng, foot: Shoe) -> np.ndarray:
    """Crystals break and weld again: a crunch of many small slips, with the groan of packed snow in hard frost."""
    force, same = press(rng, foot, 1.3), np.random.default_rng(foot.body)
    slips = same.uniform(150, 420) * np.exp(0.25 * wander(len(force), rng, 20))
    phase = np.cumsum(slips * (1 + 0.35 * wander(len(force), rng, 300))) / RATE
    groan = np.diff(np.floor(phase), prepend=0) * force * rng.uniform(0.3, 1, len(force))
    crunch = 0.5 * crushed(rng, force, same.uniform(4000, 9000), 2.8) + 0.8 * rubbed(rng, force, [(100, 0), (20000, 0)], 1)
    crunch += same.uniform(0, 0.3) * normalised(tinted(groan, [(200, -9), (900, 0), (4000, -12)]))
    peak = same.uniform(600, 2500)
    return normalised(tinted(crunch, [(60, -8), (peak / 3, -3), (peak, 0), (3 * peak, -5), (20000, -20)])) + 0.3 * thump(rng, foot)


def grass(rng: Rng, foot: Shoe) -> np.ndarray:
    """Blades bend, brush along the shoe and snap."""
    swish = 0.4 * lobe(-0.06, 0.03, 0.05) + press(rng, foot, 1.3) + 0.4 * lobe(0.06 + foot.roll, 0.04, 0.08)
    blades = crushed(rng, swish, 3000, 2.5)
    brush = rubbed(rng, swish, [(150, -12), (500, -2), (1500, 0), (5000, -4), (9000, -9), (20000, -26)], 0.5)
    return normalised(tinted(0.2 * blades, [(300, -8), (1500, 0), (6000, -6), (20000, -20)]) + 0.8 * brush) + 0.9 * thump(rng, foot)


def sole(rng: Rng, foot: Shoe, gain: float, hard: float) -> np.ndarray:
    """A part of a sole that lands on something rigid: a burst through the shoe's own, heavily damped resonances."""
    same = np.random.default_rng(foot.body)
    frequencies = uniform_log(same, 130, 260) * np.cumprod(same.uniform(1.25, 1.7, 9)) * rng.uniform(0.93, 1.07, 9)
    decays = same.uniform(0.025, 0.05, 9) * (300 / frequencies) ** 0.25
    gains = rng.uniform(0.4, 1, 9) * (frequencies / 300) ** (0.6 * hard - 0.7)
    ring = contact(modes(0.2, frequencies, decays, gains, rng), 0.0035 - 0.003 * hard)
    slap = shaped_noise(len(ring), rng, [(150, -4), (700, 0), (2500, -4 - 8 * (1 - hard)), (20000, -34)])
    slap *= strike(0.2, 0.0015, rng.uniform(0.03, 0.07))
    return gain * (normalised(ring) + rng.uniform(0.5, 0.9) * normalised(slap))


def scuffed(rng: Rng, foot: Shoe) -> np.ndarray:
    """Grit between the sole and a hard ground, most when the toe turns and leaves."""
    force = rng.uniform(0.3, 0.8) * lobe(0.015, 0.012, 0.03) + lobe(0.03 + foot.roll, 0.03, rng.uniform(0.02, 0.05)) * rng.uniform(0.3, 1)
    grit = tinted(crushed(rng, force, 2500, 2.2), [(300, -14), (2500, 0), (7000, -3), (20000, -22)])
    return normalised(grit) + 0.5 * rubbed(rng, force, [(200, -12), (1500, 0), (6000, -4), (20000, -28)], 1)


def landed(rng: Rng, foot: Shoe) -> np.ndarray:
    """Heel and toe of a shoe on a rigid floor."""
    heel, toe = sole(rng, foot, 1, foot.hard), sole(rng, foot, foot.toe * rng.uniform(0.3, 0.7), 0.4 * foot.hard)
    return place([(ONSET, heel), (ONSET + foot.roll * rng.uniform(0.85, 1.1), toe)], SECONDS)


def concrete(rng: Rng, foot: Shoe) -> np.ndarray:
    return landed(rng, foot) + (0.2 + 0.5 * foot.scuff) * scuffed(rng, foot) + 0.15 * thump(rng, foot)


def wood(rng: Rng, foot: Shoe) -> np.ndarray:
    """A floor of boards on joists: low, damped modes under the shoe, and now and then a board that creaks."""
    same = np.random.default_rng(foot.body + 1)
    frequencies = np.sort(same.uniform(70, 600, 12)) * rng.uniform(0.97, 1.03, 12)
    board = modes(0.4, frequencies, same.uniform(0.05, 0.14, 12), rng.uniform(0.3, 1, 12) * (100 / frequencies) ** 0.4, rng)
    hollow = normalised(contact(board, 0.004 - 0.0025 * foot.hard))
    events = [(ONSET, rng.uniform(0.7, 1) * hollow), (ONSET + foot.roll, foot.toe * rng.uniform(0.2, 0.5) * hollow)]
    if rng.random() < 0.2:
        events.append((ONSET + 0.05, rng.uniform(0.05, 0.2) * creak_of(rng, rng.uniform(0.15, 0.4), uniform_log(rng, 60, 300))))
    return 0.6 * landed(rng, foot) + place(events, SECONDS) + (0.12 + 0.3 * foot.scuff) * scuffed(rng, foot)


def metal(rng: Rng, foot: Shoe) -> np.ndarray:
    """A plate or a grating that the foot both strikes and damps, and its loose fixings."""
    same = np.random.default_rng(foot.body + 2)
    frequencies = uniform_log(same, 110, 320) * (1 + np.sort(same.gamma(2, 2.6, 30))) * rng.uniform(0.995, 1.005, 30)
    decays = uniform_log(same, 0.12, 0.5) / (1 + frequencies / 3000) * rng.uniform(0.6, 1.2, 30)
    gains = rng.uniform(0.1, 1, 30) * (200 / frequencies) ** 0.35
    plate = normalised(contact(modes(0.6, frequencies, decays, gains, rng), 0.0022 - 0.0015 * foot.hard))
    rattle = grains(0.3, 120 * strike(0.3, 0.02, 0.3), rng, 900, 6000, (0.01, 0.04), bands=16)
    events = [(ONSET, plate), (ONSET + foot.roll, foot.toe * rng.uniform(0.2, 0.5) * plate), (ONSET + 0.015, 0.12 * normalised(rattle))]
    return 0.7 * landed(rng, foot) + rng.uniform(0.4, 0.9) * place(events, SECONDS) + (0.1 + 0.2 * foot.scuff) * scuffed(rng, foot)


GROUNDS = {"gravel": (gravel, "footsteps on gravel"), "sand": (sand, "footsteps on sand"), "snow": (snow, "footsteps in snow"),
           "grass": (grass, "footsteps on grass"), "concrete": (concrete, "footsteps on concrete"),
           "wood": (wood, "footsteps on wood"), "metal": (metal, "footsteps on metal")}
HARD = ("concrete", "wood", "metal")


def walk(rng: Rng, make) -> np.ndarray:
    """Two feet in turn: a pace that hardly wavers, one foot a little louder and later than the other, clothes that brush between."""
    running = rng.random() < 0.25
    pace = rng.uniform(0.28, 0.42) if running else rng.uniform(0.46, 0.75)
    foot, limp, louder = shoe(rng, running), rng.normal(0, 0.02), rng.uniform(0.75, 1)
    count = 1 if rng.random() < 0.08 else int(rng.uniform(2.2, 5) / pace) + 1
    grow = np.linspace(*rng.choice([(1, 1), (1, 1), (0.5, 1), (1, 0.5)]), count)
    events = []
    for i in range(count):
        time = max(0, (i + limp * (i % 2) + rng.normal(0, 0.015)) * pace)
        gain = grow[i] * (louder if i % 2 else 1) * rng.uniform(0.75, 1)
        events.append((time, gain * normalised(make(rng, foot))))
    x = place(events)
    cloth = shaped_noise(len(x), rng, [(200, -18), (1500, 0), (5000, -4), (20000, -30)])
    swing = np.sin(np.pi * np.arange(len(x)) / RATE / pace) ** 4
    return x + uniform_log(rng, 0.002, 0.02) * cloth * swing * np.exp(0.3 * wander(len(x), rng, 12))


def around(x: np.ndarray, rng: Rng, indoors: bool) -> np.ndarray:
    """Walls that answer, or open air; and the quiet noise of the place."""
    if indoors or rng.random() < 0.15:
        decay, bright = uniform_log(rng, 0.25, 1.6), uniform_log(rng, 2500, 8000)
        x = room(x, rng, decay, rng.uniform(0.15, 0.6), stereo=rng.random() < 0.3, bright=bright)
    else:
        x = room(x, rng, rng.uniform(0.08, 0.2), rng.uniform(0.05, 0.25), stereo=rng.random() < 0.3)
    air = shaped_noise(len(x), rng, [(30, 0), (200, -8), (2000, -18), (8000, -28), (20000, -50)])
    air *= uniform_log(rng, 0.001, 0.015) * np.abs(x).max() * np.exp(0.3 * wander(len(x), rng, 1))
    return x + (air[:, None] if x.ndim == 2 else air)


def footsteps(ground: str):
    make, caption = GROUNDS[ground]

    def generate(rng: Rng):
        x = band(walk(rng, make), 35, None)
        x = muffled(x, rng.uniform(0.2, 1.1) if ground in HARD else rng.uniform(0, 0.5))
        return around(x, rng, ground in HARD and rng.random() < 0.8), "footsteps", caption
    return generate
