# SPDX-License-Identifier: MIT
"""PaddleClas' .pdparams: a pickle of NumPy arrays by name, or of pairs of a name and an array, with a
table of other names beside them; tensor by tensor, exactly."""
import json
import pickle

from weight_parity import NAMED, ODD, check, compare, main, refused, run

import weight_files as files

STATISTICS = {"running_mean": "_mean", "running_var": "_variance"}
TABLE = "StructuredToParameterName@@"


def paddle(state):
    """The arrays of a state in torchvision's names; the classifier's weight is inputs x outputs."""
    module = {"norm": "_batch_norm", "conv": "_conv"}
    plain = {k: v for k, v in state.items() if "num_batches_tracked" not in k}
    renamed = files.renamed(
        plain,
        lambda b, l, kind, u, part: f"db_conv_{b + 2}.conv{b + 2}_{l + 1}.bn_ac_func{u + 1}.{module[kind]}.{part}",
        lambda b, kind, part: f"tr_conv{b + 2}_blk.conv_ac_func.{module[kind]}.{part}",
        {"features.conv0.": "conv1_func._conv.", "features.norm0.": "conv1_func._batch_norm.",
         "features.norm5.": "batch_norm.", "classifier.": "out."})
    arrays = {}
    for name, tensor in renamed.items():
        place, part = name.rsplit(".", 1)
        array = tensor.t().contiguous() if name == "out.weight" else tensor
        arrays[f"{place}.{STATISTICS.get(part, part)}"] = array.numpy()
    return arrays


def save(path, state, protocol, pairs):
    arrays = paddle(state)
    table = {name: f"{name}_0" for name in arrays}
    kept = {name: (table[name], array) if pairs else array for name, array in arrays.items()}
    with open(path, "wb") as file:
        pickle.dump({**kept, TABLE: table}, file, protocol=protocol)


def names(folder):
    path = f"{folder}/net.pdparams"
    for name, arch in {"five blocks": ODD["five blocks"], "densenet264": NAMED["densenet264"]}.items():
        state = files.trained(arch, seed=2)
        for protocol, pairs in ((2, False), (4, False), (4, True)) if name in ODD else ((2, False),):
            save(path, state, protocol, pairs)
            compare(f"{name}, protocol {protocol}, pairs {pairs}", path, state)
            found = json.loads(run("info", "--json", path).stdout)
            check(f"what is said of {name}", (found["dialect"], found["concat"], found["bn_epsilon"]) ==
                  ("PaddlePaddle", "last", 1e-5))
    state = {k: v for k, v in files.trained(ODD["five blocks"], seed=2).items() if "denseblock2.denselayer2.conv1" not in k}
    save(path, state, 4, True)
    refused("a layer without its convolution", run("convert", path, f"{folder}/no.pth"), "missing", absent=f"{folder}/no.pth")
    print("PaddlePaddle: 2 networks, protocols 2 and 4, with names and without")


main((names,))
