"""Training clips: what the picture does (cached motion tokens of a rendered scene) and what is heard with it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from generator.features import Features
from generator.loudness import loudness
from generator.mixture import Mixture
from generator.sentences import ROOT, Sentences
from generator.single import LONG, Single, dies_away
from generator.tokens import simulated
from models.audio_codec import FRAMES, HOP, LATENT_HOP, RATE
from models.motion_encoder import TOKEN
from scenes.build import read_events
from scenes.lateness import later
from scenes.moments import amplitude

TEXTURES = ("loop", "texture")
SUSTAINED = (*TEXTURES, "music")  # kinds that fill a clip; the others are events
TAIL = 2.0  # seconds before the clip whose events may still ring
SMOOTH = 47  # spectral frames, 0.5 s, over which the level of a sustained sound is averaged
HUSH = ("wind", "aircraft", "machine", "fire", "rain", "stream")  # classes whose sound, far below its level, is the tone of a quiet room
EVENED = 0.8  # of the way from a texture's loudness to USUAL: recordings have equal peaks, and what has none was hardly heard
USUAL = -17.0  # dB, loudness of a texture before clips set their levels
BOOST = -6.0, 10.0  # dB, least and most that its level is changed by
FADED = 6.0  # dB below its median level, where a sustained sound has not begun or has faded
LEVELS = {1: (0.0,), 2: (0.0, -6.0), 3: (-1.0, -4.0, -4.0)}  # dB of a clip's sounds in the order of its sentence, by their number
NOTHING, BLOWS, OTHERS = range(3)  # the events of a clip in which all goes on, in which all are impacts, and any others


def is_long(row: dict, features: Features) -> bool:
    """Whether a recording is of a kind that goes on, or as long."""
    return row["kind"] in SUSTAINED or features.frames(row["id"]) > LONG


def is_sustained(row: dict, features: Features) -> bool:
    """Whether a recording fills a clip; otherwise it follows events."""
    return is_long(row, features) and not dies_away(row, features)


def steady(energy: np.ndarray) -> tuple[int, int]:
    """(first, frames), both even: the part of a recording [F, 64] between its fading in and its fading out.

    Clips are chained without end: with the ends of recordings in them, a generator learns that whatever goes on dies away.
    """
    power = energy.sum(1)
    if len(power) <= 2 * SMOOTH:
        return 0, len(power) // 2 * 2
    sums = np.cumsum(np.concatenate([[0.0], power]))
    level = 10 * np.log10((sums[SMOOTH:] - sums[:-SMOOTH]) / SMOOTH + 1e-9)
    loud = np.flatnonzero(level > np.median(level) - FADED)
    first, end = int(loud[0]), int(loud[-1]) + SMOOTH
    return first // 2 * 2, (end - first // 2 * 2) // 2 * 2


@dataclass
class Clip:
    """One training example; energies per spectral frame, conditions per clip."""

    total: np.ndarray  # [F, 64]
    difference: np.ndarray  # [F, 6]
    cross: np.ndarray  # [F, 6]
    slots: np.ndarray  # [N, SLOTS]
    motion: np.ndarray  # [N, 5]
    sentence: int  # number of its text, see Sentences
    visual: np.ndarray  # [384]
    events: int  # what they are: NOTHING, BLOWS or OTHERS


class Scenes:
    """Rendered scenes: exact events per clip, and motion tokens [clips, N, 5] once the motion encoder has been trained, after which
    events of slow video are heard late."""

    def __init__(self, data: Path):
        folder = data / "scenes"
        tokens = folder / "tokens.npy"
        self.tokens, self.late = (np.load(tokens, mmap_mode="r"), np.load(folder / "late.npy")) if tokens.exists() else (None, None)
        clips, self.latents = (np.load(folder / "luma.npy", mmap_mode="r") if self.tokens is None else self.tokens).shape[:2]
        self.events = read_events(folder / "events.tsv", clips)
        self.active = [i for i, e in enumerate(self.events) if e]
        self.quiet = [i for i, e in enumerate(self.events) if not e]

    def draw(self, rng, eventful: bool, latents: int):
        """(motion tokens [latents, 5], events) of a stretch of a scene."""
        pool = self.active if eventful else self.quiet
        scene = int(pool[rng.integers(len(pool))])
        first = int(rng.integers(0, self.latents - latents + 1))
        shift = first * LATENT_HOP / RATE
        events = later(self.events[scene], -shift)
        if self.tokens is not None and rng.random() < 0.6:
            return self.tokens[scene, first : first + latents].astype(np.float32), later(events, float(self.late[scene]))
        return simulated(rng, events, latents), events


class Composer:
    """Draws clips of `latents` latents. Deterministic given the generator `rng`."""

    def __init__(self, data: Path, rows, latents: int):
        self.latents, self.frames = latents, latents * FRAMES
        self.features, self.scenes = Features(data), Scenes(data)
        self.rows = rows
        scripts = np.load(data / "generator" / "scripts.npz")
        if list(scripts["ids"]) != [row["id"] for row in rows]:
            raise SystemExit("scripts.npz belongs to another corpus: run python -m generator.scripts again")
        self.sentences = Sentences(scripts)
        self.script_text, self.script_rows = scripts["text"], scripts["rows"]
        self.is_sustained = np.array([is_sustained(r, self.features) for r in rows])
        self.single = {r["id"]: self.single_event(r) for r, go_on in zip(rows, self.is_sustained) if not go_on}
        self.siblings = {}
        for i in np.flatnonzero(~self.is_sustained):
            self.siblings.setdefault((rows[i]["klass"], rows[i]["package"], rows[i]["caption"]), []).append(int(i))
        self.steady = {r["id"]: self.steady_part(r) for r, go_on in zip(rows, self.is_sustained) if go_on}
        self.boost = {r["id"]: self.evened(r) for r in rows if r["id"] in self.steady and r["kind"] in TEXTURES}
        self.hush = [i for i, r in enumerate(rows) if self.is_sustained[i] and r["klass"] in HUSH]

    def clip(self, rng: np.random.Generator) -> Clip:
        script = int(rng.integers(len(self.script_rows)))
        chosen = [int(row) for row in self.script_rows[script] if row >= 0]
        text = int(self.script_text[script])
        if not chosen:
            return self.quiet_clip(rng, text)
        mix, motion, events = Mixture(self.frames), np.zeros((self.latents, TOKEN), np.float32), None
        kind = self.kind_of_events(chosen)
        if rng.random() < 0.85:
            motion, events = self.scenes.draw(rng, kind != NOTHING and rng.random() < 0.95, self.latents)
        # The first of what does not go on follows the picture.
        follower = next((row for row in chosen if not self.is_sustained[row]), None)
        for row, level in zip(chosen, LEVELS[len(chosen)]):
            self.layer(rng, mix, row, events if row == follower else None, level)
        confidence = rng.uniform(0.15, 1.0)
        return self.told(mix, motion, text, self.visual(rng, text, confidence, 0.4 * (1 - confidence)), kind)

    def quiet_clip(self, rng, text: int) -> Clip:
        """The tone of a quiet room, or nothing, mostly where nothing happens; a thing that hardly sounds says little of its sound."""
        mix, motion = Mixture(self.frames), np.zeros((self.latents, TOKEN), np.float32)
        if rng.random() < 0.85:
            motion, _ = self.scenes.draw(rng, False, self.latents)
        if rng.random() < 0.85:
            self.fill(rng, mix, int(rng.choice(self.hush)), rng.uniform(-48, -34))
        return self.told(mix, motion, text, self.visual(rng, text, 10 ** rng.uniform(-1.3, -0.3), rng.uniform(0, 0.15)))

    def told(self, mix: Mixture, motion: np.ndarray, text: int, visual: np.ndarray, events: int = NOTHING) -> Clip:
        """What is mixed, with the sentence `text`."""
        return Clip(mix.total, mix.difference, mix.cross, mix.slots(), motion, text, visual, events)

    def kind_of_events(self, rows) -> int:
        """What the events of these recordings are."""
        events = [self.rows[row]["klass"] for row in rows if not self.is_sustained[row]]
        if not events:
            return NOTHING
        return BLOWS if all(klass.startswith("impact") for klass in events) else OTHERS

    def steady_part(self, row) -> tuple[int, int]:
        """(first frame, frames) of a sustained recording that clips are taken from."""
        return steady(self.features.read(row["id"], 0, self.features.frames(row["id"])).energy)

    def evened(self, row) -> float:
        """dB that a texture's level is changed by."""
        first, frames = self.steady[row["id"]]
        return float(np.clip(EVENED * (USUAL - loudness(self.features.read(row["id"], first, frames).energy)), *BOOST))

    def single_event(self, row) -> Single:
        """One event of a recording that does not go on."""
        return Single.of(row, self.features.read(row["id"], 0, LONG + 1).energy)

    def visual(self, rng, text: int, confidence: float, others: float) -> np.ndarray:
        """A visual prompt as a classifier would make it: confidence times the sentence's embedding, plus a remainder of others'."""
        means = self.sentences.means
        other = means[rng.integers(len(means), size=3)].mean(0)
        noise = rng.standard_normal(384).astype(np.float32) * np.float32(0.01)
        return (confidence * means[text] + others * other + noise) * ROOT

    def layer(self, rng, mix: Mixture, row: int, events, level: float):
        """Adds one sound: sustained ones fill the clip, event sounds follow `events` or, without a picture, chance."""
        if self.is_sustained[row]:
            self.fill(rng, mix, row, level + rng.uniform(-12, -4))
            return
        if events is None:
            events = self.random_events(rng, self.single[self.rows[row]["id"]].lasts * HOP / RATE)
        siblings = self.siblings[(self.rows[row]["klass"], self.rows[row]["package"], self.rows[row]["caption"])]
        variants = [row, *rng.choice(siblings, size=min(2, len(siblings)))]
        gain = level + rng.uniform(-6, 0)
        for time, strength, position in events:
            if -TAIL < time < self.frames * HOP / RATE:
                chosen = self.rows[variants[int(rng.integers(len(variants)))]]
                onset = int(round((time - chosen["onset_s"]) * RATE / HOP))
                gain_of_frame = self.single[chosen["id"]].gain
                sound = self.features.read(chosen["id"], 0, len(gain_of_frame)).louder(gain_of_frame)
                mix.add(sound, onset, 10 ** ((gain + rng.uniform(-1.5, 1.5)) / 20) * amplitude(strength), 0.8 * position)

    def random_events(self, rng, lasts: float):
        """(time, strength, pan): a regular or an irregular train, or a single event; what `lasts` long comes hardly before it is over."""
        length = self.frames * HOP / RATE
        gap = max(10 ** rng.uniform(-0.6, 0.4), 0.7 * lasts)
        jitter = rng.choice([0.02, 0.5])
        time, out = rng.uniform(-1, 1), []
        position = rng.uniform(-0.5, 0.5)
        while time < length:
            out.append((time, rng.uniform(0.4, 1.0), position))
            time += gap * (1 + jitter * rng.uniform(-1, 1)) + 0.05
        return out

    def fill(self, rng, mix: Mixture, row: int, level: float):
        """A sustained sound's steady part from anywhere in it, again and again with a frame of overlap: no later part of a clip
        is quieter than an earlier one on average."""
        info = self.rows[row]
        gain = 10 ** ((level + self.boost.get(info["id"], 0.0)) / 20)
        begin, available = self.steady[info["id"]]
        start = -int(rng.integers(available))
        while start < self.frames:
            skipped = max(0, -start) // 2 * 2
            count = min(available, self.frames - start + 1) - skipped
            mix.add(self.features.read(info["id"], begin + skipped, count), start + skipped, gain)
            if info["kind"] == "music" and rng.random() < 0.3:
                start += int(rng.integers(40))
            start += max(available - 1, 1)
