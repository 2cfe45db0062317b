"""Do words tell of a sound at all, or only of the look of a film ("cinematic", "at dusk", "4k")?

`python -m annotations.heard --data D` fits a line in the space of sentence embeddings: above it lie the names of corpus/captions.txt and the
descriptions of imagenet_sounds.txt, below it the phrases of looks.txt, both sides counting the same. Writes D/heard.safetensors (weight [384], bias [1])
and prints how many of each a line that did not see them calls sounds (five folds). export.py takes it among the lines of annotations.eventful, as `heard`.
"""

import argparse
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

from annotations.eventful import even, line
from annotations.visual_prompt_table import load_sounds
from corpus.captions import vocabulary
from corpus.paths import add_data_option
from models.text_encoder import load_pretrained

LOOKS = Path(__file__).resolve().parent / "looks.txt"
DECAY, FOLDS = 1e-5, 5
AUDIBLE = 0.5  # what a class of photographs weighs at least whose description counts


def phrases() -> dict[str, list[str]]:
    """Names of sounds, how things sound, and what is only looks; each once."""
    names = {name for _, _, of_kind, _ in vocabulary() for name in of_kind}
    things = {sound for sound, audible in load_sounds() if audible >= AUDIBLE} - names
    looks = {text for text in LOOKS.read_text().splitlines() if text and not text.startswith("#")} - names - things
    return {"names": sorted(names), "things": sorted(things), "looks": sorted(looks)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_data_option(parser)
    options = parser.parse_args()
    torch.manual_seed(0)
    encoder, tokenizer = load_pretrained()
    kinds = phrases()
    with torch.no_grad():
        x = torch.stack([F.normalize(encoder(tokenizer(text))[1], dim=0) for texts in kinds.values() for text in texts])
    kind = torch.cat([torch.full((len(texts),), i) for i, texts in enumerate(kinds.values())])
    y = (kind < len(kinds) - 1).float()
    worth = even(y, torch.ones(len(y)), 1.0)
    fold, called = torch.randint(FOLDS, (len(x),)), torch.zeros(len(x), dtype=torch.bool)
    for held in range(FOLDS):
        shown = fold != held
        weight, bias = line(x[shown], y[shown], worth[shown], DECAY)
        called[~shown] = x[~shown] @ weight + bias > 0
    rates = [f"{name} {called[kind == i].float().mean():.3f} of {len(texts)}" for i, (name, texts) in enumerate(kinds.items())]
    print(f"called sounds: {', '.join(rates)}")
    weight, bias = line(x, y, worth, DECAY)
    save_file({"weight": weight, "bias": bias}, options.data / "heard.safetensors")


if __name__ == "__main__":
    main()
