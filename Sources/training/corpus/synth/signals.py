"""Sirens, horns, whistles and alarms."""

import numpy as np

from .dsp import (RATE, Rng, band, clock, curve, formants, normalised, oscillator, passing, place, room, samples, shaped_noise,
                  uniform_log, wander)


def siren(rng: Rng):
    kind = rng.choice(
        (
            "police",
            "two-tone",
            "fire engine",
            "warning",
            "car horn",
            "truck horn",
            "ship",
            "foghorn",
            "steam whistle",
            "pea whistle",
            "alarm",
        ),
        p=(0.18, 0.13, 0.08, 0.08, 0.13, 0.05, 0.08, 0.07, 0.06, 0.04, 0.10),
    )
    make = {
        "police": electronic,
        "two-tone": two_tone,
        "fire engine": rotor,
        "warning": air_raid,
        "car horn": car_horn,
        "truck horn": truck_horn,
        "ship": ship_horn,
        "foghorn": foghorn,
        "steam whistle": steam_signal,
        "pea whistle": pea_whistle,
        "alarm": alarm,
    }[kind]
    x, caption = make(rng)
    return x, "siren", caption


def street(x: np.ndarray, rng: Rng) -> np.ndarray:
    """A siren on a vehicle: standing near, far between houses, or driving past; with some traffic noise."""
    noise = shaped_noise(len(x), rng, [(40, 0), (400, -10), (3000, -26), (20000, -55)]) * uniform_log(rng, 0.002, 0.05)
    way = rng.choice(("near", "far", "past"))
    if way == "past":
        return passing(room(normalised(x), rng, 1.0, 0.15)[: len(x)], rng.uniform(10, 22), rng.uniform(6, 15)) + noise[:, None]
    if way == "far":
        x = band(normalised(x), None, rng.uniform(1800, 4000), 1) + noise
        return room(x, rng, rng.uniform(1.2, 3), rng.uniform(0.3, 0.8))
    return room(normalised(x) + noise, rng, rng.uniform(0.4, 1.5), rng.uniform(0.1, 0.3))


def horn_speaker(pitch: np.ndarray, rng: Rng) -> np.ndarray:
    """A square-like electronic tone through an overdriven horn loudspeaker, which passes a few hundred to a few thousand Hz."""
    tone = np.tanh(rng.uniform(1.5, 4) * oscillator(pitch, 8, rng.uniform(0.9, 1.4)))
    horn = band(tone, rng.uniform(300, 500), rng.uniform(3500, 6500), 1)
    return horn + 0.5 * formants(horn, [(rng.uniform(800, 1400), 3, 1), (rng.uniform(1800, 3000), 4, 0.8)])


def electronic(rng: Rng):
    """Wail, yelp and phaser: the pitch of an oscillator rises and falls on exponential curves, slowly, quickly or very quickly."""
    seconds = rng.uniform(4, 8)
    t = clock(seconds)
    rate = {"wail": rng.uniform(0.18, 0.4), "yelp": rng.uniform(2.2, 4.2), "phaser": rng.uniform(8, 14)}
    modes = rng.permutation(("wail", "yelp", "phaser", "wail", "yelp"))[:2]
    change = rng.uniform(0.35, 0.65) if rng.random() < 0.35 else 1.0
    speed = np.where(np.arange(len(t)) < change * len(t), rate[modes[0]], rate[modes[1]])
    phase = (rng.random() + np.cumsum(speed) / RATE) % 1
    rise = rng.uniform(0.4, 0.7)
    up = np.where(phase < rise, 1 - np.exp(-3 * phase / rise), np.exp(-3 * (phase - rise) / (1 - rise)))
    low = rng.uniform(500, 800)
    x = horn_speaker(low * rng.uniform(1.9, 2.7) ** up, rng)
    return street(x, rng), str(rng.choice(("a police siren wailing", "an emergency siren wailing", "an ambulance siren")))


def two_tone(rng: Rng):
    """High and low in turn, a fourth or so apart; of loudspeakers, or of compressed-air horns that slur a little between them."""
    seconds = rng.uniform(4, 8)
    t = clock(seconds)
    base, ratio, cycle = rng.uniform(380, 520), rng.choice((1.26, 1.335, 1.335, 1.414)), rng.uniform(0.9, 1.6)
    high = np.tanh(12 * np.sin(2 * np.pi * (t / cycle + rng.random())) / rng.uniform(0.2, 1)) * 0.5 + 0.5
    pitch = base * ratio**high
    if rng.random() < 0.5:
        x = air_horn(pitch, rng) * (0.35 + 0.65 * np.abs(2 * high - 1) ** 0.5)
    else:
        x = horn_speaker(pitch, rng)
    return street(x, rng), "a two-tone emergency siren"


def rotor(rng: Rng):
    """A mechanical siren: a spinning chopper winds up towards its full pitch and coasts down, with air noise in step."""
    seconds = rng.uniform(5, 8)
    n = samples(seconds)
    drive = np.clip(np.sign(np.sin(2 * np.pi * (clock(seconds) / rng.uniform(3.5, 7) + rng.uniform(0, 0.2)))), 0, 1)
    pitch, speed, full, up, down = (
        np.zeros(n // 480 + 1),
        rng.uniform(0.3, 0.6),
        rng.uniform(700, 1250),
        rng.uniform(1, 1.8),
        rng.uniform(3, 6),
    )
    for k, on in enumerate(drive[::480]):
        speed += 0.01 * ((1 - speed) / up if on else -speed / down)
        pitch[k] = max(0.2, speed)
    turn = np.interp(np.arange(n) / 480, np.arange(len(pitch)), pitch)
    x = np.tanh(1.5 * oscillator(full * turn, 14, 1.0, rng)) + air(n, rng) * 0.15
    return street(band(x, 200, 5000, 1) * turn**1.5, rng), str(rng.choice(("a fire engine siren", "an emergency siren wailing")))


def air_raid(rng: Rng):
    """A warning siren on a roof: two rows of ports a minor third apart, slowly rising and falling, echoing over a town."""
    seconds = rng.uniform(5, 8)
    t = clock(seconds)
    cycle, full = rng.uniform(4, 10), rng.uniform(380, 620)
    swing = 0.5 - 0.5 * np.cos(2 * np.pi * (t / cycle + rng.uniform(0.05, 0.4)))
    pitch = full * (0.62 + 0.38 * swing**0.6) if rng.random() < 0.75 else np.full(len(t), full)
    x = sum(np.tanh(1.2 * oscillator(pitch * ratio, 10, 1.2, rng)) for ratio in ((1, 1.2) if rng.random() < 0.6 else (1,)))
    x = band(x, 250, rng.uniform(1500, 4000), 1) * (0.4 + 0.6 * pitch / full)
    return room(x, rng, rng.uniform(2, 4), rng.uniform(0.4, 1.0), bright=3000), "a warning siren rising and falling"


def air(n: int, rng: Rng) -> np.ndarray:
    """Escaping air."""
    return shaped_noise(n, rng, [(150, -20), (800, -4), (2500, 0), (8000, -8), (20000, -25)])


def air_horn(pitch: np.ndarray, rng: Rng) -> np.ndarray:
    """A diaphragm slams on the throat of a flared horn: a train of sharp pulses, a little irregular, and some air."""
    n = len(pitch)
    buzz = oscillator(pitch * (1 + 0.0015 * wander(n, rng, 25)), 36, rng.uniform(0.35, 0.7), rng)
    flare = band(buzz, float(np.mean(pitch)) * 0.8, rng.uniform(2000, 4000), 1)
    ring = formants(flare, [(rng.uniform(900, 1300), 2, 0.8), (rng.uniform(1900, 2700), 3, 0.5)])
    return normalised(flare + ring) * (1 + 0.05 * wander(n, rng, 12)) + 0.015 * air(n, rng)


def chord(rng: Rng, notes, seconds: float, fall: float = 0.03) -> np.ndarray:
    """Air horns blown together: they speak one after the other from slightly below their pitch, and sag as the air runs out."""
    t, out = clock(seconds), 0.0
    for note in notes:
        start, end = rng.uniform(0, 0.05), rng.uniform(0.05, 0.12)
        bend = 1 - 0.05 * np.exp(-np.maximum(0, t - start) / 0.04) - fall * np.exp(-(seconds - t) / 0.06)
        gate = np.clip((t - start) / rng.uniform(0.03, 0.08), 0, 1) * np.clip((seconds - t) / end, 0, 1)
        tone = air_horn(note * bend, rng) * rng.uniform(0.6, 1)
        dull = band(tone, None, 1.5 * note, 1)
        out = out + gate * (dull + gate**2 * (tone - dull))
    return normalised(out)


def car_horn(rng: Rng):
    """One or two electric disc horns a third apart, steel plates that ring at two to four kHz, pressed once or a few times."""
    base, disc = rng.uniform(340, 480), rng.uniform(2000, 3600)
    notes = (base, base * rng.uniform(1.18, 1.28)) if rng.random() < 0.75 else (base,)
    events, time = [], rng.uniform(0, 0.3)
    for _ in range(rng.integers(1, 5)):
        length = uniform_log(rng, 0.09, 1.6)
        t = clock(length)
        gate = np.minimum(1, t / 0.012) * np.clip((length - t) / 0.03, 0, 1)
        press = 0.0
        for note in notes:
            buzz = oscillator(note * (1 - 0.02 * np.exp(-t / 0.02)) + 0 * t, 30, 0.7, np.random.default_rng(7))
            press = press + band(buzz, 300, None, 1) + 1.6 * formants(buzz, [(disc, 3, 1), (1.25 * disc, 4, 0.6)])
        events.append((time, np.tanh(0.8 * press) * gate))
        time += length + rng.uniform(0.06, 0.4)
    x = place(events, min(6, time + 0.3))
    return street(x, rng), str(rng.choice(("a car horn honking", "a car horn")))


def truck_horn(rng: Rng):
    """Two long trumpets on a lorry's roof."""
    base = rng.uniform(170, 300)
    events, time = [], 0.1
    for _ in range(rng.integers(1, 3)):
        length = rng.uniform(0.4, 2)
        events.append((time, chord(rng, (base, base * rng.uniform(1.18, 1.27)), length)))
        time += length + rng.uniform(0.15, 0.4)
    return street(place(events, time + 0.2), rng), "a truck horn"


def ship_horn(rng: Rng):
    """A ship's typhon: a big diaphragm at a low pitch, a rough start, and a harbour that answers for seconds."""
    base, length = uniform_log(rng, 65, 190), rng.uniform(1.5, 4)
    notes = [base] if rng.random() < 0.5 else [base, base * rng.choice((1.005, 1.19, 1.26, 1.5))]
    x = chord(rng, notes, length, 0.06)
    x = band(x + 0.05 * air(len(x), rng) * curve(length, [(0, 0), (0.05, 1), (0.9, 1), (1, 0)]), 50, uniform_log(rng, 700, 3500), 1)
    x = np.concatenate([np.zeros(samples(rng.uniform(0, 0.4))), x, np.zeros(samples(0.6))])
    sea = shaped_noise(len(x), rng, [(60, -6), (300, 0), (1500, -10), (20000, -40)]) * (1 + 0.3 * wander(len(x), rng, 0.8)) * 0.006
    return room(normalised(x) + sea, rng, rng.uniform(2, 4.5), rng.uniform(0.4, 0.9), bright=2500), "a ship's horn"


def foghorn(rng: Rng):
    """A diaphone: a slotted piston bellows one low note and drops to a grunt when the air is cut."""
    base, length = uniform_log(rng, 90, 240), rng.uniform(1.8, 3.5)
    grunt = rng.uniform(0.72, 0.88)
    pitch = base * curve(length, [(0, 0.85), (0.06, 1), (grunt, 1), (grunt + 0.05, 0.7), (1, 0.6)])
    gate = curve(length, [(0, 0), (0.08, 1), (grunt, 1), (grunt + 0.04, 0.7), (0.96, 0.5), (1, 0)])
    x = np.tanh(2 * oscillator(pitch * (1 + 0.002 * wander(len(pitch), rng, 20)), 24, rng.uniform(0.8, 1.3), rng))
    x = band(x, 60, uniform_log(rng, 500, 1500), 1) * gate
    x = np.concatenate([x, np.zeros(samples(1))])
    sea = shaped_noise(len(x), rng, [(60, -6), (300, 0), (1500, -8), (20000, -35)]) * (1 + 0.4 * wander(len(x), rng, 0.6)) * 0.015
    return room(normalised(x) + sea, rng, rng.uniform(2.5, 5), rng.uniform(0.5, 1.2), bright=2000), "a foghorn blowing"


def steam_signal(rng: Rng):
    length = rng.uniform(0.8, 3)
    return room(steam_whistle(rng, length), rng, rng.uniform(1, 3), rng.uniform(0.2, 0.6)), "a steam whistle"


def steam_whistle(rng: Rng, seconds: float) -> np.ndarray:
    """Bells of several lengths blown by steam: nearly sinusoidal notes of a chord that waver with the pressure, in loud hiss."""
    t = clock(seconds)
    base = uniform_log(rng, 300, 800)
    ratios = ((1,), (1, 1.19, 1.5), (1, 1.26, 1.5), (1, 1.26, 1.5, 1.68), (1, 1.19, 1.41))[rng.integers(5)]
    pressure = curve(seconds, [(0, 0), (0.06, 0.8), (0.15, 1), (0.85, 1), (0.95, 0.6), (1, 0)])
    pitch = (1 - 0.07 * (1 - pressure) ** 2) * (1 + 0.003 * wander(len(t), rng, 7))
    x = 0.0
    for ratio in ratios:
        detuned = base * ratio * rng.uniform(0.99, 1.01)
        flutter = 1 + 0.25 * wander(len(t), rng, 40)
        x = x + rng.uniform(0.5, 1) * oscillator(detuned * pitch, 5, rng.uniform(1.2, 2), rng) * flutter
        x = x + 0.6 * formants(rng.standard_normal(len(t)), [(detuned, 25, 1), (2 * detuned, 20, 0.5), (3 * detuned, 20, 0.3)])
    return normalised(x * pressure) + 0.06 * air(len(t), rng) * pressure**0.5


def pea_whistle(rng: Rng):
    """A referee's whistle: two close notes near 3 kHz, chopped by the rolling pea."""
    base, seconds = rng.uniform(2300, 3800), rng.uniform(0.25, 1.3)
    events, time = [], 0.05
    for _ in range(rng.integers(1, 4)):
        length = seconds * rng.uniform(0.6, 1.2)
        n = samples(length)
        blow = curve(length, [(0, 0), (0.04, 1), (0.85, 0.9), (1, 0)])
        pea = 0.5 + 0.5 * np.sin(2 * np.pi * np.cumsum(rng.uniform(28, 55) * (0.7 + 0.3 * blow) * (1 + 0.06 * wander(n, rng, 15))) / RATE)
        pitch = base * (0.94 + 0.06 * blow) * (1 + 0.035 * pea) * (1 + 0.004 * wander(n, rng, 60))
        tone = oscillator(pitch, 3, 1.8, rng) + 0.6 * oscillator(pitch * 1.07, 2, 2, rng)
        events.append((time, (tone * (0.3 + 0.7 * pea) + 0.35 * air(n, rng)) * blow))
        time += length + rng.uniform(0.1, 0.4)
    return room(place(events, time + 0.1), rng, rng.uniform(0.4, 1.5), rng.uniform(0.1, 0.35)), "a whistle blowing"


def alarm(rng: Rng):
    """Piezo beepers in groups, the reversing beeper of a lorry, a rasping buzzer, or a sweeping car alarm."""
    kind, seconds = rng.choice(("smoke", "clock", "reversing", "buzzer", "sweep")), rng.uniform(3, 6)
    t = clock(seconds)
    if kind == "sweep":
        rate, low = rng.uniform(1.5, 6), rng.uniform(900, 1800)
        return street(horn_speaker(low * 1.9 ** ((t * rate) % 1), rng), rng), "a car alarm"
    length, gap, group, pause, low, high = {
        "smoke": (0.5, 0.5, 3, 1.0, 2900, 3400),
        "clock": (0.06, 0.06, 4, 0.5, 1900, 2600),
        "reversing": (0.4, 0.45, 1, 0.0, 950, 1500),
        "buzzer": (0.35, 0.25, 1, 0.0, 380, 700),
    }[kind]
    pace, pitch = rng.uniform(0.8, 1.25), rng.uniform(low, high)
    cycle = pace * (group * (length + gap) + pause)
    now = (t + rng.uniform(0, 0.3)) % cycle
    on = (now < pace * group * (length + gap)) & (now % (pace * (length + gap)) < pace * length)
    gate = np.convolve(on, np.ones(240) / 240, "same")
    x = oscillator(np.full(len(t), pitch), 30 if kind == "buzzer" else 5, 0.4 if kind == "buzzer" else rng.uniform(1, 2)) * gate
    return room(band(x, 300, 12000, 1), rng, rng.uniform(0.3, 1.2), rng.uniform(0.05, 0.35)), "an alarm beeping"
