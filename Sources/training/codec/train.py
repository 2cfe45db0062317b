"""Trains the audio decoder: `python -m codec.train --data D --minutes 40`; resumes from D/codec/decoder.pt. The oscillators' part is taken as it is."""

import argparse
import math
import time
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from codec.clips import ClipSampler
from codec.fit import load_encoder
from codec.loss import SCALES, distance, energy_distance, level_error, spectral_features
from corpus.paths import add_data_option, corpus as corpus_folder
from corpus.store import Corpus
from export import warm_start
from models.audio_codec import BINS, FRAMES, LATENT_HOP, AudioDecoder
from models.partials import slots_of

LATENTS = 20  # per clip
MARGIN = 2  # latents at the start that are not scored
LEVEL = 0.15  # weight of the error of band levels beside the energy distance


def decoder_noise(generator, batch: int, latents: int) -> torch.Tensor:
    """Standard normal [B, 4T, 2, BINS, 2]."""
    return torch.randn(batch, FRAMES * latents, 2, BINS, 2, generator=generator)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_data_option(parser)
    parser.add_argument("--minutes", type=float, default=40, help="of this run; the schedule ends with it")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--warm-start", type=Path, help="model folder whose decoder a new training starts from")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    encoder = load_encoder(options.data)
    decoder = AudioDecoder()
    for name in ("mean", "components", "offset", "scale"):
        getattr(decoder, name).copy_(getattr(encoder, name))
    path = options.data / "codec" / "decoder.pt"
    if options.warm_start and not path.exists():
        warm_start(decoder, options.warm_start, "audio_decoder")
    average = torch.optim.swa_utils.AveragedModel(decoder, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.998))
    optimiser = torch.optim.AdamW(decoder.parameters(), lr=options.rate, betas=(0.8, 0.95), weight_decay=0.01)
    step = 0
    if path.exists():
        state = torch.load(path, weights_only=True)
        decoder.load_state_dict(state["decoder"])
        average.load_state_dict(state["average"])
        optimiser.load_state_dict(state["optimiser"])
        step = state["step"]

    sampler = ClipSampler(Corpus(corpus_folder(options.data), split="gen"), LATENTS * LATENT_HOP)
    rng = np.random.default_rng(options.seed + step)
    generator = torch.Generator().manual_seed(options.seed + step)

    def save():
        torch.save({"decoder": decoder.state_dict(), "average": average.state_dict(),
                    "optimiser": optimiser.state_dict(), "step": step}, path.with_suffix(".tmp"))
        path.with_suffix(".tmp").rename(path)

    started = saved = time.monotonic()
    bar, smooth, level = tqdm(unit="step", mininterval=5), None, None
    while (elapsed := time.monotonic() - started) < options.minutes * 60:
        progress = elapsed / (options.minutes * 60)
        for group in optimiser.param_groups:
            group["lr"] = options.rate * min(1, (step + 1) / 200) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * progress)))
        clips = [sampler.clip(rng) for _ in range(options.batch)]
        audio = torch.from_numpy(np.stack(clips))
        with torch.no_grad():
            z = encoder(audio)
            z = z + torch.randn(z.shape, generator=generator) * 0.02 * torch.rand(z.shape[0], 1, 1, generator=generator)
            energy, image = decoder.image(z)
            partials, left = decoder.partials(torch.from_numpy(np.stack([slots_of(clip, LATENT_HOP)[:LATENTS] for clip in clips])), energy, image)
        hidden, amplitude = decoder.backbone(z), decoder.amplitude(left, image)
        # Each step scores one pair of signals at two of the scales: cheap, and the same in expectation.
        view = {"sides": bool(rng.random() < 0.5), "scales": [SCALES[i] for i in rng.choice(len(SCALES), 2, replace=False)]}
        draws, uneven, scored = [], 0.0, audio[..., MARGIN * LATENT_HOP :]
        for _ in range(2):
            noise = decoder_noise(generator, options.batch, LATENTS)
            y = (partials + decoder.synthesise(decoder.spectrum(hidden, amplitude, noise)))[..., MARGIN * LATENT_HOP :]
            draws.append(spectral_features(y, **view))
            uneven = uneven + level_error(scored, y) / 2
        real = spectral_features(scored, **view)
        loss = energy_distance(real, *draws) + LEVEL * uneven
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(decoder.parameters(), 1.0)
        optimiser.step()
        average.update_parameters(decoder)
        step += 1
        with torch.no_grad():
            error = distance(real, draws[0]).item()
        smooth = error if smooth is None else 0.99 * smooth + 0.01 * error
        bar.update()
        level = uneven.item() if level is None else 0.98 * level + 0.02 * uneven.item()
        if step % 20 == 0:
            bar.set_postfix(step=step, score=f"{loss.item():.3f}", distance=f"{smooth:.3f}", level=f"{4.343 * level:.2f} dB")
        if step % 500 == 0:
            print(f"\nstep {step} score {loss.item():.4f} distance {smooth:.4f}", flush=True)
        if time.monotonic() - saved > 180:
            save()
            saved = time.monotonic()
    save()
    print(f"\nstep {step} distance {smooth:.4f}")


if __name__ == "__main__":
    main()
