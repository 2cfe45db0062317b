"""The bridge from pixels to words: the text embedding of how each ImageNet class sounds.

`python -m annotations.visual_prompt_table --data D` writes D/visual_prompts.safetensors: `table` [1000, 384], unit vectors of
the descriptions in imagenet_sounds.txt. What hardly sounds is drawn towards quiet ambience by its `audible` weight. And `people` [1000]: 1
for the classes that somebody is taken for (imagenet_people.txt).
"""

import argparse
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

from corpus.paths import add_data_option
from models.text_encoder import load_pretrained

HERE = Path(__file__).resolve().parent
CLASSES = 1000


def load_sounds(path: Path = HERE / "imagenet_sounds.txt") -> list[tuple[str, float]]:
    """(description, audible 0..1) of each class; every class must be covered."""
    out: list[tuple[str, float] | None] = [None] * CLASSES
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        ids, sound, audible = (part.strip() for part in line.split("|"))
        weight = float(audible)
        if not 0 <= weight <= 1 or not sound:
            raise ValueError(f"{path.name}:{number}: {line}")
        for token in ids.split():
            first, _, last = token.partition("-")
            for i in range(int(first), int(last or first) + 1):
                out[i] = (sound, weight)
    missing = [i for i, entry in enumerate(out) if entry is None]
    if missing:
        raise ValueError(f"{path.name}: no sound for classes {missing}")
    return out


def table(sounds: list[tuple[str, float]]) -> torch.Tensor:
    """[1000, 384]: the description's unit embedding times its audible weight, floored at 0.15."""
    encoder, tokenizer = load_pretrained()
    with torch.no_grad():
        embedded = {s: encoder(tokenizer(s))[1] for s in dict.fromkeys(s for s, _ in sounds)}
    return torch.stack([F.normalize(embedded[s], dim=0) * max(0.15, a) for s, a in sounds])


def people(path: Path = HERE / "imagenet_people.txt") -> torch.Tensor:
    """[1000]: 1 for classes that somebody is taken for, 0 for others."""
    out = torch.zeros(CLASSES)
    out[[int(line.split("|")[0]) for line in path.read_text().splitlines() if not line.startswith("#")]] = 1
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_data_option(parser)
    options = parser.parse_args()
    save_file({"table": table(load_sounds()), "people": people()}, options.data / "visual_prompts.safetensors")


if __name__ == "__main__":
    main()
