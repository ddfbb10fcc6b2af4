# SPDX-License-Identifier: MIT
"""make_seeds_hdf5.py DIR: inputs of fuzz_hdf5, in DIR/hdf5/: small files with each of the structures that are read, written
here by hand, since HDF5's own library writes none below some kilobytes; and some that are wrong."""
import os
import struct
import sys
import zlib
from struct import pack

FOLDER = os.path.join(sys.argv[1], "hdf5")
os.makedirs(FOLDER, exist_ok=True)
NOWHERE = 2**64 - 1
FLOATS = struct.pack("<6f", 1, 2, 3, 4, 5, 6)


def fill(data):
    return data + bytes(-len(data) % 8)


# ------------------------------------------------------------------------- types and shapes

def real(size, exponent, big=0):
    sign = 8 * size - 1
    return pack("<BBBBIHHBBBBI", 0x11, 0x20 | big, sign, 0, size, 0, 8 * size, sign - exponent, exponent, 0, sign - exponent,
                2**(exponent - 1) - 1)


def integer(size, signed=8):
    return pack("<BBHIHH", 0x10, signed, 0, size, 0, 8 * size)


F32 = real(4, 8)
OPAQUE = pack("<B3xI", 0x15, 2)
VARIABLE = pack("<BBHI", 0x19, 1, 0, 16) + integer(1)


def fixed(size):
    return pack("<B3xI", 0x13, size)


def space(*sides):
    return pack("<BBB5x", 1, len(sides), 0) + pack(f"<{len(sides)}Q", *sides)


# ---------------------------------------------------------------------------------- objects

def message(kind, body, flags=0):
    return pack("<HHB3x", kind, len(fill(body)), flags) + fill(body)


def attribute(name, kind, shape, data, version=1):
    head = pack("<BBHHH", version, 0, len(name) + 1, len(kind), len(shape)) + (b"\0" if version == 3 else b"")
    parts = (name + b"\0", kind, shape)
    return message(0xc, head + b"".join(fill(part) if version == 1 else part for part in parts) + data)


class File:
    def __init__(self, version=0):
        self.data, self.version = bytearray(96 + 8 * version), version

    def put(self, data):
        at = len(self.data)
        self.data += fill(data)
        return at

    def object(self, *messages, blocks=1):
        """blocks: 2 if the last message lies elsewhere."""
        if blocks == 2:
            rest = self.put(messages[-1])
            messages = (*messages[:-1], message(0x10, pack("<QQ", rest, len(messages[-1]))))
        body = b"".join(messages)
        return self.put(pack("<BBHII4x", 1, 0, len(messages) + blocks - 1, 1, len(body)) + body)

    def texts(self, *texts):
        """A collection, and references to its texts."""
        objects = b"".join(pack("<HHIQ", i, 1, 0, len(text)) + fill(text) for i, text in enumerate(texts, 1))
        at = self.put(b"GCOL" + pack("<B3xQ", 1, 32 + len(objects)) + objects + pack("<QQ", 0, 16))
        return b"".join(pack("<IQI", len(text), at, i) for i, text in enumerate(texts, 1))

    def dataset(self, kind, shape, layout, *more):
        return self.object(message(1, shape), message(3, kind), message(5, bytes([2, 2, 2, 0])), message(8, layout), *more)

    def contiguous(self, kind, sides, data, *more):
        return self.dataset(kind, space(*sides), pack("<BBQQ", 3, 1, self.put(data), len(data)), *more)

    def node(self, kind, level, pairs):
        return self.put(b"TREE" + pack("<BBHQQ", kind, level, len(pairs), NOWHERE, NOWHERE) + b"".join(k + pack("<Q", a) for k, a in pairs))

    def chunked(self, sides, chunk, chunks, filters, levels=1):
        """chunks: of each its first element and its bytes, packed."""
        pairs = [(pack(f"<II{len(sides) + 1}Q", len(data), 0, *first, 0), self.put(data)) for first, data in chunks]
        for level in range(1, levels):
            pairs = [(pair[0], self.node(1, level - 1, [pair])) for pair in pairs]
        tree = self.node(1, levels - 1, pairs)
        layout = pack(f"<BBBQ{len(chunk) + 1}I", 3, 2, len(sides) + 1, tree, *chunk, 4)
        body = pack("<BB6x", 1, len(filters)) + b"".join(pack("<HHHHII", number, 0, 0, 1, value, 0) for number, value in filters)
        return self.dataset(F32, space(*sides), layout, message(0xb, body))

    def group(self, members, *messages, levels=1):
        names = [b"\0" * 8]
        tables = []
        for name in sorted(members):
            tables.append(self.put(b"SNOD" + pack("<BBHQQ24x", 1, 0, 1, sum(map(len, names)), members[name])))
            names.append(fill(name + b"\0"))
        heap = self.put(b"HEAP" + pack("<B3xQQQ", 0, sum(map(len, names)), 1, len(self.data) + 32) + b"".join(names))
        pairs = [(bytes(8), table) for table in tables]
        for level in range(1, levels):
            pairs = [(bytes(8), self.node(0, level - 1, [pair])) for pair in pairs]
        return self.object(*messages, message(0x11, pack("<QQ", self.node(0, levels - 1, pairs), heap)))

    def save(self, name, root):
        more = b"\1\0\0\0" if self.version else b""
        self.data[:96 + len(more)] = (b"\x89HDF\r\n\x1a\n" + bytes([self.version, 0, 0, 0, 0, 8, 8, 0]) + pack("<HHI", 4, 16, 0) + more +
                                      pack("<QQQQQQ24x", 0, NOWHERE, len(self.data), NOWHERE, 0, root))
        with open(os.path.join(FOLDER, name), "wb") as stream:
            stream.write(self.data)


def save(name, fill_file, version=0):
    file = File(version)
    file.save(name, fill_file(file))


def shuffled(data):
    return b"".join(data[i::4] for i in range(4))


def with_sums(data):
    """Fletcher's, of words with their big end first."""
    low = high = 0
    for word in struct.unpack(f">{len(data) // 2}H", data):
        low = (low + word) % 65535
        high = (high + low) % 65535
    return data + pack("<HH", low, high)


TYPES = {b"f16": real(2, 5), b"bf16": real(2, 8), b"f64": real(8, 11), b"i8": integer(1), b"u16": integer(2, 0), b"i64": integer(8),
         b"big": real(4, 8, 1), b"other": OPAQUE}
save("plain", lambda f: f.group({b"a": f.contiguous(F32, (2, 3), FLOATS), b"b": f.group({b"c": f.contiguous(F32, (), FLOATS[:4])})}))
save("version-1", lambda f: f.group({b"a": f.contiguous(F32, (2, 3), FLOATS)}), 1)
save("types", lambda f: f.group({name: f.contiguous(kind, (2,), bytes(2 * kind[4])) for name, kind in TYPES.items()}))
save("compact", lambda f: f.group({b"a": f.dataset(F32, space(6), pack("<BBH", 3, 0, 24) + FLOATS)}))
save("marked", lambda f: f.group({b"a": f.contiguous(OPAQUE, (2,), b"\x80\x3f" * 2, attribute(
    b"dtype", VARIABLE, space(), f.texts(b"bfloat16")))}))
save("texts", lambda f: f.group({}, attribute(b"names", VARIABLE, space(2), f.texts(b"conv/kernel", b"bn")), attribute(
    b"fixed", fixed(4), space(2), b"one\0four", 3), attribute(b"n", integer(4), space(2), bytes(8), 2)))
save("deep", lambda f: f.group({b"abc"[i:i + 1]: f.contiguous(F32, (1,), FLOATS[4 * i:4 * i + 4]) for i in range(3)}, levels=3))
save("blocks", lambda f: f.object(message(0, b""), message(0x11, pack("<QQ", f.node(0, 0, []), f.put(b"HEAP" + pack("<B3xQQQ", 0, 0, 1, 0)))),
                                  blocks=2))
PARTS = (((0, 0), FLOATS[:16]), ((0, 2), FLOATS[8:]))
for form, pack_chunk, filters in (("raw", bytes, []), ("deflate", zlib.compress, [(1, 4)]),
                                  ("shuffle", lambda data: zlib.compress(shuffled(data)), [(2, 4), (1, 9)]),
                                  ("checksum", with_sums, [(3, 0)])):
    save(form, lambda f: f.group({b"a": f.chunked((2, 3), (2, 2), [(at, pack_chunk(part)) for at, part in PARTS], filters)}))
save("chunk-tree", lambda f: f.group({b"a": f.chunked((2, 3), (2, 2), PARTS, [], 2)}))
save("newer", lambda f: f.put(b"OHDR\2" + bytes(27)))
save("itself", lambda f: f.group({b"a": 232}))  # where the group comes to lie
save("twice", lambda f: f.group(dict.fromkeys((b"a", b"b"), f.contiguous(F32, (6,), FLOATS))))
