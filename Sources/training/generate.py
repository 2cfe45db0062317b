"""A soundtrack by the PyTorch networks, for comparing and for evaluating checkpoints before export.

`python generate.py --model FOLDER [--video IN] [--prompt P] [--negative N] [--seed S] [--seconds T] OUT.wav`
"""

import argparse
import json
import subprocess
from functools import lru_cache
from pathlib import Path

import numpy as np
import soundfile
import torch

from export import restore
from models.audio_codec import BINS, FRAMES, LATENT, LATENT_HOP, RATE, AudioDecoder
from models.diffusion_transformer import DiffusionConfig, DiffusionTransformer
from models.flow_matching import continued, step_times
from models.frame_encoder import FrameEncoder
from models.motion_encoder import TOKEN, MotionEncoder
from models.text_encoder import TextEncoder, WordPieceTokenizer

ROOT = 384**0.5
DOUBT = 0.01  # a class hardly likelier than chance says nothing
SETTLING = 117  # latents in which guidance may still shape what goes on; see Told
OVERLAP = 2  # latents of a chunk that the next one generates again; see WindowPlanner
FAINT, WEAK = 0.16, 0.35  # lengths of a class' embedding and of the visual prompt


@lru_cache(maxsize=2)
def load_model(folder: Path) -> dict:
    """All networks of a model folder."""
    config = json.loads((folder / "config.json").read_text())
    networks = {
        "frame_encoder": FrameEncoder(), "motion_encoder": MotionEncoder(), "text_encoder": TextEncoder(),
        "diffusion_transformer": DiffusionTransformer(DiffusionConfig(**config["diffusion_transformer"])),
        "audio_decoder": AudioDecoder(**config["audio_decoder"]),
    }
    for name, network in networks.items():
        network.load_state_dict(restore(folder / f"{name}.safetensors"))
        network.eval()
    stored = restore(folder / "visual_prompts.safetensors")
    networks["table"], networks["eventful"] = stored["table"], (stored["eventful.weight"], stored["eventful.bias"])
    networks["tokenizer"] = WordPieceTokenizer(folder / "vocab.txt")
    networks["config"] = config
    return networks


def read_grid(video: Path, size: str, pixels: str, planes: int) -> np.ndarray:
    """Frames of a video on the latent grid (sample and hold), scaled by ffmpeg."""
    rate = f"{RATE}/{LATENT_HOP}"
    scale = f"fps={rate}:round=near,{size},format={pixels}"
    command = ["ffmpeg", "-v", "error", "-i", str(video), "-vf", scale, "-f", "rawvideo", "-"]
    data = subprocess.run(command, check=True, capture_output=True).stdout
    side = 64 if planes == 1 else 224
    return np.frombuffer(data, np.uint8).reshape(-1, side, side, planes)


def encode_prompt(model: dict, prompt: str):
    """Mean times sqrt(384) [1, 384], states [1, L, 384] and mask; nothing for an empty prompt."""
    if not prompt:
        return torch.zeros(1, 384), torch.zeros(1, 1, 384), torch.zeros(1, 1, dtype=torch.bool)
    states, mean = model["text_encoder"](model["tokenizer"](prompt))
    return mean[None] * ROOT, states[None], torch.ones(1, len(states), dtype=torch.bool)


def visual_prompts(model: dict, video: Path) -> torch.Tensor:
    """Class probabilities of every `semantic_interval`th grid frame [K, 1000]."""
    frames = read_grid(video, "scale=256:256:force_original_aspect_ratio=increase:flags=area,crop=224:224", "rgb24", 3)[:: model["config"]["semantic_interval"]]
    x = (torch.from_numpy(frames.copy()).permute(0, 3, 1, 2).float() - 127) / 128
    return torch.cat([model["frame_encoder"](x[i : i + 8])[1] for i in range(0, len(x), 8)])


@torch.no_grad()
def soundtrack(model, video=None, prompt="", negative="", seed=0, seconds=4.0, steps=None, scale=None) -> np.ndarray:
    """Stereo samples [n, 2]."""
    config = model["config"]
    steps, scale = steps or config["steps"], config["guidance_scale"] if scale is None else scale
    hop, context, interval = config["hop"], config["context"], config["semantic_interval"]
    generator = torch.Generator().manual_seed(seed)
    if video is not None:
        luma = torch.from_numpy(read_grid(video, "scale=64:64:flags=area", "gray", 1)[..., 0].copy()).float() / 255
        seconds = len(luma) * LATENT_HOP / RATE
        motion = model["motion_encoder"](luma[None])
        classes = visual_prompts(model, video)
        # As the engine does over pictures that move: what hardly sounds, or (below) is hardly known, says nothing.
        sounding = model["table"] * (model["table"].norm(dim=1, keepdim=True) >= FAINT)
    count = int(np.ceil(seconds * RATE / LATENT_HOP)) + 2
    total = -(-count // hop) * hop
    if video is not None:
        motion = torch.cat([motion, motion[:, -1:].expand(-1, max(0, total - motion.shape[1]), -1)], 1)[:, :total]
    else:
        motion = torch.zeros(1, total, TOKEN)
    p, states, mask = encode_prompt(model, prompt)
    weight, bias = model["eventful"]
    if prompt and p[0] @ weight / ROOT + bias > 0:  # as the engine does: words that speak of events steer more
        scale = 1 + config.get("event_guidance", 1) * (scale - 1)
    null = None if not negative and 1 < scale <= model["diffusion_transformer"].config.guidance else (torch.zeros(1, 384), *encode_prompt(model, negative))
    latents = torch.zeros(1, 0, LATENT)
    noise = torch.randn(1, total, LATENT, generator=generator)
    times = step_times(steps, config["time_shift"])
    share = ((torch.arange(OVERLAP) + 0.5) / OVERLAP)[:, None]
    for first in range(0, total, hop):
        begin, end = max(0, first - OVERLAP), first + hop
        past, before = latents[:, max(0, begin - context) : begin], latents[:, begin:]
        visual = torch.zeros(1, 384)
        if video is not None:
            window = classes[max(0, end // interval - round(config["visual_seconds"] * RATE / LATENT_HOP / interval)) : end // interval]
            window = window if len(window) else classes[-1:]
            visual = (window.mean(0, keepdim=True) - DOUBT).clamp(min=0) @ sounding
            visual = visual * ROOT * (visual.norm() >= WEAK)
            if prompt:  # what is seen counts as far as it is what the words speak of
                visual = visual * torch.cosine_similarity(visual, p).clamp(min=0)
        settled = video is None and first >= SETTLING
        deviation = config.get("noise_scale" if video is not None else "settled_noise_scale" if settled else "still_noise_scale", 1.0)
        x = continued(model["diffusion_transformer"], past, deviation * noise[:, begin:end], motion[:, begin - past.shape[1] : end],
                      (visual, p, states, mask), null, times, scale, config["guidance_rescale"], steady=settled)
        again, new = x.split([before.shape[1], hop], dim=1)
        latents = torch.cat([latents[:, :begin], before + share[: before.shape[1]] * (again - before), new], 1)
    noise = torch.randn(1, FRAMES * total, 2, BINS, 2, generator=generator)
    return model["audio_decoder"](latents, noise)[0, :, : round(seconds * RATE)].T.numpy()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--model", type=Path, default=Path(__file__).resolve().parents[1] / "V2AEngine/Resources/v2a-small")
    parser.add_argument("--video", type=Path)
    parser.add_argument("--prompt", default="")
    parser.add_argument("--negative", default="")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--guidance-scale", type=float)
    o = parser.parse_args()
    audio = soundtrack(load_model(o.model), o.video, o.prompt, o.negative, o.seed, o.seconds, o.steps, o.guidance_scale)
    soundfile.write(o.out, audio, RATE, subtype="FLOAT")


if __name__ == "__main__":
    main()
