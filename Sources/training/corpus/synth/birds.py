"""Whistles of songbirds, and the voices of owls, crows and ducks."""

import numpy as np

from .dsp import RATE, Rng, clock, curve, normalised, oscillator, place, room, samples, shaped_noise, uniform_log
from .surroundings import outdoors
from .voices import voice


def syllable(rng: Rng, base: float) -> np.ndarray:
    """One figure of a bird's song: a sweep, a warble, a trill or a buzz."""
    seconds = uniform_log(rng, 0.04, 0.3)
    t = clock(seconds)
    kind = rng.integers(4)
    start, end = base * rng.uniform(0.7, 1.4), base * rng.uniform(0.7, 1.4)
    pitch = np.linspace(start, end, len(t))
    if kind == 1:
        pitch = pitch * (1 + rng.uniform(0.04, 0.2) * np.sin(2 * np.pi * rng.uniform(18, 50) * t))
    if kind == 2:
        pitch = base * (1 + rng.uniform(0.1, 0.3) * np.sin(np.pi * t / seconds))
    x = oscillator(np.clip(pitch, 900, 11000), 3, rng.uniform(2.2, 3.5))
    if kind == 3:
        x *= 0.5 + 0.5 * np.sign(np.sin(2 * np.pi * rng.uniform(25, 60) * t)) * 0.9
    return x * np.hanning(len(t)) ** 0.6


def songbird(rng: Rng, seconds: float) -> np.ndarray:
    base = uniform_log(rng, 2000, 5800)
    figures = [syllable(rng, base) for _ in range(int(rng.integers(1, 5)))]
    events, time = [], rng.uniform(0, 0.3)
    while time < seconds - 0.4:
        figure = figures[rng.integers(len(figures))]
        gap = rng.uniform(0.02, 0.12)
        for _ in range(int(rng.integers(1, 9))):
            events.append((time, rng.uniform(0.7, 1) * figure))
            time += len(figure) / RATE + gap
        time += rng.uniform(0.1, 0.9)
    return place(events, seconds)


def bird(rng: Rng):
    kind = rng.random()
    if kind < 0.45:
        return outdoors(songbird(rng, rng.uniform(1.2, 4)), rng), "bird", "a bird chirping"
    if kind < 0.7:
        seconds = rng.uniform(4, 7)
        out = np.zeros((samples(seconds), 2))
        for _ in range(int(rng.integers(3, 7))):
            far, side = rng.uniform(0.1, 1), rng.uniform(0.1, 0.9)
            out += far * songbird(rng, seconds)[:, None] * np.sqrt((1 - side, side))
        air = [0.004 * shaped_noise(len(out), rng, [(100, 0), (2000, -6), (20000, -20)]) for _ in range(2)]
        return out + np.stack(air, 1), "bird", "many birds singing in a forest"
    if kind < 0.82:
        pitch = rng.uniform(280, 460)
        hoots = [(t, hoot(rng, pitch, w)) for t, w in ((0, 0.25), (0.5, 0.14), (0.75, 0.14), (1.1, 0.55))[:rng.integers(1, 5)]]
        return room(place(hoots), rng, 1.8, 0.3, True), "bird", "an owl hooting"
    if kind < 0.92:
        caws = [(i * rng.uniform(0.45, 0.65), caw(rng)) for i in range(int(rng.integers(1, 5)))]
        return outdoors(place(caws), rng), "bird", "a crow cawing"
    quacks = [(i * rng.uniform(0.24, 0.34), quack(rng)) for i in range(int(rng.integers(2, 7)))]
    return outdoors(place(quacks), rng), "bird", "a duck quacking"


def hoot(rng: Rng, pitch: float, seconds: float) -> np.ndarray:
    line = pitch * curve(seconds, [(0, 0.92), (0.3, 1.02), (1, 0.95)])
    return (oscillator(line, 3, 2.6) + 0.02 * rng.standard_normal(len(line))) * np.hanning(len(line)) ** 0.7


def caw(rng: Rng) -> np.ndarray:
    seconds = rng.uniform(0.25, 0.42)
    pitch = rng.uniform(420, 560) * curve(seconds, [(0, 0.85), (0.3, 1.1), (1, 0.8)])
    x = voice(rng, pitch, [(1250, 4, 1), (1800, 4, 0.8), (3000, 4, 0.4)], 0.9, 0.5, 0.4)
    return normalised(x * curve(seconds, [(0, 0), (0.12, 1), (0.7, 0.9), (1, 0)]))


def quack(rng: Rng) -> np.ndarray:
    seconds = rng.uniform(0.13, 0.22)
    pitch = rng.uniform(210, 290) * curve(seconds, [(0, 1.1), (0.4, 1), (1, 0.85)])
    x = voice(rng, pitch, [(1100, 5, 1), (2100, 5, 0.9), (3200, 5, 0.5)], 0.5, 0.25, 0.35)
    return normalised(x * curve(seconds, [(0, 0), (0.1, 1), (0.7, 0.8), (1, 0)]))
