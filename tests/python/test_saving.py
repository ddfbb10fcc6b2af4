# SPDX-License-Identifier: MIT
"""Files of every kind come back as the same network."""
import hashlib
import http.server
import io
import os
import threading

import numpy as np
import pytest

import densenet
from densenet import _pull


@pytest.mark.parametrize("name", ["net.safetensors", "net.pth", "net.npz", "net.onnx", "net.h5"])
def test_saved_and_loaded(net, batch, tmp_path, name):
    net.save(tmp_path / name)
    again = densenet.load(tmp_path / name)
    np.testing.assert_allclose(again(batch), net(batch), atol=1e-5)
    assert again.labels == net.labels


def test_half_precision_is_half_the_file(net, tmp_path):
    net.save(tmp_path / "whole.safetensors")
    net.save(tmp_path / "half.safetensors", dtype="f16")
    whole, half = ((tmp_path / f"{name}.safetensors").stat().st_size for name in ("whole", "half"))
    assert 0.4 < half / whole < 0.6 and densenet.load(tmp_path / "half.safetensors").origin.dtype == "f16"


def test_what_cannot_be_saved_is_refused(net, tmp_path):
    for name, options in (("net.txt", {}), ("net.pth", {"dtype": "f8"}), ("no/net.pth", {})):
        with pytest.raises(densenet.DenseNetError):
            net.save(tmp_path / name, **options)
    assert not list(tmp_path.iterdir())


def test_bytes_and_open_files(net, batch, tmp_path):
    path = tmp_path / "net.safetensors"
    net.save(path)
    with open(path, "rb") as file:
        assert np.array_equal(densenet.load(file)(batch), net(batch))
    for source in (path.read_bytes(), bytearray(path.read_bytes()), io.BytesIO(path.read_bytes())):
        assert np.array_equal(densenet.load(source)(batch), net(batch))


def test_a_state_dict_of_arrays(net, batch):
    again = densenet.from_tensors(dict(net.tensors), stem="cifar")
    assert np.array_equal(again(batch), net(batch)) and again.origin.dialect == "torchvision"


@pytest.fixture
def publisher(tmp_path, monkeypatch):
    """A server of one published network, `tiny`; its row of the table."""
    densenet.init("densenet-10-2").save(tmp_path / "tiny.pth")
    content = (tmp_path / "tiny.pth").read_bytes()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    row = {"name": "tiny", "file": "tiny-pulled.pth", "sha256": hashlib.sha256(content).hexdigest()[:8], "md5": None,
           "url": f"http://127.0.0.1:{server.server_port}/tiny.pth", "publisher": "nobody"}
    monkeypatch.setattr(_pull, "published", lambda: [row])
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    yield row
    server.shutdown()
    server.server_close()


def test_load_pulls_what_is_published(publisher, tmp_path):
    net = densenet.load("tiny")
    assert net.arch.name == "densenet-10-2" and densenet.pull("tiny") == os.fspath(
        tmp_path / "cache/densenet/tiny-pulled.pth")


def test_a_file_with_another_digest_is_not_kept(publisher, tmp_path):
    publisher["sha256"] = "00000000"
    with pytest.raises(densenet.FileError, match="nothing was kept"):
        densenet.load("tiny")
    assert not list((tmp_path / "cache/densenet").iterdir())


def test_what_is_published():
    names = [row["name"] for row in densenet.published()]
    assert "densenet121" in names and len(names) == len(set(names))
    with pytest.raises(KeyError):
        densenet.pull("densenet122")
