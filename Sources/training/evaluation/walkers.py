"""Who is heard to walk: `python -m evaluation.walkers --films FOLDER [--plugin FOLDER]`

The clips of evaluation.films (films.tsv), without a prompt: in what share of the windows of those of walkers, and of others, the element says that it
has generated somebody's steps (the field `layers` of its messages), and the other clips where it says so.
"""

import argparse
import json
import os
import re
import subprocess
import tempfile
from collections import defaultdict
from multiprocessing.pool import ThreadPool
from pathlib import Path

import numpy as np
from tqdm import tqdm

from evaluation import product
from evaluation.films import as_film, listed

CONFIG = product.ROOT / "Sources/V2AEngine/Resources/v2a-small/config.json"
LAYERS = re.compile(r'layers=\(string\)("[^"]*"|[^,;]*)')


def told(film: Path, plugin: Path) -> list[str]:
    """What each window of a film's soundtrack was told; of few steps, since nobody listens."""
    command = ["gst-launch-1.0", "-m", *product.of_file(film), "!", "v2a", "steps=1", "guidance-scale=1", "!", "fakesink"]
    printed = subprocess.run(command, env=os.environ | {"GST_PLUGIN_PATH": str(plugin)}, check=True, capture_output=True, text=True).stdout
    return [layers.strip('"').replace("\\", "") for layers in LAYERS.findall(printed)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--films", type=Path, required=True)
    parser.add_argument("--plugin", type=Path, default=product.PLUGIN)
    options = parser.parse_args()
    clips, walking = listed(options.films), json.loads(CONFIG.read_text())["walking"]

    def share(clip) -> float:
        with tempfile.TemporaryDirectory() as folder:
            film = as_film(clip.file, Path(folder))
            return float(np.mean([layers == walking for layers in told(film, options.plugin)]))

    with ThreadPool(os.cpu_count()) as pool:
        shares = list(tqdm(pool.imap(share, clips), total=len(clips), mininterval=5))
    groups = defaultdict(list)
    for clip, part in zip(clips, shares):
        groups["walkers" if clip.heard == "steps" else "others", clip.looked_at].append(part)
    print("| clips | number | with steps in half of their windows | share of windows |\n|---|---|---|---|")
    for (group, looked_at), parts in sorted(groups.items(), reverse=True):
        print(f"| {group}, {'' if looked_at else 'not '}looked at | {len(parts)} | {np.mean(np.array(parts) >= 0.5):.2f} | {np.mean(parts):.2f} |")
    for clip, part in zip(clips, shares):
        if part > 0 or clip.heard == "steps":
            print(f"{part:.2f} {clip.heard} {clip.file.name}")


if __name__ == "__main__":
    main()
