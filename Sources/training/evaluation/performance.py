"""Real-time factor and peak memory of the product on one file: `python -m evaluation.performance FILE [name=value ...]`"""

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def main():
    video, *properties = sys.argv[1:]
    report = subprocess.run(["gst-discoverer-1.0", video], capture_output=True, text=True, check=True).stdout
    hours, minutes, seconds = next(line for line in report.splitlines() if "Duration:" in line).split()[-1].split(":")
    length = int(hours) * 3600 + int(minutes) * 60 + float(seconds)
    command = ["gst-launch-1.0", "-q", "filesrc", f"location={video}", "!", "decodebin", "!", "v2a", *properties, "!", "fakesink"]
    begun = time.monotonic()
    subprocess.run(command, check=True, env=dict(os.environ, GST_PLUGIN_PATH=str(ROOT / ".build/release")))
    spent = time.monotonic() - begun
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{length:.1f} s of video in {spent:.1f} s: real-time factor {spent / length:.3f}, peak memory {peak:.0f} MiB")


if __name__ == "__main__":
    main()
