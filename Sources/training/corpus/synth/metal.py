"""Metal being struck: anvils, pipes, sheets, coins, what drops, vehicles that crash; blades that meet."""

import numpy as np

from .dsp import Rng, contact, modes, normalised, place, samples, shaped_noise, uniform_log, wander
from .impacts import bouncing, crowded, glass_hit, metal_hit, plain_room, plate, series, some_room


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
