"""Building blocks of the project's own sounds: noise, envelopes, resonances, grains, rooms. 48 kHz, float64, mono (n,)."""

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.signal import butter, fftconvolve, iirpeak, lfilter, sosfilt

RATE = 48000
Rng = np.random.Generator


def samples(seconds: float) -> int:
    return max(1, int(seconds * RATE))


def clock(seconds: float) -> np.ndarray:
    return np.arange(samples(seconds)) / RATE


def uniform_log(rng: Rng, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def normalised(x: np.ndarray, peak: float = 1.0) -> np.ndarray:
    return x * (peak / (np.abs(x).max() + 1e-12))


def tinted(x: np.ndarray, points: list[tuple[float, float]]) -> np.ndarray:
    """Filters by (Hz, dB) points, straight lines over log frequency."""
    frequency = np.maximum(np.fft.rfftfreq(len(x), 1 / RATE), 1.0)
    gain = np.interp(np.log(frequency), np.log([p[0] for p in points]), [p[1] for p in points])
    return np.fft.irfft(np.fft.rfft(x) * 10 ** (gain / 20), len(x))


def shaped_noise(n: int, rng: Rng, points: list[tuple[float, float]]) -> np.ndarray:
    """Gaussian noise, `tinted` by (Hz, dB) points; unit rms."""
    x = tinted(rng.standard_normal(n), points)
    return x / (x.std() + 1e-12)


def pink(n: int, rng: Rng) -> np.ndarray:
    return shaped_noise(n, rng, [(20, 0), (20000, -30)])


def band(x: np.ndarray, low: float | None, high: float | None, order: int = 2) -> np.ndarray:
    if low and high:
        return sosfilt(butter(order, [low, min(high, 23000)], "band", fs=RATE, output="sos"), x)
    if low:
        return sosfilt(butter(order, low, "high", fs=RATE, output="sos"), x)
    return sosfilt(butter(order, min(high, 23000), "low", fs=RATE, output="sos"), x)


def formants(x: np.ndarray, peaks: list[tuple[float, float, float]]) -> np.ndarray:
    """Parallel resonances: (Hz, Q, gain)."""
    out = np.zeros_like(x)
    for frequency, quality, gain in peaks:
        b, a = iirpeak(min(frequency, 20000), quality, fs=RATE)
        out += gain * lfilter(b, a, x)
    return out


def wander(n: int, rng: Rng, rate: float) -> np.ndarray:
    """A smooth random curve, about unit variance, with ``rate`` turns a second."""
    knots = max(4, int(n / RATE * rate) + 4)
    curve = CubicSpline(np.linspace(0, n, knots), rng.standard_normal(knots))
    return curve(np.arange(n))


def strike(seconds: float, attack: float, decay: float) -> np.ndarray:
    """Rises in ``attack`` seconds, then falls by 60 dB in ``decay`` seconds."""
    t = clock(seconds)
    return np.minimum(1, t / max(attack, 1e-5)) * np.exp(-6.91 * np.maximum(0, t - attack) / decay)


def curve(seconds: float, points: list[tuple[float, float]]) -> np.ndarray:
    """Straight lines through (time as a fraction of the whole, value)."""
    return np.interp(np.linspace(0, 1, samples(seconds)), [p[0] for p in points], [p[1] for p in points])


def modes(seconds: float, frequencies, decays, gains, rng: Rng) -> np.ndarray:
    """A struck body: damped sines with random phase; decays are times to fall by 60 dB."""
    t = clock(seconds)
    out = np.zeros(len(t))
    for frequency, decay, gain in zip(frequencies, decays, gains):
        if frequency >= 22000:
            continue
        n = min(len(t), samples(decay * 1.2) + 1)
        out[:n] += gain * np.exp(-6.91 * t[:n] / decay) * np.sin(2 * np.pi * frequency * t[:n] + rng.uniform(0, 0.5))
    return out


def contact(x: np.ndarray, seconds: float) -> np.ndarray:
    """The half-sine push of a contact that lasts ``seconds``: soft things last longer and sound duller."""
    pulse = np.sin(np.pi * np.arange(samples(seconds) + 2) / (samples(seconds) + 1))
    return fftconvolve(x, pulse / pulse.sum())[:len(x)]


def grains(seconds: float, rate, rng: Rng, low: float, high: float, life: tuple[float, float], tail: float = 1.6,
           bands: int = 10) -> np.ndarray:
    """Random tiny impacts, ``rate`` a second (a number or a curve), each ringing briefly between ``low`` and ``high`` Hz.

    Loudness is heavy-tailed: most are faint, a few are loud, as in gravel, rain and crackling.
    """
    n = samples(seconds)
    density = np.broadcast_to(np.asarray(rate, float), (n,)) / RATE / bands
    out = np.zeros(n)
    for frequency in np.exp(np.linspace(np.log(low), np.log(high), bands)) * rng.uniform(0.9, 1.1, bands):
        hits = np.flatnonzero(rng.random(n) < density)
        impulses = np.zeros(n)
        impulses[hits] = rng.pareto(tail, len(hits)).clip(0, 30) * rng.choice((-1, 1), len(hits))
        ring = uniform_log(rng, *life)
        t = clock(ring)
        out += fftconvolve(impulses, np.exp(-6.91 * t / ring) * np.sin(2 * np.pi * min(frequency, 20000) * t))[:n]
    return out


def room(x: np.ndarray, rng: Rng, decay: float, wet: float, stereo: bool = False, bright: float = 6000) -> np.ndarray:
    """Adds a reverberation of exponentially decaying, darkening noise. Two channels when ``stereo``."""
    t = clock(decay)
    dry = np.concatenate([x, np.zeros(samples(decay * 0.7))])
    channels = []
    for _ in range(2 if stereo else 1):
        tail = rng.standard_normal(len(t)) * np.exp(-6.91 * t / decay) * np.minimum(1, t / 0.004)
        tail = 0.5 * band(tail, None, bright, 1) + 0.5 * band(tail * np.exp(-4 * t / decay), 200, None, 1)
        tail /= np.sqrt((tail ** 2).sum())
        channels.append(dry + wet * fftconvolve(x, tail)[:len(dry)])
    return np.stack(channels, 1) if stereo else channels[0]


def place(events: list[tuple[float, np.ndarray]], seconds: float | None = None) -> np.ndarray:
    """Adds sounds at their start times."""
    end = max(samples(time) + len(sound) for time, sound in events)
    out = np.zeros(samples(seconds) if seconds else end)
    for time, sound in events:
        start = int(time * RATE)
        if start < len(out):
            part = sound[:len(out) - start]
            out[start:start + len(part)] += part
    return out


def oscillator(frequency: np.ndarray, harmonics: int, slope: float, rng: Rng | None = None) -> np.ndarray:
    """Harmonic tone following ``frequency``; each harmonic h has gain h ** -slope; none above 20 kHz."""
    phase = 2 * np.pi * np.cumsum(frequency) / RATE
    out = np.zeros(len(frequency))
    for h in range(1, harmonics + 1):
        audible = np.clip((20000 - h * frequency) / 2000, 0, 1)
        if audible.max() <= 0:
            break
        out += h ** -slope * audible * np.sin(h * phase + (rng.uniform(0, 0.3) if rng else 0))
    return out


def passing(x: np.ndarray, speed: float, distance: float) -> np.ndarray:
    """Moves a source past the listener: Doppler shift, loudness and left-to-right place. Returns two channels."""
    t = np.arange(len(x)) / RATE
    along = speed * (t - t[-1] / 2)
    far = np.sqrt(along ** 2 + distance ** 2)
    moved = np.interp(t - (far - far[0]) / 343, t, x, left=0)
    gain = distance / far
    side = along / far
    return np.stack([moved * gain * np.sqrt(0.5 - 0.45 * side), moved * gain * np.sqrt(0.5 + 0.45 * side)], 1)
