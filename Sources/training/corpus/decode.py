"""From a sound file to clean samples: 48 kHz, mono or true stereo, no DC, no silent edges, peak at -3 dBFS."""

import hashlib
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

from .paths import SAMPLE_RATE

PEAK = 10 ** (-3 / 20)
SILENT_PEAK = 10 ** (-45 / 20)
MIN_SECONDS = 0.08
MAX_SECONDS = 60.0
EDGE = 10 ** (-50 / 20)


@dataclass
class Clip:
    samples: np.ndarray  # (frames, channels) float32
    onset: float         # seconds to the main attack
    cutoff: float        # Hz above which less than 0.1 % of the energy lies
    digest: str          # equal for equal sound


def read(path: Path) -> tuple[np.ndarray, int]:
    try:
        return soundfile.read(path, dtype="float32", always_2d=True)
    except soundfile.LibsndfileError:
        command = ["ffmpeg", "-v", "error", "-i", str(path), "-ac", "2", "-ar", str(SAMPLE_RATE), "-f", "f32le", "-"]
        raw = subprocess.run(command, capture_output=True, timeout=120, check=True).stdout
        return np.frombuffer(raw, np.float32).reshape(-1, 2), SAMPLE_RATE


def clean(samples: np.ndarray, rate: int, trim: bool = True) -> Clip | None:
    """Returns None for what is silent, too short or not finite."""
    samples = samples[:int((MAX_SECONDS + 30) * rate)]
    if samples.shape[1] > 2:
        samples = samples[:, :2]
    if len(samples) < MIN_SECONDS * rate or not np.isfinite(samples).all():
        return None
    samples = _true_channels(samples - samples.mean(axis=0))
    if np.abs(samples).max() < SILENT_PEAK:
        return None
    if rate != SAMPLE_RATE:
        samples = soxr.resample(samples, rate, SAMPLE_RATE, "HQ")
    if trim:
        samples = _trim(samples)
    samples = samples[:int(MAX_SECONDS * SAMPLE_RATE)]
    peak = np.abs(samples).max(initial=0)
    if len(samples) < MIN_SECONDS * SAMPLE_RATE or peak < SILENT_PEAK:
        return None
    samples = (samples * (PEAK / peak)).astype(np.float32)
    _fade(samples)
    mono = samples.mean(axis=1)
    digest = hashlib.sha1(np.round(soxr.resample(mono, SAMPLE_RATE, 8000, "QQ") * 200).astype(np.int16).tobytes())
    return Clip(samples, _onset(mono), _cutoff(mono), digest.hexdigest())


def _true_channels(samples: np.ndarray) -> np.ndarray:
    """Two channels only if they differ."""
    if samples.shape[1] == 2:
        mid, side = samples.mean(axis=1, keepdims=True), samples[:, :1] - samples[:, 1:]
        if (side ** 2).mean() < 1e-3 * (mid ** 2).mean():
            return mid
    return samples


def _envelope(mono: np.ndarray, step: int) -> np.ndarray:
    frames = len(mono) // step
    return np.sqrt((mono[:frames * step].reshape(frames, step) ** 2).mean(axis=1))


def _trim(samples: np.ndarray) -> np.ndarray:
    step = SAMPLE_RATE // 200
    envelope = _envelope(np.abs(samples).max(axis=1), step)
    loud = np.flatnonzero(envelope > EDGE * envelope.max(initial=0))
    if not len(loud):
        return samples[:0]
    return samples[max(0, (loud[0] - 1) * step):(loud[-1] + 2) * step]


def _fade(samples: np.ndarray) -> None:
    """2 ms in, 10 ms out: no clicks at the edges."""
    head, tail = min(96, len(samples) // 4), min(480, len(samples) // 4)
    samples[:head] *= np.linspace(0, 1, head, dtype=np.float32)[:, None]
    samples[-tail:] *= np.linspace(1, 0, tail, dtype=np.float32)[:, None]


def _onset(mono: np.ndarray) -> float:
    """Where the sound first comes within 12 dB of its loudest 5 ms."""
    step = SAMPLE_RATE // 200
    envelope = _envelope(mono, step)
    return float(np.argmax(envelope > 0.25 * envelope.max(initial=0))) * step / SAMPLE_RATE


def _cutoff(mono: np.ndarray) -> float:
    power = np.abs(np.fft.rfft(mono[:SAMPLE_RATE * 10])) ** 2
    total = np.cumsum(power)
    return float(np.searchsorted(total, 0.999 * total[-1])) / len(power) * SAMPLE_RATE / 2
