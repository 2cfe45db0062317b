"""Engines as pulse trains through exhaust resonances; trains, aircraft, skids, horns and sirens."""

import numpy as np

from .dsp import (RATE, Rng, band, clock, curve, formants, modes, normalised, oscillator, passing, place, room, samples,
                  shaped_noise, uniform_log, wander)


def engine_sound(rng: Rng, rpm: np.ndarray, cylinders: int, load: np.ndarray, heavy: float) -> np.ndarray:
    """One pressure pulse for each firing, a little different for each cylinder, through an exhaust pipe and a body."""
    n = len(rpm)
    firing = np.cumsum(rpm / 120 * cylinders) / RATE
    index = firing.astype(int)
    part = firing - index
    strength = rng.uniform(0.7, 1.2, cylinders)[index % cylinders] * rng.normal(1, 0.07, index[-1] + 2)[index]
    sharp = rng.uniform(5, 11)
    pulses = strength * (np.exp(-sharp * part) - 0.6 * np.exp(-sharp * 0.4 * np.abs(part - 0.3))) * (0.4 + 0.6 * load)
    blast = shaped_noise(n, rng, [(50, 0), (1000, -8), (6000, -20), (20000, -40)]) * strength * np.exp(-4 * part) * 0.35
    raw = pulses + blast * (0.4 + load)
    delay = samples(rng.uniform(0.004, 0.012) * (0.7 + heavy))
    pipe = raw.copy()
    pipe[delay:] -= 0.55 * raw[:-delay]
    pipe[2 * delay:] += 0.3 * raw[:-2 * delay]
    tone = pipe + formants(pipe, [(uniform_log(rng, 80, 160), 2, 1.4), (uniform_log(rng, 200, 420), 3, 1.0),
                                  (uniform_log(rng, 500, 1300), 4, 0.7), (uniform_log(rng, 1500, 3200), 4, 0.35)])
    rattle = shaped_noise(n, rng, [(500, -12), (2500, 0), (7000, -4), (20000, -25)]) * (0.5 + 0.5 * np.exp(-6 * part)) * rpm / 6000
    return band(normalised(tone) + 0.05 * rattle, 35, None)


def engine(rng: Rng):
    kind = rng.choice(("car", "car", "motorcycle", "truck", "sports car"))
    cylinders = {"car": 4, "motorcycle": int(rng.choice((1, 2))), "truck": 6, "sports car": int(rng.choice((8, 10)))}[kind]
    idle, top = {"car": (750, 4200), "motorcycle": (1000, 7000), "truck": (550, 1900), "sports car": (850, 7000)}[kind]
    seconds = rng.uniform(3.5, 7)
    n = samples(seconds)
    way = rng.choice(("idling", "accelerating", "driving past", "driving", "revving"))
    if way == "idling":
        rpm = idle * (1 + 0.02 * wander(n, rng, 4))
    elif way == "accelerating":
        rpm = curve(seconds, [(0, idle * 1.3), (0.38, top * 0.8), (0.42, top * 0.55), (0.8, top), (1, top)])
    elif way == "revving":
        rpm = curve(seconds, [(0, idle), (0.15, idle), (0.25, top * 0.8), (0.45, idle * 1.2), (0.55, idle), (0.65, top), (0.9, idle), (1, idle)])
    else:
        rpm = top * rng.uniform(0.4, 0.75) * (1 + 0.03 * wander(n, rng, 1))
    load = np.clip(np.gradient(rpm) * RATE / top * 2 + 0.35, 0.1, 1)
    heavy = {"car": 0.4, "motorcycle": 0.1, "truck": 1.0, "sports car": 0.5}[kind]
    x = engine_sound(rng, np.maximum(rpm * (1 + 0.004 * wander(n, rng, 15)), 300), cylinders, load, heavy)
    if way == "driving past":
        tyres = shaped_noise(n, rng, [(80, -8), (700, 0), (2500, -12), (20000, -45)])
        x = passing(x + 0.25 * tyres, rng.uniform(9, 25), rng.uniform(4, 10))
    return x, "engine", f"a {kind} engine {way}" if way in ("idling", "revving") else f"a {kind} {way}"


def train(rng: Rng):
    seconds = rng.uniform(4, 8)
    n = samples(seconds)
    if rng.random() < 0.5:
        return steam_train(rng, seconds), "train", "a steam train puffing"
    rumble = shaped_noise(n, rng, [(30, 0), (90, -2), (400, -14), (3000, -30), (20000, -55)])
    gap, pair = rng.uniform(0.5, 1.1), rng.uniform(0.09, 0.16)
    clack = [(t + d, rng.uniform(0.6, 1) * (modes(0.3, rng.uniform(180, 2400, 10), rng.uniform(0.03, 0.12, 10), rng.uniform(0.2, 1, 10), rng) / 3))
             for t in np.arange(0.1, seconds - 0.4, gap) for d in (0, pair)]
    squeal = oscillator(np.full(n, uniform_log(rng, 1800, 3600)), 2, 1.5) * np.clip(wander(n, rng, 1) - 0.6, 0, 1)
    x = 0.09 * rumble + 1.3 * place(clack, seconds) + 0.05 * squeal
    hum = oscillator(np.full(n, rng.uniform(90, 220)) * np.linspace(0.9, 1.1, n), 8, 1.2)
    if rng.random() < 0.4:
        return passing(x + 0.15 * hum, rng.uniform(12, 25), rng.uniform(6, 12)), "train", "a train passing"
    return x + 0.1 * hum, "train", "a train rolling on the rails"


def steam_train(rng: Rng, seconds: float) -> np.ndarray:
    n = samples(seconds)
    rate = curve(seconds, [(0, rng.uniform(1.2, 4)), (1, rng.uniform(3, 7))])
    phase = np.cumsum(rate) / RATE
    part = phase % 1
    accent = np.array((1, 0.7, 0.85, 0.7))[phase.astype(int) % 4]
    chuff = shaped_noise(n, rng, [(60, -4), (300, 0), (1200, -4), (5000, -12), (20000, -30)]) * accent * np.exp(-part * rng.uniform(4, 8)) * np.minimum(1, part * 40)
    x = chuff + 0.15 * shaped_noise(n, rng, [(30, 0), (150, -6), (900, -28), (20000, -60)])
    if rng.random() < 0.4:
        start, length = rng.uniform(0.2, 1.5), rng.uniform(0.8, 1.8)
        x += 0.5 * place([(start, steam_whistle(rng, length))], seconds)
    return x


def steam_whistle(rng: Rng, seconds: float) -> np.ndarray:
    t = clock(seconds)
    base = rng.uniform(330, 620)
    bend = 1 - 0.06 * np.exp(-t * 9)
    x = sum(oscillator(base * ratio * bend, 4, 1.8, rng) for ratio in (1, 1.19, 1.5))
    breath = band(rng.standard_normal(len(t)), base, base * 6, 1) * 0.5
    return (x + breath) * curve(seconds, [(0, 0), (0.08, 1), (0.88, 1), (1, 0)])


def aircraft(rng: Rng):
    kind = rng.choice(("helicopter", "propeller", "jet"))
    seconds = rng.uniform(4, 8)
    n = samples(seconds)
    if kind == "helicopter":
        rate = rng.uniform(9, 22)
        part = (np.cumsum(np.full(n, rate) * (1 + 0.01 * wander(n, rng, 2))) / RATE) % 1
        chop = shaped_noise(n, rng, [(30, 0), (150, 0), (700, -10), (4000, -28), (20000, -50)]) * np.exp(-part * 7)
        slap = np.exp(-part * 25) - np.exp(-np.abs(part - 0.06) * 25)
        turbine = oscillator(np.full(n, uniform_log(rng, 900, 2600)) * (1 + 0.003 * wander(n, rng, 3)), 3, 1.2)
        x = chop + 0.7 * slap + 0.05 * turbine + 0.12 * shaped_noise(n, rng, [(400, -6), (3000, 0), (20000, -25)])
        caption = "a helicopter hovering"
    elif kind == "propeller":
        rpm = np.full(n, rng.uniform(1800, 2600)) * curve(seconds, [(0, 0.9), (1, 1.05)])
        x = engine_sound(rng, rpm, 4, np.full(n, 0.8), 0.6)
        blades = oscillator(rpm / 60 * 2, 24, 0.7, rng)
        x = x + 0.5 * normalised(blades)
        caption = "a propeller plane flying"
    else:
        roar = shaped_noise(n, rng, [(40, -3), (200, 0), (900, -4), (4000, -16), (20000, -40)]) * (1 + 0.15 * wander(n, rng, 12))
        whine = oscillator(np.full(n, uniform_log(rng, 1800, 4200)) * curve(seconds, [(0, 0.97), (1, 1.03)]), 3, 1.2)
        x = roar + 0.1 * whine
        caption = "a jet flying past"
    if kind == "jet" or rng.random() < 0.4:
        return passing(x, rng.uniform(20, 70), rng.uniform(25, 60)), "aircraft", caption
    return x, "aircraft", caption


def skid(rng: Rng):
    """Stick and slip of rubber: a rough, wandering, harmonic squeal over a hiss."""
    seconds = rng.uniform(0.7, 2.6)
    n = samples(seconds)
    x = np.zeros(n)
    for _ in range(int(rng.integers(2, 4))):
        pitch = uniform_log(rng, 620, 1500) * curve(seconds, [(0, 1.08), (0.6, 1), (1, 0.82)]) * (1 + 0.025 * wander(n, rng, 9) + 0.012 * wander(n, rng, 120))
        x += rng.uniform(0.4, 1) * oscillator(pitch, 7, 1.0, rng) * np.clip(0.7 + 0.5 * wander(n, rng, 7), 0, 2)
    hiss = shaped_noise(n, rng, [(200, -10), (1500, 0), (5000, -8), (20000, -28)])
    shape = curve(seconds, [(0, 0), (0.06, 1), (0.75, 0.9), (1, 0)])
    return room((normalised(x) + 0.25 * hiss) * shape, rng, 0.5, 0.15), "skid", "tyres screeching"


def siren(rng: Rng):
    seconds = rng.uniform(2, 6)
    t = clock(seconds)
    kind = rng.choice(("wail", "two-tone", "car horn", "ship", "whistle", "alarm"))
    if kind == "wail":
        pitch = 950 + 420 * np.sin(2 * np.pi * t * uniform_log(rng, 0.25, 3.5) - 1.5)
        x, caption = np.tanh(2 * oscillator(pitch, 8, 1.1)), "an emergency siren wailing"
    elif kind == "two-tone":
        pitch = np.where((t * rng.uniform(0.8, 1.3)) % 1 < 0.5, 1, rng.uniform(1.25, 1.4)) * rng.uniform(430, 620)
        x, caption = np.tanh(2 * oscillator(pitch, 10, 1.0)), "a two-tone emergency siren"
    elif kind == "car horn":
        base = rng.uniform(330, 460)
        x = sum(np.tanh(3 * oscillator(np.full(len(t), base * r), 14, 0.8, rng)) for r in (1, rng.uniform(1.19, 1.27)))
        beeps = sum(curve(seconds, [(0, 0), (a, 0), (a + 0.01, 1), (a + w, 1), (a + w + 0.01, 0), (1, 0)])
                    for a, w in zip(np.sort(rng.uniform(0, 0.8, rng.integers(1, 4))), rng.uniform(0.05, 0.18, 3)))
        x, caption = x * np.clip(beeps, 0, 1), "a car horn honking"
    elif kind == "ship":
        x = np.tanh(2 * oscillator(np.full(len(t), rng.uniform(70, 150)) * (1 + 0.003 * wander(len(t), rng, 3)), 30, 0.8, rng))
        x, caption = room(x * curve(seconds, [(0, 0), (0.1, 1), (0.85, 1), (1, 0)]), rng, 2.5, 0.5), "a ship's horn"
    elif kind == "whistle":
        x, caption = steam_whistle(rng, rng.uniform(0.8, 2.5)), "a steam whistle"
    else:
        gate = ((t * rng.uniform(1.5, 5)) % 1 < 0.55).astype(float)
        x, caption = band(np.tanh(2 * oscillator(np.full(len(t), uniform_log(rng, 600, 2800)), 6, 1)) * gate, 200, 12000), "an alarm beeping"
    if rng.random() < 0.5:
        x = room(x, rng, rng.uniform(0.4, 2), rng.uniform(0.1, 0.35))
    return x, "siren", caption
