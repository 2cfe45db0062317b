"""Opens the archives that games keep their sounds in: zip (pk3, wz), Doom WAD, OpenTTD .cat, Qt .rcc.

Each opener yields ``(name, bytes)`` for the sounds inside. Nothing here trusts a size or an offset.
"""

import io
import struct
import wave
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

SOUND_SUFFIXES = (".wav", ".ogg", ".oga", ".flac", ".mp3", ".opus", ".wv", ".aiff", ".aif", ".au", ".aac", ".m4a")
ARCHIVE_SUFFIXES = (".zip", ".pk3", ".wz", ".wad", ".cat", ".rcc")


def is_sound(name: str) -> bool:
    return name.lower().endswith(SOUND_SUFFIXES)


def open_archive(path: Path) -> Iterator[tuple[str, bytes]]:
    suffix = path.suffix.lower()
    if suffix in (".zip", ".pk3", ".wz"):
        yield from _zip(path)
    elif suffix == ".wad":
        yield from _wad(path.read_bytes())
    elif suffix == ".cat":
        yield from _cat(path.read_bytes())
    elif suffix == ".rcc":
        yield from _rcc(path.read_bytes())


def _zip(path: Path) -> Iterator[tuple[str, bytes]]:
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            if is_sound(entry.filename):
                yield entry.filename, archive.read(entry)


def _wad(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Doom sound lumps: u16 format 3, u16 rate, u32 count with 16 padding bytes at each end, unsigned 8-bit samples."""
    if data[:4] not in (b"IWAD", b"PWAD"):
        return
    count, directory = struct.unpack_from("<ii", data, 4)
    for index in range(count):
        offset, size, raw = struct.unpack_from("<ii8s", data, directory + 16 * index)
        name = raw.split(b"\0")[0].decode("ascii", "replace")
        lump = data[offset:offset + size]
        if not name.startswith("DS") or len(lump) < 48:
            continue
        if lump[:4] in (b"RIFF", b"OggS", b"fLaC"):
            yield f"{name}.wav", lump
            continue
        kind, rate, samples = struct.unpack_from("<HHI", lump, 0)
        if kind == 3 and 4000 <= rate <= 48000:
            yield f"{name}.wav", _wave(lump[24:8 + samples - 16], rate)


def _wave(samples: bytes, rate: int) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(rate)
        file.writeframes(samples)
    return out.getvalue()


def _cat(data: bytes) -> Iterator[tuple[str, bytes]]:
    """OpenTTD sample catalogue: a table of (offset, size); each entry is a length-prefixed title, then a RIFF file."""
    first = struct.unpack_from("<I", data, 0)[0] & 0x7FFFFFFF
    for index in range(first // 8):
        offset, size = struct.unpack_from("<II", data, 8 * index)
        offset &= 0x7FFFFFFF
        riff = data.find(b"RIFF", offset, offset + 300)
        if riff < 0:
            continue
        title = data[offset + 1:riff].split(b"\0")[0].decode("latin-1")
        length = struct.unpack_from("<I", data, riff + 4)[0]
        safe = "".join(c if c.isalnum() or c in " .-_" else "_" for c in title).strip().rstrip(".")
        yield f"{index:02d}_{safe[:200]}.wav", data[riff:riff + 8 + length]


def _rcc(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Qt resource collection, versions 1 to 3; entries stored plain or zlib-compressed."""
    if data[:4] != b"qres":
        return
    version, tree, blobs, names = struct.unpack_from(">IIII", data, 4)
    node = 14 if version == 1 else 22

    def name_at(offset: int) -> str:
        length = struct.unpack_from(">H", data, names + offset)[0]
        start = names + offset + 6
        return data[start:start + 2 * length].decode("utf-16-be")

    def walk(index: int, prefix: str) -> Iterator[tuple[str, bytes]]:
        at = tree + index * node
        name_offset, flags = struct.unpack_from(">IH", data, at)
        path = f"{prefix}/{name_at(name_offset)}" if index else ""
        if flags & 2:
            children, first = struct.unpack_from(">II", data, at + 6)
            for child in range(first, first + children):
                yield from walk(child, path)
        elif is_sound(path):
            start = blobs + struct.unpack_from(">I", data, at + 10)[0]
            size = struct.unpack_from(">I", data, start)[0]
            blob = data[start + 4:start + 4 + size]
            if flags & 1:
                blob = zlib.decompress(blob[4:])
            if not flags & 4:
                yield path.lstrip("/"), blob

    yield from walk(0, "")
