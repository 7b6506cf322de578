"""What reading leaves behind: nothing but its result, and word to nobody."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from medicord_ocr.models import models_folder
from tests.command import environment, run

pytestmark = pytest.mark.integration

SAMPLE = Path(__file__).parents[2] / "samples" / "lab_khmer_english.png"


@pytest.mark.skipif(sys.platform == "win32", reason="the user's folders have other names there")
def test_reading_leaves_nothing_in_the_users_folders(tmp_path: Path) -> None:
    """onnxruntime kept a number of the machine and a queue of events for its maker in ~/.cache."""
    pytest.importorskip("onnxruntime")
    home, temporary = tmp_path / "home", tmp_path / "tmp"
    for folder in (home, temporary):
        folder.mkdir()
    env = environment(HOME=str(home), TMPDIR=str(temporary), MEDICORD_MODELS=str(models_folder()))
    for name in ("CI", "ORT_DISABLE_TELEMETRY", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        env.pop(name, None)  # on its own it is silent where CI is set

    done = run("extract", SAMPLE, cwd=tmp_path, env=env)

    assert done.code == 0, done.err
    assert any("onnxruntime" in engine["version"] for engine in json.loads(done.out)["engines"])
    assert [path.relative_to(tmp_path) for path in sorted(tmp_path.rglob("*"))] == [
        Path("home"),
        Path("tmp"),
    ]
