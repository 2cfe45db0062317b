"""Partials: the sinusoids of a sound on a grid of semitones, which carry the pitch that coarse band energies cannot.

At most one partial every two semitones. A partial of level v at position p (in semitones, fractional) is the pair of numbers
(1 - f) v and f v in slots floor(p) and floor(p) + 1, f = p - floor(p): so slots are smooth in pitch, and an isolated partial is
found again exactly.
"""

import numpy as np
from scipy.fft import rfft
from scipy.ndimage import uniform_filter1d

RATE = 48_000
SLOTS = 88
LOWEST = 55.0  # Hz of slot 0; slot 87 is 8372 Hz
QUIETEST = 5e-4  # amplitude that counts as silence
OFFSET, RANGE = 2.0, 2.5  # level v = (OFFSET + ln(amplitude / QUIETEST)) / RANGE
LEAST = 0.56  # level below which slots are taken for noise
LOUDEST = 4.2  # the highest level
STEP = 1024  # samples between analysed frames
SPLIT = 45  # slots from here on (740 Hz) are analysed with the shorter window
WINDOWS = (8192, 4096)
SPACING = 2.0  # semitones between partials


def frequency(position):
    """Hz of a position in semitones."""
    return LOWEST * 2 ** (position / 12)


def levels(amplitude):
    """Amplitudes -> levels, 0 at and below QUIETEST."""
    with np.errstate(divide="ignore"):
        v = np.log(amplitude / QUIETEST)
    return np.where(v > 0, (OFFSET + v) / RANGE, 0.0)


def amplitudes(level):
    """Levels -> amplitudes."""
    return QUIETEST * np.exp(np.minimum(level, LOUDEST) * RANGE - OFFSET)


def louder(level, gain):
    """Levels of partials times gain; 0 is none, and what falls to 0 is gone."""
    return np.where(level > 0, np.maximum(level + np.log(gain) / RANGE, 0), 0)


def peaks(padded: np.ndarray, count: int, size: int, low: int, high: int):
    """Strongest spectral peak per slot low..<high of `count` frames: amplitude, position, prominence in nepers.

    padded [2, n] begins half of the largest window before the first frame's middle.
    """
    window = np.hanning(size + 1)[:size].astype(np.float32)
    first = (WINDOWS[0] - size) // 2
    below, above = int(frequency(low - 1) * size / RATE) - 20, int(frequency(high) * size / RATE) + 40
    below = max(below, 0)
    amplitude = np.zeros((count, high - low), np.float32)
    position = np.zeros((count, high - low), np.float32)
    prominence = np.zeros((count, high - low), np.float32)
    for start in range(0, count, 512):
        n = min(512, count - start)
        index = first + (start + np.arange(n))[:, None] * STEP + np.arange(size)[None]
        power = sum(np.abs(rfft(padded[c][index] * window, axis=1)[:, below:above]) ** 2 for c in range(len(padded)))
        log = 0.5 * np.log(power + 1e-12)
        rise = log - uniform_filter1d(log, 41, axis=1, mode="nearest")
        f, k = np.nonzero((log[:, 1:-1] > log[:, :-2]) & (log[:, 1:-1] >= log[:, 2:]) & (rise[:, 1:-1] > 1.0))
        k += 1
        a, b, c = log[f, k - 1], log[f, k], log[f, k + 1]
        shift = 0.5 * (a - c) / (a - 2 * b + c)
        height = b - 0.25 * (a - c) * shift
        p = 12 * np.log2(np.maximum((k + below + shift) * RATE / size, 1.0) / LOWEST)
        slot = np.round(p).astype(int)
        ok = (slot >= low) & (slot < high)
        f, slot, p, height, r = f[ok], slot[ok], p[ok], height[ok], rise[f[ok], k[ok]]
        order = np.argsort(height)  # the strongest is written last
        f, slot = f[order] + start, slot[order] - low
        amplitude[f, slot] = np.exp(height[order]) * 2 / window.sum()
        position[f, slot] = p[order]
        prominence[f, slot] = r[order]
    return amplitude, position, prominence


def analyse(audio: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Partials of [channels, n]: amplitude (0: none) and position [n / STEP + 1, SLOTS]; frame f is about sample STEP f."""
    count = audio.shape[1] // STEP + 1
    half = WINDOWS[0] // 2
    padded = np.zeros((len(audio), count * STEP + 2 * half), np.float32)
    padded[:, half : half + audio.shape[1]] = audio[:, : padded.shape[1] - half]
    parts = [peaks(padded, count, WINDOWS[0], 0, SPLIT), peaks(padded, count, WINDOWS[1], SPLIT, SLOTS)]
    amplitude, position, prominence = (np.concatenate(x, 1) for x in zip(*parts))
    # A peak of noise does not last: a partial is found again 43 ms before or after, near where it is.
    strong, fair = prominence > 1.38, prominence > 1.04  # 12 and 9 dB above the mean of 41 bins
    found = []
    for shift in (2, -2):
        beside = np.zeros((2, *strong.shape), bool)
        for j in (-1, 0, 1):
            moved = shifted(shifted(position, shift, 0), j, 1)
            near = np.abs(moved - position) < 0.5
            beside[0] |= near & shifted(shifted(strong, shift, 0), j, 1)
            beside[1] |= near & shifted(shifted(fair, shift, 0), j, 1)
        found.append(beside)
    keep = (strong & (found[0][1] | found[1][1])) | (fair & found[0][0] & found[1][0])
    amplitude = np.where(keep & (amplitude > QUIETEST), amplitude, 0)
    amplitude = np.where(amplitude > 0.003 * amplitude.max(1, keepdims=True), amplitude, 0)
    return thinned(amplitude, position), position


def shifted(x: np.ndarray, by: int, axis: int) -> np.ndarray:
    """x moved by `by` along an axis, zeros at the edge."""
    out = np.zeros_like(x)
    source, target = [slice(None)] * 2, [slice(None)] * 2
    source[axis], target[axis] = (slice(0, -by), slice(by, None)) if by > 0 else (slice(-by, None), slice(0, by or None))
    out[tuple(target)] = x[tuple(source)]
    return out


def thinned(amplitude: np.ndarray, position: np.ndarray) -> np.ndarray:
    """Amplitudes without partials that have a stronger one closer than SPACING."""
    drop = np.zeros(amplitude.shape, bool)
    for j in (-2, -1, 1, 2):
        other = shifted(amplitude, j, 1)
        drop |= (other > amplitude) & (np.abs(shifted(position, j, 1) - position) < SPACING)
    return np.where(drop, 0, amplitude)


def spread(amplitude: np.ndarray, position: np.ndarray) -> np.ndarray:
    """Partials [F, SLOTS] -> slots [F, SLOTS]."""
    out = np.zeros((len(amplitude), SLOTS + 2), np.float32)
    f, k = np.nonzero(amplitude > QUIETEST)
    v, p = levels(amplitude[f, k]), np.clip(position[f, k], 0, SLOTS - 1)
    low = np.floor(p).astype(int)
    np.add.at(out, (f, low), (low + 1 - p) * v)
    np.add.at(out, (f, low + 1), (p - low) * v)
    return out[:, :SLOTS]


def gather(slots: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Slots [F, SLOTS] -> per frame levels and positions of its partials, the strongest slot first."""
    out = []
    for row in slots:
        x = np.concatenate([[0.0], np.maximum(row, 0), [0.0]])
        free = np.ones(SLOTS + 2, bool)
        free[[0, -1]] = False
        level, position = [], []
        for k in np.argsort(-x, kind="stable"):
            if x[k] < LEAST / 2:
                break
            if not free[k]:
                continue
            left, right = x[k - 1] * free[k - 1], x[k + 1] * free[k + 1]
            j = k - 1 if left > right else k + 1
            other = max(left, right)
            v = x[k] + other
            free[k] = False
            if v > LEAST:
                free[j] = False
                level.append(v)
                position.append((k * x[k] + j * other) / v - 1)
        out.append((np.array(level), np.array(position)))
    return out


def slots_of(audio: np.ndarray, every: int) -> np.ndarray:
    """[2, samples] -> the slots in the middle of every `every` samples [samples / every, SLOTS]."""
    return spread(*analyse(audio))[every // STEP // 2 :: every // STEP]
