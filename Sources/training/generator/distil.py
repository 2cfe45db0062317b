"""Builds guidance into the transformer: `python -m generator.distil --data D --minutes 60`; resumes from D/generator/guided.pt.

One branch learns what two gave (Meng et al. 2023), told the guidance scale. It is taught where the teacher's guided flow passes, not
between noise and recordings: with guidance the flow leads elsewhere. The teacher is D/generator/model.pt, or `--teacher`, a model folder.
Several processes and GPUs: as generator.train.
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
from export import CONFIG, LARGEST_SCALE, averaged, warm_start
from generator.batch import Batcher
from generator.composer import Composer
from generator.pool import Pool
from generator.train import SHORT, SHORT_LATENTS, context_lengths, cut_short, join_weights, louder, remembered, share_gradients, velocity_loss
from models.diffusion_transformer import DiffusionConfig, DiffusionTransformer
from models.flow_matching import guided
from models.precision import mixed

USUAL, PLAIN = 0.5, 0.15  # of the walks have the default scale, and none (scale 1); the others anything up to the largest
STEPS = (4, 6, 8, 12, 16)  # of a walk
CONDITIONS = ("motion", "visual", "prompt", "text", "text_mask")


class Walks:
    """Clips on their way from noise to latents along the teacher's guided flow, by Euler's method; those that arrive give way to new ones.

    `draw` gives batches (conditions, latents and lengths of their contexts); `size` clips are under way.
    """

    def __init__(self, draw, size: int, generator: torch.Generator):
        self.draw, self.generator = draw, generator
        self.spare: dict = {}
        self.state = self.fresh(size)

    def begun(self) -> dict:
        """A batch at its beginning: noise, a scale and a number of steps for each clip."""
        batch, past, lengths = self.draw()
        size, n = past.shape[:2]
        random = torch.rand(4, size, generator=self.generator, device=past.device)
        deviation = CONFIG["noise_scale"] + (CONFIG["still_noise_scale"] - CONFIG["noise_scale"]) * random[0]
        noise = torch.randn(past.shape, generator=self.generator, device=past.device) * deviation.view(-1, 1, 1)
        scale = torch.exp(random[1] * math.log(LARGEST_SCALE))
        scale = torch.where(random[2] < USUAL, CONFIG["guidance_scale"], torch.where(random[2] > 1 - PLAIN, 1.0, scale))
        steps = torch.tensor(STEPS, device=past.device)[(random[3] * len(STEPS)).long().clamp(max=len(STEPS) - 1)]
        context = torch.arange(n, device=past.device) < lengths[:, None]
        return {**batch, "past": past, "context": context, "weight": join_weights(lengths, n) * ~context, "x": noise, "scale": scale,
                "t": torch.zeros(size, device=past.device), "dt": 1 / steps}

    def fresh(self, count: int) -> dict:
        """`count` clips at their beginning."""
        parts = []
        while count:
            if not self.spare or not len(self.spare["t"]):
                self.spare = self.begun()
            parts.append({k: v[:count] for k, v in self.spare.items()})
            self.spare = {k: v[count:] for k, v in self.spare.items()}
            count -= len(parts[-1]["t"])
        longest = max(p["text"].shape[1] for p in parts)
        return {k: torch.cat([lengthened(p[k], k, longest) for p in parts]) for k in parts[0]}

    @torch.no_grad()
    def step(self, teacher) -> tuple[dict, torch.Tensor, torch.Tensor]:
        """Where the walks are, the guided velocity there and the teacher's without guidance; then they go on."""
        here = self.state
        here = here | {"x": torch.where(here["context"][..., None], here["past"], here["x"])}
        conditions = [here[k] for k in CONDITIONS]
        with mixed(here["x"].device.type):
            plain = teacher(here["x"], here["t"], here["context"], *conditions).float()
            null = teacher(here["x"], here["t"], here["context"], *(torch.zeros_like(c) for c in conditions)).float()
        v = guided(plain, null, here["scale"].view(-1, 1, 1), here["x"], here["t"].view(-1, 1, 1), CONFIG["guidance_rescale"],
                   ~here["context"][..., None])
        t = here["t"] + here["dt"]
        under_way = t < 1 - here["dt"] / 2
        there = {k: x[under_way] for k, x in (here | {"x": here["x"] + here["dt"].view(-1, 1, 1) * v, "t": t}).items()}
        new = self.fresh(int((~under_way).sum())) if not under_way.all() else {k: x[:0] for k, x in there.items()}
        longest = max(there["text"].shape[1], new["text"].shape[1])
        self.state = {k: torch.cat([lengthened(there[k], k, longest), lengthened(new[k], k, longest)]) for k in there}
        return here, v, plain


def lengthened(x: torch.Tensor, name: str, longest: int) -> torch.Tensor:
    """Text [B, L, ...] and its mask, padded to `longest` tokens; anything else as it is."""
    if name not in ("text", "text_mask") or x.shape[1] == longest:
        return x
    return torch.cat([x, x.new_zeros(len(x), longest - x.shape[1], *x.shape[2:])], 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_data_option(parser)
    parser.add_argument("--teacher", type=Path, help="model folder whose transformer is the teacher")
    parser.add_argument("--student", type=Path, help="state to start from in place of the teacher's weights")
    parser.add_argument("--minutes", type=float, default=60, help="of this run, over which the learning rate falls to zero")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--latents", type=int, default=64)
    parser.add_argument("--rate", type=float, default=4e-4)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", type=torch.device, default=torch.device("cpu"))
    parser.add_argument("--composers", type=int, default=0, help="processes that compose clips for a pool; 0: every batch is composed anew")
    parser.add_argument("--room", type=int, default=200_000, help="clips in the pool")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    processes, rank = int(os.environ.get("WORLD_SIZE", 1)), int(os.environ.get("RANK", 0))
    if processes > 1:
        dist.init_process_group("gloo")
    torch.manual_seed(0)
    device = options.device
    encoder, composer = load_encoder(options.data), Composer(options.data, Corpus(corpus_folder(options.data), split="gen").rows, options.latents)
    if options.composers:
        batcher = Pool(composer, encoder, options.batch, options.composers, (options.seed, rank), options.room, device)
    else:
        batcher = Batcher(composer, encoder, options.batch)
    tilt = louder(encoder).to(device)
    teacher, student = DiffusionTransformer(), DiffusionTransformer(DiffusionConfig(guidance=LARGEST_SCALE))
    if options.teacher:
        warm_start(teacher, options.teacher, "diffusion_transformer")
    else:
        teacher.load_state_dict(averaged(options.data / "generator" / "model.pt"))
    student.load_state_dict(teacher.state_dict() | {"guidance_in": student.guidance_in})
    if options.student:
        student.load_state_dict(torch.load(options.student, weights_only=True))
    teacher, student = teacher.to(device).eval(), student.to(device)
    average = torch.optim.swa_utils.AveragedModel(student, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.998))
    optimiser = torch.optim.AdamW(student.parameters(), lr=options.rate, betas=(0.9, 0.99), weight_decay=0.0)
    path, step = options.data / "generator" / "guided.pt", 0
    if path.exists():
        state = torch.load(path, weights_only=True, map_location=device)
        student.load_state_dict(state["model"])
        average.load_state_dict(state["average"])
        optimiser.load_state_dict(state["optimiser"])
        step = state["step"]
    rng = np.random.default_rng((options.seed, step, rank))
    generator = torch.Generator(device).manual_seed((options.seed + step) * processes + rank)
    if device.type == "cuda":
        torch.set_float32_matmul_precision("high")

    def save():
        torch.save({"model": student.state_dict(), "average": average.state_dict(), "optimiser": optimiser.state_dict(),
                    "step": step}, path.with_suffix(".tmp"))
        path.with_suffix(".tmp").rename(path)

    def draw(short: bool):
        with torch.no_grad():
            batch = batcher(rng)
            if short:
                batch, lengths = cut_short(batch, rng)
            else:
                lengths = context_lengths(*batch["latents"].shape[:2], rng)
            return batch, remembered(batch.pop("latents"), tilt, generator), torch.from_numpy(lengths).to(device)

    walks = [Walks(lambda: draw(False), options.batch, generator),
             Walks(lambda: draw(True), options.batch * (options.latents // SHORT_LATENTS), generator)]
    started = saved = time.monotonic()
    bar, smooth, go_on = tqdm(unit="step", mininterval=5, disable=rank > 0), None, True
    while go_on:
        elapsed = min(time.monotonic() - started, options.minutes * 60)
        for group in optimiser.param_groups:
            group["lr"] = options.rate * min(1, (step + 1) / 200) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * elapsed / (options.minutes * 60))))
        here, wanted, plain = walks[rng.random() < SHORT].step(teacher)
        with mixed(device.type):
            v = student(here["x"], here["t"], here["context"], *(here[k] for k in CONDITIONS), here["scale"])
        loss = velocity_loss(v, wanted, here["t"], here["weight"])
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        go_on = elapsed < options.minutes * 60
        if processes > 1:
            go_on = share_gradients(student, go_on)
        torch.nn.utils.clip_grad_norm_(student.parameters(), 1.0)
        optimiser.step()
        average.update_parameters(student)
        step += 1
        now = torch.stack([loss.detach(), velocity_loss(plain, wanted, here["t"], here["weight"])])
        smooth = now if smooth is None else smooth.lerp(now, 0.01)
        bar.update()
        if step % 100 == 0 and rank == 0:
            print(f"\nstep {step} error {smooth[0].item():.4f}; of the teacher without guidance {smooth[1].item():.4f}", flush=True)
        if rank == 0 and time.monotonic() - saved > 180:
            save()
            saved = time.monotonic()
    if rank == 0:
        save()
        print(f"\nstep {step} error {smooth[0].item():.4f}; of the teacher without guidance {smooth[1].item():.4f}")


if __name__ == "__main__":
    main()
