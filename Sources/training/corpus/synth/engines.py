"""Engines as pulse trains through exhaust resonances, and what tyres do."""

import numpy as np

from .dsp import RATE, Rng, band, curve, formants, normalised, oscillator, passing, room, samples, shaped_noise, uniform_log, wander


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
