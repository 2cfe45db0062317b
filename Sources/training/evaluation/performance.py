"""What the product costs: `python -m evaluation.performance FILE [name=value ...]` prints real-time factor and peak memory on one file;
`--start` the time from launching gst-launch to the first sound; `--curve` the cost per second of sound from 5 s to an hour;
`--live SECONDS [name=value ...]` latency and lateness at the shortest hop while another program keeps one core busy.
"""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
ENVIRONMENT = dict(os.environ, GST_PLUGIN_PATH=str(ROOT / ".build/release"))


def launch(words: list[str]) -> tuple[float, float, float]:
    """Seconds by the clock, seconds of processor time and peak memory in MiB of a gst-launch pipeline."""
    begun = time.monotonic()
    child = subprocess.Popen(["gst-launch-1.0", "-q", *words], env=ENVIRONMENT, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        raise SystemExit(f"gst-launch failed: {' '.join(words)}")
    return time.monotonic() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def duration(video: str) -> float:
    report = subprocess.run(["gst-discoverer-1.0", video], capture_output=True, text=True, check=True).stdout
    hours, minutes, seconds = next(line for line in report.splitlines() if "Duration:" in line).split()[-1].split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def file(video: str, properties: list[str]):
    length = duration(video)
    spent, processor, peak = launch(["filesrc", f"location={video}", "!", "decodebin", "!", "v2a", *properties, "!", "fakesink"])
    print(f"{length:.1f} s of video in {spent:.1f} s: real-time factor {spent / length:.3f}, processor time per second "
          f"{processor / length:.3f} s, peak memory {peak:.0f} MiB")


def pictures(seconds: float) -> list[str]:
    return ["videotestsrc", "pattern=ball", f"num-buffers={round(25 * seconds)}", "!", "video/x-raw,width=160,height=120,framerate=25/1"]


def start(properties: list[str], runs: int = 7):
    """The first window needs hop + look-ahead of pictures, which a file's decoder gives at once."""
    source = ["filesrc", f"location={ROOT / 'Pipelines/sample.mp4'}", "!", "decodebin", "!", "v2a", *properties]
    times = [launch([*source, "!", "fakesink", "num-buffers=1"])[0] for _ in range(runs)]
    empty = [launch(["filesrc", f"location={ROOT / 'Pipelines/sample.mp4'}", "!", "decodebin", "!", "fakesink", "num-buffers=1"])[0] for _ in range(runs)]
    print(f"start to first sound: median {statistics.median(times):.2f} s, best {min(times):.2f} s, of {runs}; of which gst-launch "
          f"and decoding without v2a {statistics.median(empty):.2f} s")


def curve(properties: list[str]):
    print("| seconds of sound | processor time per second, ms | peak memory, MiB |\n|---|---|---|")
    for seconds in (5, 20, 60, 300, 3600):
        _, processor, peak = launch([*pictures(seconds), "!", "v2a", "steps=1", "guidance-scale=1", *properties, "!", "fakesink"])
        print(f"| {seconds} | {processor / seconds * 1e3:.1f} | {peak:.0f} |", flush=True)


def live(seconds: float, properties: list[str]):
    """A live picture that flashes; `Pipelines/latency.py`, which needs GStreamer's Python bindings, watches what comes out."""
    busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        subprocess.run(["/usr/bin/python3", str(ROOT / "Pipelines/latency.py"), str(seconds), *properties], env=ENVIRONMENT, check=True)
    finally:
        busy.kill()
        busy.wait()


def main():
    mode, *rest = sys.argv[1:] or ["--help"]
    if mode == "--start":
        start(rest)
    elif mode == "--curve":
        curve(rest)
    elif mode == "--live":
        live(float(rest[0]) if rest else 60, rest[1:])
    elif mode.startswith("-"):
        print(__doc__)
    else:
        file(mode, rest)


if __name__ == "__main__":
    main()
