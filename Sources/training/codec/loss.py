"""Spectral energy distance (Gritsenko et al. 2020): a proper score for a decoder that draws noise."""

import math

import torch

SCALES = ((2048, 512), (1024, 256), (512, 128), (256, 64))


def spectral_features(audio: torch.Tensor, sides: bool = True, scales=SCALES) -> list[torch.Tensor]:
    """Left and right (`sides`) or mid and side of [B, 2, S], as log(|X| + 1e-3) and 4 |X|^0.5 per STFT scale."""
    left, right = audio[:, 0], audio[:, 1]
    pair = [left, right] if sides else [(left + right) / 2, (left - right) / 2]
    signals, out = torch.stack(pair, dim=1).flatten(0, 1), []
    for size, hop in scales:
        window = torch.hann_window(size)
        x = torch.stft(signals, size, hop, window=window, return_complex=True) / window.square().sum().sqrt()
        magnitude = (x.real.square() + x.imag.square() + 1e-8).sqrt()
        out.append(torch.cat([torch.log(magnitude + 1e-3), 4 * magnitude.sqrt()], dim=1))
    return out


def distance(a: list[torch.Tensor], b: list[torch.Tensor]) -> torch.Tensor:
    """Mean absolute difference over scales."""
    return sum((x - y).abs().mean() for x, y in zip(a, b)) / len(a)


def energy_distance(real, first, second):
    """d(real, first) + d(real, second) - d(first, second) for two draws of the decoder; lower is better."""
    return distance(real, first) + distance(real, second) - distance(first, second)


def level_error(real: torch.Tensor, made: torch.Tensor, bands: int = 24) -> torch.Tensor:
    """Mean |log ratio| of the energies of [B, 2, S] in bands of equal width on a log scale from 100 Hz on, over the whole of each clip and
    channel. The features above have a floor and compare frame by frame: noise well below full scale could be several dB quiet unnoticed."""
    size = 2048
    window = torch.hann_window(size)
    edges = torch.logspace(math.log10(4), math.log10(size // 2 + 1), bands + 1).round().long()

    def logs(x):
        power = torch.stft(x.flatten(0, 1), size, size // 2, window=window, return_complex=True).abs().square().mean(-1) / size
        return torch.stack([torch.log(power[:, a:b].mean(1) + 1e-9) for a, b in zip(edges, edges[1:])], 1)

    return (logs(real) - logs(made)).abs().mean()
