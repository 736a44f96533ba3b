"""An export appears whole or not at all, and replaces nothing but a file."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from alunite.foundation.importing import exporting
from alunite.foundation.importing.exporting import export_statements
from alunite.foundation.importing.kinds import import_kind
from alunite.foundation.importing.tests.conftest import take_up

CERTIFICATES = "certificates"


def test_a_failing_export_leaves_no_half_file_and_keeps_the_old_one(scheme, put, tmp_path, monkeypatch):
    take_up((CERTIFICATES, put(CERTIFICATES, {}, {"record_id": "T2"})))
    folder = tmp_path / "out"
    folder.mkdir()
    out = folder / "out.csv"
    out.write_text("what stood there before")
    whole = exporting._cells

    def breaks_off(kind):
        yield next(iter(whole(kind)))
        raise RuntimeError("on purpose")

    monkeypatch.setattr(exporting, "_cells", breaks_off)
    with pytest.raises(RuntimeError):
        export_statements(import_kind(CERTIFICATES), out)
    assert out.read_text() == "what stood there before"
    assert list(folder.iterdir()) == [out]


def test_an_export_replaces_a_file_and_leaves_nothing_beside_it(scheme, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    out = folder / "out.csv"
    neighbour = folder / "out.csv.part"
    out.write_text("old")
    neighbour.write_text("somebody else's")
    assert export_statements(import_kind(CERTIFICATES), out) == 0
    assert out.read_text(encoding="utf-8").startswith("record_id,")
    assert neighbour.read_text() == "somebody else's"
    assert sorted(folder.iterdir()) == [out, neighbour]


def test_an_export_has_the_permissions_any_new_file_has(scheme, tmp_path):
    out, other = tmp_path / "out.csv", tmp_path / "other"
    other.touch()
    export_statements(import_kind(CERTIFICATES), out)
    assert stat.S_IMODE(out.stat().st_mode) == stat.S_IMODE(other.stat().st_mode)


def test_a_link_is_followed_and_stays_a_link(scheme, tmp_path):
    out, link = tmp_path / "out.csv", tmp_path / "link.csv"
    link.symlink_to(out)
    export_statements(import_kind(CERTIFICATES), link)
    assert link.is_symlink()
    assert out.read_text(encoding="utf-8").startswith("record_id,")


@pytest.mark.skipif(os.name != "posix", reason="no named pipes")
def test_a_device_a_pipe_and_a_folder_are_never_replaced(scheme, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for target in (pipe, tmp_path, Path(os.devnull)):
        with pytest.raises(OSError, match="folder or a device"):
            export_statements(import_kind(CERTIFICATES), target)
    assert pipe.is_fifo()


def test_a_folder_that_is_not_there_is_the_callers_fault(scheme, tmp_path):
    with pytest.raises(FileNotFoundError):
        export_statements(import_kind(CERTIFICATES), tmp_path / "none" / "out.csv")


def test_records_are_ordered_by_code_point_on_every_database(scheme, put, tmp_path):
    keys = ["a", "B", "Z", "é", "z", "字", "10", "9", "_", "-1", "😀", "A b", "A-b", "ab"]
    take_up((CERTIFICATES, put(CERTIFICATES, *({"record_id": key} for key in keys))))
    export_statements(import_kind(CERTIFICATES), tmp_path / "out.csv")
    lines = (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert [line.split(",")[0].removeprefix("'") for line in lines] == sorted(keys)
