# SPDX-License-Identifier: MIT
"""The picture in tests/golden/pictures/, and changes to its files."""
import struct

SIZE = (38, 30)


def pixels():
    """Smooth colours, RGB, rows from top to bottom."""
    width, height = SIZE
    return bytes(value for y in range(height) for x in range(width) for value in (6 * x, 8 * y, 255 - 3 * (x + y)))


def boxes(data, start, end):
    """(kind, start, end) of each box."""
    while start < end:
        size, kind = struct.unpack_from(">I4s", data, start)
        yield kind, start, start + size
        start += size


def find(data, start, end, *path):
    for kind, first, last in boxes(data, start, end):
        if kind == path[0]:
            inside = first + (12 if kind == b"meta" else 8)
            return (first, last) if len(path) == 1 else find(data, inside, last, *path[1:])
    raise ValueError(path)


def insert(data, at, added, *parents):
    """Adds bytes to the last of these boxes, each within the one before, and moves what follows."""
    grown = bytearray(data[:at] + added + data[at:])
    for depth in range(1, len(parents) + 1):
        start, _ = find(data, 0, len(data), *parents[:depth])
        size = struct.unpack_from(">I", grown, start)[0]
        struct.pack_into(">I", grown, start, size + len(added))
    return bytes(grown)


def turn(data):
    """The same file, asking for a quarter turn against the clock: a property irot of the first item."""
    end = find(data, 0, len(data), b"meta", b"iprp", b"ipco")[1]
    start, last = find(data, 0, len(data), b"meta", b"iprp", b"ipco")
    index = len(list(boxes(data, start + 8, last))) + 1
    added = struct.pack(">I4sB", 9, b"irot", 1)
    data = insert(data, end, added, b"meta", b"iprp", b"ipco")
    start, last = find(data, 0, len(data), b"meta", b"iprp", b"ipma")
    count_at = start + 12 + 4 + 2
    changed = bytearray(data)
    changed[count_at] += 1
    at = count_at + 1 + data[count_at]
    data = insert(bytes(changed), at, bytes([0x80 | index]), b"meta", b"iprp", b"ipma")
    return move_data(data, len(added) + 1)


def move_data(data, by):
    """Adds to the base offset of each item's data; of version 0 of iloc, which has no other construction."""
    start, _ = find(data, 0, len(data), b"meta", b"iloc")
    changed = bytearray(data)
    sizes, count = struct.unpack_from(">HH", data, start + 12)
    offset_size, length_size, base_size = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15
    at = start + 16
    for _ in range(count):
        base = slice(at + 4, at + 4 + base_size)
        changed[base] = (int.from_bytes(data[base], "big") + by).to_bytes(base_size, "big")
        extents = struct.unpack_from(">H", data, base.stop)[0]
        at = base.stop + 2 + extents * (offset_size + length_size)
    return bytes(changed)
