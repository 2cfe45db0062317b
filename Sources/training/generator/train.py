"""Trains the diffusion transformer: `python -m generator.train --data D --minutes 60`; resumes from D/generator/model.pt. Several
processes and GPUs: generator.run.
"""

import argparse
from pathlib import Path

import numpy as np
import torch

from export import warm_start
from generator.run import Run, add_options
from models.audio_codec import BANDS, FRAMES, REGIONS, SpectralEncoder
from models.diffusion_transformer import DiffusionTransformer
from models.flow_matching import interpolate
from models.partials import SLOTS
from models.precision import mixed

UNIFORM = 0.15  # of the flow times are uniform: the logistic normal hardly ever draws one close to the noise, where sampling begins
JOIN = (4.0, 2.0, 1.5)  # weights of the first latents after a context: what they miss it by can be heard
DRIFT = 0.25  # deviation of a context's level from the truth, and of its bands' on top, nepers of energy: what was generated is never quite right
HUMPS = 8  # of a spectrum whose deviations are independent
SHORT = 0.2  # of the batches have short chunks, as a live pipeline asks for them
SHORT_LATENTS = 21  # of a clip in them: a context of 13 .. 18 and a chunk of 3 .. 8 latents
SLOTS_SHARE = 0.5  # of the slots' error beside the envelope's
SLOTS_LEFT = 0.3  # of the flow time, by which the slots' error is divided: 1 / (1 - t)^2 would let them have the end of the flow


def cut_short(batch: dict, rng: np.random.Generator) -> tuple[dict, np.ndarray]:
    """Clips cut into pieces of SHORT_LATENTS, and a context length for each, which leaves a short chunk."""
    pieces = batch["latents"].shape[1] // SHORT_LATENTS
    out = {}
    for name, x in batch.items():
        if name in ("latents", "motion"):
            out[name] = x[:, : pieces * SHORT_LATENTS].reshape(-1, SHORT_LATENTS, x.shape[-1])
        else:
            out[name] = x.repeat_interleave(pieces, 0)
    return out, rng.integers(SHORT_LATENTS - 8, SHORT_LATENTS - 2, len(out["latents"]))


def context_lengths(size: int, n: int, rng: np.random.Generator) -> np.ndarray:
    """A quarter starts from nothing, the others continue 6 .. n - 3 latents."""
    return np.where(rng.random(size) < 0.25, 0, rng.integers(6, n - 2, size))


def told_apart(batch: dict, short: bool, rng: np.random.Generator) -> tuple[dict, np.ndarray]:
    """A batch, perhaps cut short, and how many of each clip's latents are context."""
    return cut_short(batch, rng) if short else (batch, context_lengths(*batch["latents"].shape[:2], rng))


def humps() -> torch.Tensor:
    """[HUMPS, BANDS]: triangles that fade into one another."""
    place = torch.linspace(0, HUMPS - 1, BANDS)
    return (1 - (place - torch.arange(HUMPS)[:, None]).abs()).clamp(min=0)


def louder(encoder: SpectralEncoder) -> torch.Tensor:
    """[1 + HUMPS, LATENT]: by how much latents change where energies grow by a factor e, of all bands and of each hump; partials are left as
    they are."""
    energy, image = torch.cat([torch.ones(1, BANDS), humps()]).repeat(1, FRAMES), torch.zeros(1, 2 * REGIONS)
    change = encoder.project(energy, image.expand(len(energy), -1)) - encoder.project(0 * energy[:1], image)
    return torch.cat([change, torch.zeros(len(change), SLOTS)], 1)


def flow_times(size: int, generator: torch.Generator) -> torch.Tensor:
    """[size] in 0..1: logistic normal (Esser et al. 2024), some uniform."""
    uniform = torch.rand(2, size, generator=generator, device=generator.device)
    return torch.where(uniform[0] < UNIFORM, uniform[1], torch.sigmoid(torch.randn(size, generator=generator, device=generator.device)))


def join_weights(lengths: torch.Tensor, n: int) -> torch.Tensor:
    """[B, n]: JOIN for the latents that follow a context of `lengths` [B], 1 for the others and where there is no context."""
    after = torch.arange(n, device=lengths.device) - lengths[:, None]
    known = torch.tensor((*JOIN, 1.0), device=lengths.device)[after.clamp(0, len(JOIN))]
    return torch.where((after >= 0) & (lengths[:, None] > 0), known, 1.0)


def remembered(data: torch.Tensor, tilt: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Latents as a context has them: what was generated is never quite clean, nor as loud as it should be. Keeps errors from building up: what
    guidance makes of a spectrum in one chunk is what the next one takes for the sound."""
    normal = lambda *shape: torch.randn(shape, generator=generator, device=data.device)
    blur = torch.rand(len(data), 1, 1, generator=generator, device=data.device) * 0.1
    return data + DRIFT * normal(len(data), 1, len(tilt)) @ tilt + blur * normal(*data.shape)


def velocity_loss(v: torch.Tensor, wanted: torch.Tensor, t: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Mean squared error of velocities [B, N, C] at flow times t [B], weighted by `weight` [B, N].

    |v - v1|^2 of the envelope + SLOTS_SHARE |x1' - x1|^2 / max(1 - t, SLOTS_LEFT)^2 of the slots, each a mean over its channels.
    """
    envelope, slots = (v.float() - wanted).square().split([v.shape[-1] - SLOTS, SLOTS], dim=-1)
    late = ((1 - t) / (1 - t).clamp(min=SLOTS_LEFT)).square()[:, None]
    error = envelope.mean(-1) + SLOTS_SHARE * late * slots.mean(-1)
    return (error * weight).sum() / weight.sum()


def flow_loss(model, batch, lengths: torch.Tensor, tilt: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """velocity_loss with join_weights on the new chunk, which follows a context of `lengths` latents, off in level along `tilt`; flow times at random."""
    data = batch["latents"]
    noise = torch.randn(data.shape, generator=generator, device=data.device)
    t = flow_times(len(data), generator)
    context = torch.arange(data.shape[1], device=data.device) < lengths[:, None]
    x = torch.where(context[..., None], remembered(data, tilt, generator), interpolate(noise, data, t))
    with mixed(data.device.type):
        v = model(x, t, context, batch["motion"], batch["visual"], batch["prompt"], batch["text"], batch["text_mask"])
    return velocity_loss(v, data - noise, t, join_weights(lengths, data.shape[1]) * ~context)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_options(parser, batch=32, rate=6e-4)
    parser.add_argument("--final", action="store_true", help="let the learning rate fall to zero over this run")
    parser.add_argument("--warm-start", type=Path, help="model folder whose transformer a new training starts from")
    options = parser.parse_args()
    run, model = Run(options, "model.pt"), DiffusionTransformer()
    if options.warm_start and not run.path.exists():
        warm_start(model, options.warm_start, "diffusion_transformer")
    run.begin(model.to(run.device), betas=(0.9, 0.98), weight_decay=0.01, warm_up=300)
    tilt = louder(run.encoder).to(run.device)
    for _ in run.steps(options.final):
        with torch.no_grad():
            batch, lengths = told_apart(run.batcher(run.rng), run.rng.random() < SHORT, run.rng)
        run.update(flow_loss(model, batch, torch.from_numpy(lengths).to(run.device), tilt, run.generator))


if __name__ == "__main__":
    main()
