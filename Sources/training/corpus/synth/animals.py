"""Animal voices: glottal source through formants, whistles of birds, wing and leg noises of insects."""

import numpy as np

from .dsp import (RATE, Rng, band, clock, curve, formants, normalised, oscillator, place, room, samples, shaped_noise, strike,
                  uniform_log, wander)


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


def bark(rng: Rng, size: float) -> np.ndarray:
    """``size`` 0: a small dog; 1: a big one."""
    seconds = rng.uniform(0.13, 0.2) + 0.1 * size
    base = 900 - 680 * size ** 0.7
    pitch = base * rng.uniform(0.9, 1.1) * curve(seconds, [(0, 0.7), (0.18, 1.15), (0.4, 1), (1, 0.55)])
    open_mouth = 1.5 - 0.75 * size
    peaks = [(f * open_mouth * rng.uniform(0.93, 1.07), q, g) for f, q, g in ((620, 2.5, 1), (1250, 3, 0.9), (2700, 4, 0.5), (4200, 4, 0.25))]
    x = voice(rng, pitch, peaks, 0.5 + 0.4 * rng.random(), 0.35, 0.7)
    return normalised(np.tanh(1.8 * normalised(x)) * curve(seconds, [(0, 0), (0.06, 1), (0.45, 0.8), (1, 0)]))


def dog(rng: Rng):
    kind = rng.random()
    if kind < 0.6:
        size, state = rng.random(), rng.integers(2 ** 31)
        time, barks = 0.0, []
        for _ in range(int(rng.integers(1, 6))):
            barks.append((time, rng.uniform(0.7, 1) * bark(rng, float(np.clip(size + rng.normal(0, 0.02), 0, 1)))))
            time += rng.uniform(0.25, 0.5) + (rng.uniform(0.2, 0.7) if rng.random() < 0.35 else 0)
        name = "a small dog yapping" if size < 0.3 else ("a big dog barking" if size > 0.7 else "a dog barking")
        return outdoors(place(barks), rng), "dog", name
    if kind < 0.8:
        return outdoors(howl(rng), rng) if rng.random() < 0.3 else room(howl(rng), rng, rng.uniform(1.5, 3), rng.uniform(0.2, 0.5), True), "dog", "a wolf howling"
    seconds = rng.uniform(1, 2.5)
    n = samples(seconds)
    pitch = rng.uniform(55, 110) * (1 + 0.06 * wander(n, rng, 2))
    x = voice(rng, pitch, [(450, 2.5, 1), (1100, 3, 0.7), (2300, 3, 0.4)], 0.9, 0.5, 0.5)
    return outdoors(x * curve(seconds, [(0, 0), (0.25, 0.8), (0.7, 1), (1, 0)]) * np.clip(0.8 + 0.3 * wander(n, rng, 5), 0.2, 2), rng), "dog", "a dog growling with a snarl"


def howl(rng: Rng) -> np.ndarray:
    seconds = rng.uniform(2.2, 4.5)
    n = samples(seconds)
    top = rng.uniform(380, 720)
    pitch = top * curve(seconds, [(0, 0.55), (0.16, 0.98), (0.25, 1.02), (0.7, 0.97), (1, 0.62)]) * (1 + 0.008 * np.sin(2 * np.pi * 4.5 * clock(seconds)) + 0.006 * wander(n, rng, 3))
    x = voice(rng, pitch, [(top * 1.05, 3, 1), (top * 2.1, 4, 0.5), (2300, 4, 0.12)], 0.03, 0.05, 1.5)
    return normalised(x * curve(seconds, [(0, 0), (0.12, 0.8), (0.4, 1), (0.75, 0.8), (1, 0)]))


def cat(rng: Rng):
    if rng.random() < 0.35:
        return roar(rng)
    seconds = rng.uniform(0.45, 1.1)
    base = rng.uniform(480, 850)
    pitch = base * curve(seconds, [(0, 0.8), (0.3, 1.1), (0.55, 1.05), (1, 0.72)]) * (1 + 0.012 * wander(samples(seconds), rng, 6))
    mouth = curve(seconds, [(0, 0), (0.35, 1), (0.6, 0.9), (1, 0)])
    closed = voice(rng, pitch, [(rng.uniform(500, 800), 4, 1), (1600, 5, 0.3)], 0.05, 0.06)
    opened = voice(rng, pitch, [(rng.uniform(1100, 1600), 3, 1), (rng.uniform(2400, 3200), 4, 0.7), (4300, 5, 0.3)], 0.12, 0.1, 0.7)
    x = (closed * (1 - mouth) + opened * mouth) * curve(seconds, [(0, 0), (0.12, 0.8), (0.5, 1), (1, 0)])
    return outdoors(x, rng), "cat", "a cat meowing"


def roar(rng: Rng):
    seconds = rng.uniform(1.2, 2.6)
    n = samples(seconds)
    pitch = rng.uniform(85, 150) * curve(seconds, [(0, 0.7), (0.25, 1.2), (0.6, 1.05), (1, 0.6)]) * (1 + 0.03 * wander(n, rng, 8))
    x = voice(rng, pitch, [(330, 2, 1), (800, 2.5, 0.9), (1500, 3, 0.45), (2700, 3, 0.2)], 0.9, 0.6, 0.5)
    return outdoors(np.tanh(2 * normalised(x)) * curve(seconds, [(0, 0), (0.2, 0.9), (0.5, 1), (1, 0)]), rng), "cat", "a lion roaring"


def syllable(rng: Rng, base: float) -> np.ndarray:
    """One figure of a bird's song: a sweep, a warble, a trill or a buzz."""
    seconds = uniform_log(rng, 0.04, 0.3)
    t = clock(seconds)
    kind = rng.integers(4)
    start, end = base * rng.uniform(0.7, 1.4), base * rng.uniform(0.7, 1.4)
    pitch = np.linspace(start, end, len(t))
    if kind == 1:
        pitch = pitch * (1 + rng.uniform(0.04, 0.2) * np.sin(2 * np.pi * rng.uniform(18, 50) * t))
    if kind == 2:
        pitch = base * (1 + rng.uniform(0.1, 0.3) * np.sin(np.pi * t / seconds))
    x = oscillator(np.clip(pitch, 900, 11000), 3, rng.uniform(2.2, 3.5))
    if kind == 3:
        x *= 0.5 + 0.5 * np.sign(np.sin(2 * np.pi * rng.uniform(25, 60) * t)) * 0.9
    return x * np.hanning(len(t)) ** 0.6


def songbird(rng: Rng, seconds: float) -> np.ndarray:
    base = uniform_log(rng, 2000, 5800)
    figures = [syllable(rng, base) for _ in range(int(rng.integers(1, 5)))]
    events, time = [], rng.uniform(0, 0.3)
    while time < seconds - 0.4:
        figure = figures[rng.integers(len(figures))]
        gap = rng.uniform(0.02, 0.12)
        for _ in range(int(rng.integers(1, 9))):
            events.append((time, rng.uniform(0.7, 1) * figure))
            time += len(figure) / RATE + gap
        time += rng.uniform(0.1, 0.9)
    return place(events, seconds)


def bird(rng: Rng):
    kind = rng.random()
    if kind < 0.45:
        return outdoors(songbird(rng, rng.uniform(1.2, 4)), rng), "bird", "a bird chirping"
    if kind < 0.7:
        seconds = rng.uniform(4, 7)
        out = np.zeros((samples(seconds), 2))
        for _ in range(int(rng.integers(3, 7))):
            far, side = rng.uniform(0.1, 1), rng.uniform(0.1, 0.9)
            out += far * songbird(rng, seconds)[:, None] * np.sqrt((1 - side, side))
        air = [0.004 * shaped_noise(len(out), rng, [(100, 0), (2000, -6), (20000, -20)]) for _ in range(2)]
        return out + np.stack(air, 1), "bird", "many birds singing in a forest"
    if kind < 0.82:
        pitch = rng.uniform(280, 460)
        hoots = [(t, hoot(rng, pitch, w)) for t, w in ((0, 0.25), (0.5, 0.14), (0.75, 0.14), (1.1, 0.55))[:rng.integers(1, 5)]]
        return room(place(hoots), rng, 1.8, 0.3, True), "bird", "an owl hooting"
    if kind < 0.92:
        caws = [(i * rng.uniform(0.45, 0.65), caw(rng)) for i in range(int(rng.integers(1, 5)))]
        return outdoors(place(caws), rng), "bird", "a crow cawing"
    quacks = [(i * rng.uniform(0.24, 0.34), quack(rng)) for i in range(int(rng.integers(2, 7)))]
    return outdoors(place(quacks), rng), "bird", "a duck quacking"


def hoot(rng: Rng, pitch: float, seconds: float) -> np.ndarray:
    line = pitch * curve(seconds, [(0, 0.92), (0.3, 1.02), (1, 0.95)])
    return (oscillator(line, 3, 2.6) + 0.02 * rng.standard_normal(len(line))) * np.hanning(len(line)) ** 0.7


def caw(rng: Rng) -> np.ndarray:
    seconds = rng.uniform(0.25, 0.42)
    pitch = rng.uniform(420, 560) * curve(seconds, [(0, 0.85), (0.3, 1.1), (1, 0.8)])
    x = voice(rng, pitch, [(1250, 4, 1), (1800, 4, 0.8), (3000, 4, 0.4)], 0.9, 0.5, 0.4)
    return normalised(x * curve(seconds, [(0, 0), (0.12, 1), (0.7, 0.9), (1, 0)]))


def quack(rng: Rng) -> np.ndarray:
    seconds = rng.uniform(0.13, 0.22)
    pitch = rng.uniform(210, 290) * curve(seconds, [(0, 1.1), (0.4, 1), (1, 0.85)])
    x = voice(rng, pitch, [(1100, 5, 1), (2100, 5, 0.9), (3200, 5, 0.5)], 0.5, 0.25, 0.35)
    return normalised(x * curve(seconds, [(0, 0), (0.1, 1), (0.7, 0.8), (1, 0)]))


def insect(rng: Rng):
    kind = rng.choice(("crickets", "cicada", "bee"))
    seconds = rng.uniform(3, 7)
    if kind == "bee":
        n = samples(seconds)
        pitch = uniform_log(rng, 170, 300) * (1 + 0.05 * wander(n, rng, 2.5) + 0.01 * wander(n, rng, 20))
        x = oscillator(pitch, 24, 0.8, rng) * np.clip(0.6 + 0.35 * wander(n, rng, 1.5), 0.05, 2)
        x = formants(x, [(450, 1.5, 1), (2200, 2, 0.6)])
        side = 0.5 + 0.4 * np.clip(0.5 * wander(n, rng, 0.7), -1, 1)
        return np.stack([x * np.sqrt(1 - side), x * np.sqrt(side)], 1), "insect", "a bee buzzing"
    if kind == "cicada":
        n = samples(seconds)
        x = band(rng.standard_normal(n), rng.uniform(4200, 5500), rng.uniform(6500, 9500), 3)
        x *= (0.5 + 0.5 * np.sin(2 * np.pi * np.cumsum(rng.uniform(60, 180) * (1 + 0.05 * wander(n, rng, 1))) / RATE)) ** 2
        return x * np.clip(1 + 0.35 * wander(n, rng, 0.8), 0.2, 2), "insect", "cicadas droning"
    out = np.zeros((samples(seconds), 2))
    for _ in range(int(rng.integers(1, 6))):
        carrier, pulses, rate = rng.uniform(3900, 5200), int(rng.integers(2, 6)), rng.uniform(1.6, 3.2)
        width = rng.uniform(0.012, 0.02)
        t = clock(width)
        pulse = np.sin(2 * np.pi * carrier * t * (1 - 0.01 * t / width)) * np.hanning(len(t))
        chirp = place([(i * width * 1.6, (0.6 + 0.4 * i / pulses) * pulse) for i in range(pulses)])
        line = place([(s * rng.uniform(0.99, 1.01), chirp) for s in np.arange(rng.uniform(0, 0.5), seconds - 0.3, 1 / rate)], seconds)
        side = rng.uniform(0.1, 0.9)
        out += rng.uniform(0.15, 1) * line[:, None] * np.sqrt((1 - side, side))
    return out, "insect", "crickets chirping at night"


def horse(rng: Rng):
    """Hooves: hollow double clicks in the gait's rhythm."""
    from .impacts import wood_hit
    gait = rng.choice(("walking", "trotting", "galloping"))
    pattern, period = {"walking": ((0, 0.25, 0.5, 0.75), 1.1), "trotting": ((0, 0.5), 0.62), "galloping": ((0, 0.17, 0.36), 0.5)}[gait]
    soft = rng.random() < 0.4
    events = []
    for beat in range(int(rng.uniform(2.5, 5) / period)):
        for place_in_beat in pattern:
            hoof = wood_hit(rng, 350, 900)
            if soft:
                hoof = band(hoof, None, 700, 1) + 0.05 * shaped_noise(len(hoof), rng, [(200, 0), (3000, -10), (20000, -40)]) * strike(len(hoof) / RATE, 0.004, 0.1)[:len(hoof)]
            events.append(((beat + place_in_beat + rng.normal(0, 0.01)) * period + 0.05, rng.uniform(0.6, 1) * hoof))
    return outdoors(place(events), rng), "horse", f"a horse {gait}, hooves on {'earth' if soft else 'cobblestones'}"


def frog(rng: Rng):
    croaks = []
    base, rate = uniform_log(rng, 300, 1400), rng.uniform(25, 70)
    for i in range(int(rng.integers(1, 6))):
        seconds = rng.uniform(0.15, 0.45)
        t = clock(seconds)
        pulses = np.exp(-((t * rate) % 1) * 6)
        x = band(pulses * oscillator(np.full(len(t), base), 4, 1.0), base * 0.5, base * 4, 1) * np.hanning(len(t)) ** 0.5
        croaks.append((i * rng.uniform(0.5, 0.9), x))
    return outdoors(place(croaks), rng), "creature", "a frog croaking"


def sheep(rng: Rng):
    seconds = rng.uniform(0.6, 1.3)
    t = clock(seconds)
    pitch = rng.uniform(220, 420) * (1 + 0.05 * np.sin(2 * np.pi * rng.uniform(7, 10) * t)) * curve(seconds, [(0, 0.95), (0.3, 1.05), (1, 0.85)])
    x = voice(rng, pitch, [(700, 3, 1), (1500, 3, 0.9), (2700, 4, 0.4)], 0.3, 0.15, 0.5)
    x *= (0.75 + 0.25 * np.sin(2 * np.pi * 8.5 * t)) * curve(seconds, [(0, 0), (0.1, 1), (0.75, 0.8), (1, 0)])
    return outdoors(x, rng), "farm", "a sheep bleating"


def cow(rng: Rng):
    seconds = rng.uniform(1.2, 2.4)
    n = samples(seconds)
    pitch = rng.uniform(95, 160) * curve(seconds, [(0, 0.85), (0.35, 1.1), (0.8, 1.05), (1, 0.8)]) * (1 + 0.01 * wander(n, rng, 5))
    mouth = curve(seconds, [(0, 0), (0.3, 0.6), (0.6, 1), (1, 0.5)])
    closed = voice(rng, pitch, [(260, 3, 1), (700, 4, 0.2)], 0.1, 0.05)
    opened = voice(rng, pitch, [(480, 3, 1), (950, 3, 0.8), (2300, 4, 0.2)], 0.3, 0.12, 0.6)
    return outdoors((closed * (1 - mouth) + opened * mouth) * curve(seconds, [(0, 0), (0.15, 0.8), (0.6, 1), (1, 0)]), rng), "farm", "a cow mooing"
