# SPDX-License-Identifier: MIT
"""densenet pull of other names against servers on loopback and a mirror's folder: TorchXRayVision's
and Keras' files, networks of a hub; tokens, redirections, damage, two at once. Needs only Python."""
import hashlib
import http.server
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading

PROGRAM = os.environ["DENSENET"]
XRV = "nih-densenet121-d121-tw-lr001-rot45-tr15-sc15-seed0-best.pt"
KERAS = "densenet121_weights_tf_dim_ordering_tf_kernels.h5"
failures = 0


def check(what, good, figure=""):
    global failures
    failures += not good
    print(f"{what}: {'ok' if good else 'FAILED ' + str(figure)}")


class Answer:
    """What a server sends for a path: a body, a status, headers; cut: bytes that are not sent; hold: waits."""

    def __init__(self, body=b"", status=200, cut=0, hold=None, **headers):
        self.body, self.status, self.cut, self.hold, self.headers = body, status, cut, hold, headers


def serve():
    """A server with .answers (path: Answer), which notes .requests (path, token) and .reached."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            server = self.server
            server.requests.append((self.path, self.headers.get("Authorization")))
            answer = server.answers.get(self.path, Answer(b"none", 404))
            if answer.hold:
                server.reached.set()
                answer.hold.wait(60)
            self.send_response(answer.status)
            for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            try:
                self.wfile.write(answer.body[:len(answer.body) - answer.cut])
            except OSError:  # the program had seen enough
                pass
            self.close_connection = True

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.answers, server.requests, server.reached = {}, [], threading.Event()
    server.base = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


class Bench:
    """The program with a cache of its own, and what it takes to serve networks."""

    def __init__(self, folder):
        self.folder, self.cache = folder, f"{folder}/cache/densenet"
        self.environment = {**os.environ, "XDG_CACHE_HOME": f"{folder}/cache", "no_proxy": "127.0.0.1"}
        self.environment.pop("HF_TOKEN", None)
        self.hub, self.store = serve(), serve()
        network = f"{folder}/net.safetensors"
        subprocess.run([PROGRAM, "init", "--blocks", "1,2", "--growth", "4", "--classes", "3", "-o", network], check=True)
        with open(network, "rb") as file:
            self.network = file.read()
        self.config = json.dumps({"architecture": "densenet9", "num_classes": 3, "label_names": ["a", "b", "c"],
                                  "pretrained_cfg": {"input_size": [3, 96, 96], "mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25]}})

    def run(self, *arguments, **variables):
        return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, env={**self.environment, **variables})

    def pull(self, *names, **variables):
        self.hub.requests.clear()
        self.store.requests.clear()
        return self.run("pull", "--from", self.hub.base, *names, **variables)

    def offer(self, name, config=None, weights=None, revision="main", file="model.safetensors"):
        """Puts a network on the hub; an Answer or bytes each, None: the sound ones, "": none."""
        place = f"/{name}/resolve/{revision}"
        self.hub.answers = {}
        for path, given, sound in ((f"{place}/config.json", config, self.config.encode()), (f"{place}/{file}", weights, self.network)):
            given = sound if given is None else given
            if given != "":
                self.hub.answers[path] = given if isinstance(given, Answer) else Answer(given)
        return place

    def left(self):
        """Every file in the cache."""
        return sorted(os.path.relpath(os.path.join(base, name), self.cache)
                      for base, folders, names in os.walk(self.cache) for name in names + [f for f in folders if "~" in f])

    def forget(self):
        shutil.rmtree(self.cache, ignore_errors=True)

    def refuse(self, what, name, *words, most=None, **variables):
        self.forget()
        done = self.pull(name, *(most or ()), **variables)
        check(what, done.returncode == 2 and all(word in done.stderr for word in words) and
              len(done.stderr.strip().split("\n")) == 1 and not self.left(), (done, self.left()))
        return done


def published(bench):
    """One file each, from a folder and a server."""
    mirror = f"{bench.folder}/mirror"
    os.mkdir(mirror)
    for name, content in ((XRV, bench.network), (KERAS, b"not Keras' file")):
        with open(f"{mirror}/{name}", "wb") as file:
            file.write(content)
    done = bench.run("pull", "--from", mirror, "densenet121-res224-nih")
    check("TorchXRayVision's, from a folder", done.returncode == 0 and bench.left() == [XRV] and
          done.stdout == f"densenet121-res224-nih: {bench.cache}/{XRV}\n" and "TorchXRayVision publishes no checksum" in done.stderr, done)
    done = bench.run("info", "--json", "densenet121-res224-nih")
    check("is known by its name", json.loads(done.stdout)["blocks"] == [1, 2], done)
    done = bench.run("info", XRV)
    check("and by its file's", done.returncode == 0, done)
    done = bench.pull("densenet121-res224-nih")
    check("again: nothing is asked for", done.returncode == 0 and not bench.hub.requests and not done.stderr, done)
    bench.forget()
    done = bench.run("pull", "--from", mirror, "keras-densenet121")
    check("Keras', damaged", done.returncode == 2 and "its MD5 begins with" in done.stderr and "9d60b8095a57" in done.stderr and
          not bench.left(), done)
    digest = hashlib.sha256(b"not Keras' file").hexdigest()
    done = bench.run("pull", "--from", mirror, "--sha256", digest, KERAS)
    check("--sha256 of it, by its file's name", done.returncode == 0 and bench.left() == [KERAS] and not done.stderr, done)
    done = bench.run("pull", "--from", f"{mirror}/absent", "densenet121-res224-nih")
    check("a mirror that is not there", done.returncode == 2 and f"{mirror}/absent/{XRV}" in done.stderr, done)
    bench.hub.answers = {f"/{XRV}": Answer(bench.network[:-9])}
    bench.refuse("a file cut short", "densenet121-res224-nih", XRV, "it was removed")
    bench.hub.answers = {f"/{XRV}": Answer(b"<html>log in", Content_Type="text/html; charset=utf-8")}
    bench.refuse("a page", "densenet121-res224-nih", "web page")
    bench.hub.answers = {f"/{XRV}": Answer(bench.network, cut=len(bench.network))}
    bench.refuse("a connection that breaks", "densenet121-res224-nih", "cannot be fetched")


def md5(bench):
    """Against Python's: of every length about a block's, through a file of which only the MD5 is known."""
    empty = f"{bench.folder}/md5"
    os.mkdir(empty)
    for size in (0, 1, 55, 56, 63, 64, 65, 119, 1000):
        content = bytes(i * 7 % 256 for i in range(size))
        with open(f"{empty}/{KERAS}", "wb") as file:
            file.write(content)
        bench.forget()
        done = bench.run("pull", "--from", empty, "keras-densenet121")
        check(f"MD5 of {size} bytes", hashlib.md5(content).hexdigest()[:8] in done.stderr, done.stderr)


def networks(bench):
    """Whole folders of a hub."""
    name, linked = "timm/densenet121.test", hashlib.sha256(bench.network).hexdigest()
    bench.offer(name)
    bench.forget()
    done = bench.pull(name)
    place = f"hub/{name}"
    check("a hub's network", done.returncode == 0 and bench.left() == [f"{place}/config.json", f"{place}/model.safetensors"] and
          done.stdout == f"{name}: {bench.cache}/{place}\n" and "no checksum" in done.stderr, (done, bench.left()))
    found = json.loads(bench.run("info", "--json", name).stdout)
    check("its labels and pipeline", found["labels"] == ["a", "b", "c"] and "crop=96" in found["preprocess"], found)
    done = bench.pull(name)
    check("a hub's again: nothing is asked for", done.returncode == 0 and not bench.hub.requests, done)
    listed = {row["name"]: row for row in json.loads(bench.run("pull", "--list", "--json").stdout)}
    table = bench.run("pull", "--list").stdout
    check("the list", len(listed) == 18 and listed[name]["path"] == f"{bench.cache}/{place}" and listed["keras-densenet201"]["md5"] and
          listed["densenet161"]["path"] is None and listed["densenet121-res224-rsna"]["url"].endswith("kaggle-" + XRV[4:]) and
          all(row in table for row in listed), table)
    bench.offer(name, revision="v1.0", config="", file="pytorch_model.bin")
    done = bench.pull(f"{name}@v1.0")
    check("a revision, of the other file, without config.json", done.returncode == 0 and
          f"{place}@v1.0/pytorch_model.bin" in bench.left() and "@v1.0: " in done.stdout, (done, bench.hub.requests))
    done = bench.run("info", f"{name}@v1.0")
    check("is another network", done.returncode == 0 and "@v1.0" in done.stdout, done)
    bench.forget()
    away = Answer(b"moved", 302, Location=f"{bench.store.base}/blob", X_Linked_ETag=f'"{linked}"')
    bench.store.answers = {"/blob": Answer(bench.network)}
    bench.offer(name, weights=away)
    done = bench.pull(name)
    check("over a redirection, with the hub's checksum", done.returncode == 0 and not done.stderr and
          bench.store.requests == [("/blob", None)], (done, bench.store.requests))
    bench.store.answers = {"/blob": Answer(bench.network[:-1] + b"?")}
    bench.refuse("of which the content is another", name, "its SHA-256 begins with", linked)
    mirror = f"{bench.folder}/hub"
    os.makedirs(f"{mirror}/{name}/resolve/main")
    for file, content in (("config.json", bench.config.encode()), ("model.safetensors", bench.network)):
        with open(f"{mirror}/{name}/resolve/main/{file}", "wb") as out:
            out.write(content)
    bench.forget()
    done = bench.run("pull", "--from", mirror + "/", name)
    check("from a folder", done.returncode == 0 and len(bench.left()) == 2, done)


def tokens(bench):
    """A token is for the hub alone."""
    name = "owner/gated"
    place = bench.offer(name)
    bench.forget()
    done = bench.pull(name, HF_TOKEN="hf_secret")
    check("a token is sent", done.returncode == 0 and {token for _, token in bench.hub.requests} == {"Bearer hf_secret"}, bench.hub.requests)
    for path in ("config.json", "model.safetensors"):
        body = bench.hub.answers[f"{place}/{path}"].body
        bench.hub.answers[f"{place}/{path}"] = Answer(b"moved", 307, Location=f"{bench.store.base}/{path}")
        bench.store.answers[f"/{path}"] = Answer(b"further", 302, Location=f"/again/{path}")
        bench.store.answers[f"/again/{path}"] = Answer(body)
    bench.forget()
    done = bench.pull(name, HF_TOKEN="hf_secret")
    check("but not to where the hub redirects", done.returncode == 0 and len(bench.store.requests) == 4 and
          not any(token for _, token in bench.store.requests), (done, bench.store.requests))
    for user in ("http://127.0.0.1:x@", "http://localhost:1@", "http://127.0.0.1@"):
        bench.forget()
        bench.hub.requests.clear()
        done = bench.run("pull", "--from", bench.hub.base.replace("http://", user), name, HF_TOKEN="hf_secret")
        check(f"nor to a host after {user}", not any("Bearer" in (token or "") for _, token in bench.hub.requests), bench.hub.requests)
    for status in (401, 403):
        bench.offer(name, config=Answer(b"no", status), weights=Answer(b"no", status))
        bench.refuse(f"{status} without a token", name, str(status), "HF_TOKEN", "token only")
        done = bench.refuse(f"{status} with one", name, str(status), "HF_TOKEN", "may not read", HF_TOKEN="hf_secret")
        check("which is not shown", "hf_secret" not in done.stderr, done)
    bench.refuse("a token that would be a header of its own", name, "HF_TOKEN: is not a token", HF_TOKEN="x\nHost: y")


def damage(bench):
    """What is not a hub's network leaves nothing."""
    name = "owner/net"
    bench.offer(name, config="", weights="")
    bench.refuse("no such network", name, name, "has no such network")
    bench.offer(name, config=b'{"architecture": "resnet50"}')
    bench.refuse("another architecture", name, "resnet50", "no DenseNet")
    check("before its weights are fetched", not any("model" in path for path, _ in bench.hub.requests), bench.hub.requests)
    bench.offer(name, config=b'{"architecture": "dense')
    bench.refuse("a damaged config.json", name, name, "config.json")
    bench.offer(name, config=Answer(bytes(17 * 10 ** 6)))
    bench.refuse("a huge config.json", name, "config.json", "more than 16 MB")
    bench.offer(name, config=Answer(b"<html>", Content_Type="text/html"))
    bench.refuse("a page for config.json", name, "web page")
    bench.offer(name, weights=bench.network[:-20])
    bench.refuse("weights cut short", name, "model.safetensors")
    bench.offer(name, weights=Answer(bench.network, cut=len(bench.network)))
    bench.refuse("a connection that breaks, of a hub", name, "cannot be fetched")
    bench.offer(name, weights=Answer(b"x" * 2000000))
    bench.refuse("weights that are too large", name, "more than 1 MB", "--max-size", most=("--max-size", "1"))
    for wrong in ("../net", "owner/..", "owner/a..b", "/owner/net", "owner/net@../x", "owner/net@", "owner//net", "owner/net/more",
                  ".owner/net", "owner/" + "n" * 97, "owner/n et", "owner/n%2e"):
        bench.refuse(f"the name {wrong[:20]}", wrong, "is not published, nor a hub's OWNER/NAME")
        check("nothing is asked", not bench.hub.requests, bench.hub.requests)
    for words, arguments in (("--url is of one file", (name, "--url", "http://127.0.0.1/")), ("a name is missing", ()),
                             ("two places", ("densenet121", "--url", "x", "--from", "y")), ("takes none", ("--list", name)),
                             ("--json is how --list answers", ("--json", name)), ('did you mean "densenet121"', ("densent121",))):
        done = bench.run("pull", *arguments)
        check(f"refused: {words}", done.returncode == 2 and words in done.stderr, done)


def two_at_once(bench):
    """The second is refused while the first is fetching, and neither spoils anything."""
    name = "owner/slow"
    for what, pulled in (("a hub's network", name), ("a file", "densenet121-res224-nih")):
        go = threading.Event()
        bench.forget()
        bench.offer(name, weights=Answer(bench.network, hold=go))
        bench.hub.answers[f"/{XRV}"] = Answer(bench.network, hold=go)
        bench.hub.reached.clear()
        first = subprocess.Popen([PROGRAM, "pull", "--from", bench.hub.base, pulled], stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, text=True, env=bench.environment)
        reached = bench.hub.reached.wait(60)
        second = bench.run("pull", "--from", bench.hub.base, pulled)
        go.set()
        out, said = first.communicate()
        check(f"two at once, of {what}", reached and second.returncode == 2 and "another densenet pull" in second.stderr and
              first.returncode == 0 and out.startswith(f"{pulled}: ") and not any("part" in left for left in bench.left()),
              (second, first.returncode, out, said, bench.left()))


def stopped(bench):
    """A signal leaves nothing; what a killed one leaves is continued, if a checksum says that it is the same, or removed."""
    name, digest = "owner/stopped", hashlib.sha256(bench.network).hexdigest()
    part = f"hub/{name}~part"
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell ignores it for what runs in the background
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        go = threading.Event()
        bench.forget()
        bench.offer(name, weights=Answer(bench.network, hold=go))
        bench.hub.reached.clear()
        with subprocess.Popen([PROGRAM, "pull", "--from", bench.hub.base, name], stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, env=bench.environment) as first:
            reached = bench.hub.reached.wait(60)
            first.send_signal(number)
            first.communicate()
        go.set()
        killed = number == signal.SIGKILL
        check(f"{number.name} while its weights come", reached and first.returncode == -number and
              bench.left() == ([part, f"{part}/config.json", f"{part}/model.safetensors.part"] if killed else []),
              (first.returncode, bench.left()))
    bench.offer(name, config="", file="pytorch_model.bin")
    done = bench.pull(name)
    check("the next one takes nothing of a killed one's", done.returncode == 0 and
          bench.left() == [f"hub/{name}/pytorch_model.bin"], (done, bench.left()))
    bench.forget()
    os.makedirs(f"{bench.cache}/{part}")
    with open(f"{bench.cache}/{part}/model.safetensors.part", "wb") as file:
        file.write(bench.network[:1000])
    bench.offer(name, weights=Answer(bench.network[1000:], 206, Content_Range=f"bytes 1000-{len(bench.network) - 1}/{len(bench.network)}"))
    done = bench.pull(name, "--sha256", digest)
    check("but continues its weights", done.returncode == 0 and not done.stderr and
          bench.left() == [f"hub/{name}/config.json", f"hub/{name}/model.safetensors"], (done, bench.left()))


with tempfile.TemporaryDirectory() as scratch:
    table = Bench(scratch)
    for part in (published, md5, networks, tokens, damage, two_at_once, stopped):
        part(table)
sys.exit(failures > 0)
