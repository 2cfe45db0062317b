r"""Robustness, audibility and cost of the watermark, beside a peer's: python -m evaluation.watermark [--hours 5] [--seen 24] [--fresh 24]

Needs `swift build -c release --product v2a-tool`, ffmpeg, soundfile, soxr, scipy, tqdm, resemble-perth, and sound below --data (recorded music,
spoken descriptions and effects as `python -m corpus.fetch` unpacks them). With --peaq FOLDER (that holds libgstpeaq.so) also ODG.
GstPEAQ 0.6.1 (github.com/HSU-ANT/gstpeaq, commit 0b9315e) builds with its autogen.sh and configure, or, in its folder, with
    touch src/config.h && cc -shared -fPIC -O2 -Isrc -DPACKAGE='"gstpeaq"' -DPACKAGE_VERSION='"0.6.1"' -DPACKAGE_NAME='"GstPEAQ"' \
      -DPACKAGE_URL='"."' -DPACKAGE_BUGREPORT='"."' src/{gstpeaq,gstpeaqplugin,earmodel,leveladapter,modpatt,fftearmodel,fbearmodel,movaccum,movs,nn}.c \
      -o libgstpeaq.so $(pkg-config --cflags --libs gstreamer-base-1.0 gstreamer-fft-1.0) -lm
Half of the clips bear the default payload, half a payload that the detector does not know; both systems mark the same clips, and the same
attacks with the same random numbers are made on both. Prints and writes watermark.tsv. With --keep FILE a stopped run goes on where it was,
and parts can be measured by themselves (--systems, --rows, --skip).
"""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
from tqdm import tqdm

from .watermark_attacks import ATTACKS, RATE, after
from .watermark_kept import Kept
from .watermark_quality import odg, segmental_nmr
from .watermark_sounds import SETS, STANDARD, clips, unmarked
from .watermark_systems import Peer, This
from .watermark_tool import Tool, built_in_threshold

# Unmarked pieces that the peer is shown.
PEER_PIECES = 500


def unmarked_scores(systems, a):
    """system -> {"seconds": of each kind, "ten": of 10 s pieces, "two": of 2 s pieces from the first half minute}, [score, payload] each."""
    result = {s.name: {"seconds": {"music": 0.0, "corpus": 0.0}, "ten": [], "two": []} for s in systems}
    for kind, x in tqdm(unmarked(a.data, a.corpus, a.hours), desc="unmarked"):
        for system in systems:
            found = result[system.name]
            if system.name == This.name:
                found["ten"] += system.pieces(x, 10)
                found["two"] += system.pieces(x[: 30 * RATE], 2)
            elif len(found["ten"]) < PEER_PIECES:
                found["ten"] += system.pieces(x[: 60 * RATE], 10)
            found["seconds"][kind] += len(x) / RATE
    return result


def marked(clip, system):
    """A clip with a system's mark, made when it is first asked for."""
    if system.name not in clip:
        clip[system.name] = system.mark(clip["x"], clip["payload"])
    return clip[system.name]


def attacked(name, index, sounds, clip, system):
    """Ten seconds of a marked clip after an attack."""
    y = marked(clip, system)[clip["begin"] : clip["begin"] + 10 * RATE]
    if name == "second mark over it":
        return system.mark(y, second(index))
    return np.asarray(after(name, y, index, sounds[(index + 7) % len(sounds)]["x"]), "f4")


def shown(system, clip, a):
    """Whether a system is measured on a clip."""
    return system.name == This.name or a.peer_clips is None or clip["index"] < a.peer_clips


def second(index):
    """Payload of the mark that is laid over another."""
    return 0xABCD_0000 + index


class Row:
    """What became of the clips under one attack: scores, payloads."""

    def __init__(self, name, answers, threshold):
        """`answers`: pairs of a clip and its [score, payload or None]."""
        sounds, answers = zip(*answers)
        self.hits = np.array([score >= threshold for score, _ in answers])
        self.scores = np.array([score for score, _ in answers])
        read = [payload for _, payload in answers]
        self.own = own = np.array([p is not None and p == c["payload"] for p, c in zip(read, sounds)])
        self.over = over = np.array([name == "second mark over it" and p == second(c["index"]) for p, c in zip(read, sounds)])
        some = np.array([p is not None for p in read])
        # Wrong ones of found marks, and at any score.
        self.wrong, self.wrong_any = int((self.hits & some & ~own & ~over).sum()), int((some & ~own & ~over).sum())

    def read(self, found):
        """How many of the marks that are found have their payload read; `found` [clips]."""
        second = int((found & self.over & ~self.own).sum())
        return f"{int((found & self.own).sum())}/{int(found.sum())}" + (f" + {second} the second" if second else "")

    def rate(self, which=None):
        return f"{(self.hits if which is None else self.hits[which]).mean():.3f}"


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", type=Path, default=Path.home() / ".cache/gst-v2a/unpacked")
    arguments.add_argument("--corpus", type=Path, default=Path.home() / ".cache/gst-v2a/corpus", help="its sounds are 60 %% of the unmarked")
    arguments.add_argument("--hours", type=float, default=5, help="of unmarked sound for the threshold")
    for name in SETS:
        arguments.add_argument(f"--{name}", type=int, default=24, help="clips of this set")
    arguments.add_argument("--peer-clips", type=int, help="of each set, for the peer; all, unless given")
    arguments.add_argument("--thresholds", type=float, nargs=2, help="this one's and the peer's, of an earlier run; no unmarked sound is read")
    arguments.add_argument("--systems", nargs="+", default=[This.name, Peer.name])
    arguments.add_argument("--rows", nargs="+", default=list(ATTACKS), choices=list(ATTACKS), metavar="ATTACK")
    arguments.add_argument("--skip", nargs="+", default=[], choices=["quality", "cost"])
    arguments.add_argument("--peaq", type=Path)
    arguments.add_argument("--keep", type=Path, help="file of results to go on with")
    arguments.add_argument("--out", type=Path, default=Path(__file__).with_name("watermark.tsv"))
    a = arguments.parse_args()
    kept, lines = Kept(a.keep), []

    def say(*cells):
        lines.append("\t".join(str(c) for c in cells))
        tqdm.write(lines[-1])

    with tempfile.TemporaryDirectory() as work:
        tool = Tool(work)
        systems = [make() for name, make in ((This.name, lambda: This(tool)), (Peer.name, Peer)) if name in a.systems]
        thresholds = thresholds_of(systems, kept, a, say)
        sounds = [dict(c, index=i) for name in SETS for i, c in enumerate(clips(a.data, name, getattr(a, name)))]
        by_set = {name: [c for c in sounds if c["set"] == name] for name in SETS}
        say("clips", *(f"{name} {len(found)} (seed {SETS[name]})" for name, found in by_set.items()))
        if "quality" not in a.skip:
            quality(systems, sounds, kept, a, say)
        say("attack", "target", "clips", "TPR", "TPR seen", "TPR fresh", "TPR default payload", "TPR unknown payload", "TPR at built-in threshold",
            "lowest score", "speech found", "payload read", "payload read at built-in threshold", "payload wrong", "payload wrong at any score",
            "clips of resemble-perth", "TPR resemble-perth", "TPR resemble-perth at 0.5")
        for name in tqdm(a.rows, desc="attacks"):
            answers = {}
            for s in systems:
                for group, members in by_set.items():
                    some = [c for c in members if shown(s, c, a)]
                    if some:
                        found = kept.get((s.name, group, len(some), name), lambda: s.find([attacked(name, c["index"], members, c, s) for c in some]))
                        answers.setdefault(s.name, []).extend(zip(some, found))
            report(name, answers, thresholds, say)
        if "cost" not in a.skip and This.name in a.systems:
            cost(work, sounds, say)
    a.out.write_text("\n".join(lines) + "\n")


def thresholds_of(systems, kept, a, say):
    """Score of each system that one of a thousand unmarked pieces reaches."""
    thresholds = {This.name: built_in_threshold(), Peer.name: Peer.rule}
    if a.thresholds:
        say("thresholds of an earlier run", This.name, a.thresholds[0], Peer.name, a.thresholds[1])
        return dict(zip(thresholds, a.thresholds))
    missing = [s for s in systems if (s.name, "unmarked") not in kept]
    made = unmarked_scores(missing, a) if missing else {}
    for system in systems:
        found = kept.get((system.name, "unmarked"), lambda: made[system.name])
        ten, two = np.array([s for s, _ in found["ten"]]), np.array([s for s, _ in found["two"]])
        built_in = thresholds[system.name]
        thresholds[system.name] = float(np.quantile(ten, 0.999))
        say(system.name, "unmarked sound", f"{sum(found['seconds'].values()) / 3600:.2f} h", *(f"{k} {v / 3600:.2f} h" for k, v in found["seconds"].items()))
        say(system.name, "10 s pieces", len(ten), f"score at FPR 1e-3 {thresholds[system.name]:.3f}", f"highest {ten.max():.3f}", f"built in {built_in}",
            f"at that or above {int((ten >= built_in).sum())}", f"payloads read {sum(p is not None for _, p in found['ten'])}")
        if len(two):
            say(system.name, "2 s pieces", len(two), f"score at FPR 1e-3 {np.quantile(two, 0.999):.3f}", f"highest {two.max():.3f}",
                f"above the 10 s pieces' {int((two >= thresholds[system.name]).sum())}", f"at the built-in or above {int((two >= built_in).sum())}",
                f"payloads read {sum(p is not None for _, p in found['two'])}")
    return thresholds


def report(name, answers, thresholds, say):
    """A row of the table."""
    ours, theirs = ["-"] * 13, ["-"] * 3
    if This.name in answers:
        row = Row(name, answers[This.name], thresholds[This.name])
        built_in = row.scores >= built_in_threshold()
        of = lambda test: np.array([test(clip) for clip, _ in answers[This.name]])
        known, speech, sets = of(lambda c: c["payload"] == STANDARD), of(lambda c: c["kind"] == "speech"), {n: of(lambda c: c["set"] == n) for n in SETS}
        ours = [len(row.hits), row.rate(), *(row.rate(which) if which.any() else "-" for which in (*sets.values(), known, ~known)),
                f"{built_in.mean():.3f}", f"{row.scores.min():.2f}", f"{int(row.hits[speech].sum())}/{int(speech.sum())}",
                row.read(row.hits), row.read(built_in), row.wrong, row.wrong_any]
    if Peer.name in answers:
        rows = [Row(name, answers[Peer.name], threshold) for threshold in (thresholds[Peer.name], Peer.rule)]
        theirs = [len(rows[0].hits), *(row.rate() for row in rows)]
    say(name, ATTACKS[name][1], *ours, *theirs)


def quality(systems, sounds, kept, a, say):
    """Noise-to-mask ratio of this mark, objective difference grade of all."""
    if systems[0].name == This.name:
        frames = np.concatenate([segmental_nmr(c["x"], marked(c, systems[0])) for c in tqdm(sounds, desc="noise-to-mask ratio")])
        say("noise-to-mask ratio", f"mean {frames.mean():.1f} dB", f"99 % below {np.quantile(frames, 0.99):.1f} dB", f"highest {frames.max():.1f} dB",
            f"frames at 0 dB or above {int((frames >= 0).sum())} of {len(frames)}")
    for system in systems if a.peaq else ():
        ask = lambda c: odg(a.peaq, c["x"][: 10 * RATE], marked(c, system)[: 10 * RATE])
        some = [c for c in sounds if shown(system, c, a)]
        grades = [kept.get((system.name, c["set"], c["index"], "ODG"), lambda: ask(c)) for c in tqdm(some, desc="ODG")]
        for name in (None, *SETS):
            value = np.array([g for g, c in zip(grades, some) if np.isfinite(g) and name in (None, c["set"])])
            if len(value):
                say("ODG (GstPEAQ, basic)", system.name, name or "all", f"mean {value.mean():.2f}", f"worst {value.min():.2f}", f"{len(value)} clips")


def cost(work, sounds, say):
    """Of marking, and of a look every half second, on twelve clips."""
    tool = Tool(work, every=0.5)
    for clip in sounds[:12]:
        tool.find([tool.mark(clip["x"], STANDARD)])
    for what, label in (("mark", "embedding"), ("find", "detection, a look every half second")):
        sound, spent = tool.seconds[what]
        say(f"cost of {label}", f"{100 * spent / sound:.2f} % of real time, one core")


if __name__ == "__main__":
    begun = time.time()
    main()
    tqdm.write(f"{time.time() - begun:.0f} s")
