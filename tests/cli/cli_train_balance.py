# SPDX-License-Identifier: MIT
"""Classes that are not alike frequent, runs that end early, and X-rays: what was asked for is done, recorded and
kept by a resumed run, or refused."""
import os
import subprocess
import tempfile

from checking import check, finish
from picture_files import grey_png
from run_files import log_rows, results, settings

DENSENET = os.environ["DENSENET"]
NETWORK = ["--blocks", "1,1", "--growth", "4", "--stem", "cifar", "--threads", "1", "--batch-size", "4"]
COUNTS = {"cat": 12, "dog, small": 4}
BALANCED = "weights"


def densenet(*arguments):
    return subprocess.run([DENSENET, *arguments], capture_output=True, text=True)


def write_classes(folder, counts):
    for place, (name, count) in enumerate(counts.items()):
        os.makedirs(f"{folder}/{name}")
        for number in range(count):
            with open(f"{folder}/{name}/{number}.png", "wb") as file:
                file.write(grey_png(34, 32, 20 + 60 * place + 9 * number))


def write_text(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def train(data, *options, run=None, epochs=2):
    train.runs += 1
    run = run or f"{os.path.dirname(data)}/run{train.runs}"
    done = densenet("train", data, *NETWORK, "--epochs", str(epochs), "--val-split", "0", *options, "--output", run)
    return run, done


train.runs = 0


def weights(path):
    with open(path, "rb") as file:
        header = int.from_bytes(file.read(8), "little")
        file.read(header)
        return file.read()


def tensors(run):
    return weights(f"{run}/last.safetensors")


def refused(what, words, *command):
    done = densenet(*command)
    said = done.stderr.strip()
    check(what, done.returncode == 2 and all(w in said for w in words) and "\n" not in said, said)


def class_weights(folder):
    data = f"{folder}/animals"
    write_classes(data, COUNTS)
    plain, _ = train(data)
    run, done = train(data, "--class-weights", "balanced")
    kept = settings(run)
    numbers = [float(n) for n in kept[BALANCED].split(",")]
    check("balanced: pictures over classes times the class's", done.returncode == 0 and abs(numbers[0] - 16 / 24) < 1e-8
          and numbers[1] == 2, kept)
    check("which is said", 'in the loss, a picture of "cat" counts as 0.6667, one of "dog, small" as 2\n' in done.stderr, done.stderr)
    check("and recorded", kept["class-weights"] == "balanced", kept)
    balanced = tensors(run)
    check("and has an effect", balanced != weights(f"{plain}/last.safetensors"))
    table = write_text(f"{folder}/weights.csv", 'class,weight\r\n"dog, small",2\r\ncat,0.666666667\r\n')
    plainer = write_text(f"{folder}/plainer.csv", "cat,0.666666667\ndog, small,2.0\n")
    for what in ("0.666666667,2", table, plainer):
        run, done = train(data, "--class-weights", what)
        check(f"the same bits from {what}", done.returncode == 0 and tensors(run) == balanced, done.stderr)
    run, done = train(data, "--class-weights", "1,1")
    check("equal weights are none", tensors(run) == weights(f"{plain}/last.safetensors"), done.stderr)
    mixed, _ = train(data, "--mixup", "0.3", "--label-smoothing", "0.1", "--ema", "0.9")
    run, done = train(data, "--mixup", "0.3", "--label-smoothing", "0.1", "--ema", "0.9", "--class-weights", "1,1")
    check("with mixup, smoothing and averages too", tensors(run) == weights(f"{mixed}/last.safetensors"))

    for what, given, words in (
            ("too few", "1", ("has 1 number, the data 2 classes",)), ("too many", "1,2,3", ("has 3 numbers",)),
            ("a negative one", "1,-2", ('"dog, small" has the weight -2',)), ("nothing but 0", "0,0", ("all weights are 0",)),
            ("a gap", "1,,2", ("is not a list of numbers",)), ("no such file", f"{folder}/absent", ("cannot be read",)),
            ("an unknown class", write_text(f"{folder}/1", "cat,1\nemu,2\n"), ("1: line 2: \"emu\" is not one of",)),
            ("a class twice", write_text(f"{folder}/2", "cat,1\ncat,2\n"), ("line 2: \"cat\" has a number already",)),
            ("a class without", write_text(f"{folder}/3", "cat,1\n"), ("has no number for \"dog, small\"",)),
            ("no number", write_text(f"{folder}/4", "cat,1\ndog, small,many\n"), ("line 2 is not NAME,NUMBER",)),
            ("not a number", write_text(f"{folder}/5", "cat,nan\ndog, small,1\n"), ("is not NAME,NUMBER",)),
            ("a folder", data, (f"{data}: cannot be read",)), ("positive ones", None, ("--pos-weight is of labels", "--class-weights"))):
        options = ("--class-weights", given) if given else ("--pos-weight", "2")
        refused(what, words, "train", data, *NETWORK, *options, "--output", f"{folder}/none")
    check("nothing is left of those", not os.path.exists(f"{folder}/none"))


def resumed_weights(folder):
    """A file that was changed is noticed; what is asked anew holds."""
    data, table = f"{folder}/animals", write_text(f"{folder}/changing.csv", "cat,1\ndog, small,2\n")
    whole, _ = train(data, "--class-weights", table)
    run, done = train(data, "--class-weights", table, "--max-steps", "3")
    write_text(table, "cat,1\ndog, small,3\n")
    refused("other weights than the run's", ("the weights are 1,3, the run has 1,2",), "train", "--resume", run)
    refused("or than it was told to repeat", ("the weights are 1,3, the run has 1,2",), "train", data, *NETWORK, "--epochs", "2",
            "--val-split", "0", "--class-weights", table, "--output", run, "--resume", "auto")
    write_text(table, "cat,1\ndog, small,2\n")
    done = densenet("train", "--resume", run)
    check("goes on to the same bits", done.returncode == 0 and results(run) == results(whole), done.stderr)
    run, done = train(data, "--class-weights", table, "--max-steps", "3")
    done = densenet("train", "--resume", run, "--class-weights", "none")
    check("may be given up", done.returncode == 0 and BALANCED not in settings(run), settings(run))


def samplers(folder):
    data = f"{folder}/animals"
    plain, _ = train(data, epochs=3)
    whole, done = train(data, "--sampler", "weighted", epochs=3)
    check("drawn by weight", done.returncode == 0 and settings(whole)["sampler"] == "weighted", done.stderr)
    check("which is something else", results(whole) != results(plain))
    again, _ = train(data, "--sampler", "weighted", "--threads", "3", epochs=3)
    check("depends on the seed alone", results(again) == results(whole))
    run, done = train(data, "--sampler", "weighted", "--max-steps", "1", epochs=3)
    while done.returncode == 0 and "continue with" in done.stderr:
        done = densenet("train", "--resume", run, "--max-steps", "3")
    check("resumes to the same bits", done.returncode == 0 and results(run) == results(whole), done.stderr)
    run, done = train(data, "--max-steps", "1")
    refused("another sampler on the way", ("--sampler is shuffle in that run",), "train", "--resume", run, "--sampler", "weighted")
    refused("in the data's order", ("--no-shuffle",), "train", data, *NETWORK, "--sampler", "weighted", "--no-shuffle")
    refused("nothing to mix with", ("--mixup", "--batch-size is 1"), "train", data, *NETWORK, "--mixup", "0.2", "--batch-size", "1")
    _, done = train(data, "--sampler", "weighted", "--class-weights", "balanced")
    check("twice balanced is said", done.returncode == 0 and "weigh them once more" in done.stderr, done.stderr)


def labels(folder):
    """Positive labels weigh as much as negative ones; what is not known counts in neither."""
    data = f"{folder}/table"
    os.makedirs(data)
    rows = []
    for number in range(12):
        with open(f"{data}/{number}.png", "wb") as file:
            file.write(grey_png(34, 32, 9 * number))
        rows.append(f"{number}.png,{int(number < 2)},{('', '0', '1')[number % 3]},{'' if number else 1}\n")
    write_text(f"{data}/labels.csv", "image,few,some,all\n" + "".join(rows))
    plain, _ = train(data)
    run, done = train(data, "--pos-weight", "auto")
    check("negative over positive, of what is known", settings(run)[BALANCED] == "5,1,1"
          and 'in the loss, a picture with "few" counts as 5, one with "some" as 1, one with "all" as 1\n' in done.stderr, done.stderr)
    check("of which there are both", '/labels.csv: true of all pictures: "all"; it keeps the weight 1\n' in done.stderr, done.stderr)
    same, done = train(data, "--pos-weight", "5,1,1")
    check("the same bits", tensors(same) == tensors(run) and tensors(run) != tensors(plain), done.stderr)
    one, done = train(data, "--pos-weight", "1")
    check("one for all", settings(one)[BALANCED] == "1,1,1", done.stderr)
    first = [float(results(r)[2][1][3]) for r in (one, plain)]
    check("a weight of 1 is none", abs(first[0] - first[1]) < 1e-6, first)
    for what, words in (("--class-weights=balanced", ("--class-weights is of classes", "--pos-weight")),
                        ("--sampler=weighted", ("has labels", "--pos-weight")),
                        ("--label-smoothing=0.1", ("--label-smoothing is of classes",))):
        refused(f"{what} of labels", words, "train", data, *NETWORK, what, "--output", f"{folder}/none")


def logged(run):
    return [row for row in log_rows(run) if row["kind"] == "epoch"]


def patience(folder):
    """A validation whose classes are swapped gets worse and worse."""
    data, run = f"{folder}/swapped", f"{folder}/patient"
    write_classes(f"{data}/train", {"dark": 4, "light": 4})
    write_classes(f"{data}/val", {"light": 4, "dark": 4})
    command = ["train", data, *NETWORK, "--epochs", "40", "--patience", "3", "--output", run, "--resume", "auto"]
    done = densenet(*command)
    rows = logged(run)
    best = max(range(len(rows)), key=lambda i: (float(rows[i]["val_accuracy"]), -float(rows[i]["val_loss"])))
    check("ends early, done", done.returncode == 0 and best + 4 == len(rows) < 40, f"{best} {len(rows)} {done.stderr[-400:]}")
    check("says what it waits for", "ends after 3 validations without a better accuracy" in done.stderr, done.stderr)
    said = f"{run}: ended early after epoch {len(rows)}: 3 validations without a better accuracy than epoch {best + 1}'s"
    check("and why it ends", said in done.stderr and done.stdout.strip() == f"{run}/best.safetensors", done.stderr[-400:])
    before = {name: os.stat(f"{run}/{name}").st_mtime_ns for name in os.listdir(run)}
    again = densenet(*command)
    check("a job queue finds it finished", again.returncode == 0 and said in again.stderr
          and before == {name: os.stat(f"{run}/{name}").st_mtime_ns for name in os.listdir(run)}, again.stderr)
    again = densenet("train", "--resume", run)
    check("so does --resume", again.returncode == 0 and said in again.stderr and "--patience" in again.stderr, again.stderr)

    cut = f"{folder}/cut"
    words = ["train", data, *NETWORK, "--epochs", "40", "--patience", "3", "--output", cut, "--max-steps", "5"]
    done = densenet(*words)
    while done.returncode == 0 and "continue with" in done.stderr:
        done = densenet("train", "--resume", cut, "--max-steps", "7")
    check("ends at the same epoch when it is cut", results(cut) == results(run), done.stderr)
    done = densenet("train", "--resume", run, "--patience", "0", "--epochs", str(len(rows) + 1))
    check("more patience goes on", done.returncode == 0 and len(logged(run)) == len(rows) + 1, done.stderr)
    refused("nothing to wait for", ("--patience 3 waits for a better validation",), "train", f"{folder}/animals", *NETWORK, "--patience",
            "3", "--val-split", "0", "--output", f"{folder}/none")


def xrays(folder):
    data = f"{folder}/chests"
    write_classes(data, {"NORMAL": 4, "PNEUMONIA": 4})
    run, done = train(data, "--recipe", "xray", epochs=1)
    kept = settings(run)
    check("the recipe", done.returncode == 0 and kept["augment"] == "imagenet,flip=0,scale=0.8:1,rotate=10,shift=0.05"
          and kept["optimizer"] == "adamw" and kept["lr"] == 1e-4 and "mirrored" not in done.stderr, kept)
    start = f"{run}/last.safetensors"
    for what, options, warns in (("another recipe", ("--recipe", "finetune", "--init", start), True), ("none", (), True),
                                 ("an augmentation", ("--recipe", "finetune", "--init", start, "--augment", "none"), False)):
        used = [] if "--init" in options else NETWORK
        done = densenet("train", data, *used, *options, "--batch-size", "4", "--epochs", "1", "--val-split", "0", "--output",
                        f"{folder}/xray-{what}")
        check(f"X-rays and {what}", done.returncode == 0 and ("look like findings in X-rays" in done.stderr) == warns, done.stderr)
    refused("finetune without weights", ("--recipe finetune is for weights to start from", "--init FILE"), "train", data,
            "--recipe", "finetune")


with tempfile.TemporaryDirectory() as scratch:
    for test in (class_weights, resumed_weights, samplers, labels, patience, xrays):
        test(scratch)
finish()
