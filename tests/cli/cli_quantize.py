# SPDX-License-Identifier: MIT
"""densenet quantize: a file that computes in bytes, what it says of it, and what it refuses. Needs nothing but Python."""
import json
import math
import os
import re
import struct
import subprocess
import tempfile

from checking import check, finish
from picture_files import grey_png

PROGRAM = os.environ["DENSENET"]
NET = ("--preprocess", "none,channels=1,crop=16")


def run(*arguments, environment=None):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
                          env={**os.environ, **(environment or {})})


def make_inputs(folder):
    run("init", "--blocks", "2,2", "--growth", "4", "--channels", "1", "--stem", "cifar", "--classes", "2",
        "-o", f"{folder}/net.safetensors")
    for i in range(12):
        os.makedirs(f"{folder}/data/{'ab'[i % 2]}", exist_ok=True)
        os.makedirs(f"{folder}/pictures", exist_ok=True)
        for place in (f"data/{'ab'[i % 2]}", "pictures"):
            with open(f"{folder}/{place}/{i:02d}.png", "wb") as stream:
                stream.write(grey_png(16, 16, 20 * i + 3))


def answers(folder, net, *more, environment=None):
    done = run("predict", "-w", net, *NET, "--csv", *more, f"{folder}/pictures", environment=environment)
    check("predict answers", done.returncode == 0, done.stderr)
    return done.stdout


def from_pictures(folder):
    net, out = f"{folder}/net.safetensors", f"{folder}/int8.safetensors"
    done = run("quantize", net, *NET, "--data", f"{folder}/pictures", "-o", out)
    check("quantize", done.returncode == 0 and "12 pictures observed" in done.stdout and "logits' error" in done.stdout,
          done.stdout + done.stderr)
    told = json.loads(run("quantize", net, *NET, "--data", f"{folder}/pictures", "-o", f"{folder}/same.safetensors", "--json").stdout)
    pool = next(row["snr_db"] for row in told["layers"] if row["name"] == "pool")
    check("the pool's signal is that of all pictures", pool is not None and pool > 0, told["layers"])
    done = run("quantize", net, *NET, "--data", f"{folder}/pictures/00.png", "-o", f"{folder}/same.safetensors", "--json")
    told = {row["name"]: row["snr_db"] for row in json.loads(done.stdout)["layers"]}
    check("and of one picture there is none", told["pool"] is None and told["stem"] > 0, told)
    check("is smaller", os.path.getsize(out) < os.path.getsize(net))
    shown = json.loads(run("info", "--json", out).stdout)
    check("info has the record", shown["dtype"] == "int8" and shown["quantisation"]["method"] == "mse" and
          shown["quantisation"]["pictures"] == 12 and 0 < shown["quantisation"]["logits_error"] < 1, shown)
    check("info says it", "quantised      by mse, of 12 pictures" in run("info", out).stdout)
    expected = answers(folder, out, "--precision", "int8")
    levels = re.search("kernels    reference, (.*); in use", run("version").stdout).group(1).split(", ")
    for level in levels:
        check(f"the same bits on {level}", answers(folder, out, "--precision", "int8", "--threads", "2",
                                                   environment={"DENSENET_CPU": level}) == expected)
    check("is not f32's", answers(folder, out) != expected)
    told = json.loads(run("predict", "-w", out, *NET, "--json", "--precision", "int8",
                          f"{folder}/pictures/00.png").stdout)
    check("--json says the precision", told["precision"] == "int8", told)
    return out, expected


def copies(folder, out, expected):
    """convert keeps bytes unless another type is asked for; and again the same file."""
    for i, source in ((1, out), (2, f"{folder}/copy1.safetensors")):
        done = run("convert", source, f"{folder}/copy{i}.safetensors")
        check("convert", done.returncode == 0, done.stderr)
    with open(f"{folder}/copy1.safetensors", "rb") as one, open(f"{folder}/copy2.safetensors", "rb") as two, \
            open(out, "rb") as first:
        whole = one.read()
        check("convert keeps every byte", whole == two.read() == first.read())
    check("and the answers", answers(folder, f"{folder}/copy2.safetensors", "--precision", "int8") == expected)
    run("convert", out, f"{folder}/floats.safetensors", "--dtype", "f32")
    check("floats are exact copies", answers(folder, f"{folder}/floats.safetensors") == answers(folder, out))
    done = run("predict", "-w", f"{folder}/floats.safetensors", *NET, "--precision", "int8", f"{folder}/pictures")
    check("which do not compute in bytes", done.returncode == 2 and "is not quantised" in done.stderr, done.stderr)


def labelled(folder):
    """Accuracy is measured, layers are kept, and the report is drawn."""
    net, out = f"{folder}/net.safetensors", f"{folder}/labelled.safetensors"
    done = run("quantize", net, *NET, "-d", f"{folder}/data", "-o", out, "--json", "--keep", "stem,block1.layer1,stem",
               "--report", f"{folder}/report.svg", "--method", "percentile", "--percentile", "99.9")
    told = json.loads(done.stdout)
    check("--json", told["samples"] == 12 and set(told["top1"]) == {"f32", "int8"} and told["percentile"] == 99.9, told)
    check("--keep", told["kept"] == ["stem", "block1.layer1"] and "block2.layer2" in [row["name"] for row in told["layers"]])
    check("the worst layer first", [row["snr_db"] for row in told["layers"]] == sorted(row["snr_db"] for row in told["layers"]))
    with open(f"{folder}/report.svg", encoding="utf-8") as stream:
        check("--report", "<svg" in stream.read())
    check("kept layers answer", "a" in answers(folder, out, "--precision", "int8"))
    shown = run("info", out).stdout
    check("info shows accuracy as quantize does", re.search(r"accuracy [\d.]+\.\d\d% in float32, [\d.]+\.\d\d% in int8", shown), shown)
    done = run("quantize", net, *NET, "-d", f"{folder}/data", "-o", out, "--keep", "block2.layer2.bottleneck", "--json")
    check("--keep takes names as reports have them", json.loads(done.stdout)["kept"] == ["block2.layer2"], done)
    done = run("quantize", net, *NET, "-d", f"{folder}/data", "-o", out, "--target-drop", "100")
    check("--target-drop that is met keeps none", done.returncode == 0 and "in floats" not in done.stdout, done.stdout)
    done = run("eval", f"{folder}/data", "-w", out, *NET, "--compare", "f32,int8,bf16")
    check("eval --compare", done.returncode == 0 and "int8" in done.stdout, done.stderr)
    with open(f"{folder}/data/a/broken.png", "wb") as stream:
        stream.write(b"no picture")
    for precisions, sentence in (("f32,int8", "is not quantised"), ("bf16,f23", 'precision "f23"'), ("f32,f32", "comes twice"),
                                 ("f32", "two precisions or more"), ("f32,a,b,c,d", "at most 4")):
        done = run("eval", f"{folder}/data", "-w", net, *NET, "--compare", precisions)
        check(f"eval --compare {precisions} is refused before any picture is read", done.returncode == 2 and
              sentence in done.stderr and "broken.png" not in done.stderr and not done.stdout, done.stderr)
    os.remove(f"{folder}/data/a/broken.png")


def labels(folder):
    """A table with one label in each row is no table of classes to a network of labels; labels that all pictures have, or none,
    give no AUROC that could drop."""
    rows = [f"pictures/{i:02d}.png" for i in range(12)]
    run("convert", f"{folder}/net.safetensors", f"{folder}/labels.safetensors", "--task", "labels")
    with open(f"{folder}/labels.csv", "w", encoding="ascii") as stream:
        stream.write("image,p,q\n" + "".join(f"{row},{i % 2},{1 - i % 2}\n" for i, row in enumerate(rows)))
    done = run("quantize", f"{folder}/labels.safetensors", *NET, "-d", f"{folder}/labels.csv", "-o", f"{folder}/auroc.safetensors",
               "--json")
    check("AUROC of labels", set(json.loads(done.stdout)["auroc"]) == {"f32", "int8"}, done.stdout + done.stderr)
    with open(f"{folder}/labels.csv", "w", encoding="ascii") as stream:
        stream.write("image,p,q\n" + "".join(f"{row},1,0\n" for row in rows))
    done = run("quantize", f"{folder}/labels.safetensors", *NET, "-d", f"{folder}/labels.csv", "-o", f"{folder}/none.safetensors",
               "--target-drop", "1")
    check("--target-drop without a figure", done.returncode == 2 and "--target-drop: is measured on labelled data" in done.stderr and
          not os.path.exists(f"{folder}/none.safetensors"), f"{done.returncode} {done.stdout} {done.stderr}")


def without_pictures(folder):
    out = f"{folder}/recorded.safetensors"
    done = run("quantize", f"{folder}/net.safetensors", *NET, "-o", out)
    check("without pictures", done.returncode == 0 and "those that the norms recorded" in done.stdout, done.stderr)
    answers(folder, out, "--precision", "int8")
    check("info says so", "by mse, without pictures" in run("info", out).stdout)
    done = run("predict", "-w", out, *NET, "--precision", "auto", f"{folder}/pictures/00.png")
    check("auto knows nothing of it, and says so", "was not recorded" in done.stderr and "f32 is taken" in done.stderr, done)


def taken(folder, out):
    """auto is called what it is, wherever a precision is named."""
    for arguments in (("predict", f"{folder}/pictures"), ("eval", f"{folder}/data"),
                      ("eval", f"{folder}/data", "--json"), ("eval", f"{folder}/data", "--compare", "int8,auto", "--json")):
        precision = () if "--compare" in arguments else ("--precision", "auto")
        done = run(*arguments, "-w", out, *NET, *precision)
        said = re.findall("densenet: precision auto: (.*) is taken", done.stderr)
        check(f"{arguments} says what auto takes", len(said) == 1 and said[0] in ("f32", "bf16", "int8"), done.stderr)
        if "--json" in arguments:
            told = json.loads(done.stdout)
            check("and so does JSON", (told[1] if isinstance(told, list) else told)["precision"] == said[0], done.stdout)
    done = run("bench", "--blocks", "2", "--growth", "4", "--stem", "cifar", "--precision", "auto", "--runs", "1", "--json")
    check("and bench, of a network that records nothing", json.loads(done.stdout)["precision"] == "f32", done.stdout)


def halves(folder):
    """bf16 is measured and recorded with weights that stay; auto says what it takes, and why where it cannot know."""
    net, out = f"{folder}/net.safetensors", f"{folder}/halves.safetensors"
    done = run("quantize", net, *NET, "--to", "bf16", "-d", f"{folder}/data", "-o", out)
    check("--to bf16", done.returncode == 0 and "12 pictures compared" in done.stdout and "in bfloat16" in done.stdout,
          done.stdout + done.stderr)
    check("the file is named", f"{net}: records no names" in done.stderr, done.stderr)
    check("its weights stay", answers(folder, out) == answers(folder, net))
    shown = json.loads(run("info", "--json", out).stdout)
    cost = shown["quantisation"]["bf16"]
    check("info has the record", shown["dtype"] == "f32" and 0 < cost["logits_error"] < 1 and set(cost["top1"]) == {"f32", "bf16"},
          shown)
    check("info says it", "bf16           measured; logits' error" in run("info", out).stdout)
    run("convert", out, f"{folder}/halves2.safetensors")
    check("convert keeps it", json.loads(run("info", "--json", f"{folder}/halves2.safetensors").stdout)["quantisation"] ==
          shown["quantisation"])
    for name, silent in ((out, True), (net, False)):
        done = run("predict", "-w", name, *NET, "--json", "--precision", "auto", f"{folder}/pictures/00.png")
        check(f"auto of {name}", json.loads(done.stdout)["precision"] in (("f32", "bf16") if silent else ("f32",)) and
              ("was not recorded" not in done.stderr) == silent, done.stdout + done.stderr)


def refusals(folder, out):
    net = f"{folder}/net.safetensors"
    pictures = ("--data", f"{folder}/pictures")
    for name, arguments, sentence in (
            ("no output", (net, *pictures), "-o FILE is expected"),
            ("itself", (net, *pictures, "-o", net), "net.safetensors"),
            ("a picture of the data", (net, "--data", f"{folder}/pictures/00.png", "-o", f"{folder}/pictures/00.png"), "00.png"),
            ("torch's format", (net, *pictures, "-o", f"{folder}/x.pth"), ".safetensors and .onnx only"),
            ("twice", (out, *pictures, "-o", f"{folder}/x.safetensors"), f"{out}: is quantised already"),
            ("a method", (net, *pictures, "-o", f"{folder}/x.safetensors", "--method", "best"), "mse|percentile|minmax"),
            ("a layer", (net, *pictures, "-o", f"{folder}/x.safetensors", "--keep", "block7.layer1"), "of this network"),
            ("a target without labels", (net, *pictures, "-o", f"{folder}/x.safetensors", "--target-drop", "1"), "labelled data"),
            ("bf16 without data", (net, "-o", f"{folder}/x.safetensors", "--to", "bf16"), "--data is expected"),
            ("bf16 with --keep", (net, *pictures, "-o", f"{folder}/x.safetensors", "--to", "bf16", "--keep", "stem"), "for int8"),
            ("bf16 with --most", (net, *pictures, "-o", f"{folder}/x.safetensors", "--to", "bf16", "--most", "9"), "for int8"),
            ("bf16 with a method", (net, *pictures, "-o", f"{folder}/x.safetensors", "--to", "bf16", "--method", "mse"), "for int8"),
            ("a percentile of no method", (net, *pictures, "-o", f"{folder}/x.safetensors", "--percentile", "99"),
             "is of --method percentile"),
            ("--most without data", (net, "-o", f"{folder}/x.safetensors", "--most", "9"), "--data is expected"),
            ("twice without data", (out, "-o", f"{folder}/x.safetensors"), "int8.safetensors: is quantised already"),
            ("a report that cannot be", (net, *pictures, "-o", f"{folder}/x.safetensors", "--report", f"{folder}/no/r.png"),
             "no/r.png"),
            ("bf16 of bytes", (out, *pictures, "-o", f"{folder}/x.safetensors", "--to", "bf16"), "is quantised already"),
            ("a target without data", (net, "-o", f"{folder}/x.safetensors", "--target-drop", "1"), "--data is expected"),
            ("no pictures", (net, "--data", f"{folder}/nothing", "-o", f"{folder}/x.safetensors"), "nothing")):
        done = run("quantize", *arguments, *NET)
        check(f"refuses {name}", done.returncode == 2 and sentence in done.stderr and done.stderr.count("densenet: ") == 1,
              f"{done.returncode} {done.stderr}")
        check(f"{name}: writes nothing", not os.path.exists(f"{folder}/x.safetensors") and not os.path.exists(f"{folder}/x.pth"))
    done = run("convert", net, f"{folder}/x.safetensors", "--dtype", "int8")
    check("convert does not quantise", done.returncode == 2 and "is not quantised" in done.stderr, done.stderr)
    done = run("convert", out, f"{folder}/x.safetensors", "--naming", "reference")
    check("other names", done.returncode == 2 and "torchvision's names" in done.stderr, done.stderr)


def damaged(folder, out):
    """A part that is missing, of another length or impossible is named, and nothing is answered."""
    with open(out, "rb") as stream:
        data = stream.read()
    length = int.from_bytes(data[:8], "little")
    header, body = json.loads(data[8:8 + length]), data[8 + length:]
    weight = next(name for name in header if name.endswith("layer1.conv2.weight") or name.endswith("denselayer1.conv1.weight"))
    stem = weight[:-len("weight")]
    weights = math.prod(header[weight]["shape"])
    def write(changed, content):
        text = json.dumps(changed).encode()
        with open(f"{folder}/bad.safetensors", "wb") as stream:
            stream.write(len(text).to_bytes(8, "little") + text + content)
        done = run("info", f"{folder}/bad.safetensors")
        return done.returncode == 2 and done.stderr.count("densenet: ") == 1 and stem in done.stderr, done.stderr
    for part in ("weight_scale", "input_scale", "input_zero", "output_scale", "output_offset", "bias_correction"):
        without = {name: value for name, value in header.items() if name != stem + part}
        without["queue"] = header[stem + part]
        check(f"without {part}", *write(without, body))
        begin = header[stem + part]["data_offsets"][0]
        if part != "input_zero":
            check(f"{part} of NaN", *write(header, body[:begin] + b"\x00\x00\xc0\x7f" + body[begin + 4:]))
    begin = header[weight]["data_offsets"][0]
    check("a weight of -128", *write(header, body[:begin] + b"\x80" + body[begin + 1:]))
    floats = {**header, weight: {**header[weight], "dtype": "F32", "data_offsets": [len(body), len(body) + 4 * weights]}}
    floats["queue"] = header[weight]
    check("a scale of floats", *write(floats, body + bytes(4 * weights)))
    begin = header[stem + "weight_scale"]["data_offsets"][0]
    check("a scale too large for floats", *write(header, body[:begin] + struct.pack("<f", 3e38) + body[begin + 4:]))
    begin = header[stem + "output_offset"]["data_offsets"][0]
    check("an offset before a ReLU", *write(header, body[:begin] + struct.pack("<f", 1) + body[begin + 4:]))
    begin = header[stem + "input_zero"]["data_offsets"][0]
    check("a zero that is not a byte", *write(header, body[:begin] + b"\x00\x00\x80\x44" + body[begin + 4:]))
    for record in ("", "[]", "{"):
        header["__metadata__"]["densenet.quantisation"] = record
        write(header, body)
        told = run("info", f"{folder}/bad.safetensors").stdout
        check(f"a record {record!r}", "densenet.quantisation is" in told and "a JSON object is expected" in told, told)


with tempfile.TemporaryDirectory() as scratch:
    make_inputs(scratch)
    quantised, bits = from_pictures(scratch)
    copies(scratch, quantised, bits)
    labelled(scratch)
    labels(scratch)
    without_pictures(scratch)
    taken(scratch, quantised)
    halves(scratch)
    refusals(scratch, quantised)
    damaged(scratch, quantised)
finish()
