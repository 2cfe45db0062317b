"""Builds guidance into the transformer: `python -m generator.distil --data D --minutes 60`; resumes from D/generator/guided.pt.

One branch learns what two gave (Meng et al. 2023), told the guidance scale. It is taught where the teacher's guided flow passes, not
between noise and recordings: with guidance the flow leads elsewhere. The teacher is D/generator/model.pt, or `--teacher`, a model folder.
The log has the student's error beside that of the teacher without guidance. Several processes and GPUs: generator.run.
"""

import argparse
import math
from pathlib import Path

import torch

from export import CONFIG, LARGEST_SCALE, averaged, warm_start
from generator.run import Run, add_options
from generator.train import SHORT, SHORT_LATENTS, join_weights, louder, remembered, told_apart, velocity_loss
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
        self.state = joined(self.fresh(size))

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

    def fresh(self, count: int) -> list[dict]:
        """`count` clips at their beginning, in parts."""
        parts = []
        while count:
            if not self.spare or not len(self.spare["t"]):
                self.spare = self.begun()
            parts.append({k: v[:count] for k, v in self.spare.items()})
            self.spare = {k: v[count:] for k, v in self.spare.items()}
            count -= len(parts[-1]["t"])
        return parts

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
        self.state = joined([there, *self.fresh(int((~under_way).sum()))])
        return here, v, plain


def joined(parts: list[dict]) -> dict:
    """Batches one after another, their text [B, L, ...] and its mask padded to the longest."""
    longest = max(p["text"].shape[1] for p in parts)
    fill = lambda x: torch.cat([x, x.new_zeros(len(x), longest - x.shape[1], *x.shape[2:])], 1)
    return {k: torch.cat([fill(p[k]) if k in ("text", "text_mask") else p[k] for p in parts]) for k in parts[0]}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_options(parser, batch=16, rate=1e-4)
    parser.add_argument("--teacher", type=Path, help="model folder whose transformer is the teacher")
    options = parser.parse_args()
    run, teacher, student = Run(options, "guided.pt"), DiffusionTransformer(), DiffusionTransformer(DiffusionConfig(guidance=LARGEST_SCALE))
    if options.teacher:
        warm_start(teacher, options.teacher, "diffusion_transformer")
    else:
        teacher.load_state_dict(averaged(options.data / "generator" / "model.pt"))
    student.load_state_dict(teacher.state_dict() | {"guidance_in": student.guidance_in})
    teacher = teacher.to(run.device).eval()
    run.begin(student.to(run.device), betas=(0.9, 0.99), weight_decay=0.0, warm_up=200)
    tilt = louder(run.encoder).to(run.device)

    def draw(short: bool):
        with torch.no_grad():
            batch, lengths = told_apart(run.batcher(run.rng), short, run.rng)
            return batch, remembered(batch.pop("latents"), tilt, run.generator), torch.from_numpy(lengths).to(run.device)

    walks = [Walks(lambda: draw(False), options.batch, run.generator),
             Walks(lambda: draw(True), options.batch * (options.latents // SHORT_LATENTS), run.generator)]
    for _ in run.steps(final=True):
        here, wanted, plain = walks[run.rng.random() < SHORT].step(teacher)
        with mixed(run.device.type):
            v = student(here["x"], here["t"], here["context"], *(here[k] for k in CONDITIONS), here["scale"])
        error = lambda v: velocity_loss(v, wanted, here["t"], here["weight"])
        run.update(error(v), without_guidance=error(plain))


if __name__ == "__main__":
    main()
