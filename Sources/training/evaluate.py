"""Does the sound fit the picture, and is it sound? `python evaluate.py --data D --page FOLDER [--plugin FOLDER] [--set name=value ...]`

Rendered clips of a family and a look that training never used go through the plugin with two seeds. Prints every measure for true
sound (recordings of struck objects at the exact times), ours, ours shifted by 0.5 s, another clip's sound and noise, and writes a
page with each clip's film strip over its spectrogram, the events marked.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from corpus.paths import add_data_option, corpus as corpus_folder
from corpus.store import Corpus
from evaluation import product
from evaluation.judge import Panel
from evaluation.measures import (RATE, average_precision, av_align, centroid, correlation, frechet, level, pan_correlation,
                                 silent, video_peaks)
from evaluation.onsets import f1, onset_times
from evaluation.page import write_page
from evaluation.synchrony import held_out, recorded_impacts, struck_objects, true_sound
from scenes.clip import rendered
from scenes.film import Film


def luma_of(film: Film) -> np.ndarray:
    """[n, 96, 128] frames of a film as 8-bit luma."""
    return np.stack([(film.frame(i / film.rate, 96, 128)[..., 0] * 255).astype(np.uint8) for i in range(int(film.seconds * film.rate))])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_data_option(parser)
    parser.add_argument("--plugin", type=Path, default=product.PLUGIN)
    parser.add_argument("--page", type=Path, help="folder for the page of plots")
    parser.add_argument("--clips", type=int, default=30)
    product.add_settings(parser)
    options = parser.parse_args()
    settings = dict(options.set)
    torch.set_num_threads(1)
    folder = options.data / "scenes-test"
    folder.mkdir(parents=True, exist_ok=True)
    corpus, panel = Corpus(corpus_folder(options.data)), Panel(options.data / "judge" / "judge.pt")
    sounds, rng = struck_objects(corpus), np.random.default_rng(0)
    films, real, ours, again = [], [], [], []
    for i in tqdm(range(options.clips), mininterval=5):
        films.append(held_out(i))
        video = rendered(films[i], folder / f"{i:02d}.mp4")
        for seed, into in ((0, ours), (1, again)):
            into.append(product.run(product.of_file(video), folder / f"{i:02d}-{seed}.wav", {"seed": seed} | settings, options.plugin))
        real.append(np.repeat(true_sound(films[i].events, sounds, rng), 2, 1).astype(np.float32)[: len(ours[i])])
    shift = RATE // 2
    cases = {
        "true sound": real, "ours": ours, "ours, 0.5 s late": [np.roll(x, shift, 0) for x in ours], "another clip's": ours[1:] + ours[:1],
        "noise": [(rng.standard_normal(x.shape) * 0.05).astype(np.float32) for x in ours],
    }
    events = [np.array([e[0] for e in film.events]) for film in films]
    peaks = [video_peaks(luma_of(film), film.rate) for film in tqdm(films, mininterval=5, desc="optical flow")]
    heard = panel.embeddings(recorded_impacts(corpus))

    print("| | F1 80 ms | F1 50 ms | AP | envelope r | best lag, ms | AV-Align | Frechet | pan r | level, dB | silent | clipped |")
    print("|---|---|---|---|---|---|---|---|---|---|---|---|")
    for name, audios in cases.items():
        found = [onset_times(x) for x in audios]
        links = np.array([correlation(x, y) for x, y in zip(audios, real)])
        values = [
            f"{f1(zip(found, events), 0.08):.3f}", f"{f1(zip(found, events), 0.05):.3f}",
            f"{np.mean([average_precision(x, e) for x, e in zip(audios, events)]):.3f}",
            f"{links[:, 0].mean():.3f}", f"{1000 * np.median(links[:, 1]):+.0f}",
            f"{np.mean([av_align(x, p, film.rate) for x, p, film in zip(audios, peaks, films)]):.3f}",
            f"{frechet(panel.embeddings(audios), heard):.1f}",
            f"{pan_correlation(audios, [film.events for film in films]):.2f}", f"{np.mean([level(x) for x in audios]):.1f}",
            f"{np.mean([silent(x) for x in audios]):.2f}", f"{np.mean([(np.abs(x) >= 0.999).mean() for x in audios]):.5f}",
        ]
        print(f"| {name} | " + " | ".join(values) + " |", flush=True)
    spread = [abs(centroid(a) - centroid(b)) for a, b in zip(ours, again)]
    between = np.mean([correlation(a, b)[0] for a, b in zip(ours, again)])
    print(f"two seeds: spectral centroids differ by {np.mean(spread):.2f} octaves, envelopes correlate by {between:.2f}")
    if options.page:
        write_page(options.page, [(f"{film.family} {i:02d}", film, audio) for i, (film, audio) in enumerate(zip(films, ours))])


if __name__ == "__main__":
    main()
