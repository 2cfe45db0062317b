"""Measures of one soundtrack against events, pictures and other sound. Audio is [n, 2] at 48 kHz."""

import librosa
import numpy as np

from evaluation.onsets import HOP, RATE, counts, onset_times

ENVELOPE_RATE = 100  # frames/s of energy envelopes
SILENCE = -60.0  # dB of full scale: below this nothing is heard


def average_precision(audio: np.ndarray, events: np.ndarray, tolerance: float = 0.08) -> float:
    """Area under precision over recall, onsets in order of the rise in level that they bring (dB over 50 ms)."""
    found = onset_times(audio, delta=0.03)
    if not len(found) or not len(events):
        return 0.0
    levels = envelope(audio)
    at = np.clip((found * ENVELOPE_RATE).astype(int), 5, len(levels) - 6)
    rise = np.array([levels[k : k + 5].max() - levels[k - 5 : k].min() for k in at])
    order, points = np.argsort(-rise), [(0.0, 1.0)]
    for n in range(1, len(order) + 1):
        hits, _, _ = counts(np.sort(found[order[:n]]), events, tolerance)
        points.append((hits / len(events), hits / n))
    recall, precision = np.array(points).T
    best = np.maximum.accumulate(precision[::-1])[::-1]
    return float(np.sum(np.diff(recall) * best[1:]))


def energies(audio: np.ndarray, rate: int = ENVELOPE_RATE) -> np.ndarray:
    """Mean square of both channels together, `rate` a second."""
    step = RATE // rate
    return (audio[: len(audio) // step * step].astype(np.float64) ** 2).sum(1).reshape(-1, step).mean(1)


def envelope(audio: np.ndarray, rate: int = ENVELOPE_RATE) -> np.ndarray:
    """Level in dB, `rate` a second, floor 60 dB below the loudest."""
    energy = energies(audio, rate)
    return 10 * np.log10(energy + 1e-12 + 1e-6 * energy.max())


def level(audio: np.ndarray) -> float:
    """dB of full scale (rms)."""
    return 10 * np.log10((audio.astype(np.float64) ** 2).mean() + 1e-12)


def silent(audio: np.ndarray) -> float:
    """Share of 10 ms frames below -60 dB of full scale, mean of the channels."""
    return float((10 * np.log10(energies(audio) / 2 + 1e-12) < SILENCE).mean())


def correlation(audio: np.ndarray, reference: np.ndarray, longest: float = 0.5) -> tuple[float, float]:
    """Correlation of the envelopes at lag 0, and the lag (s, positive: the sound is late) where it is greatest."""
    return correlation_of(envelope(audio), envelope(reference), ENVELOPE_RATE, longest)


def correlation_of(a: np.ndarray, b: np.ndarray, rate: int, longest: float) -> tuple[float, float]:
    """Correlation of two series at lag 0, and the lag (s, positive: a is late) where it is greatest, by a parabola."""
    n = min(len(a), len(b))
    a, b = a[:n] - a[:n].mean(), b[:n] - b[:n].mean()
    if a.std() < 1e-6 or b.std() < 1e-6:
        return 0.0, 0.0
    reach = round(longest * rate)
    # b, fixed, against a moved by -lag.
    r = [np.dot(a[max(0, l) : n + min(0, l)], b[max(0, -l) : n - max(0, l)]) / (n * a.std() * b.std()) for l in range(-reach, reach + 1)]
    k = int(np.clip(np.argmax(r), 1, len(r) - 2))
    bend = r[k - 1] - 2 * r[k] + r[k + 1]
    shift = np.clip(0.5 * (r[k - 1] - r[k + 1]) / bend, -1, 1) if bend < 0 else 0.0
    return float(r[reach]), (k - reach + shift) / rate


def video_peaks(luma: np.ndarray, rate: float) -> np.ndarray:
    """Times (s) of local maxima of the mean optical flow (Farneback) of [n, h, w] uint8 frames, for AV-Align."""
    import cv2

    flow = [np.hypot(*np.moveaxis(cv2.calcOpticalFlowFarneback(a, b, None, 0.5, 3, 15, 3, 5, 1.2, 0), -1, 0)).mean()
            for a, b in zip(luma[:-1], luma[1:])]
    flow = np.array([0.0] + flow)
    k = np.flatnonzero((flow[1:-1] > flow[:-2]) & (flow[1:-1] > flow[2:]) & (flow[1:-1] >= 0.1)) + 1
    return k / rate


def av_align(audio: np.ndarray, peaks: np.ndarray, rate: float) -> float:
    """Matches of sound onsets and flow peaks within a frame / union (Yariv et al. 2023)."""
    found = onset_times(audio)
    hits, a, b = counts(found, peaks, 1 / rate)
    return hits / max(a + b - hits, 1)


def pan_correlation(audios, films) -> float:
    """Correlation of the events' horizontal position (-1..1) with the level difference of left and right in the 150 ms after them."""
    where, heard = [], []
    for audio, events in zip(audios, films):
        for time, _, _, position, *_ in events:
            piece = audio[int(time * RATE) : int((time + 0.15) * RATE)].astype(np.float64)
            energy = (piece**2).sum(0)
            if len(piece) and energy.sum() > 1e-6:
                where.append(position)
                heard.append((energy[1] - energy[0]) / energy.sum())
    return float(np.corrcoef(where, heard)[0, 1]) if np.std(heard) > 0 else 0.0


def centroid(audio: np.ndarray) -> float:
    """Mean spectral centroid in octaves above 1 Hz, weighted by energy."""
    x = np.abs(librosa.stft(np.ascontiguousarray(audio.mean(1), np.float32), n_fft=2048, hop_length=HOP)) ** 2
    return float(np.log2((x.sum(1) * np.linspace(0, RATE / 2, len(x))).sum() / (x.sum() + 1e-12) + 1))


def frechet(a: np.ndarray, b: np.ndarray, components: int = 32) -> float:
    """Frechet distance of Gaussians fitted to embeddings a, b [n, d], on the principal components of b."""
    from scipy.linalg import sqrtm

    mean = b.mean(0)
    _, s, vectors = np.linalg.svd(b - mean, full_matrices=False)
    basis = vectors[:components].T / (s[0] / np.sqrt(len(b)))
    a, b = (a - mean) @ basis, (b - mean) @ basis
    ca, cb = np.cov(a.T), np.cov(b.T)
    return float(((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(ca + cb - 2 * sqrtm(ca @ cb).real))
