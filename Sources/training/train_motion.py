"""Trains the motion encoder on rendered scenes, as they are and spoilt: `python train_motion.py --data D --minutes 30`; resumes.

Afterwards writes D/scenes/tokens.npy, the tokens that the generator trains with (of every third scene those of its spoilt pictures), and
late.npy, by how many seconds their sounds follow the events. Prints the onset F1 of the encoder's own peaks on unseen clips of the
training families, at the threshold that is best there, and on the held-out families and look at all thresholds (the generator learns its own
from the tokens). `--minutes 0` trains nothing.
"""

import argparse
import copy
import math
import time
from multiprocessing import Pool
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from tqdm import tqdm

from corpus.paths import add_data_option
from evaluation.onsets import counts
from export import warm_start
from models.audio_codec import LATENT_RATE
from models.motion_encoder import SCALES, STATISTICS, MotionEncoder
from models.precision import mixed
from scenes.build import read_events
from scenes.film import Film
from scenes.lateness import HEARD, TOLD, lateness, later
from scenes.versions import VERSIONS, reduced, statistics_of

DROPPED = 0.15  # of the features of a frame, and of the cells of its statistics, are withheld in training
AS_IT_IS = 0.5  # of the clips of a batch
THRESHOLDS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
# Channels of the statistics that a mirrored picture negates, and those that follow contrast.
X_VELOCITY = [STATISTICS * s + 2 for s in range(len(SCALES))]
Y_VELOCITY = [STATISTICS * s + 3 for s in range(len(SCALES))]
ENERGIES = [STATISTICS * s + i for s in range(len(SCALES)) for i in (0, 1)]


def targets(events, n: int, is_slow: bool) -> dict:
    """onset 0/1, offset -0.5..0.5 latents from the frame's middle, strength and pan at onsets; near 0/1, an onset or beside one of video
    that is not slow."""
    y = {k: np.zeros(n, np.float32) for k in ("onset", "offset", "strength", "pan", "near")}
    for t, s, p in events:
        k = int(t * LATENT_RATE)
        if k < n:
            y["onset"][k], y["offset"][k], y["strength"][k], y["pan"][k] = 1, t * LATENT_RATE - k - 0.5, s, p
            y["near"][k if is_slow else max(0, k - 1) : k + 1 if is_slow else k + 2] = 1
    return y


def augment(x: torch.Tensor, pan: torch.Tensor, rng) -> tuple[torch.Tensor, torch.Tensor]:
    """Statistics [B, N, 15, 8, 8] and pans [B, N] of clips mirrored both ways, of other contrast, with a little noise and
    some cells withheld."""
    x = x.clone()
    across, down = (torch.from_numpy(rng.random(len(x)) < 0.5) for _ in range(2))
    x[across] = x[across].flip(4)
    x[across] = x[across] * signs(X_VELOCITY)
    pan = torch.where(across[:, None], -pan, pan)
    x[down] = x[down].flip(3)
    x[down] = x[down] * signs(Y_VELOCITY)
    x[:, :, ENERGIES] += torch.from_numpy(rng.normal(0, 0.2, (len(x), 1, 1, 1, 1)).astype(np.float32))
    seen = torch.rand(len(x), 1, 1, *x.shape[3:]) >= DROPPED * rng.random()
    return x * seen + 0.05 * torch.randn(x.shape), pan


def signs(negated: list[int]) -> torch.Tensor:
    out = torch.ones(STATISTICS * len(SCALES), 1, 1)
    out[negated] = -1
    return out


def loss_of(model, x, y):
    h = {k: v.float() for k, v in model.raw_heads(model.trunk(x, DROPPED)).items()}
    onset = y["onset"]
    # A neighbour of an onset counts as a quarter of one: labels are exact, pictures are not.
    soft = torch.maximum(onset, 0.25 * y["near"])
    bce = (F.binary_cross_entropy_with_logits(h["onset"], soft, reduction="none") * (1 + onset)).mean()
    at = onset / onset.sum().clamp(min=1)
    offset = ((torch.tanh(h["offset"]) - y["offset"]).abs() * at).sum()
    strength = ((torch.sigmoid(h["strength"]) - y["strength"]).abs() * at).sum()
    pan = ((torch.tanh(h["pan"]) - y["pan"]).abs() * at).sum()
    energy = F.mse_loss(torch.sigmoid(h["energy"]), motion_energy(x))
    return bce + 0.1 * offset + 0.1 * strength + 0.2 * pan + 0.5 * energy


def motion_energy(x: torch.Tensor) -> torch.Tensor:
    """[B, N] in 0..1: sigmoid of the mean log energy of change, smoothed over 5 frames."""
    e = x[:, :, 0].mean((2, 3))
    return torch.sigmoid(2 * F.avg_pool1d(e[:, None], 5, 1, 2, count_include_pad=False)[:, 0])


def peaks(tokens: np.ndarray, threshold: float) -> np.ndarray:
    """Times of local maxima of the onset probability in tokens [N, 5], refined by the offset."""
    p = tokens[:, 0] / 2
    k = [i for i in range(len(p)) if p[i] > threshold and p[i] >= p[max(0, i - 2) : i + 3].max()]
    return np.array([(i + 0.5 + tokens[i, 1] / max(p[i], 0.1)) / LATENT_RATE for i in k])


def pooled_f1(clips, threshold: float, shift: float = 0.0) -> float:
    """F1 at 80 ms over (tokens [N, 5], event times) pairs."""
    found = [np.sort((peaks(tokens, threshold) + shift) % (len(tokens) / LATENT_RATE)) for tokens, _ in clips]
    hits, many, true = sum(counts(f, np.array(t), 0.08) for f, (_, t) in zip(found, clips))
    return 2 * hits / max(many + true, 1)


@torch.no_grad()
def best_threshold(clips) -> tuple[float, float]:
    """(F1, threshold)."""
    return max((pooled_f1(clips, threshold), threshold) for threshold in THRESHOLDS)


def told(model, statistics: np.ndarray, changed: np.ndarray) -> np.ndarray:
    """Tokens [N, 5] of one clip."""
    return model.told(torch.from_numpy(statistics.astype(np.float32))[None], changed[None])[0].numpy()


@torch.no_grad()
def held_out_scores(model, count: int = 30) -> str:
    """Onset F1 at 80 ms on the held-out family and look by threshold, and the best one's with times shifted by 0.5 s."""
    films = [Film(np.random.default_rng((2, i)), 8.0, held_out=True) for i in range(count)]
    clips = [(model(torch.from_numpy(f.grid())[None].float() / 255)[0].numpy(), [e[0] for e in f.events]) for f in films]
    scores = [(pooled_f1(clips, threshold), threshold) for threshold in THRESHOLDS]
    by_threshold = ", ".join(f"{threshold}: {value:.3f}" for value, threshold in scores)
    return f"{by_threshold}; best shifted by 0.5 s {pooled_f1(clips, max(scores)[1], 0.5):.3f}"


@torch.no_grad()
def finish(scenes: Path, model, jobs: int, known: tuple[np.ndarray, np.ndarray] | None = None):
    """Prints what the encoder sees in held-out clips, and writes the generator's tokens: of every third scene those of a
    spoilt version. Where what `reduced` gives is not known, what is needed of it is computed."""
    print(f"held-out families and look, by threshold: {held_out_scores(model)}", flush=True)
    luma = np.load(scenes / "luma.npy", mmap_mode="r")
    version_of = lambda i: 1 + i // 3 % (VERSIONS - 1) if i % 3 == 2 else 0
    with Pool(jobs) as pool:
        if known is None:
            made = pool.imap(statistics_of, ((frames, version_of(i), i) for i, frames in enumerate(luma)), 8)
        else:
            made = ([part[version_of(i), i] for part in known] for i in range(len(luma)))
        made = tqdm(made, desc="tokens", total=len(luma), mininterval=5)
        tokens, late = zip(*((told(model, *one).astype(np.float16), lateness(one[1], HEARD)) for one in made))
    np.save(scenes / "late.npy", np.array(late, np.float32))
    np.save(scenes / "tokens.tmp.npy", np.stack(tokens))
    (scenes / "tokens.tmp.npy").rename(scenes / "tokens.npy")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_data_option(parser)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2, help="processes that reduce scenes to statistics")
    parser.add_argument("--warm-start", type=Path, help="model folder whose motion encoder a new training starts from")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    scenes = options.data / "scenes"
    model = MotionEncoder()
    path, step = options.data / "motion" / "motion.pt", 0
    path.parent.mkdir(parents=True, exist_ok=True)
    if options.warm_start and not path.exists():
        warm_start(model, options.warm_start, "motion_encoder")
    average = torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.998))
    optimiser = torch.optim.AdamW(model.parameters(), lr=options.rate, weight_decay=0.05)
    if path.exists():
        state = torch.load(path, weights_only=True)
        model.load_state_dict(state["model"])
        average.load_state_dict(state["average"])
        optimiser.load_state_dict(state["optimiser"])
        step = state["step"]
    if options.minutes == 0:
        finish(scenes, average.module, options.jobs)
        return
    statistics, changed = reduced(scenes, options.jobs)
    clips, n = statistics.shape[1:3]
    events = read_events(scenes / "events.tsv", clips)
    labels = [[targets(later(e, late := lateness(c, TOLD)), n, late > 0) for e, c in zip(events, version)] for version in changed]
    rng = np.random.default_rng(step)
    validation, length = max(1, clips // 20), 96

    def save():
        torch.save({"model": model.state_dict(), "average": average.state_dict(), "optimiser": optimiser.state_dict(), "step": step},
                   path.with_suffix(".tmp"))
        path.with_suffix(".tmp").rename(path)

    @torch.no_grad()
    def validate(version: int) -> tuple[float, float]:
        tokens = (told(average.module, statistics[version, i], changed[version, i]) for i in range(min(validation, 100)))
        return best_threshold([(t, [e[0] for e in events[i]]) for i, t in enumerate(tokens)])

    def validated() -> tuple[float, str]:
        clean, bad = validate(0), validate(1)
        text = f"unseen clips of the training families: F1 {clean[0]:.3f} at threshold {clean[1]}, spoilt {bad[0]:.3f} at {bad[1]}"
        return (clean[0] + bad[0]) / 2, text

    best = 0.0, "", None  # mean F1 on unseen clips as they are and spoilt, in words, of which weights
    started, smooth, bar = time.monotonic(), None, tqdm(unit="step", mininterval=5)
    while (elapsed := time.monotonic() - started) < options.minutes * 60:
        for group in optimiser.param_groups:
            group["lr"] = options.rate * min(1, (step + 1) / 200) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * elapsed / (options.minutes * 60))))
        chosen, first = rng.integers(validation, clips, options.batch), rng.integers(0, n - length + 1, options.batch)
        version = np.where(rng.random(options.batch) < AS_IT_IS, 0, rng.integers(1, VERSIONS, options.batch))
        x = torch.from_numpy(np.stack([statistics[v, c, f : f + length] for v, c, f in zip(version, chosen, first)])).float()
        y = {k: torch.from_numpy(np.stack([labels[v][c][k][f : f + length] for v, c, f in zip(version, chosen, first)])) for k in labels[0][0]}
        x, y["pan"] = augment(x, y["pan"], rng)
        with mixed():
            loss = loss_of(model, x, y)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        average.update_parameters(model)
        step += 1
        smooth = loss.item() if smooth is None else 0.98 * smooth + 0.02 * loss.item()
        bar.update()
        if step % 20 == 0:
            bar.set_postfix(loss=f"{smooth:.3f}")
        if step % 500 == 0:
            save()
            value, text = validated()
            if value > best[0]:
                best = value, text, copy.deepcopy(average.module.state_dict())
            print(f"\nstep {step} loss {smooth:.4f}, {text}", flush=True)
    # Scenes are learned by heart in the end: the weights that did best on unseen ones are the result.
    value, text = validated()
    if best[0] > value:
        value, text, weights = best
        average.module.load_state_dict(weights)
    save()
    print(f"\n{text}", flush=True)
    finish(scenes, average.module, options.jobs, (statistics, changed))


if __name__ == "__main__":
    main()
