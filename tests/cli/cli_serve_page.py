# SPDX-License-Identifier: MIT
"""The files of the server's page: all that it names is there, as it is in the tree, with its type and a policy that
lets nothing else in; sent again only when it changed; without a key. Needs only Python."""
import gzip
import os
import re
import tempfile
import zlib

from serving import Server

FOLDER = os.path.abspath(f"{os.path.dirname(__file__)}/../../server/page")
TYPES = {"html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8",
         "json": "application/json", "svg": "image/svg+xml"}


def read(name):
    with open(f"{FOLDER}/{name}", "rb") as file:
        return file.read()


def named(name):
    """What a file of the page loads."""
    text = read(name).decode()
    return re.findall(r'(?:src|href)="page/([^"]+)"' if name.endswith(".html") else r'from "\./([^"]+)"', text)


def check_coded(server, address, body, tag):
    """Compressed for whoever accepts that; the same tag, which is weak, stands for both."""
    for coding, decode in (("gzip", gzip.decompress), ("deflate", zlib.decompress)):
        status, headers, coded = server.ask("GET", address, headers={"Accept-Encoding": coding})
        assert status == 200 and headers["Vary"] == "Accept-Encoding", headers
        assert headers["Content-Encoding"] == (coding if len(body) >= 1024 else None), headers
        assert (decode(coded) if headers["Content-Encoding"] else coded) == body
        assert headers["ETag"] == tag and tag.startswith('W/"'), headers
        status, headers, coded = server.ask("GET", address, headers={"Accept-Encoding": coding, "If-None-Match": tag})
        assert status == 304 and coded == b"" and headers["Vary"] == "Accept-Encoding", headers


def main():
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/key", "w", encoding="ascii") as file:
            file.write("a-key-of-ours\n")
        with Server("--api-key-file", f"{folder}/key") as server:
            assert server.ask("GET", "/networks")[0] == 401
            seen, waiting = {"openapi.json"}, ["index.html", "openapi.json"]
            while waiting:
                name = waiting.pop()
                address = {"index.html": "/", "openapi.json": "/openapi.json"}.get(name, f"/page/{name}")
                status, headers, body = server.ask("GET", address)
                assert status == 200 and body == read(name), (address, status)
                assert headers["Content-Type"] == TYPES[name.rsplit(".", 1)[1]], (address, headers)
                assert headers["X-Content-Type-Options"] == "nosniff", headers
                policy = headers["Content-Security-Policy"]
                assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy, policy
                status, _, body = server.ask("GET", address, headers={"If-None-Match": headers["ETag"]})
                assert status == 304 and body == b"", (address, status)
                assert server.ask("GET", address, headers={"If-None-Match": '"another"'})[0] == 200
                check_coded(server, address, body=read(name), tag=headers["ETag"])
                seen.add(name)
                waiting += [other for other in named(name) if other not in seen]
            ours = {name for name in os.listdir(FOLDER) if name.rsplit(".", 1)[1] in TYPES}
            assert seen == ours, seen ^ ours
            for address in ("/page/none.js", "/page/", "/page/..%2Fpage_files.c", "/page/page_files.c", "/index.html"):
                assert server.ask("GET", address)[0] == 404, address
            assert server.ask("POST", "/")[0] == 405
    print(f"{len(seen)} files")


main()
