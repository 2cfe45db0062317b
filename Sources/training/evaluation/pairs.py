"""Two things at once: a judge that was taught mixtures of two recordings. `python -m evaluation.pairs --data D`

What YAMNet hears (evaluation.yamnet) in recordings of the corpus split `judge`, alone and two of different groups added within 6 dB of each
other, teaches how present each group of evaluation.judge is, by itself: kernel ridge regression. Sources held out in turn within that split say
what presence a recording of one thing hardly ever gives to two groups. Writes D/judge/pairs.pt, and prints what single recordings of the split
`real` are taken for; how often both are heard in mixtures of these, and the controls, evaluation.prompts prints.
"""

import argparse
from collections import Counter
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from corpus.paths import add_data_option, corpus as corpus_folder
from corpus.store import Corpus, name_of
from evaluation import confusions, fine, known, yamnet
from evaluation.channels import mono, of_unit_power
from evaluation.heads import shares
from evaluation.judge import GROUPS, RATE, label
from evaluation.remembered import Remembered

LENGTH = 5 * RATE
CLASSES = sorted(GROUPS)
ALONE = 0.05  # how often a recording of one thing may show another beside it


def hearer(data: Path):
    """What the judge takes of samples: [numbers]."""
    listener = yamnet.Listener(data)
    return lambda samples: np.concatenate(listener(samples))


def placed(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """LENGTH of a recording changed at random, of unit power: a stretch of a long one; a short one over and over, close or with pauses, or once."""
    x = known.varied(samples, rng) if rng.random() < 0.6 else mono(samples)
    if len(x) >= LENGTH:
        first = int(rng.integers(0, len(x) - LENGTH + 1))
        x = x[first : first + LENGTH]
    elif (how := rng.random()) < 0.4:
        x = np.resize(x, LENGTH)
    else:
        one, x = x, np.zeros(LENGTH, np.float32)
        start = int(rng.uniform(0, 0.5) * min(RATE, LENGTH - len(one)))
        while start < LENGTH:
            part = one[: LENGTH - start]
            x[start : start + len(part)] += part * 10 ** (rng.uniform(-6, 0) / 20)
            start += len(one) + int(rng.uniform(0.05, 1.2) * RATE) if how < 0.85 else LENGTH
    return of_unit_power(x)


def mixtures(corpus: Corpus, rows: list[dict], target: np.ndarray, fold: np.ndarray, count: int):
    """(two places in rows, samples) of recordings of different groups and one fold."""
    rng = np.random.default_rng(0)
    of = {(k, f): np.flatnonzero((target == k) & (fold == f)) for k in set(target) for f in set(fold)}
    for _ in range(count):
        (a, b), f = rng.choice(len(CLASSES), 2, replace=False), rng.integers(fold.max() + 1)
        if len(of[a, f]) and len(of[b, f]):
            pair = rng.choice(of[a, f]), rng.choice(of[b, f])
            first, second = (placed(corpus.samples(rows[i], 0, 10 * RATE), rng) for i in pair)
            yield pair, (first + second * 10 ** (rng.uniform(-6, 6) / 20)).astype(np.float32)


def scaled(x: np.ndarray, state: dict) -> np.ndarray:
    """Numbers to unit deviation, clipped."""
    return np.clip((x - state["mean"]) / state["deviation"], -5, 5)


def teach(x: np.ndarray, truth: np.ndarray, share: np.ndarray, resistance: float = 0.3) -> dict:
    """State of a panel from numbers [n, numbers], which groups are there [n, groups] and how much each example counts."""
    state = {"mean": x.mean(0), "deviation": x.std(0) + 1e-6}
    x = scaled(x, state).astype(np.float16).astype(np.float32)
    square, share = (x**2).sum(1), share / share.mean()
    far = square[:, None] + square - 2 * x @ x.T
    width, usual = np.median(far), share @ truth / share.sum()
    weight = np.linalg.solve(np.exp(-far / width) + np.diag(resistance / share), truth - usual)
    return {k: torch.from_numpy(np.asarray(v)) for k, v in
            (state | {"x": x.astype(np.float16), "width": width, "usual": usual, "weight": weight}).items()}


class Panel:
    """How present groups are, about 0 to 1 each; two are there where they are among the first three and above the bound."""

    def __init__(self, state: dict):
        self.classes, self.bound = CLASSES, float(state.get("bound", 0))
        self.state = {k: np.asarray(v) for k, v in state.items()}
        self.x = self.state["x"].astype(np.float32)
        self.square = (self.x**2).sum(1)

    def __call__(self, heard: np.ndarray, classes: list[str] | None = None) -> np.ndarray:
        """[classes] (default all) of the numbers of one sound."""
        s = self.state
        x = scaled(heard, s)
        present = np.exp(-(x @ x + self.square - 2 * self.x @ x) / s["width"]) @ s["weight"] + s["usual"]
        return present[[CLASSES.index(c) for c in classes or CLASSES]]


def bound(present: np.ndarray, target: np.ndarray) -> float:
    """The presence that a recording's own group and another, both among the first three, exceed in ALONE of recordings, groups counting alike."""
    weight = 1 / np.bincount(target, minlength=len(CLASSES))[target]
    third = np.sort(present, 1)[:, -3]
    own = present[np.arange(len(target)), target]
    both = np.where((present >= third[:, None]) & (own >= third)[:, None], np.minimum(present, own[:, None]), -1)
    both[np.arange(len(target)), target] = -1
    rate = lambda level: weight @ (both > level).mean(1) / weight.sum() * len(CLASSES) / (len(CLASSES) - 1)
    return next(level for level in np.linspace(0, 1, 201).tolist() if rate(level) <= ALONE)


def validated(alone: np.ndarray, target: np.ndarray, source: np.ndarray, fold: np.ndarray, mixed: list) -> tuple[dict, np.ndarray]:
    """State of a panel from numbers of recordings and (two recordings, numbers) of mixtures, and presence in the former with their folds held out."""
    first, second = np.array([pair for pair, _ in mixed]).T
    x, truth = np.concatenate([alone, np.stack([heard for _, heard in mixed])]), np.eye(len(CLASSES))[target]
    truth = np.concatenate([truth, truth[first] + truth[second]])
    share = np.concatenate([shares(target, source, 0.75), np.full(len(mixed), 1 / len(mixed))])
    held, present = np.concatenate([fold, fold[first]]), np.zeros((len(target), len(CLASSES)))
    for k in range(fold.max() + 1):
        panel = Panel(teach(x[held != k], truth[held != k], share[held != k]))
        present[fold == k] = [panel(heard) for heard in alone[fold == k]]
    return teach(x, truth, share) | {"bound": bound(present, target)}, present


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_data_option(parser)
    parser.add_argument("--mixtures", type=int, default=2400)
    parser.add_argument("--folds", type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(1)
    folder = options.data / "judge"
    corpus, hear = Corpus(corpus_folder(options.data)), hearer(options.data)
    rows = {split: [row for row in corpus.rows if row["split"] == split and label(row)] for split in ("judge", "real")}
    rows["judge"] = [row for row in rows["judge"] if not fine.UNCLEAR.search(row["path"])]
    labels = {split: [label(row) for row in of_split] for split, of_split in rows.items()}
    remembered = Remembered(folder / "pairs-recordings.pt")
    alone = {split: np.stack([remembered(name_of(row), lambda: hear(corpus.samples(row, 0, 10 * RATE)))
                              for row in tqdm(of_split, mininterval=5, desc=split)]) for split, of_split in rows.items()}
    remembered.save()
    target, fold = np.array([CLASSES.index(c) for c in labels["judge"]]), fine.folds(labels["judge"], rows["judge"], options.folds)
    source = np.unique([fine.source(row) for row in rows["judge"]], return_inverse=True)[1]
    mixed = [(pair, hear(x)) for pair, x in tqdm(mixtures(corpus, rows["judge"], target, fold, options.mixtures), mininterval=5, desc="mixtures")]

    state, votes = validated(alone["judge"], target, source, fold, mixed)
    print(f"sources held out within the split judge: {np.mean(votes.argmax(1) == target):.3f} right; two are heard from {state['bound']:.2f} on")
    torch.save(state, folder / "pairs.pt")
    confusions.report(CLASSES, labels["real"], np.stack([Panel(state)(heard) for heard in alone["real"]]), Counter(labels["judge"]))


if __name__ == "__main__":
    main()
