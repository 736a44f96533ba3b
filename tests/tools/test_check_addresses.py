from __future__ import annotations

from pathlib import Path

import pytest

from scripts import check_addresses

HOME = "/ho" + "me/somebody/"  # in two pieces, or this file would be refused itself


@pytest.mark.parametrize(
    ("name", "line", "told"),
    [
        ("requirements/run.txt", "https://pypi.example/simple", True),
        ("requirements/run.txt", "--index-url x", True),
        ("frontend/package-lock.json", '"resolved": "x"', True),
        ("docs/page.md", "https://example.org", False),
        ("docs/page.md", f"cd {HOME}alunite", True),
        ("docs/page.md", "the /home/ page", False),
    ],
)
def test_what_ties_a_file_to_one_machine_is_found(tmp_path: Path, name, line, told):
    path = tmp_path / name
    path.parent.mkdir(parents=True)
    path.write_text(f"first\n{line}\n")
    said = check_addresses.faults([name], tmp_path)
    assert [text.startswith(f"{name}:2: ") for text in said] == [True] * told


def test_a_folder_of_this_machine_is_found(tmp_path: Path):
    (tmp_path / "notes.md").write_text(f"see {tmp_path}/x")
    assert len(check_addresses.faults(["notes.md"], tmp_path)) == 1


def test_no_file_of_ours_is_tied_to_a_machine():
    assert check_addresses.faults(check_addresses.tracked(), check_addresses.ROOT) == []
