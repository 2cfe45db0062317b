"""Helicopters, propeller planes and jets."""

import numpy as np

from .dsp import RATE, Rng, band, curve, oscillator, passing, samples, shaped_noise, uniform_log, wander
from .engines import duration, engine_sound, unit


def blades(rng: Rng, turn: np.ndarray, count: int, sharp: float) -> tuple[np.ndarray, np.ndarray]:
    """Each blade of a rotor: the pressure pulse of its passage, and how near it is (1 as it comes towards us)."""
    pulse, near = np.zeros(len(turn)), np.zeros(len(turn))
    for k in range(count):
        part = (turn + k / count + rng.normal(0, 0.002)) % 1
        away = np.minimum(part, 1 - part) * count
        strength = rng.normal(1, 0.07)
        pulse += strength * -np.where(part < 0.5, part, part - 1) * count * np.exp(-(away * sharp) ** 2)
        near += strength * np.exp(-(away * 3.2) ** 2)
    return pulse, near


def helicopter(rng: Rng, seconds: float) -> np.ndarray:
    """Rotor slap, air noise that comes and goes with the blades, a tail rotor's hum and a turbine's whine."""
    n = samples(seconds)
    count = int(rng.choice((2, 2, 3, 4, 5)))
    rate = rng.uniform(10, 15) if count == 2 else rng.uniform(14, 25)
    steady = 1 + 0.004 * wander(n, rng, 1)
    turn = np.cumsum(rate / count * steady) / RATE
    pulse, near = blades(rng, turn, count, rng.uniform(7, 14))
    air = shaped_noise(n, rng, [(40, -4), (150, 0), (500, -3), (1500, -10), (5000, -24), (20000, -50)])
    tail = oscillator(rate / count * steady * rng.uniform(9, 13), 14, rng.uniform(0.7, 1.2), rng)
    turbine = sum(oscillator(uniform_log(rng, 1200, 6000) * steady, 2, 1.0, rng) for _ in range(3))
    rush = shaped_noise(n, rng, [(200, -6), (2500, 0), (8000, -6), (20000, -25)])
    x = rng.uniform(0.4, 0.9) * unit(band(pulse, 45, 3000)) + rng.uniform(0.8, 1.3) * unit(air * (0.12 + near))
    return x + rng.uniform(0.15, 0.4) * unit(tail) + rng.uniform(0.01, 0.05) * unit(turbine) + rng.uniform(0.03, 0.1) * rush


def propeller(rng: Rng, seconds: float) -> np.ndarray:
    """One or two piston engines, each with a propeller on its shaft: a drone rich in harmonics that beats."""
    n = samples(seconds)
    rpm = rng.uniform(1900, 2700) * curve(seconds, [(0, 1), (1, rng.uniform(0.95, 1.05))])
    x = np.zeros(n)
    for _ in range(int(rng.choice((1, 1, 2)))):
        own = rpm * rng.uniform(0.99, 1.01) * (1 + 0.002 * wander(n, rng, 2))
        pulse, near = blades(rng, np.cumsum(own / 60) / RATE, int(rng.choice((2, 2, 3))), rng.uniform(5, 9))
        air = shaped_noise(n, rng, [(100, -6), (500, 0), (2000, -6), (6000, -20), (20000, -45)])
        motor = engine_sound(rng, own, int(rng.choice((4, 6))), np.full(n, 0.9), 0.6)
        x += unit(band(pulse, 40, 4000)) + rng.uniform(0.6, 1.1) * unit(motor) + rng.uniform(0.1, 0.25) * unit(air * (0.4 + near))
    return x


def jet(rng: Rng, seconds: float) -> tuple[np.ndarray, np.ndarray]:
    """What is heard ahead of a jet (the fan's whine and its buzz) and behind it (the roar of the stream)."""
    n = samples(seconds)
    peak = uniform_log(rng, 120, 350)
    roar = shaped_noise(n, rng, [(25, -10), (peak, 0), (4 * peak, -5), (3000, -17), (8000, -32), (20000, -55)])
    roar = roar * (1 + 0.12 * wander(n, rng, 12) + 0.1 * wander(n, rng, 2))
    fan = uniform_log(rng, 1700, 3800) * curve(seconds, [(0, 0.98), (1, rng.uniform(0.98, 1.05))]) * (1 + 0.002 * wander(n, rng, 3))
    whine = oscillator(fan, 3, 1.0, rng) + 0.6 * oscillator(fan * rng.uniform(0.55, 0.9), 2, 1.0, rng)
    hiss = shaped_noise(n, rng, [(300, -12), (1500, -3), (3500, 0), (7000, -6), (20000, -30)])
    return unit(whine) * (0.7 + 0.2 * wander(n, rng, 10)) * rng.uniform(0.3, 0.9) + unit(hiss), unit(roar)


def ground(rng: Rng, x: np.ndarray, near: np.ndarray) -> np.ndarray:
    """The echo from the ground comes later the higher the aircraft stands: a comb that sweeps through the spectrum."""
    at = np.arange(len(x)) / RATE
    delay = rng.uniform(0.0015, 0.006) * near
    return x + rng.uniform(0.3, 0.65) * np.interp(at - delay, at, band(x, None, 3000, 1), left=0)


def aircraft(rng: Rng):
    kind = rng.choice(("helicopter", "propeller", "jet"))
    seconds = duration(rng, 5, 8)
    at = np.arange(samples(seconds)) / RATE - seconds / 2
    speed, distance = {"helicopter": (rng.uniform(20, 50), rng.uniform(20, 80)), "propeller": (rng.uniform(40, 70), rng.uniform(40, 120)),
                       "jet": (rng.uniform(70, 120), rng.uniform(80, 200))}[kind]
    along = speed * at / distance
    near = 1 / np.sqrt(1 + along ** 2)
    moves = rng.random() < {"helicopter": 0.5, "propeller": 0.6, "jet": 0.6}[kind]
    if kind == "jet":
        ahead, behind = jet(rng, seconds)
        if moves:
            turned = 0.5 + 0.5 * along * near
            x = ahead * (1 - turned) * rng.uniform(0.3, 0.8) + behind * (0.25 + turned)
        else:
            x = ahead * rng.uniform(0.08, 0.3) + behind * curve(seconds, [(0, 0.3), (rng.uniform(0.3, 0.6), 1), (1, 0.8)])
        caption = "a jet flying past" if moves else "a jet taking off"
    elif kind == "helicopter":
        x, caption = helicopter(rng, seconds), "a helicopter flying past" if moves else "a helicopter hovering"
    else:
        x, caption = propeller(rng, seconds), "a propeller plane flying past" if moves else "a propeller plane flying"
    if moves:
        return passing(ground(rng, x, near), speed, distance), "aircraft", caption
    return ground(rng, x, 0.7 + 0.1 * wander(len(x), rng, 0.3)), "aircraft", caption
