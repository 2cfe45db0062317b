"""Does the generator follow its motion tokens? `python -m evaluation.obedience --data D [--guidance 3]`

Events of the held-out scenes as ideal tokens, no picture and no prompt, through the training checkpoint's moving average and the
exported decoder, in PyTorch: onset F1 of what is heard, apart from what the motion encoder sees.
"""

import argparse

import numpy as np
import torch

from corpus.paths import add_data_option
from evaluation.onsets import f1, onset_times
from evaluation.roundtrip import MODEL
from evaluation.synchrony import SECONDS, held_out
from export import CONFIG, averaged, restore
from generator.tokens import simulated
from models.audio_codec import BINS, FRAMES, LATENT, LATENT_HOP, RATE, AudioDecoder
from models.diffusion_transformer import DiffusionTransformer
from models.flow_matching import continued, step_times



@torch.no_grad()
def generate(network, motion: torch.Tensor, scale: float, steps: int, generator, hop: int, context: int) -> torch.Tensor:
    """Latents [B, N, 152] for motion tokens [B, N, 5], chunk by chunk as the engine does."""
    batch, total, _ = motion.shape
    times = step_times(steps, CONFIG["time_shift"])
    latents = torch.zeros(batch, 0, LATENT)
    none = torch.zeros(batch, 384)
    nothing = (none, none, torch.zeros(batch, 1, 384), torch.zeros(batch, 1, dtype=torch.bool))
    for first in range(0, total, hop):
        past = latents[:, max(0, first - context) :]
        n = min(hop, total - first)
        x = CONFIG["noise_scale"] * torch.randn(batch, n, LATENT, generator=generator)
        x = continued(network, past, x, motion[:, first - past.shape[1] : first + n], nothing, nothing, times, scale, CONFIG["guidance_rescale"])
        latents = torch.cat([latents, x], 1)
    return latents


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_data_option(parser)
    parser.add_argument("--guidance", type=float, nargs="*", default=[1.0, 3.0])
    parser.add_argument("--clips", type=int, default=10)
    parser.add_argument("--steps", type=int, default=16)
    parser.add_argument("--hop", type=int, default=CONFIG["hop"], help="latents per chunk")
    parser.add_argument("--context", type=int, default=CONFIG["context"], help="latents that a chunk continues")
    options = parser.parse_args()
    torch.set_num_threads(1)
    network, decoder = DiffusionTransformer(), AudioDecoder()
    network.load_state_dict(averaged(options.data / "generator" / "model.pt"))
    decoder.load_state_dict(restore(MODEL / "audio_decoder.safetensors"))
    films = [held_out(i) for i in range(options.clips)]
    n, rng = int(SECONDS * RATE / LATENT_HOP), np.random.default_rng(0)
    tokens = np.stack([simulated(rng, [(t, s, p) for t, _, s, p, _ in film.events], n) for film in films])
    true = [np.array([e[0] for e in film.events]) for film in films]
    for scale in options.guidance:
        generator = torch.Generator().manual_seed(0)
        with torch.no_grad():
            latents = generate(network.eval(), torch.from_numpy(tokens), scale, options.steps, generator, options.hop, options.context)
            noise = torch.randn(len(latents), FRAMES * n, 2, BINS, 2, generator=generator)
            sound = decoder.eval()(latents, noise).numpy()
        found = [onset_times(s.T) for s in sound]
        print(f"guidance {scale}: F1 at 80 ms {f1(zip(found, true), 0.08):.3f}, shifted by 0.5 s "
              f"{f1([(np.sort((f + 0.5) % SECONDS), t) for f, t in zip(found, true)], 0.08):.3f}, "
              f"{sum(map(len, found))} onsets for {sum(map(len, true))} events", flush=True)
        np.save(options.data / f"obedience-{scale}.npy", sound)


if __name__ == "__main__":
    main()
