"""Parity fixtures: inputs and PyTorch's outputs on the exported weights, for Tests/ModelsTests.

`python make_fixtures.py [--model FOLDER] [--out FOLDER]`. Large inputs come from `wave`, which the Swift tests compute too.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from export import LARGEST_SCALE, half, restore_sparse
from generate import encode_prompt, load_model
from models.audio_codec import BINS, FRAMES, LATENT
from models.diffusion_transformer import DiffusionConfig, DiffusionTransformer
from models.flow_matching import continued, step_times
from models.motion_encoder import TOKEN
from models.person_detector import SIDE, PersonDetector

ROOT = Path(__file__).resolve().parents[2]
PROMPTS = [
    "", "a", "dog barking", "Dog Barking!", "  two   spaces\tand a tab\n", "rain, thunder & wind; far-away bells (soft)",
    "Café Ångström naïve façade", "Übermütig ÜBER straße", "ÀÉÎÕÜ ñ ç ø æ", "不要 rain 雨の音", "한국어 소리", "Привет мир", "γειά σου",
    "emoji 🔥🌧️ fire", "x" * 101, "supercalifragilisticexpialidocious", "e\u0301te\u0301", "zero\u200bwidth", "null\u0000char",
    "a\u00a0b\u2003c", "“quotes” — and … dashes–", "1,234.56 $100 #tag @name", "don't stop, it's 5 o'clock", "¿Qué? ¡Sí!",
    "\ufffd replacement", "İstanbul ISPARTA ı", "ﬁre ﬂame ligatures", "word " * 80, "[CLS] [SEP] [UNK] [MASK]", "##ing",
    "العربية صوت", "हिन्दी ध्वनि", "ไทย เสียง", "\u0301\u0301 lone accents", "A" * 100 + " tail", "tab\tnewline\r\nend",
    "Cinematic, thriller, horror film, music, tension, ambience, footsteps on concrete",
]


def wave(count: int, step: float, scale: float = 1.0) -> torch.Tensor:
    """scale * sin(step * i + 0.1), i = 0 .. count - 1, computed in double."""
    return torch.from_numpy(scale * np.sin(step * np.arange(count, dtype=np.float64) + 0.1)).float()


def shaken(count: int) -> torch.Tensor:
    """[1, count, 64, 64] luma: something bright crosses waves before a shaking camera."""
    k, y, x = np.meshgrid(np.arange(count), np.arange(64.0), np.arange(64.0), indexing="ij")
    x, y = x + 2 * np.sin(1.7 * k), y + 1.5 * np.cos(2.3 * k)
    waves = 0.4 + 0.15 * np.sin(0.31 * x + 0.17 * y) + 0.15 * np.sin(0.11 * x - 0.43 * y)
    return torch.from_numpy(waves + 0.3 * np.exp(-((x - 10 - 1.1 * k) ** 2 + (y - 30) ** 2) / 40)).float()[None]


def with_built_in_guidance() -> DiffusionTransformer:
    """A small transformer with random weights, as F16 keeps them."""
    torch.manual_seed(0)
    network = DiffusionTransformer(DiffusionConfig(width=32, depth=2, heads=2, mlp=2, guidance=LARGEST_SCALE)).eval()
    for p in network.parameters():
        p += torch.randn_like(p) * (0.1 if p.dim() > 1 else 0.5)
        p.copy_(p.half() if p.dim() > 1 else p)
    return network


@torch.no_grad()
def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=ROOT / "Sources/V2AEngine/Resources/v2a-small")
    parser.add_argument("--out", type=Path, default=ROOT / "Tests/ModelsTests/Fixtures")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    model = load_model(options.model)
    write = lambda name, tensors: save_file({k: v.contiguous().float() for k, v in tensors.items()}, options.out / f"{name}.safetensors")

    features, probabilities = model["frame_encoder"](wave(3 * 224 * 224, 0.37).view(1, 3, 224, 224))
    write("frame_encoder", {"features": features[0], "probabilities": probabilities[0]})

    detector = PersonDetector().eval()
    shapes = {k: v.shape for k, v in detector.state_dict().items()}
    detector.load_state_dict(restore_sparse(options.model / "person_detector.safetensors", shapes))
    i = torch.arange(3 * SIDE * SIDE)
    pixels = (i * 7 + i // (3 * SIDE) * 13) % 256
    scores, places = detector((pixels / 127.5 - 1).view(1, SIDE, SIDE, 3).permute(0, 3, 1, 2))
    write("person_detector", {"scores": scores[0], "places": places[0]})

    luma = 0.5 + 0.5 * wave(40 * 64 * 64, 0.0137).view(1, 40, 64, 64)
    film = shaken(40)
    write("motion_encoder", {"tokens": model["motion_encoder"](luma)[0], "shaken": model["motion_encoder"](film)[0],
                             "slow": model["motion_encoder"](film[:, torch.arange(40) // 3 * 3])[0]})

    states, mean = model["text_encoder"](model["tokenizer"](PROMPTS[5]))
    write("text_encoder", {"states": states, "mean": mean})
    rows = ["\t".join(["".join(f"{b:02x}" for b in p.encode()), ",".join(map(str, model["tokenizer"](p)))]) for p in PROMPTS]
    (options.out / "tokenizer.tsv").write_text("\n".join(rows) + "\n")

    n, past = 24, 10
    x = wave(n * LATENT, 0.61).view(1, n, LATENT)
    motion = wave(n * TOKEN, 0.29, 0.5).view(1, n, TOKEN)
    visual = wave(384, 0.53).view(1, 384)
    prompt, text, mask = encode_prompt(model, PROMPTS[5])
    null = encode_prompt(model, "engine")
    flags = (torch.arange(n) < past)[None]
    network = model["diffusion_transformer"]
    tensors = {}
    for t in (0.0, 0.35):
        tensors[f"velocity_{int(t * 100)}"] = network(x, torch.tensor([t]), flags, motion, visual, prompt, text, mask)[0, past:]
    alone = network(x[:, past:], torch.tensor([0.35]), flags[:, past:], motion[:, past:] * 0, visual * 0, torch.zeros(1, 384),
                    torch.zeros(1, 1, 384), torch.zeros(1, 1, dtype=torch.bool))
    tensors["velocity_alone"] = alone[0]
    sampled = lambda network, null, steady=False: continued(network, x[:, :past], x[:, past:], motion, (visual, prompt, text, mask), null,
                                                            step_times(4, 1.5), 2.5, 0.8, steady)[0]
    tensors["sampled"] = sampled(network, (visual * 0, *null))
    tensors["sampled_steady"] = sampled(network, (visual * 0, *null), steady=True)
    small = with_built_in_guidance()
    save_file(half(small.state_dict()), options.out / "guided_transformer.safetensors")
    tensors["sampled_built_in"] = sampled(small, None)
    write("diffusion_transformer", tensors)

    count = 20
    latents = wave(count * LATENT, 0.173, 0.8).view(1, count, LATENT)
    noise = wave(count * FRAMES * 2 * BINS * 2, 0.7, 1.4).view(1, count * FRAMES, 2, BINS, 2)
    write("audio_decoder", {"samples": model["audio_decoder"](latents, noise)[0][:, ::8]})
    size = sum(p.stat().st_size for p in options.out.glob("*"))
    print(f"{size / 1e6:.2f} MB of fixtures in {options.out}")


if __name__ == "__main__":
    main()
