"""Voices of animals: a glottal source through formants."""

import numpy as np
from scipy.signal import sosfilt

from .dsp import RATE, Rng, band, formants, normalised, oscillator, wander


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


def folds(rng: Rng, pitch: np.ndarray, drive: np.ndarray, close: float) -> np.ndarray:
    """Vocal folds cycle by cycle: ``drive`` 0 gives a steady tone, about 0.5 subharmonics, 1 deterministic chaos.

    Each cycle's length and strength follow the last one's through the logistic map, whose parameter is the drive: period doubling and then
    chaos, as in folds that are blown too hard. ``close`` is the share of a cycle in which the folds shut: small is bright.
    """
    n, position, state = len(pitch), 0.0, 0.6
    starts, periods, strengths = [], [], []
    while position < n:
        at = int(position)
        rate = 2.6 + 1.35 * drive[at]
        state = rate * state * (1 - state)
        swing = state - (1 - 1 / rate)
        starts.append(position)
        periods.append(RATE / pitch[at] * (1 + 0.3 * swing + 0.006 * rng.standard_normal()))
        strengths.append(1 + 1.1 * swing + 0.04 * rng.standard_normal())
        position += periods[-1]
    cycle = np.searchsorted(starts, np.arange(n), "right") - 1
    phase = (np.arange(n) - np.array(starts)[cycle]) / np.array(periods)[cycle]
    rise = 0.5
    opening = np.sin(np.pi * phase / rise) / rise
    closing = -np.sin(np.pi * np.clip((phase - rise) / close, 0, 1) ** 1.5) / close
    return band(np.where(phase < rise, opening, closing) * np.array(strengths)[cycle], None, 9000, 1) / 4


def glided(line: np.ndarray) -> np.ndarray:
    """A pitch [n] whose corners are rounded over 50 ms, as throats glide."""
    return np.convolve(np.pad(line, 1200, "edge"), np.hanning(2401) / 1200, "valid")[:len(line)]


def breath(rng: Rng, n: int, amount) -> np.ndarray:
    """Turbulent air past the folds."""
    return amount * band(rng.standard_normal(n), 400, 5000, 1)


def throat(source: np.ndarray, length: float, mouth: np.ndarray, quality: float, tongue: np.ndarray | float = 0.0) -> np.ndarray:
    """A tube of ``length`` metres that the lips end: resonances at odd quarter waves, lower and weaker with a
    nearly shut ``mouth`` (0 to 1).

    A ``tongue`` of 1 is a front vowel (first resonance down, second up), -1 a back one.
    """
    mouth, tongue = (np.broadcast_to(np.asarray(v, float), source.shape) for v in (mouth, tongue))
    step, quarter, count = 144, 343 / (4 * length), 6
    state, out = np.zeros((count, 2)), np.empty(len(source))
    for start in range(0, len(source), step):
        wide, front = mouth[start], tongue[start]
        sections = np.zeros((count, 6))
        for k in range(count):
            frequency = (2 * k + 1) * quarter * (1 + (0.18 - 0.45 * (1 - wide)) / (1 + 1.3 * k))
            frequency *= 1 + (-0.15, 0.22, 0.08)[k] * front if k < 3 else 1
            frequency = min(frequency, 19000)
            radius = np.exp(-np.pi * (frequency / quality + 60) / RATE)
            turn = 2 * radius * np.cos(2 * np.pi * frequency / RATE)
            sections[k] = 1 - turn + radius ** 2, 0, 0, 1, -turn, radius ** 2
        part, state = sosfilt(sections, source[start:start + step] * (0.25 + 0.75 * wide), zi=state)
        out[start:start + step] = part
    return np.diff(out, prepend=0.0) + 0.004 * source
