"""Spectral finds no fault in the API's description, examples included.

`make setup` installs Spectral; where that failed the test says so and is skipped.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from alunite.front.api.clocks import clocks_for
from alunite.front.api.examples import with_examples
from scripts.setup import node

HERE = Path(__file__).resolve().parent
SPECTRAL = HERE / "node_modules" / ".bin" / "spectral"


@pytest.mark.skipif(not SPECTRAL.exists(), reason="Spectral is not installed; see `make setup`")
def test_spectral_finds_nothing(samples, tmp_path):
    description = tmp_path / "openapi.json"
    description.write_text(json.dumps(with_examples(clocks_for(None, None))), "utf-8")
    said = subprocess.run(
        [
            node(),
            str(SPECTRAL),
            "lint",
            str(description),
            "--ruleset",
            str(HERE / "ruleset.yaml"),
            "--fail-severity",
            "warn",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stdout[-4000:] + said.stderr[-1000:]
