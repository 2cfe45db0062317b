r"""Robustness, audibility and cost of the watermark, beside a peer's: python -m evaluation.watermark [--hours 5] [--clips 60]

Needs `swift build -c release --product v2a-tool`, ffmpeg, soundfile, soxr, scipy, tqdm, and sound below --data (recorded music,
spoken descriptions and effects as `python -m corpus.fetch` unpacks them). With --peaq FOLDER (that holds libgstpeaq.so) also ODG.
GstPEAQ 0.6.1 (github.com/HSU-ANT/gstpeaq, commit 0b9315e) builds with its autogen.sh and configure, or, in its folder, with
    touch src/config.h && cc -shared -fPIC -O2 -Isrc -DPACKAGE='"gstpeaq"' -DPACKAGE_VERSION='"0.6.1"' -DPACKAGE_NAME='"GstPEAQ"' \
      -DPACKAGE_URL='"."' -DPACKAGE_BUGREPORT='"."' src/{gstpeaq,gstpeaqplugin,earmodel,leveladapter,modpatt,fftearmodel,fbearmodel,movaccum,movs,nn}.c \
      -o libgstpeaq.so $(pkg-config --cflags --libs gstreamer-base-1.0 gstreamer-fft-1.0) -lm
Half of the clips bear the default payload, half a payload that the detector does not know. Prints and writes watermark.tsv.
"""

import argparse
import os
import re
import subprocess
import tempfile
import time
import zlib
from pathlib import Path

import numpy as np
import soundfile
import soxr
from tqdm import tqdm

from corpus.store import Corpus

from . import watermark_peer as peer
from .watermark_attacks import ATTACKS, RATE, rms

ROOT = Path(__file__).resolve().parents[3]
STANDARD = 0x7632_6101
SOUNDS = {".ogg", ".wav", ".flac", ".mp3"}


def read(path, start=0.0, seconds=None):
    """Float32 [samples, 2] at 48 kHz; None for what cannot be read."""
    try:
        info = soundfile.info(path)
        count = -1 if seconds is None else int(seconds * info.samplerate)
        x, rate = soundfile.read(path, start=int(start * info.samplerate), frames=count, dtype="float32", always_2d=True)
    except (RuntimeError, soundfile.LibsndfileError):
        return None
    x = x[:, :2] if x.shape[1] > 1 else np.repeat(x, 2, 1)
    return soxr.resample(x, rate, RATE).astype("f4") if rate != RATE else x


def find_sounds(folder, fitting=False):
    """Paths of music, speech and effects: the third on which the detector's filter is fitted, or the rest, to measure on."""
    music, speech, effects = [], [], []
    for path in sorted(p for p in Path(folder).rglob("*") if p.suffix.lower() in SOUNDS and p.is_file()):
        if (zlib.crc32(path.name.encode()) % 3 == 0) != fitting:
            continue
        name = str(path).lower()
        if "music" in name and path.stat().st_size > 500_000:
            music.append(path)
        elif "_desc" in name and "tuxpaint" in name:
            speech.append(path)
        elif not any(word in name for word in ("music", "voice", "drumkit", "gcompris", "soundfont")):
            effects.append(path)
    return music, speech, effects


def strings(paths, seconds, random):
    """Short sounds one after another with 0.1 s between, each at -20 dB."""
    parts, length = [], 0
    while length < seconds * RATE:
        x = read(paths[random.integers(len(paths))], seconds=4)
        if x is None or rms(x) < 0.003:
            continue
        parts += [x * min(0.1 / rms(x), 0.95 / np.abs(x).max()), np.zeros((RATE // 10, 2), "f4")]
        length += len(x) + RATE // 10
    return np.concatenate(parts)[: seconds * RATE]


def excerpt(paths, seconds, random):
    while True:
        path = paths[random.integers(len(paths))]
        try:
            info = soundfile.info(path)
        except (RuntimeError, soundfile.LibsndfileError):
            continue
        if info.duration > seconds + 1:
            x = read(path, random.uniform(0, info.duration - seconds - 0.5), seconds)
            if x is not None and rms(x) > 0.005:
                return x * min(1, 0.95 / np.abs(x).max())


def corpus_sounds(folder, random):
    """Recorded and synthesised sounds of the training corpus in random order, joined to stretches of two minutes."""
    corpus = Corpus(folder)
    random.shuffle(corpus.rows)
    parts, length = [], 0
    for row in corpus.rows:
        x = corpus.samples(row)
        if rms(x) > 0.001:
            parts.append(np.repeat(x, 2, 1) if x.shape[1] == 1 else x)
            length += len(x)
        if length >= 120 * RATE:
            yield np.concatenate(parts)
            parts, length = [], 0


class Tool:
    """v2a-tool watermark-batch on files in a folder; one look at each piece, at its end."""

    def __init__(self, folder, every=20):
        self.folder = Path(folder)
        self.words = [str(ROOT / ".build/release/v2a-tool"), "watermark-batch", "--every", str(every)]
        self.seconds = {"mark": [0.0, 0.0], "find": [0.0, 0.0]}

    def write(self, name, x):
        path = self.folder / name
        np.ascontiguousarray(x, "<f4").tofile(path)
        return path

    def run(self, lines):
        text = subprocess.run(self.words, input="\n".join(lines) + "\n", capture_output=True, text=True, check=True).stdout
        rows = [line.split("\t") for line in text.splitlines()]
        for row in rows:
            sound, spent = (row[1], row[2]) if row[0] == "mark" else (row[5], row[6])
            self.seconds[row[0]][0] += float(sound)
            self.seconds[row[0]][1] += float(spent)
        return rows

    def mark(self, x, payload):
        source, target = self.write("in.f32", x), self.folder / "out.f32"
        self.run([f"mark {payload} {source} {target}"])
        return np.fromfile(target, "<f4").reshape(-1, 2)

    def find(self, sounds, seconds=0):
        """(score, payload or None) of each; of each piece when `seconds` are given."""
        paths = [self.write(f"find{i}.f32", x) for i, x in enumerate(sounds)]
        rows = self.run([f"find {seconds} {p}" for p in paths])
        return [(float(r[1]), None if r[2] == "-" else int(r[2])) for r in rows]


def segmental_nmr(x, y):
    """Noise-to-mask ratio in dB per frame of 2048 (mean over 25 Bark bands; the mask as in ITU-R BS.1387: 3 dB below the
    spread excitation up to 12 Bark, then a quarter of the Bark number), of frames above -60 dB."""
    n = 2048
    window = np.hanning(n)[:, None]
    f = np.fft.rfftfreq(n, 1 / RATE)
    bark = 7 * np.arcsinh(f / 650)
    band = np.clip(bark.astype(int), 0, 24)
    one = np.zeros((25, len(f)))
    one[band, np.arange(len(f))] = 1
    distance = np.arange(25)[:, None] - np.arange(25)[None]
    spread = 10 ** (np.where(distance >= 0, -1.0 * distance, 2.7 * distance))
    offset = np.where(np.arange(25) <= 12, 3.0, 0.25 * np.arange(25))
    quiet = 10 ** ((3.64 * (np.maximum(f, 50) / 1000) ** -0.8 - 6.5 * np.exp(-0.6 * (f / 1000 - 3.3) ** 2) - 92) / 10) * n * n / 16
    quiet = one @ np.minimum(quiet, 1e9)
    result = []
    for start in range(0, len(x) - n, n // 2):
        a, b = x[start : start + n] * window, y[start : start + n] * window
        if rms(a) < 1e-3:
            continue
        power = lambda s: one @ (np.abs(np.fft.rfft(s, axis=0)) ** 2).sum(1)
        mask = (spread @ power(a)) * 10 ** (-offset / 10) + quiet
        result.append(10 * np.log10(np.mean(power(b - a) / mask) + 1e-9))
    return np.array(result)


def odg(folder, x, y):
    """Objective difference grade of GstPEAQ (basic version), 0: not heard, -4: very annoying."""
    with tempfile.TemporaryDirectory() as work:
        for name, s in (("ref", x), ("test", y)):
            soundfile.write(f"{work}/{name}.wav", s, RATE, subtype="PCM_16")
        pipeline = " ".join(
            f"filesrc location={work}/{name}.wav ! wavparse ! audioconvert ! queue ! peaq.{name}" for name in ("ref", "test")
        )
        text = subprocess.run(
            f"gst-launch-1.0 -q {pipeline} peaq name=peaq",
            shell=True, capture_output=True, text=True, env={**os.environ, "GST_PLUGIN_PATH": str(folder)},
        ).stdout
    found = re.search(r"Objective Difference Grade: (\S+)", text)
    return float(found.group(1)) if found else float("nan")


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, default=Path.home() / ".cache/gst-v2a/unpacked")
    arguments.add_argument("--hours", type=float, default=5, help="of unmarked sound for the threshold")
    arguments.add_argument("--corpus", type=Path, default=Path.home() / ".cache/gst-v2a/corpus", help="its sounds are 60 %% of the unmarked")
    arguments.add_argument("--clips", type=int, default=60)
    arguments.add_argument("--peer-clips", type=int, default=24, help="of the same clips, for the peer")
    arguments.add_argument("--peaq", type=Path)
    arguments.add_argument("--thresholds", type=float, nargs=2, help="this one's and the peer's, of an earlier run; no unmarked sound is read")
    arguments.add_argument("--first", default="none", help="attack to begin with")
    arguments.add_argument("--out", type=Path, default=Path(__file__).with_name("watermark.tsv"))
    a = arguments.parse_args()
    random = np.random.default_rng(2026)
    music, speech, effects = find_sounds(a.data)
    random.shuffle(music)
    model, reason = peer.load() if a.peer_clips else (None, "not asked for")
    lines = []

    def say(*cells):
        lines.append("\t".join(str(c) for c in cells))
        tqdm.write(lines[-1])

    with tempfile.TemporaryDirectory() as work:
        tool = Tool(work)
        # Threshold: unmarked sound, whole tracks of music and the training corpus (effects, ambiences, instruments).
        scores, short, kinds, peer_scores = [], [], {"music": 0.0, "corpus": 0.0}, []
        wanted = 0 if a.thresholds else a.hours * 3600
        bar = tqdm(total=int(wanted), unit="s", desc="unmarked")
        tracks, sounds = iter(music), corpus_sounds(a.corpus, random) if wanted else iter(())
        while sum(kinds.values()) < wanted:
            kind = "corpus" if kinds["corpus"] < 0.6 * wanted else "music"
            x = next(sounds) if kind == "corpus" else read(next(tracks))
            if x is None or len(x) < 10 * RATE:
                continue
            scores += [s for s, _ in tool.find([x], 10)]
            short += [s for s, _ in tool.find([x[: 30 * RATE]], 2)]
            if model is not None and len(peer_scores) < 500:
                for start in range(0, min(len(x), 60 * RATE) - 10 * RATE + 1, 10 * RATE):
                    peer_scores.append(peer.score(model, x[start : start + 10 * RATE]))
            kinds[kind] += len(x) / RATE
            bar.update(len(x) // RATE)
        bar.close()
        scores, short = np.array(scores), np.array(short)
        threshold, peer_threshold = a.thresholds or (np.quantile(scores, 0.999), np.quantile(peer_scores, 0.999) if peer_scores else np.nan)
        built_in = float(re.search(r"threshold: Float = ([0-9.]+)", (ROOT / "Sources/V2AWatermark/WatermarkDetector.swift").read_text()).group(1))
        if not a.thresholds:
            say("unmarked sound", f"{sum(kinds.values()) / 3600:.2f} h", *(f"{k} {v / 3600:.2f} h" for k, v in kinds.items()))
            say("10 s pieces", len(scores), f"score at FPR 1e-3 {threshold:.2f}", f"highest {scores.max():.2f}", f"built in {built_in}",
                f"above that {int((scores >= built_in).sum())}")
            say("2 s pieces", len(short), f"score at FPR 1e-3 {np.quantile(short, 0.999):.2f}", f"highest {short.max():.2f}",
                f"above the built-in {int((short >= built_in).sum())}")
            if peer_scores:
                say("resemble-perth", f"{len(peer_scores)} pieces", f"score at FPR 1e-3 {peer_threshold:.3f}")
        say("thresholds", f"{threshold:.2f}", "resemble-perth", f"{peer_threshold:.3f}" if model is not None else f"not run: {reason}")

        # Clips: music, speech and effects in turn, 12 s, marked from the start; the piece begins somewhere in the first seconds.
        clips, qualities, ratios = [], [], []
        for i in tqdm(range(a.clips), desc="marking"):
            x = [lambda: excerpt(music, 12, random), lambda: strings(speech, 12, random), lambda: strings(effects, 12, random)][i % 3]()
            payload = STANDARD if i % 2 else int(random.integers(1 << 32))
            y = tool.mark(x, payload)
            ratios.append(segmental_nmr(x, y))
            begin = int(random.uniform(0.1, 1.9) * RATE)
            clip = {"x": x, "payload": payload, "marked": y[begin : begin + 10 * RATE], "begin": begin}
            if model is not None and i < a.peer_clips:
                clip["peer"] = peer.mark(model, x)
            if a.peaq:
                qualities.append((odg(a.peaq, x[: 10 * RATE], y[: 10 * RATE]),
                                  odg(a.peaq, x[: 10 * RATE], clip["peer"][: 10 * RATE]) if "peer" in clip else float("nan")))
            clips.append(clip)
        frames = np.concatenate(ratios)
        say("noise-to-mask ratio", f"mean {frames.mean():.1f} dB", f"99 % below {np.quantile(frames, 0.99):.1f} dB", f"highest {frames.max():.1f} dB",
            f"frames at 0 dB or above {int((frames >= 0).sum())} of {len(frames)}")
        if qualities:
            q = np.array(qualities)
            for name, column in (("this", 0), ("resemble-perth", 1)):
                value = q[np.isfinite(q[:, column]), column]
                if len(value):
                    say("ODG (GstPEAQ, basic)", name, f"mean {value.mean():.2f}", f"worst {value.min():.2f}", f"{len(value)} clips")

        say("attack", "target", "TPR", "TPR default payload", "TPR unknown payload", "TPR at built-in threshold", "payload read", "payload wrong", "TPR resemble-perth")
        names = list(ATTACKS)[list(ATTACKS).index(a.first) :]
        for name, (attack, target) in tqdm([(n, ATTACKS[n]) for n in names], desc="attacks"):
            def change(i, y, marked):
                r = np.random.default_rng(zlib.crc32(name.encode()) + i)
                if name == "mix at 0 dB":
                    other = clips[(i + 7) % len(clips)]["x"][: len(y)]
                    return y + other * (rms(y) / rms(other))
                if name == "second mark over it":
                    return marked(y)
                return attack(y, r).astype("f4")

            changed = [change(i, c["marked"], lambda y: tool.mark(y, 0xABCD_0000 + i)) for i, c in enumerate(clips)]
            found = tool.find(changed)
            hits = np.array([s >= threshold for s, _ in found])
            known = np.array([c["payload"] == STANDARD for c in clips])
            other = [0xABCD_0000 + i if name == "second mark over it" else None for i in range(len(clips))]
            right = sum(h and p == c["payload"] for h, (_, p), c in zip(hits, found, clips))
            second = sum(h and p is not None and p == o and p != c["payload"] for h, (_, p), c, o in zip(hits, found, clips, other))
            wrong = sum(h and p is not None for h, (_, p) in zip(hits, found)) - right - second
            theirs = "-"
            if model is not None:
                passed = [
                    peer.score(model, change(i, c["peer"][c["begin"] : c["begin"] + 10 * RATE], lambda y: peer.mark(model, y))) >= peer_threshold
                    for i, c in enumerate(clips) if "peer" in c
                ]
                theirs = f"{np.mean(passed):.3f}"
            note = f"{right}/{int(hits.sum())}" + (f" + {second} the second" if second else "")
            say(name, target, f"{hits.mean():.3f}", f"{hits[known].mean():.3f}", f"{hits[~known].mean():.3f}",
                f"{np.mean([s >= built_in for s, _ in found]):.3f}", note, wrong, theirs)
        tool = Tool(work, every=0.5)
        for clip in clips[:12]:
            tool.find([tool.mark(clip["x"], STANDARD)])
        for what, label in (("mark", "embedding"), ("find", "detection, a look every half second")):
            sound, spent = tool.seconds[what]
            say(f"cost of {label}", f"{100 * spent / sound:.2f} % of real time, one core")
    a.out.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    begun = time.time()
    main()
    tqdm.write(f"{time.time() - begun:.0f} s")
