"""Do words speak of events (a bark, a shot) or of something that goes on (rain, an engine)?

`python -m annotations.eventful --data D` fits a line in the space of sentence embeddings to the captions of the corpus, writes
D/eventful.safetensors (weight [384], bias [1]; above 0: events) and prints its accuracy on sentences that it did not see.
"""

import argparse

import numpy as np
import torch
from safetensors.torch import save_file

from corpus.classes import INSTRUMENTS
from corpus.paths import add_data_option, corpus as corpus_folder
from corpus.store import Corpus
from generator.composer import is_long
from generator.features import Features

MUSIC = tuple(klass for klass in INSTRUMENTS if klass != "drums")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_data_option(parser)
    options = parser.parse_args()
    torch.manual_seed(0)
    rows, features = Corpus(corpus_folder(options.data), split="gen").rows, Features(options.data)
    scripts = np.load(options.data / "generator" / "scripts.npz")
    votes = {}
    for text, (main_row, *others) in zip(scripts["text"], scripts["rows"]):
        if max(others) < 0:
            # A note is short, but who asks for an instrument wants it to play on, and a thunder
            # rolls too long to come every second. Quiet has no row.
            goes_on = main_row < 0 or rows[main_row]["klass"] in MUSIC or is_long(rows[main_row], features)
            votes.setdefault(int(text), []).append(0.0 if goes_on else 1.0)
    texts = np.array(sorted(votes))
    x = torch.from_numpy(scripts["means"][texts]).float()
    y = torch.tensor([np.mean(votes[t]) for t in texts]).float()
    held = torch.rand(len(x)) < 0.2
    weight, bias = torch.zeros(x.shape[1], requires_grad=True), torch.zeros(1, requires_grad=True)
    optimiser = torch.optim.LBFGS([weight, bias], max_iter=200, line_search_fn="strong_wolfe")

    def loss():
        optimiser.zero_grad()
        value = torch.nn.functional.binary_cross_entropy_with_logits(x[~held] @ weight + bias, y[~held]) + 1e-4 * weight.square().sum()
        value.backward()
        return value

    optimiser.step(loss)
    with torch.no_grad():
        right = ((x[held] @ weight + bias > 0) == (y[held] > 0.5)).float().mean().item()
    print(f"{len(texts)} sentences, {y.mean():.2f} of events; accuracy on unseen ones {right:.3f}")
    save_file({"weight": weight.detach(), "bias": bias.detach()}, options.data / "eventful.safetensors")


if __name__ == "__main__":
    main()
