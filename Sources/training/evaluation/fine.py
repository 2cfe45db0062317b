"""A finer panel of judges: 25 classes, by what a network trained on photographs sees in spectrograms, and by numbers.

`python -m evaluation.fine --data D [--out FOLDER] [--page FOLDER] [--folds 10]` measures the recordings of the corpus split `judge`, as they are and
changed at random (stopped, it goes on from the last finished copy), teaches the heads, writes FOLDER/fine.pt (default D/judge), and prints
accuracy and confusions on the split `real`; with --page also as a picture. --folds compares settings inside the split `judge` and reads nothing of
`real`: packages, of instruments the presets, and where a class has hardly more than one of them names of files, are held out in turn.
"""

import argparse
import re
from collections import Counter
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from corpus.paths import add_data_option, corpus as corpus_folder
from corpus.store import Corpus
from evaluation import confusions
from evaluation.heads import Scale, gaussian, perceptron, probabilities
from evaluation.listening import CLOSE, RATE, WIDE, Eye, about_onset, augmented, picture, pieces, statistics

# Several of the corpus' classes together where recordings of different packages are taken for each other within the split `judge` (--folds), or
# where there are too few: motors of vehicles and of factories; struck bars and bells; calls of dogs, farm animals, horses and cats; blades and
# other swings; what runs or falls as water; free reeds and pipes; voices of choirs and of synthesizers; thunder and explosions.
CLASSES = {
    "animal": ("dog", "farm", "horse", "cat"), "bell": ("bell", "mallet"), "bird": ("bird",), "brass": ("brass",), "creature": ("creature",),
    "door": ("door",), "drums": ("drums",), "engine": ("engine", "aircraft", "machine"), "explosion": ("explosion", "thunder"), "fire": ("fire",),
    "flute": ("flute",), "footsteps": ("footsteps",), "guitar": ("guitar",), "gunfire": ("gunfire",), "impact_metal": ("impact_metal",),
    "impact_soft": ("impact_soft",), "magic": ("magic",), "organ": ("organ", "accordion"), "pad": ("pad", "choir"), "piano": ("piano",),
    "splash": ("splash",), "strings": ("strings",), "sword": ("sword", "whoosh"), "voice": ("voice",), "water": ("stream", "rain"),
}
CLASS_OF = {klass: name for name, members in CLASSES.items() for klass in members}
# Paths whose class the corpus' rules get wrong, or that hold several: burning arrows, wings, bones, harbours, planes over a park, a whetstone.
UNCLEAR = re.compile(r"(bow-puny|crossbow|melee)-fire|bat-flapping|skeleton|squishy|[Hh]arbor\d|sound/(dock|arctic)|ParklandPlane|world/drops|smiths/sharpening")
LONGEST = 8 * RATE


def label(row: dict) -> str | None:
    """The class that the panel speaks of, or None."""
    if UNCLEAR.search(row["path"]):
        return None
    return "door" if "Sounds/window-" in row["path"] else CLASS_OF.get(row["klass"])


def source(row: dict) -> str:
    """What recordings have in common beside their class: the package, of instruments the preset too."""
    return row["package"] + (re.sub(r"-\d{5}-.*", "", row["path"]) if re.search(r"-\d{5}-\w+\.flac", row["path"]) else "")


class Ear:
    """Sounds to numbers: [pieces, numbers] of both views, one piece of the close one."""

    def __init__(self):
        self.eye = Eye()

    def measure(self, shown: list[np.ndarray]) -> np.ndarray:
        return np.stack([np.concatenate([self.eye(x), statistics(x)]) for x in shown]).astype(np.float32)

    def __call__(self, samples: np.ndarray, rng: np.random.Generator | None = None) -> tuple[np.ndarray, np.ndarray]:
        """As it is, or changed at random: then one piece of each view."""
        views = picture(samples, WIDE), picture(about_onset(samples), CLOSE)
        return tuple(self.measure(pieces(x) if rng is None else [augmented(x, rng)]) for x in views)


class Panel:
    """Trained heads that vote."""

    def __init__(self, state: dict):
        self.classes = state["classes"]
        self.views = [(Scale(view["scale"]), view["heads"]) for view in state["views"]]

    @torch.no_grad()
    def __call__(self, heard: tuple[np.ndarray, np.ndarray], classes: list[str] | None = None) -> np.ndarray:
        """Probabilities over `classes` (default all) of what an Ear measured: geometric mean over heads, pieces and views."""
        keep, votes = [self.classes.index(c) for c in classes or self.classes], []
        for (scale, heads), x in zip(self.views, heard):
            x = scale(x)
            votes += [torch.log(probabilities(head, x, keep) + 1e-3).mean(0) for head in heads]
        return torch.stack(votes).mean(0).softmax(-1).numpy()


def measured(corpus: Corpus, rows: list[dict], path: Path, seed: int | None) -> list[tuple[np.ndarray, np.ndarray]]:
    """What an Ear hears in recordings, changed at random with a seed; from the file if it is there."""
    if not path.exists():
        ear, views, counts, rng = Ear(), ([], []), [], None if seed is None else np.random.default_rng(seed)
        for row in tqdm(rows, mininterval=5, desc=path.stem):
            heard = ear(corpus.samples(row, 0, LONGEST), rng)
            counts.append([len(x) for x in heard])
            for view, x in zip(views, heard):
                view.append(x.astype(np.float16))
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path.with_suffix(".tmp"), "wb") as file:
            np.savez(file, ids=[row["id"] for row in rows], counts=counts, wide=np.concatenate(views[0]), close=np.concatenate(views[1]))
        path.with_suffix(".tmp").rename(path)
    stored = np.load(path)
    if list(stored["ids"]) != [row["id"] for row in rows]:
        raise SystemExit(f"{path} is of another corpus: remove it")
    parts = [np.split(stored[view], np.cumsum(stored["counts"][:, i])[:-1]) for i, view in enumerate(("wide", "close"))]
    return list(zip(*parts))


def teach(copies: list[list], labels: list[str], sources: list[str], seeds: int, components: int = 300) -> dict:
    """The state of a panel from copies of recordings, each measured by an Ear."""
    classes, views = sorted(CLASSES), []
    target, package = np.array([classes.index(c) for c in labels]), np.unique(sources, return_inverse=True)[1]
    for view in range(2):
        x = np.concatenate([heard[view] for copy in copies for heard in copy])
        index = np.concatenate([np.repeat(np.arange(len(copy)), [len(heard[view]) for heard in copy]) for copy in copies])
        scale = Scale.of(x.astype(np.float32), Eye.WIDTH, components)
        x = scale(x)
        heads = [gaussian(x, target[index], package[index], len(classes))]
        heads += [perceptron(x, target[index], package[index], len(classes), seed) for seed in range(seeds)]
        views.append({"scale": scale.state, "heads": heads})
    return {"classes": classes, "views": views}


def folds(labels: list[str], rows: list[dict], count: int) -> np.ndarray:
    """Fold of each recording: sources held out whole, in classes with one main source what is left of the names of files."""
    out, total = np.zeros(len(rows), int), np.zeros(count)
    for name in sorted(set(labels)):
        members = [i for i, c in enumerate(labels) if c == name]
        keys = {i: source(rows[i]) for i in members}
        if max(Counter(keys.values()).values()) > 0.7 * len(members):
            keys = {i: re.sub(r"[-_]?\d+(?=\.)|(hit|die).*", "", rows[i]["path"]) for i in members}
        own = np.zeros(count)
        for key, size in Counter(keys.values()).most_common():
            fold = int(np.argmin(own * 1000 + total))
            own[fold], total[fold] = own[fold] + size, total[fold] + size
            out[[i for i in members if keys[i] == key]] = fold
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_data_option(parser)
    parser.add_argument("--out", type=Path, help="folder of fine.pt; default judge in the data root")
    parser.add_argument("--copies", type=int, default=3, help="of each recording, changed at random")
    parser.add_argument("--seeds", type=int, default=3, help="of networks per view")
    parser.add_argument("--folds", type=int, default=0, help="cross-validate within the split judge instead")
    parser.add_argument("--page", type=Path, help="folder for a picture of the confusions")
    options = parser.parse_args()
    torch.set_num_threads(1)
    folder = options.out or options.data / "judge"
    corpus = Corpus(corpus_folder(options.data))
    rows = {split: [row for row in corpus.rows if row["split"] == split and label(row)] for split in ("judge", "real")}
    labels, sources = [label(row) for row in rows["judge"]], [source(row) for row in rows["judge"]]
    copies = [measured(corpus, rows["judge"], folder / f"fine-judge-{k}.npz", k or None) for k in range(options.copies + 1)]
    if options.folds:
        fold, votes = folds(labels, rows["judge"], options.folds), [None] * len(labels)
        for k in range(options.folds):
            taught = np.flatnonzero(fold != k)
            some = lambda what: [what[i] for i in taught]
            panel = Panel(teach([some(copy) for copy in copies], some(labels), some(sources), options.seeds))
            for i in np.flatnonzero(fold == k):
                votes[i] = panel(copies[0][i])
        return confusions.report(panel.classes, labels, np.stack(votes), Counter(labels))
    state = teach(copies, labels, sources, options.seeds)
    torch.save(state, folder / "fine.pt")
    panel, truth = Panel(state), [label(row) for row in rows["real"]]
    votes = np.stack([panel(heard) for heard in measured(corpus, rows["real"], folder / "fine-real.npz", None)])
    matrix = confusions.report(panel.classes, truth, votes, Counter(labels))
    if options.page:
        confusions.plot(options.page / "confusions.png", panel.classes, matrix)


if __name__ == "__main__":
    main()
