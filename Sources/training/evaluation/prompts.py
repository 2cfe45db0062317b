"""Does a prompt give what it says? `python -m evaluation.prompts --data D [--judge fine|audioset|pairs] [--classes ...] [--seeds 10]`

Each class's prompts, with several seeds and a black picture, goes through the plugin; the judge (evaluation.judge) names what it
hears, as it does for held-out recordings, as they are and through the codec alone. With `--judge fine` these are the finer classes
of evaluation.fine, with `--judge audioset` those of evaluation.audioset, all of them, and the table has how often the class is among the
first three (top 3) too. Then prompts for two classes, without and with one of the two as negative prompt; of the groups these are heard
by the judge that was taught mixtures (evaluation.pairs), which `--judge pairs` asks for everything.
"""

import argparse
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from corpus.paths import add_data_option, corpus as corpus_folder
from corpus.store import Corpus, name_of
from evaluation import audioset, fine, judge, pairs, product, yamnet
from evaluation.channels import of_unit_power
from evaluation.confusions import among_first
from evaluation.remembered import Remembered
from evaluation.roundtrip import MODEL, RoundTrip

# What a person would type, taken in turn by the seeds. Classes that the judge can tell apart on recordings are the ones tested.
PROMPTS = {
    "animal": ("a dog barking", "a monster growling", "a cow mooing", "a horse neighing"), "bird": ("birds singing", "a bird chirping"),
    "blast": ("an explosion", "a gunshot", "thunder"), "vehicle": ("a car engine running", "a jet aircraft flying past"),
    "water": ("a stream flowing", "a splash in water", "rain falling"), "fire": ("a fire crackling", "a campfire burning"),
    "impact": ("hitting metal", "a knock on wood", "a stone impact"), "footsteps": ("footsteps on gravel", "someone walking"),
    "drums": ("a drum beat", "drums playing"), "instrument": ("a piano playing", "violins playing", "a church organ", "an acoustic guitar"),
}
FINE_PROMPTS = {
    "animal": ("a dog barking", "a cow mooing", "a wolf howling", "a horse neighing", "a sheep bleating"),
    "bell": ("a bell ringing", "a xylophone playing", "a music box playing"), "bird": ("birds singing", "a bird chirping"),
    "brass": ("a trumpet playing", "a tuba playing", "a French horn playing"), "creature": ("a monster growling", "a creature roaring"),
    "door": ("a door closing", "a door opening"), "drums": ("a drum beat", "drums playing"),
    "engine": ("a car engine running", "a machine running", "a jet aircraft flying past"), "explosion": ("an explosion", "thunder"),
    "fire": ("a fire crackling", "a campfire burning"), "flute": ("a flute playing", "a clarinet playing", "a saxophone playing"),
    "footsteps": ("footsteps on gravel", "someone walking"), "guitar": ("an acoustic guitar", "an electric guitar"),
    "gunfire": ("a gunshot", "a machine gun"), "impact_metal": ("hitting metal", "a hammer on metal"), "impact_soft": ("a dull thud", "a punch"),
    "magic": ("a magic spell", "a laser shot"), "organ": ("a church organ", "an accordion playing"),
    "pad": ("a synthesizer pad", "a choir singing"), "piano": ("a piano playing", "somebody playing the piano"),
    "splash": ("a splash in water", "something splashing into water"), "strings": ("violins playing", "a cello playing"),
    "sword": ("swords clashing", "a sword swinging through the air"), "voice": ("a person crying out", "a person screaming"),
    "water": ("a stream flowing", "rain falling"),
}
SECONDS = 5.0


@dataclass
class Hearing:
    """A panel, what it takes of samples, its class of a recording, its prompts, the recall on recordings that a class needs, and the splits
    of the corpus that it has not heard."""

    name: str
    panel: Callable
    measure: Callable
    label: Callable
    prompts: dict
    least: float
    splits: tuple = ("real",)

    def recordings(self, corpus: Corpus, kept: Path) -> list:
        """(row, what the panel takes) of those that have a class with prompts; the fine judge's are kept in a folder."""
        rows = [row for row in corpus.rows if row["split"] in self.splits and self.label(row) in self.panel.classes and self.label(row) in self.prompts]
        if isinstance(self.panel, fine.Panel):
            return list(zip(rows, self.measure.of(corpus, rows, kept, "real")))
        known = Remembered(kept / f"{self.name}-recordings.pt")
        measured = lambda row: known(name_of(row), lambda: self.measure(corpus.samples(row, 0, 10 * 48_000)))
        out = [(row, measured(row)) for row in tqdm(rows, mininterval=5, desc="recordings")]
        known.save()
        return out

    def coded(self, corpus: Corpus, kept: Path, heard: list, count: int) -> dict[str, list]:
        """By class what the panel takes of the first `count` recordings through the codec, kept in a folder while the codec is this one."""
        codec, out = RoundTrip(), {}
        known = Remembered(kept / f"{self.name}-coded-{zlib.crc32((MODEL / 'audio_decoder.safetensors').read_bytes()):08x}.pt")
        for row, _ in tqdm(heard, mininterval=5, desc="through the codec"):
            of_class = out.setdefault(self.label(row), [])
            if len(of_class) < count:
                of_class.append(known(name_of(row), lambda: self.measure(codec(corpus.samples(row, 0, 5 * 48_000)))))
        known.save()
        return out


def hearing(name: str, path: Path, data: Path) -> Hearing:
    if name == "audioset":
        listener = yamnet.Listener(data)
        return Hearing(name, audioset.Panel(path), lambda x: listener(x)[1], audioset.label, audioset.PROMPTS, 0, ("judge", "real"))
    if name == "fine":
        return Hearing(name, fine.Panel(torch.load(path, weights_only=True)), fine.Ears(data), fine.label, FINE_PROMPTS, 0)
    if name == "pairs":
        return Hearing(name, pairs.Panel(torch.load(path, weights_only=True)), pairs.hearer(data), judge.label, PROMPTS, 0.25)
    return Hearing(name, judge.Panel(path), judge.log_mel, judge.label, PROMPTS, 0.25)


KEPT = {"groups": "judge.pt", "pairs": "pairs.pt", "fine": "fine.pt", "audioset": "audioset.npz"}


def by_class(ears: Hearing, recordings: list) -> dict[str, list]:
    """What the panel takes of (row, that) pairs, by class."""
    out = {}
    for row, heard in recordings:
        out.setdefault(ears.label(row), []).append(heard)
    return out


def voices(ears: Hearing, classes: list[str], sounds) -> np.ndarray:
    """[n, classes] probabilities."""
    return np.stack([ears.panel(ears.measure(sound), classes) for sound in sounds])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_data_option(parser)
    parser.add_argument("--plugin", type=Path, default=product.PLUGIN)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--positive-only", action="store_true")
    parser.add_argument("--judge", choices=KEPT, default="groups")
    parser.add_argument("--panel", type=Path, help="the judges' file; default judge.pt, fine.pt or audioset.npz in the data root's folder judge")
    parser.add_argument("--coded", type=int, default=16, help="recordings of a class that go through the codec")
    parser.add_argument("--least", type=float, help="recall on recordings that a class needs to be tested; default 0.25, of fine classes 0")
    parser.add_argument("--classes", nargs="*", help="instead of those with enough recall")
    product.add_settings(parser)
    options = parser.parse_args()
    settings = dict(options.set)
    path = options.panel or options.data / "judge" / KEPT[options.judge]
    ears = hearing(options.judge, path, options.data)
    of_two = hearing("pairs", options.data / "judge" / KEPT["pairs"], options.data) if options.judge == "groups" and not options.positive_only else ears
    panel, prompts, least = ears.panel, ears.prompts, ears.least if options.least is None else options.least
    corpus = Corpus(corpus_folder(options.data))
    recordings = ears.recordings(corpus, path.parent)
    real = by_class(ears, recordings)
    coded = ears.coded(corpus, path.parent, recordings, options.coded)
    candidates = sorted(real)
    votes_of = lambda c, among, sounds: np.stack([panel(heard, among) for heard in sounds[c]])
    recall = lambda c, among, sounds=real, count=1: np.mean(among_first(votes_of(c, among, sounds), among.index(c), count))
    classes = options.classes or [c for c in candidates if recall(c, candidates) >= least]
    chance = 1 / len(classes)

    ours = lambda prompt, seed, **more: product.heard(product.of_nothing(SECONDS), {"prompt": prompt, **more, "seed": seed, **settings}, options.plugin)
    heard = {}
    for c in tqdm(classes, mininterval=5):
        heard[c] = voices(ears, classes, (ours(prompts[c][seed % len(prompts[c])], seed) for seed in range(options.seeds)))
    counts = (1,) if options.judge == "groups" else (1, 3)
    print(f"{len(classes)} classes, {options.seeds} seeds; judged top {' / top '.join(map(str, counts))}; chance {chance:.3f}")
    table(classes, real, heard, chance, [[{c: recall(c, classes, sounds, count) for c in classes} for sounds in (real, coded)]
                                         for count in counts])
    if options.positive_only:
        return
    two = [(classes[i], classes[(i + len(classes) // 2) % len(classes)]) for i in range(len(classes))]
    without, negated, mixed = [], [], []
    single = real if of_two is ears else by_class(of_two, of_two.recordings(corpus, path.parent))
    alone = [np.stack([of_two.panel(heard, classes) for heard in single[a]]) for a, _ in two]
    for a, b in tqdm(two, mininterval=5):
        prompt = f"{prompts[a][0]} and {prompts[b][0]}"
        for negative, into in (("", without), (prompts[a][0], negated)):
            into.append(voices(of_two, classes, (ours(prompt, seed, **{"negative-prompt": negative}) for seed in range(options.seeds))))
        mixed.append(voices(of_two, classes, mixtures(corpus, of_two, a, b, options.seeds)))
    places = np.array([[classes.index(c) for c in pair] for pair in two])
    report(places, np.stack(without), np.stack(negated), np.stack(mixed), alone, getattr(of_two.panel, "bound", None))


def table(classes: list[str], real: dict, heard: dict, chance: float, truths: list[list[dict]]):
    """Prints recall by class of recordings, of those through the codec, and of generated sounds; truths by 1 and perhaps 3 first ones."""
    print("class         real (recordings)   real through the codec   generated   heard most")
    counts, ours = (1, 3)[: len(truths)], {}
    line = lambda values: " / ".join(f"{v:.2f}" for v in values)
    for i, c in enumerate(classes):
        votes = heard[c].argmax(1)
        ours[c] = [np.mean(among_first(heard[c], i, count)) for count in counts]
        most = ", ".join(f"{classes[k]} {n}" for n, k in sorted(((int((votes == k).sum()), k) for k in set(votes.tolist())), reverse=True)[:3])
        before, coded = (line(truth[which][c] for truth in truths) for which in (0, 1))
        print(f"{c:12s} {before:>6s} ({len(real[c]):3d}) {coded:>24s} {line(ours[c]):>11s}   {most}")
    means = np.array([[np.mean(list(truth[which].values())) for truth in truths] for which in (0, 1)])
    mean_ours = np.mean(list(ours.values()), 0)
    print(f"mean         {line(means[0]):>6s} {line(means[1]):>30s} {line(mean_ours):>11s}   {line(mean_ours / means[0])} of real, "
          f"{mean_ours[0] / chance:.1f} times chance")


def mixtures(corpus: Corpus, ears: Hearing, a: str, b: str, count: int):
    """Recordings of two classes added at equal level, SECONDS long: what a prompt for both should give."""
    length, rng = int(SECONDS * 48_000), np.random.default_rng(0)
    rows = [[row for row in corpus.rows if row["split"] in ears.splits and ears.label(row) == c] for c in (a, b)]
    for _ in range(count):
        out = np.zeros(length, np.float32)
        for of_class in rows:
            sound = corpus.samples(of_class[rng.integers(len(of_class))], 0, length)
            out += of_unit_power(np.resize(sound.mean(1), length))
        yield out


def report(two: np.ndarray, without: np.ndarray, negated: np.ndarray, mixed: np.ndarray, alone: list[np.ndarray], bound: float | None):
    """Prints both tables for pairs `two` [P, 2] of classes (A, B) and probabilities [P, seeds, classes], by pair and seed; alone, of each pair
    [recordings of A, classes]; how often both are heard is printed above a bound too, if there is one."""
    for level, name in ((-np.inf, ""), *([] if bound is None else [(bound, f", each at {bound:.2f} or above")])):
        both = lambda p, pair: among_first(p, pair[0]) & among_first(p, pair[1]) & (p[:, pair].min(1) >= level)
        ours, real, one = (np.mean([both(p, pair).mean() for p, pair in zip(sounds, two)]) for sounds in (without, mixed, alone))
        other, other_real = (np.mean([both(p, two[j]) for i, p in enumerate(sounds) for j in range(len(two)) if set(two[i]) != set(two[j])])
                             for sounds in (without, mixed))
        print(f"prompt 'A and B': both among the judge's first three{name} {ours:.2f}, control, another pair's sound {other:.2f}; "
              f"in mixtures of recordings {real:.2f}, another pair's {other_real:.2f}, recordings of A alone {one:.2f}")
    of_a = lambda sounds: np.stack([p[:, a] for p, (a, _) in zip(sounds, two)])
    before, after = of_a(without), of_a(negated)
    lower = int((before.mean(1) > after.mean(1)).sum())
    print(f"negative prompt 'A' beside it: probability of A {before.mean():.3f} -> {after.mean():.3f}, lower in {lower} of {len(two)} pairs")
    for count, name in ((1, "as the judge's first choice"), (3, "among its first three")):
        there, still = (np.stack([among_first(p, a, count) for p, (a, _) in zip(sounds, two)]) for sounds in (without, negated))
        print(f"rate of A {name} {there.mean():.3f} -> {still.mean():.3f}; of {there.sum()} sounds with it there "
              f"the negative prompt takes it away in {(there & ~still).sum() / max(there.sum(), 1):.2f}")


if __name__ == "__main__":
    main()
