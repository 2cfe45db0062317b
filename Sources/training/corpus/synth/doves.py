"""Pigeons and doves."""

import numpy as np

from .dsp import Rng, band, clock, curve, oscillator, place, samples, uniform_log, wander
from .surroundings import outdoors
from .voices import glided

# Notes of a phrase: how long, the rest after it, pitch, and whether the throat rattles.
PHRASES = {
    "collared": ((0.35, 0.1, 1, 0), (0.75, 0.08, 1.05, 0), (0.45, 0.6, 0.95, 0)),
    "wood": ((0.45, 0.08, 0.9, 0), (0.3, 0.05, 1.2, 0), (0.6, 0.05, 1, 0), (0.6, 0.05, 1, 0)),
    "turtle": ((0.9, 0.25, 1, 1),),
    "feral": ((0.3, 0.06, 0.9, 1), (0.8, 0.2, 1.05, 1)),
    "mourning": ((0.5, 0.03, 1, 0), (0.25, 0.3, 1.2, 0), (0.55, 0.2, 0.95, 0), (0.55, 0.2, 0.92, 0)),
}


def coo(rng: Rng, seconds: float, pitch: float, bend: float, second: float, air: float, rattle: float, rate: float) -> np.ndarray:
    """A shut bill: the swollen neck lets through little but the first harmonic, that rises and sinks; some shake ``rate`` a second."""
    n = samples(seconds)
    line = pitch * curve(seconds, [(0, 0.9), (0.35, bend), (0.7, 0.5 + 0.5 * bend), (1, 0.88)]) * (1 + 0.006 * wander(n, rng, 8))
    smooth = glided(line)
    x = oscillator(smooth, 1, 1) + second * oscillator(2 * smooth, 1, 1) + air * band(rng.standard_normal(n), pitch, 4 * pitch, 1)
    shake = 0.5 - 0.5 * np.cos(2 * np.pi * rate * clock(seconds)[:n] * (1 + 0.02 * wander(n, rng, 2)))
    return x * (1 - rattle * shake) * np.hanning(n) ** 0.5


def cooing(rng: Rng, seconds: float, phrase: str) -> np.ndarray:
    """One bird's phrase again and again."""
    pitch, bend = uniform_log(rng, 320, 600), rng.uniform(1.08, 1.33)
    second, air = uniform_log(rng, 0.03, 0.2), uniform_log(rng, 0.002, 0.02)
    rattle, rate, rest, pace = rng.uniform(0.25, 0.75), rng.uniform(13, 26), uniform_log(rng, 0.2, 1), rng.uniform(0.75, 1.2)
    events, time = [], rng.uniform(0.05, 0.4)
    while time < seconds - 0.7:
        for lasts, gap, height, rattles in PHRASES[phrase]:
            lasts *= pace * rng.uniform(0.95, 1.05)
            note = coo(rng, lasts, pitch * height * rng.uniform(0.99, 1.01), bend, second, air, rattle * (1 if rattles else 0.2), rate)
            events.append((time, rng.uniform(0.85, 1) * note))
            time += lasts + gap * pace
        time += rest * rng.uniform(0.8, 1.25)
    return place(events, seconds)


def dove(rng: Rng):
    """A pigeon on its roof, or two or three doves at different distances."""
    seconds, phrase = rng.uniform(4, 7), str(rng.choice(tuple(PHRASES)))
    x = cooing(rng, seconds, phrase)
    if rng.random() < 0.5:
        return outdoors(x, rng), "bird", "a pigeon cooing"
    for _ in range(int(rng.integers(1, 3))):
        x = x + uniform_log(rng, 0.2, 0.7) * cooing(rng, seconds, phrase)
    return outdoors(x, rng), "bird", "doves cooing"
