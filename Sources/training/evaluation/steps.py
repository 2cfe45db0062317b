"""What do few steps cost? `python -m evaluation.steps --data D [--plugin FOLDER] [--steps 4 8 25] [--clips 10] [--seeds 1]`

The clips of evaluate.py with the same seeds and each number of the sampler's steps; the last number is what the others are held
against: its F1, clip by clip, and its envelope. With few clips the Frechet distance is too high (four pieces of 3 s a clip, 32
components): it compares rows of one table, not tables.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from corpus import paths
from corpus.store import Corpus
from evaluation import product
from evaluation.judge import Panel
from evaluation.measures import correlation, frechet, level
from evaluation.onsets import f1, onset_times
from evaluation.synchrony import held_out, recorded_impacts, struck_objects, true_sound
from scenes.clip import rendered


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    paths.add_data_option(parser)
    parser.add_argument("--plugin", type=Path, default=product.PLUGIN)
    parser.add_argument("--steps", type=int, nargs="+", default=[4, 8, 25])
    parser.add_argument("--clips", type=int, default=10)
    parser.add_argument("--seeds", type=int, default=1)
    product.add_settings(parser)
    options = parser.parse_args()
    settings = dict(options.set)
    torch.set_num_threads(1)
    clips, folder = options.data / "scenes-test", options.data / "steps-test"
    for place in (clips, folder):
        place.mkdir(parents=True, exist_ok=True)
    films = [held_out(i) for i in range(options.clips)]
    jobs = [(i, seed) for i in range(options.clips) for seed in range(options.seeds)]
    sounds = {steps: [] for steps in options.steps}
    for i, seed in tqdm(jobs, mininterval=5):
        source = product.of_file(rendered(films[i], clips / f"{i:02d}.mp4"))
        for steps, into in sounds.items():
            into.append(product.run(source, folder / f"{i:02d}-{seed}-{steps}.wav", {"seed": seed, "steps": steps, **settings}, options.plugin))

    corpus, panel = Corpus(paths.corpus(options.data)), Panel(options.data / "judge" / "judge.pt")
    heard, struck, rng = panel.embeddings(recorded_impacts(corpus)), struck_objects(corpus), np.random.default_rng(0)
    real = [np.repeat(true_sound(film.events, struck, rng), 2, 1) for film in films]
    events = [np.array([e[0] for e in film.events]) for film in films]
    pairs = {steps: [(onset_times(x), events[i]) for x, (i, _) in zip(audios, jobs)] for steps, audios in sounds.items()}
    single = {steps: np.array([f1([pair], 0.08) for pair in found]) for steps, found in pairs.items()}
    most = options.steps[-1]
    print(f"{len(jobs)} soundtracks of {options.clips} clips, {sum(map(len, events))} events\n")
    print(f"| steps | F1 80 ms | F1 50 ms | envelope r | Frechet | level, dB | F1 80 ms of a clip less that with {most} | envelope r with {most} |")
    print("|---|---|---|---|---|---|---|---|")
    for steps, audios in sounds.items():
        less = single[steps] - single[most]
        values = [
            f"{f1(pairs[steps], 0.08):.3f}", f"{f1(pairs[steps], 0.05):.3f}",
            f"{np.mean([correlation(x, real[i])[0] for x, (i, _) in zip(audios, jobs)]):.3f}",
            f"{frechet(panel.embeddings(audios), heard):.2f}", f"{np.mean([level(x) for x in audios]):.1f}",
            f"{less.mean():+.3f} (standard error {less.std(ddof=1) / np.sqrt(len(less)):.3f})",
            f"{np.mean([correlation(x, y)[0] for x, y in zip(audios, sounds[most])]):.3f}",
        ]
        print(f"| {steps} | " + " | ".join(values) + " |", flush=True)


if __name__ == "__main__":
    main()
