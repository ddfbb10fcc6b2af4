# SPDX-License-Identifier: MIT
"""What commands answer: defaults that are not recorded, figures that do not exist, numbers that
are none. Needs nothing but Python."""
import json
import os
import struct
import subprocess
import tempfile

from checking import check, finish
from picture_files import grey_png

PROGRAM = os.environ["DENSENET"]
SMALL = ("--blocks", "1,2", "--growth", "2", "--channels", "1", "--classes", "3")


def run(*arguments, **options):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False, **options)


def strict_json(text):
    """As parsers read it that hold to the standard."""
    def no_number(word):
        raise ValueError(word)
    return json.loads(text, parse_constant=no_number)


def picture(path, shade):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as stream:
        stream.write(grey_png(8, 8, shade))


def pipelines(folder):
    """info names the pipeline that predict takes, recorded or not."""
    for stem, pipeline in (("imagenet", "torchvision"), ("cifar", "cifar10")):
        path = f"{folder}/{stem}.safetensors"
        run("init", *SMALL, "--stem", stem, "-o", path)
        said = run("info", path).stdout
        check(stem, f"{pipeline},channels=1 (by the stem; not recorded)" in said, said)
        said = strict_json(run("info", "--json", path).stdout)
        check(f"{stem} in JSON", said["preprocess"] == f"{pipeline},channels=1" and not said["preprocess_recorded"])


def absent_figures(folder):
    """A class that is never predicted has no precision."""
    for name, shade in (("a", 10), ("b", 20), ("c\udcff", 30)):
        picture(f"{folder}/data/{name}/0.png", shade)
    command = ("eval", f"{folder}/data", "-w", f"{folder}/cifar.safetensors", "--preprocess", "none,crop=8,channels=1")
    done = run(*command, errors="surrogateescape")
    check("eval", done.returncode == 0 and "nan" not in done.stdout and done.stdout.count("  - ") == 2, done)
    rows = strict_json(run(*command, "--json", errors="surrogateescape").stdout)["outputs"]
    check("eval in JSON", sorted(row["precision"] is None for row in rows) == [False, True, True], rows)


def curves(folder):
    """Ticks of epochs are whole numbers; a lone AUROC is drawn on an axis from 0 to 1."""
    def glyphs(epochs, auroc):
        os.makedirs(f"{folder}/log{epochs}-{auroc}")
        with open(f"{folder}/log{epochs}-{auroc}/log.csv", "w", encoding="ascii") as file:
            file.write("kind,epoch,step,loss,accuracy,rate,val_loss,val_auroc,seconds\n")
            for epoch in range(1, epochs + 1):
                file.write(f"epoch,{epoch}.000000,{epoch},0.{epoch % 2 + 4},,,0.5,{auroc},1.0\n")
        done = run("plot", f"{folder}/log{epochs}-{auroc}", "--output", f"{folder}/chart.svg")
        check(f"chart of {epochs} epochs", done.returncode == 0, done)
        with open(f"{folder}/chart.svg", encoding="utf-8") as file:
            return file.read()
    few, many = glyphs(2, 0.97), glyphs(8, 0.97)
    check("fewer epochs have fewer ticks", few.count("<use") < many.count("<use"), (few.count("<use"), many.count("<use")))
    check("an AUROC has the axis of any other", few.count("<use") == glyphs(2, 0.5).count("<use"))


def files_of_eval(folder):
    """What cannot be written is refused before the work; tables keep their columns; pictures their caption."""
    for name in ("K\u00e4tzchen", "dog", "pig"):
        picture(f"{folder}/umlaut/{name}/0.png", 10)
    command = ("eval", f"{folder}/umlaut", "-w", f"{folder}/cifar.safetensors", "--preprocess", "none,crop=8,channels=1")
    for option, path in (("--confusion", "m.jpg"), ("--confusion", "absent/m.png"), ("--per-class", "absent/c.csv")):
        done = run(*command, option, f"{folder}/{path}")
        check(path, done.returncode == 2 and not done.stdout and path in done.stderr, done)
    done = run(*command, "--confusion", f"{folder}/m.txt")
    check("every ending is named", done.returncode == 2 and "m.txt: the name of a confusion matrix must end in .png, .svg or .csv"
          in done.stderr, done)
    done = run(*command, "--confusion", f"{folder}/m.png")
    rows = done.stdout.splitlines()[-3:]
    check("columns", len({len(row) for row in rows}) == 1 and done.returncode == 0, rows)
    with open(f"{folder}/m.png", "rb") as stream:
        width = struct.unpack(">I", stream.read(20)[16:])[0]
    check("room for the caption", width >= 350, width)


def size_of(path):
    with open(path, "rb") as stream:
        return struct.unpack(">II", stream.read(24)[16:])


def long_names(folder):
    """A confusion matrix has room for the names of its classes, or says that it lacks it."""
    def drawn(place, names):
        for name in names:
            picture(f"{folder}/{place}/{name}/0.png", 10)
        run("init", "--blocks", "1,2", "--growth", "2", "--channels", "1", "--stem", "cifar", "--classes", str(len(names)),
            "-o", f"{folder}/{place}.safetensors")
        command = ("eval", f"{folder}/{place}", "-w", f"{folder}/{place}.safetensors", "--preprocess", "none,crop=8,channels=1",
                   "--confusion", f"{folder}/{place}")
        for ending in (".png", ".svg"):
            done = run(*command[:-1], command[-1] + ending, errors="surrogateescape")
            check(f"{place}{ending}", done.returncode == 0, done)
        with open(f"{folder}/{place}.svg", encoding="utf-8") as stream:
            return size_of(f"{folder}/{place}.png"), stream.read().count("<use")
    brief, long = ([f"{'w' * length} {i:02d}" for i in range(40)] for length in (2, 40))
    (width, _), brief_glyphs = drawn("brief", brief)
    (wider, _), long_glyphs = drawn("long", long)
    check("names have room", wider > width + 300 and long_glyphs == brief_glyphs + 2 * 40 * 38, (width, wider))
    (widest, height), _ = drawn("longest", ["w" * 200 + str(i) for i in range(3)])
    check("or are shortened", widest < 1100 and height < 1000, (widest, height))
    drawn("strange", ["c\udcff", "d"])


def control_characters(folder):
    """A file's name is one line of a terminal, whatever it holds."""
    path = f"{folder}/a\nb\x1b[31m.png"
    picture(path, 50)
    done = run("predict", path, "-w", f"{folder}/cifar.safetensors", "--preprocess", "none,crop=8,channels=1")
    check("a name", done.stdout.splitlines()[0] == f"{folder}/a\\nb\\x1b[31m.png", done)
    path = f"{folder}/\x9b31m\xa0é.png"  # a terminal takes U+009B for escape and bracket
    picture(path, 50)
    options = ("-w", f"{folder}/cifar.safetensors", "--preprocess", "none,crop=8,channels=1")
    said = run("predict", path, *options).stdout.splitlines()[0]
    check("a command of two bytes", said == f"{folder}/\\xc2\\x9b31m\xa0é.png", said)
    said = run("predict", f"{folder}/\x9b2J.png", *options).stderr
    check("in a message", "\x9b" not in said and "2J.png" in said, said)


def names(folder):
    """A mistyped network, and a file's name that promises another format."""
    for typed, meant in (("densnet121", "densenet121"), ("densenet-169", "densenet169"), ("DenseNet121", "densenet121"),
                         ("densnet-bc-100-12", "densenet-bc-100-12"), ("resnet50", ""), ("densenet-bc-101-12", ""),
                         ("densenet-41-12", "")):
        done = run("summary", typed)
        good = f'"{typed}"; did you mean {meant}?' in done.stderr if meant else "did you" not in done.stderr
        check(typed, done.returncode == 2 and good and done.stderr.count("\n") == 1, done.stderr)
    for command in (("convert", f"{folder}/cifar.safetensors"), ("init", *SMALL, "-o")):
        for ending in (".pdparams", ".msgpack", ".png", ".safetensor"):
            done = run(*command, f"{folder}/v1.0/net{ending}")
            check(f"{command[0]} to {ending}", done.returncode == 2 and
                  f"{ending} files are not written" in done.stderr and done.stderr.count("\n") == 1, done.stderr)
        os.makedirs(f"{folder}/v.out", exist_ok=True)
        for name, form in (("net", "safetensors"), ("net-0.5", "safetensors"), (".net", "safetensors"), ("net.PTH", "torch"),
                           ("net.ONNX", "ONNX")):
            done = run(*command, f"{folder}/v.out/{name}")
            check(f"{command[0]} to {name}", done.returncode == 0 and
                  form in strict_json(run("info", "--json", f"{folder}/v.out/{name}").stdout)["format"], done.stderr)


def changed(source, target, metadata=None, fill=None, rename=()):
    """A safetensors file with other entries in its metadata or with none of this program's, with
    numbers of which every byte is fill, or with a tensor renamed."""
    with open(source, "rb") as stream:
        data = stream.read()
    size = struct.unpack("<Q", data[:8])[0]
    header, body = json.loads(data[8:8 + size]), data[8 + size:]
    if metadata == "none":
        header["__metadata__"] = {"format": "pt"}
    else:
        header["__metadata__"].update(metadata or {})
    if rename:
        header[rename[1]] = header.pop(rename[0])
    if fill is not None:
        begin, end = header["classifier.bias"]["data_offsets"]
        body = body[:begin] + bytes([fill]) * (end - begin) + body[end:]
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(target, "wb") as stream:
        stream.write(struct.pack("<Q", len(text)) + text + body)


def lies(folder):
    """Metadata that are wrong are named and not believed."""
    source, target = f"{folder}/cifar.safetensors", f"{folder}/lie.safetensors"
    truth = strict_json(run("info", "--json", source).stdout)
    check("the truth", truth["concat_from"] == "metadata" and truth["warning"] is None)
    for key, value in (("task", "-1"), ("arch", "resnet50"), ("arch", "densenet121"), ("preprocess", "imagenet"), ("preprocess", "torchvision"),
                       ("concat", "middle")):
        changed(source, target, {f"densenet.{key}": value})
        said = strict_json(run("info", "--json", target).stdout)
        check(f"{key} {value}", f'densenet.{key} is "{value}" in its metadata' in said["warning"] and
              "ignored" not in said["warning"] and said["task"] == "classes" and said["architecture"] == "densenet" and
              (said["concat_from"] == "metadata") == (key != "concat"), said)
    for key, value in (("growth", "99"), ("growth", "two"), ("blocks", "1,x"), ("blocks", "2,1"), ("stem", "imagenet"),
                       ("stem", "none"), ("compression", "0.9"), ("bn_epsilon", ""), ("classes", "7")):
        changed(source, target, {f"densenet.{key}": value, "densenet.task": "labels"})
        said = strict_json(run("info", "--json", target).stdout)
        check(f"{key} {value}", f'densenet.{key} is "{value}" in its metadata' in said["warning"] and
              said["warning"].endswith("; its metadata was ignored") and said["concat_from"] == "names" and
              said["task"] == "classes" and said["growth"] == 2, said)
    changed(source, target, {"densenet.task": "\x1b[2J"})
    check("a terminal's command", '"?[2J"' in run("info", target).stdout)


def no_numbers(folder):
    """An answer that is not a number is reported for the picture."""
    changed(f"{folder}/cifar.safetensors", f"{folder}/nan.safetensors", fill=0xff)
    pictures = [f"{folder}/data/{name}/0.png" for name in "ab"]
    for form in ((), ("--json",), ("--csv",)):
        done = run("predict", "-w", f"{folder}/nan.safetensors", "--preprocess", "none,channels=1", *pictures, *form)
        check("predict", done.returncode == 2 and all(f"{name}: the network's answer is not a number" in done.stderr
                                                     for name in pictures) and "nan" not in done.stdout, done)


def one_number_missing(folder):
    """One logit that is not a number spoils the answer, of classes and of labels, and is said by all who ask."""
    source, path = f"{folder}/two.safetensors", f"{folder}/one-nan.safetensors"
    run("init", "--blocks", "1", "--growth", "2", "--stem", "cifar", "--channels", "1", "--classes", "2", "-o", source)
    with open(source, "rb") as stream:
        size = struct.unpack("<Q", stream.read(8))[0]
        header, data = stream.read(size), bytearray(stream.read())
    begin = json.loads(header)["classifier.bias"]["data_offsets"][0]
    data[begin:begin + 4] = struct.pack("<f", float("nan"))
    with open(path, "wb") as stream:
        stream.write(struct.pack("<Q", size) + header + data)
    for name, shade in (("x/0", 10), ("x/1", 200), ("y/2", 90), ("y/3", 30)):
        picture(f"{folder}/pair/{name}.png", shade)
    with open(f"{folder}/pair.csv", "w", encoding="ascii") as stream:
        stream.write("image,p,q\npair/x/0.png,1,0\npair/x/1.png,0,1\npair/y/2.png,1,1\n")
    run("convert", path, f"{folder}/nan-labels.safetensors", "--task", "labels")
    pipeline = ("--preprocess", "none,crop=8,channels=1")
    for network, data, count in ((path, f"{folder}/pair", 4), (f"{folder}/nan-labels.safetensors", f"{folder}/pair.csv", 3)):
        done = run("eval", data, "-w", network, *pipeline, "--json")
        said = strict_json(done.stdout)
        check(f"eval {data}", done.returncode == 1 and said["not_numbers"] == count and said["loss"] is None and
              f"{count} of {count} answers are not numbers" in done.stderr, done)
        done = run("eval", data, "-w", network, *pipeline, "--compare", "f32,bf16")
        said = done.stdout.splitlines()[-1].split()  # of the second label alone is there an answer that can be the same
        check(f"eval --compare {data}", done.returncode == 1 and "nan" not in done.stdout and said[0] == "bf16" and
              said[1] == said[4] == "-" and said[3] == ("0.00%" if count == 4 else "50.00%") and
              f"{count} of {count} answers at bf16 are not numbers" in done.stderr, done)
    done = run("predict", f"{folder}/pair/x", "-w", path, *pipeline, "--csv", "--cam", f"{folder}/nan-maps")
    check("predict", done.returncode == 2 and done.stdout.count(",,,,,the network's answer is not a number\n") == 2 and
          not os.listdir(f"{folder}/nan-maps"), done)
    done = run("train", f"{folder}/pair", "--init", path, *pipeline, "--val-split", "0", "--epochs", "1", "-o", f"{folder}/nan-run")
    check("train", done.returncode == 2 and "the loss is nan" in done.stderr, done)


def blurred(folder):
    """A network that blurs at its stem's end is known by its name; what blurs elsewhere is refused."""
    source = f"{folder}/deep.safetensors"
    run("init", "--blocks", "6,12,24,16", "--growth", "2", "--stem", "deep", "-o", source)
    os.makedirs(f"{folder}/densenetblur121d.ra_in1k")
    named = (f"{folder}/densenetblur121d_ra.safetensors", f"{folder}/densenetblur121d.ra_in1k/model.safetensors")
    for path in (*named, f"{folder}/other.safetensors"):
        changed(source, path, "none")
        done = run("info", path)
        check(path, done.returncode == 0 and "blurred max-pool" in done.stdout and "timm's" not in done.stderr if path in named
              else "if this is timm's densenetblur121d, answers will be wrong" in done.stdout, done.stdout + done.stderr)
        check(f"{path}, asked", "blurred" not in run("info", path, "--stem-pool", "max").stdout)
    changed(source, f"{folder}/filters.safetensors", "none", rename=("classifier.bias", "features.pool0.filt"))
    done = run("predict", "-w", f"{folder}/filters.safetensors", f"{folder}/data/a/0.png")
    check("filters", done.returncode == 2 and '("features.pool0.filt"): blur pooling' in done.stderr, done.stderr)


def memory(folder):
    """More than any machine has is refused before anything is allocated."""
    for arguments in (("--batch", "65536", "--size", "4096"), ("--train", "--batch", "16000", "--size", "128")):
        done = run("bench", "densenet264", *arguments)
        check(f"bench {arguments}", done.returncode == 2 and "GB of memory" in done.stderr and
              "GB are available" in done.stderr and done.stderr.count("\n") == 1, done)


def levels(folder):
    """A level that is none is refused; the plain one runs everywhere."""
    for level, status in (("reference", 0), ("avx3", 2), ("", 0)):
        done = run("info", f"{folder}/cifar.safetensors", env={**os.environ, "DENSENET_CPU": level})
        check(f"DENSENET_CPU={level}", done.returncode == status and
              ('DENSENET_CPU is "avx3"' in done.stderr) == (status == 2), done.stderr)


with tempfile.TemporaryDirectory() as scratch:
    for test in (pipelines, absent_figures, files_of_eval, long_names, control_characters, names, lies, curves, no_numbers, one_number_missing, blurred, memory, levels):
        test(scratch)
        print(test.__name__)
finish()
