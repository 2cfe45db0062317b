"""Onsets of sound (librosa) and how well they meet event times (mir_eval).

`python -m evaluation.onsets --data D` calibrates the detector: struck-object recordings at the exact times of scenes of the
*training* families, F1 over a grid of thresholds. The constants below are its best row.
"""

import argparse

import librosa
import mir_eval
import numpy as np

from corpus.paths import add_data_option
from evaluation.channels import mono

RATE, HOP = 48_000, 480  # 10 ms
DELTA = 0.07  # of the envelope's maximum, above the local mean of 200 ms
WAIT = 0.12  # s between onsets at least
FLOOR = -45.0  # dB of the loudest frame; below, nothing counts


def onset_times(audio: np.ndarray, delta: float = DELTA, wait: float = WAIT) -> np.ndarray:
    """Onsets in seconds of [n] or [n, channels] samples at 48 kHz: peaks of SuperFlux (Boeck & Widmer 2013)."""
    heard = mono(audio)
    if not np.any(np.abs(heard) > 1e-5):
        return np.zeros(0)
    mel = librosa.feature.melspectrogram(y=heard, sr=RATE, n_fft=2048, hop_length=HOP, n_mels=100, fmin=30, fmax=16_000)
    level = librosa.power_to_db(mel, ref=np.max, top_db=60)
    envelope = librosa.onset.onset_strength(S=level, sr=RATE, lag=2, max_size=3)
    found = librosa.onset.onset_detect(
        onset_envelope=envelope, sr=RATE, hop_length=HOP, units="frames", delta=delta, wait=int(wait * RATE / HOP),
        pre_max=3, post_max=3, pre_avg=20, post_avg=20)
    loud = librosa.power_to_db(mel.sum(0), ref=np.max, top_db=None)
    kept = [k for k in found if loud[k : k + 6].max() > FLOOR]
    return np.array(kept) * HOP / RATE


def counts(found: np.ndarray, true: np.ndarray, tolerance: float) -> np.ndarray:
    """(hits, found, true) under the best one-to-one matching within the tolerance."""
    hits = len(mir_eval.util.match_events(np.sort(true), np.sort(found), tolerance)) if len(found) and len(true) else 0
    return np.array([hits, len(found), len(true)])


def f1(pairs, tolerance: float) -> float:
    """Pooled F1 = 2 hits / (found + true) over (found, true) pairs."""
    hits, found, true = sum(counts(f, t, tolerance) for f, t in pairs)
    return 2 * hits / max(found + true, 1)


def main():
    from corpus.paths import corpus as corpus_folder
    from corpus.store import Corpus
    from evaluation.synchrony import SECONDS, struck_objects, true_sound
    from scenes.film import Film

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_data_option(parser)
    options = parser.parse_args()
    sounds = struck_objects(Corpus(corpus_folder(options.data)))
    rng, clips, seed = np.random.default_rng(1), [], 0
    while len(clips) < 40:
        film = Film(np.random.default_rng((4, seed)), SECONDS)
        seed += 1
        if len(film.events) >= 3:
            clips.append((true_sound(film.events, sounds, rng), np.array([e[0] for e in film.events])))
    print("delta  wait    F1 at 80 ms  onsets  events")
    for delta in (0.05, 0.07, 0.1, 0.14, 0.2):
        for wait in (0.06, 0.12):
            pairs = [(onset_times(audio, delta, wait), true) for audio, true in clips]
            print(f"{delta:5.2f} {wait:5.2f} {f1(pairs, 0.08):14.3f} {sum(len(f) for f, _ in pairs):7d} {sum(len(t) for _, t in pairs):7d}")


if __name__ == "__main__":
    main()
