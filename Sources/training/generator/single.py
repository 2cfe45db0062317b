"""One event of a recording, so that one event of the picture gives one of the sound: how far it goes, and how it dies away.

A bark and the next one are two events, the shards of a breaking glass are one. Where another event begins, the one before goes on as loud as its
fall so far lets expect: what merely stops there is heard as a thud, whatever it was.
"""

from dataclasses import dataclass

import numpy as np

from corpus.classes import CONTINUOUS
from generator.features import Features
from models.audio_codec import HOP, RATE

LONG = 300  # spectral frames from which on a recording goes on, unless it dies away; an event has no more
EASED = 60  # frames at the end of LONG in which a longer event is faded
DIP, RISE = 12.0, 8.0  # dB that the level falls below its peak, and rises above its lowest since, where another event begins
FALL = 0.3, 1.5  # dB per frame, slowest and fastest that an event dies away
OVER = 60.0  # dB below the peak where it is over
LOUD = 20.0  # dB below the peak, within which it is still well heard
BLOW = 0, 20.0  # frames from the onset before which, and dB below the peak below which, nothing counts as another event
# Of what unfolds: shards, bubbles, a creature's growl; a heel and its toe, an echo of a shot.
UNFOLDING = {
    "footsteps": (24, 20.0), "gunfire": (0, 10.0), "door": (LONG, 0.0), "impact_glass": (LONG, 0.0), "thunder": (LONG, 0.0),
    **dict.fromkeys(("explosion", "splash", "creature", "voice", "magic", "cat", "farm", "horse", "siren", "skid", "machine", "whoosh", "bird"), (60, 6.0)),
}
BURST = "burst", "machine gun"  # words for shots that belong together


def dies_away(row: dict, features: Features) -> bool:
    """Whether a long recording is one event: loudest early, and 25 dB quieter at the end."""
    if row["klass"] in CONTINUOUS or row["kind"] in ("loop", "music"):
        return False
    energy = features.read(row["id"], 0, features.frames(row["id"])).energy
    level = 10 * np.log10(np.convolve(energy.sum(1), np.ones(20) / 20, "same") + 1e-9)
    return bool(level[-60:-20].mean() < level.max() - 25 and level.argmax() < 0.4 * len(level))


def another(level: np.ndarray, first: int, after: int, below: float) -> tuple[int, int] | None:
    """(frame of the peak, frame of the lowest level after it) where another event follows; `level` [F] in dB."""
    peak, low = first, None
    for k in range(min(first, len(level)), len(level)):
        recent = max(0, k - 3) + int(level[max(0, k - 3) : k + 1].argmax())
        if k == first or level[recent] > level[peak]:
            peak = recent
        if level[k] < level[peak] - DIP and (low is None or level[k] < level[low]):
            low = k
        if low is not None and k >= first + after and level[k] > level[low] + RISE and level[k] > level[peak] - below:
            return peak, low
    return None


@dataclass
class Single:
    """Amplitudes [frames] that make one event of a recording's first frames, and frames until it is LOUD below its peak for good."""

    gain: np.ndarray
    lasts: int

    @classmethod
    def of(cls, row: dict, energy: np.ndarray) -> "Single":
        """Of the first frames of a recording, energy [F, 64]."""
        level, gain = 10 * np.log10(energy[:LONG].sum(1) + 1e-9), np.zeros(min(len(energy), LONG), np.float32)
        if len(energy) > LONG:
            gain[-EASED:] = np.linspace(0, -OVER, EASED)
        after, below = (LONG, 0.0) if any(word in row["caption"] for word in BURST) else UNFOLDING.get(row["klass"], BLOW)
        found = another(level, int(row["onset_s"] * RATE / HOP) + 3, after, below)
        if found:
            peak, low = found
            rate = np.clip((level[peak] - level[low]) / max(low - peak, 1), *FALL)
            line = level[low] - rate * np.arange(len(level) - low)
            gain[low:] = np.minimum(gain[low:], line - level[low:])
            gain = gain[: low + int(max(0.0, level[low] - level[peak] + OVER) / rate) + 1]
        level = level[: len(gain)] + gain
        return cls(10 ** (gain / 20), 1 + int(np.flatnonzero(level > level.max() - LOUD)[-1]))
