"""Fits the network of the watermark's detector: python -m evaluation.watermark_network [--clips 72] [--held 18] [--steps 1500]

Every clip is marked by a key of its own, and the opposite way too (the sound less the mark); both meet the same attacks with the same
random numbers. What is made greatest is the logarithm of the correlation of evidence and signs over both, so that the sound itself, which
is the same in both with opposite signs, drops out: a few dozen clips are enough, and clips and attacks that leave little of the mark count
as much as the others. The files are those that evaluation.watermark leaves out; a quarter of them is held back. Writes
Sources/V2AWatermark/TileNetworkWeights.swift, 8 bits a weight. Needs `swift build -c release --product v2a-tool`.
"""

import argparse
import tempfile
import textwrap
import zlib
from functools import partial
from pathlib import Path

import numpy as np
import torch
from scipy.ndimage import uniform_filter1d
from torch import nn
from tqdm import tqdm

from .watermark_attacks import after, mixed
from .watermark_filter import BEFORE, COUNT, SLOT
from .watermark_sounds import find_sounds, turn
from .watermark_tool import BANDS, ROOT, Tool

# Frames that are summed to one input each, outwards from the tile.
GROUPS = [4, 3, 2, *[1] * 12, 2, 3, 4]
MAPS, FEATURES, HIDDEN, GATE = 8, 13, 24, 24
ROWS = ["8 bit", "white noise 20 dB", "pink noise 20 dB", "reverberation 0.6 s", "resample 16 kHz", "low-pass 4 kHz"]
# Slow ones are for every fourth clip.
SLOW = ["AAC 64", "Opus 32"]
MIX = "mix at {} dB"
# Of the steps, so many are made on mixes, of which there are more than of any other attack.
MIXED = 0.2
# Tiles of a clip that one step sees.
STRETCH = 90


def smooth(x, size, axis):
    return uniform_filter1d(x, size, axis=axis, mode="nearest")


def maps(levels):
    """[frames, 48] -> two maps [2, frames, 48], logarithm of the deviation."""
    height = np.clip(levels - smooth(levels, 31, 0), -20, 20)
    deviation = np.sqrt(smooth(smooth(np.minimum(height**2, 150), 31, 0), 5, 1) + 0.5)
    return np.stack([np.clip(height / deviation, -3, 3), np.tanh(0.11515 * height)]), np.log(deviation)


def means(x):
    """[frames, 48] -> mean over the tile that begins at each frame, frames it has."""
    frames = len(x)
    end = np.minimum(np.arange(frames) + SLOT, frames)
    sums = np.concatenate([np.zeros((1, BANDS)), np.cumsum(x, 0)])
    count = (end - np.arange(frames))[:, None]
    return (sums[end] - sums[:frames]) / count, count


def tiles(levels, silence):
    """Mean level of the tile that begins at each frame, how far it is above the lowest, that in units of noise, and where it sounds."""
    height, count = means(levels)
    sounds = means(levels > silence)[0] > 0.99
    above = np.clip(height - np.where(sounds & (count == SLOT), height, 1e9).min(0), 0, 40)
    noise = (above / 3.8) ** 4
    return height, above / 10, noise / (1 + noise), sounds


def example(levels, signs, silence):
    """Levels [frames, 5, 48] -> maps [8, frames, 48] from where the first tile's surroundings begin, descriptions [13, tiles, 48], where
    the tile sounds, signs."""
    whole, middle, side, long, dense = levels.transpose(1, 0, 2)
    pairs, deviations = zip(*(maps(x) for x in (whole, middle, side, dense)))
    (height, above, noise, sounds), (inner, over, its, _) = tiles(whole, silence), tiles(middle, silence)
    mean = (height * sounds).sum(0) / np.maximum(sounds.sum(0), 1)
    loud = height.mean(1, keepdims=True)
    about = [deviations[0], above, noise, np.clip((height - smooth(height, 9, 1)) / 10, -3, 3), np.clip((height - mean) / 10, -4, 4),
             np.clip((loud - loud.max()) / 10, -5, 0) + 0 * height, over, its, np.clip(inner - height, -12, 3) / 4,
             np.clip(means(side)[0] - height, -30, 3) / 10, np.clip(means(long - dense)[0], 0, 40) / 5, deviations[3], deviations[2]]
    starts = np.arange(8 * SLOT, len(levels) - COUNT, SLOT)
    return (np.concatenate(pairs)[:, starts[0] - BEFORE :], np.stack(about)[:, starts], sounds[starts], signs[starts // SLOT % len(signs)])


class Network(nn.Module):
    """As v2a_tile_network and v2a_tile_evidence of CShim/Kernels compute it."""

    def __init__(self):
        super().__init__()
        inputs = MAPS * 3 * len(GROUPS)
        self.weights = nn.Parameter(torch.randn(HIDDEN + 1, inputs) * 0.6 / inputs**0.5)
        with torch.no_grad():
            self.weights[HIDDEN] = 0
            # The linear unit begins as the tile itself against its neighbours.
            self.weights[HIDDEN, 6:12], self.weights[HIDDEN, [4, 5, 12, 13]] = 0.14, -0.1
            self.weights[HIDDEN, 24:30] = -0.03
        self.bias = nn.Parameter(0.1 * torch.randn(HIDDEN, BANDS))
        self.out = nn.Parameter(torch.zeros(HIDDEN))
        self.gate, self.last = nn.Linear(FEATURES + 1, GATE), nn.Linear(GATE, 1)
        self.band = nn.Parameter(torch.zeros(BANDS))
        times = np.repeat(np.arange(len(GROUPS)), GROUPS)
        self.register_buffer("pool", torch.tensor((times[:, None] == np.arange(len(GROUPS))) / np.sqrt(GROUPS), dtype=torch.float32))

    def forward(self, x, about):
        """[2, 8, frames, 48], [2, 13, tiles, 48] -> evidence [2, tiles, 48]."""
        x = (x.unfold(2, COUNT, SLOT)[:, :, : about.shape[2]] @ self.pool).permute(0, 1, 4, 2, 3)
        p = torch.cat([x[..., :1], x[..., :1], x, x[..., -1:], x[..., -1:]], -1)
        x = torch.stack([x, p[..., 1:-3] + p[..., 3:-1], p[..., :-4] + p[..., 4:]], 2)
        a = (self.weights @ x.reshape(2, len(self.weights[0]), -1)).view(2, HIDDEN + 1, -1, BANDS)
        z = a[:, HIDDEN] + (torch.relu(a[:, :HIDDEN] + self.bias[:, None]) * self.out[:, None, None]).sum(1)
        y = 2 * torch.tanh(z / 2)
        square = nn.functional.avg_pool2d(nn.functional.pad((y * y)[:, None], (2, 2, 1, 1), mode="replicate"), (3, 5), 1)
        about = torch.cat([about, torch.log(square + 0.09)], 1).permute(0, 2, 3, 1)
        return y * torch.exp((self.last(torch.relu(self.gate(about)))[..., 0] + self.band).clamp(-6, 6))

    def rows(self):
        """All weights in the order of the Swift side."""
        return [*self.weights, *self.bias, self.out, *self.gate.weight, self.gate.bias, self.last.weight[0], self.band + self.last.bias]


def score(network, pair):
    """Normalised correlation of evidence and signs, as the score of ten seconds by synchronisation alone."""
    x, about, sounds, signs = pair
    e = network(x.float(), about.float()) * sounds
    return (e * signs).sum() / torch.sqrt((e * e).sum() + 1e-6) / e.numel() ** 0.5 * (5 * 32 * BANDS / 2) ** 0.5


def stretch(pair, random):
    """STRETCH tiles of an example from an arbitrary one on."""
    x, about, sounds, signs = pair
    start = int(random.integers(max(about.shape[2] - STRETCH, 0) + 1))
    part = slice(start, start + STRETCH)
    return x[:, :, SLOT * start : SLOT * (start + STRETCH - 1) + COUNT], about[:, :, part], sounds[:, part], signs[:, part]


def attacks(i, held, others):
    """(name, what it does to a sound) for the i-th clip: of the plain ones some by turns, or all where it is held back; four mixes with
    three other sounds."""
    names = ["none", *(ROWS if held else [ROWS[(i + j) % len(ROWS)] for j in range(4 - i % 2)]), *([SLOW[i % 4 // 2]] if i % 2 else [])]
    for name in names:
        yield name, partial(after, name, index=i, other=None)
    for level, k in (0, 0), (0, 1 + i % 2), (3, 1 + i % 2), (-3, 2 - i % 2):
        yield MIX.format(level), partial(mixed, other=others[k], level=level)


def examples(a, held):
    """(attack, tensors of both ways) of marked clips."""
    kinds = [[p for p in paths if (zlib.crc32(p.name.encode()) // 3 % 4 == 0) == held] for paths in find_sounds(a.data, fitting=True)]
    with tempfile.TemporaryDirectory() as work:
        tool = Tool(work)
        plain = len(tool.words)
        silence = 10 * np.log10(2e-7 * widths())
        for i in tqdm(range(a.held if held else a.clips), desc="held back" if held else "clips"):
            random = np.random.default_rng([8 if held else 7, i])
            x, other = turn(i, kinds, random)[1], turn(int(random.integers(3)), kinds, random)[1]
            payload = int(random.integers(1 << 32))
            others = [other, *(turn(i + j, kinds, random)[1] for j in (1, 2))]
            tool.words[plain:] = ["--key", f"k{'held' if held else 'fit'}{i}"]
            y = tool.mark(x, payload)
            signs = tool.signs(payload)
            for name, attack in attacks(i, held, others):
                both = [example(tool.levels(attack(z)), way * signs, silence) for way, z in ((1, y), (-1, 2 * x - y))]
                yield name, [torch.tensor(np.stack(part)).half() for part in zip(*both)]


def widths():
    """Of the bands in bins of the transform."""
    edges = [280.0]
    for _ in range(BANDS):
        edges.append(edges[-1] + max(94, 0.06 * edges[-1]))
    return np.diff(edges) * 1024 / 48_000


def write(network, path):
    """Rows of the network in 8 bits, each with a step of its own."""
    lines, steps = [], []
    for row in network.rows():
        row = row.detach().numpy()
        steps.append(float(np.abs(row).max()) / 127 + 1e-12)
        lines.append([int(v) for v in np.round(row / steps[-1])])
    show = lambda values, form: textwrap.fill(", ".join(form(v) for v in values) + ",", 138, initial_indent="    ", subsequent_indent="    ") + "\n"
    path.write_text(
        "/// What `python -m evaluation.watermark_network` fitted: rows of 8-bit numbers, each with its length and its step.\n"
        "enum TileNetworkWeights {\n"
        "  static var values: [Float] {\n    var values: [Float] = []\n    for (length, step) in zip(lengths, steps) {\n"
        "      values += numbers[values.count..<values.count + length].map { step * Float($0) }\n    }\n    return values\n  }\n\n"
        f"  private static let lengths: [Int] = [\n{show([len(line) for line in lines], str)}  ]\n"
        f"  private static let steps: [Float] = [\n{show(steps, lambda v: f'{v:.3g}')}  ]\n"
        f"  private static let numbers: [Int8] = [\n{show([v for line in lines for v in line], str)}  ]\n}}\n")


def fit(fitted, steps, batch=3, rate=6e-3):
    """A network for pairs of an attack's name and an example."""
    torch.manual_seed(0)
    random, network = np.random.default_rng(0), Network()
    optimiser = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, steps, pct_start=0.05)
    kinds = [[pair for name, pair in fitted if name.startswith("mix") == of_mixes] for of_mixes in (False, True)]
    for _ in tqdm(range(steps), desc="steps", mininterval=10):
        optimiser.zero_grad()
        for _ in range(batch):
            kind = kinds[int(random.random() < MIXED)]
            value = score(network, stretch(kind[random.integers(len(kind))], random))
            (-value / value.detach().clamp(min=2.5) / batch).backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
    return network


def report(network, held):
    """Mean score of each attack on what is held back."""
    with torch.no_grad():
        for row in dict.fromkeys(name for name, _ in held):
            print(f"{row}\t{np.mean([float(score(network, pair)) for name, pair in held if name == row]):.2f}")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", type=Path, default=Path.home() / ".cache/gst-v2a/unpacked")
    arguments.add_argument("--clips", type=int, default=72)
    arguments.add_argument("--held", type=int, default=18, help="clips that are only measured")
    arguments.add_argument("--steps", type=int, default=1500)
    arguments.add_argument("--out", type=Path, default=ROOT / "Sources/V2AWatermark/TileNetworkWeights.swift")
    a = arguments.parse_args()
    network = fit(list(examples(a, False)), a.steps)
    report(network, list(examples(a, True)))
    write(network, a.out)


if __name__ == "__main__":
    main()
