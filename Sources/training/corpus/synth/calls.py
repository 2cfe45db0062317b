"""What calls for attention: telephones, alarm clocks, lorries that reverse."""

import numpy as np

from .dsp import Rng, clock, modes, oscillator, place, room, samples, shaped_noise, uniform_log
from .surroundings import outdoors
from .whistles import swelling

MAJOR = np.array([0, 2, 4, 5, 7, 9, 11, 12, 14, 16])  # semitones


def tone(seconds: float, pitch: float, harmonics: int, slope: float, edge: float) -> np.ndarray:
    """A beep that begins and ends within ``edge`` seconds."""
    return oscillator(np.full(samples(seconds), pitch), harmonics, slope) * swelling(seconds, edge, edge)


def telephone(rng: Rng):
    """A hammer between two bells of slightly different size strikes them in turn, twenty times a second, for a second or two."""
    seconds, rate, pitch = rng.uniform(4, 7), rng.uniform(16, 25), uniform_log(rng, 900, 1700)
    lasts = rng.uniform(0.25, 0.6)
    bells = [modes(0.6, f * np.array([1, 1.5, 2.76, 4.1, 5.4]) * rng.uniform(0.98, 1.02, 5), lasts * np.array([1, 0.8, 0.6, 0.5, 0.4]),
                   [1, 0.35, 0.7, 0.3, 0.3], rng) for f in (pitch, pitch * rng.uniform(1.12, 1.3))]
    on, off = ((2, 3), (1, 2), (0.45, 0.3))[rng.choice(3, p=(0.3, 0.4, 0.3))]
    strokes = [(start + k / rate, bells[k % 2] * rng.uniform(0.8, 1)) for start in np.arange(rng.uniform(0, 0.3), seconds - 0.3, on + off)
               for k in range(int(on * rate))]
    return room(place(strokes, seconds), rng, rng.uniform(0.2, 0.6), rng.uniform(0.05, 0.25)), "siren", "a telephone ringing"


def mobile(rng: Rng):
    """A short figure of notes again and again, in the thin voice of a small loudspeaker."""
    seconds, base, pace, hard = rng.uniform(4, 7), uniform_log(rng, 700, 1300), rng.uniform(0.09, 0.18), rng.random() < 0.5
    figure, falls, rest = MAJOR[rng.integers(0, len(MAJOR), int(rng.integers(3, 9)))], rng.uniform(3, 12), rng.choice((2 * pace, 0.5, 1.2))
    notes, time = [], 0.1
    while time < seconds - len(figure) * pace - 0.2:
        for step in figure:
            note = tone(1.5 * pace, base * 2 ** (step / 12), 6, 0.7 if hard else 1.6, 0.005)
            notes.append((time, note * np.exp(-falls * clock(1.5 * pace)[: len(note)])))
            time += pace
        time += rest
    return room(place(notes, seconds), rng, rng.uniform(0.15, 0.5), rng.uniform(0.03, 0.2)), "siren", "a mobile phone ringing"


def alarm(rng: Rng):
    """One to four beeps of two or three kHz, a rest, and again."""
    seconds, pitch, count = rng.uniform(3, 6), uniform_log(rng, 1800, 3200), int(rng.choice((1, 2, 3, 4)))
    lasts, gap = rng.uniform(0.07, 0.14), rng.uniform(0.04, 0.08)
    beep, period = tone(lasts, pitch, 3, rng.uniform(0.8, 1.6), 0.004), count * (lasts + gap) + rng.uniform(0.2, 0.6)
    beeps = [(start + k * (lasts + gap), beep) for start in np.arange(rng.uniform(0, 0.2), seconds - period, period) for k in range(count)]
    return room(place(beeps, seconds), rng, rng.uniform(0.15, 0.5), rng.uniform(0.05, 0.2)), "siren", "an alarm clock beeping"


def reversing(rng: Rng):
    """A buzzer of about one kHz, half of the time on, over a diesel's rumble."""
    seconds, period = rng.uniform(4, 7), rng.uniform(0.8, 1.2)
    lasts = period * rng.uniform(0.45, 0.55)
    beep = tone(lasts, uniform_log(rng, 900, 1500), 6, rng.uniform(0.8, 1.6), 0.006)
    rumble = shaped_noise(samples(seconds), rng, [(40, -4), (120, 0), (500, -6), (2000, -18), (8000, -40)])
    x = place([(start, beep) for start in np.arange(rng.uniform(0, 0.5), seconds - lasts, period)], seconds) + rng.uniform(0.02, 0.1) * rumble
    return outdoors(x, rng), "siren", "a truck reversing with beeps"
