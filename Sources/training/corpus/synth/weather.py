"""Weather: rain, wind, thunder."""

import numpy as np

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


def wind(rng: Rng):
    seconds = rng.uniform(5, 9)
    n = samples(seconds)
    speed = np.clip(rng.uniform(0.4, 0.9) + 0.28 * wander(n, rng, 0.7) + 0.08 * wander(n, rng, 4), 0.05, 1.7)
    kind = rng.random()
    whistle, leaves = kind < 0.4, kind > 0.7
    tone = uniform_log(rng, 350, 1100)
    channels = []
    for _ in range(2):
        x = np.zeros(n)
        for index, centre in enumerate((60, 120, 240, 480, 960, 1900, 3800)):
            x += band(rng.standard_normal(n), centre * 0.7, centre * 1.4, 1) * speed ** (1.2 + 0.35 * index) * 0.75 ** index * 1.6
        if whistle:
            for ratio, gain in ((1, 1), (1.52, 0.4)):
                carrier = np.sin(2 * np.pi * np.cumsum(tone * ratio * (0.55 + 0.5 * speed)) / RATE + 0.6 * wander(n, rng, 25))
                x += 0.35 * gain * carrier * speed ** 2.2 * (1 + 0.4 * wander(n, rng, 12))
        if leaves:
            rustle = grains(seconds, 1800 * speed ** 1.5, rng, 2500, 10000, (0.0008, 0.004), tail=2.4)
            x += 0.25 * rustle / (rustle.std() + 1e-9) * speed
        channels.append(x)
    caption = "wind in the leaves" if leaves else ("howling wind" if whistle else "wind blowing")
    return np.stack(channels, 1), "wind", caption


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
