"""The peer: resemble-perth (PyPI, weights inside the package). Marks mono at 32 kHz; detection is a mean of its decoder's output.

It imports three transforms of torchaudio, whose wheel on PyPI wants CUDA; they are two calls of torch.stft and stand in here. So does
the one function that it takes from pkg_resources, which setuptools no longer has.
"""

import importlib.util
import sys
import types
from pathlib import Path

import numpy as np
import torch


class _Spectrogram(torch.nn.Module):
    def __init__(self, n_fft, win_length, hop_length, window_fn, **_):
        super().__init__()
        self.sizes = {"n_fft": n_fft, "win_length": win_length, "hop_length": hop_length}
        self.register_buffer("window", window_fn(win_length))

    def forward(self, x):
        return torch.stft(x, **self.sizes, window=self.window, center=True, pad_mode="reflect", return_complex=True)


class _InverseSpectrogram(_Spectrogram):
    def forward(self, x):
        return torch.istft(x, **self.sizes, window=self.window, center=True)


class _TimeStretch(torch.nn.Module):
    """Only there so that the checkpoint finds its buffer; the peer does not use it to mark or detect."""

    def __init__(self, n_freq, hop_length):
        super().__init__()
        self.register_buffer("phase_advance", torch.linspace(0, np.pi * hop_length, n_freq)[..., None])


def _resource_filename(package, name):
    """Path of a file inside an installed package."""
    return str(Path(importlib.util.find_spec(package.split(".")[0]).origin).parent.joinpath(*package.split(".")[1:], name))


def load():
    """The watermarker, or None and why not."""
    try:
        import torchaudio.transforms  # noqa: F401
    except (ImportError, OSError):
        modules = {name: types.ModuleType(name) for name in ("torchaudio", "torchaudio.transforms")}
        transforms = modules["torchaudio.transforms"]
        transforms.Spectrogram, transforms.InverseSpectrogram = _Spectrogram, _InverseSpectrogram
        transforms.TimeStretch = _TimeStretch
        modules["torchaudio"].transforms = transforms
        sys.modules.update(modules)
    if importlib.util.find_spec("pkg_resources") is None:
        sys.modules["pkg_resources"] = types.ModuleType("pkg_resources")
        sys.modules["pkg_resources"].resource_filename = _resource_filename
    try:
        import perth

        torch.set_num_threads(1)
        return perth.PerthImplicitWatermarker(), None
    except Exception as error:  # whatever the peer needs and this machine lacks
        return None, repr(error)


def mark(model, x):
    """Stereo -> stereo: the peer marks one channel, so each by itself."""
    return np.stack([model.apply_watermark(np.ascontiguousarray(c), sample_rate=48_000)[: len(x)] for c in x.T], 1)


def score(model, x):
    with torch.no_grad():
        return float(np.mean(model.get_watermark(np.ascontiguousarray(x.mean(1), "f4"), sample_rate=48_000, round=False)))
