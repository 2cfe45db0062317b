"""Do words speak of events (a bark, a shot), or of something that goes on (rain, an engine)? Of steps, blows, guitars?

`python -m annotations.eventful --data D` fits lines in the space of sentence embeddings to the sentences of generator.scripts: one tells what a
sound by itself is, `among` whether there is an event among all that a sentence speaks of (wind, and glass that breaks), `steps` whether somebody
walks there, `blows` whether somebody works with a hammer or an axe, `plucked` whether there is a guitar or its like. Writes D/eventful.safetensors
(weight [384], bias [1]; among.weight, among.bias and so on; above 0: there are) and prints how many of the sentences that a line did not see it
calls so, of those with and without them, by the number of their sounds.
"""

import argparse
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from corpus.classes import INSTRUMENTS
from corpus.paths import add_data_option, corpus as corpus_folder
from corpus.store import Corpus
from generator.composer import is_long
from generator.features import Features

STRUCK = ("impact_wood", "impact_metal")
BLOWS = re.compile("chopping|hammer")  # of their captions, those of work that goes stroke by stroke; knocks come in twos and threes
MUSIC = tuple(klass for klass in INSTRUMENTS if klass != "drums")


@dataclass
class Sentences:
    means: torch.Tensor  # [N, 384]
    events: torch.Tensor  # [N]: how often there is an event in what each stands for
    steps: torch.Tensor  # [N]: the same of footsteps,
    blows: torch.Tensor  # [N]: of what is struck over and over,
    plucked: torch.Tensor  # [N]: and of guitars and their like
    count: torch.Tensor  # [N]: of how many sounds it speaks; of quiet none

    @classmethod
    def of(cls, data: Path) -> "Sentences":
        rows, features = Corpus(corpus_folder(data), split="gen").rows, Features(data)
        scripts = np.load(data / "generator" / "scripts.npz")
        # A note is short, but who asks for an instrument wants it to play on, and a thunder rolls too long to come every second.
        is_event = np.array([row["klass"] not in MUSIC and not is_long(row, features) for row in rows])
        is_blow = [row["klass"] in STRUCK and BLOWS.search(row["caption"]) is not None for row in rows]
        kinds = np.stack([is_event, [row["klass"] == "footsteps" for row in rows], is_blow, [row["klass"] == "guitar" for row in rows]])
        votes, counts = {}, {}
        for text, chosen in zip(scripts["text"], scripts["rows"]):
            sounds = chosen[chosen >= 0]
            votes.setdefault(int(text), []).append(kinds[:, sounds].any(1))
            counts[int(text)] = len(sounds)
        texts = sorted(votes)
        share = torch.tensor([np.mean(votes[t], 0).tolist() for t in texts]).float()
        return cls(torch.from_numpy(scripts["means"][texts]).float(), *share.T, torch.tensor([counts[t] for t in texts]))


def groups(y: torch.Tensor, count: torch.Tensor) -> list[tuple[int, bool, torch.Tensor]]:
    """(sounds, whether y, members [N]) of sentences that are alike in both."""
    every = [(n, yes, (count == n) & ((y > 0.5) == yes)) for n in range(int(count.max()) + 1) for yes in (True, False)]
    return [group for group in every if group[2].any()]


def even(y: torch.Tensor, count: torch.Tensor, more: float) -> torch.Tensor:
    """Weights [N] by which groups count alike, those with it `more` times: with equal ones a line would count sounds, since most sentences of
    two and three have an event."""
    alike, worth = groups(y, count), torch.zeros(len(y))
    for _, yes, members in alike:
        worth[members] = (more if yes else 1) * len(y) / len(alike) / members.sum()
    return worth


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
    told = Sentences.of(options.data)
    x, count = told.means, told.count
    held, lines = torch.rand(len(x)) < 0.2, {}
    among = (("among.", told.events, 1.0), ("steps.", told.steps, 3.0), ("blows.", told.blows, 1 / 3), ("plucked.", told.plucked, 1 / 3))
    alone = "", told.events, ~held & (count <= 1), torch.ones(len(x)), 1e-4
    for name, y, shown, worth, decay in (alone, *((name, y, ~held, even(y, count, more), 1e-6) for name, y, more in among)):
        weight, bias = line(x[shown], y[shown], worth[shown], decay)
        lines |= {f"{name}weight": weight, f"{name}bias": bias}
        called = x @ weight + bias > 0
        rates = [f"{n} {'with' if yes else 'without'} {called[members & held].float().mean():.3f}" for n, yes, members in groups(y, count)]
        print(f"{name or 'alone.'} of {int(shown.sum())} sentences; calls: {', '.join(rates)}")
    save_file(lines, options.data / "eventful.safetensors")


if __name__ == "__main__":
    main()
