"""Voices of animals: a glottal source through formants, and the open air around it."""

import numpy as np

from .dsp import RATE, Rng, formants, normalised, oscillator, room, uniform_log, wander


def voice(rng: Rng, pitch: np.ndarray, peaks, rough: float, breath: float, slope: float = 0.9) -> np.ndarray:
    """A voiced call: jittered harmonics, subharmonic roughness and breath noise, shaped by (Hz, Q, gain) formants."""
    n = len(pitch)
    jitter = 1 + 0.008 * (1 + 4 * rough) * wander(n, rng, 110)
    source = oscillator(pitch * jitter, 40, slope, rng)
    source *= 1 + rough * 0.7 * np.sin(np.pi * np.cumsum(pitch * jitter) / RATE + rng.uniform(0, 6))
    source += rough * 0.8 * source * wander(n, rng, 300)
    noise = rng.standard_normal(n) * (0.3 + 0.7 * np.abs(normalised(source)))
    mix = normalised(source) + breath * noise
    return formants(mix, peaks) + 0.04 * mix


def outdoors(x: np.ndarray, rng: Rng) -> np.ndarray:
    if rng.random() < 0.35:
        return x
    return room(x, rng, uniform_log(rng, 0.3, 1.8), rng.uniform(0.04, 0.3), stereo=rng.random() < 0.3)
