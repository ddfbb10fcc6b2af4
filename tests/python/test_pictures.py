# SPDX-License-Identifier: MIT
"""Pictures of every kind that Python has, and what is said of them."""
import io
import struct
import zlib

import numpy as np
import pytest

import densenet
from densenet._heat import png


def test_a_file_its_bytes_and_its_pixels_are_one_picture(net, picture, tmp_path):
    path = tmp_path / "noise.png"
    path.write_bytes(png(picture))
    results = net.predict([path, str(path), path.read_bytes(), picture])
    assert isinstance(results, list) and len(results) == 4
    for other in results[1:]:
        assert np.array_equal(other.logits, results[0].logits)
    assert results[0].name == str(path) and results[3].name == "picture 3"
    assert np.array_equal(densenet.read_picture(path), picture)


def test_one_picture_gives_one_answer(net, picture):
    result = net.predict(picture)
    top = result.top(3)
    assert [a.probability for a in top] == sorted((a.probability for a in top), reverse=True)
    assert result.label == top[0].label and result[top[0].label] == top[0].probability == result.probability
    assert top[0] == (top[0].label, top[0].probability, int(result.probabilities.argmax()))
    assert result.label in str(result) and result.label in repr(result)
    np.testing.assert_allclose(result.probabilities.sum(), 1, rtol=1e-5)


def test_predict_answers_as_call_does_of_prepared_tensors(net, picture):
    tensor = net.prepare(picture)
    assert tensor.shape == (3, 32, 32)
    np.testing.assert_allclose(net.predict(picture).logits, net(tensor[np.newaxis])[0], atol=1e-6)


def test_sizes_may_differ_and_answers_keep_the_order(net, picture):
    pictures = [picture[:20], picture, picture[:, :30], picture[:20]]
    results = net.predict((p for p in pictures), preprocess="resize=0,crop=0", batch=3)
    assert [r.tensor.shape[1:] for r in results] == [p.shape[:2] for p in pictures]
    np.testing.assert_allclose(results[0].logits, results[3].logits, atol=1e-5)


def test_pillow_s_images(net, picture):
    image = pytest.importorskip("PIL.Image")
    assert np.array_equal(net.predict(image.fromarray(picture)).logits, net.predict(picture).logits)
    grey = image.fromarray(picture[:, :, 0])
    assert np.array_equal(net.prepare(grey), net.prepare(picture[:, :, 0]))
    deep = image.fromarray(picture[:, :, 0].astype(np.uint16) * 257)
    np.testing.assert_allclose(net.prepare(deep), net.prepare(grey), atol=1e-5)
    clear = np.concatenate([picture, picture[:, :, :1]], axis=2)
    assert np.array_equal(net.prepare(image.fromarray(clear, "RGBA")), net.prepare(clear))


def test_what_the_network_saw_is_the_cropped_picture(net, picture):
    result = net.predict(picture, preprocess="resize=0,crop=32")
    assert np.array_equal(result.picture, picture[4:36, 9:41])


@pytest.mark.parametrize("given, error", [
    (np.zeros((3, 4, 5), np.uint8), ValueError), (np.zeros((4, 5), np.int64), TypeError),
    (np.zeros(5, np.uint8), ValueError), (np.zeros((0, 5, 3), np.uint8), ValueError)])
def test_arrays_that_are_no_pictures_are_refused(net, given, error):
    with pytest.raises(error):
        net.predict(given)


def test_files_that_are_no_pictures_are_refused(net, picture, tmp_path):
    whole = png(picture)
    with pytest.raises(densenet.FileFormatError):
        net.predict(whole[:len(whole) // 2])
    with pytest.raises(densenet.FileError, match="nowhere"):
        net.predict(tmp_path / "nowhere.png")
    with pytest.raises(densenet.FileFormatError):
        net.predict(b"GIF89a")


def test_heat_maps(net, picture, tmp_path):
    heat = net.predict(picture).cam("cat")
    assert (heat.label, heat.exact) == ("cat", True) and np.asarray(heat).shape == (8, 8)
    assert heat.overlay().shape == (32, 32, 3) and heat.overlay().dtype == np.uint8
    heat.save(tmp_path / "heat.png")
    assert np.array_equal(densenet.read_picture(tmp_path / "heat.png"), heat.overlay())
    assert heat._repr_html_().startswith("<img") and "8 x 8, exact" in repr(heat)


def test_the_hottest_place_is_painted_reddest():
    heat = densenet.HeatMap(np.zeros((4, 4), np.float32), "x", True, np.full((32, 32, 3), 128, np.uint8))
    assert len(np.unique(heat.overlay())) == 1  # no evidence, no colour
    heat.values[1, 2] = 3
    red = heat.overlay()[..., 0].astype(int) - heat.overlay()[..., 2]
    row, column = np.unravel_index(red.argmax(), red.shape)
    assert 8 <= row < 16 and 16 <= column < 24 and red[-1, 0] == 0 < red.max()
    heat.values = np.zeros((2, 2, 2))
    with pytest.raises(ValueError, match=r"a map \(height, width\)"):
        heat.overlay()


def test_notebooks_see_maps_and_answers(net, picture):
    results = net.predict([picture, picture])
    assert "picture 1" in results._repr_html_() and "<img" in results[0]._repr_html_()
    assert str(results).count("\n") == 1


def test_answers_as_a_frame(net, picture):
    pytest.importorskip("pandas")
    frame = net.predict([picture, picture]).to_frame(3)
    assert list(frame.columns) == ["picture", "label", "probability", "output"] and len(frame) == 6


def test_the_png_that_is_written_is_one(picture):
    data = png(picture)
    length, = struct.unpack(">I", data[33:37])
    assert data[:8] == b"\x89PNG\r\n\x1a\n" and data[37:41] == b"IDAT"
    assert len(zlib.decompress(io.BytesIO(data[41:41 + length]).read())) == 40 * 151
