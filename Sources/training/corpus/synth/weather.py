"""Weather: rain, wind, thunder."""

import numpy as np
from scipy.signal import istft, stft

from .dsp import RATE, Rng, band, curve, fftconvolve, grains, modes, normalised, room, samples, shaped_noise, strike, uniform_log, wander
from .water import bubble_cloud


def rain(rng: Rng):
    seconds = rng.uniform(4, 8)
    n = samples(seconds)
    heavy = rng.random()
    surface = rng.choice(("open", "roof", "leaves", "puddles", "window"))
    swell = np.clip(1 + 0.12 * wander(n, rng, 0.7), 0.5, 1.6)
    channels = []
    for _ in range(2):
        hiss = shaped_noise(n, rng, [(100, -24), (800, -10), (4000, 0), (10000, -2), (20000, -12)])
        low, high = {"open": (2500, 12000), "roof": (500, 5000), "leaves": (1200, 7000), "puddles": (1500, 9000), "window": (1800, 8000)}[surface]
        drops = grains(seconds, rng.uniform(250, 700) + 2500 * heavy, rng, low, high, (0.0008, 0.004), tail=1.9)
        x = (0.15 + 0.9 * heavy) * hiss + drops / (drops.std() + 1e-9) * rng.uniform(0.35, 0.8)
        if surface == "puddles":
            plops = bubble_cloud(rng, seconds, 40 + 200 * heavy, 900, 5000)
            x += 0.4 * plops / (plops.std() + 1e-9)
        if surface == "roof":
            board = modes(0.1, rng.uniform(120, 900, 6), rng.uniform(0.02, 0.07, 6), rng.uniform(0.3, 1, 6), rng)
            x = 0.7 * x + 0.8 * normalised(fftconvolve(drops, board)[:n]) * 3
        channels.append(x * swell)
    words = {"open": "falling", "roof": "on a roof", "leaves": "on leaves", "puddles": "on puddles", "window": "on a window"}
    amount = "heavy rain" if heavy > 0.6 else ("light rain" if heavy < 0.25 else "rain")
    return np.stack(channels, 1), "rain", f"{amount} {words[surface]}"


def gusts(n: int, rng: Rng, mean: float, depth: float) -> np.ndarray:
    """Wind speed: slow gusts that carry smaller, faster ones."""
    slow = wander(n, rng, rng.uniform(0.3, 0.8)) + 0.4 * wander(n, rng, 1.7) + 0.2 * wander(n, rng, 5)
    return np.clip(mean * np.exp(depth * slow), 0.05, 1.8 * mean)


def moving_noise(rng: Rng, n: int, gain) -> np.ndarray:
    """Noise whose spectrum moves: ``gain(hertz [bins, 1], seconds [frames])`` -> [bins, frames]."""
    hertz, times, spectrum = stft(rng.standard_normal(n + 4096), RATE, nperseg=2048, noverlap=1536)
    shaped = spectrum * gain(np.maximum(hertz, 10)[:, None], times)
    return istft(shaped, RATE, nperseg=2048, noverlap=1536)[1][:n]


def gale(rng: Rng, speed: np.ndarray, rumble: float, howls: list[tuple[float, float, float]]) -> np.ndarray:
    """Turbulence, louder and brighter as it blows harder, and gaps that whistle: (Hz at unit speed, relative width, gain)."""
    at = np.arange(len(speed)) / RATE
    drift = [1 + 0.05 * wander(len(speed), rng, 1.5) for _ in howls]
    swell = [np.exp(0.6 * wander(len(speed), rng, 0.9)) for _ in howls]
    pace, buffet = rng.uniform(150, 330), np.exp(0.5 * wander(len(speed), rng, 7))

    def gain(hertz, times):
        now = np.interp(times, at, speed)
        edge = pace * now ** 1.1
        out = now ** 1.6 / (1 + (hertz / edge) ** 1.4) / (1 + (60 / hertz) ** 2) / (1 + (hertz / 6000) ** 2)
        out += rumble * now ** 2 * np.interp(times, at, buffet) * np.exp(-hertz / 110)
        for (pitch, width, level), bend, loud in zip(howls, drift, swell):
            centre = pitch * now ** 0.8 * np.interp(times, at, bend)
            out += level * np.interp(times, at, loud) * now ** 2 / (1 + (np.log(hertz / centre) / width) ** 2) ** 1.5
        return out
    return moving_noise(rng, len(speed), gain)


def rustle(rng: Rng, speed: np.ndarray, dry: float) -> np.ndarray:
    """Leaves: each brushes its neighbours, a short breath of high noise; together a soft rush that follows the gusts."""
    seconds = len(speed) / RATE
    brush = shaped_noise(len(speed), rng, [(200, -32), (900, -12), (2500, 0), (6000, -2), (12000, -9), (20000, -20)])
    flutter = np.clip(1 + 0.45 * wander(len(speed), rng, 18) + 0.35 * wander(len(speed), rng, 6), 0.05, 3)
    ticks = grains(seconds, 500 * speed ** 2, rng, 1800, 9000, (0.002, 0.012), tail=2.6)
    return (brush * flutter + dry * ticks / (ticks.std() + 1e-9)) * speed ** 1.8


def wind(rng: Rng):
    """Wind over open land, round corners and through gaps, or in trees."""
    seconds = round(20 * rng.uniform(5, 8)) / 20
    n = samples(seconds)
    kind = rng.choice(("open", "howl", "storm", "leaves", "cave"), p=(0.25, 0.25, 0.15, 0.25, 0.1))
    mean = {"open": 0.7, "howl": 0.8, "storm": 1.2, "leaves": 0.7, "cave": 0.6}[kind] * rng.uniform(0.8, 1.25)
    speed = gusts(n, rng, mean, rng.uniform(0.18, 0.38))
    rumble = uniform_log(rng, 0.3, 2) if kind in ("open", "storm") else uniform_log(rng, 0.1, 0.8)
    howls = []
    if kind in ("howl", "storm", "cave"):
        pitch = uniform_log(rng, 130, 260) if kind == "cave" else uniform_log(rng, 280, 650)
        for k in range(rng.integers(1, 4)):
            howls.append((pitch * rng.uniform(1.3, 1.9) ** k, uniform_log(rng, 0.08, 0.4), rng.uniform(0.4, 1.5) * 0.6 ** k))
    dry, amount = rng.uniform(0, 0.2), rng.uniform(0.25, 0.8)
    grass = uniform_log(rng, 0.01, 0.12)
    channels = []
    for _ in range(2):
        x = gale(rng, speed, rumble, howls)
        if kind == "leaves":
            x = 0.5 * x / x.std() + amount * rustle(rng, speed, dry)
        elif kind != "cave":
            x = x / x.std() + grass * rustle(rng, speed, 0.1)
        channels.append(room(x, rng, rng.uniform(1.5, 3), 0.8, bright=1500)[:n] if kind == "cave" else x)
    captions = {"open": "wind blowing", "howl": "howling wind", "storm": "a storm wind howling", "leaves": "wind in the leaves",
                "cave": "wind in a cave"}
    return np.stack(channels, 1), "wind", captions[kind]


def thunder(rng: Rng):
    """Pulses arriving from along a crooked channel, dulled by distance, then rumbling on."""
    seconds = rng.uniform(3.5, 7)
    n = samples(seconds)
    near = rng.random()
    arrivals = np.zeros(n)
    times = np.concatenate([rng.exponential(0.15 + 0.5 * (1 - near), 60), rng.uniform(0, seconds * 0.6, 40)])
    for time in times[times < seconds * 0.9]:
        arrivals[int(time * RATE)] += rng.pareto(1.6) * np.exp(-time * 0.9)
    pulse = np.concatenate([np.linspace(0, 1, 20), np.linspace(1, -1, samples(0.004)), np.linspace(-1, 0, 40)])
    x = fftconvolve(arrivals, pulse)[:n]
    dull = band(x, None, 250 + 5000 * near ** 2, 1)
    rumble = shaped_noise(n, rng, [(20, -8), (50, 0), (120, -4), (400, -22), (2000, -50)])
    envelope = curve(seconds, [(0, 0.2), (0.08, 1), (0.4, 0.55), (1, 0)]) * np.clip(0.8 + 0.5 * wander(n, rng, 4), 0.05, 2)
    mixed = normalised(dull) * (0.4 + near) + 0.35 * rumble * envelope
    if near > 0.6:
        crack = shaped_noise(samples(0.5), rng, [(200, -6), (1500, 0), (7000, -6), (20000, -20)]) * strike(0.5, 0.001, rng.uniform(0.15, 0.4))
        mixed[:len(crack)] += 0.5 * crack * rng.uniform(0.5, 1.2)
    out = room(normalised(mixed), rng, rng.uniform(1.5, 3.5), rng.uniform(0.4, 0.9), stereo=True, bright=900)
    out *= np.linspace(1, 0, len(out))[:, None] ** 0.4
    return np.tanh(1.5 * normalised(out)), "thunder", "a crack of thunder" if near > 0.6 else "distant rolling thunder"
