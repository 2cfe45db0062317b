"""Writes the model folder that the engine loads: `python export.py --data D --out FOLDER`.

Storage: matrices F16 (text encoder: int8 with one scale per row; person detector: what is not zero, and a bit for each weight), vectors F32.
Names are PyTorch's.
"""

import argparse
import json
import shutil
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from corpus.paths import add_data_option
from models import frame_encoder, person_detector, text_encoder
from models.audio_codec import AudioDecoder
from models.diffusion_transformer import DiffusionConfig, DiffusionTransformer
from models.motion_encoder import MotionEncoder

# torchvision's (BSD-3-Clause), the ImageNet-1k categories in order: a line a class.
CLASS_NAMES = Path(__file__).resolve().parent / "annotations" / "imagenet_names.txt"

CONFIG = {
    "name": "v2a-small",
    "format": 1,
    "hop": 24,
    "context": 40,
    "steps": 8,
    "guidance_scale": 5.0,
    "guidance_rescale": 0.8,
    "event_guidance": 1.5,
    "few_step_guidance": 3.0,
    "time_shift": 1.0,
    "noise_scale": 1.0,
    "still_noise_scale": 1.1,
    "settled_noise_scale": 1.05,
    "ceiling": [-3.1, -7.7, -13.1, -18.3, -21.0, -25.2, -32.1, -37.5],  # evaluation.ceiling
    "ambience": "a gentle wind",
    "walking": "footsteps on concrete",
    "visual_seconds": 4.0,
    "motion_look_ahead": 4,
    "semantic_interval": 12,
    "diffusion_transformer": DiffusionConfig().__dict__,
    "audio_decoder": {"width": 256, "depth": 6, "inner": 768},
}

LARGEST_SCALE = 8.0  # of guidance, where it is built in


def half(state: dict) -> dict:
    """Matrices and larger as F16, the rest F32."""
    return {k: (v.half() if v.dim() >= 2 else v.float()).contiguous() for k, v in state.items()}


def int8(state: dict) -> dict:
    """Matrices as int8 with F32 `<name>.scale` per row: value = int8 * scale[row]; the rest F32."""
    out = {}
    for k, v in state.items():
        if v.dim() == 2:
            scale = v.abs().amax(1).clamp(min=1e-12) / 127
            out[k], out[f"{k}.scale"] = (v / scale[:, None]).round().to(torch.int8), scale.float()
        else:
            out[k] = v.float().contiguous()
    return out


def sparse(state: dict) -> dict:
    """As `half`, but of tensors that are zero for the most part F16 values [n] of the others in order, and `<name>.mask` [bytes] int8: a bit for
    each, the lowest first, that is 1 where it is not zero."""
    out = half(state)
    for k, v in list(out.items()):
        if v.dim() >= 2 and (v == 0).float().mean() > 0.5:
            there = v.flatten() != 0
            out[k], out[f"{k}.mask"] = v.flatten()[there], torch.from_numpy(np.packbits(there.numpy(), bitorder="little").view(np.int8))
    return out


def restore(path: Path) -> dict:
    """A file's tensors as F32, int8 ones multiplied by their scales: what the engine computes with."""
    stored = load_file(path)
    scaled = {k for k, v in stored.items() if v.dtype == torch.int8}
    return {
        k: v.float() * stored[f"{k}.scale"][:, None] if k in scaled else v.float()
        for k, v in stored.items() if k.removesuffix(".scale") not in scaled or k in scaled
    }


def restore_sparse(path: Path, shapes: dict) -> dict:
    """The tensors of a file of `sparse` as F32, with shapes by name."""
    stored, out = load_file(path), {}
    for k, shape in shapes.items():
        out[k] = stored[k].float()
        if f"{k}.mask" in stored:
            full = torch.zeros(shape.numel())
            bits = np.unpackbits(stored[f"{k}.mask"].numpy().view(np.uint8), count=shape.numel(), bitorder="little")
            full[torch.from_numpy(bits).bool()] = out[k]
            out[k] = full.view(shape)
    return out


def warm_start(model: torch.nn.Module, folder: Path, stem: str):
    """Loads what an exported network has of a model's parameters, by name; what is new or has grown keeps its start values there."""
    stored, own = restore(folder / f"{stem}.safetensors"), model.state_dict()
    fitting = {k: v for k, v in stored.items() if k in own and own[k].dim() == v.dim() and all(n <= m for n, m in zip(v.shape, own[k].shape))}
    with torch.no_grad():
        for k, v in fitting.items():
            own[k][tuple(slice(n) for n in v.shape)] = v
    print(f"{stem}: {len(fitting)} of {len(own)} tensors from {folder}", flush=True)


def averaged(checkpoint: Path) -> dict:
    """The moving average's weights of a training checkpoint."""
    state = torch.load(checkpoint, weights_only=True, map_location="cpu")["average"]
    return {k.removeprefix("module."): v for k, v in state.items() if k != "n_averaged"}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_data_option(parser)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", nargs="*", help="file stems to write; default all")
    parser.add_argument("--people", type=Path, help="the wheel of mediapipe 0.10.9 (models.person_detector); the person detector is left as it is without")
    parser.add_argument("--guided", action="store_true", help="the transformer that guidance is built into (generator.distil)")
    parser.add_argument("--soup", action="store_true", help="the mean of the trained transformer's weights and those in --out, "
                        "which its training began with (Wortsman et al. 2022)")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    sizes = CONFIG["diffusion_transformer"] | ({"guidance": LARGEST_SCALE} if options.guided else {})
    wanted = lambda stem: options.only is None or stem in options.only

    def write(stem: str, state: dict, kind=half):
        target = options.out / f"{stem}.safetensors"
        save_file(kind(state), target.with_suffix(".tmp"))
        target.with_suffix(".tmp").rename(target)
        print(f"{target.name} {target.stat().st_size / 1e6:.2f} MB")

    if wanted("frame_encoder"):
        write("frame_encoder", frame_encoder.load_pretrained().state_dict())
    if wanted("person_detector") and options.people:
        write("person_detector", person_detector.load_pretrained(options.people).state_dict(), sparse)
    if wanted("text_encoder"):
        write("text_encoder", text_encoder.load_pretrained()[0].state_dict(), int8)
        shutil.copy(text_encoder.model_folder() / "vocab.txt", options.out / "vocab.txt")
    if wanted("class_names"):
        shutil.copy(CLASS_NAMES, options.out / "class_names.txt")
    if wanted("visual_prompts"):
        eventful = {f"eventful.{k}": v for k, v in load_file(options.data / "eventful.safetensors").items()}
        eventful |= {f"eventful.heard.{k}": v for k, v in load_file(options.data / "heard.safetensors").items()}
        write("visual_prompts", load_file(options.data / "visual_prompts.safetensors") | eventful)
    if wanted("known_phrases"):
        shutil.copy(options.data / "known_phrases.txt", options.out / "known_phrases.txt")
        write("known_phrases", load_file(options.data / "known_phrases.safetensors"))
    if wanted("motion_encoder"):
        model = MotionEncoder()
        model.load_state_dict(averaged(options.data / "motion" / "motion.pt"))
        write("motion_encoder", model.state_dict())
    if wanted("diffusion_transformer"):
        model = DiffusionTransformer(DiffusionConfig(**sizes))
        model.load_state_dict(averaged(options.data / "generator" / ("guided.pt" if options.guided else "model.pt")))
        trained = model.state_dict()
        before = restore(options.out / "diffusion_transformer.safetensors") if options.soup else trained
        write("diffusion_transformer", {k: (v + before[k]) / 2 for k, v in trained.items()})
    if wanted("audio_decoder"):
        model = AudioDecoder()
        model.load_state_dict(averaged(options.data / "codec" / "decoder.pt"))
        write("audio_decoder", model.state_dict())
    if wanted("config"):
        (options.out / "config.json").write_text(json.dumps(CONFIG | {"diffusion_transformer": sizes}, indent=2) + "\n")


if __name__ == "__main__":
    main()
