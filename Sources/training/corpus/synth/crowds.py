"""Crowds: people who clap, cheer and talk."""

import numpy as np
from scipy.signal import fftconvolve, istft, stft

from .dsp import RATE, Rng, band, curve, normalised, room, samples, shaped_noise, uniform_log, wander

# First four formants (Hz) of a man's vowels.
VOWELS = ((730, 1090, 2440, 3400), (530, 1840, 2480, 3500), (270, 2290, 3010, 3600), (570, 840, 2410, 3300), (300, 870, 2240, 3200),
          (660, 1720, 2410, 3500), (490, 1350, 1690, 3300), (500, 1500, 2500, 3500))
SHOUTED = (0, 0, 3, 4, 5)


def clap(rng: Rng) -> np.ndarray:
    """Two palms: a burst of air from the hollow between them, which rings low when cupped, and the sharp slap of skin."""
    hollow, n = uniform_log(rng, 700, 1600), samples(0.06)
    t = np.arange(n) / RATE
    burst = np.minimum(1, t / 0.0006) * np.exp(-t / uniform_log(rng, 0.002, 0.005)) + 0.12 * np.exp(-t / 0.012)
    air = band(rng.standard_normal(n) * burst, hollow * 0.7, hollow * 2.2, 2)
    return normalised(air + rng.uniform(0.1, 0.3) * band(rng.standard_normal(n) * burst, 2500, 8000, 1))


def clappers(rng: Rng, seconds: float, people: int, wet: float, decay: float) -> np.ndarray:
    """Each claps at a pace, place and strength of their own, a few near and many far, and begins and stops at their own time."""
    n = samples(seconds)
    near, distant = np.zeros((n + RATE, 2)), np.zeros((n + RATE, 2))
    for _ in range(people):
        sound, far, side = clap(rng), rng.uniform(0.15, 1) ** 0.5, rng.uniform(0.05, 0.95)
        pan = np.sqrt((1 - side, side)) * (1 - 0.9 * far) if people > 12 else np.sqrt((1 - side, side)) * rng.uniform(0.4, 1)
        gap, strength = rng.uniform(0.16, 0.32), rng.uniform(0.5, 1)
        time, last = abs(rng.normal(0, 0.5)), seconds * (1 if rng.random() < 0.6 else rng.uniform(0.6, 1))
        while time < last:
            at, one = int(time * RATE), strength * rng.uniform(0.6, 1.1) * sound
            near[at:at + len(one)] += one[:, None] * pan
            distant[at:at + len(one)] += one[:, None] * np.sqrt((1 - side, side)) * (0.3 + far)
            time += gap * rng.normal(1, 0.06)
    t = np.arange(samples(decay)) / RATE
    out = []
    for c in range(2):
        tail = band(rng.standard_normal(len(t)), 300, 4500, 1) * np.exp(-6.91 * t / decay) * np.minimum(1, t / 0.01)
        out.append(near[:n, c] + wet * fftconvolve(distant[:, c], tail / np.sqrt((tail ** 2).sum()))[:n])
    return np.stack(out, 1)


def utterances(rng: Rng, seconds: float, cheering: bool):
    """Per 10 ms of a person of some size and sex: pitch, loudness, hissing, and formants that glide from vowel to vowel."""
    frames = int(seconds * 100) + 2
    woman = rng.random() < 0.5
    size = rng.uniform(1.1, 1.25) if woman else rng.uniform(0.92, 1.08)
    base = (uniform_log(rng, 170, 260) if woman else uniform_log(rng, 90, 150)) * (rng.uniform(1.6, 2.8) if cheering else 1)
    pitch, loud, hiss = np.full(frames, base), np.zeros(frames), np.zeros(frames)
    targets, at = [], -rng.uniform(0, 80)
    while at < frames:
        length = rng.uniform(40, 170) if cheering else rng.uniform(9, 26)
        t = np.arange(max(0, int(at)), min(frames, max(0, int(at + length))))
        part = np.clip((t - at) / length, 0, 1)
        vowel = np.array(VOWELS[rng.choice(SHOUTED) if cheering else rng.integers(len(VOWELS))]) * size
        targets.append((at + length / 2, vowel * ((1.15, 1.05, 1, 1) if cheering else 1)))
        rise = rng.uniform(0.1, 0.4)
        pitch[t] = base * np.exp(rng.normal(0, 0.12) + rise * (np.sin(np.pi * part ** 0.7) - 0.5) * (1 if cheering else 0.5))
        loud[t] = np.sin(np.pi * part) ** (0.4 if cheering else 0.7) * rng.uniform(0.4, 1)
        at += length
        if cheering:
            at += rng.exponential(40)
        elif rng.random() < 0.35:
            t = np.arange(max(0, int(at - 3)), min(frames, max(0, int(at + 6))))
            hiss[t] = rng.uniform(0.1, 0.5)
            at += 5
        if not cheering and rng.random() < 0.12:
            at += rng.uniform(20, 150)
    times = [time for time, _ in targets]
    paths = np.array([np.interp(np.arange(frames), times, [vowel[k] for _, vowel in targets]) for k in range(4)])
    return pitch, loud, hiss, paths


def person(rng: Rng, seconds: float, cheering: bool) -> np.ndarray:
    """A voice: glottal pulses with jitter and breath through moving formants, at half the rate; a shout has a flatter spectrum."""
    rate, n = RATE // 2, samples(seconds) // 2
    pitch, loud, hiss, paths = utterances(rng, seconds, cheering)
    at, frames = np.arange(n) / rate * 100, np.arange(len(pitch))
    tone = np.interp(at, frames, pitch) * (1 + 0.012 * wander(2 * n, rng, 60)[::2] + 0.015 * wander(2 * n, rng, 6)[::2])
    pulses = np.diff(np.floor(np.cumsum(tone) / rate), prepend=0) * rng.uniform(0.9, 1.1, n)
    source = pulses / np.sqrt(tone / rate) + rng.uniform(0.1, 0.4) * rng.standard_normal(n)
    level, breath = np.interp(at, frames, loud), np.interp(at, frames, hiss)
    hertz, times, spectrum = stft(source * level, rate, nperseg=512, noverlap=384)
    hertz = np.maximum(hertz, 30)[:, None]
    tract = np.zeros(spectrum.shape)
    for k, (track, width) in enumerate(zip(paths, (80, 100, 140, 200))):
        track = np.interp(times * 100, frames, track)
        tract += (1, 0.63, 0.35, 0.25)[k] / np.sqrt(1 + ((hertz - track) / (0.7 * width)) ** 2)
    tilt = 1 / (1 + (hertz / (1500 if cheering else 600)) ** (1 if cheering else 1.3)) / (1 + (120 / hertz) ** 2)
    voiced = istft(spectrum * tract * tilt, rate, nperseg=512, noverlap=384)[1][:n]
    voiced = np.pad(voiced, (0, n - len(voiced)))
    fricative = np.diff(rng.standard_normal(n + 1)) * breath
    return voiced / (voiced.std() + 1e-9) + 0.5 * fricative


def voices(rng: Rng, seconds: float, cheering: bool, people: int, wet: float, decay: float) -> np.ndarray:
    """Some people near, and behind them the same voices at other times, sizes and distances: a crowd at a fraction of its work."""
    n = samples(seconds)
    cast = [person(rng, seconds, cheering) for _ in range(min(people, 10))]
    out = np.zeros((n, 2))
    for k in range(people):
        voice, speed = cast[k % len(cast)], (1 if k < len(cast) else rng.uniform(0.85, 1.18))
        moved = np.interp(np.arange(n) * speed / 2 % (len(voice) - 1), np.arange(len(voice)), voice)
        moved = np.roll(moved, rng.integers(n)) if k >= len(cast) else moved
        side = rng.uniform(0.1, 0.9)
        out += (uniform_log(rng, 0.15, 1) * moved)[:, None] * np.sqrt((1 - side, side))
    return np.stack([room(out[:, c], rng, decay, wet, bright=3000)[:n] for c in range(2)], 1)


def whistles(rng: Rng, seconds: float, count: int) -> np.ndarray:
    """Finger whistles: loud sines that sweep up and down about 2 to 3 kHz."""
    n = samples(seconds)
    out = np.zeros((n, 2))
    for _ in range(count):
        length = rng.uniform(0.3, 0.8)
        m, start, side = samples(length), rng.integers(n), rng.random()
        sweep = uniform_log(rng, 1700, 2800) * curve(length, [(0, 0.75), (0.35, 1.15), (0.5, 0.9), (1, rng.uniform(0.7, 1.4))])
        tone = (np.sin(2 * np.pi * np.cumsum(sweep) / RATE) + 0.1 * rng.standard_normal(m)) * np.hanning(m) ** 0.5
        out[start:start + m] += tone[:n - start, None] * np.sqrt((1 - side, side))
    return out


def applause(rng: Rng):
    """Applause of a few people or a full hall, a crowd that cheers, or one that talks."""
    seconds = round(20 * rng.uniform(3, 6)) / 20
    n = samples(seconds)
    kind = rng.choice(("few", "hall", "cheer", "talk"), p=(0.15, 0.4, 0.2, 0.25))
    decay, wet = rng.uniform(0.4, 2), rng.uniform(0.2, 0.6)
    if kind == "few":
        return clappers(rng, seconds, rng.integers(2, 7), 0.25 * wet, 0.5 * decay), "crowd", "a few people clapping, applause"
    if kind == "talk":
        sound = voices(rng, seconds, False, rng.integers(8, 40), 0.5 * wet, 0.6 * decay)
        clatter = shaped_noise(n, rng, [(40, -6), (100, 0), (400, -10), (3000, -30), (20000, -60)])
        return normalised(sound) + rng.uniform(0.002, 0.02) * clatter[:, None], "crowd", "a crowd of people talking"
    swell = curve(seconds, [(0, rng.uniform(0.3, 1)), (rng.uniform(0.1, 0.3), 1), (0.75, 0.9), (1, rng.uniform(0.3, 0.9))])[:n, None]
    hall = clappers(rng, seconds, int(uniform_log(rng, 20, 110)), wet, decay)
    hall /= hall.std()
    if kind == "hall" and rng.random() < 0.5:
        return hall * swell, "crowd", "an audience clapping, applause"
    shouts = voices(rng, seconds, True, rng.integers(10, 50), wet, decay)
    shouts /= shouts.std()
    if kind == "hall":
        mix = hall + rng.uniform(0.1, 0.35) * shouts + 0.3 * whistles(rng, seconds, rng.integers(3))
        return mix * swell, "crowd", "applause of an audience with shouts"
    mix = shouts + rng.uniform(0, 0.4) * hall + 0.4 * whistles(rng, seconds, rng.integers(4))
    return mix * swell, "crowd", "a crowd cheering"
