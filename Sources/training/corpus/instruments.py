"""Instruments: single notes, chords, short melodies and drum beats, played by SoundFonts.

    python -m corpus.instruments [--data DIR] [--split gen] [--count 36]

Each split plays a different set of recorded instruments, so that an instrument in one split is never the same recording
as in another: ``gen`` Fluid R3 (MIT) and AVL Drumkits (CC-BY-SA), ``judge`` TimGM6mb (GPL), ``real`` Freepats (GPL).
Needs fluidsynth and timidity.
"""

import argparse
import csv
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from tqdm import tqdm

from . import midi, paths
from .midi import Note



@dataclass(frozen=True)
class Source:
    split: str
    package: str
    licence: str
    file: str
    drums_only: bool = False  # a kit on an ordinary channel instead of a General MIDI set


SOURCES = (
    Source("gen", "fluid-soundfont-gm", "MIT", "FluidR3_GM.sf2"),
    Source("gen", "avldrums.lv2-soundfont", "CC-BY-SA-3.0", "Black_Pearl_4_LV2.sf2", drums_only=True),
    Source("gen", "avldrums.lv2-soundfont", "CC-BY-SA-3.0", "Red_Zeppelin_4_LV2.sf2", drums_only=True),
    Source("judge", "timgm6mb-soundfont", "GPL-2", "TimGM6mb.sf2"),
    Source("real", "freepats", "GPL-2+", "freepats.cfg"),
)
SPLITS = ("gen", "judge", "real")
FIELDS = ("split", "klass", "caption", "package", "path", "licence", "kind")


@dataclass(frozen=True)
class Instrument:
    program: int
    klass: str
    name: str
    low: int
    high: int
    style: str  # keys, bowed, plucked, blown, struck: how it is played


INSTRUMENTS = [Instrument(*row) for row in (
    (0, "piano", "grand piano", 36, 88, "keys"), (1, "piano", "bright piano", 40, 88, "keys"),
    (3, "piano", "honky-tonk piano", 45, 84, "keys"), (4, "piano", "electric piano", 40, 84, "keys"),
    (6, "piano", "harpsichord", 45, 80, "keys"),
    (8, "mallet", "celesta", 60, 96, "struck"), (9, "mallet", "glockenspiel", 72, 100, "struck"),
    (10, "mallet", "music box", 60, 92, "struck"), (11, "mallet", "vibraphone", 53, 84, "struck"),
    (12, "mallet", "marimba", 48, 84, "struck"), (13, "mallet", "xylophone", 65, 96, "struck"),
    (14, "bell", "tubular bells", 55, 77, "struck"), (108, "mallet", "kalimba", 55, 79, "struck"),
    (114, "mallet", "steel drum", 52, 80, "struck"), (112, "bell", "small bell", 72, 96, "struck"),
    (16, "organ", "electric organ", 40, 84, "keys"), (18, "organ", "rock organ", 40, 84, "keys"),
    (19, "organ", "church organ", 36, 84, "keys"),
    (21, "accordion", "accordion", 50, 84, "keys"), (22, "accordion", "harmonica", 60, 84, "blown"),
    (24, "guitar", "nylon-string guitar", 40, 76, "plucked"), (25, "guitar", "acoustic guitar", 40, 76, "plucked"),
    (26, "guitar", "jazz guitar", 40, 76, "plucked"), (27, "guitar", "electric guitar", 40, 76, "plucked"),
    (29, "guitar", "overdriven electric guitar", 40, 72, "plucked"),
    (30, "guitar", "distorted electric guitar", 40, 72, "plucked"),
    (32, "guitar", "acoustic bass", 28, 50, "bass"), (33, "guitar", "bass guitar", 28, 52, "bass"),
    (105, "guitar", "banjo", 48, 76, "plucked"), (104, "guitar", "sitar", 48, 72, "plucked"),
    (40, "strings", "violin", 55, 91, "bowed"), (41, "strings", "viola", 48, 79, "bowed"),
    (42, "strings", "cello", 36, 69, "bowed"), (43, "strings", "double bass", 28, 52, "bowed"),
    (45, "strings", "pizzicato strings", 40, 84, "struck"), (46, "strings", "harp", 40, 88, "plucked"),
    (48, "strings", "string orchestra", 40, 84, "keys"), (49, "strings", "slow string orchestra", 40, 84, "keys"),
    (52, "choir", "choir", 48, 79, "keys"), (53, "choir", "humming choir", 48, 76, "keys"),
    (56, "brass", "trumpet", 55, 82, "blown"), (57, "brass", "trombone", 43, 70, "blown"),
    (58, "brass", "tuba", 30, 52, "blown"), (59, "brass", "muted trumpet", 55, 80, "blown"),
    (60, "brass", "French horn", 41, 74, "blown"), (61, "brass", "brass section", 45, 79, "keys"),
    (64, "flute", "soprano saxophone", 56, 84, "blown"), (65, "flute", "alto saxophone", 50, 80, "blown"),
    (66, "flute", "tenor saxophone", 45, 74, "blown"), (68, "flute", "oboe", 58, 88, "blown"),
    (70, "flute", "bassoon", 36, 65, "blown"), (71, "flute", "clarinet", 50, 86, "blown"),
    (72, "flute", "piccolo", 74, 100, "blown"), (73, "flute", "flute", 60, 94, "blown"),
    (74, "flute", "recorder", 60, 88, "blown"), (75, "flute", "pan flute", 60, 86, "blown"),
    (78, "flute", "whistle", 66, 90, "blown"), (79, "flute", "ocarina", 64, 88, "blown"),
    (88, "pad", "synthesizer pad", 40, 79, "keys"), (89, "pad", "warm synthesizer pad", 40, 76, "keys"),
    (90, "pad", "polyphonic synthesizer", 40, 79, "keys"), (91, "pad", "airy choir pad", 45, 76, "keys"),
    (94, "pad", "halo synthesizer pad", 45, 76, "keys"), (95, "pad", "sweeping synthesizer pad", 40, 76, "keys"),
    (81, "pad", "sawtooth synthesizer lead", 45, 84, "blown"), (38, "pad", "synthesizer bass", 28, 52, "bass"),
)]
SCALES = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10), (0, 2, 4, 7, 9), (0, 3, 5, 7, 10), (0, 2, 3, 5, 7, 9, 10))
CHORDS = ((0, 4, 7), (0, 3, 7), (0, 4, 7, 11), (0, 3, 7, 10), (0, 5, 7), (0, 4, 7, 12), (0, 3, 7, 12))
KICK, SNARE, STICK, CLAP, CLOSED, OPEN, RIDE, CRASH = 36, 38, 37, 39, 42, 46, 51, 49
TOMS = (50, 48, 47, 45, 43, 41)


@dataclass
class Item:
    """A thing played: its notes from time 0, its length with the tail, and what to call it."""
    notes: list[Note]
    seconds: float
    kind: str
    caption: str


def article(name: str) -> str:
    if name.endswith(("bells", "pizzicato strings")):
        return name
    return ("an " if name[0] in "aeiouAEIOU" else "a ") + name


def single_note(instrument: Instrument, rng: np.random.Generator) -> Item:
    length = rng.uniform(0.4, 2.5)
    pitch = int(rng.integers(instrument.low, instrument.high + 1))
    return Item([Note(0, length, pitch, int(rng.integers(60, 120)))], length + 1.5, "note",
                f"{article(instrument.name)} playing a single note" if length > 1 else f"a short note on {article(instrument.name)}")


def melody(instrument: Instrument, rng: np.random.Generator) -> Item:
    slow = rng.random() < 0.5
    beat = rng.uniform(0.45, 0.8) if slow else rng.uniform(0.16, 0.35)
    scale = SCALES[rng.integers(len(SCALES))]
    root = int(rng.integers(instrument.low, max(instrument.low + 1, instrument.high - 14)))
    degree, time, notes = int(rng.integers(0, 7)), 0.0, []
    total = rng.uniform(3.0, 6.0)
    legato = 1.02 if instrument.style in ("bowed", "blown") and rng.random() < 0.7 else rng.uniform(0.6, 0.95)
    while time < total:
        length = beat * rng.choice((0.5, 1, 1, 1, 2))
        pitch = root + 12 * (degree // len(scale)) + scale[degree % len(scale)]
        if rng.random() > 0.08:
            notes.append(Note(time + rng.normal(0, 0.006) ** 2, length * legato, int(np.clip(pitch, 21, 108)),
                              int(np.clip(rng.normal(92, 12), 40, 124))))
        degree = int(np.clip(degree + rng.choice((-2, -1, -1, 0, 1, 1, 2, 3)), 0, 10))
        time += length
    return Item(notes, time + 1.5, "music", f"{article(instrument.name)} playing a {'slow' if slow else 'fast'} melody")


def chords(instrument: Instrument, rng: np.random.Generator) -> Item:
    strum = instrument.style == "plucked"
    beat = rng.uniform(0.4, 0.9) if strum else rng.uniform(0.6, 1.6)
    count = int(rng.integers(2, 6))
    low, high = instrument.low, max(instrument.low + 1, min(instrument.high - 12, instrument.low + 28))
    root = int(rng.integers(low, high))
    time, notes = 0.0, []
    for _ in range(count):
        base = root + int(rng.choice((0, 0, 5, 7, -2, 3, 9, -4)))
        chord = CHORDS[rng.integers(len(CHORDS))]
        voices = sorted(set(base + step for step in chord) | ({base + 12} if strum else {base - 12}))
        for index, pitch in enumerate(voices):
            delay = index * rng.uniform(0.008, 0.03) if strum else 0
            notes.append(Note(time + delay, beat * 0.95, int(np.clip(pitch, 21, 108)), int(rng.integers(65, 112))))
        time += beat
    verb = "strumming" if strum else "playing"
    return Item(notes, time + 1.5, "music", f"{article(instrument.name)} {verb} chords")


def arpeggio(instrument: Instrument, rng: np.random.Generator) -> Item:
    chord = CHORDS[rng.integers(len(CHORDS))]
    root = int(rng.integers(instrument.low, max(instrument.low + 1, instrument.high - 24)))
    steps = [root + 12 * octave + step for octave in (0, 1) for step in chord]
    steps = steps + steps[-2:0:-1]
    beat, notes = rng.uniform(0.1, 0.28), []
    count = int(rng.uniform(2.5, 5) / beat)
    for index in range(count):
        notes.append(Note(index * beat, beat * 1.5, int(np.clip(steps[index % len(steps)], 21, 108)), int(rng.integers(70, 108))))
    return Item(notes, count * beat + 1.5, "music", f"{article(instrument.name)} playing arpeggios")


def accompanied(instrument: Instrument, rng: np.random.Generator) -> Item:
    """A melody over broken or held chords in the same scale, as two hands play."""
    beat, scale = rng.uniform(0.28, 0.6), SCALES[rng.integers(2)]
    middle = (instrument.low + instrument.high) // 2
    root = int(rng.integers(max(instrument.low, middle - 22), middle - 9))
    broken, bars, degree, notes = rng.random() < 0.6, int(np.clip(rng.uniform(4, 7) / (4 * beat), 1, 4)), int(rng.integers(0, 5)), []
    step = lambda k: 12 * (k // 7) + scale[k % 7]
    loud = lambda mean: int(np.clip(rng.normal(mean, 9), 40, 120))
    for bar in range(bars):
        first = int(rng.choice((0, 3, 4, 5, 1))) if bar else 0
        chord = [root + step(first + k) for k in (0, 2, 4)]
        for k in range(8 if broken else 3):
            start, length = (k * beat / 2, beat * 0.9) if broken else (0, beat * 3.8)
            notes.append(Note(4 * beat * bar + start, length, chord[(0, 2, 1, 2)[k % 4] if broken else k], loud(72)))
        time = 0.0
        while time < 4:
            length = min(float(rng.choice((0.5, 1, 1, 1.5, 2))), 4 - time)
            if rng.random() > 0.1:
                notes.append(Note(beat * (4 * bar + time) + abs(rng.normal(0, 0.005)), beat * length * 0.97, root + 12 + step(degree), loud(96)))
            degree = int(np.clip(degree + rng.choice((-2, -1, -1, 0, 1, 1, 2)), 0, 8))
            time += length
    return Item(notes, 4 * beat * bars + 1.5, "music", f"{article(instrument.name)} playing a melody with chords")


def drum_item(index: int, rng: np.random.Generator) -> Item:
    choice = index % 6
    if choice == 0:
        return drum_hit(rng)
    if choice == 1:
        return drum_fill(rng)
    return drum_beat(rng)


def drum_hit(rng: np.random.Generator) -> Item:
    name, pitch = [("a kick drum", 36), ("a snare drum", 38), ("a closed hi-hat", 42), ("an open hi-hat", 46),
                   ("a crash cymbal", 49), ("a ride cymbal", 51), ("a tom", int(rng.choice(TOMS))), ("a hand clap", 39),
                   ("a cowbell", 56), ("a tambourine", 54), ("a bongo", 60), ("a conga", 63), ("a wood block", 76),
                   ("a triangle", 81), ("claves", 75), ("a shaker", 70)][rng.integers(16)]
    return Item([Note(0, 0.4, pitch, int(rng.integers(70, 125)))], 2.2, "note", f"{name} being hit once")


def drum_fill(rng: np.random.Generator) -> Item:
    beat, time, notes = rng.uniform(0.07, 0.13), 0.0, []
    order = sorted(rng.choice((SNARE, *TOMS), int(rng.integers(8, 20))), key=lambda p: -int(p))
    for pitch in order:
        notes.append(Note(time, 0.2, int(pitch), int(rng.integers(75, 122))))
        time += beat * rng.choice((1, 1, 1, 2))
    notes += [Note(time, 0.5, CRASH, 115), Note(time, 0.3, KICK, 115)]
    return Item(notes, time + 2.0, "music", "a drum fill on toms and snare")


def drum_beat(rng: np.random.Generator) -> Item:
    tempo = rng.uniform(70, 170)
    step = 60 / tempo / 4
    bars = max(1, int(round(rng.uniform(2.5, 6) / (16 * step))))
    style = ("rock", "disco", "hip hop", "jazz", "latin", "marching")[rng.integers(6)]
    hat = RIDE if style == "jazz" or rng.random() < 0.2 else CLOSED
    notes = []
    for bar in range(bars):
        for s in range(16):
            time = (bar * 16 + s + (0.33 if style == "jazz" and s % 4 == 2 else 0)) * step + abs(rng.normal(0, 0.003))
            hit = lambda pitch, velocity: notes.append(Note(time, 0.2, pitch, int(np.clip(velocity + rng.normal(0, 7), 30, 127))))
            if style == "marching":
                hit(SNARE, 110 if s % 4 == 0 else 65) if s % 2 == 0 or rng.random() < 0.4 else None
                hit(KICK, 105) if s % 8 == 0 else None
            elif style == "latin":
                hit(int(rng.choice((60, 61, 62, 63, 64))), 90) if rng.random() < 0.6 else None
                hit(75, 90) if s in (0, 3, 6, 10, 12) else None
                hit(70, 60) if s % 2 == 0 else None
            else:
                hit(hat, 85 if s % 4 == 0 else 62) if s % 2 == 0 or rng.random() < 0.08 else None
                kick = s % 4 == 0 if style == "disco" else s in (0, 8) or rng.random() < 0.12
                hit(KICK, 112) if kick else None
                hit(SNARE if style != "hip hop" else int(rng.choice((SNARE, CLAP))), 112) if s in (4, 12) else None
                hit(OPEN, 85) if style == "disco" and s % 4 == 2 else None
        if bar == 0 and rng.random() < 0.4:
            notes.append(Note(0, 0.5, CRASH, 110))
    return Item(notes, bars * 16 * step + 1.0, "music", f"a {style} drum beat")


def items_for(instrument: Instrument | None, count: int, rng: np.random.Generator) -> list[Item]:
    if instrument is None:
        return [drum_item(index, rng) for index in range(count)]
    makers = {"keys": (single_note, chords, melody, chords, arpeggio), "bowed": (single_note, melody, melody),
              "blown": (single_note, melody, melody), "plucked": (single_note, chords, melody, chords, arpeggio),
              "struck": (single_note, melody, arpeggio), "bass": (single_note, melody)}[instrument.style]
    return [makers[index % len(makers)](instrument, rng) for index in range(count)]


def pieces_for(instrument: Instrument | None, count: int, rng: np.random.Generator) -> list[Item]:
    """For what plays several notes at once; only the generator's split has them."""
    return [accompanied(instrument, rng) for _ in range(count)] if instrument and instrument.style in ("keys", "plucked") else []


def play(source: Path, midi_file: Path, wav: Path, reverb: bool) -> None:
    if source.suffix == ".sf2":
        command = ["fluidsynth", "-ni", "-q", "-g", "0.5", "-r", str(paths.SAMPLE_RATE), "-C", "0", "-R", str(int(reverb)),
                   "-o", "synth.polyphony=128", "-F", wav, source, midi_file]
    else:
        config = midi_file.with_suffix(".cfg")
        patches = source.parents[2] / "usr/share/midi/freepats"
        config.write_text("\n".join(f"dir {patches}" if line.startswith("dir ") else line
                                    for line in source.read_text().splitlines()))
        command = ["timidity", "-c", config, "-Ow", "-s", str(paths.SAMPLE_RATE), "-o", wav, midi_file]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def programs(source: Path) -> set[int]:
    """Those that a patch set has; timidity would play something else for the others."""
    if source.suffix == ".sf2":
        return set(range(128))
    bank = source.read_text().split("bank 0", 1)[1]
    return {int(number) for number in re.findall(r"^\s*(\d+)\s+Tone_", bank, re.M)}


def render(chosen: Source, data: Path, count: int) -> None:
    source = next((paths.unpacked(data) / chosen.package).rglob(chosen.file))
    folder = paths.rendered(data) / source.stem.lower()
    if (folder / "rows.tsv").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    available = programs(source)
    band = [] if chosen.drums_only else [i for i in INSTRUMENTS if i.program in available]
    rows = []
    for instrument in tqdm([None, None, None, *band], desc=source.stem):
        rng = np.random.default_rng([len(rows), count, len(chosen.split)])
        slug = "drums" if instrument is None else instrument.name.lower().replace(" ", "-")
        items = items_for(instrument, count, rng)
        if chosen.split == "gen":
            items += pieces_for(instrument, count // 3, rng)
        with tempfile.TemporaryDirectory() as scratch:
            score, wav = Path(scratch) / "a.mid", Path(scratch) / "a.wav"
            starts = np.concatenate([[0], np.cumsum([item.seconds for item in items])])
            notes = [Note(start + n.start, n.length, n.pitch, n.velocity) for start, item in zip(starts, items) for n in item.notes]
            channel = 9 if instrument is None and not chosen.drums_only else 0
            midi.write(score, notes, instrument.program if instrument else None, channel)
            play(source, score, wav, reverb=bool(rng.integers(2)))
            sound = soundfile.read(wav, dtype="float32", always_2d=True)[0]
        for index, (start, item) in enumerate(zip(starts, items)):
            cut = sound[int(start * paths.SAMPLE_RATE):int((start + item.seconds) * paths.SAMPLE_RATE)]
            if len(cut) < 4800 or np.abs(cut).max() < 1e-3:
                continue
            path = f"{slug}-{len(rows):05d}-{'phrase' if item.kind == 'music' else 'note'}.flac"
            soundfile.write(folder / path, cut / max(1.0, np.abs(cut).max() / 0.99), paths.SAMPLE_RATE)
            rows.append(dict(split=chosen.split, klass="drums" if instrument is None else instrument.klass, caption=item.caption,
                             package=chosen.package, path=path, licence=chosen.licence, kind=item.kind))
    with open(folder / "rows.tsv.part", "w", newline="") as file:
        writer = csv.DictWriter(file, FIELDS, delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    (folder / "rows.tsv.part").rename(folder / "rows.tsv")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    paths.add_data_option(parser)
    parser.add_argument("--split", nargs="*", choices=SPLITS, default=SPLITS)
    parser.add_argument("--count", type=int, help="items for each instrument (default: 36 for gen, 8 for the others)")
    options = parser.parse_args()
    for source in SOURCES:
        if source.split in options.split:
            render(source, options.data, options.count or (36 if source.split == "gen" else 8))


if __name__ == "__main__":
    main()
