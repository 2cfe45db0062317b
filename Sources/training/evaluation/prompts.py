"""Does a prompt give what it says? `python -m evaluation.prompts --data D [--classes ...] [--seeds 10]`

Each class's prompts, with several seeds and a black picture, goes through the plugin; the judge (evaluation.judge) names what it
hears, as it does for held-out recordings, as they are and through the codec alone. Then prompts for two classes, without and
with one of the two as negative prompt.
"""

import argparse
import os
from pathlib import Path

import numpy as np
from tqdm import tqdm

from corpus.paths import corpus as corpus_folder, default_data_root
from corpus.store import Corpus
from evaluation import product
from evaluation.judge import Panel, among_first, label, log_mel
from evaluation.roundtrip import RoundTrip

# What a person would type, taken in turn by the seeds. Classes that the judge can tell apart on recordings are the ones tested.
PROMPTS = {
    "animal": ("a dog barking", "a monster growling", "a cow mooing", "a horse neighing"), "bird": ("birds singing", "a bird chirping"),
    "blast": ("an explosion", "a gunshot", "thunder"), "vehicle": ("a car engine running", "a jet aircraft flying past"),
    "water": ("a stream flowing", "a splash in water", "rain falling"), "fire": ("a fire crackling", "a campfire burning"),
    "impact": ("hitting metal", "a knock on wood", "a stone impact"), "footsteps": ("footsteps on gravel", "someone walking"),
    "drums": ("a drum beat", "drums playing"), "instrument": ("a piano playing", "violins playing", "a church organ", "an acoustic guitar"),
}
SECONDS = 5.0


def voices(panel: Panel, classes: list[str], sounds) -> np.ndarray:
    """[n, classes] probabilities."""
    return np.stack([panel(log_mel(sound), classes) for sound in sounds])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=default_data_root())
    parser.add_argument("--plugin", type=Path, default=product.PLUGIN)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--positive-only", action="store_true")
    parser.add_argument("--least", type=float, default=0.25, help="recall on recordings that a class needs to be tested")
    parser.add_argument("--classes", nargs="*", help="instead of those with enough recall")
    product.add_settings(parser)
    options = parser.parse_args()
    settings = dict(options.set)
    panel = Panel(options.data / "judge" / "judge.pt")
    corpus = Corpus(corpus_folder(options.data), split="real")
    real, coded, codec = {}, {}, RoundTrip()
    for row in corpus.rows:
        name = label(row)
        if name in panel.classes and name in PROMPTS:
            samples = corpus.samples(row, 0, 10 * 48_000)
            real.setdefault(name, []).append(log_mel(samples))
            if len(coded.setdefault(name, [])) < 16:
                coded[name].append(log_mel(codec(samples[: 5 * 48_000])))
    candidates = sorted(real)
    recall = lambda c, among, sounds=real: np.mean([np.argmax(panel(mel, among)) == among.index(c) for mel in sounds[c]])
    classes = options.classes or [c for c in candidates if recall(c, candidates) >= options.least]
    chance = 1 / len(classes)
    truth = {c: recall(c, classes) for c in classes}
    passed = {c: recall(c, classes, coded) for c in classes}

    folder = options.data / "prompts-test" / str(os.getpid())
    folder.mkdir(parents=True, exist_ok=True)
    heard = {}
    for c in tqdm(classes, mininterval=5):
        heard[c] = voices(panel, classes, (product.run(product.of_nothing(SECONDS), folder / f"{c}-{seed}.wav",
                                                        {"prompt": PROMPTS[c][seed % len(PROMPTS[c])], "seed": seed, **settings}, options.plugin)
                                           for seed in range(options.seeds)))
    print(f"{len(classes)} classes, {options.seeds} seeds; judged top 1; chance {chance:.3f}")
    print("class         real (recordings)   real through the codec   generated   heard most")
    ours = {}
    for i, c in enumerate(classes):
        votes = heard[c].argmax(1)
        ours[c] = np.mean(votes == i)
        most = ", ".join(f"{classes[k]} {n}" for n, k in sorted(((int((votes == k).sum()), k) for k in set(votes.tolist())), reverse=True)[:3])
        print(f"{c:12s} {truth[c]:6.2f} ({len(real[c]):3d}) {passed[c]:24.2f} {ours[c]:11.2f}   {most}")
    mean_real, mean_ours = np.mean(list(truth.values())), np.mean(list(ours.values()))
    print(f"mean         {mean_real:6.2f} {np.mean(list(passed.values())):30.2f} {mean_ours:11.2f}   {mean_ours / mean_real:.2f} of real, {mean_ours / chance:.1f} times chance")
    if options.positive_only:
        return
    pairs = [(classes[i], classes[(i + len(classes) // 2) % len(classes)]) for i in range(len(classes))]
    without, negated, mixed = [], [], []
    for a, b in tqdm(pairs, mininterval=5):
        prompt = f"{PROMPTS[a][0]} and {PROMPTS[b][0]}"
        for negative, into in (("", without), (PROMPTS[a][0], negated)):
            into.append(voices(panel, classes, (product.run(product.of_nothing(SECONDS), folder / f"{a}-{b}-{seed}{'-without' if negative else ''}.wav",
                                                            {"prompt": prompt, "negative-prompt": negative, "seed": seed, **settings}, options.plugin)
                                                for seed in range(options.seeds))))
        mixed.append(voices(panel, classes, mixtures(corpus, a, b, options.seeds)))
    report(np.array([[classes.index(c) for c in pair] for pair in pairs]), np.stack(without), np.stack(negated), np.stack(mixed))


def mixtures(corpus: Corpus, a: str, b: str, count: int):
    """Recordings of two classes added at equal level, SECONDS long: what a prompt for both should give."""
    length, rng = int(SECONDS * 48_000), np.random.default_rng(0)
    rows = [[row for row in corpus.rows if label(row) == c] for c in (a, b)]
    for _ in range(count):
        out = np.zeros(length, np.float32)
        for of_class in rows:
            sound = corpus.samples(of_class[rng.integers(len(of_class))], 0, length)
            mono = np.resize(sound.mean(1), length)
            out += mono / max(np.sqrt((mono**2).mean()), 1e-6)
        yield out


def report(pairs: np.ndarray, without: np.ndarray, negated: np.ndarray, mixed: np.ndarray):
    """Prints both tables for pairs [P, 2] of classes (A, B) and probabilities [P, seeds, classes], by pair and seed."""
    both = lambda p, pair: among_first(p, pair[0]) & among_first(p, pair[1])
    ours, real = (np.mean([both(p, pair) for p, pair in zip(sounds, pairs)]) for sounds in (without, mixed))
    other = np.mean([both(p, pairs[j]) for i, p in enumerate(without) for j in range(len(pairs)) if set(pairs[i]) != set(pairs[j])])
    print(f"prompt 'A and B': both among the judge's first three {ours:.2f}; in mixtures of recordings {real:.2f}; control, another pair's sound {other:.2f}")
    of_a = lambda sounds: np.stack([p[:, a] for p, (a, _) in zip(sounds, pairs)])
    before, after = of_a(without), of_a(negated)
    lower = int((before.mean(1) > after.mean(1)).sum())
    print(f"negative prompt 'A' beside it: probability of A {before.mean():.3f} -> {after.mean():.3f}, lower in {lower} of {len(pairs)} pairs")
    for count, name in ((1, "as the judge's first choice"), (3, "among its first three")):
        there, still = (np.stack([among_first(p, a, count) for p, (a, _) in zip(sounds, pairs)]) for sounds in (without, negated))
        print(f"rate of A {name} {there.mean():.3f} -> {still.mean():.3f}; of {there.sum()} sounds with it there "
              f"the negative prompt takes it away in {(there & ~still).sum() / max(there.sum(), 1):.2f}")


if __name__ == "__main__":
    main()
