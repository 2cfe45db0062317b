"""Piston engines as gas pulses through pipes, cars in motion, and what tyres do."""

import numpy as np
from scipy.fft import next_fast_len
from scipy.signal import fftconvolve

from .dsp import RATE, Rng, band, curve, formants, modes, normalised, oscillator, passing, room, samples, shaped_noise, uniform_log, wander

# idle and top revolutions a minute, heaviness, clatter of the block, tyre noise
KINDS = {
    "car": (780, 5200, 0.4, 0.12, 1.0),
    "motorcycle": (1100, 8500, 0.1, 0.1, 0.3),
    "truck": (580, 2100, 1.0, 0.5, 2.0),
    "sports car": (900, 7500, 0.5, 0.06, 0.8),
    "diesel": (750, 2800, 0.7, 0.6, 1.4),
}


def ease(x: np.ndarray, seconds: float) -> np.ndarray:
    """A moving average: nothing that has mass changes its speed at once."""
    width = samples(seconds)
    return fftconvolve(np.pad(x, (width // 2, width - 1 - width // 2), "edge"), np.full(width, 1 / width), "valid")


def duration(rng: Rng, low: float, high: float) -> float:
    """Whole twentieths of a second: transforms of such lengths are quick."""
    return round(20 * rng.uniform(low, high)) / 20 + 1e-6


def firing_angles(rng: Rng, cylinders: int, uneven: bool = False) -> np.ndarray:
    """When each cylinder fires, as parts of the cycle of two turns; V-twins fire unevenly, and no engine quite evenly."""
    angles = np.arange(cylinders) / cylinders + rng.normal(0, 0.0025, cylinders)
    return angles + (np.arange(cylinders) % 2) * rng.uniform(-0.12, -0.05) if uneven else angles


def exhaust_flow(rng: Rng, rpm: np.ndarray, angles: np.ndarray, uneven: float) -> tuple[np.ndarray, np.ndarray]:
    """Gas flow of all cylinders, each a sudden blowdown and the slower push of the piston, never twice the same; and the ignitions."""
    cycle = np.cumsum(rpm / 120) / RATE + 1
    flow, ignition = np.zeros(len(rpm)), np.zeros(len(rpm))
    rise, width, push, late = rng.uniform(0.002, 0.006), rng.uniform(0.025, 0.05), rng.uniform(0.15, 0.4), rng.uniform(0.001, 0.005)
    for angle, weight in zip(angles, rng.normal(1, uneven, len(angles))):
        turn = cycle - angle
        index = turn.astype(int)
        part = np.maximum(turn - index - np.abs(rng.normal(0, late, index[-1] + 2))[index], 0)
        strength = weight * rng.normal(1, 0.1, index[-1] + 2)
        flow += strength[index] * (
            (1 - np.exp(-part / rise)) * np.exp(-part / width)
            + push * np.where(part < 0.25, np.sin(np.pi * np.minimum(part, 0.25) / 0.25) ** 2, 0)
        )
        fires = np.flatnonzero(np.diff(index))
        ignition[fires] += weight * np.exp(0.3 * rng.standard_normal(len(fires)))
    return flow, ignition


def pipe(x: np.ndarray, seconds: float, reflection: float, muffler: float, radiate: float = 1.0) -> np.ndarray:
    """A pipe open at its end (its odd quarter waves ring), a muffler that dulls, and an end that radiates changes of flow."""
    n = next_fast_len(len(x) + samples(0.4), True)
    f = np.fft.rfftfreq(n, 1 / RATE)
    loop = reflection * np.exp(-f / 2500) * np.exp(-2j * np.pi * f * seconds)
    gain = (f / 100) ** radiate / (1 + loop) / np.sqrt(1 + (f / muffler) ** 2) / (1 + (f / 9000) ** 2)
    return np.fft.irfft(np.fft.rfft(x, n) * gain, n)[: len(x)]


def clatter(rng: Rng, ignition: np.ndarray, low: float, high: float) -> np.ndarray:
    """The block rings at every ignition: diesel knock, injectors and valves."""
    count = 14
    pitches, decays = np.exp(rng.uniform(np.log(low), np.log(high), count)), rng.uniform(0.006, 0.025, count)
    body = modes(0.03, pitches, decays, rng.normal(0, 1, count), rng)
    return fftconvolve(ignition, body)[: len(ignition)]


def unit(x: np.ndarray) -> np.ndarray:
    return x / (x.std() + 1e-12)


def motor(rng: Rng, rpm: np.ndarray, load: np.ndarray, angles: np.ndarray, heavy: float, knock: float, open_pipe: float) -> np.ndarray:
    """Exhaust, intake, block, gears and the air of fan and belts. ``open_pipe`` from 0 (well muffled) to 1 (no muffler)."""
    n = len(rpm)
    flow, ignition = exhaust_flow(rng, rpm, angles, rng.uniform(0.03, 0.14))
    speed = rpm / rpm.max()
    hot = flow * (0.6 + 0.4 * load)
    hiss = shaped_noise(n, rng, [(80, -6), (500, 0), (2500, -5), (8000, -18), (20000, -40)])
    hot = hot + rng.uniform(0.03, 0.1) * hiss * (0.25 + np.maximum(hot, 0))
    length = rng.uniform(0.008, 0.02) * (0.6 + 0.6 * heavy)
    muffled = pipe(hot, length, rng.uniform(0.5, 0.85), uniform_log(rng, 90, 250) * (1 + 2 * open_pipe))
    bright = pipe(hot * load, length * rng.uniform(0.2, 0.5), rng.uniform(0.4, 0.8), uniform_log(rng, 500, 1500) * (1 + 2 * open_pipe))
    intake = formants(
        pipe(flow * load, rng.uniform(0.002, 0.005), 0.7, 900), [(uniform_log(rng, 150, 350), 3, 1.0), (uniform_log(rng, 400, 900), 4, 0.8)]
    )
    tone = unit(muffled) + (0.25 + 0.5 * open_pipe) * unit(bright) + 0.3 * unit(intake) * load
    tone = tone + 0.5 * formants(tone, [(uniform_log(rng, 90, 200), 2, 1.0), (uniform_log(rng, 250, 600), 3, 0.8)])
    ticks = unit(clatter(rng, ignition, 700, 4500)) * (0.5 + 0.5 * speed)
    valves = unit(clatter(rng, np.abs(ignition) * rng.uniform(0.3, 1, n), 2500, 8000)) * (0.3 + 0.7 * speed)
    whirr = unit(oscillator(rpm / 60 * rng.uniform(11, 31), 4, 1.0, rng)) * speed * load
    air = shaped_noise(n, rng, [(100, -8), (700, 0), (2000, -3), (6000, -12), (20000, -35)]) * (0.4 + 0.6 * speed)
    tone = unit(tone) + knock * ticks + 0.05 * valves + rng.uniform(0, 0.05) * whirr + rng.uniform(0.04, 0.16) * air
    return band(np.tanh(0.4 * tone * (0.5 + 0.5 * load) * np.sqrt(speed)), 28, None)


def engine_sound(rng: Rng, rpm: np.ndarray, cylinders: int, load: np.ndarray, heavy: float) -> np.ndarray:
    """A petrol engine that runs at ``rpm``."""
    return normalised(motor(rng, rpm, load, firing_angles(rng, cylinders), heavy, 0.1, 0.7))


def gears(rng: Rng, seconds: float, low: float, high: float, step: float) -> tuple[np.ndarray, np.ndarray]:
    """Pulls away and shifts up: speed grows ever slower, the revolutions fall at each shift, the load is off meanwhile."""
    n = samples(seconds)
    rpm, load, time, pull = [(0, low)], [(0, 0.8)], 0.0, seconds * rng.uniform(0.22, 0.4)
    start = low
    while time < seconds:
        end, off = time + pull, rng.uniform(0.12, 0.35)
        rpm += [(time + pull * 0.4, start + (high - start) * 0.5), (end, high), (end + off, high * step)]
        load += [(time + 0.05, 1), (end - 0.02, 1), (end + 0.03, 0.12), (end + off, 0.15)]
        start, time, pull = high * step, end + off, pull * rng.uniform(1.3, 1.7)
    at = np.arange(n) / RATE
    return (np.interp(at, *zip(*rpm)), np.interp(at, *zip(*load)))


def blips(rng: Rng, seconds: float, idle: float, top: float) -> tuple[np.ndarray, np.ndarray]:
    """The throttle is opened and let go again, with the clutch out."""
    n, time = samples(seconds), rng.uniform(0.2, 0.6)
    rpm, load = [(0, idle)], [(0, 0.15)]
    while time < seconds - 0.4:
        up, hold, down = rng.uniform(0.25, 0.8), rng.uniform(0, 0.6), rng.uniform(0.6, 1.5)
        high = idle + (top - idle) * rng.uniform(0.45, 0.95)
        rpm += [
            (time, rpm[-1][1]),
            (time + up, high),
            (time + up + hold, high * 1.02),
            (time + up + hold + down * 0.5, idle + 0.3 * (high - idle)),
            (time + up + hold + down, idle * 1.05),
        ]
        load += [(time, 0.15), (time + 0.05, 1), (time + up + hold, 0.85), (time + up + hold + 0.06, 0.1), (time + up + hold + down, 0.15)]
        time += up + hold + down + rng.uniform(0, 0.6)
    at = np.arange(n) / RATE
    return np.interp(at, *zip(*rpm)), np.interp(at, *zip(*load))


def starter(rng: Rng, seconds: float, caught: float, idle: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The starter's whirr labours against each compression until the engine catches, flares up and settles."""
    at = np.arange(samples(seconds)) / RATE
    rpm = np.interp(at, [0, caught, caught + 0.25, caught + 1.2, seconds], [220, 240, idle * rng.uniform(1.6, 2.4), idle * 1.2, idle * 1.1])
    load = np.interp(at, [0, caught - 0.02, caught + 0.05, caught + 0.3, caught + 1], [0.01, 0.01, 1, 0.4, 0.2])
    labour = np.sin(2 * np.pi * np.cumsum(np.full(len(at), rng.uniform(6, 9))) / RATE)
    whirr = oscillator(uniform_log(rng, 260, 480) * (1 + 0.05 * labour), 16, 0.7, rng) + 0.4 * shaped_noise(
        len(at), rng, [(300, -6), (1500, 0), (4000, -6), (20000, -30)]
    )
    return rpm, load, unit(whirr) * (1 - 0.45 * labour) * (at < caught) * np.clip(at / 0.03, 0, 1)


def rolling(rng: Rng, n: int) -> np.ndarray:
    """Tyres on asphalt and wind: a broad hump around 800 Hz over a rumble."""
    hump = uniform_log(rng, 600, 1100)
    noise = shaped_noise(n, rng, [(40, -6), (120, -4), (300, -6), (hump, 0), (2 * hump, -9), (5000, -24), (20000, -50)])
    return noise * (1 + 0.12 * wander(n, rng, 6))


def layout(rng: Rng, kind: str) -> tuple[np.ndarray, float]:
    """Cylinders and how open the exhaust is."""
    if kind == "motorcycle":
        cylinders = int(rng.choice((1, 2, 2, 4)))
        return firing_angles(rng, cylinders, cylinders == 2 and rng.random() < 0.7), rng.uniform(0.4, 1)
    cylinders = {"car": int(rng.choice((3, 4, 4, 4, 6))), "truck": 6, "sports car": int(rng.choice((6, 8, 8, 10, 12))), "diesel": 4}[kind]
    return firing_angles(rng, cylinders), {"car": rng.uniform(0, 0.4), "truck": 0.3, "sports car": rng.uniform(0.5, 1), "diesel": 0.1}[kind]


def engine(rng: Rng):
    kind = rng.choice(("car", "car", "car", "motorcycle", "motorcycle", "truck", "diesel", "sports car"))
    way = rng.choice(("idling", "accelerating", "driving past", "driving", "revving", "starting"))
    idle, top, heavy, knock, tyres = KINDS[kind]
    idle, top = idle * rng.uniform(0.88, 1.15), top * rng.uniform(0.85, 1.15)
    angles, open_pipe = layout(rng, kind)
    knock *= rng.uniform(0.6, 1.4)
    seconds = duration(rng, 3.5, 7)
    n = samples(seconds)
    extra = np.zeros(n)
    if way == "idling":
        rpm, load = idle * (1 + 0.012 * wander(n, rng, 3)), np.full(n, 0.25)
    elif way == "accelerating":
        rpm, load = gears(rng, seconds, idle * rng.uniform(1.2, 1.8), top * rng.uniform(0.65, 1), rng.uniform(0.6, 0.75))
        extra = 0.1 * tyres * rolling(rng, n) * curve(seconds, [(0, 0), (1, 1)])
    elif way == "revving":
        rpm, load = blips(rng, seconds, idle, top)
    elif way == "starting":
        rpm, load, whirr = starter(rng, seconds, rng.uniform(0.6, 1.6), idle)
        extra = 0.12 * whirr
    else:
        pedal = wander(n, rng, 0.7)
        rpm = (idle + (top - idle) * rng.uniform(0.2, 0.55)) * (1 + 0.05 * np.clip(np.cumsum(pedal) / RATE, -4, 4))
        load = np.clip(0.5 + 0.25 * pedal, 0.15, 1)
        extra = rng.uniform(0.12, 0.4) * tyres * rolling(rng, n)
    rpm = np.maximum(ease(rpm, 0.09) * (1 + 0.003 * wander(n, rng, 12)), 150)
    x = motor(rng, rpm, ease(load, 0.04), angles, heavy, knock, open_pipe)
    x = 0.3 * x / (x.std() + 1e-12) + extra
    if way == "driving past":
        x = passing(x, rng.uniform(10, 28), rng.uniform(3, 9))
    else:
        x = x + rng.uniform(0.004, 0.03) * shaped_noise(n, rng, [(30, 4), (300, 0), (2000, -8), (20000, -35)])
        x = room(x, rng, rng.uniform(0.2, 0.7), rng.uniform(0.05, 0.3), stereo=True)[:n]
    name = "a diesel truck" if kind == "diesel" else f"a {kind}"
    return x, "engine", f"{name} engine {way}" if way in ("idling", "revving", "starting") else f"{name} {way}"


def squeal(rng: Rng, seconds: float, base: float) -> np.ndarray:
    """Rubber that sticks and slips: a rough tone whose period is never twice the same, and that jumps between the tread's modes."""
    n = samples(seconds)
    jump = 1 + 0.06 * np.sign(wander(n, rng, 5)) * (rng.random() < 0.6)
    pitch = base * ease(jump, 0.03) * curve(seconds, [(0, 1.1), (0.15, 1), (0.7, rng.uniform(0.92, 1.02)), (1, 0.8)])
    pitch = pitch * (1 + 0.018 * wander(n, rng, 8) + rng.uniform(0.016, 0.04) * wander(n, rng, 170))
    return oscillator(pitch, 9, rng.uniform(0.6, 1.1), rng) * np.clip(0.8 + 0.35 * wander(n, rng, 9) + 0.25 * wander(n, rng, 90), 0, 2)


def skid(rng: Rng):
    """Several tyres squeal near one another over a tearing hiss, in the open or between walls, at times with the engine behind."""
    seconds = duration(rng, 1.2, 3.5)
    n = samples(seconds)
    base = uniform_log(rng, 550, 1250)
    ratios = rng.choice((0.78, 0.93, 1, 1.04, 1.21, 1.5), int(rng.integers(2, 5)), False)
    x = sum(rng.uniform(0.4, 1) * squeal(rng, seconds, base * ratio) for ratio in ratios)
    x = unit(x) + unit(formants(x, [(uniform_log(rng, 800, 1500), 3, 1.0), (uniform_log(rng, 1600, 3200), 4, 0.8)]))
    hiss = shaped_noise(n, rng, [(150, -12), (900, -2), (1800, 0), (4500, -7), (20000, -28)]) * (1 + 0.3 * wander(n, rng, 60))
    shape = curve(seconds, [(0, 0), (rng.uniform(0.02, 0.1), 1), (0.5, 0.85), (rng.uniform(0.75, 0.93), 0.8), (1, 0)])
    x = (unit(x) + rng.uniform(0.15, 0.5) * hiss) * shape
    if rng.random() < 0.4:
        rpm = rng.uniform(2500, 5000) * curve(seconds, [(0, 1), (1, rng.uniform(0.4, 1.2))])
        x = x + rng.uniform(0.2, 0.6) * unit(engine_sound(rng, rpm, int(rng.choice((4, 6, 8))), np.full(n, 0.5), 0.4))
    caption = str(rng.choice(("tyres screeching", "a car skidding")))
    return room(x, rng, rng.uniform(0.4, 1.2), rng.uniform(0.1, 0.4), stereo=True), "skid", caption
