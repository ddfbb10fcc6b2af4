# SPDX-License-Identifier: MIT
"""`densenet serve`: pictures in, names and heat maps out, as its clients see it. Needs only Python."""
import concurrent.futures
import gzip
import http.client
import json
import os
import re
import select
import signal
import subprocess
import tempfile
import time
import zlib

from bitmap_files import bmp
from dicom_files import dicom
from exif_files import block
from picture_files import chunk, png
from serving import PROGRAM, Server, densenet, multipart
from small_networks import initialised, partly_trained

PICTURE = bmp((48, 40), 24, bytes((x * 5 % 256) if channel else (y * 6 % 256)
                                  for y in range(40) for x in range(48) for channel in range(3)))

TURNED = png([[(x * 5, y * 6, 90) for x in range(48)] for y in range(40)], 2, 8, chunks=chunk(b"eXIf", block(6)))


def names_and_probabilities(folder):
    """The same answers as `densenet predict`, from a form, a body, and compressed."""
    path = os.path.join(folder, "one.bmp")
    with open(path, "wb") as file:
        file.write(PICTURE)
    told = json.loads(densenet("predict", path, "--json", "-w", "builtin").stdout)["predictions"]
    with Server() as server:
        form, kind = multipart([("one.bmp", PICTURE), ("two.bmp", PICTURE)])
        status, headers, body = server.ask("POST", "/predict", form, {"Content-Type": kind})
        answer = json.loads(body)
        assert status == 200 and answer["model"] == "builtin", body
        assert [row["picture"] for row in answer["pictures"]] == ["one.bmp", "two.bmp"], answer
        for row in answer["pictures"]:
            assert row["predictions"] == told and row["precision"] == "f32", (row, told)
        for coding, packed in (("gzip", gzip.compress(PICTURE)), ("deflate", zlib.compress(PICTURE))):
            status, _, body = server.ask("POST", "/predict?top=2", packed, {"Content-Encoding": coding})
            assert status == 200 and json.loads(body)["pictures"][0]["predictions"] == told[:2], body
        status, headers, body = server.ask("GET", "/metrics", headers={"Accept-Encoding": "gzip"})
        assert headers["Content-Encoding"] == "gzip"
        assert 'densenet_requests_total{network="builtin",result="success"} 3' in gzip.decompress(body).decode()


def heat_maps():
    with Server() as server:
        status, headers, body = server.ask("POST", "/predict?cam=cat", PICTURE)
        assert status == 200 and headers["Content-Type"] == "image/png" and body[:4] == b"\x89PNG", body[:80]
        assert headers["Densenet-Cropped"] == "yes" and float(headers["Densenet-Evidence"]) > 0, headers
        assert headers["Densenet-Output"] == "3" and headers["Densenet-Label"] == "cat", headers
        assert body[16:24] == bytes([0, 0, 1, 32, 0, 0, 0, 240]), body[16:24]  # 48 x 40, six times
        assert body[25] == 2  # RGB
        status, headers, body = server.ask("POST", "/predict?cam=&map=alone", PICTURE)
        assert status == 200 and body[25] == 6, headers  # with opacity
        assert server.ask("POST", "/predict?cam&map=alone", PICTURE)[2] == body
        shown = server.ask("POST", "/predict?cam=&map=none", PICTURE)[2]
        assert shown[25] == 2 and shown != server.ask("POST", "/predict?cam=", PICTURE)[2]
        turned = server.ask("POST", "/predict?cam=&map=none&orientation=exif", TURNED)[2]
        assert turned[16:24] == shown[20:24] + shown[16:20] and turned[24:] != shown[24:]
        assert server.ask("POST", "/predict?cam=&map=none", TURNED)[2][16:24] == shown[16:24]
        for address, fault in (("cam=unicorn", "no class"), ("cam=10", "no class"), ("cam=cat&map=x", "over, alone or none"),
                               ("cam=cat&orientation=x", "exif or nothing"), ("cam=cat%00x", "no class")):
            status, _, body = server.ask("POST", f"/predict?{address}", PICTURE)
            assert status == 400 and fault in json.loads(body)["error"], body


def wrong_requests():
    """One sentence each, with the right status; the server goes on."""
    form, kind = multipart([("a.bmp", PICTURE)])
    cut, _ = multipart([("a.bmp", PICTURE), ("b.jpg", b"\xff\xd8\xff\xe0 no picture")])
    with Server("--max-body", "1", "--max-pixels", "1") as server:
        huge = PICTURE[:18] + (20000).to_bytes(4, "little") * 2 + PICTURE[26:]
        cases = [
            ("GET", "/nowhere", None, {}, 404, "nothing at this address"),
            ("POST", "/predict%00", PICTURE, {}, 404, "nothing at this address"),
            ("POST", "?x=", PICTURE, {}, 405, "/: POST is not possible"),
            ("PUT", "/predict", b"", {}, 405, "POST is"),
            ("POST", "/predict?model=no", PICTURE, {}, 404, "no network called"),
            ("POST", "/predict?model=builtin%00", PICTURE, {}, 404, "no network called"),
            ("POST", "/predict?top=no&top=1", PICTURE, {}, 400, 'top is "no"'),
            ("POST", "/predict?top%00=1&%00=%00", b"", {}, 400, "empty"),
            ("POST", "/predict?" + "&" * 99, b"", {}, 400, "empty"),
            ("POST", "/predict?" + "&" * 100, PICTURE, {}, 414, "100 parameters"),
            ("POST", "/predict?" + "top=1&" * 3000, PICTURE, {}, 414, "100 parameters"),
            ("GET", "/?" + "&" * 30000, None, {}, 414, "100 parameters"),
            ("POST", "/predict?cam=" + "a" * 8188, b"", {}, 400, "empty"),
            ("POST", "/predict?cam=" + "a" * 8189, PICTURE, {}, 414, "8192 bytes"),
            ("POST", "/predict?model=../../etc/passwd", PICTURE, {}, 404, "no network called"),
            ("POST", "/predict", b"", {}, 400, "empty"),
            ("POST", "/predict", b"GIF89a", {}, 400, "the body"),
            ("POST", "/predict", huge, {}, 413, "pixels"),
            ("POST", "/predict?top=0", PICTURE, {}, 400, "from 1 to"),
            ("POST", "/predict?top=x", PICTURE, {}, 400, "from 1 to"),
            ("POST", "/predict", b"{}", {"Content-Type": "application/json"}, 415, "is no picture"),
            ("POST", "/predict", form, {"Content-Type": "multipart/form-data"}, 400, "boundary"),
            ("POST", "/predict", form[:-30], {"Content-Type": kind}, 400, "damaged"),
            ("POST", "/predict", b"not gzip", {"Content-Encoding": "gzip"}, 400, "coding is damaged"),
            ("POST", "/predict", gzip.compress(bytes(1 << 21)), {"Content-Encoding": "gzip"}, 413, "more than"),
            ("POST", "/predict", PICTURE, {"Content-Encoding": "br"}, 415, "gzip and deflate"),
            ("POST", "/predict", bytes(2 << 20), {}, 413, "more than"),
        ]
        for method, address, body, headers, status, fault in cases:
            got, _, said = server.ask(method, address, body, headers)
            assert got == status and fault in json.loads(said)["error"], (method, address, got, said)
        assert server.ask("DELETE", "/v2")[1]["Allow"] == "GET, HEAD"
        assert json.loads(server.ask("GET", f"http://{server.host}/v2/health/live")[2]) == {"live": True}
        got, headers, said = server.ask("POST", "/predict", cut, {"Content-Type": kind})
        rows = json.loads(said)["pictures"]
        assert got == 200 and rows[0]["predictions"] and "b.jpg" in rows[1]["error"], said
        assert server.ask("POST", "/predict", PICTURE)[0] == 200


def parts_of_forms():
    """What of a form is a file: a part with a name, or with a type that is not text."""
    def form(*parts):
        body = b"".join(b'--BB\r\nContent-Disposition: form-data; name="f"' + head + b"\r\n\r\n" + data + b"\r\n" for head, data in parts)
        status, _, said = server.ask("POST", "/predict", body + b"--BB--\r\n", {"Content-Type": "multipart/form-data; boundary=BB"})
        return status, json.loads(said).get("error") or [row["picture"] for row in json.loads(said)["pictures"]]

    typed = b"\r\nContent-Type: image/bmp"
    def bounded(boundary, kind, before=b"", name=b'filename="a.bmp"', after=b"--"):
        line = b"\r\n--" + boundary.encode()
        body = before + line[0 if before else 2:] + b"\r\nContent-Disposition: form-data; " + name + b"\r\n\r\n" + PICTURE + line + after
        status, _, said = server.ask("POST", "/predict", body, {"Content-Type": f"multipart/form-data; {kind}"})
        return status, json.loads(said).get("error") or [row["picture"] for row in json.loads(said)["pictures"]]

    nothing = (b'; filename=""' + typed, b"")  # of a browser, where no file was chosen
    with Server() as server:
        assert form((b"; filename*=UTF-8''a.bmp" + typed, PICTURE), (b"", b"x" * 9000)) == (200, ["f"])
        assert form(nothing, (b'; filename="C:\\a.bmp"', PICTURE)) == (200, ["a.bmp"])
        for parts in ((nothing,), ((b"\r\nContent-Type: text/plain", PICTURE),), ((b"", PICTURE),)):
            status, said = form(*parts)
            assert status == 400 and "has no file" in said, said
        assert form((b'; filename="a.bmp"', b"")) == (400, "a.bmp: is empty")
        for boundary, kind in (("x", "boundary=x"), ("b" * 70, "boundary=" + "b" * 70), ("a b", 'boundary="a b"'),
                               ("BB", "charset=utf-8; Boundary=BB; x=y"), ("BB", 'x=";boundary=no"; boundary = BB')):
            assert bounded(boundary, kind) == (200, ["a.bmp"]), kind
        for kind in ("boundary=", 'boundary=""', "boundary", "xboundary=BB", "boundary=" + "B" * 71):
            status, said = bounded("BB", kind)
            assert status == 400 and "boundary of 1 to 70" in said, (kind, said)
        for name, heard in ((b"filename=a.bmp ; x=y", "a.bmp"), (b'filename="a\\"b;c.bmp"', 'a"b;c.bmp'), (b'\r\n\tfilename="a.bmp"', "a.bmp"),
                            ("filename=\"\u043a.bmp\"".encode(), "\u043a.bmp"), (b'filename="\xff.bmp"', "\ufffd.bmp")):
            assert bounded("BB", "boundary=BB", name=name) == (200, [heard]), name
        assert bounded("BB", "boundary=BB", before=b"for programs that know no forms\r\n--BBB") == (200, ["a.bmp"])
        for faulty in ({"after": b"-"}, {"after": b""}, {"after": b"x--"}, {"name": b'filename="a\0.bmp"'}, {"name": b"x" * 5000}):
            assert bounded("BB", "boundary=BB", **faulty) == (400, "the form is damaged"), faulty
        crowd = [(b"", b"text")] * 10000
        assert form(*crowd, (b'; filename="a.bmp"', PICTURE)) == (200, ["a.bmp"])


def labels_and_grey(folder):
    """Labels in the network's order, one of them never trained; grey networks take pictures in colour, and DICOM."""
    xray = partly_trained(f"{folder}/xray.safetensors", 4, 2)
    gradient = initialised(f"{folder}/gradient.safetensors", "--classes", "3", "--head-pool", "max")
    single = initialised(f"{folder}/single.safetensors", "--classes", "1")
    with Server(xray, gradient, single) as server:
        facts = json.loads(server.ask("GET", "/networks")[2])["networks"]
        assert [one["cam"] for one in facts] == ["exact", "gradient-weighted", "exact"], facts
        assert facts[0]["objective"] == "labels" and facts[0]["channels"] == 1, facts
        for sent in (PICTURE, dicom(bytes(i % 251 for i in range(32 * 32)), 32, 32)):
            status, _, said = server.ask("POST", "/predict?model=xray", sent)
            rows = json.loads(said)["pictures"][0]["predictions"]
            assert status == 200 and [row["index"] for row in rows] == [0, 1, 2, 3], said
            assert rows[2]["probability"] is None and rows[2]["note"] == "not trained", rows
        status, _, said = server.ask("POST", "/predict?model=xray&cam=2", PICTURE)
        assert status == 400 and "not trained" in json.loads(said)["error"], said
        status, headers, _ = server.ask("POST", "/predict?model=xray&cam=", PICTURE)
        assert status == 200 and headers["Densenet-Output"] != "2", headers
        assert server.ask("POST", "/predict?model=gradient&cam=1", PICTURE)[0] == 200
        status, headers, _ = server.ask("POST", "/predict?model=single&cam=0", PICTURE)
        assert status == 200 and headers["Densenet-Label"] == "yes", headers
        (row,) = json.loads(server.ask("POST", "/predict?model=single", PICTURE)[2])["pictures"][0]["predictions"]
        assert row["label"] == "yes" and 0 < row["probability"] < 1, row


def formats_and_sizes(folder):
    """Other formats' decoders never see a request; a network without a fixed size is not given just any."""
    densenet("init", "densenet-bc-10-4", "-o", os.path.join(folder, "any.safetensors"))
    with Server("--formats", "png,jpeg", "--max-pixels", "1") as server:
        status, _, said = server.ask("POST", "/predict", PICTURE)
        assert status == 400 and "only png,jpeg are read" in json.loads(said)["error"], said
    done = densenet("serve", "--formats", "png,exe", "--listen", "127.0.0.1:0", check=False)
    assert done.returncode == 2 and "exe" in done.stderr, done
    large = bmp((320, 200), 24, bytes(320 * 200 * 3))
    convert = ["convert", f"{folder}/any.safetensors", f"{folder}/free.safetensors", "--preprocess", "none"]
    densenet(*convert)
    with Server(f"{folder}/free.safetensors", "--max-pixels", "1") as server:
        status, _, said = server.ask("POST", "/predict", large)
        assert status == 413 and "62500 are allowed" in json.loads(said)["error"], said
        assert server.ask("POST", "/predict", PICTURE)[0] == 200


def a_key():
    with tempfile.NamedTemporaryFile("w") as file:
        file.write("secret-of-ours\n")
        file.flush()
        with Server("--api-key-file", file.name) as server:
            for headers, status in (({}, 401), ({"Authorization": "Bearer secret-of-theirs"}, 401),
                                    ({"Authorization": "Bearer secret-of-ours"}, 200),
                                    ({"X-API-Key": "secret-of-ours"}, 200)):
                assert server.ask("POST", "/predict", PICTURE, headers)[0] == status, headers
            assert server.ask("GET", "/v2/health/ready")[0] == 200  # as a load balancer asks
    assert densenet("serve", "--api-key-file", "/dev/null", check=False).returncode == 2


def the_queue():
    """What does not fit is refused at once, and counted; what fits is answered."""
    with Server("--queue", "1", "--threads", "1") as server:
        form, kind = multipart([(f"{i}.bmp", PICTURE) for i in range(40)])
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            asked = [pool.submit(server.ask, "POST", "/predict", form, {"Content-Type": kind}) for _ in range(8)]
            answers = [one.result() for one in asked]
        states = sorted(status for status, _, _ in answers)
        assert set(states) == {200, 503} and states.count(200) >= 2, states
        assert all(headers["Retry-After"] == "1" for status, headers, _ in answers if status == 503)
        metrics = server.ask("GET", "/metrics")[2].decode()
        assert f'{{network="builtin",result="full"}} {states.count(503)}' in metrics, metrics
    with Server("--deadline", "0.001", "--threads", "1") as server:
        assert server.ask("POST", "/predict", form, {"Content-Type": kind})[0] == 504


def ending():
    """SIGTERM: readiness goes first, what has begun is answered, then it ends with 0."""
    form, kind = multipart([(f"{i}.bmp", PICTURE) for i in range(60)])
    with Server("--threads", "1", "--grace", "0.5") as server:
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            asked = pool.submit(server.ask, "POST", "/predict", form, {"Content-Type": kind})
            server.wait_for("densenet_computing_requests 1")
            server.process.send_signal(signal.SIGTERM)
            deadline = time.monotonic() + 10
            while server.ask("GET", "/v2/health/ready")[0] != 503:
                assert time.monotonic() < deadline
            assert asked.result()[0] == 200
        assert server.process.wait(20) == 0


def ending_beside_requests():
    """A request that has arrived when SIGTERM comes is answered, also on a connection that was idle before."""
    def status_of(client):
        answer = client.getresponse()
        answer.read()
        return answer.status

    with Server() as server:
        clients = [http.client.HTTPConnection(server.host, timeout=60) for _ in range(50)]
        for client in clients:
            client.request("POST", "/predict", PICTURE)
            assert status_of(client) == 200
        server.process.send_signal(signal.SIGSTOP)
        for client in clients:
            client.request("POST", "/predict", PICTURE)
        server.process.send_signal(signal.SIGTERM)
        server.process.send_signal(signal.SIGCONT)
        assert all(status_of(client) == 200 for client in clients)


def hurried(folder):
    """A second signal gives up what waits, also before a SIGHUP that comes without pause; --bench ends by the first."""
    form, kind = multipart([(f"{i}.bmp", PICTURE) for i in range(200)])
    for waiting in ("0", "60"):
        with Server("--threads", "1", "--grace", waiting) as server:
            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                asked = [pool.submit(server.ask, "POST", "/predict", form, {"Content-Type": kind}) for _ in range(8)]
                server.wait_for("densenet_queue_requests 7")
                for number in (signal.SIGTERM, signal.SIGINT):
                    time.sleep(0.3)
                    server.process.send_signal(number)
                    for _ in range(50):
                        server.process.send_signal(signal.SIGHUP)
                assert server.process.wait(5) == 0
                answers = [one.result()[0] for one in asked if not one.exception()]  # or the connection was closed
            assert set(answers) <= {200, 503} and answers.count(200) < 4, answers
    path = os.path.join(folder, "one.bmp")
    with open(path, "wb") as file:
        file.write(PICTURE)
    with subprocess.Popen([PROGRAM, "serve", "--bench", path, "--listen", f"unix:{folder}/socket"], stderr=subprocess.PIPE,
                          stdout=subprocess.DEVNULL, text=True) as process:
        assert "serving at" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
        assert process.wait(5) == 2 and "interrupted" in said, said
    assert not os.path.exists(f"{folder}/socket")


def reloading(folder):
    """SIGHUP reads the files again; a damaged one leaves the old network."""
    path = os.path.join(folder, "net.safetensors")
    densenet("init", "densenet-bc-10-4", "--classes", "4", "-o", path)
    with Server(f"mine={path}") as server:
        def classes():
            return json.loads(server.ask("GET", "/networks")[2])["networks"][0]["classes"]
        assert classes() == 4
        densenet("init", "densenet-bc-10-4", "--classes", "7", "-o", path + ".new.safetensors")
        os.rename(path + ".new.safetensors", path)
        server.process.send_signal(signal.SIGHUP)
        server.say("loaded again")
        assert classes() == 7
        with open(path + ".bad", "wb") as file:
            file.write(b"no weights")
        os.rename(path + ".bad", path)
        server.process.send_signal(signal.SIGHUP)
        server.say("not all of them")
        assert classes() == 7 and server.ask("POST", "/predict", PICTURE)[0] == 200


def several_networks(folder):
    densenet("init", "densenet-bc-10-4", "--classes", "4", "-o", os.path.join(folder, "small.safetensors"))
    with open(os.path.join(folder, "broken.pth"), "wb") as file:
        file.write(b"no weights")
    with Server("--repository", folder, "first=builtin") as server:
        names = [row["name"] for row in json.loads(server.ask("GET", "/networks")[2])["networks"]]
        assert names[0] == "first" and "small" in names and "broken" not in names, names
        answer = json.loads(server.ask("POST", "/predict?model=small", PICTURE)[2])
        assert answer["model"] == "small", answer
        densenet("init", "densenet-bc-10-4", "--classes", "4", "-o", os.path.join(folder, "new.safetensors"))
        os.replace(os.path.join(folder, "small.safetensors"), os.path.join(folder, "broken.pth"))
        server.process.send_signal(signal.SIGHUP)
        server.say("not all of them")
        names = [row["name"] for row in json.loads(server.ask("GET", "/networks")[2])["networks"]]
        assert {"first", "small", "broken", "new"} == set(names), names


def refused_to_start(folder):
    busy = os.path.join(folder, "socket")
    with Server("--listen", f"unix:{busy}"):
        cases = (["--listen", "nowhere:99999"], ["--listen", "127.0.0.1:x"], ["--listen", f"unix:{busy}"],
                 ["--listen", "unix:"], ["--listen", ""], ["/nowhere/net.pth"], ["--tls-cert", busy],
                 ["--repository", "/nowhere"], ["a b=builtin"], ["builtin", "builtin"], ["x="], ["=builtin"])
        for case in cases:
            done = densenet("serve", *case, check=False)
            assert done.returncode == 2 and done.stderr.count("\n") == 1, (case, done)
            assert not done.stderr.startswith("densenet: :"), done
    assert not os.path.exists(busy)
    done = densenet("serve", check=False, env={"DENSENET_SERVE_QUEUE": "none"})
    assert done.returncode == 2 and "DENSENET_SERVE_QUEUE" in done.stderr, done
    done = densenet("serve", "cats=builtin", "--precision", "int8", check=False)
    assert done.returncode == 2 and 'builtin: precision "int8": the network is not quantised' in done.stderr, done


def what_is_counted():
    """Each request once, of the network that computes it or of none."""
    asked = [("POST", "/predict", PICTURE), ("POST", "/predict?cam=cat", PICTURE), ("POST", "/predict", b"no picture"),
             ("POST", "/predict", bytes(2 << 20)), ("POST", "/predict?model=none", PICTURE), ("GET", "/nowhere"), ("GET", "/networks"),
             ("GET", "/v2/models/builtin"), ("POST", "/v2/repository/models/builtin/load")]
    with Server("--max-body", "1", "--allow-load") as server:
        for request in asked:
            server.ask(*request)
        metrics = server.ask("GET", "/metrics")[2].decode()
    counts = dict(re.findall(r'densenet_requests_total\{network=("\w*",result="\w+")\} (\d+)', metrics))
    counts = {key: int(count) for key, count in counts.items() if count != "0"}
    assert counts == {'"builtin",result="success"': 2, '"builtin",result="input"': 2, '"",result="success"': 3,
                      '"",result="input"': 2}, counts


def the_log(folder):
    """One object per request, without names of pictures."""
    path = os.path.join(folder, "access.log")
    with Server("--access-log", path) as server:
        server.ask("POST", "/predict", PICTURE, {"Content-Encoding": "br"})
        form, kind = multipart([("Jane^Doe.dcm", b"DICM nothing")])
        server.ask("POST", "/predict", form, {"Content-Type": kind, "X-Request-Id": "mine-1"})
    with open(path, encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    assert lines[-1]["id"] == "mine-1" and lines[-1]["status"] == 400 and lines[-1]["failure"] == "input", lines
    assert [line["bytes_in"] for line in lines] == [len(PICTURE), len(form)], lines
    assert "Jane" not in json.dumps(lines), lines


def a_log_that_nobody_reads(folder):
    """Lines for a pipe that is full are lost, and no answer waits for it; a pipe without a reader is refused."""
    path = os.path.join(folder, "pipe")
    os.mkfifo(path)
    done = densenet("serve", "--access-log", path, "--listen", "127.0.0.1:0", check=False)
    assert done.returncode == 2 and path in done.stderr, done
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with Server("--access-log", path) as server:
        for _ in range(20):
            assert server.ask("GET", "/" + "a" * 8000)[0] == 404
        assert server.ask("GET", "/v2")[0] == 200
        text = os.read(reader, 1 << 20)
        server.ask("GET", "/v2")
        assert select.select([reader], [], [], 60)[0]  # the line is written after the answer
        text += os.read(reader, 1 << 20)
    os.close(reader)
    assert json.loads(text.splitlines()[0])["status"] == 404 and json.loads(text.splitlines()[-1])["path"] == "/v2", text


def asking_itself(folder):
    path = os.path.join(folder, "one.bmp")
    with open(path, "wb") as file:
        file.write(PICTURE)
    done = densenet("serve", "--bench", path, "--json", "--queue", "100", "--listen", f"unix:{folder}/socket")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["clients"] for row in rows] == [1, 8, 64], done
    assert all(row["answered"] > 0 and row["refused"] == 0 and row["p99_ms"] >= row["median_ms"] for row in rows), rows
    for case in (["--bench", "/dev/null"], ["--bench", f"{folder}/none"], ["--json"]):
        done = densenet("serve", *case, "--listen", "127.0.0.1:0", check=False)
        assert done.returncode == 2 and done.stderr, (case, done)


def asking_itself_in_vain(folder):
    """What refuses the picture is said in the server's own words."""
    path = os.path.join(folder, "no picture")
    os.mkdir(f"{folder}/empty")
    with open(path, "wb") as file:
        file.write(b"no picture" * 1000000)
    for options, said in (([], "400: the body: is not a picture"), (["--max-body", "1"], "413: the body has more than"),
                          (["--repository", f"{folder}/empty"], "503: no network is loaded")):
        done = densenet("serve", "--bench", path, "--listen", "127.0.0.1:0", *options, check=False)
        sentence = done.stderr.splitlines()[-1]
        assert done.returncode == 2 and f"{path}: the server refuses it with {said}" in sentence and not done.stdout, done


def main():
    for test in (names_and_probabilities, heat_maps, wrong_requests, labels_and_grey, parts_of_forms, formats_and_sizes, a_key,
                 the_queue, ending, ending_beside_requests, hurried, reloading, several_networks, refused_to_start,
                 what_is_counted, the_log, a_log_that_nobody_reads, asking_itself,
                 asking_itself_in_vain):
        with tempfile.TemporaryDirectory() as folder:
            test(*([folder] if test.__code__.co_argcount else []))
        print(test.__name__)


main()
