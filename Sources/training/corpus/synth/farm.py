"""Horses, their hooves and voices; sheep, goats, cows and pigs."""

import numpy as np
from scipy.signal import istft, stft

from .dsp import RATE, Rng, band, clock, curve, formants, grains, normalised, place, room, samples, shaped_noise, uniform_log, wander
from .voices import outdoors

BREATH = [(80, -20), (400, 0), (2500, -3), (6000, -12), (20000, -35)]


def glottis(rng: Rng, pitch: np.ndarray, slope: float, rough, breath: float) -> np.ndarray:
    """Pulses of the vocal folds. Roughness makes periods unsteady and every second one weaker; breath is noise."""
    n = len(pitch)
    pitch = pitch * (1 + 0.004 * wander(n, rng, 40) + 0.05 * rough * wander(n, rng, 250))
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    turn, power, out = np.exp(1j * phase), np.ones(n, complex), np.zeros(n)
    for h in range(1, int(min(120, 14000 / pitch.min())) + 1):
        power *= turn
        out += h ** -slope * np.clip((18000 - h * pitch) / 3000, 0, 1) * power.imag
    out = out / (out.std() + 1e-12) * (1 + rough * np.sin(phase / 2)) * (1 + 0.6 * rough * wander(n, rng, 400))
    flow = 0.6 + 0.4 * np.sin(phase)
    return out + (breath + 0.5 * rough) * flow * shaped_noise(n, rng, BREATH)


def throat(x: np.ndarray, rng: Rng, spacing: float, mouth, loss: float = 0.3) -> np.ndarray:
    """A lossy tube, shut at the glottis and open at the lips: formants ``spacing`` Hz apart, lower and duller as the mouth closes."""
    frequency, _, spectrum = stft(x, RATE, nperseg=1024, noverlap=768)
    frequency = frequency[:, None]
    mouth = np.broadcast_to(np.asarray(mouth, float), x.shape)
    opening = np.interp(np.linspace(0, 1, spectrum.shape[1]), np.linspace(0, 1, len(x)), mouth)[None]
    bend = 1 + np.interp(frequency, spacing * np.arange(9), rng.uniform(-0.14, 0.14, 9))
    gain = 1 / np.hypot(np.cos(np.pi * frequency * bend / spacing / (0.75 + 0.25 * opening)), np.sinh(loss * (1 + frequency / 5000)))
    gain *= frequency / (frequency + 600) * (1 + frequency / 700) ** (-1.6 * (1 - opening))
    side_branch = 1 - 0.85 * np.exp(-((frequency - rng.uniform(2700, 4000)) / 350) ** 2)
    return normalised(istft(spectrum * gain * side_branch, RATE, nperseg=1024, noverlap=768)[1][:len(x)])


def breeze(x: np.ndarray, rng: Rng, level: float) -> np.ndarray:
    """Adds the air that moves outdoors, and what is far away in it."""
    air = np.stack([shaped_noise(len(x), rng, [(60, 6), (300, 0), (2000, -10), (20000, -30)]) for _ in range(x.ndim)], 1)
    air *= np.clip(1 + 0.3 * wander(len(x), rng, 1), 0.2, 2)[:, None]
    return x + level * (air if x.ndim == 2 else air[:, 0])


def place_outside(x: np.ndarray, rng: Rng) -> np.ndarray:
    """The open air round an animal: its echoes, and often a breeze."""
    x = normalised(outdoors(x, rng))
    return x if rng.random() < 0.3 else breeze(x, rng, uniform_log(rng, 0.001, 0.02))


def shod_hoof(rng: Rng, base: float, iron: float) -> np.ndarray:
    """A shoe under a hollow hoof on stone: a short knock rings in the cup, damped; a faint scrape and, at times, the iron follow."""
    seconds = 0.25
    t = clock(seconds)
    click = shaped_noise(len(t), rng, [(100, -10), (400, 0), (uniform_log(rng, 1800, 5000), -6), (20000, -40)])
    push = click * np.exp(-t / uniform_log(rng, 0.0015, 0.007))
    quality = rng.uniform(3, 7)
    cup = 0.3 * push + formants(push, [(base, quality, 1), (1.8 * base, quality, 0.6), (2.9 * base, quality, 0.4)])
    ring = sum(np.exp(-t / rng.uniform(0.008, 0.03)) * np.sin(2 * np.pi * f * t) for f in rng.uniform(2800, 7500, 4))
    scrape = click * np.exp(-((t - rng.uniform(0.015, 0.045)) / 0.012) ** 2)
    return normalised(cup) + 0.015 * iron * ring + rng.uniform(0, 0.02) * scrape


def bare_hoof(rng: Rng, base: float, wet: float) -> np.ndarray:
    """A hoof on earth: the ground's low thump, a dull crush, and clods or grass thrown behind it."""
    seconds = 0.3
    t = clock(seconds)
    low = rng.uniform(65, 110)
    thump = np.sin(2 * np.pi * np.cumsum(low * (1 + 0.8 * np.exp(-t / 0.015))) / RATE) * np.exp(-t / rng.uniform(0.025, 0.05))
    crush = shaped_noise(len(t), rng, [(80, -6), (250, 0), (900, -4), (3000, -17), (20000, -45)])
    crush *= np.minimum(1, t / 0.003) * np.exp(-t / 0.022)
    cup = formants(crush, [(base * 0.55, 3, 1.5), (base * 1.2, 3, 0.7)])
    clods = grains(seconds, 900 * np.exp(-((t - 0.07) / 0.05) ** 2), rng, 700, 6000, (0.002, 0.008), bands=4)
    return normalised(thump + 0.6 * crush + cup) + wet * normalised(clods)


def snort(rng: Rng) -> np.ndarray:
    """Air blown through the nose: a burst, then lips and nostrils that flutter ever slower."""
    seconds = rng.uniform(0.5, 1.1)
    n = samples(seconds)
    rate = rng.uniform(24, 38) * curve(seconds, [(0, 1.1), (1, 0.65)]) * (1 + 0.08 * wander(n, rng, 8))
    phase = np.cumsum(rate) / RATE
    flaps = np.exp(-((phase % 1) * rng.uniform(2, 4)))
    depth = curve(seconds, [(0, 0.2), (0.2, 0.5), (1, 0.75)])
    blow = shaped_noise(n, rng, [(60, -8), (300, 0), (1500, -2), (5000, -10), (20000, -30)])
    flutter = band(np.diff(flaps, prepend=0), None, 1500, 2)
    x = blow * (1 - depth + depth * flaps) + rng.uniform(0.3, 1) * depth * flutter
    x *= curve(seconds, [(0, 0), (0.06, 0.9), (0.25, 1), (0.6, 0.5), (1, 0)])
    return throat(x, rng, rng.uniform(380, 520), curve(seconds, [(0, 0.8), (0.4, 1), (1, 0.6)]), 0.7)


def neigh(rng: Rng) -> np.ndarray:
    """A whinny: a short rise, a long cry of two voices at once that falls and shakes like laughter, and low grunts at its end."""
    seconds = rng.uniform(1.2, 2.6)
    n = samples(seconds)
    top = uniform_log(rng, 650, 1250)
    fall = curve(seconds, [(0, 0.55), (0.08, 0.95), (0.2, 1.05), (0.5, 0.92), (0.75, 0.7), (0.9, 0.45), (1, 0.35)])
    shakes = np.cumsum(rng.uniform(9, 13) * curve(seconds, [(0, 1.1), (1, 0.75)])) / RATE
    swing = np.sin(2 * np.pi * shakes)
    growing = curve(seconds, [(0, 0), (0.2, 0.25), (0.45, 1), (1, 1)])
    pitch = top * fall * (1 + rng.uniform(0.05, 0.1) * growing * swing + 0.02 * wander(n, rng, 12))
    rough = rng.uniform(0.12, 0.4) * curve(seconds, [(0, 1.3), (0.15, 0.6), (0.5, 1), (1, 2)])
    high = glottis(rng, pitch, rng.uniform(0.7, 1.2), rough, rng.uniform(0.1, 0.4))
    low = glottis(rng, pitch * rng.uniform(0.36, 0.46), 0.8, 1.2 * rough, 0.2)
    x = high + rng.uniform(0.15, 0.6) * curve(seconds, [(0, 1.5), (0.15, 0.4), (0.6, 0.8), (1, 2)]) * low
    x *= 1 - rng.uniform(0.5, 0.8) * growing * (0.5 - 0.5 * swing)
    x *= curve(seconds, [(0, 0), (0.07, 0.7), (0.2, 1), (0.6, 0.8), (0.85, 0.4), (1, 0)])
    cry = throat(x, rng, rng.uniform(560, 760), curve(seconds, [(0, 0.4), (0.15, 1), (0.7, 0.9), (1, 0.3)]))
    grunts, time = [(0.0, cry)], seconds - 0.25
    for _ in range(int(rng.integers(0, 6))):
        grunts.append((time, rng.uniform(0.1, 0.35) * nicker(rng)))
        time += rng.uniform(0.09, 0.13)
    return place(grunts)


def nicker(rng: Rng) -> np.ndarray:
    """One pulse of a horse's low grumble behind shut lips."""
    seconds = rng.uniform(0.07, 0.11)
    pitch = rng.uniform(80, 130) * curve(seconds, [(0, 0.9), (0.4, 1.1), (1, 0.8)])
    return throat(glottis(rng, pitch, 1, 0.4, 0.5), rng, 420, 0.4) * np.hanning(len(pitch))


GAITS = {  # where in a stride the four hooves fall, and how long the stride takes
    "walking": ((0, 0.25, 0.5, 0.75), (0.8, 1.15)),
    "trotting": ((0, 0.06, 0.5, 0.555), (0.55, 0.8)),
    "galloping": ((0, 0.16, 0.29, 0.45), (0.42, 0.58)),
}


def hooves(rng: Rng, gait: str, ground: str) -> np.ndarray:
    """Four hooves, each with its own sound, in the gait's rhythm; a galloping horse breathes once a stride."""
    pattern, periods = GAITS[gait]
    period, seconds = rng.uniform(*periods), rng.uniform(3, 6.5)
    pitches = uniform_log(rng, 520, 1000) * np.array([1, 1.13, 0.94, 1.08]) * rng.uniform(0.96, 1.04, 4)
    wet, iron, events = uniform_log(rng, 0.03, 0.3), uniform_log(rng, 0.1, 1.2), []
    breathing = gait == "galloping" and rng.random() < 0.6
    pull = rng.uniform(0.15, 0.4)
    for stride in range(int(seconds / period)):
        for leg, fraction in enumerate(pattern):
            base = pitches[leg] * rng.uniform(0.94, 1.06)
            hoof = shod_hoof(rng, base, iron) if ground == "cobblestones" else bare_hoof(rng, base, wet)
            events.append(((stride + fraction + rng.normal(0, 0.012)) * period + 0.06, uniform_log(rng, 0.4, 1) * hoof))
        if breathing:
            breath = shaped_noise(samples(0.45 * period), rng, [(80, -20), (500, 0), (1800, 0), (5000, -15), (20000, -40)])
            events.append(((stride + 0.1) * period, 0.2 * pull * breath * np.hanning(len(breath))))
    if gait != "galloping" and rng.random() < 0.25:
        events.append((rng.uniform(0.3, seconds - 1.5), rng.uniform(0.3, 0.8) * snort(rng)))
    x = place(events)
    walls = uniform_log(rng, 0.03, 0.15) if ground == "cobblestones" else uniform_log(rng, 0.02, 0.08)
    x = normalised(room(x, rng, uniform_log(rng, 0.3, 1.4), walls, rng.random() < 0.4))
    return breeze(x, rng, uniform_log(rng, 0.002, 0.04)) if rng.random() < 0.7 else x


def horse(rng: Rng):
    """Hooves in three gaits on stone and on earth, whinnies and snorts."""
    kind = rng.random()
    if kind < 0.32:
        return place_outside(neigh(rng), rng), "horse", "a horse neighing"
    if kind < 0.42:
        blows = [(i * rng.uniform(1.1, 1.6), rng.uniform(0.5, 1) * snort(rng)) for i in range(int(rng.integers(1, 3)))]
        return place_outside(place(blows), rng), "horse", "a horse snorting"
    gait, ground = str(rng.choice(tuple(GAITS))), "earth" if rng.random() < 0.4 else "cobblestones"
    return hooves(rng, gait, ground), "horse", f"a horse {gait}, hooves on {ground}"


def bleat(rng: Rng, pitch: float, spacing: float, shake: float, depth: float, seconds: float) -> np.ndarray:
    """The trembling cry of sheep and goats: loudness, pitch and mouth shake together."""
    n = samples(seconds)
    swing = np.sin(2 * np.pi * np.cumsum(shake * (1 + 0.06 * wander(n, rng, 4))) / RATE + rng.uniform(0, 6))
    fade = curve(seconds, [(0, 0.2), (0.25, 1), (1, 0.8)])
    line = pitch * curve(seconds, [(0, 0.85), (0.15, 1), (0.45, 1.07), (0.85, 0.97), (1, 0.8)])
    line *= 1 + depth * fade * swing + 0.012 * wander(n, rng, 9)
    rough = rng.uniform(0.08, 0.35) * curve(seconds, [(0, 1.4), (0.2, 0.8), (1, 1.3)])
    x = glottis(rng, line, rng.uniform(0.7, 1.1), rough, rng.uniform(0.15, 0.5))
    x *= 1 - min(0.85, 8 * depth) * fade * (0.5 - 0.5 * swing)
    mouth = curve(seconds, [(0, 0.2), (0.15, 0.9), (0.6, 1), (1, 0.6)]) * (1 - 0.15 * fade * (0.5 - 0.5 * swing))
    return throat(x, rng, spacing, mouth, 0.22) * curve(seconds, [(0, 0), (0.08, 0.9), (0.4, 1), (0.85, 0.7), (1, 0)])


def sheep(rng: Rng):
    """Ewes and lambs; at times a goat, whose voice shakes more and is brighter; one call or several animals."""
    goat = rng.random() < 0.3
    calls, time = [], 0.0
    for _ in range(int(rng.integers(1, 4))):
        young = rng.random() < 0.3
        pitch = uniform_log(rng, 330, 520) if young else uniform_log(rng, 200, 350)
        spacing = rng.uniform(1050, 1300) if young else rng.uniform(850, 1080)
        depth = rng.uniform(0.05, 0.1) if goat else rng.uniform(0.04, 0.09)
        smaller, shake = 1.15 if goat else 1, rng.uniform(7, 12)
        call = bleat(rng, pitch * smaller, spacing * smaller, shake, depth, rng.uniform(0.6, 1.4))
        calls.append((time, uniform_log(rng, 0.4, 1) * call))
        time += rng.uniform(0.7, 2)
    return place_outside(place(calls), rng), "farm", "a goat bleating" if goat else "a sheep bleating"


def moo(rng: Rng) -> np.ndarray:
    """A hum behind shut lips that rises and opens into a long call; calves are higher and shorter."""
    calf = rng.random() < 0.25
    seconds = rng.uniform(0.8, 1.5) if calf else rng.uniform(1.2, 2.8)
    n = samples(seconds)
    peak = rng.uniform(0.45, 0.75)
    pitch = uniform_log(rng, 200, 300) if calf else uniform_log(rng, 110, 200)
    line = pitch * curve(seconds, [(0, 0.72), (0.2, 0.8), (peak, 1.15), (0.9, 1.05), (1, 0.8)]) * (1 + 0.012 * wander(n, rng, 5))
    mouth = curve(seconds, [(0, 0), (0.2, 0.1), (peak, 1), (0.9, 0.8), (1, 0.3)]) * rng.uniform(0.6, 1)
    rough = rng.uniform(0.03, 0.25) * curve(seconds, [(0, 1), (0.3, 0.5), (peak, 1), (0.9, 1), (1, 2)])
    x = glottis(rng, line, rng.uniform(0.9, 1.3), rough, rng.uniform(0.03, 0.15))
    spacing = rng.uniform(600, 780) if calf else rng.uniform(430, 640)
    return throat(x, rng, spacing, mouth, 0.18) * curve(seconds, [(0, 0), (0.1, 0.5), (0.35, 0.8), (peak, 1), (0.9, 0.8), (1, 0)])


def grunt(rng: Rng, spacing: float) -> np.ndarray:
    """A pig's snort: few slow pulses and much air through the snout."""
    seconds = uniform_log(rng, 0.09, 0.3)
    pitch = rng.uniform(45, 110) * curve(seconds, [(0, 0.8), (0.3, 1.1), (1, 0.8)])
    x = glottis(rng, pitch, 0.6, 0.5, rng.uniform(0.4, 1.2))
    return throat(x, rng, spacing, rng.uniform(0.4, 0.9), 0.4) * curve(seconds, [(0, 0), (0.15, 1), (0.6, 0.7), (1, 0)])


def squeal(rng: Rng) -> np.ndarray:
    """A pig's scream: high, rough, with the mouth wide open."""
    seconds = rng.uniform(0.4, 1.2)
    pitch = uniform_log(rng, 550, 1200) * curve(seconds, [(0, 0.7), (0.2, 1), (0.7, 1.1), (1, 0.7)])
    pitch *= 1 + 0.06 * wander(len(pitch), rng, 6)
    x = glottis(rng, pitch, 0.6, rng.uniform(0.25, 0.6), 0.3)
    return throat(x, rng, rng.uniform(700, 950), 1) * curve(seconds, [(0, 0), (0.08, 1), (0.8, 0.9), (1, 0)])


def cow(rng: Rng):
    """Cattle; at times pigs, that grunt in series or squeal."""
    kind = rng.random()
    if kind < 0.7:
        calls = [(i * rng.uniform(2.2, 3.2), uniform_log(rng, 0.3, 1) * moo(rng)) for i in range(1 + int(rng.random() < 0.3))]
        return place_outside(place(calls), rng), "farm", "a cow mooing"
    if kind < 0.9:
        spacing, calls, time = rng.uniform(420, 600), [], 0.0
        for _ in range(int(rng.integers(3, 10))):
            calls.append((time, uniform_log(rng, 0.3, 1) * grunt(rng, spacing)))
            time += rng.uniform(0.15, 0.6)
        return place_outside(place(calls), rng), "farm", "a pig grunting"
    calls = [(i * rng.uniform(0.7, 1.2), rng.uniform(0.5, 1) * squeal(rng)) for i in range(int(rng.integers(1, 4)))]
    return place_outside(place(calls), rng), "farm", "a pig squealing"
