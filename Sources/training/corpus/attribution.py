"""Who made the recordings that the generator learns from: writes ATTRIBUTION.tsv, for the model card.

    python -m corpus.attribution [--data DIR] [--name corpus]

Authors are read from each package's debian/copyright: from the paragraphs whose file patterns match a recording used.
"""

import argparse
import csv
import fnmatch
import re
from collections import Counter, defaultdict
from pathlib import Path

from . import paths
from .store import Corpus

FIELDS = ("package", "licences", "files", "minutes", "authors")
OWN_WORK = "The gst-v2a authors (procedural synthesis)"
MOST_AUTHORS = 60


def paragraphs(text: str) -> list[dict[str, str]]:
    """The paragraphs of a machine-readable copyright file, as field -> value."""
    result = []
    for block in re.split(r"\n\s*\n", text):
        fields, name = {}, None
        for line in block.splitlines():
            start = re.match(r"([A-Za-z-]+):\s*(.*)", line)
            if start:
                name = start[1].lower()
                fields[name] = start[2]
            elif name and line[:1] in " \t":
                fields[name] += "\n" + line.strip()
        result.append(fields)
    return result


def people(value: str) -> list[str]:
    names = []
    for line in value.splitlines():
        name = re.sub(r"\(c\)|©|copyright", "", line, flags=re.I)
        name = re.sub(r"<[^>]*>|\b(19|20)\d\d\b|^[\s,:;.\-–]+", "", name)
        name = re.sub(r"^[\s,:;.\-–]+|[\s,:;\-–]+$", "", name).strip()
        if 2 < len(name) < 90:
            names.append(name)
    return names


def authors(copyright_file: Path, used: list[str]) -> list[str]:
    """Installed paths differ from source paths, so a pattern counts as matching when its last part does."""
    if not copyright_file.exists():
        return []
    text = copyright_file.read_text(errors="replace")
    counted, general = Counter(), []
    bases = {path.rsplit("/", 1)[-1].rsplit(".", 1)[0] for path in used}
    for fields in paragraphs(text):
        if "files" not in fields or "copyright" not in fields:
            continue
        patterns = [p.strip(",") for p in fields["files"].split()]
        found = people(fields["copyright"])
        if patterns == ["*"]:
            general = found
        elif any(fnmatch.filter(bases, p.rsplit("/", 1)[-1].rsplit(".", 1)[0]) for p in patterns if p != "debian/*"):
            counted.update(found)
    if not counted and not general:
        general = [n for line in text.splitlines() if re.search(r"copyright|\(c\)|author", line, re.I) for n in people(line)]
    return list(dict.fromkeys([*general, *(name for name, _ in counted.most_common())]))


def titled_authors(used: list[str]) -> list[str]:
    """OpenSFX names its authors in the title of every sound."""
    return [path.rsplit("/", 1)[-1].rsplit(".", 1)[0].replace("_", " ").strip() for path in used]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    paths.add_data_option(parser)
    parser.add_argument("--name", default="corpus")
    options = parser.parse_args()
    groups = defaultdict(list)
    for row in Corpus(paths.corpus(options.data, options.name), "gen").rows:
        groups[row["package"]].append(row)
    table = []
    for package, rows in sorted(groups.items()):
        used = [row["path"] for row in rows]
        names = [OWN_WORK] if package == paths.OWN else authors(
            paths.unpacked(options.data) / package / "usr/share/doc" / package / "copyright", used)
        if package == "openttd-opensfx":
            names = titled_authors(used)
        table.append(dict(package=package, licences=", ".join(sorted({row["licence"] for row in rows})), files=len(rows),
                          minutes=round(sum(row["n_samples"] for row in rows) / paths.SAMPLE_RATE / 60, 1),
                          authors="; ".join(names[:MOST_AUTHORS])))
    with open(paths.HERE / "ATTRIBUTION.tsv", "w", newline="") as file:
        writer = csv.DictWriter(file, FIELDS, delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)
    print(f"{len(table)} packages")


if __name__ == "__main__":
    main()
