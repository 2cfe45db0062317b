"""Trains the motion encoder on rendered scenes: `python train_motion.py --data D --minutes 12`; resumes.

Afterwards writes D/scenes/tokens.npy, the tokens that the generator trains with, and prints the onset F1 of the encoder's
own peaks on the held-out family and look.
"""

import argparse
import math
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from tqdm import tqdm, trange

from corpus.paths import default_data_root
from models.audio_codec import LATENT_HOP, RATE
from models.motion_encoder import MotionEncoder
from scenes.film import Film

LATENT_RATE = RATE / LATENT_HOP


def read_events(path: Path, clips: int) -> list[list[tuple[float, float, float]]]:
    """(time, strength, pan) per clip."""
    out = [[] for _ in range(clips)]
    for line in path.read_text().splitlines()[1:]:
        clip, _, t, _, s, p, _ = line.split("\t")
        out[int(clip)].append((float(t), float(s), float(p)))
    return out


def targets(events, n: int) -> dict:
    """onset 0/1, offset -0.5..0.5 latents from the frame's middle, strength, pan, and a mask of 1 where an onset is."""
    y = {k: np.zeros(n, np.float32) for k in ("onset", "offset", "strength", "pan")}
    for t, s, p in events:
        k = int(t * LATENT_RATE)
        if k < n:
            y["onset"][k], y["offset"][k], y["strength"][k], y["pan"][k] = 1, t * LATENT_RATE - k - 0.5, s, p
    return y


def augment(luma: torch.Tensor, rng) -> torch.Tensor:
    """Levels, inversion, vertical and horizontal flips (the caller flips pans), shifts; [B, N, 64, 64] in 0..1."""
    b = luma.shape[0]
    u = lambda a, c: torch.from_numpy(rng.uniform(a, c, (b, 1, 1, 1)).astype(np.float32))
    luma = torch.where(u(0, 1) < 0.25, 1 - luma, luma)
    luma = torch.where(u(0, 1) < 0.2, luma.flip(2), luma)
    gain = u(0.6, 1.4)
    luma = (luma - 0.5) * gain + 0.5 + u(-0.15, 0.15)
    dx, dy = rng.integers(-6, 7, 2)
    luma = torch.roll(luma, (int(dy), int(dx)), (2, 3))
    return luma.clamp(0, 1)


def loss_of(model, luma, y):
    h = {k: v.float() for k, v in model.raw_heads(model.trunk(luma)).items()}
    onset = y["onset"]
    weight = 1 + 7 * onset
    # A neighbour of an onset within 60 % of a latent counts as half an onset: labels are exact, pictures are not.
    near = F.max_pool1d(onset[:, None], 3, 1, 1)[:, 0]
    soft = torch.maximum(onset, 0.25 * near)
    bce = (F.binary_cross_entropy_with_logits(h["onset"], soft, reduction="none") * weight).mean()
    at = onset / onset.sum().clamp(min=1)
    offset = ((torch.tanh(h["offset"]) - y["offset"]).abs() * at).sum()
    strength = ((torch.sigmoid(h["strength"]) - y["strength"]).abs() * at).sum()
    pan = ((torch.tanh(h["pan"]) - y["pan"]).abs() * at).sum()
    energy = F.mse_loss(torch.sigmoid(h["energy"]), y["energy"])
    return bce + 0.2 * offset + 0.2 * strength + 0.5 * pan + energy


def motion_energy(luma: torch.Tensor) -> torch.Tensor:
    """tanh of 20 times the mean absolute frame difference, smoothed over 5 frames [B, N]."""
    d = (luma - torch.cat([luma[:, :1], luma[:, :-1]], 1)).abs().mean((2, 3))
    return torch.tanh(20 * F.avg_pool1d(d[:, None], 5, 1, 2)[:, 0])


def peaks(tokens: np.ndarray, threshold: float = 0.45) -> np.ndarray:
    """Times of local maxima of the onset probability [N, 64], refined by the offset."""
    p = tokens[:, 48] / 2
    k = [i for i in range(len(p)) if p[i] > threshold and p[i] >= p[max(0, i - 2) : i + 3].max()]
    return np.array([(i + 0.5 + tokens[i, 49] / max(p[i], 0.1)) / LATENT_RATE for i in k])


def f1(found, true, tolerance: float) -> tuple[int, int, int]:
    """(hits, found, true) with one-to-one matching in time order."""
    hits, j = 0, 0
    for t in true:
        while j < len(found) and found[j] < t - tolerance:
            j += 1
        if j < len(found) and found[j] <= t + tolerance:
            hits, j = hits + 1, j + 1
    return hits, len(found), len(true)


@torch.no_grad()
def held_out_score(model, clips: int = 30) -> str:
    totals, shifted = np.zeros(3), np.zeros(3)
    for i in range(clips):
        film = Film(np.random.default_rng((2, i)), 8.0, held_out=True)
        tokens = model(torch.from_numpy(film.grid())[None].float() / 255)[0].numpy()
        true = [e[0] for e in film.events]
        totals += f1(peaks(tokens), true, 0.08)
        shifted += f1((peaks(tokens) + 0.5) % 8.0, true, 0.08)
    score = lambda x: 2 * x[0] / max(x[1] + x[2], 1)
    return f"held-out onset F1 at 80 ms {score(totals):.3f}, shifted by 0.5 s {score(shifted):.3f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=default_data_root())
    parser.add_argument("--minutes", type=float, default=12)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    scenes = options.data / "scenes"
    luma = np.load(scenes / "luma.npy", mmap_mode="r")
    clips, n = luma.shape[:2]
    labels = [targets(e, n) for e in read_events(scenes / "events.tsv", clips)]
    model = MotionEncoder()
    model.conv.to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.02)
    path, step = options.data / "motion" / "motion.pt", 0
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        state = torch.load(path, weights_only=True)
        model.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        step = state["step"]
    rng = np.random.default_rng(step)
    save = lambda: torch.save({"model": model.state_dict(), "optimiser": optimiser.state_dict(), "step": step}, path)
    validation, length, batch = max(1, clips // 20), 64, 8
    started, smooth, bar = time.monotonic(), None, tqdm(unit="step", mininterval=5)
    while (elapsed := time.monotonic() - started) < options.minutes * 60:
        for group in optimiser.param_groups:
            group["lr"] = 2e-3 * min(1, (step + 1) / 100) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * elapsed / (options.minutes * 60))))
        chosen, first = rng.integers(validation, clips, batch), rng.integers(0, n - length + 1, batch)
        x = torch.from_numpy(np.stack([luma[c, f : f + length] for c, f in zip(chosen, first)])).float() / 255
        y = {k: torch.from_numpy(np.stack([labels[c][k][f : f + length] for c, f in zip(chosen, first)])) for k in labels[0]}
        if rng.random() < 0.5:
            x, y["pan"] = x.flip(3), -y["pan"]
        x = augment(x, rng)
        y["energy"] = motion_energy(x)
        with torch.autocast("cpu", torch.bfloat16):
            loss = loss_of(model, x, y)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        step += 1
        smooth = loss.item() if smooth is None else 0.98 * smooth + 0.02 * loss.item()
        bar.update()
        if step % 20 == 0:
            bar.set_postfix(loss=f"{smooth:.3f}")
        if step % 500 == 0:
            save()
            print(f"\nstep {step} loss {smooth:.4f} {held_out_score(model.eval(), 10)}", flush=True)
            model.train()
    save()
    model.eval()
    print("\n" + held_out_score(model), flush=True)
    tokens = np.zeros((clips, n, 64), np.float16)
    with torch.no_grad():
        for i in trange(0, clips, 8):
            tokens[i : i + 8] = model(torch.from_numpy(luma[i : i + 8]).float() / 255).half().numpy()
    np.save(scenes / "tokens.tmp.npy", tokens)
    (scenes / "tokens.tmp.npy").rename(scenes / "tokens.npy")


if __name__ == "__main__":
    main()
