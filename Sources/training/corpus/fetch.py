"""Downloads the Debian packages of packages.tsv and unpacks the sounds in them.

    python -m corpus.fetch [--data DIR] [--split gen] [--package NAME ...]

Needs apt-get and dpkg-deb. A package that is already downloaded or unpacked is left alone, so it can be stopped and
started at any time.
"""

import argparse
import csv
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from tqdm import tqdm

from . import paths
from .archives import ARCHIVE_SUFFIXES, SOUND_SUFFIXES, is_sound, open_archive

# Apart from sounds and archives: instruments, and the licence texts.
EXTRA_SUFFIXES = (".sf2", ".sf3", ".pat", ".cfg", "/copyright")
DONE = ".done"


def read_packages() -> list[dict]:
    with open(paths.HERE / "packages.tsv", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def find_deb(folder: Path, package: str) -> Path | None:
    return next(iter(sorted(folder.glob(f"{package}_*.deb"))), None)


def download(folder: Path, package: str) -> Path | None:
    folder.mkdir(parents=True, exist_ok=True)
    deb = find_deb(folder, package)
    if deb is None:
        subprocess.run(["apt-get", "download", "-qq", package], cwd=folder, stderr=subprocess.DEVNULL)
        deb = find_deb(folder, package)
    return deb


def unpack(deb: Path, target: Path) -> int:
    """Extracts only what may hold sound, opens the archives, and marks the folder as done. Returns the sound count."""
    if (target / DONE).exists():
        return int((target / DONE).read_text())
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    wanted = SOUND_SUFFIXES + ARCHIVE_SUFFIXES + EXTRA_SUFFIXES
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", deb], stdout=subprocess.PIPE) as process:
        with tarfile.open(fileobj=process.stdout, mode="r|") as tar:
            for member in tar:
                if member.isfile() and member.name.lower().endswith(wanted):
                    tar.extract(member, target, filter="data")
    for archive in [p for p in target.rglob("*") if p.suffix.lower() in ARCHIVE_SUFFIXES and p.is_file()]:
        _expand(archive)
    count = sum(1 for p in target.rglob("*") if p.is_file() and is_sound(p.name))
    (target / DONE).write_text(str(count))
    return count


def _expand(archive: Path) -> None:
    """Replaces ``x.pk3`` by a folder ``x.pk3!`` with the sounds in it."""
    folder = archive.with_name(archive.name + "!")
    for name, data in open_archive(archive):
        parts = [part for part in Path(name).parts if part not in ("/", "..")]
        path = folder.joinpath(*parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    archive.unlink()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    paths.add_data_option(parser)
    parser.add_argument("--split", choices=("gen", "judge", "real"))
    parser.add_argument("--package", nargs="*")
    options = parser.parse_args()

    missing = []
    rows = [row for row in read_packages()
            if (not options.split or row["split"] == options.split)
            and (not options.package or row["package"] in options.package)]
    bar = tqdm(rows, unit="package")
    for row in bar:
        package = row["package"]
        bar.set_postfix_str(package)
        deb = download(paths.debs(options.data), package)
        if deb is None:
            missing.append(package)
            continue
        unpack(deb, paths.unpacked(options.data) / package)
    if missing:
        print("not available:", " ".join(missing), file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
