"""Dogs and wolves, cats and lions: vocal folds that turn chaotic, throats whose mouths open and close, and the places around them."""

import numpy as np

from .dsp import RATE, Rng, band, clock, curve, normalised, pink, place, samples, shaped_noise, uniform_log, wander
from .surroundings import hushed, land, somewhere
from .voices import breath, folds, glided, throat

# How often an animal is heard in which of the surroundings.
PET = {"close": 0.2, "inside": 0.25, "yard": 0.4, "land": 0.15}
NEAR = {"close": 0.4, "inside": 0.2, "yard": 0.35, "land": 0.05}


def swell(seconds: float, rise: float, fall: float, rng: Rng, flutter: float = 0.1) -> np.ndarray:
    """Loudness of one breath: up within ``rise`` seconds, a flat that wavers, down within ``fall``."""
    t = clock(seconds)
    up, down = np.clip(t / rise, 0, 1), np.clip((seconds - t) / fall, 0, 1)
    return np.sin(np.pi / 2 * up) ** 1.5 * np.sin(np.pi / 2 * down) ** 1.5 * np.clip(1 + flutter * wander(len(t), rng, 12), 0.2, 2)


class Dog:
    """The body of one animal: ``size`` 0 is a toy dog, 1 a mastiff. Fold mass gives the pitch, throat length the formants."""

    def __init__(self, rng: Rng, size: float):
        self.rng, self.size = rng, size
        self.pitch = 1050 * (260 / 1050) ** size * uniform_log(rng, 0.87, 1.15)
        self.length = (0.105 + 0.1 * size) * rng.uniform(0.93, 1.07)
        self.harsh = rng.uniform(0.55, 1.1)
        self.seconds = (0.11 + 0.09 * size) * rng.uniform(0.85, 1.25)
        self.peak = rng.uniform(0.25, 0.5)

    def bark(self, force: float = 1.0) -> np.ndarray:
        """The jaw snaps open and shut, the pitch goes up and down with it, and at full blast the folds turn chaotic."""
        rng = self.rng
        seconds = self.seconds * rng.uniform(0.88, 1.12)
        n = samples(seconds)
        p = self.peak
        pitch = self.pitch * rng.uniform(0.95, 1.05) * (0.85 + 0.15 * force)
        pitch = pitch * curve(seconds, [(0, 0.6), (0.5 * p, 0.93), (p, 1.05), (0.7, 0.95), (1, rng.uniform(0.55, 0.75))])
        blast = curve(seconds, [(0, 0.7), (0.12, 0.9), (p, 1), (0.75, 0.85), (1, 0.3)])
        drive = np.clip(self.harsh * force * blast + 0.15 * wander(n, rng, 15), 0, 1)
        mouth = curve(seconds, [(0, 0.1), (0.2, 0.75), (p, 1), (0.6, 0.85), (1, 0.15)])
        source = folds(rng, pitch, drive, 0.15 + 0.13 * self.size) + breath(rng, n, 0.15 + 0.7 * drive ** 2)
        sound = throat(source, self.length, mouth, 7 - 2 * self.size)
        out = normalised(sound) * swell(seconds, rng.uniform(0.01, 0.04), seconds * rng.uniform(0.3, 0.5), rng)
        return force * normalised(np.tanh(1.3 * normalised(out)))

    def growl(self, seconds: float, snarl: float) -> np.ndarray:
        """Slack folds that flap slowly and unevenly behind bared teeth; the breath presses harder now and then."""
        rng, n = self.rng, samples(seconds)
        press = np.clip(0.6 + 0.3 * wander(n, rng, 3) + curve(seconds, [(0, -0.4), (0.3, 0), (0.8, 0.2), (1, -0.2)]), 0.05, 1.3)
        pitch = (125 - 55 * self.size) * rng.uniform(0.85, 1.2) * (0.75 + 0.45 * press)
        pitch = pitch * (1 + 0.05 * wander(n, rng, 9) + 0.07 * wander(n, rng, 50))
        source = folds(rng, pitch, np.clip(0.75 + 0.3 * snarl * press, 0, 1), 0.16) + breath(rng, n, 0.4 + snarl * press)
        sound = chest(throat(source, self.length * 1.1, 0.1 + 0.4 * snarl * np.clip(press, 0, 1), 10), source, rng.uniform(0.5, 1.2))
        roll = np.clip(1 + 0.35 * wander(n, rng, 22), 0.2, 2)
        return normalised(np.tanh(1.5 * normalised(normalised(sound) * press * roll)) * swell(seconds, 0.12, 0.2, rng, 0.2))

    def howl(self, seconds: float) -> np.ndarray:
        """Rounded lips and a nearly pure tone: a slide or a leap up, a long hold, a fall at the end."""
        rng, n = self.rng, samples(seconds)
        top = rng.uniform(400, 700) * (1.15 - 0.3 * self.size)
        start, rise, hold = rng.uniform(0.45, 0.75), rng.uniform(0.08, 0.25), rng.uniform(0.88, 1.06)
        shape = [(0, start), (rise, 0.98), (rise + 0.08, 1.02), (0.6, hold), (0.85, hold * 0.94), (1, hold * rng.uniform(0.55, 0.85))]
        if rng.random() < 0.35:
            shape[3:3] = [(0.44, 1.0), (0.45, rng.uniform(0.72, 0.85))]
            shape = shape[:5] + [(t, f * 0.85) for t, f in shape[5:]]
        bends = glided(curve(seconds, shape))
        vibrato = rng.uniform(0.002, 0.008) * np.sin(2 * np.pi * rng.uniform(4, 6) * clock(seconds))
        pitch = top * bends * (1 + vibrato + 0.01 * wander(n, rng, 4) + 0.003 * wander(n, rng, 30))
        drive = np.clip(curve(seconds, [(0, 0.5), (rise, 0.1), (0.9, 0.05), (1, 0.3)]) + 0.05 * wander(n, rng, 4), 0, 1)
        sound = throat(folds(rng, pitch, drive, 0.25) + breath(rng, n, 0.04), self.length * 1.15, 0.12 + 0.25 * bends / bends.max(), 7)
        return normalised(normalised(band(sound, None, 2500, 1)) * swell(seconds, 0.25, 0.25 * seconds, rng, 0.15))


def chest(sound: np.ndarray, source: np.ndarray, share: float) -> np.ndarray:
    """The slow flapping heard through the body, below what the mouth radiates."""
    return normalised(sound) + share * normalised(band(source, 40, 220, 1))


def dog(rng: Rng):
    """Barks of all sizes, yaps, growls that may end in barks, and wolves, one or a pack."""
    kind = rng.random()
    if kind < 0.62:
        size = rng.random()
        name = "a small dog yapping" if size < 0.3 else ("a big dog barking" if size > 0.7 else "a dog barking")
        return somewhere(barks(Dog(rng, size), rng, int(rng.integers(1, 8))), rng, **PET), "dog", name
    if kind < 0.82:
        return howling(rng)
    size, snarl = rng.uniform(0.2, 1), rng.random()
    animal = Dog(rng, size)
    growl = animal.growl(rng.uniform(1, 2.8), snarl) * rng.uniform(0.5, 1)
    if rng.random() < 0.6:
        growl = place([(0, 0.7 * growl), (len(growl) / RATE - 0.05, barks(animal, rng, int(rng.integers(1, 4))))])
    return somewhere(growl, rng, **NEAR), "dog", "a dog growling with a snarl" if snarl > 0.5 else "a dog growling"


def barks(animal: Dog, rng: Rng, count: int) -> np.ndarray:
    """Barks in a row: small dogs bark faster; pauses come between bouts; some are double."""
    pace = (0.2 + 0.22 * animal.size) * rng.uniform(0.85, 1.5)
    time, events = 0.0, []
    for _ in range(count):
        events.append((time, animal.bark(rng.uniform(0.75, 1))))
        time += max(animal.seconds * 1.2, pace * rng.uniform(0.85, 1.2)) + (rng.uniform(0.2, 0.9) if rng.random() < 0.25 else 0)
    return place(events)


def howling(rng: Rng):
    """A wolf in the wide, echoing open; sometimes the pack joins in."""
    pack = int(rng.integers(2, 6)) if rng.random() < 0.4 else 1
    howls = []
    for k in range(pack):
        animal = Dog(rng, rng.uniform(0.4, 0.9))
        start, loudness = (0.1 + k * rng.uniform(0.2, 0.8), rng.uniform(0.3, 0.9)) if k else (0, 1)
        howls.append((start, loudness * animal.howl(rng.uniform(2, 4.5))))
    far = hushed(land(place(howls), rng, rng.random() < 0.5), rng, -65, -42)
    return far, "dog", "wolves howling" if pack > 1 else "a wolf howling"


def cat(rng: Rng):
    """Meows of kittens and cats, drawn-out yowls, purrs and hisses; and the roars of lions."""
    kind = rng.random()
    if kind < 0.15:
        return somewhere(roar(rng), rng, **PET), "cat", "a lion roaring"
    if kind < 0.22:
        return somewhere(hiss(rng), rng, **NEAR), "cat", "a cat hissing"
    if kind < 0.28:
        return purr(rng), "cat", "a cat purring"
    size, time, events = rng.random(), 0.0, []
    for _ in range(int(rng.integers(1, 4))):
        call = meow(rng, size)
        events.append((time, call * rng.uniform(0.7, 1)))
        time += len(call) / RATE + rng.uniform(0.15, 1)
    return somewhere(place(events), rng, **PET), "cat", "a kitten meowing" if size < 0.2 else "a cat meowing"


def meow(rng: Rng, size: float) -> np.ndarray:
    """``size`` 0: a kitten; 1: a tomcat. The mouth opens from "mi" to "ah" and closes to "ow"; the pitch arches with it."""
    seconds = rng.uniform(0.4, 0.95) + (rng.uniform(0.3, 1) if rng.random() < 0.25 else 0) * size
    n = samples(seconds)
    base = 1050 * (540 / 1050) ** size * uniform_log(rng, 0.88, 1.14)
    peak = rng.uniform(0.2, 0.45)
    pitch = base * curve(seconds, [(0, rng.uniform(0.72, 0.9)), (peak, 1.08), (0.7, rng.uniform(0.92, 1.04)), (1, rng.uniform(0.68, 0.9))])
    pitch = pitch * (1 + 0.006 * wander(n, rng, 4))
    mouth = rng.uniform(0.75, 1) * curve(seconds, [(0, 0), (0.3 * peak, 0.1), (peak, 0.85), (peak + 0.12, 1), (0.75, 0.45), (1, 0)])
    drive = np.clip(rng.uniform(0, 1) ** 2 * 0.4 * curve(seconds, [(0, 0.5), (0.4, 1), (1, 1.3)]) + 0.05 * wander(n, rng, 6), 0, 1)
    source = folds(rng, pitch, drive, rng.uniform(0.1, 0.18)) + breath(rng, n, rng.uniform(0.03, 0.12))
    sound = throat(source, 0.06 + 0.02 * size, mouth, 8, tongue=curve(seconds, [(0, 1), (peak, -0.3), (0.75, -0.7), (1, -1)]))
    return normalised(normalised(sound) * swell(seconds, rng.uniform(0.04, 0.1), seconds * rng.uniform(0.3, 0.5), rng, 0.05))


def hiss(rng: Rng) -> np.ndarray:
    """Air blown hard through the open mouth: a sharp start, sometimes a spit, a long breath that sinks."""
    seconds = rng.uniform(0.5, 1.3)
    n = samples(seconds)
    press = curve(seconds, [(0, 0), (0.04, 1), (0.3, 0.8), (0.75, 0.5), (1, 0)]) * np.clip(1 + 0.15 * wander(n, rng, 14), 0.3, 2)
    if rng.random() < 0.4:
        press[: samples(0.04)] += 1.5 * np.hanning(samples(0.04))
    centre = uniform_log(rng, 2200, 4000)
    air = shaped_noise(n, rng, [(300, -34), (centre * 0.6, -10), (centre, 0), (centre * 1.5, -5),
                                (centre * 2.3, -3), (centre * 4, -14), (20000, -32)])
    mouth = curve(seconds, [(0, 0.3), (0.1, 0.9), (0.7, 0.7), (1, 0.2)])
    below = normalised(throat(breath(rng, n, 1), rng.uniform(0.07, 0.09), mouth, 3))
    return normalised((normalised(air) + rng.uniform(0, 0.5) * below) * press)


def purr(rng: Rng) -> np.ndarray:
    """The folds slam together some 26 times a second, breathing in and out: each slam a dull, breathy tap of the throat and chest."""
    seconds, rate = rng.uniform(3, 5), rng.uniform(23, 30)
    n = samples(seconds)
    turn = np.sin(2 * np.pi * clock(seconds) / rng.uniform(1.2, 2.2) + rng.uniform(0, 6))
    inward = 0.5 + 0.5 * np.tanh(4 * turn)
    pitch = rate * (1 + 0.08 * (inward - 0.5) + 0.02 * wander(n, rng, 3))
    flap = np.cumsum(pitch) / RATE % 1
    slam = np.exp(-8 * flap) * np.minimum(1, flap / 0.04)
    noise = shaped_noise(n, rng, [(40, -8), (120, 0), (350, -5), (900, -13), (2500, -24), (6000, -34), (16000, -55)])
    sound = noise * (slam + 0.06) + 0.6 * throat(folds(rng, pitch * 2, np.full(n, 0.3), 0.2), 0.16, np.full(n, 0.1), 4)
    sound = sound * np.clip(np.abs(turn) * 3, 0.1, 1) * (0.55 + 0.45 * inward)
    return normalised(sound) + 10 ** (rng.uniform(-60, -40) / 20) * pink(n, rng)


def roar(rng: Rng) -> np.ndarray:
    """Long flat folds in a deep throat: one or two rough moans that swell and sink, often followed by grunts."""
    time, events = 0.0, []
    for _ in range(int(rng.integers(1, 3))):
        events.append((time, moan(rng, rng.uniform(1.1, 2.3), 1.0)))
        time += len(events[-1][1]) / RATE + rng.uniform(0.05, 0.4)
    if rng.random() < 0.5:
        for k in range(int(rng.integers(2, 5))):
            events.append((time, moan(rng, rng.uniform(0.35, 0.6), 0.8) * (0.85 - 0.1 * k)))
            time += rng.uniform(0.7, 1)
    return place(events)[: samples(7)]


def moan(rng: Rng, seconds: float, force: float) -> np.ndarray:
    """One roar: the pitch climbs and falls, the folds bounce chaotically, spit and flesh rattle unevenly, the jaws open to an "ah"."""
    n = samples(seconds)
    pitch = rng.uniform(150, 230) * curve(seconds, [(0, 0.6), (0.25, 1), (0.55, 0.85), (1, 0.35)])
    pitch = pitch * (1 + 0.05 * wander(n, rng, 9) + 0.06 * wander(n, rng, 60))
    effort = curve(seconds, [(0, 0.5), (0.25, 1), (0.7, 0.95), (1, 0.7)]) * force
    flesh = np.sin(2 * np.pi * np.cumsum(rng.uniform(22, 36) * (1 + 0.4 * wander(n, rng, 12))) / RATE)
    rattle = np.clip(1 + effort * (0.2 * wander(n, rng, 45) + 0.35 * flesh), 0.15, 2.5)
    source = (folds(rng, pitch, np.clip(0.5 + 0.5 * effort, 0, 1), 0.18) + breath(rng, n, 1.3 * effort)) * rattle
    jaws = curve(seconds, [(0, 0), (0.3, 1), (0.6, 0.8), (1, 0)])
    sound = chest(throat(source, 0.37 * rng.uniform(0.85, 1.15), 0.05 + 0.8 * jaws, 6, 0.5 - jaws), source, rng.uniform(0.4, 1))
    return normalised(np.tanh(1.5 * normalised(sound)) * swell(seconds, 0.3 * seconds, 0.45 * seconds, rng, 0.15))
