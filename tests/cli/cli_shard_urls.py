# SPDX-License-Identifier: MIT
"""Shards by URLs, from a server on loopback: the bits of local files, each downloaded once by whichever rank, and faults of
the server and signals, after which nothing is half there."""
import hashlib
import http.server
import json
import os
import signal
import subprocess
import tempfile
import threading

from checking import check, finish
from ranks import DENSENET, ENVIRONMENT, can_launch, command, launch, launch_each, sentences
from run_files import log_rows, settings, training_record
from shard_files import results, write_shards

NETWORK = ["--blocks", "2,2", "--growth", "6", "--stem", "cifar", "--epochs", "2", "--batch-size", "6", "--val-split", "0",
           "--augment", "cifar", "--lr", "0.05", "--threads", "1"]
os.environ["no_proxy"] = ENVIRONMENT["no_proxy"] = "127.0.0.1"


class Server(http.server.BaseHTTPRequestHandler):
    """Serves a folder's files; the first part of a path chooses how it misbehaves."""
    folder = ""
    whole = []     # files that were sent to their end
    asked = []     # paths, with their queries
    victim = None  # a process that gets a signal in the middle of a file
    signal = signal.SIGTERM
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        Server.asked.append(self.path)
        way, _, name = self.path.partition("?")[0][1:].partition("/")
        path = f"{self.folder}/{os.path.basename(name)}"
        if way == "moved":
            self.send_response(302)
            self.send_header("Location", self.path.replace("moved", "file"))
            self.send_header("Content-Length", "0")
            return self.end_headers()
        if way in ("403", "404") or not os.path.exists(path):
            return self.send_error(403 if way == "403" else 404)
        with open(path, "rb") as file:
            body = file.read()
        try:
            self.send(way, body)
            Server.whole += [os.path.basename(name)]
        except OSError:
            self.close_connection = True

    def send(self, way, body):
        start = int(self.headers["Range"][6:-1]) if self.headers["Range"] else 0
        self.send_response(206 if start else 200)
        if way == "page":
            self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str((len(body) + (1000 if way == "long" else 0)) - start))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        self.end_headers()
        half = len(body) // 2 if way in ("cut", "signal") and not start else len(body)
        self.wfile.write(body[start:half] if way != "short" else body[start:half - 512 * 20])
        self.close_connection = way in ("cut", "long", "short")
        if way == "signal":
            Server.victim.send_signal(self.signal)
            while True:
                self.wfile.write(b"")
                if not self.connection.recv(1):
                    raise OSError

    def log_message(self, *_):
        pass


def run(*arguments):
    return subprocess.run([DENSENET, *arguments], capture_output=True, text=True)


def train(data, folder, name, *options):
    return ["train", data, *NETWORK, "--output", f"{folder}/{name}", *options]


def cached(folder, name):
    """The files of a cache, as the program names them, without what precedes their URLs' last parts."""
    return sorted(file[17:] for file in os.listdir(f"{folder}/{name}")) if os.path.exists(f"{folder}/{name}") else []


def forget():
    Server.whole.clear()
    Server.asked.clear()


def the_same(folder, names, base):
    """As local files, whether by a pattern or by a list of both, and from whatever cache."""
    files = [os.path.basename(name) for name in names]
    done = run(*train(f"{folder}/shards/train-{{008..012}}.tar", folder, "local"))
    check("local files", done.returncode == 0, done)
    local = results(f"{folder}/local")
    pattern = f"{base}/file/a/train-{{008..012}}.tar"
    done = run(*train(pattern, folder, "urls", "--shard-cache", f"{folder}/cache"))
    check("a pattern", done.returncode == 0 and results(f"{folder}/urls") == local, done)
    check("each once", sorted(Server.whole) == files and cached(folder, "cache") == files, Server.whole)
    url = f"{base}/file/a/train-008.tar"
    name = f"{folder}/cache/{hashlib.sha256(url.encode()).hexdigest()[:16]}-train-008.tar"
    check("under the same names for ever", os.path.exists(name), name)
    forget()
    before = os.stat(name)
    done = run(*train(pattern, folder, "again", "--shard-cache", f"{folder}/cache/"))
    check("again", done.returncode == 0 and results(f"{folder}/again") == local and len(Server.asked) == 5 and
          os.stat(name).st_ino == before.st_ino and os.stat(name).st_mtime == before.st_mtime, (done, Server.asked))
    with open(name, "ab") as file:
        file.write(bytes(1024))
    done = run("eval", url, "--weights", f"{folder}/urls/last.safetensors", "--shard-cache", f"{folder}/cache", "--json")
    check("another size", done.returncode == 0 and json.loads(done.stdout)["samples"] == 3 and
          os.path.getsize(name) == os.path.getsize(names[0]), done)
    lines = [url, names[1], f"{base}/moved/a/train-{{010,011}}.tar", f"{base}/file/b/train-012.tar?key=secret"]
    with open(f"{folder}/list.txt", "w", encoding="ascii") as file:
        file.write("# both\n" + "\n".join(lines))
    done = run(*train(f"{folder}/list.txt", folder, "mixed", "--shard-cache", f"{folder}/other", "--val", pattern))
    check("a list", done.returncode == 0 and results(f"{folder}/mixed")[0] == local[0] and "secret" not in done.stderr, done)
    check("names that do not collide", len(cached(folder, "other")) == 4 + 5 - 1, cached(folder, "other"))
    records = [training_record(f"{folder}/{run}/last.safetensors") for run in ("urls", "again")]
    check("the cache is not recorded in weights", records[0] == records[1] and "cache" not in json.dumps(records[0]), records)
    check("but in the run", settings(f"{folder}/urls")["shard-cache"] == f"{folder}/cache", settings(f"{folder}/urls"))
    done = run(*train(pattern, folder, "urls", "--resume", "auto", "--shard-cache", f"{folder}/third"))
    check("it may move", done.returncode == 0 and "finished" in done.stderr, done)


def ranks(folder, base):
    """Each URL is downloaded by one of them; what the folder of another machine has is not theirs."""
    pattern = f"{base}/file/a/train-{{008..012}}.tar"
    forget()
    done = launch(2, *train(pattern, folder, "two", "--sync-bn", "--shard-cache", f"{folder}/two-cache"))
    apart = max(abs(float(a["loss"]) - float(b["loss"]))
                for a, b in zip(log_rows(f"{folder}/two"), log_rows(f"{folder}/local"), strict=True))
    check("two ranks", done.returncode == 0 and apart < 2e-4, done)
    check("each once", len(Server.whole) == 5 and len(Server.asked) == 5 and len(cached(folder, "two-cache")) == 5, Server.asked)
    forget()
    os.makedirs(f"{folder}/machines/b")
    weights = ["--weights", f"{folder}/two/last.safetensors", "--shard-cache", "cache", "--json"]
    done = launch_each(["eval", pattern, *weights], ["eval", pattern, *weights],
                       folders=[f"{folder}/machines", f"{folder}/machines/b"])
    check("each on its machine", done.returncode == 0 and json.loads(done.stdout)["samples"] == 11 and len(Server.whole) == 10 and
          all(len(cached(folder, f"machines/{name}")) == 5 for name in ("cache", "b/cache")), (done, Server.whole))
    with open(f"{folder}/absent.txt", "w", encoding="ascii") as file:
        file.write(f"{base}/file/train-008.tar\n{base}/404/train-009.tar\n")
    done = launch(2, "eval", f"{folder}/absent.txt", *weights[:3], f"{folder}/absent")
    check("one rank's fault", done.returncode == 2 and len(sentences(done)) == 1 and "404/train-009.tar: cannot be" in done.stderr and
          "rank 1 (" in done.stderr and cached(folder, "absent") == ["train-008.tar"], done)
    parts = [f"{folder}/part-{i}.jsonl" for i in (1, 2)]
    forget()
    jobs = [subprocess.Popen([DENSENET, "eval", pattern, *weights[:3], f"{folder}/jobs", "--shard", f"{i + 1}/2", "--part", part])
            for i, part in enumerate(parts)]
    check("jobs", [job.wait() for job in jobs] == [0, 0] and cached(folder, "jobs") == cached(folder, "cache"), Server.asked)
    done = run("merge", *parts)
    check("their merge", done.returncode == 0 and "pictures   11" in done.stdout, done)


def refused(folder, base):
    """By one sentence, which shows no secrets."""
    with open(f"{folder}/secrets.txt", "w", encoding="ascii") as file:
        file.write(f"http://user:secret@{base[7:]}/404/train-008.tar?secret=1\n")
    cache = ["--shard-cache", f"{folder}/refused"]
    for data, words, options in (
            (f"{base}/file/train-008.tar", "--shard-cache DIR is where", []),
            (f"{folder}/secrets.txt", "/404/train-008.tar: is a URL; --shard-cache DIR", []),
            (f"{folder}/secrets.txt", "/404/train-008.tar: cannot be fetched: The requested URL returned error: 404", cache),
            (f"{base}/403/train-008.tar", "/403/train-008.tar: is not given to this request (403)", cache),
            (f"http://user:secret@{base[7:]}/file/train-008.tar", "has a user, a password or a query", cache),
            (f"{base}/file/train-008.tar?secret", "has a user, a password or a query", cache),
            ("file:///etc/hostname", "file:///etc/hostname: is a URL of another kind", cache),
            ("pipe:cat x.tar", "pipe:cat x.tar: is a URL of another kind", cache),
            ("s3://bucket/x.tar", "is a URL of another kind", cache),
            (f"{base}/file/*.tar", "no server lists what it has", cache),
            (f"{base}/file/train-{{008..70000}}.tar", "more than 65536 shards", cache),
            (f"{base}/page/train-008.tar", "sends a web page instead", cache),
            (f"{base}/long/train-008.tar", "cannot be fetched", cache),
            (f"{folder}/shards", "is for shards that are named by URLs, and there are none", cache),
            (f"{base}/file/train-008.tar", "list.txt", ["--shard-cache", f"{folder}/list.txt"])):
        done = run(*train(data, folder, "nothing", *options))
        check(f"refused: {data}", done.returncode == 2 and words in done.stderr and len(sentences(done)) == 1 and
              "secret" not in done.stderr and not cached(folder, "refused"), done)
    check("nothing was written", not os.path.exists(f"{folder}/nothing"))
    done = run(*train(f"{base}/short/train-008.tar", folder, "nothing", *cache))
    check("a size that is too small", done.returncode == 2 and len(sentences(done)) == 1, done)
    done = run(*train(f"{base}/cut/train-{{008..012}}.tar", folder, "cut", *cache))
    check("cut transfers go on", done.returncode == 0 and results(f"{folder}/cut") == results(f"{folder}/local"), done)


def start(words):
    Server.victim = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT)
    _, said = Server.victim.communicate()
    return Server.victim.returncode, said


def stopped(folder, base):
    """What was whole stays, and the same command goes on; of what was not, nothing is left."""
    with open(f"{folder}/stop.txt", "w", encoding="ascii") as file:
        file.write(f"{base}/file/train-008.tar\n{base}/signal/train-009.tar\n{base}/file/train-{{010..012}}.tar\n")
    arguments = train(f"{folder}/stop.txt", folder, "stopped", "--resume", "auto", "--shard-cache", f"{folder}/stopped-cache")
    sentence = f"{base}/signal/train-009.tar: a signal stopped its download; the same command goes on with it\n"
    status, said = start([DENSENET, *arguments])
    check("a signal", status == 3 and said == f"densenet: {sentence}" and cached(folder, "stopped-cache") == ["train-008.tar"],
          (status, said))
    if can_launch():
        Server.signal = signal.SIGUSR1
        status, said = start(command((2, arguments, None)))
        check("a signal to ranks", status == 3 and said.count("a signal stopped its download") == 1 and
              "train-009.tar" not in cached(folder, "stopped-cache"), (status, said))
        Server.signal = signal.SIGTERM
    kept = cached(folder, "stopped-cache")
    status, said = start([DENSENET, "eval", f"{folder}/stop.txt", "--weights", f"{folder}/local/last.safetensors",
                          "--shard-cache", f"{folder}/stopped-cache"])
    check("a signal ends others", status == -signal.SIGTERM and cached(folder, "stopped-cache") == kept and
          "train-008.tar" in kept, (status, said))


def main():
    with tempfile.TemporaryDirectory() as folder:
        names = write_shards(folder)
        Server.folder = f"{folder}/shards"
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{server.server_port}"
        the_same(folder, names, base)
        if can_launch():
            ranks(folder, base)
        refused(folder, base)
        stopped(folder, base)
        server.shutdown()
        server.server_close()
    finish()


main()
