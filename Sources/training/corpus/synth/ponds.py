"""Frogs, ducks and geese at a pond."""

import numpy as np

from .dsp import RATE, Rng, clock, curve, formants, normalised, oscillator, place, samples, shaped_noise, uniform_log, wander
from .surroundings import somewhere
from .voices import folds


def near_one(rng: Rng, spread: float) -> float:
    return rng.uniform(1 - spread, 1 + spread)


def beside(x: np.ndarray, rng: Rng) -> np.ndarray:
    """What a pond's animals sound like from its bank: small distances, reeds, and at times the walls of a yard or a park."""
    return somewhere(x, rng, close=0.3, field=0.4, yard=0.3)


def pumped(rng: Rng, seconds: float, line: np.ndarray, rate: float, hurry: float, above: float, hard: float, rough: float) -> np.ndarray:
    """Air driven through the larynx in ``rate`` pulses a second, ever faster by ``hurry``, each dying away ``hard``; the sac rings along
    ``line`` and ``above`` it, never quite smoothly."""
    t = clock(seconds)
    phase = t * rate * (1 + hurry * t / seconds) % 1
    pulse = np.exp(-hard * phase) * np.minimum(1, phase / 0.06) * np.clip(1 + rough * wander(len(t), rng, 40), 0.1, 2)
    line = line * (1 + 0.15 * rough * wander(len(t), rng, 40))
    air = formants(rng.standard_normal(len(t)), [(line.mean() * above, 4, 1)])
    return (oscillator(line, 1, 1) + 0.8 * oscillator(line * above, 2, 1.5) + 0.3 * air) * pulse


def frog_voice(rng: Rng):
    """One frog's way to call: a plain croak, or a ribbit whose second half leaps up; sizes set the pitch."""
    ribbit = rng.random() < 0.3
    pitch, rate, hurry = uniform_log(rng, 450, 900), rng.uniform(14, 24), rng.uniform(0.15, 0.35)
    above, hard = rng.uniform(2, 3.2), rng.uniform(4, 5)
    lasts, rough, step = rng.uniform(0.3, 0.55), uniform_log(rng, 0.01, 0.12), rng.uniform(1.1, 1.25)
    bend, split = rng.uniform(1.04, 1.25), rng.uniform(0.4, 0.6)

    def call() -> np.ndarray:
        seconds = lasts * rng.uniform(0.9, 1.1)
        if ribbit:
            line = pitch * curve(seconds, [(0, 0.95), (split, 1), (split + 0.04, step), (1, step * bend)])
            loud = curve(seconds, [(0, 0.3), (0.1, 0.8), (split - 0.06, 0.8), (split, 0.15), (split + 0.08, 1), (0.92, 1), (1, 0)])
        else:
            line = pitch * curve(seconds, [(0, 0.95), (0.6, 1.05), (1, bend)])
            loud = curve(seconds, [(0, 0.3), (0.6, 1), (0.95, 1), (1, 0)])
        return normalised(pumped(rng, seconds, line, rate, hurry, above, hard, rough) * loud)

    return call, lasts


def croaking(rng: Rng, seconds: float, loudness: float, rest: tuple[float, float]) -> list:
    """A frog's calls in bouts, with a gap of its own between calls and longer rests between bouts."""
    call, lasts = frog_voice(rng)
    gap, calls, time = lasts + uniform_log(rng, 0.25, 0.8), [], rng.uniform(0.02, 0.5)
    while time < seconds - 0.4:
        for _ in range(int(rng.integers(1, 5))):
            calls.append((time, loudness * rng.uniform(0.8, 1) * call()))
            time += gap * rng.uniform(0.85, 1.2)
        time += rng.uniform(*rest)
    return calls


def frog(rng: Rng):
    """One frog near by, at times with one or two others that do not wait for it; each calls about once a second."""
    seconds, calls = rng.uniform(3, 6.5), []
    for k in range(int(rng.integers(1, 4))):
        (call, lasts), far = frog_voice(rng), 1 if k == 0 else rng.uniform(0.3, 0.9)
        gap = max(lasts + 0.15, rng.uniform(0.7, 1.3))
        for start in np.arange(rng.uniform(0.02, 0.6 * gap), seconds - 0.5, gap):
            calls.append((start + rng.uniform(0, 0.12), far * rng.uniform(0.8, 1) * call()))
    return beside(place(calls, seconds), rng), "creature", "a frog croaking"


def frogs(rng: Rng):
    """A pond at night: three to eight frogs of several sizes, near and far, each in its own rhythm, to both sides of the listener."""
    seconds, near = rng.uniform(4, 7), rng.uniform(0.1, 0.4)
    out = np.zeros((samples(seconds), 2))
    for k in range(int(rng.integers(3, 9))):
        side = rng.uniform(0.1, 0.9)
        calls = croaking(rng, seconds, 1 if k == 0 else uniform_log(rng, near, 0.9), (0, 0.9))
        out += place(calls, seconds)[:, None] * np.sqrt((1 - side, side))
    night = np.stack([shaped_noise(len(out), rng, [(60, 0), (1000, -12), (20000, -40)]) for _ in range(2)], 1)
    return normalised(out) + uniform_log(rng, 0.002, 0.012) * night, "creature", "frogs croaking at a pond"


class Duck:
    """A syrinx that shuts hard, through a windpipe and a bill with three resonances; each duck has its own."""

    def __init__(self, rng: Rng):
        self.rng, self.base, self.bill, self.seconds = rng, uniform_log(rng, 150, 250), rng.uniform(0.85, 1), rng.uniform(0.1, 0.18)
        self.close, self.drive, self.air = rng.uniform(0.07, 0.11), uniform_log(rng, 0.1, 0.4), uniform_log(rng, 0.2, 0.6)
        self.sharp, self.second = rng.uniform(4.2, 5.6), rng.uniform(0.27, 0.5)
        self.arch = (rng.uniform(1.02, 1.15), rng.uniform(0.88, 0.98))
        self.gap, self.unsteady, self.hold = rng.uniform(0.24, 0.44), uniform_log(rng, 0.015, 0.05), rng.uniform(0.3, 0.65)

    def quack(self) -> np.ndarray:
        """The voice begins at once, is never steady and breaks off."""
        rng, seconds = self.rng, self.seconds * near_one(self.rng, 0.12)
        n, (top, end) = samples(seconds), self.arch
        line = self.base * near_one(rng, 0.05) * curve(seconds, [(0, 1), (0.3, top), (1, end)]) * (1 + self.unsteady * wander(n, rng, 60))
        source = normalised(folds(rng, line, np.full(n, self.drive), self.close))
        source += self.air * rng.standard_normal(n) * (0.3 + 0.7 * np.abs(source))
        peaks = [(1150 * self.bill, self.sharp, 1), (2250 * self.bill, 1.3 * self.sharp, self.second),
                 (3500 * self.bill, 1.3 * self.sharp, 0.5 * self.second)]
        return normalised(formants(source, peaks) + 0.03 * source) * curve(seconds, [(0, 0), (0.1, 1), (self.hold, 0.8), (1, 0)])

    def quacks(self, start: float, count: int, fade: float) -> list:
        """A row of quacks, each a little weaker."""
        events = []
        for k in range(count):
            events.append((start, fade**k * self.quack()))
            start += self.seconds + self.gap * near_one(self.rng, 0.2)
        return events


def duck(rng: Rng):
    """One duck: a row of quacks, at times a pause and another row."""
    animal = Duck(rng)
    events = animal.quacks(0.05, int(rng.integers(3, 10)), rng.uniform(0.92, 1))
    if rng.random() < 0.4:
        events += animal.quacks(events[-1][0] + rng.uniform(0.5, 1.3), int(rng.integers(1, 5)), rng.uniform(0.92, 1))
    return beside(place(events)[:samples(6.5)], rng), "bird", "a duck quacking"


def ducks(rng: Rng):
    """Two to four ducks, near and far, that answer one another over lapping water."""
    seconds, events = rng.uniform(4, 7), []
    for k in range(int(rng.integers(2, 5))):
        animal, time, far = Duck(rng), rng.uniform(0.05, 1.2), 1 if k == 0 else uniform_log(rng, 0.25, 0.9)
        while time < seconds - 0.4:
            row = animal.quacks(time, int(rng.integers(1, 7)), rng.uniform(0.92, 1))
            events += [(start, far * sound) for start, sound in row]
            time = row[-1][0] + rng.uniform(0.5, 1.8)
    lap = shaped_noise(samples(seconds), rng, [(100, -12), (400, 0), (1500, -6), (6000, -24), (20000, -50)])
    lap *= np.exp(0.6 * wander(len(lap), rng, 2))
    return beside(place(events, seconds) + uniform_log(rng, 0.002, 0.012) * lap, rng), "bird", "ducks quacking on a pond"


def honk(rng: Rng, base: float, jump: float, at: float, seconds: float, bill: float, sharp: float, slope: float, air: float) -> np.ndarray:
    """A goose's voice breaks from a low note to a high one, ``jump`` times the pitch, and rings in the long neck and the bill."""
    n = samples(seconds)
    line = base * curve(seconds, [(0, 0.85), (at, 1), (at + 0.05, jump), (0.85, 0.98 * jump), (1, 0.8 * jump)])
    line *= 1 + 0.008 * wander(n, rng, 30)
    source = oscillator(line, 40, slope, rng) * (1 + 0.15 * np.cos(np.pi * np.cumsum(line) / RATE))
    source = normalised(source)
    source += air * rng.standard_normal(n) * np.abs(source)
    x = formants(source, [(1000 * bill, sharp, 1), (2100 * bill, sharp, 0.7), (3400 * bill, sharp, 0.3)]) + 0.1 * source
    return normalised(x) * curve(seconds, [(0, 0), (0.12, 0.8), (at + 0.1, 1), (0.85, 0.8), (1, 0)])


def goose(rng: Rng):
    """One goose, at times a second one that answers higher or lower."""
    events, voices = [], 1 + int(rng.random() < 0.35)
    for k in range(voices):
        base, jump, at, seconds = uniform_log(rng, 370, 550), rng.uniform(1.25, 1.6), rng.uniform(0.2, 0.35), rng.uniform(0.2, 0.38)
        body = rng.uniform(1.05, 1.25), rng.uniform(4, 7), rng.uniform(0.2, 0.7), uniform_log(rng, 0.03, 0.3)
        gap, time = uniform_log(rng, 0.3, 0.75), 0.05 + k * rng.uniform(0.2, 0.6)
        for _ in range(int(rng.integers(2, 7))):
            call = honk(rng, base * near_one(rng, 0.05), jump, at, seconds * near_one(rng, 0.12), *body)
            events.append((time, (1 - 0.5 * k) * rng.uniform(0.6, 1) * call))
            time += seconds + gap * near_one(rng, 0.25)
    return beside(place(events)[:samples(6.5)], rng), "bird", "a goose honking"
