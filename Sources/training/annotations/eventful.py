"""Do words speak of events (a bark, a shot), or of something that goes on (rain, an engine)?

`python -m annotations.eventful --data D` fits two lines in the space of sentence embeddings to the sentences of generator.scripts: one tells what
a sound by itself is, one whether there is an event among all that a sentence speaks of (wind, and glass that breaks). Writes D/eventful.safetensors
(weight [384], bias [1]; among.weight, among.bias; above 0: events) and prints how many of the sentences that a line did not see it calls so, of
those with and without an event, by the number of their sounds.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from corpus.classes import INSTRUMENTS
from corpus.paths import add_data_option, corpus as corpus_folder
from corpus.store import Corpus
from generator.composer import is_long
from generator.features import Features

MUSIC = tuple(klass for klass in INSTRUMENTS if klass != "drums")


def sentences(data: Path) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Embeddings [N, 384], how often there is an event in what each stands for [N], and of how many sounds it speaks [N]; of quiet none."""
    rows, features = Corpus(corpus_folder(data), split="gen").rows, Features(data)
    scripts = np.load(data / "generator" / "scripts.npz")
    # A note is short, but who asks for an instrument wants it to play on, and a thunder rolls too long to come every second.
    is_event = np.array([row["klass"] not in MUSIC and not is_long(row, features) for row in rows])
    votes, counts = {}, {}
    for text, chosen in zip(scripts["text"], scripts["rows"]):
        sounds = chosen[chosen >= 0]
        votes.setdefault(int(text), []).append(is_event[sounds].any())
        counts[int(text)] = len(sounds)
    texts = sorted(votes)
    return (torch.from_numpy(scripts["means"][texts]).float(), torch.tensor([np.mean(votes[t]) for t in texts]).float(),
            torch.tensor([counts[t] for t in texts]))


def line(x: torch.Tensor, y: torch.Tensor, worth: torch.Tensor, decay: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Weight [384] and bias [1] of a logistic regression of y [N] on x [N, 384]."""
    weight, bias = torch.zeros(x.shape[1], requires_grad=True), torch.zeros(1, requires_grad=True)
    optimiser = torch.optim.LBFGS([weight, bias], max_iter=300, line_search_fn="strong_wolfe")

    def loss():
        optimiser.zero_grad()
        value = torch.nn.functional.binary_cross_entropy_with_logits(x @ weight + bias, y, weight=worth) + decay * weight.square().sum()
        value.backward()
        return value

    optimiser.step(loss)
    return weight.detach(), bias.detach()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_data_option(parser)
    options = parser.parse_args()
    torch.manual_seed(0)
    x, y, count = sentences(options.data)
    held = torch.rand(len(x)) < 0.2
    groups = [(n, events, (count == n) & ((y > 0.5) == events)) for n in range(int(count.max()) + 1) for events in (True, False)]
    groups = [group for group in groups if group[2].any()]
    # Most sentences of two and three sounds have an event, those of quiet are few: with equal weights the line would count sounds.
    even = torch.zeros(len(x))
    for _, _, members in groups:
        even[members] = len(x) / len(groups) / members.sum()
    lines = {}
    for name, some, worth, decay in (("", count <= 1, torch.ones(len(x)), 1e-4), ("among.", count >= 0, even, 1e-6)):
        shown = some & ~held
        weight, bias = line(x[shown], y[shown], worth[shown], decay)
        lines |= {f"{name}weight": weight, f"{name}bias": bias}
        called = x @ weight + bias > 0
        rates = [f"{n} {'with' if events else 'without'} {called[members & held].float().mean():.3f}" for n, events, members in groups]
        print(f"{name or 'alone.'} of {int(shown.sum())} sentences; calls of events: {', '.join(rates)}")
    save_file(lines, options.data / "eventful.safetensors")


if __name__ == "__main__":
    main()
