"""The audio codec: 48 kHz stereo <-> 152 numbers per 2048 samples (23.4375 latents/s).

The envelope, 64 numbers, is a fixed linear transform: log energies of 64 mel bands in four frames of 512 samples, with level
difference and correlation of the channels in six regions, projected on principal components. The other 88 are the slots of the
partials (partials.py), which carry pitch. Synthesis adds oscillators for the partials (oscillators.py) to a causal ConvNeXt
network that predicts, relative to the band energies that the partials leave, a complex spectrum and the gains of a noise part per frame
(in the spirit of Vocos, Siuzdak 2023, and DDSP's harmonic plus noise, Engel et al. 2020), then an inverse STFT.
"""

import math

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

from models.oscillators import FRAMES, HOP, LEFT, TAKEN, render, responses
from models.partials import RATE, SLOTS

FFT = 1024
BINS = FFT // 2 + 1
LATENT_HOP = HOP * FRAMES
LATENT_RATE = RATE / LATENT_HOP  # latents per second
BANDS = 64
REGIONS = 6  # of the stereo image
COMPONENTS = 52  # principal components of FRAMES x BANDS log energies
ENVELOPE = COMPONENTS + 2 * REGIONS
LATENT = ENVELOPE + SLOTS
FLOOR = 1e-9  # energy that counts as silence (full scale sine: about 1)


def mel_centres(bands: int = BANDS, low: float = 30.0, high: float = 22_500.0) -> torch.Tensor:
    """Band centres as fractional FFT bins, equally spaced on the mel scale (2595 log10(1 + f/700)), at least a bin apart."""
    to_mel = lambda f: 2595 * math.log10(1 + f / 700)
    mels = torch.linspace(to_mel(low), to_mel(high), bands, dtype=torch.float64)
    bins = 700 * (10 ** (mels / 2595) - 1) / RATE * FFT
    for i in range(1, bands):
        bins[i] = max(bins[i], bins[i - 1] + 1)
    return bins


def triangles(centres: torch.Tensor) -> torch.Tensor:
    """[bands, BINS]: linear interpolation weights; every bin's column sums to 1 (edges are held)."""
    k = torch.arange(BINS, dtype=torch.float64).clamp(centres[0], centres[-1])
    i = torch.searchsorted(centres, k, right=True).clamp(1, len(centres) - 1)
    frac = (k - centres[i - 1]) / (centres[i] - centres[i - 1])
    w = torch.zeros(len(centres), BINS, dtype=torch.float64)
    w[i - 1, torch.arange(BINS)] = 1 - frac
    w[i, torch.arange(BINS)] += frac
    return w


def band_matrices() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """analysis [BANDS, BINS] (rows sum to 1), synthesis [BANDS, BINS] (columns sum to 1), regions [REGIONS, BANDS]."""
    synthesis = triangles(mel_centres())
    analysis = synthesis / synthesis.sum(1, keepdim=True)
    regions = F.one_hot(region_of_band(), REGIONS).T.float()
    return analysis.float(), synthesis.float(), regions


def region_of_band() -> torch.Tensor:
    """[BANDS]: edges are round(BANDS r / REGIONS)."""
    edges = torch.linspace(0, BANDS, REGIONS + 1).round().long()
    return torch.repeat_interleave(torch.arange(REGIONS), edges.diff())


def spectral_frames(audio: torch.Tensor) -> torch.Tensor:
    """STFT [B, 2, F, BINS] of audio [B, 2, S], S a multiple of HOP; frame f covers samples 512 f - 256 .. 512 f + 768.

    Hann window, scaled so that white noise of variance v has E|X|^2 = v.
    """
    window = torch.hann_window(FFT, dtype=audio.dtype, device=audio.device)
    padded = F.pad(audio, ((FFT - HOP) // 2, (FFT - HOP) // 2))
    frames = padded.unfold(-1, FFT, HOP) * window
    return torch.fft.rfft(frames) / window.square().sum().sqrt()


class SpectralEncoder(nn.Module):
    """Band energies and stereo image of audio, and their projection on latents. All parameters are fitted, not trained."""

    def __init__(self):
        super().__init__()
        analysis, _, regions = band_matrices()
        self.register_buffer("analysis", analysis, persistent=False)
        self.register_buffer("regions", regions, persistent=False)
        self.register_buffer("mean", torch.zeros(FRAMES * BANDS))
        self.register_buffer("components", torch.zeros(COMPONENTS, FRAMES * BANDS))  # orthonormal rows
        self.register_buffer("offset", torch.zeros(ENVELOPE))
        self.register_buffer("scale", torch.ones(ENVELOPE))

    def energies(self, audio):
        """audio [B, 2, S] -> total [B, F, BANDS], left minus right and mid minus side [B, F, REGIONS] energies."""
        x = spectral_frames(audio)
        left, right = (x[:, c].abs().square() @ self.analysis.T for c in (0, 1))
        cross = 2 * (x[:, 0] * x[:, 1].conj()).real @ self.analysis.T
        return left + right, (left - right) @ self.regions.T, cross @ self.regions.T

    def features(self, total, difference, cross):
        """Energies per frame -> [B, T, FRAMES*BANDS] log energies and [B, T, 2*REGIONS] pan and correlation in -1..1."""
        b, f, _ = total.shape
        log_energy = torch.log(total + FLOOR).reshape(b, f // FRAMES, FRAMES * BANDS)
        sums = [y.reshape(b, f // FRAMES, FRAMES, -1).sum(2) for y in (total @ self.regions.T, difference, cross)]
        # Where there is (almost) nothing, the image is centred: pan 0, correlation 1.
        silence = 1e-6
        pan = sums[1] / (sums[0] + silence)
        width = (sums[2] + silence) / (sums[0] + silence)
        return log_energy, torch.cat([pan, width], dim=-1)

    def project(self, log_energy, image):
        """Features -> envelopes [B, T, ENVELOPE], roughly zero mean and unit scale."""
        y = torch.cat([(log_energy - self.mean) @ self.components.T, image], dim=-1)
        return (y - self.offset) / self.scale

    def forward(self, audio):
        return self.project(*self.features(*self.energies(audio)))


class ConvNeXtBlock(nn.Module):
    """x + g * W2 gelu(W1 LN(depthwise causal conv of width 7 (x)))  (Liu et al. 2022), x [B, F, D]."""

    def __init__(self, width: int, inner: int, kernel: int = 7):
        super().__init__()
        self.kernel = kernel
        self.depthwise = nn.Conv1d(width, width, kernel, groups=width)
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.linear1 = nn.Linear(width, inner)
        self.linear2 = nn.Linear(inner, width)
        self.gain = nn.Parameter(torch.full((width,), 0.3))

    def forward(self, x):
        y = self.depthwise(F.pad(x.transpose(1, 2), (self.kernel - 1, 0))).transpose(1, 2)
        return x + self.gain * self.linear2(F.gelu(self.linear1(self.norm(y)), approximate="tanh"))


class AudioDecoder(nn.Module):
    """Latents [B, T, 152] and unit complex noise [B, 4T, 2, BINS, 2] -> audio [B, 2, 2048 T].

    The network looks one latent ahead (first convolution) plus one frame (overlap of the inverse STFT), and
    ceil((DEPTH * 6 + 1) / 4) + 1 latents back, so decoding in pieces equals decoding as a whole; the
    oscillators look one latent ahead and remember their phases. Methods but `forward` take envelopes [B, T, 64].
    """

    def __init__(self, width: int = 256, depth: int = 6, inner: int = 768):
        super().__init__()
        analysis, synthesis, _ = band_matrices()
        self.register_buffer("synthesis", synthesis, persistent=False)
        self.responses, self.region_of_band = responses(analysis.numpy(), FFT), region_of_band().numpy()
        # From the encoder: latent -> log energies and image.
        self.register_buffer("mean", torch.zeros(FRAMES * BANDS))
        self.register_buffer("components", torch.zeros(COMPONENTS, FRAMES * BANDS))
        self.register_buffer("offset", torch.zeros(ENVELOPE))
        self.register_buffer("scale", torch.ones(ENVELOPE))
        self.input = nn.Conv1d(ENVELOPE, width, 3, padding=1)
        self.upsample = nn.Linear(width, FRAMES * width)
        self.blocks = nn.ModuleList(ConvNeXtBlock(width, inner) for _ in range(depth))
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.tone = nn.Linear(width, 4 * BINS)  # real L, imaginary L, real R, imaginary R; relative to the band energies
        self.noise = nn.Linear(width, 4 * BANDS)  # log gains: noise a into L, b into L, a into R, b into R
        nn.init.normal_(self.tone.weight, std=0.3 * width**-0.5)
        nn.init.zeros_(self.tone.bias)
        nn.init.normal_(self.noise.weight, std=0.01)
        with torch.no_grad():
            self.noise.bias.view(4, BANDS)[:] = torch.tensor([-0.5, -2.0, -2.0, -0.5])[:, None]

    def image(self, z):
        """Band energies [B, 4T, BANDS] and pan [B, 4T, REGIONS]."""
        y = z * self.scale + self.offset
        log_energy = (y[..., :COMPONENTS] @ self.components + self.mean).reshape(z.shape[0], -1, BANDS)
        pan = y[..., COMPONENTS : COMPONENTS + REGIONS].clamp(-0.999, 0.999)
        return (log_energy.clamp(max=6.0).exp() - 2 * FLOOR).clamp(min=0), pan.repeat_interleave(FRAMES, dim=1)

    def amplitude(self, energy, pan):
        """[B, F, 2, BINS]: what |spectrum| of left and right would be for noise of the band energies."""
        pan = pan[..., region_of_band().to(pan.device)]
        sides = torch.stack([energy * (1 + pan) / 2, energy * (1 - pan) / 2], dim=2)
        return (sides * FFT).sqrt() @ self.synthesis

    def partials(self, slots, energy, pan):
        """Samples [B, 2, 2048 T] of the partials, and the band energies that they leave [B, 4T, BANDS]."""
        parts = [render(*(x.numpy() for x in sound), self.responses, self.region_of_band) for sound in zip(slots, energy, pan)]
        samples, made = (torch.from_numpy(np.stack(x)).to(energy) for x in zip(*parts))
        return samples, torch.maximum(energy - TAKEN * made, LEFT * energy)

    def backbone(self, z):
        """Envelopes [B, T, 64] -> frames [B, 4T, width]."""
        x = self.input(z.transpose(1, 2)).transpose(1, 2)
        x = self.upsample(x).reshape(z.shape[0], -1, self.norm.normalized_shape[0])
        for block in self.blocks:
            x = block(x)
        return self.norm(x)

    def spectrum(self, hidden, amplitude, noise):
        """Complex spectra [B, F, 2, BINS] from backbone frames, amplitudes and noise [B, F, 2, BINS, 2]."""
        tone = self.tone(hidden).unflatten(-1, (2, 2, BINS))  # [B, F, channel, re/im, bin]
        gains = (self.noise(hidden).unflatten(-1, (2, 2, BANDS)).clamp(max=2.0).exp()) @ self.synthesis  # [B, F, channel, ab, bin]
        mixed = torch.einsum("bfcak,bfakr->bfckr", gains, noise)
        re = amplitude * (tone[..., 0, :] + mixed[..., 0] * 0.7071067811865476)
        im = amplitude * (tone[..., 1, :] + mixed[..., 1] * 0.7071067811865476)
        return torch.complex(re, im)

    def synthesise(self, spectrum):
        """Inverse STFT with a sine window: frame f is added at samples 512 f - 256 .. 512 f + 768. [B, 2, 512 F]."""
        window = torch.sin(math.pi * (torch.arange(FFT, device=spectrum.device) + 0.5) / FFT)
        frames = torch.fft.irfft(spectrum.transpose(1, 2), n=FFT) * window
        b, c, f, _ = frames.shape
        first, second = frames[..., :HOP], frames[..., HOP:]
        out = F.pad(first, (0, 0, 0, 1)) + F.pad(second, (0, 0, 1, 0))  # [B, 2, F + 1, HOP]
        return out.reshape(b, c, -1)[..., (FFT - HOP) // 2 : (FFT - HOP) // 2 + f * HOP]

    def forward(self, z, noise):
        envelope, slots = z.split([ENVELOPE, SLOTS], dim=-1)
        energy, pan = self.image(envelope)
        samples, left = self.partials(slots, energy, pan)
        return samples + self.synthesise(self.spectrum(self.backbone(envelope), self.amplitude(left, pan), noise))
