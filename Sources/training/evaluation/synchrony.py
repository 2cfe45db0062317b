"""Do sounds meet the picture? `python -m evaluation.synchrony --data D [--plugin FOLDER] [--prompt P]`

30 rendered clips of a family and a look that training never used go through the plugin; prints onset F1 for its sound, for the
same shifted by 0.5 s, for another clip's sound and for the true sound (struck-object recordings at the exact times).
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from tqdm import tqdm

from corpus.paths import add_data_option, corpus as corpus_folder
from corpus.store import Corpus
from evaluation import product
from evaluation.onsets import f1, onset_times
from scenes.clip import rendered
from scenes.film import Film
from scenes.moments import amplitude

CLIPS, SECONDS = 30, 8.0
LOUDEST = 10 ** (-6 / 20)  # peak of the strongest events in training on average: recordings peak at -3 dB and are mixed at 0 to -6 dB


def held_out(i: int) -> Film:
    """Clip number `i` of a family and a look that training never used."""
    return Film(np.random.default_rng((2, i)), SECONDS, held_out=True)


def first_blow(sound: np.ndarray, longest: float = 0.8) -> np.ndarray:
    """The start of a recording [n], up to where its level rises by 6 dB after it has fallen by 10 dB; faded out."""
    step = 480
    level = [10 * np.log10(np.mean(sound[i : i + step] ** 2) + 1e-9) for i in range(0, min(len(sound), int(longest * 48_000)), step)]
    end = len(level)
    for k in range(4, len(level)):
        low = min(level[2:k])
        if low < max(level[:k]) - 10 and level[k] > low + 6:
            end = k
            break
    out = sound[: end * step].copy()
    fade = min(len(out), 1920)
    out[len(out) - fade :] *= np.linspace(1, 0, fade)
    return out / (np.abs(out).max() + 1e-9)


def struck_objects(corpus: Corpus) -> list[np.ndarray]:
    """First blows of recordings of impacts that the generator never heard, mono, from their onset on."""
    rows = [r for r in corpus.rows if r["split"] != "gen" and r["klass"] in ("impact_metal", "impact_stone", "impact_wood")]
    return [first_blow(corpus.samples(r)[int(r["onset_s"] * 48_000) :].mean(1)) for r in rows]


def recorded_impacts(corpus: Corpus) -> Iterator[np.ndarray]:
    """Ten seconds at most of each recording of the split `real` of something struck: what Frechet distances are taken to."""
    return (corpus.samples(r, 0, 10 * 48_000) for r in corpus.rows if r["split"] == "real" and r["klass"].startswith("impact"))


def true_sound(events, sounds, rng) -> np.ndarray:
    """Recordings of impacts at the events' times [n, 1], as loud as training has them on average."""
    out = np.zeros(int(SECONDS * 48_000))
    for time, _, strength, _, _ in events:
        sound = sounds[rng.integers(len(sounds))]
        start = int(time * 48_000)
        n = min(len(sound), len(out) - start)
        out[start : start + n] += LOUDEST * amplitude(strength) * sound[:n]
    return out[:, None]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_data_option(parser)
    parser.add_argument("--plugin", type=Path, default=product.PLUGIN)
    parser.add_argument("--prompt", default="")
    product.add_settings(parser)
    options = parser.parse_args()
    folder = options.data / "scenes-test"
    folder.mkdir(parents=True, exist_ok=True)
    settings = dict(options.set)
    sounds = struck_objects(Corpus(corpus_folder(options.data)))
    rng = np.random.default_rng(0)
    events, ours, real = [], [], []
    for i in tqdm(range(CLIPS), mininterval=5):
        film = held_out(i)
        video = rendered(film, folder / f"{i:02d}.mp4")
        sound = product.run(product.of_file(video), video.with_suffix(".wav"), {"prompt": options.prompt, **settings}, options.plugin)
        events.append(np.array([e[0] for e in film.events]))
        ours.append(onset_times(sound))
        real.append(onset_times(true_sound(film.events, sounds, rng)))
    cases = {
        "ours": ours,
        "ours, shifted by 0.5 s": [np.sort((o + 0.5) % SECONDS) for o in ours],
        "another clip's sound": ours[1:] + ours[:1],
        "true sound": real,
    }
    print(f"{sum(map(len, events))} events in {CLIPS} clips; onsets found in ours: {sum(map(len, ours))}")
    for name, found in cases.items():
        print(f"{name:24s} F1 at 80 ms {f1(zip(found, events), 0.08):.3f}, at 50 ms {f1(zip(found, events), 0.05):.3f}")


if __name__ == "__main__":
    main()
