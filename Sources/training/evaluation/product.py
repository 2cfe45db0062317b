"""The product under test: gst-launch with the plugin of a build folder."""

import os
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import soundfile

ROOT = Path(__file__).resolve().parents[3]
PLUGIN = ROOT / ".build/release"


def add_settings(parser):
    """--set, of which dict(options.set) makes properties for `run`."""
    parser.add_argument("--set", nargs="+", action="extend", default=[], type=lambda pair: pair.split("=", 1), metavar="name=value", help="more properties")


def run(source: list[str], out: Path, properties: dict, plugin: Path = PLUGIN) -> np.ndarray:
    """Samples [n, 2] of `source ! v2a ... ! wavenc`; source is a list of gst-launch words that ends in raw video."""
    words = [f'{key}="{value}"' if isinstance(value, str) else f"{key}={value}" for key, value in properties.items()]
    command = ["gst-launch-1.0", "-q", *source, "!", "v2a", *words, "!", "wavenc", "!", "filesink", f"location={out}"]
    environment = dict(os.environ, GST_PLUGIN_PATH=str(plugin), OPENBLAS_NUM_THREADS="1")
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stderr}")
    return soundfile.read(out)[0]


def heard(source: list[str], properties: dict, plugin: Path = PLUGIN) -> np.ndarray:
    """The same without a file that stays: evaluations of thousands of sounds would fill a disk."""
    with tempfile.TemporaryDirectory() as folder:
        return run(source, Path(folder) / "sound.wav", properties, plugin)


def of_file(video: Path) -> list[str]:
    return ["filesrc", f"location={video}", "!", "decodebin"]


def of_nothing(seconds: float) -> list[str]:
    """A black picture: the prompt alone decides."""
    return of_pattern("black", seconds)


def of_pattern(pattern: str, seconds: float) -> list[str]:
    """A test picture of videotestsrc: "ball" moves without an end."""
    return ["videotestsrc", f"pattern={pattern}", f"num-buffers={round(25 * seconds)}", "!", "video/x-raw,width=320,height=240,framerate=25/1"]


def of_pictures(folder: Path, pattern: str, count: int) -> list[str]:
    """Numbered JPEG files, one a 25th of a second."""
    return ["multifilesrc", f"location={folder / pattern}", f"stop-index={count - 1}", "caps=image/jpeg,framerate=25/1", "!", "jpegdec"]
