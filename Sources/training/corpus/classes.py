"""The classes of sound. A class is what an evaluation can tell apart; the caption says the rest."""

# Sounds that go on: their recordings are textures, others are one-shots.
CONTINUOUS = ("engine", "train", "aircraft", "insect", "stream", "bubbles", "rain", "wind", "fire", "crowd", "machine", "pad")
INSTRUMENTS = ("drums", "piano", "guitar", "strings", "flute", "brass", "choir", "accordion", "organ", "mallet", "pad")
EFFECTS = (
    "footsteps", "impact_wood", "impact_metal", "impact_stone", "impact_glass", "impact_soft", "whoosh", "door",
    "explosion", "gunfire", "sword", "engine", "train", "aircraft", "skid", "siren",
    "dog", "bird", "cat", "horse", "farm", "insect", "creature",
    "stream", "splash", "bubbles", "rain", "thunder", "wind", "fire", "crowd", "bell", "machine", "voice", "magic",
)
CLASSES = EFFECTS + INSTRUMENTS


def kind_of(klass: str, path: str, seconds: float) -> str:
    """one-shot, loop, texture, note or music."""
    if klass in INSTRUMENTS:
        return "music" if "phrase" in path or "loop" in path or seconds > 6 else "note"
    if "loop" in path.lower():
        return "loop"
    if klass in CONTINUOUS and seconds > 1.5 or seconds > 8:
        return "texture"
    return "one-shot"
