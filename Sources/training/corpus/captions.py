"""Written captions: what is heard and what one would see, a different paraphrase each time.

``captions_for(row, rng)`` takes a row of the index and a NumPy random generator and returns one caption. About half of
them are bare ("dog barking"), because that is what people type; some describe only the picture, which ties what is
seen to what is heard.
"""

from functools import cache

import numpy as np

from . import paths
from .classes import CLASSES, INSTRUMENTS
from .paths import SAMPLE_RATE

# How often each form is drawn. {caption}: the recording's own phrase. {name}: a bare name. {scene}: what one sees.
FORMS = (
    (6, "{caption}"), (6, "{name}"), (2, "{caption}, {how}"), (1, "the sound of {caption}"), (1, "the sound of {name}"),
    (2, "{name}, {how}"), (1, "sound effect: {name}"), (1, "we hear {caption}"), (1, "you can hear {name}"),
    (2, "{scene}"), (1, "a video of {scene}"), (2, "{scene}: {caption}"), (1, "{name}, seen: {scene}"),
    (1, "{caption} as {scene} is shown"),
)
MUSIC_FORMS = (
    (6, "{caption}"), (6, "{name}"), (2, "{caption}, {how}"), (1, "music: {caption}"), (1, "the sound of {name}"),
    (2, "{name}, {how}"), (1, "instrumental music, {name}"), (1, "we hear {caption}"), (1, "solo: {caption}"),
    (2, "{scene}"), (1, "a video of {scene}"), (2, "{scene}: {caption}"), (1, "{name}, seen: {scene}"),
)
HOW = {
    "one-shot": ("once", "a single time", "one short sound", "close up", "brief"),
    "long one-shot": ("close up", "clearly audible", "in the foreground", "in detail"),
    "loop": ("continuous", "steady", "going on and on", "in the background"),
    "texture": ("continuous", "steady", "in the background", "ambience", "going on and on", "outdoors"),
    "note": ("one note", "a single note", "once", "close up"),
    "music": ("music", "solo", "a short phrase", "played with feeling", "recorded close up"),
}
# Packages whose recordings are audibly poor; saying so lets a negative prompt steer away from them.
POOR_QUALITY = {"freedm"}
POOR = ("low quality", "lo-fi", "muffled", "8-bit game sound")


@cache
def vocabulary() -> list[tuple[str, str, tuple[str, ...], tuple[str, ...]]]:
    """(class, word or "", names, scenes), in the order of captions.txt."""
    entries = []
    for line in (paths.HERE / "captions.txt").read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        key, names, scenes = line.split(" | ")
        klass, _, word = key.partition(":")
        if klass not in CLASSES:
            raise ValueError(f"captions.txt: {key}")
        entries.append((klass, word, tuple(names.split(" ; ")), tuple(scenes.split(" ; "))))
    return entries


@cache
def entry_for(klass: str, caption: str) -> tuple[str, str, tuple[str, ...], tuple[str, ...]]:
    """The first of the vocabulary that fits."""
    for entry in vocabulary():
        if entry[0] == klass and entry[1] in caption:
            return entry
    raise ValueError(f"captions.txt has no line for {klass}")


def captions_for(row: dict, rng: np.random.Generator) -> str:
    forms = MUSIC_FORMS if row["klass"] in INSTRUMENTS else FORMS
    weights = np.array([weight for weight, _ in forms], float)
    form = forms[rng.choice(len(forms), p=weights / weights.sum())][1]
    kind = row["kind"]
    if kind == "one-shot" and row["n_samples"] > SAMPLE_RATE:
        kind = "long one-shot"  # it may hold several steps, barks or knocks
    _, _, names, scenes = entry_for(row["klass"], row["caption"])
    text = form.format(caption=row["caption"], name=_pick(names, rng), scene=_pick(scenes, rng),
                       how=_pick(HOW[kind], rng))
    if row["package"] in POOR_QUALITY and rng.random() < 0.5:
        text += ", " + _pick(POOR, rng)
    return text


def _pick(options: tuple[str, ...], rng: np.random.Generator) -> str:
    return options[rng.integers(len(options))]
