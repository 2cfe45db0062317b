"""What a training clip shall hold and say: one or two sounds and the sentence for them, with its text encoding.

`python -m generator.scripts --data D` writes D/generator/scripts.npz (about two sentences per recording, pairs, and quiet, whose row is -1).
"""

import argparse

import numpy as np
import torch
from tqdm import tqdm

from corpus.captions import captions_for
from corpus.paths import add_data_option, corpus as corpus_folder
from corpus.store import Corpus
from models.text_encoder import load_pretrained

# What is said of places and things that hardly sound; the first is what imagenet_sounds.txt says of most things.
QUIET = ("quiet room tone, hardly any sound", "quiet room tone", "a quiet room", "hardly any sound", "silence", "a silent room",
         "almost nothing is heard", "quiet ambience", "very quiet, faint ambience", "stillness, no events")
JOINS = ("{} and {}", "{}, {}", "{} with {}", "{}, with {} in the background", "{} while {}")


def class_weights(rows) -> np.ndarray:
    """Probability per row: classes balanced to the power 0.4 of their number of rows."""
    count = {}
    for row in rows:
        count[row["klass"]] = count.get(row["klass"], 0) + 1
    w = np.array([count[row["klass"]] ** -0.6 for row in rows])
    return w / w.sum()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_data_option(parser)
    parser.add_argument("--singles", type=int, default=12000)
    parser.add_argument("--pairs", type=int, default=8000)
    parser.add_argument("--quiet", type=int, default=700)
    options = parser.parse_args()
    torch.set_num_threads(1)
    rows = Corpus(corpus_folder(options.data), split="gen").rows
    rng = np.random.default_rng(0)
    weights = class_weights(rows)
    scripts = [((int(i), -1), captions_for(rows[i], rng)) for i in rng.choice(len(rows), options.singles, p=weights)]
    for a, b in zip(rng.choice(len(rows), options.pairs, p=weights), rng.choice(len(rows), options.pairs, p=weights)):
        if rows[a]["klass"] != rows[b]["klass"]:
            text = str(rng.choice(JOINS)).format(captions_for(rows[a], rng), captions_for(rows[b], rng))
            scripts.append(((int(a), int(b)), text))
    scripts += [((-1, -1), QUIET[0] if rng.random() < 0.4 else str(rng.choice(QUIET))) for _ in range(options.quiet)]
    encoder, tokenizer = load_pretrained()
    encoded, states, means, spans, first = {}, [], [], [], 0
    with torch.no_grad():
        for _, text in tqdm(scripts):
            if text not in encoded:
                tokens, mean = encoder(tokenizer(text))
                encoded[text] = len(means)
                states.append(tokens.half().numpy())
                means.append(mean.numpy())
                spans.append((first, len(tokens)))
                first += len(tokens)
    folder = options.data / "generator"
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / "scripts.npz", states=np.concatenate(states), means=np.stack(means), spans=np.array(spans),
             text=np.array([encoded[t] for _, t in scripts]), rows=np.array([r for r, _ in scripts]),
             ids=np.array([row["id"] for row in rows]), sentences=np.array(list(encoded)))
    print(f"{len(scripts)} scripts, {len(means)} different sentences")


if __name__ == "__main__":
    main()
