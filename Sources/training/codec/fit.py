"""Fits the codec's fixed transform: `python -m codec.fit --data D` writes D/codec/transform.safetensors."""

import argparse
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from tqdm import trange

from codec.clips import ClipSampler
from corpus.paths import add_data_option, corpus as corpus_folder
from corpus.store import Corpus
from export import warm_start
from models.audio_codec import COMPONENTS, LATENT_HOP, SpectralEncoder


def load_encoder(data: Path) -> SpectralEncoder:
    """The fitted encoder."""
    encoder = SpectralEncoder()
    encoder.load_state_dict(load_file(data / "codec" / "transform.safetensors"))
    return encoder.eval()


def fit(encoder: SpectralEncoder, clips) -> None:
    """Principal components of log energies; scales are the geometric mean of a component's and the first one's deviation.

    With that the deviations of the latents fall from 1 as the square root of the spectrum of the data: components that
    matter more stand out from the noise of the diffusion earlier.
    """
    energies, images = [], []
    for clip in clips:
        log_energy, image = encoder.features(*encoder.energies(clip[None]))
        energies.append(log_energy[0])
        images.append(image[0])
    x, image = torch.cat(energies).double(), torch.cat(images).double()
    mean = x.mean(0)
    values, vectors = torch.linalg.eigh((x - mean).T @ (x - mean) / len(x))
    deviations = values.flip(0).clamp(min=0).sqrt()
    components = vectors.flip(1).T[:COMPONENTS]
    encoder.mean.copy_(mean)
    encoder.components.copy_(components)
    encoder.offset[COMPONENTS:] = image.mean(0).float()
    encoder.scale[:COMPONENTS] = (deviations[:COMPONENTS] * deviations[0]).sqrt().float()
    encoder.scale[COMPONENTS:] = 2 * image.std(0).float().clamp(min=0.05)
    kept = (deviations[:COMPONENTS].square().sum() / deviations.square().sum()).item()
    rms = ((1 - kept) * deviations.square().sum() / x.shape[1]).sqrt().item()
    print(f"{len(x)} latents; {COMPONENTS} components keep {kept:.4f} of the variance, rms error {4.343 * rms:.2f} dB")
    print("deviations", [round(v, 2) for v in deviations[:COMPONENTS:6].tolist()])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_data_option(parser)
    parser.add_argument("--clips", type=int, default=3000)
    parser.add_argument("--warm-start", type=Path, help="model folder whose transform is taken instead of fitting one")
    options = parser.parse_args()
    folder = options.data / "codec"
    folder.mkdir(parents=True, exist_ok=True)
    if options.warm_start:
        encoder = SpectralEncoder()
        warm_start(encoder, options.warm_start, "audio_decoder")
        save_file(encoder.state_dict(), folder / "transform.safetensors")
        return
    sampler = ClipSampler(Corpus(corpus_folder(options.data), split="gen"), 48 * LATENT_HOP)
    rng = np.random.default_rng(0)
    encoder = SpectralEncoder()
    with torch.no_grad():
        fit(encoder, (torch.from_numpy(sampler.clip(rng)) for _ in trange(options.clips)))
    save_file(encoder.state_dict(), folder / "transform.safetensors")


if __name__ == "__main__":
    main()
