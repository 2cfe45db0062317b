"""Machines and tools."""

import numpy as np

from .dsp import (RATE, Rng, band, clock, curve, formants, grains, modes, normalised, oscillator, place, room, samples, shaped_noise,
                  strike, uniform_log, wander)
from .impacts import metal_hit


def machine(rng: Rng):
    kind = rng.choice(("hum", "factory", "drill", "chainsaw", "hand saw", "circular saw", "clock", "typing", "jackhammer", "sewing"))
    make = {
        "hum": hum,
        "factory": factory,
        "drill": drill,
        "chainsaw": chainsaw,
        "hand saw": hand_saw,
        "circular saw": circular_saw,
        "clock": ticking,
        "typing": typing,
        "jackhammer": jackhammer,
        "sewing": sewing,
    }[kind]
    x, caption = make(rng, rng.uniform(3, 6.5))
    return x, "machine", caption


def hum(rng: Rng, seconds: float):
    """Mains hum of a transformer or motor, the blades of a fan, and its air; a bearing that whines a little."""
    n = samples(seconds)
    mains = oscillator(np.full(n, rng.choice((50, 60, 100, 120)) * rng.uniform(0.98, 1.02)), 16, rng.uniform(0.7, 1.6), rng)
    blades = oscillator(rng.uniform(70, 320) * (1 + 0.002 * wander(n, rng, 1)), 8, rng.uniform(1, 1.8), rng) * (1 + 0.2 * wander(n, rng, 6))
    turn = 1 + rng.uniform(0, 0.35) * np.sin(2 * np.pi * rng.uniform(2, 14) * clock(seconds))
    wind = shaped_noise(n, rng, [(50, -8), (150, 0), (600, -4), (3000, -16), (20000, -45)]) * turn
    whine = oscillator(uniform_log(rng, 600, 3500) * (1 + 0.002 * wander(n, rng, 2)), 2, 1.5, rng)
    x = (
        rng.uniform(0.4, 1) * normalised(mains)
        + rng.uniform(0, 0.7) * normalised(blades)
        + rng.uniform(0.03, 0.15) * wind
        + rng.uniform(0, 0.04) * whine
    )
    return room(x, rng, rng.uniform(0.3, 1.2), rng.uniform(0.1, 0.4)), "humming machinery"


def factory(rng: Rng, seconds: float):
    """Machines in a hall: a motor, and a cycle of clanks, thumps and puffs of air that comes again and again."""
    n, period = samples(seconds), rng.uniform(0.35, 1.4)
    cycle = []
    for _ in range(rng.integers(2, 6)):
        part = rng.choice(("clank", "thump", "air", "rattle"))
        if part == "clank":
            sound = metal_hit(rng, 250, 1400, (0.08, 0.35)) * rng.uniform(0.5, 1)
        elif part == "thump":
            sound = modes(0.4, rng.uniform(50, 260, 6), rng.uniform(0.1, 0.3, 6), rng.uniform(0.2, 0.5, 6), rng)
        elif part == "air":
            length = rng.uniform(0.1, 0.4)
            sound = (
                0.12 * shaped_noise(samples(length), rng, [(400, -20), (2500, 0), (8000, -3), (20000, -20)]) * strike(length, 0.01, length)
            )
        else:
            sound = 0.4 * place([(k * rng.uniform(0.03, 0.05), metal_hit(rng, 600, 2500, (0.03, 0.1)) * 0.8**k) for k in range(5)])
        cycle.append((rng.uniform(0, 0.9) * period, sound))
    beats = [
        (start + at + rng.normal(0, 0.004) + 0.02, sound * rng.uniform(0.8, 1))
        for start in np.arange(0, seconds, period)
        for at, sound in cycle
    ]
    run = oscillator(rng.uniform(25, 60) * (1 + 0.01 * wander(n, rng, 3)), 40, rng.uniform(0.5, 1), rng)
    x = (
        place(beats, seconds)
        + rng.uniform(0.1, 0.4) * normalised(run)
        + rng.uniform(0.03, 0.12) * shaped_noise(n, rng, [(60, 0), (400, 0), (2500, -10), (20000, -35)]) * (1 + 0.2 * wander(n, rng, 8))
    )
    return room(x, rng, rng.uniform(0.6, 1.8), rng.uniform(0.2, 0.5)), str(rng.choice(("machinery working", "factory machinery")))


def brush_motor(rng: Rng, speed: np.ndarray) -> np.ndarray:
    """A universal motor at ``speed`` turns a second: shaft, commutator and gear teeth whine, with sidebands of the slow chuck; a fan."""
    n, teeth, bars = len(speed), rng.integers(5, 9), 2 * rng.integers(5, 8)
    jitter = speed * (1 + 0.004 * wander(n, rng, 60))
    chuck = 1 + 0.3 * np.sin(2 * np.pi * np.cumsum(speed / rng.uniform(8, 16)) / RATE)
    tone = oscillator(jitter, 14, rng.uniform(0.8, 1.3), rng) + rng.uniform(0.4, 1.2) * oscillator(jitter * teeth, 6, 0.9, rng) * chuck
    tone = tone + 0.25 * oscillator(jitter * bars, 3, 1, rng)
    case = 0.4 * tone + formants(
        tone, [(uniform_log(rng, 500, 1000), 2, 1), (uniform_log(rng, 1500, 2600), 3, 0.9), (uniform_log(rng, 3200, 5500), 3, 0.5)]
    )
    fan = shaped_noise(n, rng, [(200, -12), (1000, -2), (3500, 0), (9000, -8), (20000, -25)]) * (speed / speed.max()) ** 2
    return normalised(case) + rng.uniform(0.05, 0.15) * fan


def drill(rng: Rng, seconds: float):
    """Trigger pulled, bit into wood, metal or masonry (where the motor slows and the work growls, or is hammered), trigger let go."""
    n, top = samples(seconds), rng.uniform(120, 330)
    bite, leave = rng.uniform(0.15, 0.3), rng.uniform(0.75, 0.9)
    sag = rng.uniform(0.6, 0.88)
    speed = top * curve(
        seconds,
        [(0, 0.08), (rng.uniform(0.04, 0.1), 1), (bite, 1), (bite + 0.06, sag), (leave, sag), (leave + 0.02, 1), (0.95, 1), (1, 0.2)],
    )
    work = curve(seconds, [(0, 0), (bite, 0), (bite + 0.05, 1), (leave, 1), (leave + 0.02, 0), (1, 0)])
    grind = shaped_noise(n, rng, [(150, -8), (600, 0), (2500, 0), (7000, -5), (20000, -25)]) * (1 + 0.3 * wander(n, rng, 30))
    if rng.random() < 0.4:
        blows = np.exp(-5 * (np.cumsum(speed / rng.uniform(4, 7)) / RATE % 1))
        grind = 2.5 * blows * (grind + formants(grind, [(uniform_log(rng, 300, 900), 4, 1), (uniform_log(rng, 1500, 3000), 4, 1)]))
    x = brush_motor(rng, speed) * (1 - 0.2 * work) + rng.uniform(0.06, 0.25) * grind * work
    return room(x, rng, rng.uniform(0.2, 0.9), rng.uniform(0.1, 0.35)), "a power drill"


def circular_saw(rng: Rng, seconds: float):
    """A blade of many teeth screams, drops in pitch and roars when it meets the board, and coasts down."""
    n, bite, leave, sag = samples(seconds), rng.uniform(0.2, 0.35), rng.uniform(0.7, 0.8), rng.uniform(0.75, 0.9)
    turn = rng.uniform(50, 85) * curve(
        seconds, [(0, 0.1), (0.1, 1), (bite, 1), (bite + 0.05, sag), (leave, sag), (leave + 0.04, 1), (0.86, 1), (1, 0.45)]
    )
    work = curve(seconds, [(0, 0), (bite, 0), (bite + 0.03, 1), (leave, 1), (leave + 0.03, 0), (1, 0)])
    teeth = turn * rng.choice((18, 24, 30, 40)) * (1 + 0.002 * wander(n, rng, 40))
    blade = oscillator(teeth, 6, rng.uniform(0.7, 1.2), rng) * (1 + 0.3 * np.sin(2 * np.pi * np.cumsum(turn) / RATE))
    roar = shaped_noise(n, rng, [(200, -12), (900, -4), (2500, 0), (7000, -2), (20000, -18)]) * (1 + 0.25 * wander(n, rng, 25))
    x = (
        0.7 * brush_motor(rng, turn * rng.uniform(4, 6))
        + normalised(blade) * (0.15 + rng.uniform(0.3, 0.7) * work)
        + rng.uniform(0.15, 0.35) * roar * work
    )
    return room(x, rng, rng.uniform(0.3, 1.2), rng.uniform(0.15, 0.4)), "a circular saw cutting wood"


def chainsaw(rng: Rng, seconds: float):
    """A single-cylinder two-stroke fires at every turn: idles unevenly, screams at full throttle, sinks into the log; the chain rasps."""
    n = samples(seconds)
    idle, top = rng.uniform(38, 50), rng.uniform(130, 210)
    knots = [(0, idle), (rng.uniform(0.08, 0.3), idle)]
    while knots[-1][0] < 0.85:
        start, length = knots[-1][0], rng.uniform(0.15, 0.5)
        knots += [
            (start + 0.03, top),
            (start + 0.06, top * rng.uniform(0.65, 0.95)),
            (start + length, top * rng.uniform(0.6, 0.9)),
            (start + length + 0.08, idle * 1.3),
        ]
        knots.append((start + length + rng.uniform(0.1, 0.2), idle))
    rate = curve(seconds, knots) * (1 + 0.02 * wander(n, rng, 12))
    load = np.clip((rate - idle) / (0.6 * top - idle), 0.12, 1)
    phase = np.cumsum(rate) / RATE
    part, beat = phase % 1, phase.astype(int)
    power = rng.normal(1, 0.12, beat[-1] + 1)[beat] * (0.4 + 0.6 * load)
    since = part / rate
    crack = power * (np.exp(-since / 0.0009) - 0.35 * np.exp(-since / 0.0035))
    blast = power * np.exp(-since / 0.003) * shaped_noise(n, rng, [(150, -4), (800, 0), (3000, -2), (8000, -10), (20000, -28)])
    raw = crack + rng.uniform(0.2, 0.4) * blast
    tone = raw + formants(
        raw, [(uniform_log(rng, 180, 350), 2, 1), (uniform_log(rng, 600, 1100), 3, 1.2), (uniform_log(rng, 1600, 3000), 3, 0.9)]
    )
    chain = (
        shaped_noise(n, rng, [(500, -14), (2000, -2), (5000, 0), (10000, -6), (20000, -20)])
        * load**2
        * (1 + 0.3 * np.sin(2 * np.pi * phase * 7))
    )
    x = band(normalised(tone) + rng.uniform(0.05, 0.14) * chain, 70, rng.uniform(5000, 12000), 1)
    return room(x, rng, rng.uniform(0.4, 1.5), rng.uniform(0.08, 0.35)), "a chainsaw cutting"


def hand_saw(rng: Rng, seconds: float):
    """Strokes there and back: teeth catch one after the other, fastest in mid-stroke; the push is loud, the pull light; the board hums."""
    n, rate = samples(seconds), rng.uniform(0.8, 1.9)
    phase = np.cumsum(rate * (1 + 0.06 * wander(n, rng, 1.5))) / RATE
    speed = np.abs(np.sin(2 * np.pi * phase))
    stroke = speed ** rng.uniform(0.8, 1.4) * np.where(phase % 1 < 0.5, 1, rng.uniform(0.25, 0.7))
    pitch = rng.uniform(160, 450)
    catch = np.exp(-4 * (np.cumsum(pitch * (0.2 + speed)) / RATE % 1)) * (1 + 0.4 * wander(n, rng, 90))
    rasp = shaped_noise(n, rng, [(150, -14), (500, -3), (1300, 0), (3500, -6), (8000, -14), (20000, -32)]) * stroke * (0.35 + catch)
    board = formants(
        rasp, [(uniform_log(rng, 180, 420), 5, 1), (uniform_log(rng, 600, 1100), 5, 1), (uniform_log(rng, 1300, 2600), 5, 0.8)]
    )
    teeth = grains(seconds, 1500 * stroke, rng, 700, 6000, (0.001, 0.005), tail=3)
    x = normalised(rasp) + rng.uniform(1, 2) * normalised(board) + 0.06 * normalised(teeth)
    return room(x, rng, rng.uniform(0.2, 0.8), rng.uniform(0.05, 0.3)), "a hand saw cutting wood"


def ticking(rng: Rng, seconds: float):
    """The escapement of a watch or a clock: each beat is a drop, a lock and a recoil; tick and tock differ."""
    gap = rng.choice((0.2, 0.25, 0.4, 0.5, 0.75, 1.0))
    low = rng.uniform(2500, 4500) if gap < 0.3 else uniform_log(rng, 900, 3000)
    sounds = []
    for tune in (1, rng.uniform(0.8, 0.95)):
        case = modes(0.1, low * tune * rng.uniform(0.4, 3, 14), rng.uniform(0.006, 0.035, 14), rng.uniform(0.2, 1, 14), rng) / 3
        click = shaped_noise(samples(0.1), rng, [(300, -20), (low, 0), (2 * low, -3), (12000, -12), (20000, -25)]) * strike(
            0.1, 0.0004, rng.uniform(0.008, 0.02)
        )
        late = rng.uniform(0.006, 0.014)
        sounds.append(
            place([(0, 0.3 * click), (late, case + 0.6 * click), (late + rng.uniform(0.01, 0.02), 0.3 * case + 0.2 * click)], 0.2)
        )
    limp = rng.uniform(-0.04, 0.04) * gap
    beats = [(0.05 + k * gap + (k % 2) * limp, sounds[k % 2] * rng.uniform(0.85, 1)) for k in range(int(seconds / gap))]
    x = place(beats, seconds) + uniform_log(rng, 0.0003, 0.003) * shaped_noise(
        samples(seconds), rng, [(50, 0), (500, -8), (5000, -20), (20000, -40)]
    )
    return room(x, rng, rng.uniform(0.2, 0.7), rng.uniform(0.03, 0.2)), "a clock ticking"


def typing(rng: Rng, seconds: float):
    """Keys bottom out on a plate and come back up, in bursts of words; the long bar is deeper; each key has its own place and sound."""
    plate = uniform_log(rng, 250, 700)
    bright, pace, depth = rng.uniform(1800, 4200), rng.uniform(0.08, 0.15), rng.uniform(0.5, 1.2)

    def key(tune: float, force: float) -> np.ndarray:
        body = modes(0.09, plate * tune * rng.uniform(1, 9, 9), rng.uniform(0.012, 0.05, 9), rng.uniform(0.2, 1, 9), rng)
        click = shaped_noise(samples(0.09), rng, [(400, -10), (1500, -2), (bright, 0), (2 * bright, -10), (24000, -30)]) * strike(
            0.09, 0.002, rng.uniform(0.02, 0.045)
        )
        return force * (depth * body / 3 + click)

    events, time = [], rng.uniform(0, 0.2)
    while time < seconds - 0.2:
        for _ in range(rng.integers(2, 9)):
            tune, force = rng.uniform(0.85, 1.2), rng.uniform(0.5, 1)
            events += [
                (time, 0.25 * key(1.3 * tune, force)),
                (time + 0.008, key(tune, force)),
                (time + rng.uniform(0.06, 0.11), key(1.2 * tune, 0.4 * force)),
            ]
            time += rng.gamma(5, pace / 5)
        events += [(time, key(0.6, 0.9)), (time + 0.08, key(0.7, 0.4))]
        time += pace + (rng.uniform(0.2, 0.6) if rng.random() < 0.2 else 0)
    hush = 0.02 * shaped_noise(samples(seconds), rng, [(50, 0), (500, -8), (5000, -20), (20000, -40)])
    return room(place(events, seconds) + hush, rng, rng.uniform(0.2, 0.5), rng.uniform(0.1, 0.3)), "typing on a keyboard"


def jackhammer(rng: Rng, seconds: float):
    """A piston strikes a chisel ten to thirty times a second, and every stroke lets its air out; stone chips fly; a street answers."""
    n, rate = samples(seconds), uniform_log(rng, 15, 30)
    works = np.clip(np.tanh(8 * (wander(n, rng, 0.8) + 1.0)), 0, 1)
    phase = np.cumsum(rate * (1 + 0.02 * wander(n, rng, 4))) / RATE
    starts = np.flatnonzero(np.diff(phase.astype(int))) / RATE
    steel = metal_hit(rng, 350, 1200, (0.1, 0.3))
    ground = modes(0.15, rng.uniform(60, 500, 8), rng.uniform(0.03, 0.1, 8), rng.uniform(0.3, 1, 8), rng) / 3
    crack = shaped_noise(samples(0.08), rng, [(150, -3), (700, 0), (3000, -2), (9000, -10), (20000, -28)]) * strike(0.08, 0.0007, 0.05)
    hits = [(time, rng.uniform(0.4, 0.8) * steel[: samples(0.3)]) for time in starts]
    hits += [(time, rng.uniform(0.3, 0.6) * ground) for time in starts] + [(time, rng.uniform(0.1, 0.2) * crack) for time in starts]
    exhaust = shaped_noise(n, rng, [(80, -4), (300, 0), (1500, -3), (5000, -9), (20000, -30)]) * np.exp(-3.5 * ((phase - 0.35) % 1))
    x = (place(hits, seconds) + rng.uniform(0.15, 0.35) * exhaust) * works + 0.08 * normalised(
        grains(seconds, 500, rng, 600, 5000, (0.002, 0.01))
    ) * works
    compressor = oscillator(rng.uniform(28, 45) * (1 + 0.01 * wander(n, rng, 3)), 30, 0.9, rng)
    return room(x + rng.uniform(0.0, 0.1) * normalised(compressor), rng, rng.uniform(0.4, 1.5), rng.uniform(0.1, 0.4)), "a jackhammer"


def sewing(rng: Rng, seconds: float):
    """The motor follows the foot; at every stitch the needle goes down and up, the hook turns, the feed knocks: several clicks a turn."""
    n, top = samples(seconds), rng.uniform(9, 17)
    knots, time = [(0, 0.0)], 0.02
    while time < 1:
        length = rng.uniform(0.25, 0.7)
        knots += [(time + 0.05, 1.0), (time + length, rng.uniform(0.8, 1)), (time + length + 0.03, 0.0)]
        time += length + rng.uniform(0.05, 0.15)
    foot = curve(seconds, knots)
    phase = np.cumsum(top * foot) / RATE
    turns = np.arange(1, int(phase[-1]))
    starts, pace = np.searchsorted(phase, turns) / RATE, np.maximum(2, top * foot[np.searchsorted(phase, turns)])
    parts = [
        (
            at,
            level
            * (
                modes(0.06, rng.uniform(500, 6500, 16), rng.uniform(0.012, 0.04, 16), rng.uniform(0.2, 1, 16), rng) / 3
                + 0.5 * shaped_noise(samples(0.06), rng, [(200, -6), (1200, 0), (5000, -4), (20000, -22)]) * strike(0.06, 0.001, 0.03)
            ),
        )
        for at, level in (
            (0, 1),
            (rng.uniform(0.2, 0.35), 0.45),
            (rng.uniform(0.45, 0.6), rng.uniform(0.6, 0.9)),
            (rng.uniform(0.7, 0.85), 0.4),
        )
    ]
    hits = [(start + at / speed, rng.uniform(0.85, 1) * sound) for start, speed in zip(starts, pace) for at, sound in parts]
    run = oscillator(np.maximum(20, top * foot * rng.uniform(7, 11)), 40, 0.8, rng) * foot
    body = formants(run, [(uniform_log(rng, 250, 500), 3, 1), (uniform_log(rng, 800, 1600), 3, 1)])
    gears = shaped_noise(n, rng, [(200, -6), (900, 0), (3500, -6), (20000, -30)]) * foot * (0.6 + 0.4 * np.cos(2 * np.pi * phase))
    x = place(hits, seconds) + rng.uniform(0.1, 0.3) * normalised(run + body) + rng.uniform(0.06, 0.15) * gears
    return room(x, rng, rng.uniform(0.2, 0.7), rng.uniform(0.1, 0.3)), "a sewing machine"
