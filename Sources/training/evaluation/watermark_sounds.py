"""Sounds that the watermark is measured on, float32 [samples, 2] at 48 kHz: recorded music, strings of spoken words, strings of effects."""

import zlib
from pathlib import Path

import numpy as np
import soundfile
import soxr

from corpus.store import Corpus

from .watermark_attacks import RATE, rms

SOUNDS = {".ogg", ".wav", ".flac", ".mp3"}
STANDARD = 0x7632_6101
# Name -> seed. The settings of mark and detector were chosen with the first in view; the second is only measured.
SETS = {"seen": 2026, "fresh": 20261125}


def read(path, start=0.0, seconds=None):
    """Float32 [samples, 2] at 48 kHz; None for what cannot be read."""
    try:
        info = soundfile.info(path)
        count = -1 if seconds is None else int(seconds * info.samplerate)
        x, rate = soundfile.read(path, start=int(start * info.samplerate), frames=count, dtype="float32", always_2d=True)
    except (RuntimeError, soundfile.LibsndfileError):
        return None
    x = x[:, :2] if x.shape[1] > 1 else np.repeat(x, 2, 1)
    return soxr.resample(x, rate, RATE).astype("f4") if rate != RATE else x


def find_sounds(folder, fitting=False):
    """Paths of music, speech and effects: the third on which the detector's filter is fitted, or the rest, to measure on."""
    music, speech, effects = [], [], []
    for path in sorted(p for p in Path(folder).rglob("*") if p.suffix.lower() in SOUNDS and p.is_file()):
        if (zlib.crc32(path.name.encode()) % 3 == 0) != fitting:
            continue
        name = str(path).lower()
        if "music" in name and path.stat().st_size > 500_000:
            music.append(path)
        elif "_desc" in name and "tuxpaint" in name:
            speech.append(path)
        elif not any(word in name for word in ("music", "voice", "drumkit", "gcompris", "soundfont")):
            effects.append(path)
    return music, speech, effects


def strings(paths, seconds, random):
    """Short sounds one after another with 0.1 s between, each at -20 dB."""
    parts, length = [], 0
    while length < seconds * RATE:
        x = read(paths[random.integers(len(paths))], seconds=4)
        if x is None or rms(x) < 0.003:
            continue
        parts += [x * min(0.1 / rms(x), 0.95 / np.abs(x).max()), np.zeros((RATE // 10, 2), "f4")]
        length += len(x) + RATE // 10
    return np.concatenate(parts)[: seconds * RATE]


def excerpt(paths, seconds, random):
    while True:
        path = paths[random.integers(len(paths))]
        try:
            info = soundfile.info(path)
        except (RuntimeError, soundfile.LibsndfileError):
            continue
        if info.duration > seconds + 1:
            x = read(path, random.uniform(0, info.duration - seconds - 0.5), seconds)
            if x is not None and rms(x) > 0.005:
                return x * min(1, 0.95 / np.abs(x).max())


def corpus_sounds(folder, random):
    """Recorded and synthesised sounds of the training corpus in random order, joined to stretches of two minutes."""
    corpus = Corpus(folder)
    random.shuffle(corpus.rows)
    parts, length = [], 0
    for row in corpus.rows:
        x = corpus.samples(row)
        if rms(x) > 0.001:
            parts.append(np.repeat(x, 2, 1) if x.shape[1] == 1 else x)
            length += len(x)
        if length >= 120 * RATE:
            yield np.concatenate(parts)
            parts, length = [], 0


def turn(i, paths, random):
    """(kind, 12 s) of the i-th sound of music, speech and effects in turn; `paths`: of the three, as `find_sounds` gives them."""
    return ("music", "speech", "effects")[i % 3], (excerpt if i % 3 == 0 else strings)(paths[i % 3], 12, random)


def clips(data, name, count):
    """Clips of a set: music, speech and effects in turn, 12 s, every second with the default payload; a piece of ten seconds begins
    at sample `begin`."""
    random = np.random.default_rng(SETS[name])
    music, speech, effects = find_sounds(data)
    random.shuffle(music)
    result = []
    for i in range(count):
        kind, x = turn(i, (music, speech, effects), random)
        payload = STANDARD if i % 2 else int(random.integers(1 << 32))
        begin = int(random.uniform(0.1, 1.9) * RATE)
        result.append({"set": name, "kind": kind, "x": x, "payload": payload, "begin": begin})
    return result


def unmarked(data, corpus, hours):
    """(kind, sound) of `hours` in all: 60 % sounds of the training corpus, then whole tracks of music."""
    random = np.random.default_rng(SETS["seen"])
    music = find_sounds(data)[0]
    random.shuffle(music)
    tracks, sounds = iter(music), corpus_sounds(corpus, random)
    spent = {"music": 0.0, "corpus": 0.0}
    while sum(spent.values()) < hours * 3600:
        kind = "corpus" if spent["corpus"] < 0.6 * hours * 3600 else "music"
        x = next(sounds) if kind == "corpus" else read(next(tracks))
        if x is not None and len(x) >= 10 * RATE:
            spent[kind] += len(x) / RATE
            yield kind, x
