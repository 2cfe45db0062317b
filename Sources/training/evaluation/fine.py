"""A finer panel of judges: 25 classes, by what networks that have heard much hear, what one trained on photographs sees in spectrograms, and by numbers.

`python -m evaluation.fine --data D [--out FOLDER] [--page FOLDER] [--folds 10]` (evaluation.yamnet and evaluation.sfx say what to install) measures the recordings of the corpus split `judge`, as they are and
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
from corpus.store import Corpus, name_of
from evaluation import confusions, known
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
SHARES = 0.25, 0.25, 0.5  # of the votes: both views of spectrograms, and what is known of sounds


def label(row: dict) -> str | None:
    """The class that the panel speaks of, or None."""
    if UNCLEAR.search(row["path"]):
        return None
    return "door" if "Sounds/window-" in row["path"] else CLASS_OF.get(row["klass"])


def source(row: dict) -> str:
    """What recordings have in common beside their class: the package, of instruments the preset too."""
    return row["package"] + (re.sub(r"-\d{5}-.*", "", row["path"]) if re.search(r"-\d{5}-\w+\.flac", row["path"]) else "")


class Sight:
    """Sounds to numbers: [pieces, numbers] of both views, one piece of the close one."""

    VIEWS = ("wide", "close")

    def __init__(self):
        self.eye = Eye()

    def measure(self, shown: list[np.ndarray]) -> np.ndarray:
        return np.stack([np.concatenate([self.eye(x), statistics(x)]) for x in shown]).astype(np.float32)

    def __call__(self, samples: np.ndarray, rng: np.random.Generator | None = None) -> tuple[np.ndarray, np.ndarray]:
        """As it is, or changed at random: then one piece of each view."""
        views = picture(samples, WIDE), picture(about_onset(samples), CLOSE)
        return tuple(self.measure(pieces(x) if rng is None else [augmented(x, rng)]) for x in views)


class Ears:
    """All that the panel takes of a sound: of every view [pieces, numbers]."""

    def __init__(self, data: Path):
        self.senses = {"fine": Sight(), "known": known.Ear(data)}

    def __call__(self, samples: np.ndarray) -> tuple[np.ndarray, ...]:
        return sum((sense(samples) for sense in self.senses.values()), ())

    def of(self, corpus: Corpus, rows: list[dict], folder: Path, name: str, seed: int | None = None) -> list[tuple[np.ndarray, ...]]:
        """The same of recordings, changed at random with a seed; kept in files of the folder."""
        by_sense = [measured(sense, corpus, rows, folder / f"{kind}-{name}.npz", seed) for kind, sense in self.senses.items()]
        return [sum(views, ()) for views in zip(*by_sense)]


class Panel:
    """Trained heads that vote, and the names that AudioSet has for the classes."""

    def __init__(self, state: dict):
        self.classes, self.named = state["classes"], state["named"]
        self.views = [(Scale(view["scale"]), view["heads"]) for view in state["views"]]

    @torch.no_grad()
    def __call__(self, heard: tuple[np.ndarray, ...], classes: list[str] | None = None) -> np.ndarray:
        """Probabilities over `classes` (default all) of what Ears measured: softmax of the log probabilities, means over pieces, heads and
        views, plus what the names say."""
        keep = [self.classes.index(c) for c in classes or self.classes]
        total = (torch.from_numpy(heard[-1]) @ self.named["weight"].T + self.named["bias"]).mean(0)[keep]
        for share, (scale, heads), x in zip(SHARES, self.views, heard):
            x = scale(x)
            total = total + share * torch.stack([torch.log(probabilities(head, x, keep) + 1e-3).mean(0) for head in heads]).mean(0)
        return total.softmax(-1).numpy()


def measured(sense, corpus: Corpus, rows: list[dict], path: Path, seed: int | None) -> list[tuple[np.ndarray, ...]]:
    """What a sense takes of recordings, changed at random with a seed; from the file if it is there."""
    names = [name_of(row) for row in rows]
    if not path.exists():
        views, counts, rng = {name: [] for name in sense.VIEWS}, [], None if seed is None else np.random.default_rng(seed)
        for row in tqdm(rows, mininterval=5, desc=path.stem):
            heard = sense(corpus.samples(row, 0, LONGEST), rng)
            counts.append([len(x) for x in heard])
            for view, x in zip(views.values(), heard):
                view.append(x.astype(np.float16))
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path.with_suffix(".tmp"), "wb") as file:
            np.savez(file, ids=names, counts=counts, **{name: np.concatenate(x) for name, x in views.items()})
        path.with_suffix(".tmp").rename(path)
    stored = np.load(path)
    if list(stored["ids"]) != names:
        raise SystemExit(f"{path} is of another corpus: remove it")
    parts = [np.split(stored[view].astype(np.float32), np.cumsum(stored["counts"][:, i])[:-1]) for i, view in enumerate(sense.VIEWS)]
    return list(zip(*parts))


def teach(copies: list[list], labels: list[str], sources: list[str], seeds: int) -> dict:
    """The state of a panel from copies of recordings, each measured by Ears; the first copy is of the recordings as they are."""
    classes, views = sorted(CLASSES), []
    target, package = np.array([classes.index(c) for c in labels]), np.unique(sources, return_inverse=True)[1]
    for view, (seen, components) in enumerate(((Eye.WIDTH, 300), (Eye.WIDTH, 300), (None, 200))):
        x = np.concatenate([heard[view] for copy in copies for heard in copy])
        index = np.concatenate([np.repeat(np.arange(len(copy)), [len(heard[view]) for heard in copy]) for copy in copies])
        scale = Scale.of(x, seen or x.shape[1], components)
        x = scale(x)
        heads = [gaussian(x, target[index], package[index], len(classes))]
        heads += [perceptron(x, target[index], package[index], len(classes), seed) for seed in range(seeds)]
        views.append({"scale": scale.state, "heads": heads})
    return {"classes": classes, "views": views, "named": known.named(np.concatenate([heard[-1] for heard in copies[0]]), CLASSES)}


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
    ears = Ears(options.data)
    copies = [ears.of(corpus, rows["judge"], folder, f"judge-{k}", k or None) for k in range(options.copies + 1)]
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
    votes = np.stack([panel(heard) for heard in ears.of(corpus, rows["real"], folder, "real")])
    matrix = confusions.report(panel.classes, truth, votes, Counter(labels))
    if options.page:
        confusions.plot(options.page / "confusions.png", panel.classes, matrix)


if __name__ == "__main__":
    main()
