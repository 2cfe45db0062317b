"""Do the project's own sounds sound like what they are? `python -m evaluation.synthesis --data D [--only dog train] [--count 20]`

The generators of corpus.synthesise are heard by YAMNet, as they are and through the codec: how often their class is the first of the 39 of
evaluation.audioset, and among its first three, and which of AudioSet's names they are given most. Beside them, recordings of the same classes
in the corpus split `gen`. Nobody listened to these sounds when they were written: a class that is mostly synthetic, and wrong, is one that no
generator can learn.
"""

import argparse
from collections import Counter
from multiprocessing import Pool
from pathlib import Path

import numpy as np
import torch

from corpus import synthesise
from corpus.paths import OWN, add_data_option, corpus as corpus_folder
from corpus.store import Corpus
from evaluation import audioset, yamnet
from evaluation.roundtrip import RoundTrip

SECONDS = 5


def share(data: Path):
    """Gives a process its ears."""
    global listener, panel, codec, corpus
    torch.set_num_threads(1)
    listener, panel, codec = yamnet.Listener(data), audioset.Panel(data / "judge" / "audioset.npz"), RoundTrip()
    corpus = Corpus(corpus_folder(data), split="gen")


def heard(samples: np.ndarray, klass: str) -> tuple[int | None, str, list[str]]:
    """Rank of the class, the class heard first, and AudioSet's three likeliest names."""
    scores = listener(samples)[1]
    votes, names = panel.scores(scores), [yamnet.names()[i] for i in np.argsort(-scores)[:3]]
    own = audioset.CLASS_OF.get(klass)
    rank = None if own is None else int((votes > votes[panel.classes.index(own)]).sum())
    return rank, panel.classes[int(votes.argmax())], names


def beginning(name: str, index: int) -> tuple[np.ndarray, str, str]:
    """The first seconds [n, channels] of a generator's variant, class and caption."""
    samples, klass, caption = synthesise.sound(name, index)
    return (samples if samples.ndim == 2 else samples[:, None])[: SECONDS * 48_000], klass, caption


def variant(job: tuple[str, int]) -> tuple:
    """(class, caption, heard as it is, heard through the codec) of a generator's k-th variant."""
    samples, klass, caption = beginning(*job)
    return klass, caption, heard(samples, klass), heard(codec(samples.astype(np.float32)), klass)


def recording(row: dict) -> tuple:
    samples = corpus.samples(row, 0, SECONDS * 48_000)
    return row["klass"], row["caption"], heard(samples, row["klass"]), heard(codec(samples), row["klass"])


def line(name: str, klass: str, results: list[tuple]):
    """Prints a row of the table."""
    cells = []
    for part in (2, 3):
        ranks = [r[part][0] for r in results if r[part][0] is not None]
        cells.append(f"{np.mean([r == 0 for r in ranks]):.2f} / {np.mean([r < 3 for r in ranks]):.2f}" if ranks else "    -      ")
    most = lambda words: ", ".join(f"{word} {n}" for word, n in Counter(words).most_common(4))
    print(f"{name:20s} {klass:12s} {len(results):3d}  {cells[0]}   {cells[1]}   {most(r[2][1] for r in results):45s} "
          f"{most(n for r in results for n in r[2][2])}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_data_option(parser)
    parser.add_argument("--only", nargs="*", choices=tuple(synthesise.GENERATORS), default=tuple(synthesise.GENERATORS))
    parser.add_argument("--count", type=int, default=20, help="variants of each generator, and recordings of each class")
    parser.add_argument("--first", type=int, default=0, help="number of the first variant: what was made with some in view is measured with others")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--captions", action="store_true", help="a row for each caption of a generator too")
    options = parser.parse_args()
    rows = Corpus(corpus_folder(options.data), split="gen").rows
    print("sounds               class          n  first / three   through codec   heard most, and AudioSet's three likeliest names")
    with Pool(options.jobs, share, (options.data,)) as pool:
        for name in options.only:
            results = pool.map(variant, [(name, options.first + k) for k in range(options.count)], 1)
            klass = Counter(r[0] for r in results).most_common(1)[0][0]
            line(name, klass, results)
            if options.captions:
                for caption in sorted({r[1] for r in results}):
                    line("", caption[:28], [r for r in results if r[1] == caption])
            recorded = [row for row in rows if row["klass"] == klass and row["package"] != OWN]
            if recorded:
                line("  recordings", klass, pool.map(recording, recorded[: options.count], 1))


if __name__ == "__main__":
    main()
