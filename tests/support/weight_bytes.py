# SPDX-License-Identifier: MIT
"""Weight files as bytes, sound and hostile, with nothing but Python: for the tests that need no
PyTorch and for the seeds of the fuzz targets."""
import io
import json
import pickle
import struct
import zipfile

FLOATS = struct.pack("<6f", 1, 2, 3, 4, 5, 6)


# ---------------------------------------------------------------- safetensors

def safetensors(header, data=FLOATS, size=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if size is None else size) + text + data


def tensor(begin=0, end=24, shape=(2, 3), dtype="F32"):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": [begin, end]}


def header(data):
    return data[8:8 + int.from_bytes(data[:8], "little")]


def tensors(data):
    """{name: (shape, bytes)} of a safetensors file of 32-bit floats and counters."""
    entries = json.loads(header(data))
    body = data[8 + len(header(data)):]
    entries.pop("__metadata__", None)
    return {name: (entry["shape"], body[slice(*entry["data_offsets"])]) for name, entry in entries.items()
            if entry["dtype"] == "F32"}


SOUND_SAFETENSORS = safetensors({"__metadata__": {"a": "b"}, "w": tensor(0, 16, [4]), "b": tensor(16, 24, [2])})

HOSTILE_SAFETENSORS = {
    "a header of 100 GB": (safetensors({"w": tensor()}, size=100 * 10**9), "100000000000"),
    "a header of 2^64 - 1 bytes": (safetensors({"w": tensor()}, size=2**64 - 1), "header"),
    "a header longer than the file": (safetensors({"w": tensor()}, size=4000), "4000"),
    "a header that is cut": (safetensors(b'{"w": {"dtype": "F32", "shape"'), "header"),
    "a header that is a list": (safetensors(b"{[1, 2]"), "header"),
    "two tensors of one name": (safetensors(b'{"w":{"dtype":"F32","shape":[],"data_offsets":[0,4]},'
                                            b'"w":{"dtype":"F32","shape":[],"data_offsets":[4,8]}}'), "duplicate"),
    "deep nesting": (safetensors(b'{"w":' + b"[" * 100000 + b"]" * 100000 + b"}"), "header"),
    "an entry that is a number": (safetensors({"w": 3}), "dtype"),
    "an unknown type": (safetensors({"w": tensor(dtype="F4")}), "F4"),
    "a negative size": (safetensors({"w": tensor(shape=[-2, -3])}), "dimension 0"),
    "a size that is text": (safetensors({"w": tensor(shape=["2", 3])}), "dimension 0"),
    "sizes that overflow": (safetensors({"w": tensor(shape=[2**32, 2**32, 2**32])}), "overflow"),
    "a size beyond 64 bits": (safetensors(b'{"w":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,24]}}'), "header"),
    "nine dimensions": (safetensors({"w": tensor(shape=[1] * 9)}), "8 dimensions"),
    "offsets past the end": (safetensors({"w": tensor(0, 28, [7])}), "0 to 28"),
    "offsets turned round": (safetensors({"w": tensor(24, 0)}), "24 to 0"),
    "negative offsets": (safetensors({"w": tensor(-24, 0)}), "-24 to 0"),
    "three offsets": (safetensors({"w": {**tensor(), "data_offsets": [0, 12, 24]}}), "offsets"),
    "a shape larger than its data": (safetensors({"w": tensor(shape=[7])}), "7 elements"),
    "a shape smaller than its data": (safetensors({"w": tensor(shape=[5])}), "20 bytes"),
    "two tensors over each other": (safetensors({"a": tensor(0, 16, [4]), "b": tensor(8, 24, [4])}), "overlap"),
    "a hole between tensors": (safetensors({"a": tensor(0, 8, [2]), "b": tensor(16, 24, [2])}), "do not follow"),
    "bytes that belong to none": (safetensors({"w": tensor(0, 16, [4])}), "8 bytes"),
    "metadata of numbers": (safetensors({"__metadata__": {"a": 1}, "w": tensor()}), "__metadata__"),
}


# --------------------------------------------------------------------- pickles

def op(name, *texts):
    """A GLOBAL of "module name"."""
    module, _, short = name.rpartition(".")
    return b"c" + f"{module}\n{short}\n".encode() + b"".join(texts)


def text(string):
    return b"X" + struct.pack("<I", len(string)) + string.encode()


def integer(number):
    return b"J" + struct.pack("<i", number)


def integers(numbers):
    return b"(" + b"".join(map(integer, numbers)) + b"t"


def storage(key="0", count=6, kind="torch.FloatStorage"):
    """A persistent id of torch."""
    return b"(" + text("storage") + op(kind) + text(key) + text("cpu") + integer(count) + b"tQ"


def rebuilt(source=None, offset=0, shape=(2, 3), strides=(3, 1)):
    """_rebuild_tensor_v2 over a storage."""
    return op("torch._utils._rebuild_tensor_v2", b"(", storage() if source is None else source, integer(offset),
              integers(shape), integers(strides), b"\x89", op("collections.OrderedDict"), b")RtR")


def state(**tensors):
    return b"\x80\x02}(" + b"".join(text(name) + made for name, made in tensors.items()) + b"u."


class Evil:
    """Unpickled by Python, this would run a command."""

    def __init__(self, command):
        self.command = command

    def __reduce__(self):
        import os
        return os.system, (self.command,)


def bomb(levels=60):
    """Each list holds the one before twice: 2^levels paths in some hundred bytes."""
    code = b"\x80\x04" + text("x") + b"\x94"
    for i in range(levels):
        code += b"](h" + bytes([i]) + b"h" + bytes([i]) + b"e\x94"
    return code + b"."


def long_list(count, end):
    """Ones and an odd one out, as memo 0 and no longer on the stack."""
    return b"\x80\x02(" + b"K\x01" * count + end + b"tq\x000"


def shared_attributes(count=60000):
    """A module of so many attributes, all of them one list that is as long."""
    attributes = b"".join(text(str(i)) + b"h\x00" for i in range(count))
    return (long_list(count, b"N") + op("a.Module", b")\x81}(", text("_modules"), b"}", text("m"), b"Ns", attributes) +
            b"ub.")


def shared_pairs(count=100000):
    """So many dictionaries of one long list that holds no pair."""
    return long_list(count, b"N") + op("collections.OrderedDict") + b"q\x01](" + b"h\x01h\x00\x85R" * count + b"e."


SOUND_PICKLE = state(w=rebuilt(), b=rebuilt(storage(), 1, (2,), (3,)))


def by_python_2():
    """An OrderedDict of pairs, strings of bytes, the first of torch's functions for tensors."""
    def short(string):
        return b"U" + bytes([len(string)]) + string.encode()

    def tensor_of(offset, shape, strides):
        source = b"(" + short("storage") + op("torch.FloatStorage") + short("0") + short("cpu") + b"K\x06tQ"
        return op("torch._utils._rebuild_tensor", b"(", source, integer(offset), integers(shape), integers(strides), b"tR")

    pairs = b"".join(b"]" + short(name) + b"a" + made + b"aa" for name, made in
                     {"w": tensor_of(0, (2, 3), (3, 1)), "b": tensor_of(1, (2,), (3,))}.items())
    return b"\x80\x02" + op("collections.OrderedDict", b"]", pairs, b"\x85R.")

HOSTILE_PICKLES = {
    "no end": (b"\x80\x02}", "ends in the middle"),
    "an unknown operation": (b"\x80\x02\xff.", "0xff"),
    "an extension": (b"\x80\x02\x82\x01.", "0x82"),
    "protocol 6": (b"\x80\x06N.", "protocol"),
    "an empty stack": (b"\x80\x020.", "empty stack"),
    "nothing left": (b"\x80\x02.", "empty stack"),
    "no mark": (b"\x80\x02t.", "no mark"),
    "a memo that is not there": (b"\x80\x02h\x07.", "object 7"),
    "a memo numbered 4 billion": (b"\x80\x02Nr\xff\xff\xff\xff.", "numbers an object"),
    "a text of 4 GB": (b"\x80\x02X\xff\xff\xff\xffabc.", "4294967295"),
    "bytes of 2^63": (b"\x80\x04\x8e" + struct.pack("<Q", 2**63) + b".", "9223372036854775808"),
    "a key without a value": (b"\x80\x02}(" + text("w") + b"u.", "key without a value"),
    "items into a number": (b"\x80\x02K\x01(NNu.", "holds none"),
    "a call with no tuple": (b"\x80\x02" + op("os.system") + text("true") + b"R.", "not a tuple"),
    "a class named by numbers": (b"\x80\x04K\x01K\x02\x93.", "not text"),
    "a persistent id that is text": (b"\x80\x02" + text("storage") + b"Q.", "not a storage"),
    "a storage of no torch type": (state(w=rebuilt(storage(kind="os.system"))), "os.system"),
    "a storage with a negative count": (state(w=rebuilt(storage(count=-6))), "not a storage"),
    "a storage described twice": (state(a=rebuilt(), b=rebuilt(storage(count=5))), "two ways"),
    "a storage larger than its data": (state(w=rebuilt(storage(count=7))), "24"),
    "a storage that is missing": (state(w=rebuilt(storage(key="9"))), "9"),
    "a storage named as a path": (state(w=rebuilt(storage(key="../../../etc/passwd"))), "missing"),
    "a tensor of text": (state(w=rebuilt(text("no storage"))), "do not describe one"),
    "a tensor past the end": (state(w=rebuilt(offset=1)), "do not fit"),
    "a negative offset": (state(w=rebuilt(offset=-1)), "do not describe one"),
    "negative sizes": (state(w=rebuilt(shape=(-2, -3))), "size -2"),
    "negative strides": (state(w=rebuilt(strides=(3, -1))), "stride -1"),
    "strides past the end": (state(w=rebuilt(strides=(4, 1))), "do not fit"),
    "strides of nothing": (state(w=rebuilt(shape=(2**30, 2**30), strides=(0, 0))), "do not fit"),
    "sizes that overflow": (state(w=rebuilt(shape=(2**31 - 1,) * 4, strides=(0,) * 4)), "overflow"),
    "fewer strides than sizes": (state(w=rebuilt(strides=(1,))), "do not describe one"),
    "nine sizes": (state(w=rebuilt(shape=(1,) * 9, strides=(1,) * 9)), "do not describe one"),
    "a bomb of shared lists": (bomb(), "more than"),
    "a long list as many attributes": (shared_attributes(), "more than"),
    "a long list as the pairs of many dictionaries": (shared_pairs(), "no tensors"),
    "lists in lists": (b"\x80\x02" + b"]" * 100000 + b"a" * 99999 + b".", "deeper than"),
    "a name of a megabyte": (state(**{"w" * 2**20: rebuilt()}), "names longer"),
}


# ---------------------------------------------------------------- torch's files

def torch_zip(pickled=SOUND_PICKLE, entries=None, method=zipfile.ZIP_STORED, **others):
    """entries: the storages by key; others: files beside them."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr("archive/data.pkl", pickled)
        for key, data in ({"0": FLOATS} if entries is None else entries).items():
            archive.writestr(f"archive/data/{key}", data)
        for name, data in others.items():
            archive.writestr(f"archive/{name}", data)
    return file.getvalue()


def torch_legacy(pickled=SOUND_PICKLE, keys=("0",), counts=(6,), data=FLOATS, protocol=1001, little=True):
    magic = pickle.dumps(0x1950a86a20f9469cfc6c, 2)
    parts = [magic, pickle.dumps(protocol, 2), pickle.dumps({"little_endian": little}, 2), pickled,
             pickle.dumps(list(keys), 2)]
    return b"".join(parts) + b"".join(struct.pack("<q", count) + data for count in counts)


def patched(data, old, new):
    """Every place of a zip's records, local and central."""
    assert data.count(old) >= 1
    return data.replace(old, new)


def with_field(data, magic, offset, value):
    """A field of every zip record of one kind overwritten."""
    made, at = bytearray(data), data.find(magic)
    while at >= 0:
        made[at + offset:at + offset + len(value)] = value
        at = data.find(magic, at + 4)
    return bytes(made)


LOCAL, CENTRAL, END = b"PK\3\4", b"PK\1\2", b"PK\5\6"
def bundle(entries, folder="net/"):
    """A MONAI bundle's folder as an archive, with labels of two outputs."""
    file, shape = io.BytesIO(), {"num_channels": 1, "spatial_shape": [8, 8], "value_range": [0, 1]}
    network = {"inputs": {"image": shape}, "outputs": {"pred": {"channel_def": {"0": "a", "1": "b"}}}}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{folder}configs/metadata.json", json.dumps({"network_data_format": network}))
        for name, data in entries.items():
            archive.writestr(f"{folder}{name}", data)
    return file.getvalue()


SOUND_ZIP, SOUND_LEGACY = torch_zip(), torch_legacy()
DEFLATED = torch_zip(method=zipfile.ZIP_DEFLATED, entries={"0": b"\0" * 24})

HOSTILE_TORCH = {
    "a zip without data.pkl": (torch_zip().replace(b"data.pkl", b"data.pkx"), "data.pkl"),
    "a zip cut in the middle": (SOUND_ZIP[:len(SOUND_ZIP) // 2], "truncated"),
    "a zip without its last byte": (SOUND_ZIP[:-1], "truncated"),
    "a zip's directory outside": (with_field(SOUND_ZIP, END, 16, b"\xff\xff\xff\x7f"), "directory"),
    "a zip of more entries than bytes": (with_field(SOUND_ZIP, END, 10, b"\xff\xff"), "directory"),
    "a zip entry outside": (with_field(SOUND_ZIP, CENTRAL, 42, b"\xff\xff\xff\x7f"), "not where"),
    "a zip entry too large": (with_field(with_field(SOUND_ZIP, CENTRAL, 20, b"\xff\xff\xff\x7f"), CENTRAL, 24, b"\xff\xff\xff\x7f"), "past the end"),
    "a zip entry encrypted": (with_field(SOUND_ZIP, CENTRAL, 8, b"\1\0"), "encrypted"),
    "a zip entry by bzip2": (with_field(SOUND_ZIP, CENTRAL, 10, b"\x0c\0"), "neither stored nor deflated"),
    "a zip entry twice": (patched(torch_zip(entries={"0": FLOATS, "1": FLOATS}), b"archive/data/1", b"archive/data/0"), "two entries"),
    "deflated to another size": (with_field(DEFLATED, CENTRAL, 24, b"\x19\0\0\0"), "does not unpack"),
    "deflated with another checksum": (with_field(DEFLATED, CENTRAL, 16, b"\0\0\0\0"), "does not unpack"),
    "a deflate bomb": (torch_zip(b"\0" * (1 << 28), method=zipfile.ZIP_DEFLATED), "memory"),
    "written big-endian": (torch_zip(byteorder="big"), "big-endian"),
    "a metadata that is no JSON": (torch_zip(**{"densenet.json": "{"}), "densenet.json"),
    "old format of another protocol": (torch_legacy(protocol=1002), "protocol"),
    "old format written big-endian": (torch_legacy(little=False), "big-endian"),
    "old format without its data": (SOUND_LEGACY[:-32], "before storage"),
    "old format with half its data": (SOUND_LEGACY[:-12], "bytes left"),
    "old format with another count": (torch_legacy(counts=(5,)), "5 elements"),
    "old format with a negative count": (torch_legacy(counts=(-1,)), "-1 elements"),
    "old format with an unknown key": (torch_legacy(keys=("1",)), "does not fit"),
    "old format with a key twice": (torch_legacy(keys=("0", "0"), counts=(6, 6)), "does not fit"),
    "old format without keys": (torch_legacy(keys=(), counts=()), "missing"),
}


# -------------------------------------------------------------- NumPy's archives

def npy(descr="<f4", shape=(2, 3), fortran=False, data=FLOATS, version=1, text=None, length=None):
    entry = f"{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}\n".encode() if text is None else text
    size = len(entry) if length is None else length
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack("<H" if version == 1 else "<I", size) + entry + data


def npz(method=zipfile.ZIP_STORED, **arrays):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in arrays.items():
            archive.writestr(f"{name}.npy", data)
    return file.getvalue()


SOUND_NPZ = npz(w=npy(), b=npy(shape=(2,), data=FLOATS[:8]))

HOSTILE_NPZ = {
    "an array of objects": (npz(w=npy("|O")), 'w: holds elements of type "|O"'),
    "an array of big-endian numbers": (npz(w=npy(">f4")), '">f4"'),
    "an array of an unknown type": (npz(w=npy("<f4x")), '"<f4x"'),
    "an array that is cut": (npz(w=npy()[:-1]), "w: its data: 6 elements"),
    "an array shorter than a header": (npz(w=b"\x93NUMPY"), "too short"),
    "an array that is none": (npz(w=b"hello, world, hello"), "is not a .npy array"),
    "an array's header of 4 GB": (npz(w=npy(version=2, length=2**32 - 1)), "claims 4294967295 bytes"),
    "an array's header past its end": (npz(w=npy(length=60000)), "claims 60000 bytes"),
    "an array's header that is code": (npz(w=npy(text=b"__import__('os').system('true')")), "is not a .npy array's"),
    "an array of negative sizes": (npz(w=npy(shape=(-2, -3))), "is not a .npy array's"),
    "an array whose sizes overflow": (npz(w=npy(shape=(2**32, 2**32, 2**32))), "overflow"),
    "an array of nine dimensions": (npz(w=npy(shape=(1,) * 9)), "is not a .npy array's"),
    "an array twice": (patched(npz(v=npy(), w=npy()), b"v.npy", b"w.npy"), "two entries"),
    "arrays that inflate to gigabytes": (npz(zipfile.ZIP_DEFLATED, w=npy(shape=(2**26,), data=bytes(2**28))), "memory"),
}

STRANGERS = {
    "a web page": (b"<!DOCTYPE html><html><body>404</body></html>", "web page"),
    "a Git LFS pointer": (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n", "Git LFS"),
    "HDF5": (b"\x89HDF\r\n\x1a\n" + bytes(100), "HDF5"),
    "a tar": (b"sys_info".ljust(257, b"\0") + b"ustar\x0000" + bytes(300), "tar"),
    "gzip": (b"\x1f\x8b\x08" + bytes(40), "gzip"),
    "text": (b"hello, world\n", "unknown format"),
    "nothing": (b"", "empty"),
}
