"""Doors: hinges that stick and slip, latches that click, leaves of wood and of metal that shut in a frame; what slides, and car doors."""

import numpy as np

from .dsp import (RATE, Rng, band, contact, curve, fftconvolve, grains, modes, normalised, place, room, samples, shaped_noise, strike,
                  uniform_log, wander)


def click(rng: Rng, low: float = 900, high: float = 3000) -> np.ndarray:
    """Small metal parts that meet: two or three dry ticks within hundredths of a second, held by the wood around them."""
    base = uniform_log(rng, low, high)
    frequencies = base * np.cumprod(rng.uniform(1.05, 1.4, 10))
    ticks, time = [], 0.0
    for _ in range(int(rng.integers(1, 4))):
        ring = modes(0.09, frequencies * rng.uniform(0.97, 1.03, 10), rng.uniform(0.008, 0.04, 10), rng.uniform(0.2, 1, 10), rng)
        snap = shaped_noise(len(ring), rng, [(200, -6), (1500, 0), (5000, -2), (20000, -18)])
        snap *= strike(0.09, 0.0004, rng.uniform(0.008, 0.025))
        body = modes(0.09, rng.uniform(180, 700, 3), [0.04, 0.03, 0.02], [0.6, 0.4, 0.3], rng)
        ticks.append((time, rng.uniform(0.4, 1) * normalised(normalised(ring) + rng.uniform(0.6, 1.2) * normalised(snap) + 0.5 * body)))
        time += rng.uniform(0.012, 0.05)
    return normalised(place(ticks))


def contacts(rng: Rng, seconds: float, count: int) -> np.ndarray:
    """Two stiff bodies never meet at one point: a cluster of blows, the strongest in the middle of it, that chatter out."""
    x = np.zeros(samples(seconds) + 1)
    times = np.clip(rng.gamma(2.5, seconds / 7, count), 0, seconds)
    x[(times * RATE).astype(int)] += rng.choice((-1, 1, 1), count) * rng.pareto(1.8, count).clip(0.05, 5)
    return x


def leaf(rng: Rng, size: float, hard: float) -> np.ndarray:
    """A wooden leaf that meets its frame: dense, damped bending modes, the slap of the edges, and the air that is pushed out."""
    frequencies = size * np.cumprod(np.concatenate([[1], rng.uniform(1.08, 1.3, 21)]))
    decays = rng.uniform(0.06, 0.14) * (size / frequencies) ** rng.uniform(0.35, 0.6) * rng.uniform(0.6, 1.3, 22)
    gains = (size / frequencies) ** rng.uniform(0.2, 0.7) * rng.uniform(0.3, 1, 22)
    body = modes(0.35, frequencies, decays, gains * rng.choice((-1, 1), 22), rng)
    blows = contacts(rng, rng.uniform(0.03, 0.08), int(rng.integers(6, 25)))
    slap = shaped_noise(len(body), rng, [(60, -3), (250, 0), (900, -3), (2500, -9 + 6 * hard), (6000, -20 + 10 * hard), (20000, -40)])
    slap *= strike(0.35, 0.003, rng.uniform(0.04, 0.12))
    low = modes(0.35, [rng.uniform(0.7, 1) * size], [rng.uniform(0.1, 0.25)], [1], rng)
    x = normalised(fftconvolve(blows, contact(body, 0.0026 - 0.0018 * hard))) + rng.uniform(0.5, 1) * normalised(fftconvolve(blows, slap))
    return normalised(place([(0, x), (rng.uniform(0.005, 0.02), rng.uniform(0.3, 0.9) * contact(low, 0.005))]))


def plate(rng: Rng, size: float, longest: float) -> np.ndarray:
    """A leaf of sheet steel on a frame: many modes that ring longer, over the boom of the hollow between its sheets."""
    frequencies = size * (1 + np.sort(rng.gamma(2.2, 2.8, 40)))
    decays = longest / (1 + frequencies / rng.uniform(600, 2000)) * rng.uniform(0.5, 1.2, 40)
    ring = modes(longest, frequencies, decays, (size / frequencies) ** rng.uniform(0.4, 0.8) * rng.uniform(0.2, 1, 40), rng)
    return normalised(place([(0, normalised(contact(ring, 0.0012))), (0, rng.uniform(0.7, 1.2) * leaf(rng, 0.7 * size, 0.8))]))


def swing(rng: Rng, seconds: float) -> np.ndarray:
    """Air and hinges of a leaf that moves, faster and faster."""
    noise = shaped_noise(samples(seconds), rng, [(80, 0), (500, -8), (3000, -20), (20000, -60)])
    return normalised(noise * curve(seconds, [(0, 0), (0.8, 1), (1, 0.3)]) ** 2 * np.exp(0.3 * wander(samples(seconds), rng, 15)))


def handle(rng: Rng) -> np.ndarray:
    """A handle that is pressed: the spring rubs, the bolt draws back."""
    seconds = rng.uniform(0.12, 0.3)
    rub = grains(seconds, 500 * np.hanning(samples(seconds)), rng, 700, 6000, (0.002, 0.008), bands=16)
    return normalised(place([(0, 0.25 * normalised(rub)), (rng.uniform(0, 0.04), 0.5 * click(rng)),
                             (seconds * rng.uniform(0.6, 1), click(rng, 600, 2200))]))


def creak_of(rng: Rng, seconds: float, pace: float) -> np.ndarray:
    """Stick and slip: a hinge jumps ``pace`` times a second, slower and faster as the leaf turns; the board sounds with each jump."""
    n = samples(seconds)
    rate = pace * np.exp(uniform_log(rng, 0.05, 0.3) * wander(n, rng, 2.5) + rng.uniform(-0.3, 0.3) * np.linspace(-1, 1, n))
    phase = np.cumsum(rate * (1 + uniform_log(rng, 0.01, 0.08) * wander(n, rng, 70))) / RATE
    slips = np.diff(np.floor(phase), prepend=0) * np.exp(0.35 * rng.standard_normal(n))
    low = uniform_log(rng, 250, 700)
    frequencies = low * np.cumprod(rng.uniform(1.12, 1.5, 12))
    ring = modes(0.06, frequencies, rng.uniform(0.004, 0.02, 12), rng.uniform(0.3, 1, 12) * (low / frequencies) ** 0.3, rng)
    grip = np.clip(0.55 + 0.55 * wander(n, rng, 3.5), 0.02, 2) * np.minimum(1, np.minimum(np.arange(n), np.arange(n)[::-1]) / (0.05 * RATE))
    rub = shaped_noise(n, rng, [(200, -20), (1500, 0), (5000, -6), (20000, -30)])
    x = normalised(fftconvolve(slips, ring)[:n] * grip)
    return normalised(band(x + 0.02 * rub * grip, 120, None))


def creak(rng: Rng):
    """Dry hinges, from single ticks to a squeal; often in two or three movements, sometimes until the door shuts."""
    pace, events, time = uniform_log(rng, 25, 500), [], 0.0
    for _ in range(int(rng.integers(1, 4))):
        seconds = rng.uniform(0.4, 1.6)
        events.append((time, rng.uniform(0.5, 1) * creak_of(rng, seconds, pace * rng.uniform(0.8, 1.25))))
        time += seconds * rng.uniform(0.9, 1.3)
    if rng.random() < 0.6:
        events += shut(rng, time, rng.uniform(0.6, 2))
    if rng.random() < 0.4:
        events = [(0, rng.uniform(0.3, 0.8) * handle(rng)), *((start + 0.35, part) for start, part in events)]
    return normalised(place(events)), "a door creaking"


def shut(rng: Rng, time: float, loud: float) -> list[tuple[float, np.ndarray]]:
    """A leaf that falls into its frame at ``time``, and the latch that springs out just then."""
    spring = time + rng.uniform(0.0, 0.06)
    return [(time, loud * leaf(rng, uniform_log(rng, 60, 130), rng.random())), (spring, loud * rng.uniform(0.15, 0.5) * click(rng))]


def slam(rng: Rng):
    """Swung shut with force: a rush of air, the blow, the latch, and what rattles on after it."""
    rush = rng.uniform(0.15, 0.6)
    rattle = grains(0.4, 150 * strike(0.4, 0.01, 0.4), rng, 300, 3000, (0.01, 0.03), bands=16)
    events = [(0, rng.uniform(0.02, 0.12) * swing(rng, rush)), *shut(rng, rush, 1),
              (rush + 0.02, rng.uniform(0.03, 0.15) * normalised(rattle))]
    if rng.random() < 0.3:
        events.append((rng.uniform(0, 0.5) * rush, 0.2 * creak_of(rng, 0.5 * rush, uniform_log(rng, 100, 400))))
    return place(events), "a door slamming shut"


def closed(rng: Rng):
    rush = rng.uniform(0.2, 0.7)
    events = [(0, 0.04 * swing(rng, rush)), *shut(rng, rush, rng.uniform(0.5, 1)),
              (rush + rng.uniform(0.08, 0.3), rng.uniform(0.15, 0.5) * click(rng, 700, 2500))]
    return place(events), "a door closing"


def opened(rng: Rng):
    """Handle, the leaf coming free of its frame, hinges, air."""
    turn, free = handle(rng), rng.uniform(0.15, 0.35)
    moving = rng.uniform(0.4, 1)
    events = [(0, rng.uniform(0.6, 1) * turn), (free, rng.uniform(0.3, 0.7) * leaf(rng, uniform_log(rng, 90, 200), 0.6)),
              (free, 0.06 * swing(rng, moving))]
    if rng.random() < 0.6:
        events.append((free + 0.08, rng.uniform(0.05, 0.35) * creak_of(rng, moving, uniform_log(rng, 40, 400))))
    return place(events), "a door opening"


def both(rng: Rng):
    first, second = opened(rng)[0], closed(rng)[0]
    return place([(0, 0.7 * first), (len(first) / RATE + rng.uniform(0, 0.6), second)]), "a door being opened and closed"


def steel(rng: Rng):
    """A heavy metal door, in a stairwell or a cellar, with its bolt."""
    heavy = plate(rng, uniform_log(rng, 55, 130), uniform_log(rng, 0.4, 1.6))
    bolt = rng.uniform(0.05, 0.35)
    events = [(0, 0.6 * handle(rng)), (0.4, heavy), (0.4 + bolt, rng.uniform(0.2, 0.6) * plate(rng, uniform_log(rng, 300, 700), 0.25))]
    if rng.random() < 0.4:
        events.append((0.0, 0.25 * creak_of(rng, 0.45, uniform_log(rng, 60, 300))))
    return place(events), "a heavy metal door closing"


def slides(rng: Rng):
    """Rollers in a rail: a rumble with the bumps of each joint, and the stop."""
    seconds = rng.uniform(0.5, 1.6)
    n, speed = samples(seconds), curve(seconds, [(0, 0), (0.15, 0.8), (0.7, 1), (0.95, 0.6), (1, 0.2)])
    rumble = shaped_noise(n, rng, [(50, -4), (150, 0), (700, -4), (rng.uniform(1500, 4000), -9), (8000, -26), (20000, -50)])
    rumble = rumble * speed ** 1.5 * np.exp(0.5 * wander(n, rng, 25))
    bumps = grains(seconds, rng.uniform(25, 90) * speed, rng, 150, 2500, (0.01, 0.04), bands=20)
    end = leaf(rng, uniform_log(rng, 80, 220), rng.random())
    events = [(0, 0.35 * normalised(rumble)), (0, 0.35 * normalised(bumps)), (seconds - 0.02, end),
              (seconds + rng.uniform(0, 0.08), 0.3 * click(rng))]
    if rng.random() < 0.5:
        events.append((0, 0.5 * click(rng, 600, 2000)))
    return place(events), "a sliding door"


def car(rng: Rng):
    """Sheet steel, damped by lining and rubber, and the two catches of its lock."""
    thud = leaf(rng, uniform_log(rng, 50, 95), rng.uniform(0.2, 0.7))
    sheet = plate(rng, uniform_log(rng, 120, 260), rng.uniform(0.1, 0.25))
    catch = rng.uniform(0.015, 0.05)
    shutting = [(0, thud), (0, rng.uniform(0.3, 0.7) * sheet), (0, 0.5 * click(rng, 500, 1600)), (catch, 0.4 * click(rng, 500, 1600))]
    if rng.random() < 0.5:
        return place([(0, 0.05 * swing(rng, 0.4)), *((0.4 + t, x) for t, x in shutting)]), "a car door closing"
    opening = [(0, 0.6 * handle(rng)), (0.2, 0.5 * sheet), (0.2, 0.4 * click(rng, 500, 1600))]
    return place(opening + [(rng.uniform(0.9, 2) + t, x) for t, x in shutting]), "a car door opening and closing"


def cupboard(rng: Rng):
    """A small, light leaf with a catch, and dishes or cutlery that tremble within."""
    size = uniform_log(rng, 140, 380)
    rattle = grains(0.3, 100 * strike(0.3, 0.005, 0.3), rng, 800, 5000, (0.01, 0.04), bands=16)
    events = [(0, 0.5 * click(rng)), (0, 0.35 * leaf(rng, 1.3 * size, 0.7))]
    if rng.random() < 0.5:
        events.append((0.08, 0.15 * creak_of(rng, rng.uniform(0.2, 0.6), uniform_log(rng, 80, 500))))
    time = rng.uniform(0.6, 1.5)
    events += [(time, leaf(rng, size, rng.uniform(0.4, 1))),
               (time + rng.uniform(0.01, 0.06), 0.3 * click(rng)), (time, 0.12 * normalised(rattle))]
    return place(events), "a cupboard door opening and closing"


KINDS = {creak: 0.06, slam: 0.2, closed: 0.2, opened: 0.1, both: 0.2, steel: 0.06, slides: 0.05, car: 0.08, cupboard: 0.05}


def door(rng: Rng):
    kind = list(KINDS)[int(np.searchsorted(np.cumsum(list(KINDS.values())), rng.random() * 0.999))]
    x, caption = kind(rng)
    decay = rng.uniform(0.08, 0.25) if kind is car else uniform_log(rng, 0.5, 2.5) if kind is steel else uniform_log(rng, 0.25, 1.4)
    x = room(normalised(x), rng, decay, rng.uniform(0.15, 0.6), stereo=rng.random() < 0.3, bright=uniform_log(rng, 2500, 8000))
    hush = shaped_noise(len(x), rng, [(30, 0), (200, -8), (2000, -18), (20000, -45)]) * uniform_log(rng, 0.0003, 0.006)
    return x + (hush[:, None] if x.ndim == 2 else hush), "door", caption
