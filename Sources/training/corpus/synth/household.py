"""Things of a household: vacuum cleaners, shavers, clocks, dishes."""

import numpy as np

from .dsp import Rng, contact, curve, formants, modes, normalised, oscillator, place, room, samples, shaped_noise, strike, uniform_log, wander


def vacuum(rng: Rng):
    """A motor of 280 to 420 turns a second whines, the blades of its fan sing above, and the air roars in the pipe."""
    seconds, turn = rng.uniform(4, 7), rng.uniform(280, 420)
    n, begins = samples(seconds), [(0, 0.3), (rng.uniform(0.1, 0.2), 0.95), (0.3, 1), (1, 1)]
    spin = curve(seconds, begins) if rng.random() < 0.4 else np.ones(n)
    pitch = turn * spin * (1 + 0.006 * wander(n, rng, 0.7))
    shaft, blades = oscillator(pitch, 8, rng.uniform(0.6, 1.1), rng), oscillator(pitch * int(rng.integers(5, 10)), 3, rng.uniform(0.9, 1.4), rng)
    air = shaped_noise(n, rng, [(60, -22), (200, -8), (uniform_log(rng, 500, 1200), 0), (3000, -4), (8000, -11), (20000, -30)])
    x = rng.uniform(0.2, 0.5) * normalised(shaft) + rng.uniform(0.15, 0.45) * normalised(blades)
    x = x + rng.uniform(0.3, 0.5) * air * np.exp(0.12 * wander(n, rng, 2)) * spin**2
    return room(x, rng, rng.uniform(0.3, 0.8), rng.uniform(0.1, 0.3)), "machine", "a vacuum cleaner running"


def shaver(rng: Rng):
    """A blade that swings with the mains, rich in harmonics, sinks where it meets the beard, and rasps there."""
    seconds = rng.uniform(4, 6)
    n = samples(seconds)
    x = oscillator(rng.uniform(95, 125) * (1 + 0.003 * wander(n, rng, 1)), 80, rng.uniform(0.1, 0.4), rng)
    x = formants(x, [(uniform_log(rng, 400, 800), 2, 0.6), (uniform_log(rng, 1800, 3000), 2, 1), (uniform_log(rng, 4500, 7000), 2, 0.9)])
    load, hair = np.clip(0.7 + 0.3 * wander(n, rng, 1.5), 0.3, 1.3), shaped_noise(n, rng, [(1000, -20), (4000, 0), (9000, -2), (20000, -15)])
    return room((normalised(x) + rng.uniform(0.03, 0.1) * hair) * load, rng, 0.3, 0.1), "machine", "an electric shaver buzzing"


def ticking(rng: Rng):
    """The bright tick and the slightly lower tock of an alarm or a wall clock, close by, two to ten a second apart."""
    seconds, gap, beats = rng.uniform(4, 7), float(rng.choice((0.2, 0.25, 0.4, 0.5, 0.5, 1.0))), []
    for tune in (1, rng.uniform(0.8, 0.94)):
        pitch = uniform_log(rng, 2200, 4200) * tune
        body = modes(0.06, pitch * np.array([0.45, 1, 1.31, 1.7, 2.2]) * rng.uniform(0.95, 1.05, 5), np.full(5, rng.uniform(0.015, 0.035)),
                     [0.35, 1, 0.8, 0.7, 0.5], rng)
        click = shaped_noise(samples(0.06), rng, [(500, -24), (pitch, 0), (9000, -2), (20000, -8)]) * strike(0.06, 0.0004, 0.018)
        beats.append(0.7 * normalised(body) + 0.5 * normalised(click))
    ticks = [(0.05 + k * gap, beats[k % 2] * rng.uniform(0.88, 1)) for k in range(int((seconds - 0.1) / gap))]
    return room(place(ticks, seconds), rng, rng.uniform(0.15, 0.4), rng.uniform(0.01, 0.06)), "machine", "a clock ticking"


def dishes(rng: Rng):
    """Plates and bowls, each with its own pitch, touch several at a time and slide on one another."""
    seconds, touches, time = rng.uniform(3, 6), [], 0.05
    plate = lambda: modes(0.5, uniform_log(rng, 700, 2600) * np.sort(rng.uniform(1, 7, 9)), rng.uniform(0.05, 0.22, 9), rng.uniform(0.3, 1, 9), rng)
    plates = [plate() for _ in range(int(rng.integers(2, 6)))]
    while time < seconds - 0.3:
        for _ in range(int(rng.integers(1, 5))):
            touches.append((time, contact(plates[int(rng.integers(len(plates)))] * rng.uniform(0.3, 1), rng.uniform(0.0002, 0.001))))
            time += rng.uniform(0.03, 0.14)
        if rng.random() < 0.4:
            n = samples(rng.uniform(0.1, 0.3))
            touches.append((time, 0.08 * shaped_noise(n, rng, [(500, -10), (2500, 0), (9000, -6), (20000, -25)]) * np.hanning(n)))
        time += rng.uniform(0.05, 0.5)
    return room(place(touches, seconds), rng, rng.uniform(0.25, 0.7), rng.uniform(0.1, 0.3)), "impact_glass", "dishes clattering"
