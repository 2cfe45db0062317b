"""What a training clip shall hold and say: up to three sounds and the sentence for them, with its text encoding.

`python -m generator.scripts --data D` writes D/generator/scripts.npz (about two sentences per recording, pairs, triples, and quiet;
a row of -1 is none).
"""

import argparse
from collections import Counter
from multiprocessing import Pool
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from corpus.captions import captions_for
from corpus.paths import OWN, add_data_option, corpus as corpus_folder
from corpus.store import Corpus
from export import restore
from generator.phrases import JOINS, JOINS_OF_THREE, surrounded
from models.text_encoder import TextEncoder, WordPieceTokenizer, load_pretrained

# What is said of places and things that hardly sound; the first is what imagenet_sounds.txt says of most things.
QUIET = ("quiet room tone, hardly any sound", "quiet room tone", "a quiet room", "hardly any sound", "silence", "a silent room",
         "almost nothing is heard", "quiet ambience", "very quiet, faint ambience", "stillness, no events")
MOST = 3  # recordings of a clip
SURROUNDED = 0.25  # of the captions stand among words for what is not heard
RECORDED = 3.0  # of the project's own sounds that a recording counts for


def class_weights(rows) -> np.ndarray:
    """Probability per row: classes balanced to the power 0.4 of their number of rows; within a class recordings count RECORDED times."""
    count, total = Counter(row["klass"] for row in rows), Counter()
    own = [1.0 if row["package"] == OWN else RECORDED for row in rows]
    for row, weight in zip(rows, own):
        total[row["klass"]] += weight
    w = np.array([count[row["klass"]] ** 0.4 * weight / total[row["klass"]] for row, weight in zip(rows, own)])
    return w / w.sum()


def favour(rows, weights: np.ndarray, names: list[str], share: float) -> np.ndarray:
    """Probabilities of which those of `names`, generators of corpus.synthesise, get `share`, each as much as the others."""
    made = np.array([row["path"].rsplit("-", 1)[0] if row["package"] == OWN else "" for row in rows])
    count = Counter(made)
    if unknown := [name for name in names if not count[name]]:
        raise SystemExit(f"the corpus has no sounds of {', '.join(unknown)}")
    special = np.array([1 / count[name] if name in names else 0.0 for name in made])
    return (1 - share) * weights + share * special / special.sum()


def row_numbers(chosen) -> tuple[int, ...]:
    """Of a script, MOST numbers."""
    return (*(int(i) for i in chosen), *(-1,) * (MOST - len(chosen)))


def load_exported(folder: Path) -> tuple[TextEncoder, WordPieceTokenizer]:
    """The text encoder and the tokenizer of a model folder."""
    encoder = TextEncoder()
    encoder.load_state_dict(restore(folder / "text_encoder.safetensors"))
    return encoder.eval(), WordPieceTokenizer(folder / "vocab.txt")


def share(*networks):
    """Gives a forked process the text encoder and its tokenizer."""
    global shared
    shared = networks
    torch.set_num_threads(1)


@torch.no_grad()
def encode(text: str) -> tuple[np.ndarray, np.ndarray]:
    """Token states, float16, and mean of a sentence."""
    encoder, tokenizer = shared
    states, mean = encoder(tokenizer(text))
    return states.half().numpy(), mean.numpy()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_data_option(parser)
    parser.add_argument("--singles", type=int, default=12000)
    parser.add_argument("--pairs", type=int, default=8000)
    parser.add_argument("--triples", type=int, default=6000)
    parser.add_argument("--quiet", type=int, default=700)
    parser.add_argument("--favour", nargs="*", default=[], help="generators of corpus.synthesise that are new: to teach them beside what is known")
    parser.add_argument("--share", type=float, default=0.4, help="of the sounds that are favoured")
    parser.add_argument("--model", type=Path, help="model folder whose text encoder is used instead of the package's")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    rows = Corpus(corpus_folder(options.data), split="gen").rows
    rng = np.random.default_rng(0)
    weights = class_weights(rows)
    if options.favour:
        weights = favour(rows, weights, options.favour, options.share)
    scripts = []
    for count, joins, many in ((1, ("{}",), options.singles), (2, JOINS, options.pairs), (3, JOINS_OF_THREE, options.triples)):
        for chosen in rng.choice(len(rows), (many, count), p=weights):
            if len({rows[i]["klass"] for i in chosen}) == count:
                text = str(rng.choice(joins)).format(*(captions_for(rows[i], rng) for i in chosen))
                scripts.append((row_numbers(chosen), surrounded(text, rng) if rng.random() < SURROUNDED else text))
    scripts += [(row_numbers(()), QUIET[0] if rng.random() < 0.4 else str(rng.choice(QUIET))) for _ in range(options.quiet)]
    sentences = list(dict.fromkeys(text for _, text in scripts))
    encoded = {text: i for i, text in enumerate(sentences)}
    networks = load_exported(options.model) if options.model else load_pretrained()
    with Pool(options.jobs, share, networks) as pool:
        states, means = zip(*tqdm(pool.imap(encode, sentences, 32), total=len(sentences), mininterval=5))
    lengths = np.array([len(x) for x in states])
    spans = np.stack([lengths.cumsum() - lengths, lengths], axis=1)
    folder = options.data / "generator"
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / "scripts.npz", states=np.concatenate(states), means=np.stack(means), spans=spans,
             text=np.array([encoded[t] for _, t in scripts]), rows=np.array([r for r, _ in scripts]),
             ids=np.array([row["id"] for row in rows]), sentences=np.array(sentences))
    print(f"{len(scripts)} scripts, {len(means)} different sentences")


if __name__ == "__main__":
    main()
