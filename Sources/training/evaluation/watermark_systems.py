"""The two watermarks that are compared, behind one face: `mark(sound, payload)` and `find(sounds)` -> [score, payload or None] of each."""

from . import watermark_peer
from .watermark_attacks import RATE


class This:
    """This repository's."""

    name = "this"

    def __init__(self, tool):
        self.mark, self.find = tool.mark, tool.find

    def pieces(self, x, seconds):
        """A look at each piece of so many seconds."""
        return self.find([x], seconds)


class Peer:
    """resemble-perth, which bears no payload."""

    name = "resemble-perth"
    rule = 0.5  # score from which it says itself that a mark is present

    def __init__(self):
        self.model, reason = watermark_peer.load()
        if self.model is None:
            raise SystemExit(f"resemble-perth cannot run: {reason}")

    def mark(self, x, payload):
        return watermark_peer.mark(self.model, x)

    def find(self, sounds):
        return [(watermark_peer.score(self.model, x), None) for x in sounds]

    def pieces(self, x, seconds):
        size = seconds * RATE
        return self.find([x[start : start + size] for start in range(0, len(x) - size + 1, size)])
