"""What training the generator and distilling it share: batches, processes, optimiser, moving average, checkpoints.

Several processes, each with its own batches: `torchrun --nproc-per-node 2 -m generator.train ...`. On a GPU, clips composed by
other processes: `--device cuda --compile --composers 14 --batch 256 --rate 1e-3`.
"""

import math
import os
import time

import numpy as np
import torch
import torch.distributed as dist
from tqdm import tqdm

from codec.fit import load_encoder
from corpus.paths import add_data_option, corpus as corpus_folder
from corpus.store import Corpus
from generator.batch import Batcher
from generator.composer import Composer
from generator.pool import Pool

SAVED = 180  # seconds between checkpoints
SHOWN = 500  # steps between lines of the log


def add_options(parser, batch: int, rate: float):
    add_data_option(parser)
    parser.add_argument("--minutes", type=float, default=60, help="of this run")
    parser.add_argument("--batch", type=int, default=batch)
    parser.add_argument("--latents", type=int, default=64)
    parser.add_argument("--rate", type=float, default=rate)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", type=torch.device, default=torch.device("cpu"))
    parser.add_argument("--compile", action="store_true", help="with torch.compile")
    parser.add_argument("--composers", type=int, default=0, help="processes that compose clips for a pool; 0: every batch is composed anew")
    parser.add_argument("--room", type=int, default=400_000, help="clips in the pool")
    parser.add_argument("--seed", type=int, default=0)


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


class Run:
    """One run of a training: `batcher(rng)` composes, `steps` counts, `update` learns; goes on from `path` where that is there."""

    def __init__(self, options, name: str):
        torch.set_num_threads(options.threads)
        self.processes, self.rank = int(os.environ.get("WORLD_SIZE", 1)), int(os.environ.get("RANK", 0))
        if self.processes > 1:
            dist.init_process_group("gloo")
        torch.manual_seed(0)
        self.options, self.device, self.path = options, options.device, options.data / "generator" / name
        rows = Corpus(corpus_folder(options.data), split="gen").rows
        self.encoder, composer = load_encoder(options.data), Composer(options.data, rows, options.latents)
        if options.composers:
            self.batcher = Pool(composer, self.encoder, options.batch, options.composers, (options.seed, self.rank), options.room, self.device)
        else:
            self.batcher = Batcher(composer, self.encoder, options.batch)
        if self.device.type == "cuda":
            torch.set_float32_matmul_precision("high")

    def begin(self, model, betas: tuple[float, float], weight_decay: float, warm_up: int):
        """With a model on the device, whose learning rate rises over `warm_up` steps."""
        self.model, self.step, self.warm_up = model, 0, warm_up
        self.average = torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.998))
        self.optimiser = torch.optim.AdamW(model.parameters(), lr=self.options.rate, betas=betas, weight_decay=weight_decay)
        if self.options.compile:
            model.compile(dynamic=False)
        if self.path.exists():
            state = torch.load(self.path, weights_only=True, map_location=self.device)
            self.model.load_state_dict(state["model"])
            self.average.load_state_dict(state["average"])
            self.optimiser.load_state_dict(state["optimiser"])
            self.step = state["step"]
        self.rng = np.random.default_rng((self.options.seed, self.step, self.rank))
        self.generator = torch.Generator(self.device).manual_seed((self.options.seed + self.step) * self.processes + self.rank)

    def save(self):
        torch.save({"model": self.model.state_dict(), "average": self.average.state_dict(), "optimiser": self.optimiser.state_dict(),
                    "step": self.step}, self.path.with_suffix(".tmp"))
        self.path.with_suffix(".tmp").rename(self.path)

    def steps(self, final: bool):
        """Yields until the time is over, `update` has to follow each; `final` lets the learning rate fall to a hundredth."""
        started = saved = time.monotonic()
        self.bar, self.smooth, self.go_on, whole = tqdm(unit="step", mininterval=5, disable=self.rank > 0), {}, True, self.options.minutes * 60
        while self.go_on:
            elapsed = min(time.monotonic() - started, whole)
            fall = 0.5 * (1 + math.cos(math.pi * elapsed / whole)) if final else 1.0
            for group in self.optimiser.param_groups:
                group["lr"] = self.options.rate * min(1, (self.step + 1) / self.warm_up) * (0.01 + 0.99 * fall)
            self.go_on = elapsed < whole
            yield
            if self.rank == 0 and time.monotonic() - saved > SAVED:
                self.save()
                saved = time.monotonic()
        if self.rank == 0:
            self.save()
            print(f"\nstep {self.step} {self.shown()}")

    def shown(self) -> str:
        return ", ".join(f"{name} {value.item():.4f}" for name, value in self.smooth.items())

    def update(self, loss: torch.Tensor, **shown: torch.Tensor):
        """One step of the optimiser; the loss and whatever else is to be shown are averaged for the log."""
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        if self.processes > 1:
            self.go_on = share_gradients(self.model, self.go_on)
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimiser.step()
        self.average.update_parameters(self.model)
        self.step += 1
        for name, value in {"loss": loss, **shown}.items():
            value = value.detach()
            self.smooth[name] = self.smooth[name].lerp(value, 0.01) if name in self.smooth else value
        self.bar.update()
        if self.step % 20 == 0:
            self.bar.set_postfix_str(self.shown())
        if self.step % SHOWN == 0 and self.rank == 0:
            print(f"\nstep {self.step} {self.shown()}", flush=True)
