"""The judge: a small classifier of sounds that has heard only recordings the generator never saw.

`python -m evaluation.judge --data D` trains it on the corpus split `judge`, writes D/judge/judge.pt, and prints its accuracy and
confusions on the split `real` (other packages, other SoundFonts). Never distributed, so GPL recordings may teach it.
"""

import argparse
from collections import Counter
from pathlib import Path

import librosa
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from tqdm import trange

from corpus.paths import add_data_option, corpus as corpus_folder
from corpus.store import Corpus
from evaluation import confusions
from evaluation.channels import mono

RATE, HOP, BANDS, FRAMES = 48_000, 1536, 64, 94  # 32 ms frames, pieces of 3 s
# Kinds of sound that recordings of different packages agree on: finer names are used too differently, or too rarely, to judge by.
GROUPS = {
    "animal": ("dog", "cat", "horse", "farm", "creature"), "bird": ("bird",), "blast": ("explosion", "gunfire", "thunder"),
    "drums": ("drums",), "fire": ("fire",), "footsteps": ("footsteps",),
    "impact": ("impact_stone", "impact_wood", "impact_metal", "impact_soft", "impact_glass", "sword", "door"),
    "instrument": ("piano", "guitar", "mallet", "bell", "strings", "flute", "brass", "organ", "accordion", "choir", "pad"),
    "vehicle": ("engine", "aircraft", "train"), "water": ("stream", "splash", "rain", "bubbles"),
}
GROUP_OF = {klass: group for group, members in GROUPS.items() for klass in members}


def label(row: dict) -> str | None:
    """The class that the judge speaks of, or None for what no two packages call the same."""
    return GROUP_OF.get(row["klass"])


def log_mel(samples: np.ndarray) -> np.ndarray:
    """[n] or [n, channels] at 48 kHz -> log energies [BANDS, frames], at least FRAMES long, floor 70 dB below the loudest."""
    heard = mono(samples)
    heard = np.pad(heard, (0, max(0, FRAMES * HOP - len(heard))))
    mel = librosa.feature.melspectrogram(y=heard, sr=RATE, n_fft=2048, hop_length=HOP, n_mels=BANDS, fmin=50, fmax=16_000)
    return librosa.power_to_db(mel, ref=np.max, top_db=70).astype(np.float16)


class Judge(nn.Module):
    """[B, BANDS, FRAMES] dB -> class logits: five 3x3 convolutions with pooling, mean and maximum over time and bands."""

    def __init__(self, classes: int, width: int = 20):
        super().__init__()
        sizes = (1, width, 2 * width, 3 * width, 4 * width, 4 * width)
        self.conv = nn.ModuleList(nn.Conv2d(a, b, 3, padding=1, bias=False) for a, b in zip(sizes, sizes[1:]))
        self.norm = nn.ModuleList(nn.BatchNorm2d(b) for b in sizes[1:])
        self.out = nn.Linear(8 * width, classes)

    def features(self, x):
        """[B, 8 width]: mean and maximum over time."""
        x = (x[:, None] + 35) / 20
        for i, (conv, norm) in enumerate(zip(self.conv, self.norm)):
            x = F.relu(norm(conv(x)))
            if i < 4:
                x = F.max_pool2d(x, 2)
        return torch.cat([x.mean((2, 3)), x.amax(3).mean(2)], 1)

    def forward(self, x):
        return self.out(F.dropout(self.features(x), 0.4, self.training))


def augmented(mels: list[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """One piece per recording: a place in it, tilt and bumps of the spectrum, band limits, pitch, a floor of noise."""
    out = np.full((len(mels), BANDS, FRAMES), -70.0, np.float32)
    bands = np.arange(BANDS)
    for i, mel in enumerate(mels):
        n = mel.shape[1]
        first = int(rng.integers(0, n - FRAMES + 1))
        x = mel[:, first : first + FRAMES].astype(np.float32)
        # An event somewhere in the piece, perhaps repeated as steps, shots and barks are: how often says nothing of what.
        energy = 10 ** (x / 10)
        energy = np.roll(energy, int(rng.integers(0, FRAMES)) if rng.random() < 0.5 else 0, 1)
        once = energy
        gap = int(rng.integers(6, FRAMES // 2))
        for k in range(int(rng.integers(0, 5)) if rng.random() < 0.6 else 0):
            energy = energy + np.roll(once, (k + 1) * gap + int(rng.integers(-3, 4)), 1) * rng.uniform(0.3, 1)
        curve = rng.normal(0, 4) * (bands / BANDS - 0.5) * 2 + np.interp(bands, np.linspace(0, BANDS, 6), rng.normal(0, 3, 6))
        x = 10 * np.log10(energy + 1e-7) + curve[:, None]
        shift = int(rng.integers(-2, 3))
        x = np.roll(x, shift, 0)
        if rng.random() < 0.4:
            x[int(rng.integers(BANDS * 2 // 3, BANDS)) :] -= 60
        if rng.random() < 0.3:
            x[: int(rng.integers(0, 8))] -= 30
        floor = rng.uniform(-75, -35)
        x = 10 * np.log10(10 ** (x / 10) + 10 ** ((floor + rng.normal(0, 2, x.shape)) / 10))
        x = x - x.max()
        if rng.random() < 0.5:
            a = int(rng.integers(0, BANDS - 8))
            x[a : a + int(rng.integers(1, 8))] = floor
        out[i] = np.maximum(x, -70)
    return out


def load(corpus: Corpus) -> tuple[list[np.ndarray], list[str]]:
    """Log-mels and labels of a split."""
    mels, labels = [], []
    for row in corpus.rows:
        if label(row) is not None:
            mels.append(log_mel(corpus.samples(row, 0, 10 * RATE)))
            labels.append(label(row))
    return mels, labels


class Panel:
    """Trained judges that vote."""

    def __init__(self, path: Path):
        state = torch.load(path, weights_only=True)
        self.classes = state["classes"]
        self.judges = []
        for weights in state["judges"]:
            judge = Judge(len(self.classes))
            judge.load_state_dict(weights)
            self.judges.append(judge.eval())

    @staticmethod
    def pieces(mel: np.ndarray) -> torch.Tensor:
        """[n, BANDS, FRAMES] with half overlap, 0 dB at the loudest of each."""
        starts = range(0, max(1, mel.shape[1] - FRAMES + 1), FRAMES // 2)
        pieces = torch.from_numpy(np.stack([mel[:, s : s + FRAMES] for s in starts]).astype(np.float32))
        return pieces - pieces.amax((1, 2), keepdim=True)

    @torch.no_grad()
    def embedding(self, mel: np.ndarray) -> np.ndarray:
        """[n, features of all judges] per piece."""
        pieces = self.pieces(mel)
        return torch.cat([j.features(pieces) for j in self.judges], 1).numpy()

    def embeddings(self, sounds) -> np.ndarray:
        """[n, features of all judges] of all pieces of sounds at 48 kHz."""
        return np.concatenate([self.embedding(log_mel(x)) for x in sounds])

    @torch.no_grad()
    def __call__(self, mel: np.ndarray, classes: list[str] | None = None) -> np.ndarray:
        """Probabilities over `classes` (default all) of a log-mel [BANDS, n]: mean over judges and pieces."""
        pieces, keep = self.pieces(mel), [self.classes.index(c) for c in classes or self.classes]
        return torch.stack([j(pieces)[:, keep].softmax(-1).mean(0) for j in self.judges]).mean(0).numpy()


def train(mels, labels, classes, seed: int, steps: int) -> dict:
    """Weights of one judge."""
    torch.manual_seed(seed)
    rng, judge = np.random.default_rng(seed), Judge(len(classes)).to(memory_format=torch.channels_last)
    target = np.array([classes.index(c) for c in labels])
    members = [np.flatnonzero(target == k) for k in range(len(classes))]
    share = np.array([len(m) for m in members]) ** 0.25
    optimiser = torch.optim.AdamW(judge.parameters(), lr=2e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, steps)
    for _ in trange(steps, mininterval=5, desc=f"judge {seed}"):
        picked = np.array([rng.choice(members[k]) for k in rng.choice(len(classes), 48, p=share / share.sum())])
        x, y = torch.from_numpy(augmented([mels[i] for i in picked], rng)), F.one_hot(torch.from_numpy(target[picked]), len(classes)).float()
        if rng.random() < 0.6:  # mixup (Zhang et al. 2018), of energies
            order, amount = torch.randperm(len(x)), float(rng.beta(0.4, 0.4))
            x = 10 * torch.log10(amount * 10 ** (x / 10) + (1 - amount) * 10 ** (x[order] / 10))
            y = amount * y + (1 - amount) * y[order]
        loss = F.cross_entropy(judge(x), y, label_smoothing=0.05)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        schedule.step()
    return judge.state_dict()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_data_option(parser)
    parser.add_argument("--judges", type=int, default=2)
    parser.add_argument("--steps", type=int, default=900)
    parser.add_argument("--least", type=int, default=8, help="recordings that a class must have in each split")
    options = parser.parse_args()
    torch.set_num_threads(1)
    taught, known = load(Corpus(corpus_folder(options.data), split="judge"))
    held, truth = load(Corpus(corpus_folder(options.data), split="real"))
    classes = sorted(c for c in set(known) if known.count(c) >= options.least and truth.count(c) >= options.least)
    keep = [i for i, c in enumerate(known) if c in classes]
    taught, known = [taught[i] for i in keep], [known[i] for i in keep]
    path = options.data / "judge" / "judge.pt"
    path.parent.mkdir(parents=True, exist_ok=True)
    judges = [train(taught, known, classes, seed, options.steps) for seed in range(options.judges)]
    torch.save({"classes": classes, "judges": judges}, path)
    panel = Panel(path)
    heard = [(panel(mel), c) for mel, c in zip(held, truth) if c in classes]
    confusions.report(classes, [c for _, c in heard], np.stack([p for p, _ in heard]), Counter(known))


if __name__ == "__main__":
    main()
