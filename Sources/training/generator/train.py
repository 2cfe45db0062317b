"""Trains the diffusion transformer: `python -m generator.train --data D --minutes 60`; resumes from D/generator/model.pt.

Several processes, each with its own batches: `torchrun --nproc-per-node 2 -m generator.train ...`. On a GPU, clips composed by
other processes: `--device cuda --composers 15 --batch 256 --rate 1e-3`.
"""

import argparse
import math
import os
import time
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
from tqdm import tqdm

from codec.fit import load_encoder
from corpus.paths import add_data_option, corpus as corpus_folder
from corpus.store import Corpus
from export import warm_start
from generator.batch import Batcher
from generator.composer import Composer
from generator.pool import Pool
from models.audio_codec import BANDS, FRAMES, REGIONS, SpectralEncoder
from models.diffusion_transformer import DiffusionTransformer
from models.flow_matching import interpolate
from models.partials import SLOTS
from models.precision import mixed

UNIFORM = 0.15  # of the flow times are uniform: the logistic normal hardly ever draws one close to the noise, where sampling begins
JOIN = (4.0, 2.0, 1.5)  # weights of the first latents after a context: what they miss it by can be heard
DRIFT = 0.2  # deviation of a context's level from the truth, nepers of energy: what was generated is never quite as loud as it should
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


def louder(encoder: SpectralEncoder) -> torch.Tensor:
    """By how much latents [LATENT] change where energies grow by a factor e; partials are left as they are."""
    energy, image = torch.ones(1, FRAMES * BANDS), torch.zeros(1, 2 * REGIONS)
    change = encoder.project(energy, image) - encoder.project(0 * energy, image)
    return torch.cat([change[0], torch.zeros(SLOTS)])


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
    """Latents as a context has them: what was generated is never quite clean, nor as loud as it should be. Keeps errors from building up."""
    normal = lambda *shape: torch.randn(shape, generator=generator, device=data.device)
    blur = torch.rand(len(data), 1, 1, generator=generator, device=data.device) * 0.1
    return data + normal(len(data), 1, 1) * DRIFT * tilt + blur * normal(*data.shape)


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


def share_gradients(model, go_on: bool) -> bool:
    """Averages gradients over the processes; true while the first process goes on."""
    flat = torch.cat([p.grad.flatten() for p in model.parameters()] + [torch.tensor([float(go_on)])])
    dist.all_reduce(flat)
    flat /= dist.get_world_size()
    first = 0
    for p in model.parameters():
        p.grad.copy_(flat[first : first + p.numel()].view_as(p))
        first += p.numel()
    return flat[-1].item() == 1


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_data_option(parser)
    parser.add_argument("--minutes", type=float, default=60, help="of this run")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--latents", type=int, default=64)
    parser.add_argument("--rate", type=float, default=6e-4)
    parser.add_argument("--final", action="store_true", help="let the learning rate fall to zero over this run")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", type=torch.device, default=torch.device("cpu"))
    parser.add_argument("--composers", type=int, default=0, help="processes that compose clips for a pool; 0: every batch is composed anew")
    parser.add_argument("--room", type=int, default=400_000, help="clips in the pool")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--warm-start", type=Path, help="model folder whose transformer a new training starts from")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    processes, rank = int(os.environ.get("WORLD_SIZE", 1)), int(os.environ.get("RANK", 0))
    if processes > 1:
        dist.init_process_group("gloo")
    torch.manual_seed(0)
    rows = Corpus(corpus_folder(options.data), split="gen").rows
    encoder, composer = load_encoder(options.data), Composer(options.data, rows, options.latents)
    if options.composers:
        batcher = Pool(composer, encoder, options.batch, options.composers, (options.seed, rank), options.room, options.device)
    else:
        batcher = Batcher(composer, encoder, options.batch)
    model = DiffusionTransformer()
    path, step = options.data / "generator" / "model.pt", 0
    if options.warm_start and not path.exists():
        warm_start(model, options.warm_start, "diffusion_transformer")
    model.to(options.device)
    average = torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.998))
    optimiser = torch.optim.AdamW(model.parameters(), lr=options.rate, betas=(0.9, 0.98), weight_decay=0.01)
    if path.exists():
        state = torch.load(path, weights_only=True, map_location=options.device)
        model.load_state_dict(state["model"])
        average.load_state_dict(state["average"])
        optimiser.load_state_dict(state["optimiser"])
        step = state["step"]
    tilt = louder(encoder).to(options.device)
    rng = np.random.default_rng((options.seed, step, rank))
    generator = torch.Generator(options.device).manual_seed((options.seed + step) * processes + rank)
    if options.device.type == "cuda":
        torch.set_float32_matmul_precision("high")

    def save():
        torch.save({"model": model.state_dict(), "average": average.state_dict(), "optimiser": optimiser.state_dict(),
                    "step": step}, path.with_suffix(".tmp"))
        path.with_suffix(".tmp").rename(path)

    started = saved = time.monotonic()
    bar, smooth, go_on = tqdm(unit="step", mininterval=5, disable=rank > 0), None, True
    while go_on:
        elapsed = min(time.monotonic() - started, options.minutes * 60)
        fall = 0.5 * (1 + math.cos(math.pi * elapsed / (options.minutes * 60))) if options.final else 1.0
        for group in optimiser.param_groups:
            group["lr"] = options.rate * min(1, (step + 1) / 300) * (0.01 + 0.99 * fall)
        with torch.no_grad():
            batch = batcher(rng)
            if rng.random() < SHORT:
                batch, lengths = cut_short(batch, rng)
            else:
                lengths = context_lengths(*batch["latents"].shape[:2], rng)
        loss = flow_loss(model, batch, torch.from_numpy(lengths).to(options.device), tilt, generator)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        go_on = elapsed < options.minutes * 60
        if processes > 1:
            go_on = share_gradients(model, go_on)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        average.update_parameters(model)
        step += 1
        loss = loss.detach()
        smooth = loss if smooth is None else smooth.lerp(loss, 0.01)
        bar.update()
        if step % 20 == 0:
            bar.set_postfix(step=step, loss=f"{smooth:.4f}")
        if step % 500 == 0 and rank == 0:
            print(f"\nstep {step} loss {smooth:.4f}", flush=True)
        if rank == 0 and time.monotonic() - saved > 180:
            save()
            saved = time.monotonic()
    if rank == 0:
        save()
        print(f"\nstep {step} loss {smooth:.4f}")


if __name__ == "__main__":
    main()
