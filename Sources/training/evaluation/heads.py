"""Heads of the fine judges: from numbers measured in a sound to probabilities of classes. Unlike heads vote: a closed form and small networks.

Recordings of one package are alike in ways that say nothing of the class, so a package counts as the square root of what it has.
"""

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from tqdm import trange


class Scale:
    """Numbers to unit deviation, clipped; the first `seen` of them, what the network sees, to principal components."""

    def __init__(self, state: dict):
        self.state = state

    @classmethod
    def of(cls, x: np.ndarray, seen: int, components: int) -> "Scale":
        mean, deviation = x.mean(0), x.std(0) + 1e-6
        scaled = np.clip((x[:, :seen] - mean[:seen]) / deviation[:seen], -5, 5)
        centre = scaled.mean(0)
        values, vectors = np.linalg.eigh(np.cov(scaled, rowvar=False))
        axes = (vectors[:, -components:] / np.sqrt(values[-1])).astype(np.float32)
        return cls({k: torch.from_numpy(np.asarray(v, np.float32)) for k, v in
                    {"mean": mean, "deviation": deviation, "centre": centre, "axes": axes}.items()})

    def __call__(self, x: np.ndarray) -> torch.Tensor:
        """[n, numbers] -> [n, components + numbers not seen]."""
        s = self.state
        x = ((torch.from_numpy(np.asarray(x, np.float32)) - s["mean"]) / s["deviation"]).clamp(-5, 5)
        seen = len(s["centre"])
        return torch.cat([(x[:, :seen] - s["centre"]) @ s["axes"], 0.5 * x[:, seen:]], 1)


def shares(target: np.ndarray, package: np.ndarray, evenness: float = 0.5) -> np.ndarray:
    """How often each example is to be heard: classes between as they come (0) and equal (1), packages within them by their root."""
    _, inverse, count = np.unique(target * 100_000 + package, return_inverse=True, return_counts=True)
    share, total = count[inverse] ** -0.5, np.zeros(target.max() + 1)
    np.add.at(total, target, share)
    share = share / total[target] * np.bincount(target)[target] ** (1 - evenness)
    return share / share.sum()


def gaussian(x: torch.Tensor, target: np.ndarray, package: np.ndarray, classes: int, shrinkage: float = 0.1) -> dict:
    """Linear discriminant: a class is the mean of its packages; the one covariance is that within packages plus that between a class's."""
    x, width = x.double().numpy(), x.shape[1]
    means, within, between, heard, pairs = np.zeros((classes, width)), np.zeros((width, width)), np.zeros((width, width)), 0.0, 0.0
    for k in range(classes):
        groups = [x[(target == k) & (package == p)] for p in np.unique(package[target == k])]
        weight, centres = np.array([len(g) ** 0.5 for g in groups]), np.stack([g.mean(0) for g in groups])
        means[k] = weight @ centres / weight.sum()
        within += sum(w * (g - c).T @ (g - c) / len(g) for w, g, c in zip(weight, groups, centres))
        between += ((centres - means[k]).T * weight) @ (centres - means[k])
        heard, pairs = heard + weight.sum(), pairs + weight.sum() * (1 - 1 / len(groups))
    covariance = within / heard + between / pairs
    covariance = (1 - shrinkage) * covariance + shrinkage * np.trace(covariance) / width * np.eye(width)
    slopes = np.linalg.solve(covariance, means.T)
    prior = np.bincount(target, minlength=classes) ** 0.25
    bias = np.log(prior / prior.sum()) - 0.5 * (means.T * slopes).sum(0)
    return {"0.weight": torch.from_numpy(slopes.T).float(), "0.bias": torch.from_numpy(bias).float()}


def network(width: int, classes: int, hidden: int) -> nn.Sequential:
    return nn.Sequential(nn.Dropout(0.2), nn.Linear(width, hidden), nn.GELU(), nn.Dropout(0.5), nn.Linear(hidden, classes))


def perceptron(x: torch.Tensor, target: np.ndarray, package: np.ndarray, classes: int, seed: int, steps: int = 500, hidden: int = 256) -> dict:
    """A network with one hidden layer, taught on mixtures of examples (mixup) with noise."""
    torch.manual_seed(seed)
    rng, deviation = np.random.default_rng(seed), x.std(0) + 0.05
    centre, judge = x.mean(0), network(x.shape[1], classes, hidden)
    truth = F.one_hot(torch.from_numpy(target).long(), classes).float()
    optimiser = torch.optim.AdamW(judge.parameters(), lr=2e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2e-3, steps)
    share = shares(target, package)
    for _ in trange(steps, mininterval=5, desc=f"head {seed}"):
        first, second = rng.choice(len(target), (2, 128), p=share)
        amount = torch.from_numpy(rng.beta(0.4, 0.4, (128, 1)).astype(np.float32))
        mixed = ((amount * x[first] + (1 - amount) * x[second]) - centre) / deviation
        logits = judge(mixed + 0.3 * torch.randn_like(mixed))
        loss = F.cross_entropy(logits, amount * truth[first] + (1 - amount) * truth[second], label_smoothing=0.05)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    state = judge.state_dict()
    first = state["1.weight"] / deviation  # the scale of the numbers goes into the first layer
    return {"0.weight": first, "0.bias": state["1.bias"] - first @ centre, "1.weight": state["4.weight"], "1.bias": state["4.bias"]}


def probabilities(head: dict, x: torch.Tensor, keep: list[int]) -> torch.Tensor:
    """[n, kept classes] of either head."""
    y = x @ head["0.weight"].T + head["0.bias"]
    if "1.weight" in head:
        y = F.gelu(y) @ head["1.weight"].T + head["1.bias"]
    return y[:, keep].softmax(-1)
