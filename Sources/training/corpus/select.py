"""Decides what goes in: walks the unpacked packages, applies the rules, and writes selection.tsv.

    python -m corpus.select --inventory sound-inventory-open-licences.tsv [--data DIR]

The inventory lists, file by file, what debian/copyright says; a recording gets into split ``gen`` only if it is listed
there under an open licence. selection.tsv is committed, so a build needs neither the inventory nor this command.
"""

import argparse
import csv
import re
from pathlib import Path

from tqdm import tqdm

from . import paths
from .archives import is_sound
from .classes import CLASSES
from .fetch import DONE, read_packages

FIELDS = ("split", "klass", "caption", "package", "path", "licence")
OPEN_CLASSES = ("permissive", "CC-BY", "CC-BY-SA")
# Packages that are wholly under one open licence but whose member names the inventory spells differently.
WHOLE_PACKAGES = ("openttd-opensfx",)
# Speech, tunes and interface noises, wherever they are.
NEVER = re.compile(r"/(music|musics|songs?|voice/(?!global)|speech|taunts?|menu|locale|lang|narration|codriver)/", re.I)


def normalise(path: str) -> str:
    """Lower case words, from ``a.pk3!/sound/FootStep_grass01.ogg`` to `` sound foot step grass ``."""
    path = path.split("!/")[-1]
    path = re.sub(r"^(usr/share/|usr/lib/)?(games/)?", "", path)
    path = path.rsplit(".", 1)[0]
    path = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", path)
    return " " + " ".join(re.sub(r"[^a-zA-Z]+", " ", path).lower().split()) + " "


def read_rules(*names: str) -> list[tuple[str, re.Pattern, str, str]]:
    rules = []
    for name in names:
        for number, line in enumerate((paths.HERE / name).read_text().splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            fields = line.rstrip(" |").split(" | ")
            if len(fields) < 3 or (fields[2] != "-" and (len(fields) != 4 or fields[2] not in CLASSES)):
                raise ValueError(f"{name}:{number}: {line}")
            package, pattern, klass = fields[:3]
            rules.append((package, re.compile(pattern), klass, fields[3] if len(fields) > 3 else ""))
    return rules


def classify(rules: list, package: str, path: str) -> tuple[str, str] | None:
    text = normalise(path)
    for owner, pattern, klass, phrase in rules:
        if owner in ("*", package) and pattern.search(text):
            return None if klass == "-" else (klass, phrase)
    return None


def read_inventory(path: Path) -> dict[tuple[str, str], str]:
    with open(path, newline="") as file:
        return {(row["package"], row["path"]): row["licence"] for row in csv.DictReader(file, delimiter="\t")
                if row["licence_class"] in OPEN_CLASSES}


def select(data: Path, inventory: dict) -> list[dict]:
    gen_rules = read_rules("rules-gen.txt")
    other_rules = read_rules("rules-evaluation.txt")
    rows = []
    for entry in tqdm(read_packages(), unit="package"):
        package, split = entry["package"], entry["split"]
        root = paths.unpacked(data) / package
        if not (root / DONE).exists():
            continue
        for file in sorted(root.rglob("*")):
            path = file.relative_to(root).as_posix()
            if not is_sound(path) or NEVER.search(path) or not file.is_file():
                continue
            licence = inventory.get((package, path))
            if split == "gen" and licence is None:
                if package not in WHOLE_PACKAGES:
                    continue
                licence = entry["licence"]
            found = classify(gen_rules if split == "gen" else other_rules, package, path)
            if found:
                rows.append(dict(split=split, klass=found[0], caption=found[1], package=package, path=path,
                                 licence=licence or entry["licence"]))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    paths.add_data_option(parser)
    parser.add_argument("--inventory", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=paths.HERE / "selection.tsv")
    options = parser.parse_args()
    rows = select(options.data, read_inventory(options.inventory))
    with open(options.out, "w", newline="") as file:
        writer = csv.DictWriter(file, FIELDS, delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(f"{len(rows)} recordings")


if __name__ == "__main__":
    main()
