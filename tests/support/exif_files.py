# SPDX-License-Identifier: MIT
"""Blocks of EXIF with an orientation, well and badly made, and the beginnings of files
around them. Plain Python."""
import struct

from picture_files import chunk


def block(orientation, order="<", kind=3, count=1, before=(), after=()):
    """before, after: entries of other tags, as (tag, value)."""
    entries = [(tag, 3, 1, value) for tag, value in before] + [(0x112, kind, count, orientation)]
    entries += [(tag, 3, 1, value) for tag, value in after]
    out = (b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, 8)
    out += struct.pack(order + "H", len(entries))
    for tag, entry_kind, entry_count, value in entries:
        size = {4: "I", 9: "i", 6: "bxxx"}.get(entry_kind, "HH")
        numbers = (value, 0) if size == "HH" else (value,)
        out += struct.pack(order + "HHI" + size, tag, entry_kind, entry_count, *numbers)
    return out + bytes(4)


def every_block():
    """Each orientation in both byte orders, other types and counts (several numbers lie
    elsewhere if they do not fit), cut and damaged blocks."""
    blocks = [block(orientation, order) for orientation in range(10) for order in "<>"]
    blocks += [block(6, kind=kind) for kind in (1, 2, 4, 6, 8, 9)]
    blocks += [block(6, count=2), block(6, count=0), block(6, count=3), block(26, count=3) + struct.pack("<HHH", 5, 6, 7),
               block(6, before=[(0x10f, 7)], after=[(0x131, 8)])]
    blocks += [block(3, after=[(0x112, 8)]), b"Exif\0\0" + block(8), b"Exif\0\1" + block(8)]
    blocks += [block(6)[:size] for size in (0, 1, 4, 8, 10, 18, 21, 22, 26)]
    blocks += [b"II\0*" + block(6)[4:], b"IX*\0" + block(6)[4:], block(6)[:4] + b"\xff\xff\xff\xff" + block(6)[8:]]
    return blocks


def in_jpeg(exif, marker=b"\xff\xd8"):
    """A segment to put after a JPEG's first marker, with that marker."""
    data = exif if exif.startswith(b"Exif\0") else b"Exif\0\0" + exif
    return marker + b"\xff\xe1" + struct.pack(">H", len(data) + 2) + data


def in_png(exif, start=b"\x89PNG\r\n\x1a\n"):
    return start + chunk(b"eXIf", exif)


def in_webp(exif, stills=b"", size=(1, 1)):
    def padded(kind, data):
        return kind + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)

    head = padded(b"VP8X", b"\x08\0\0\0" + struct.pack("<I", size[0] - 1)[:3] + struct.pack("<I", size[1] - 1)[:3])
    chunks = head + stills + padded(b"EXIF", exif)
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WEBP" + chunks


AROUND = (in_jpeg, in_png, in_webp)
