"""Writes a standard MIDI file: just notes, one program change and the tempo."""

import struct
from dataclasses import dataclass
from pathlib import Path

TICKS_PER_SECOND = 960  # 480 a quarter note at 120 beats a minute


@dataclass(frozen=True)
class Note:
    start: float
    length: float
    pitch: int
    velocity: int


def write(path: Path, notes: list[Note], program: int | None, channel: int) -> None:
    """``program`` None leaves the channel as it is (channel 9 is the drum kit)."""
    events = []
    for note in notes:
        events.append((note.start, 1, bytes((0x90 | channel, note.pitch, note.velocity))))
        events.append((note.start + note.length, 0, bytes((0x80 | channel, note.pitch, 0))))
    body = bytearray(b"\x00\xff\x51\x03" + (500000).to_bytes(3, "big"))
    if program is not None:
        body += bytes((0, 0xC0 | channel, program))
    now = 0
    for time, _, message in sorted(events):
        tick = round(time * TICKS_PER_SECOND)
        body += _variable(tick - now) + message
        now = tick
    body += _variable(2 * TICKS_PER_SECOND) + b"\xff\x2f\x00"
    path.write_bytes(b"MThd" + struct.pack(">IHHH", 6, 0, 1, 480) + b"MTrk" + struct.pack(">I", len(body)) + bytes(body))


def _variable(value: int) -> bytes:
    out = [value & 0x7F]
    while value := value >> 7:
        out.append(0x80 | value & 0x7F)
    return bytes(reversed(out))
