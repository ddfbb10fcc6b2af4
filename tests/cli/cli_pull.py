# SPDX-License-Identifier: MIT
"""densenet pull against a server on loopback: whole, resumed, cut off, refused; and what
`--weights NAME` then means. Needs nothing but Python."""
import hashlib
import http.server
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time

PROGRAM = os.environ["DENSENET"]
failures = 0


def check(what, good, figure=""):
    global failures
    failures += not good
    print(f"{what}: {'ok' if good else 'FAILED ' + str(figure)}")


class Server(http.server.BaseHTTPRequestHandler):
    """Serves `content` with ranges; paths choose how it misbehaves."""
    content = b""
    requests = []
    sent = 0   # writes of a misbehaving body
    piece = 0  # bytes after which /cut breaks the connection

    def do_GET(self):
        wanted = self.headers.get("Range")
        Server.requests.append((self.path, wanted))
        start = int(wanted[6:-1]) if wanted and self.path != "/norange" else 0
        if self.path == "/absent":
            return self.send_error(404)
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/file")
            return self.end_headers()
        if self.path == "/tofile":
            self.send_response(302)
            self.send_header("Location", "file:///etc/hostname")
            return self.end_headers()
        if self.path in ("/endless", "/drip", "/huge"):
            return self.misbehave()
        if wanted and start >= len(self.content):
            return self.send_error(416)
        body = self.content[start:]
        if self.path == "/other":
            body = body[:-1] + b"?"
        self.send_response(206 if wanted and self.path != "/norange" else 200)
        self.send_header("Content-Length", str(len(body)))
        if wanted and self.path != "/norange":
            self.send_header("Content-Range", f"bytes {start}-{len(self.content) - 1}/{len(self.content)}")
        self.end_headers()
        if self.path == "/dead":
            body = b""
        self.wfile.write(body[:self.piece] if self.path == "/cut" else body)
        self.close_connection = True

    def misbehave(self):
        """A body without an end, one that hardly moves, one announced as too large; each bounded here."""
        self.send_response(200)
        if self.path == "/huge":
            self.send_header("Content-Length", str(10 ** 12))
        self.end_headers()
        try:
            for _ in range(100):
                if self.path == "/drip":
                    self.wfile.write(b"xxxxx")
                    time.sleep(0.2)
                else:
                    self.wfile.write(bytes(1 << 16))
                Server.sent += 1
        except OSError:
            pass
        self.close_connection = True

    def log_message(self, *_):
        pass


OLD_CURL = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdarg.h>
static void *find(const char *name)
{
    static void *curl;
    if (!curl)
        curl = dlopen(CURL, RTLD_NOW | RTLD_LOCAL);
    return dlsym(curl, name);
}
void *curl_easy_init(void) { return ((void *(*)(void))find("curl_easy_init"))(); }
int curl_easy_perform(void *h) { return ((int (*)(void *))find("curl_easy_perform"))(h); }
const char *curl_easy_strerror(int c) { return ((const char *(*)(int))find("curl_easy_strerror"))(c); }
void curl_easy_cleanup(void *h) { ((void (*)(void *))find("curl_easy_cleanup"))(h); }
int curl_easy_getinfo(void *h, int what, void *to)
{
    return ((int (*)(void *, int, ...))find("curl_easy_getinfo"))(h, what, to);
}
int curl_easy_setopt(void *h, int option, void *value)
{
    if (option == 10318 || option == 10319) /* CURLE_UNKNOWN_OPTION */
        return 48;
    return ((int (*)(void *, int, ...))find("curl_easy_setopt"))(h, option, value);
}
"""


def real_curl():
    """Where the system's libcurl lies, by the loader's own account."""
    code = ("import ctypes, re\nctypes.CDLL('libcurl.so.4')\n"
            "print(next(l.split()[-1] for l in open('/proc/self/maps') if 'libcurl.so' in l))")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    return done.stdout.strip()


def with_old_curl(folder, pull, forget, path):
    """curl before 7.85 lacks protocols as text."""
    curl = real_curl()
    if not curl or not shutil.which("cc"):
        print("an old curl: skipped, no cc or libcurl.so.4")
        return
    os.mkdir(f"{folder}/old")
    with open(f"{folder}/old.c", "w", encoding="ascii") as file:
        file.write(OLD_CURL)
    subprocess.run(["cc", "-shared", "-fPIC", f'-DCURL="{curl}"', "-o", f"{folder}/old/libcurl.so.4", f"{folder}/old.c",
                    "-ldl"], check=True)
    old = {"LD_LIBRARY_PATH": f"{folder}/old"}
    forget()
    done = pull("/file", **old)
    check("an old curl", done.returncode == 0 and os.path.exists(path), done)
    forget()
    done = pull("/tofile", **old)
    check("an old curl, a redirection to a file", done.returncode == 2 and "rotocol" in done.stderr, done)


def main(folder):
    environment = {**os.environ, "XDG_CACHE_HOME": f"{folder}/cache", "no_proxy": "127.0.0.1"}
    network = f"{folder}/net.pth"
    subprocess.run([PROGRAM, "init", "--blocks", "1,2", "--growth", "4", "--classes", "3", "-o", network], check=True)
    with open(network, "rb") as file:
        Server.content = file.read()
    digest = hashlib.sha256(Server.content).hexdigest()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    path = f"{folder}/cache/densenet/densenet121-a639ec97.pth"
    part = path + ".part"

    def pull(place, *more, sha256=digest, **variables):
        Server.requests.clear()
        options = ("--sha256", sha256) if sha256 else ()
        return subprocess.run([PROGRAM, "pull", "densenet121", "--url", f"http://127.0.0.1:{server.server_port}{place}",
                               *options, *more], capture_output=True, text=True, env={**environment, **variables})

    def holds(name):
        with open(name, "rb") as file:
            return file.read() == Server.content

    def forget():
        for name in (path, part):
            if os.path.exists(name):
                os.unlink(name)

    done = subprocess.run([PROGRAM, "info", "densenet121"], capture_output=True, text=True, env=environment)
    check("a name not pulled", done.returncode == 2 and "densenet pull densenet121" in done.stderr, done.stderr)
    done = pull("/file")
    check("whole", done.returncode == 0 and holds(path) and done.stdout == f"densenet121: {path}\n" and
          not done.stderr and not os.path.exists(part), done)
    done = subprocess.run([PROGRAM, "info", "densenet121"], capture_output=True, text=True, env=environment)
    check("the name means the file", done.returncode == 0 and "1,2" in done.stdout, done)
    done = pull("/file")
    check("again: nothing is asked for", done.returncode == 0 and not Server.requests, Server.requests)
    with open(path, "r+b") as file:
        file.write(b"damaged")
    done = pull("/moved")
    check("a damaged file is fetched again, over a redirection", done.returncode == 0 and holds(path), done)

    def resume(what, place, begun, expected):
        forget()
        with open(part, "wb") as file:
            file.write(begun)
        done = pull(place)
        check(what, done.returncode == 0 and holds(path) and [r[1] for r in Server.requests] == expected,
              (done, Server.requests))

    half = Server.content[:len(Server.content) // 2]
    Server.requests.clear()
    for option in (("--url", f"http://127.0.0.1:{server.server_port}/file"), ("--sha256", digest)):
        done = subprocess.run([PROGRAM, "pull", "densenet121", "densenet169", *option], capture_output=True, text=True, env=environment)
        check(f"{option[0]} of two files", done.returncode == 2 and not Server.requests and
              done.stderr == f"densenet: pull: {option[0]} is of one file, and 2 are asked for\n", done)
    resume("resumed", "/file", half, [f"bytes={len(half)}-"])
    resume("resumed from a server without ranges", "/norange", half, [f"bytes={len(half)}-"])
    resume("a part that was whole already", "/file", Server.content, [])
    resume("a part longer than the file", "/file", Server.content + b"more", [f"bytes={len(Server.content) + 4}-", None])
    forget()
    Server.piece = len(Server.content) // 3 + 1
    done = pull("/cut")
    check("cut off twice, resumes by itself", done.returncode == 0 and holds(path) and len(Server.requests) == 3, done)
    forget()
    Server.piece = len(Server.content) // 20
    done = pull("/cut")
    kept = os.path.getsize(part) if os.path.exists(part) else 0
    check("cut off too often: the part stays", done.returncode == 2 and "again" in done.stderr and
          kept == 10 * Server.piece and not os.path.exists(path), (done, kept))
    done = pull("/file")
    check("and the next call resumes from it", done.returncode == 0 and holds(path) and
          Server.requests == [("/file", f"bytes={kept}-")], Server.requests)

    def refuse(what, place, *words, more=(), **options):
        forget()
        done = pull(place, *more, **options)
        check(what, done.returncode == 2 and all(word in done.stderr for word in words) and
              len(done.stderr.strip().split("\n")) == 1 and not os.path.exists(path) and
              not os.path.exists(part), done)

    refuse("another digest", "/other", "SHA-256", digest[:8])
    refuse("not torchvision's file", "/file", "a639ec97", sha256=None)
    refuse("404", "/absent", "404", "/absent")
    refuse("a server that dies", "/dead", "/dead")
    refuse("a body without an end", "/endless", "more than 1 MB", "--max-size", more=("--max-size", "1"))
    check("is left early", Server.sent < 100, Server.sent)
    Server.sent = 0
    refuse("a size that is too large", "/huge", "more than 1000 MB")
    refuse("a redirection to a file", "/tofile", "rotocol")
    begun = time.monotonic()
    forget()
    done = pull("/drip", "--timeout", "2")
    check("a drip", done.returncode == 2 and "less than 1000 bytes per second for 2 seconds" in done.stderr and
          time.monotonic() - begun < 15, (done, time.monotonic() - begun))
    refuse("a limit that is none", "/file", "--max-size", more=("--max-size", "0"))
    refuse("a digest that is none", "/file", "hexadecimal", sha256="xyz")
    with_old_curl(folder, pull, forget, path)
    server.shutdown()
    server.server_close()
    refuse("no server", "/file", "127.0.0.1")
    done = subprocess.run([PROGRAM, "pull", "resnet50"], capture_output=True, text=True, env=environment)
    check("an unknown name", done.returncode == 2 and "resnet50" in done.stderr, done)
    done = subprocess.run([PROGRAM, "pull", "densenet121"], capture_output=True, text=True,
                          env={**environment, "XDG_CACHE_HOME": "/dev/null/cache"})
    check("a cache that cannot be", done.returncode == 2 and "/dev/null" in done.stderr, done)


with tempfile.TemporaryDirectory() as scratch:
    main(scratch)
sys.exit(failures > 0)
