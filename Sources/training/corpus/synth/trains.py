"""Trains on rails and steam locomotives."""

import numpy as np

from .dsp import (RATE, Rng, band, curve, formants, modes, normalised, oscillator, place, room, samples, shaped_noise, strike,
                  uniform_log, wander)
from .signals import air, chord, steam_whistle

# Chords of locomotive horns, Hz.
HORNS = ((311, 370, 415, 494, 622), (311, 370, 494), (277, 311, 370, 440, 554), (255, 311, 440), (311, 370), (370, 660), (302, 360, 470))


def train(rng: Rng):
    kind = rng.choice(("passing", "rolling", "horn", "braking", "steam", "whistle", "cart"), p=(0.28, 0.2, 0.12, 0.08, 0.16, 0.1, 0.06))
    x, caption = {
        "passing": passing_train,
        "rolling": riding,
        "horn": horn_train,
        "braking": braking,
        "steam": puffing,
        "whistle": whistling,
        "cart": cart,
    }[kind](rng)
    return x, "train", caption


def rolling(n: int, rng: Rng) -> np.ndarray:
    """Rough wheels on rough rails: sleepers hum low, rails near 1 kHz, wheels above; each its own noise. Unit rms."""
    tilt = rng.uniform(-4, 3)
    spectrum = [
        (25, -10),
        (60, 0),
        (160, -3),
        (350, -5),
        (700, tilt - 2),
        (1300, tilt - 3),
        (2400, tilt - 9),
        (5000, tilt - 20),
        (10000, -36),
        (20000, -55),
    ]
    x = shaped_noise(n, rng, [(f, level + rng.uniform(-2.5, 2.5)) for f, level in spectrum])
    x = x + formants(x, [(uniform_log(rng, 130, 2600), rng.uniform(5, 12), rng.uniform(0.6, 2)) for _ in range(6)])
    return x / x.std() * np.maximum(0.2, 1 + 0.3 * wander(n, rng, 14) + 0.15 * wander(n, rng, 2))


def clack(rng: Rng) -> np.ndarray:
    """A wheel drops over a rail joint: a dull thump of the track, and a short dense clatter of rail and wheel."""
    body = modes(0.35, np.exp(rng.uniform(np.log(180), np.log(3200), 24)), rng.uniform(0.04, 0.16, 24), rng.uniform(0.2, 1, 24), rng) / 4
    burst = shaped_noise(samples(0.35), rng, [(80, 0), (400, 0), (1500, -4), (5000, -16), (20000, -45)]) * strike(
        0.35, 0.004, rng.uniform(0.08, 0.16)
    )
    thump = modes(0.35, [rng.uniform(45, 75), rng.uniform(80, 140)], [0.25, 0.15], [0.8, 0.8], rng)
    return body + 0.5 * burst + thump


def axles(rng: Rng, cars: int) -> np.ndarray:
    """How far behind the front each axle is, in metres: two bogies a car, two axles each, [bogies, 2]."""
    length, inset, base = rng.uniform(14, 26), rng.uniform(2.5, 4), rng.uniform(1.8, 2.6)
    middles = np.concatenate([[k * length + inset, (k + 1) * length - inset] for k in range(cars)])
    return middles[:, None] + np.array([-base / 2, base / 2])


def motor(rng: Rng, pitch: np.ndarray) -> np.ndarray:
    """A diesel's slow firing with a whistling turbocharger, or the whine of electric motors; it follows ``pitch`` (1 = usual)."""
    n = len(pitch)
    if rng.random() < 0.5:
        firing = oscillator(rng.uniform(45, 95) * pitch * (1 + 0.01 * wander(n, rng, 4)), 24, 0.9, rng) * (1 + 0.3 * wander(n, rng, 15))
        turbo = oscillator(rng.uniform(1200, 2600) * pitch, 2, 2, rng) * 0.03
        return normalised(firing + shaped_noise(n, rng, [(40, 0), (300, -6), (2000, -22), (20000, -50)])) + turbo
    whine = sum(oscillator(uniform_log(rng, 200, 1400) * pitch, 3, 1.5, rng) * rng.uniform(0.3, 1) for _ in range(3))
    return normalised(whine * (1 + 0.2 * wander(n, rng, 8))) * 0.4 + 0.1 * shaped_noise(
        n, rng, [(60, 0), (500, -8), (4000, -20), (20000, -50)]
    )


def pass_by(rng: Rng, seconds: float, horn: np.ndarray | None = None) -> np.ndarray:
    """A train goes past beside the track, [n, 2]: every bogie is a source, every joint near the listener clacks under every axle."""
    n, distance, speed = samples(seconds), uniform_log(rng, 2.5, 12), rng.uniform(8, 28)
    wheels = axles(rng, int(np.clip(speed * rng.uniform(0.4, 0.9) * seconds / 22, 2, 12)))
    head, coarse = seconds * rng.uniform(0.1, 0.35), np.arange(0, n + 480, 240)
    along = speed * (coarse / RATE - head)[:, None] - wheels.mean(1)
    far = np.hypot(along, distance)
    dull, bright = band(rolling(n, rng), None, 400, 1), band(rolling(n, rng), None, rng.uniform(1500, 6000), 1)
    joints, loud = np.arange(-3, 4) * rng.uniform(12, 25) + rng.uniform(-8, 8), rng.choice((0.5, 1.0, 1.6, 2.4))
    clacks = [
        (head + (joint + wheel) / speed, joint, loud * rng.uniform(0.6, 1) * hit)
        for joint, hit in zip(joints, [clack(rng) for _ in joints])
        for wheel in wheels.ravel()
        if head + (joint + wheel) / speed > 0
    ]
    front = speed * (np.arange(n) / RATE - head)
    away = np.hypot(front, distance)
    engine = 0.25 * motor(rng, np.ones(n)) + (0 if horn is None else 1.5 * np.pad(horn, (0, n))[:n])
    engine = np.interp(np.arange(n) - (away - away[0]) / 343 * RATE, np.arange(n), engine, left=0) * distance / away
    channels = []
    for side in (-1, 1):
        toward = lambda x, r: np.sqrt(0.5 + 0.4 * side * x / r)
        fine = lambda energy: np.interp(np.arange(n), coarse, np.sqrt((energy * toward(along, far) ** 2).sum(1)))
        rails, wheel = fine((distance / far) ** 2 + 0.15 * distance / far), fine((distance / far) ** 2 * np.exp((distance - far) / 50))
        x = 0.6 * rails * dull + 0.6 * wheel * bright + engine * toward(front, away)
        channels.append(
            x
            + place(
                [(time, hit * distance / np.hypot(at, distance) * toward(at, np.hypot(at, distance))) for time, at, hit in clacks], seconds
            )
        )
    return np.stack(channels, 1)


def passing_train(rng: Rng):
    return pass_by(rng, rng.uniform(5, 8)), "a train passing"


def blasts(rng: Rng, seconds: float) -> np.ndarray:
    """A locomotive's horn, blown once to three times."""
    notes, time, events = np.array(HORNS[rng.integers(len(HORNS))]) * rng.uniform(0.94, 1.06), rng.uniform(0.1, 0.6), []
    for _ in range(rng.integers(1, 4)):
        length = uniform_log(rng, 0.4, 2.5)
        events.append((time, chord(rng, notes, length)))
        time += length + rng.uniform(0.15, 0.5)
    return place(events, seconds)


def horn_train(rng: Rng):
    seconds = rng.uniform(5, 8)
    horn = blasts(rng, seconds)
    if rng.random() < 0.5:
        return pass_by(rng, seconds, room(horn, rng, 2, 0.3)[: len(horn)]), "a train passing and sounding its horn"
    x = (
        horn
        + 0.1 * rolling(len(horn), rng) * curve(seconds, [(0, 0.4), (1, rng.uniform(0.4, 1.5))])
        + 0.08 * motor(rng, np.ones(len(horn)))
    )
    return room(x, rng, rng.uniform(1.5, 3.5), rng.uniform(0.2, 0.7)), "a train sounding its horn"


def ride(rng: Rng, speed: np.ndarray, loud: float) -> np.ndarray:
    """Along with a train: rolling noise that grows with ``speed`` (m/s, for each sample), and clacks by bogies at every joint."""
    n, rail = len(speed), rng.uniform(11, 25)
    way = np.cumsum(speed) / RATE
    events = []
    heard = ((0.0, 1.0), (rng.uniform(1.9, 2.6), 0.9), (rng.uniform(5.5, 7), 0.4), (rng.uniform(7.8, 9), 0.35))
    for start in np.arange(rng.uniform(0.5, rail), way[-1] - 10, rail):
        joint, worn = clack(rng), rng.uniform(0.6, 1.1)
        events += [(np.searchsorted(way, start + behind) / RATE, gain * worn * rng.uniform(0.8, 1.1) * joint) for behind, gain in heard]
    noise = rolling(n, rng) * (speed / 18) ** 1.2
    hit = place(events, (n + 0.5) / RATE) * np.clip(speed / 15, 0.2, 1.3) if events else 0
    return 0.5 * noise + loud * hit


def riding(rng: Rng):
    seconds = rng.uniform(5, 8)
    speed = rng.uniform(10, 28) * curve(seconds, [(0, 1), (1, rng.uniform(0.85, 1.2))])
    x = ride(rng, speed, uniform_log(rng, 0.5, 2)) + rng.uniform(0.02, 0.2) * motor(rng, speed / speed.mean())
    if rng.random() < 0.4:
        x = band(x, None, rng.uniform(600, 1800), 1)
    return room(x, rng, rng.uniform(0.4, 1.2), rng.uniform(0.1, 0.35)), "a train rolling on the rails"


def squeal(rng: Rng, n: int) -> np.ndarray:
    """Wheels sticking and slipping: a few of their bending modes sing, each when it likes, none quite steady."""
    out = np.zeros(n)
    for frequency in np.exp(rng.uniform(np.log(1100), np.log(5500), 6)):
        sings = np.clip(wander(n, rng, 1.5), 0, 1.5) ** 1.5
        out += sings * oscillator(frequency * (1 + 0.002 * wander(n, rng, 12)), 3, 1.6, rng) * (1 + 0.3 * wander(n, rng, 40))
    return out


def braking(rng: Rng):
    """Slows to a walk or stands still: clacks spread out, blocks squeal, and air hisses out of the brakes."""
    seconds = rng.uniform(5, 8)
    n = samples(seconds)
    pace = curve(seconds, [(0, 1), (rng.uniform(0.75, 1), 0.02), (1, 0.02)])
    x = ride(rng, rng.uniform(9, 18) * pace, rng.uniform(0.2, 0.7)) + rng.uniform(0.05, 0.14) * squeal(rng, n) * np.minimum(1, 3 * pace) * (
        1 - 0.5 * pace
    )
    hiss = air(n, rng) * curve(seconds, [(0, 0), (0.84, 0), (0.86, 1), (0.93, 0.4), (1, 0)])
    return room(x + rng.uniform(0, 0.1) * hiss, rng, rng.uniform(1, 3), rng.uniform(0.2, 0.6)), "a train braking with squealing wheels"


def steam_train(rng: Rng, seconds: float) -> np.ndarray:
    """Four exhausts a turn through the chimney, each a soft-edged rush, shorter as the engine gains speed; leaking steam; wheels."""
    n = samples(seconds)
    start = uniform_log(rng, 0.9, 6)
    rate = start * curve(seconds, [(0, 1), (1, rng.uniform(1, 1.8))])
    phase = np.cumsum(rate) / RATE + rng.random()
    part, beat = phase % 1, phase.astype(int)
    accent = rng.uniform(0.6, 1.1, 4)[beat % 4] * rng.normal(1, 0.08, beat[-1] + 1)[beat]
    since, period = part / rate, 1 / rate
    rise, fall = rng.uniform(0.03, 0.06), np.minimum(rng.uniform(0.1, 0.2), 0.35 * period)
    puff = accent * np.minimum(1, since / rise) ** 1.5 * np.exp(-np.maximum(0, since - rise) / fall)
    low = shaped_noise(n, rng, [(40, -20), (110, -4), (300, 0), (700, -2), (1500, -10), (20000, -60)])
    high = shaped_noise(n, rng, [(200, -18), (700, -3), (1800, 0), (4500, -7), (9000, -16), (20000, -35)])
    chimney = formants(low, [(rng.uniform(90, 160), 2, 1), (rng.uniform(250, 420), 2, 1)])
    x = puff * (low + 0.6 * chimney) + rng.uniform(0.35, 0.8) * puff**1.3 * high
    leak = rng.uniform(0.02, 0.12) * air(n, rng) * (1 + 0.2 * wander(n, rng, 3))
    return 0.3 * x + leak + rng.uniform(0.2, 0.45) * ride(rng, rate * rng.uniform(1.1, 1.5) + 1, rng.uniform(0.1, 0.5))


def puffing(rng: Rng):
    seconds = rng.uniform(5, 8)
    return room(steam_train(rng, seconds), rng, rng.uniform(0.6, 2), rng.uniform(0.15, 0.5)), "a steam train puffing"


def whistling(rng: Rng):
    seconds = rng.uniform(5, 8)
    events, time = [], rng.uniform(0.1, 0.6)
    for _ in range(rng.integers(1, 4)):
        length = uniform_log(rng, 0.4, 2.2)
        events.append((time, length))
        time += length + rng.uniform(0.1, 0.4)
    seed = rng.integers(2**31)
    calls = place([(time, steam_whistle(np.random.default_rng(seed), length)) for time, length in events], seconds)
    x = calls * rng.uniform(0.4, 0.9) + rng.uniform(0.3, 1) * steam_train(rng, seconds)
    return room(x, rng, rng.uniform(1.2, 3), rng.uniform(0.25, 0.7)), "a steam train blowing its whistle"


def cart(rng: Rng):
    """A small cart on four wheels: hollow tub, short rails, slow."""
    seconds = rng.uniform(3, 6)
    speed = rng.uniform(2.5, 6) * (1 + 0.15 * wander(samples(seconds), rng, 0.7))
    n, way = len(speed), np.cumsum(np.maximum(1, speed)) / RATE
    times = [np.searchsorted(way, start + behind) / RATE for start in np.arange(0.3, way[-1] - 1, rng.uniform(2, 5)) for behind in (0, 0.9)]
    hits = place([(time, rng.uniform(0.4, 1) * clack(rng)) for time in times], seconds)
    rattle = rolling(n, rng) * (1 + 0.4 * wander(n, rng, 14))
    tub = formants(rattle + hits, [(uniform_log(rng, 130, 900), 8, rng.uniform(0.5, 1.5)) for _ in range(4)])
    return room(0.3 * rattle + 0.8 * hits + 0.6 * tub, rng, rng.uniform(0.5, 2), rng.uniform(0.1, 0.5)), "a mine cart rolling on rails"
