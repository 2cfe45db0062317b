"""Air and steam in pipes: horns and whistles of trains."""

import numpy as np

from .dsp import Rng, clock, curve, normalised, oscillator, place, samples, shaped_noise, tinted, wander
from .surroundings import outdoors

CHORDS = (311, 370, 415, 494, 622), (255, 311, 370, 440, 512), (277, 349, 415)  # Hz, chimes of trains


def swelling(seconds: float, rise: float, fall: float) -> np.ndarray:
    """Pressure that comes within ``rise`` seconds and goes within ``fall``."""
    t = clock(seconds)
    return np.minimum(1, np.minimum(t / rise, (seconds - t) / fall).clip(0))


def train_horn(rng: Rng):
    """Three to five chimes in a chord, blown one to three times; reeds are rich in harmonics, and sag as the air gives out."""
    tune, blasts, time = rng.uniform(0.95, 1.06), [], 0.1
    chord, slope = CHORDS[rng.integers(len(CHORDS))], rng.uniform(0.4, 0.8)
    for _ in range(int(rng.integers(1, 4))):
        seconds = rng.uniform(0.8, 2.5)
        bend, n = tune * (1 + curve(seconds, [(0, -0.03), (0.06, 0), (0.9, 0), (1, -0.02)])), samples(seconds)
        x = sum(oscillator(pitch * bend * (1 + 0.001 * wander(n, rng, 2)), 24, slope, rng) for pitch in chord)
        blasts.append((time, x * swelling(seconds, 0.06, 0.12)))
        time += seconds + rng.uniform(0.3, 0.8)
    x = tinted(place(blasts), [(100, -12), (300, 0), (1500, rng.uniform(-3, 3)), (4000, -8), (12000, -30)])
    return outdoors(x, rng), "siren", "a train horn blowing"


def steam_whistle(rng: Rng):
    """One pipe or a chord of up to four, whose pitch rises with the pressure, in the hiss of their own steam."""
    seconds, base = rng.uniform(1.2, 3.5), rng.uniform(330, 620)
    n, pipes = samples(seconds), np.array([1, 1.25, 1.5, 1.87])[: int(rng.integers(1, 5))] * rng.uniform(0.98, 1.02)
    pressure = curve(seconds, [(0, 0.85), (0.1, 1), (0.85, 1), (1, 0.8)]) * (1 + 0.004 * wander(n, rng, 4))
    x = normalised(sum(oscillator(base * pipe * pressure, 5, rng.uniform(1, 1.8), rng) for pipe in pipes))
    steam = shaped_noise(n, rng, [(300, -14), (1500, 0), (5000, -4), (20000, -25)])
    return outdoors((x + rng.uniform(0.04, 0.12) * steam) * swelling(seconds, 0.08, 0.15), rng), "siren", "a steam whistle blowing"
