"""Training clips: what the picture does (cached motion tokens of a rendered scene) and what is heard with it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from generator.features import Features
from generator.mixture import Mixture
from models.audio_codec import BANDS, FRAMES, HOP, LATENT_HOP, RATE, REGIONS

ROOT = np.float32(384**0.5)
SUSTAINED = ("loop", "texture", "music")  # kinds that fill a clip; the others are events
TAIL = 2.0  # seconds before the clip whose events may still ring


@dataclass
class Clip:
    """One training example; energies per spectral frame, conditions per clip."""

    total: np.ndarray  # [F, 64]
    difference: np.ndarray  # [F, 6]
    cross: np.ndarray  # [F, 6]
    motion: np.ndarray  # [N, 64]
    prompt: np.ndarray  # [384]
    text: np.ndarray  # [L, 384]
    visual: np.ndarray  # [384]


class Scenes:
    """Rendered scenes: motion tokens [clips, N, 64] and exact events per clip."""

    def __init__(self, data: Path):
        folder = data / "scenes"
        tokens = np.load(folder / "tokens.npy", mmap_mode="r") if (folder / "tokens.npy").exists() else None
        self.tokens = tokens
        self.events = [[] for _ in range(len(tokens))] if tokens is not None else []
        if tokens is None:
            return
        lines = (folder / "events.tsv").read_text().splitlines()
        columns = lines[0].split("\t")
        for line in lines[1:]:
            event = dict(zip(columns, line.split("\t")))
            clip = int(event["clip"])
            if clip < len(self.events):
                self.events[clip].append((float(event["time_s"]), float(event["strength"]), float(event["pan"])))
        self.active = [i for i, e in enumerate(self.events) if e]
        self.quiet = [i for i, e in enumerate(self.events) if not e]


class Composer:
    """Draws clips of `latents` latents. Deterministic given the generator `rng`."""

    def __init__(self, data: Path, rows, latents: int):
        self.latents, self.frames = latents, latents * FRAMES
        self.features, self.scenes = Features(data), Scenes(data)
        self.rows = rows
        scripts = np.load(data / "generator" / "scripts.npz")
        if list(scripts["ids"]) != [row["id"] for row in rows]:
            raise SystemExit("scripts.npz belongs to another corpus: run python -m generator.scripts again")
        self.states, self.means, self.spans = scripts["states"], scripts["means"], scripts["spans"]
        self.script_text, self.script_rows = scripts["text"], scripts["rows"]
        self.siblings = {}
        for i, row in enumerate(rows):
            self.siblings.setdefault((row["klass"], row["package"], row["caption"]), []).append(i)
        self.is_sustained = np.array([r["kind"] in SUSTAINED or self.features.frames(r["id"]) > 300 for r in rows])

    def clip(self, rng: np.random.Generator) -> Clip:
        script = int(rng.integers(len(self.script_rows)))
        main, second = (int(i) for i in self.script_rows[script])
        mix, motion = Mixture(self.frames), np.zeros((self.latents, 64), np.float32)
        eventful = not self.is_sustained[main] or (second >= 0 and not self.is_sustained[second])
        events = None
        if self.scenes.tokens is not None and rng.random() < 0.8:
            pool = self.scenes.active if eventful and rng.random() < 0.93 else self.scenes.quiet
            scene = int(pool[rng.integers(len(pool))])
            first = int(rng.integers(0, self.scenes.tokens.shape[1] - self.latents + 1))
            motion = self.scenes.tokens[scene, first : first + self.latents].astype(np.float32)
            shift = first * LATENT_HOP / RATE
            events = [(t - shift, s, p) for t, s, p in self.scenes.events[scene]]
        self.layer(rng, mix, main, events, 0.0)
        if second >= 0:
            self.layer(rng, mix, second, events if self.is_sustained[main] else None, -6.0)
        text = int(self.script_text[script])
        a, n = self.spans[text]
        return Clip(mix.total, mix.difference, mix.cross, motion, self.means[text] * ROOT,
                    self.states[a : a + n].astype(np.float32), self.visual(rng, text))

    def visual(self, rng, text: int) -> np.ndarray:
        """A visual prompt as a classifier would make it: confidence times the sentence's embedding, plus others' remainder."""
        confidence = rng.uniform(0.15, 1.0)
        other = self.means[rng.integers(len(self.means), size=3)].mean(0)
        noise = rng.standard_normal(384).astype(np.float32) * np.float32(0.01)
        return (confidence * self.means[text] + (1 - confidence) * 0.4 * other + noise) * ROOT

    def layer(self, rng, mix: Mixture, row: int, events, level: float):
        """Adds one sound: sustained ones fill the clip, event sounds follow `events` or, without a picture, chance."""
        if self.is_sustained[row]:
            self.fill(rng, mix, row, level + rng.uniform(-12, -4))
            return
        if events is None:
            events = self.random_events(rng)
        siblings = self.siblings[(self.rows[row]["klass"], self.rows[row]["package"], self.rows[row]["caption"])]
        variants = [row] + [int(i) for i in rng.choice(siblings, size=min(2, len(siblings)))]
        gain = level + rng.uniform(-6, 0)
        for time, strength, position in events:
            if -TAIL < time < self.frames * HOP / RATE:
                chosen = self.rows[variants[int(rng.integers(len(variants)))]]
                onset = int(round((time - chosen["onset_s"]) * RATE / HOP))
                energy, image = self.features.read(chosen["id"], 0, 400)
                amplitude = 10 ** ((gain + rng.uniform(-1.5, 1.5)) / 20) * (0.25 + 0.75 * strength)
                mix.add(energy, image, onset, amplitude, 0.8 * position)

    def random_events(self, rng):
        """(time, strength, pan): a regular or an irregular train, or a single event."""
        length = self.frames * HOP / RATE
        gap = 10 ** rng.uniform(-0.6, 0.4)
        jitter = rng.choice([0.02, 0.5])
        time, out = rng.uniform(-1, 1), []
        position = rng.uniform(-0.5, 0.5)
        while time < length:
            out.append((time, rng.uniform(0.4, 1.0), position))
            time += gap * (1 + jitter * rng.uniform(-1, 1)) + 0.05
        return out

    def fill(self, rng, mix: Mixture, row: int, level: float):
        """A stretch of a sustained sound; short ones repeat with a frame of overlap."""
        info, gain = self.rows[row], 10 ** (level / 20)
        available = self.features.frames(info["id"])
        if available >= self.frames:
            energy, image = self.features.read(info["id"], int(rng.integers(available - self.frames + 1)), self.frames)
            mix.add(energy, image, 0, gain)
            return
        start = -int(rng.integers(available))
        while start < self.frames:
            energy, image = self.features.read(info["id"], 0, available)
            mix.add(energy, image, start, gain)
            if info["kind"] == "music" and rng.random() < 0.3:
                start += int(rng.integers(40))
            start += max(available - 1, 1)
