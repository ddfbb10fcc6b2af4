# SPDX-License-Identifier: MIT
"""TorchScript archives as bytes, with nothing but Python: networks as torch.jit.script and
torch.jit.trace save them, and hostile ones."""
import zipfile

from weight_bytes import op, rebuilt, storage, text, torch_zip

PACKAGE = "__torch__.torch.nn.modules."
FILES = {"Conv2d": "conv", "BatchNorm2d": "batchnorm", "Linear": "linear", "Sequential": "container", "MaxPool2d": "pooling",
         "ReLU": "activation", "AvgPool2d": "pooling"}
FORMS = ("scripted", "traced")
POOLS = {"MaxPool2d": (3, 2, 1), "AvgPool2d": (2, 2, 0)}


def lines(kind, how, kernel, stride, eps):
    """What a class's code says of its modules."""
    pair = "({0}, {0})".format if how == "scripted" else "[{0}, {0}]".format
    if kind == "Conv2d":
        values = {"stride": pair(stride), "padding": pair(kernel // 2), "dilation": pair(1), "groups": 1,
                  "kernel_size": pair(kernel), "padding_mode": '"zeros"'}
        call = f"torch._convolution(x, weight, None, {pair(stride)}, {pair(kernel // 2)}, {pair(1)}, False, {pair(0)}, 1, True)"
    elif kind == "BatchNorm2d":
        values = {"eps": eps, "affine": True, "num_features": 2}
        call = f"torch.batch_norm(x, weight, bias, running_mean, running_var, False, 0.1, {eps}, True)"
    elif kind in POOLS:
        kernel, stride, padding = POOLS[kind]
        values = {"kernel_size": kernel, "stride": stride, "padding": padding, "ceil_mode": False}
        call = f"torch.{'max' if padding else 'avg'}_pool2d(x, {pair(kernel)}, annotate(List[int], []), {pair(padding)})"
        if padding:
            call = call.replace("annotate(List[int], [])", pair(stride))
    else:
        values, call = {}, "(self).forward(x, )"
    if how == "scripted":
        return "".join(f"  {name} : Final[Some[int, int]] = {value}\n" for name, value in values.items())
    return f"  def forward(self: Tensor,\n    x: Tensor) -> Tensor:\n    weight = self.weight\n    return {call}\n"


class Archive:
    """Modules with classes, and the code of these: shared where it is the same, or one for each."""

    def __init__(self, how, stride, eps):
        self.how, self.stride, self.eps = how, stride, eps
        self.code, self.storages, self.known = {}, {}, {}

    def class_of(self, kind, kernel=0, stride=1):
        body = lines(kind, self.how, kernel, stride, self.eps)
        if self.how == "scripted" and (kind, body) in self.known:
            return self.known[kind, body]
        mangle = f".___torch_mangle_{len(self.known)}" if self.known else ""
        module = PACKAGE + FILES[kind] + mangle
        file = f"code/{module.replace('.', '/')}.py"
        self.code[file] = self.code.get(file, "") + f"class {kind}(Module):\n  __buffers__ = []\n{body}"
        self.known[kind, body if self.how == "scripted" else len(self.known)] = f"{module}.{kind}"
        return f"{module}.{kind}"

    def tensor(self, shape, data):
        key, strides, step = str(len(self.storages)), [], 1
        for size in reversed(shape):
            strides.insert(0, step)
            step *= size
        self.storages[key] = data
        return rebuilt(storage(key, step), 0, shape, strides)

    def object(self, name, entries):
        return op(name, b")\x81}(", *(text(key) + value for key, value in entries.items()), b"ub")

    def module(self, tree, path=""):
        """A tree of dictionaries, whose leaves hold the shape and bytes of tensors."""
        if not any(isinstance(child, dict) for child in tree.values()):
            shape = tree["weight"][0] if "weight" in tree else ()
            kind = {4: "Conv2d", 2: "Linear", 1: "BatchNorm2d"}.get(len(shape), path.rpartition(".")[2].rstrip("12"))
            stride = self.stride if path.endswith("conv0") else 1
            entries = {name: self.tensor(*tensor) for name, tensor in tree.items()}
            return self.object(self.class_of(kind, shape[-1] if shape else 0, stride), {"training": b"\x89", **entries})
        return self.object(self.class_of("Sequential"), {
            name: self.module(child, f"{path}.{name}") for name, child in tree.items()})

    def bytes(self, tree, method):
        pickled = b"\x80\x02" + self.module(tree) + b"."
        return torch_zip(pickled, self.storages, method, **{"constants.pkl": b"\x80\x02).", **self.code})


def torchscript(state, how, stride=2, eps=1e-5):
    """{name: (shape, bytes)} of torchvision's names; all containers are Sequential."""
    tree = {}
    without = {"norm0": ("ReLU", "MaxPool2d"), "norm1": ("ReLU1",), "norm2": ("ReLU2",), "norm": ("ReLU",), "conv": ("AvgPool2d",)}
    for name, tensor in state.items():
        *path, part = name.split(".")
        place = tree
        for component in path[:-1]:
            place = place.setdefault(component, {})
        place.setdefault(path[-1], {})[part] = tensor
        for kind in without.get(path[-1], ()):
            place.setdefault(kind, {})
    return Archive(how, stride, eps).bytes(tree, zipfile.ZIP_STORED if how == "scripted" else zipfile.ZIP_DEFLATED)


# --------------------------------------------------------------------- hostile

def coded(code, pickled):
    return torch_zip(pickled, {}, zipfile.ZIP_DEFLATED, **{
        "constants.pkl": b"\x80\x02).", "code/__torch__/torch/nn/modules/conv.py": code})


def modules(names):
    """So many modules, one of each of these classes."""
    return (b"\x80\x02}(" + b"".join(text(str(i)) + op(f"{PACKAGE}conv.{name}", b")\x81}", text("a"), b"Nsb")
                                     for i, name in enumerate(names)) + b"u.")


def classes(names, body="  eps : Final[float] = 1.\n"):
    return "".join(f"class {name}(Module):\n{body}" for name in names)


MANY = [f"C{i}" for i in range(60000)]
HOSTILE_SCRIPTS = {
    "code of too many classes": (coded("class A(Module):\n" * 70000, modules("A")), "classes"),
    "code of too many bytes": (coded("\0" * (17 << 20), modules("A")), "bytes"),
    "too many modules of one class": (coded(classes("A"), modules("A" * 70000)), "modules"),
    "a class for each of many modules": (coded(classes(MANY), modules(MANY)), "no tensors"),
    "many modules of a long class": (coded(classes("A", "    torch.conv2d(" * 500000), modules("A" * 20000)), "no tensors"),
    "calls that do not end": (coded(classes("AB", "\n    torch.conv2d([([(\"" * 100), modules("AB")), "no tensors"),
    "constants that are none": (coded(classes("A", "".join(
        f"  {name} : Final[int] = {value}\n" for value in ("", "(", "[1, 1, 1, 1, 1]", "1e999", "nan", '"' + "x" * 99 + '"', "-" * 99)
        for name in ("eps", "stride", "padding_mode"))), modules("A")), "no tensors"),
}
