"""What a sound gains on its way to the ear: losses in the air, echoes of ground, walls and woods, the tail and the hush of a place."""

import numpy as np
from scipy.signal import fftconvolve

from .dsp import Rng, band, normalised, room, samples, shaped_noise, strike, tinted, uniform_log, wander

# What air takes from a sound on its way, in dB a kilometre (20 degrees, half damp).
AIR = [(125, 0.4), (250, 1.2), (500, 2.5), (1000, 5), (2000, 9.5), (4000, 24), (8000, 80), (16000, 250)]


def through_air(x: np.ndarray, metres: float) -> np.ndarray:
    """A sound from far away: the air has swallowed its high frequencies. Loudness stays."""
    margin = np.zeros(samples(0.02))
    return tinted(np.concatenate([margin, x, margin]), [(frequency, -loss * metres / 1000) for frequency, loss in AIR])


def muffled(x: np.ndarray, dull: float) -> np.ndarray:
    """Something soft at the source or before the ear: the higher, the weaker. ``dull`` 0 is clear, 1 very dull."""
    return tinted(x, [(300, 0), (1200, -6 * dull), (5000, -20 * dull), (20000, -48 * dull)])


def echoes(x: np.ndarray, rng: Rng, nearest: float, farthest: float, count: int, strength: float, rough: float = 0,
           stereo: bool = False) -> np.ndarray:
    """The first reflections alone, [n] or [n, 2], of surfaces ``nearest`` to ``farthest`` metres of detour away: weaker and duller the
    farther. Smooth walls throw back copies; ``rough`` ones, woods and hills, smear them over about that many seconds.
    """
    sides = 2 if stereo else 1
    response = np.zeros((sides, samples(farthest / 343 + 1.5 * rough + 0.01)))
    for _ in range(count):
        detour, smear = uniform_log(rng, nearest, farthest), rough * rng.uniform(0.3, 1.5)
        copy = np.zeros((sides, samples(smear) + samples(0.005)))
        if smear:
            copy[:, :samples(smear)] = rng.standard_normal((sides, samples(smear))) * strike(smear, 0.06 * smear, smear)
        else:
            copy[:, 0] = rng.choice((-1, 1)) * rng.uniform(0.4, 1, sides)
        copy *= strength * rng.uniform(0.25, 1) * (nearest / detour) ** 0.3 / np.sqrt((copy ** 2).sum(1, keepdims=True))
        start = samples(detour / 343)
        part = band(copy, None, uniform_log(rng, 2000, 7000) / (1 + 2 * detour / 343), 1)[:, :response.shape[1] - start]
        response[:, start:start + part.shape[1]] += part
    out = fftconvolve(x[None], response, axes=1)
    return out.T if stereo else out[0]


def answered(x: np.ndarray, rng: Rng, first: np.ndarray, decay: float, wet: float, bright: float) -> np.ndarray:
    """A sound, its ``first`` echoes, and the tail of the many later ones, that falls by 60 dB in ``decay`` seconds."""
    late = room(x, rng, decay, wet, first.ndim == 2, bright)
    out = np.zeros((max(len(first), len(late)), *first.shape[1:]))
    out[:len(late)] = late
    out[:len(first)] += first
    return out


def close(x: np.ndarray, rng: Rng, stereo: bool) -> np.ndarray:
    """At the ear: nothing but the sound."""
    return np.concatenate([x, np.zeros(samples(0.1))])


def field(x: np.ndarray, rng: Rng, stereo: bool) -> np.ndarray:
    """Near by on open ground: what grass, stones and the listener scatter."""
    return room(x, rng, rng.uniform(0.08, 0.2), rng.uniform(0.05, 0.25), stereo)


def inside(x: np.ndarray, rng: Rng, stereo: bool) -> np.ndarray:
    """A room, from a furnished one to a bare hall: the larger, the later its walls answer and the longer they do."""
    decay, wet = uniform_log(rng, 0.25, 1.5), rng.uniform(0.12, 0.55)
    first = echoes(x, rng, 1, 4 + 10 * decay, 6, 0.5 * wet, 0, stereo)
    return answered(x, rng, first, decay, wet, uniform_log(rng, 2500, 8000))


def yard(x: np.ndarray, rng: Rng, stereo: bool) -> np.ndarray:
    """A yard or a street: the walls of houses answer, and what is behind them."""
    first = echoes(x, rng, 1.5, 40, int(rng.integers(2, 7)), 0.4, 0, stereo)
    return answered(x, rng, first, uniform_log(rng, 0.4, 1.6), rng.uniform(0.05, 0.25), 4000)


def land(x: np.ndarray, rng: Rng, stereo: bool) -> np.ndarray:
    """Far away over open land: dull from the air, and thrown back by woods and hills."""
    return rolling(through_air(x, uniform_log(rng, 60, 400)), rng, rng.uniform(1, 2.5), rng.uniform(0.15, 0.5), stereo)


def rolling(x: np.ndarray, rng: Rng, decay: float, wet: float, stereo: bool = True) -> np.ndarray:
    """Open land that answers: a few walls, woods or hills throw back smeared copies over a scattered tail of ``decay`` seconds."""
    first = echoes(x, rng, 14 * decay, 150 * decay, int(rng.integers(1, 6)), 0.7 * wet, 0.35, stereo)
    return answered(x, rng, first, decay, 0.5 * wet, 4000)


PLACES = {"close": close, "field": field, "inside": inside, "yard": yard, "land": land}


def hushed(x: np.ndarray, rng: Rng, least: float, most: float) -> np.ndarray:
    """The quiet noise of a place under a sound, ``least`` to ``most`` dB beside its peak: air that moves, and what is far away in it."""
    tilt, level = rng.uniform(28, 50), 10 ** (rng.uniform(least, most) / 20)
    air = np.stack([shaped_noise(len(x), rng, [(30, 0), (20000, -tilt)]) for _ in range(x.ndim)], 1)
    air *= level * np.exp(0.25 * wander(len(x), rng, 1))[:, None]
    return normalised(x) + (air if x.ndim == 2 else air[:, 0])


def somewhere(x: np.ndarray, rng: Rng, least: float = -65, most: float = -38, **chances: float) -> np.ndarray:
    """A sound (mono) in one of PLACES, each as likely as its share of the ``chances``, over a noise that many dB below it."""
    shares = np.array(list(chances.values())) / sum(chances.values())
    place = PLACES[str(rng.choice(list(chances), p=shares))]
    return hushed(place(x, rng, rng.random() < 0.3), rng, least, most)


def outdoors(x: np.ndarray, rng: Rng) -> np.ndarray:
    """An animal's call in the open air: close by, in a field or a yard, or far away."""
    return somewhere(x, rng, close=0.25, field=0.2, yard=0.35, land=0.2)
