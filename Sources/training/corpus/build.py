"""Decodes the selection into one flat store.

    python -m corpus.build [--data DIR] [--name corpus] [--split gen]

Works package by package; a package's shard is kept in $DATA/corpus-shards and made again only if its rows changed.
The finished folder appears at once, by renaming, with ``index.tsv``, ``audio.f16`` and ``summary.txt``.
"""

import argparse
import csv
import hashlib
import json
import os
import shutil
import sys
from collections import defaultdict
from multiprocessing import Pool
from pathlib import Path

import numpy as np
from tqdm import tqdm

from . import paths
from .classes import CLASSES, INSTRUMENTS, kind_of
from .decode import PEAK, clean, read
from .store import FIELDS
from .twins import Twins

# A sound that is in two splits stays only in the first of these.
PRIORITY = ("gen", "real", "judge")
MAX_STORED_SECONDS = 30
VERSION = 3  # raise it when decode.py changes what it makes


def read_rows(path: Path) -> list[dict]:
    with open(path, newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def all_rows(data: Path) -> list[dict]:
    """The recordings of selection.tsv, then whatever synthesis and instruments have rendered."""
    rows = read_rows(paths.HERE / "selection.tsv")
    for row in rows:
        row["file"] = paths.unpacked(data) / row["package"] / row["path"]
    for table in sorted(paths.rendered(data).glob("*/rows.tsv")):
        for row in read_rows(table):
            row["file"] = table.parent / row["path"]
            rows.append(row)
    return rows


def make_shard(job: tuple[str, list[dict], Path]) -> str:
    """One package: ``NAME.f16`` and ``NAME.json``, the latter with the fingerprint of what it was made from."""
    name, rows, folder = job
    made_from = [(r["split"], r["klass"], r["caption"], r["path"], r["licence"], *filter(None, [r.get("version")])) for r in rows]
    wanted = hashlib.sha1(repr((VERSION, made_from)).encode()).hexdigest()
    table = folder / f"{name}.json"
    if table.exists() and json.loads(table.read_text())["made_from"] == wanted:
        return name
    clips, failures, offset = [], 0, 0
    with open(folder / f"{name}.f16.part", "wb") as audio:
        for row in rows:
            try:
                clip = clean(*read(row["file"]))
            except Exception as error:  # a broken file must not stop the corpus
                print(f"{row['file']}: {error}", file=sys.stderr)
                clip = None
            if clip is None:
                failures += 1
                continue
            audio.write(clip.samples.astype(np.float16).tobytes())
            frames, channels = clip.samples.shape
            clips.append({k: row[k] for k in ("split", "klass", "caption", "package", "path", "licence")} | {
                "offset": offset, "n_samples": frames, "channels": channels, "digest": clip.digest,
                "onset_s": round(clip.onset, 4), "cutoff_hz": round(clip.cutoff),
                "kind": row.get("kind") or kind_of(row["klass"], row["path"], frames / paths.SAMPLE_RATE)})
            offset += frames * channels
    os.replace(folder / f"{name}.f16.part", folder / f"{name}.f16")
    table.write_text(json.dumps({"made_from": wanted, "left_out": failures, "clips": clips}))
    return name


def load(shards: Path, clip: dict) -> np.ndarray:
    """The first half minute; in one channel for the splits that only classify."""
    frames = min(clip["n_samples"], MAX_STORED_SECONDS * paths.SAMPLE_RATE)
    samples = np.fromfile(shards / f"{clip['shard']}.f16", np.float16, frames * clip["channels"], offset=2 * clip["offset"])
    samples = samples.reshape(-1, clip["channels"])
    if clip["split"] != "gen" and clip["channels"] == 2:
        mono = samples.astype(np.float32).mean(axis=1, keepdims=True)
        samples = (mono * (PEAK / (np.abs(mono).max() + 1e-9))).astype(np.float16)
    return samples


def merge(names: list[str], shards: Path, target: Path) -> list[dict]:
    """Drops duplicates, within and across splits, and writes the store beside its final place, then renames it."""
    clips, twins = [], Twins()
    for name in names:
        for clip in json.loads((shards / f"{name}.json").read_text())["clips"]:
            clips.append(clip | {"shard": name})
    clips.sort(key=lambda clip: PRIORITY.index(clip["split"]))
    part = target.with_name(target.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    rows, seen, offset, dropped = [], set(), 0, 0
    with open(part / "audio.f16", "wb") as audio:
        for clip in tqdm(clips, unit="clip", desc="merge"):
            if clip["digest"] in seen:
                continue
            seen.add(clip["digest"])
            samples = load(shards, clip)
            if clip["klass"] not in INSTRUMENTS and twins.known(samples, clip["split"]):
                dropped += 1
                continue
            audio.write(samples.tobytes())
            clip["n_samples"], clip["channels"] = samples.shape
            rows.append({"id": len(rows), "offset_samples": offset} | {k: clip[k] for k in FIELDS if k in clip})
            offset += samples.size
    print(f"{dropped} near-duplicates across splits left out")
    with open(part / "index.tsv", "w", newline="") as file:
        writer = csv.DictWriter(file, FIELDS, delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    (part / "summary.txt").write_text(summary(rows))
    if target.exists():
        old = target.with_name(target.name + ".old")
        shutil.rmtree(old, ignore_errors=True)
        os.rename(target, old)
    os.rename(part, target)
    return rows


def summary(rows: list[dict]) -> str:
    count, seconds = defaultdict(int), defaultdict(float)
    for row in rows:
        count[row["klass"], row["split"]] += 1
        seconds[row["klass"], row["split"]] += row["n_samples"] / paths.SAMPLE_RATE
    lines = [f"{'class':14}" + "".join(f"{split:>18}" for split in PRIORITY)]
    for klass in (*CLASSES, "all"):
        cells = []
        for split in PRIORITY:
            keys = [(c, split) for c in CLASSES] if klass == "all" else [(klass, split)]
            cells.append(f"{sum(count[k] for k in keys):6} {sum(seconds[k] for k in keys) / 60:7.1f} min")
        lines.append(f"{klass:14}" + "".join(f"{cell:>18}" for cell in cells))
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    paths.add_data_option(parser)
    parser.add_argument("--name", default="corpus", help="folder below the data root")
    parser.add_argument("--split", nargs="*", choices=PRIORITY, default=PRIORITY)
    parser.add_argument("--package", nargs="*", help="only these packages")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()

    packages = defaultdict(list)
    for row in all_rows(options.data):
        if row["split"] in options.split and (not options.package or row["package"] in options.package):
            if row["file"].exists():
                packages[f"{row['package']}.{row['split']}"].append(row)
    shards = options.data / "corpus-shards"
    shards.mkdir(parents=True, exist_ok=True)
    jobs = [(name, rows, shards) for name, rows in sorted(packages.items(), key=lambda item: -len(item[1]))]
    with Pool(options.jobs, initializer=os.nice, initargs=(10,)) as pool:
        for _ in tqdm(pool.imap_unordered(make_shard, jobs), total=len(jobs), unit="package", desc="decode"):
            pass
    rows = merge(sorted(packages), shards, paths.corpus(options.data, options.name))
    print(summary(rows))


if __name__ == "__main__":
    main()
