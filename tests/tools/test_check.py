from __future__ import annotations

import re
from pathlib import Path

from scripts import check, docs

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "how-to" / "develop.md").read_text("utf-8")


def test_every_check_stands_in_the_page_on_developing():
    for each in check.checks():
        assert re.search(rf"^\|[^|]*\b{each.name}\b", PAGE, re.MULTILINE), each.name


def test_every_generated_part_stands_in_the_page_on_developing():
    for name in docs.PARTS:
        assert f"`{name}`" in PAGE


def test_every_command_of_the_makefile_says_what_it_does():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split()
    for target in targets:
        assert re.search(rf"^{target}:.*  ## \w", makefile, re.MULTILINE), target


def test_a_failing_check_says_what_to_do(capsys):
    failing = check.Check("weather", check.python("-c", "print('rain'); raise SystemExit(3)"), "Take an umbrella.")
    passing = check.Check("ground", check.python("-c", "print('unseen')"), "Nothing.")
    assert check.run_all([failing, passing]) == 1
    said = capsys.readouterr().out
    assert re.search(r"FAILED weather .*\nrain\n-> Take an umbrella\.", said)
    assert "unseen" not in said
    assert "1 checks passed, 1 failed; weather" in said
