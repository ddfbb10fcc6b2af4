# SPDX-License-Identifier: MIT
"""Networks as NumPy's arrays: .npz files that numpy.savez wrote, and those that numpy.load reads."""
import json

from weight_parity import SMALL, check, compare, converted, main, refused, run, same, small

import numpy
import torch

import weight_files as files


def arrays_of(state):
    return {name: tensor.numpy() for name, tensor in state.items()}


def reading(folder):
    """numpy.savez's file, compressed, in Fortran order, of other types, with text beside it."""
    path, state = f"{folder}/in.npz", small()
    arrays = arrays_of(state)
    numpy.savez(path, **arrays)
    compare("numpy.savez", path, state)
    numpy.savez_compressed(path, labels=numpy.array(["cat", "dog"]), **arrays)
    compare("compressed, with an array of text", path, state)
    numpy.savez(path, **{name: numpy.asfortranarray(array) for name, array in arrays.items()})
    compare("the first axis fastest", path, state)
    numpy.savez(path, **{name.replace("features.", "params/"): array for name, array in arrays.items()})
    compare("other names", path, state)
    for kind in ("float16", "float64"):
        numpy.savez(path, **{name: array.astype(kind) for name, array in arrays.items()})
        compare(kind, path, {name: torch.from_numpy(array.astype(kind).astype("float32")) if array.ndim else tensor
                             for (name, array), tensor in zip(arrays.items(), state.values())})
    numpy.savez(path, **arrays_of(files.reference(state, SMALL)))
    compare("the reference's names and order", path, state)
    numpy.savez(path, **{name: array.astype("O") for name, array in arrays.items()})
    refused("objects", run("convert", path, f"{folder}/no.pth"), '"|O"', absent=f"{folder}/no.pth")
    print("arrays read: 8 forms")


def writing(folder):
    """numpy.load's dictionary, in both types that NumPy has, and the same bytes once more."""
    path, out, again = (f"{folder}/{name}" for name in ("in.pth", "out.npz", "again.npz"))
    state = small()
    torch.save(state, path)
    for dtype in ("f32", "f16"):
        run("convert", path, out, "--dtype", dtype)
        with numpy.load(out) as loaded:
            found = {name: torch.from_numpy(loaded[name]) for name in loaded.files if name in state}
            note = json.loads(loaded["densenet.json"])
        expected = state if dtype == "f32" else {k: v.half() if v.dim() else v for k, v in state.items()}
        check(f"{dtype}: tensors", not same(found, expected), same(found, expected))
        check(f"{dtype}: metadata", note["densenet.blocks"] == "2,12,2" and note["densenet.concat"] == "last")
    run("convert", path, out)
    run("convert", out, again)
    with open(out, "rb") as first, open(again, "rb") as second:
        check("the same bytes once more", first.read() == second.read())
    check("and back", not same(converted(out, f"{folder}/back.pth"), state))
    refused("a type that NumPy has not", run("convert", path, f"{folder}/no.npz", "--dtype", "bf16"), "NumPy has no such type",
            absent=f"{folder}/no.npz")
    print("arrays written: f32, f16")


main((reading, writing))
