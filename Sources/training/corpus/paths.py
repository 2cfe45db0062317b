"""Where the corpus lives on disk. Everything hangs below one data root."""

import argparse
import os
from pathlib import Path

HERE = Path(__file__).resolve().parent
SAMPLE_RATE = 48000
OWN = "gst-v2a-synth"  # the package of what the project synthesises itself


def default_data_root() -> Path:
    return Path(os.environ.get("V2A_DATA") or Path.home() / ".cache" / "gst-v2a")


def add_data_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=default_data_root(),
                        help="data root (default: $V2A_DATA or ~/.cache/gst-v2a)")


def debs(data: Path) -> Path:
    return data / "debs"


def unpacked(data: Path) -> Path:
    """One folder per package, holding only its sounds, its archives' contents and its copyright file."""
    return data / "unpacked"


def rendered(data: Path) -> Path:
    """Sounds the project makes itself: synthesis and instruments, as FLAC."""
    return data / "rendered"


def corpus(data: Path, name: str = "corpus") -> Path:
    return data / name
