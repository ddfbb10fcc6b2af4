# SPDX-License-Identifier: MIT
"""Published tables of labels, trained and evaluated as they are: what is not known counts nowhere."""
import json
import os
import subprocess
import tempfile

from checking import check, finish
from picture_files import grey_png

DENSENET = os.environ["DENSENET"]
NETWORK = ["--blocks", "1,1", "--growth", "4", "--stem", "cifar", "--threads", "1", "--epochs", "2", "--batch-size", "4",
           "--weight-decay", "0"]
CHEXPERT = "Path,Sex,Age,Frontal/Lateral,AP/PA,No Finding,Edema,Fracture\n"


def densenet(*arguments):
    return subprocess.run([DENSENET, *arguments], capture_output=True, text=True)


def write_pictures(folder, names):
    for place, name in enumerate(names):
        path = f"{folder}/{name}"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(grey_png(34, 32, 10 + 17 * place % 200))


def write_table(path, header, rows):
    with open(path, "w", encoding="ascii") as file:
        file.write(header + "".join(row + "\n" for row in rows))


def classifier(path):
    """The rows of the classifier's weight, as bytes."""
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        body = file.read()
    entry = header["classifier.weight"]
    data = body[slice(*entry["data_offsets"])]
    size = len(data) // entry["shape"][0]
    return [data[at:at + size] for at in range(0, len(data), size)]


def chexpert(folder):
    """A folder as it is downloaded: train.csv, valid.csv, and paths that begin with its name."""
    data = f"{folder}/CheXpert-v1.0-small"
    names = [f"{part}/patient{n}/study1/view1_frontal.jpg" for part, count in (("train", 12), ("valid", 4))
             for n in range(count)]
    write_pictures(data, names)
    values = ("1.0,,-1.0", ",1.0,-1.0", ",,-1.0", ",0.0,-1.0")
    rows = [f"CheXpert-v1.0-small/{name},Female,{40 + n},Frontal,AP,{values[n % 4]}" for n, name in enumerate(names)]
    write_table(f"{data}/train.csv", CHEXPERT, rows[:12])
    write_table(f"{data}/valid.csv", CHEXPERT, rows[12:])
    start, run = f"{folder}/start.safetensors", f"{folder}/chexpert"
    densenet("init", "--blocks", "1,1", "--growth", "4", "--stem", "cifar", "--classes", "3", "--output", start)
    done = densenet("train", data, "--init", start, *NETWORK[6:], "--output", run)
    said = done.stderr
    check("CheXpert trains and validates", done.returncode == 0 and "valid.csv: validated on, 4 pictures" in said
          and said.count("not labels, so not used: ") == 1 and "12 entries are uncertain (-1)" in said, said)
    before, after = classifier(start), classifier(f"{run}/last.safetensors")
    check("a label that is never known is never learnt", [a == b for a, b in zip(before, after)] == [False, False, True])
    figures = json.loads(densenet("eval", data, "--weights", f"{run}/last.safetensors", "--json").stdout)["outputs"]
    check("nor counted", [o["support"] for o in figures] == [1, 1, 0] and figures[2]["predicted"] == 0
          and figures[2]["auroc"] is None and figures[0]["auroc"] is not None, figures)
    figures = json.loads(densenet("eval", data, "--weights", f"{run}/last.safetensors", "--json", "--uncertain",
                                  "one").stdout)["outputs"]
    check("unless it is meant to be", [o["support"] for o in figures] == [1, 1, 4], figures)
    done = densenet("train", data, *NETWORK, "--uncertain", "zero", "--output", f"{folder}/zero", "--max-steps", "1")
    with open(f"{folder}/zero/settings.json", encoding="utf-8") as file:
        check("what -1 means is recorded", json.load(file)["uncertain"] == "zero" and "uncertain (" not in done.stderr)


def known_entries_only(folder):
    """The figures of a label are those of a table that has only the rows where it is known."""
    names = [f"{n}.png" for n in range(8)]
    write_pictures(f"{folder}/known", names)
    values = ("0", "1", "1", "-1", "0", "", "1", "0")
    write_table(f"{folder}/known/all.csv", "image,a,b\n", [f"{n},{v},{i % 2}" for i, (n, v) in enumerate(zip(names, values))])
    write_table(f"{folder}/known/some.csv", "image,a,b\n", [f"{n},{v}," for n, v in zip(names, values) if v in ("0", "1")])
    run = f"{folder}/known-run"
    done = densenet("train", f"{folder}/known/all.csv", *NETWORK, "--val-split", "0", "--output", run)
    figures = [json.loads(densenet("eval", f"{folder}/known/{table}.csv", "--weights", f"{run}/last.safetensors",
                                   "--json").stdout)["outputs"][0] for table in ("all", "some")]
    check("known entries only", done.returncode == 0 and figures[0] == figures[1] and figures[0]["support"] == 3
          and figures[0]["auroc"] is not None, figures)


def findings_and_classes(folder):
    write_pictures(f"{folder}/pictures", [f"{n}.png" for n in range(6)])
    os.makedirs(f"{folder}/tables")
    write_table(f"{folder}/tables/nih.csv", "Image Index,Finding Labels,Patient ID\n",
                [f"{n}.png,{('Mass|Edema', 'No Finding', 'Mass')[n % 3]},{n}" for n in range(6)])
    done = densenet("train", f"{folder}/tables/nih.csv", *NETWORK, "--val-split", "0", "--output", f"{folder}/nih")
    check("pictures that are nowhere are said before anything is made", done.returncode == 2 and "root" in done.stderr
          and not os.path.exists(f"{folder}/nih"), done.stderr)
    done = densenet("train", f"{folder}/tables/nih.csv", *NETWORK, "--val-split", "0", "--output", f"{folder}/nih", "--root",
                    f"{folder}/pictures")
    labels = json.loads(densenet("info", f"{folder}/nih/last.safetensors", "--json").stdout)
    check("NIH's findings", done.returncode == 0 and labels["task"] == "labels", done.stderr)
    write_table(f"{folder}/isic.csv", "image,MEL,NV\n", [f"{n},{n % 2}.0,{1 - n % 2}.0" for n in range(6)])
    shared = ["train", f"{folder}/isic.csv", *NETWORK, "--root", f"{folder}/pictures", "--val-split", "0.4"]
    done = densenet(*shared, "--output", f"{folder}/isic")
    check("ISIC's one-hot columns are classes", done.returncode == 0 and "2 columns are classes" in done.stderr
          and "accuracy" in done.stderr, done.stderr)
    done = densenet("eval", f"{folder}/isic.csv", "--root", f"{folder}/pictures", "--weights",
                    f"{folder}/isic/last.safetensors")
    check("in eval too", done.returncode == 0 and "top-1" in done.stdout, done.stderr)
    done = densenet(*shared, "--task", "labels", "--output", f"{folder}/isic-labels")
    check("unless labels are asked for", done.returncode == 0 and "classes" not in done.stderr
          and "accuracy" not in done.stderr, done.stderr)
    done = densenet("train", f"{folder}/pictures", *NETWORK, "--label-column", "x", "--output", f"{folder}/none")
    check("pictures without classes or a table", done.returncode == 2, done.stderr)
    write_pictures(f"{folder}/classes", ("a/1.png", "b/1.png"))
    done = densenet("train", f"{folder}/classes", *NETWORK, "--label-column", "x", "--output", f"{folder}/none")
    check("columns of class folders", done.returncode == 2 and "are for a CSV" in done.stderr, done.stderr)


def doubtful_rows(folder):
    """What would be learnt or measured otherwise than meant is said, or refused."""
    names = [f"{n}.png" for n in range(8)]
    write_pictures(f"{folder}/rows", names)
    table = f"{folder}/rows/t.csv"

    def trained(*rows, header="image,label\n"):
        write_table(table, header, rows)
        return densenet("train", table, *NETWORK, "--val", table, "--image-size", "8", "--output", f"{folder}/rows{len(os.listdir(folder))}")

    rows = ["0.png,a", "1.png,b", "2.png,a", "3.png,b"]
    done = trained(*rows, "./0.png,b", "1.png,b")
    check("several rows", '2 pictures have more than one row ("0.png"), 1 of them with different answers' in done.stderr, done.stderr)
    check("one row each", "more than one row" not in trained(*rows).stderr)
    done = trained("0.png,1,", "1.png,0,1", "0.png,1,", "2.png,0,0", header="image,a,b\n")
    check("labels in several rows", '1 picture has more than one row ("0.png"), 0 of them' in done.stderr, done.stderr)
    done = trained(*rows, "4.png,NaN")
    check("a class nan", done.returncode == 2 and "names no class for " in done.stderr and "4.png" in done.stderr, done.stderr)
    done = trained(*rows, "4.png, a ", "5.png,\tb")
    check("blanks around a class", done.returncode == 0 and "2 classes: a, b" in done.stderr, done.stderr)
    write_table(f"{folder}/rows/val.csv", "image,b,a\n", ["0.png,1,0", "1.png,0,1"])
    write_table(table, "image,a,b,c\n", ["0.png,1,0,1", "1.png,0,1,1", "2.png,0,0,0", "3.png,1,1,1"])
    done = densenet("train", table, *NETWORK, "--val", f"{folder}/rows/val.csv", "--image-size", "8", "--output", f"{folder}/less")
    check("a label that is not validated", 'val.csv: says nothing of "c" of ' in done.stderr, done.stderr)
    write_pictures(f"{folder}/named", ("a/1.png", "b/1.png"))
    plain, named = f"{folder}/plain.safetensors", f"{folder}/named.safetensors"
    with open(f"{folder}/names", "w", encoding="ascii") as file:
        file.write("b\na\n")
    densenet("init", "--blocks", "1", "--growth", "4", "--stem", "cifar", "--classes", "2", "--output", plain)
    densenet("convert", plain, named, "--labels", f"{folder}/names")
    with open(f"{folder}/twice", "w", encoding="ascii") as file:
        file.write("a\na\n")
    densenet("convert", plain, f"{folder}/same.safetensors", "--labels", f"{folder}/twice")
    write_pictures(f"{folder}/only", ("a/1.png",))
    done = densenet("eval", f"{folder}/only", "--weights", f"{folder}/same.safetensors", "--image-size", "8")
    check("a name of two outputs", done.returncode == 2 and 'its class "a" is the name of more than one' in done.stderr, done.stderr)
    said = "records no names, so its outputs are taken in the order of the data's"
    results = [densenet("eval", f"{folder}/named", "--weights", weights, "--image-size", "8", "--json") for weights in (plain, named)]
    check("eval in the data's order", said in results[0].stderr and said not in results[1].stderr, results)
    losses = [json.loads(done.stdout)["top1"] for done in results]
    check("eval by name", abs(sum(losses) - 1) < 1e-9 or losses == [0.5, 0.5], losses)


with tempfile.TemporaryDirectory() as scratch:
    for test in (chexpert, known_entries_only, findings_and_classes, doubtful_rows):
        test(scratch)
finish()
