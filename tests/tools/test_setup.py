"""The set-up script, tried on a copy of itself whose steps only write down that they were called."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "setup.py"


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch):
    """Give a checkout in miniature and the script, loaded from it; `steps` says what it did."""
    root = tmp_path / "checkout"
    (root / "scripts").mkdir(parents=True)
    (root / "requirements").mkdir()
    shutil.copy(SCRIPT, root / "scripts")
    (root / "pyproject.toml").write_text("[project]\n")
    (root / "requirements" / "run.txt").write_text("one==1 \\\n    --hash=sha256:00\n")
    (root / "requirements" / "dev.txt").write_text("one==1 \\\n    --hash=sha256:00\ntwo==2 \\\n    --hash=sha256:00\n")
    (root / "tests" / "spectral").mkdir(parents=True)
    (root / "tests" / "spectral" / "package.json").write_text("{}\n")
    (root / "tests" / "spectral" / "package-lock.json").write_text("{}\n")
    (root / "scripts" / "frontend.py").touch()
    (root / "frontend" / "css").mkdir(parents=True)
    (root / "frontend" / "css" / "site.css").write_text("a {}\n")
    (root / "alunite" / "static" / "built").mkdir(parents=True)
    return root


def loaded(root: Path, monkeypatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("setup_of_a_checkout", root / "scripts" / "setup.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    return module


def load(root: Path, monkeypatch) -> tuple:
    module = loaded(root, monkeypatch)
    steps: list[str] = []

    def make_empty() -> None:
        steps.append("empty")
        shutil.rmtree(module.VENV, ignore_errors=True)
        module.PYTHON.parent.mkdir(parents=True)
        module.PYTHON.touch()

    monkeypatch.setattr(module, "need_pip", lambda: None)
    monkeypatch.setattr(module, "make_empty", make_empty)
    monkeypatch.setattr(module, "install", lambda which: steps.append(f"install {which}"))
    monkeypatch.setattr(module, "install_project", lambda: steps.append("project"))
    monkeypatch.setattr(module, "find_chromium", lambda: "chromium")
    monkeypatch.setattr(module, "is_settled", lambda tool: True)

    def build_frontend() -> None:
        steps.append("frontend")
        module.BUILT.touch()
        module.FRONTEND_STAMP.write_text(module.frontend_digest())

    monkeypatch.setattr(module, "build_frontend", build_frontend)
    return module, steps


ALL_OF_DEV = ["empty", "install dev", "project", "frontend"]


def test_the_second_run_does_nothing_and_starts_no_process(checkout, monkeypatch):
    script, steps = load(checkout, monkeypatch)
    script.main(["dev"])
    assert steps == ALL_OF_DEV

    def no_process(*_, **__):
        pytest.fail("the quick path started a process")

    monkeypatch.setattr(subprocess, "run", no_process)
    monkeypatch.setattr(subprocess, "Popen", no_process)
    steps.clear()
    script.main(["dev"])
    script.main(["run"])
    assert steps == []


def test_a_changed_list_is_installed_into_what_is_there(checkout, monkeypatch):
    script, steps = load(checkout, monkeypatch)
    script.main(["dev"])
    steps.clear()
    (checkout / "requirements" / "dev.txt").write_text("three==3\n")
    script.main(["dev"])
    assert steps == ["install dev", "project"]


def test_a_changed_style_sheet_is_built_and_nothing_else_is_done(checkout, monkeypatch):
    script, steps = load(checkout, monkeypatch)
    script.main(["run"])
    steps.clear()
    (checkout / "frontend" / "css" / "site.css").write_text("b {}\n")
    script.main(["run"])
    assert steps == ["frontend"]


@pytest.mark.parametrize(
    "name",
    [
        "frontend/src/charts/explore.js",
        "frontend/package-lock.json",
        "scripts/world.py",
        "alunite/front/register/projection.py",
    ],
)
def test_whatever_the_build_reads_is_seen_when_it_changes(checkout, monkeypatch, name):
    script, _steps = load(checkout, monkeypatch)
    before = script.frontend_digest()
    (checkout / name).parent.mkdir(parents=True, exist_ok=True)
    (checkout / name).write_text("changed")
    assert script.frontend_digest() != before


def test_an_interrupted_set_up_begins_afresh(checkout, monkeypatch):
    script, steps = load(checkout, monkeypatch)

    def interrupted(which: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(script, "install", interrupted)
        with pytest.raises(KeyboardInterrupt):
            script.main(["dev"])
    steps.clear()
    script.main(["dev"])
    assert steps == ALL_OF_DEV


def test_a_set_up_that_broke_while_updating_begins_afresh(checkout, monkeypatch):
    script, steps = load(checkout, monkeypatch)
    script.main(["dev"])
    (checkout / "requirements" / "dev.txt").write_text("three==3\n")
    with monkeypatch.context() as patch:
        patch.setattr(script, "install", lambda which: script.fail("no such package"))
        with pytest.raises(SystemExit, match="no such package"):
            script.main(["dev"])
    steps.clear()
    script.main(["dev"])
    assert steps == ALL_OF_DEV


def test_a_moved_checkout_is_set_up_anew(checkout, monkeypatch):
    script, steps = load(checkout, monkeypatch)
    script.main(["dev"])
    moved = checkout.rename(checkout.with_name("moved"))
    script, steps = load(moved, monkeypatch)
    script.main(["dev"])
    assert steps == ALL_OF_DEV


def test_running_never_takes_the_tools_of_development_away(checkout, monkeypatch):
    script, steps = load(checkout, monkeypatch)
    script.main(["run"])
    assert steps == ["empty", "install run", "project", "frontend"]
    steps.clear()
    script.main(["dev"])
    assert steps == ["install dev", "project"]
    steps.clear()
    (checkout / "requirements" / "dev.txt").write_text("three==3\n")
    script.main(["run"])
    assert steps == ["install dev", "project"]


def test_packages_that_left_the_list_are_named(checkout, monkeypatch):
    script, _ = load(checkout, monkeypatch)
    site = script.VENV / "lib" / "python3.11" / "site-packages"
    for name in ("one", "Old_Thing", "alunite"):
        info = site / f"{name}-1.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
    assert script.left_over("one==1 \\\n") == ["old-thing"]


def test_a_missing_list_is_said_plainly(checkout, monkeypatch):
    script, _ = load(checkout, monkeypatch)
    (checkout / "requirements" / "dev.txt").unlink()
    with pytest.raises(SystemExit, match=r"requirements/dev\.txt is missing"):
        script.main(["dev"])


@pytest.mark.parametrize(("code", "outcome"), [(0, "installed"), (1, "failed")])
def test_a_tool_is_tried_once_for_each_lock_and_never_stops_a_set_up(checkout, monkeypatch, capsys, code, outcome):
    script = loaded(checkout, monkeypatch)
    script.VENV.mkdir()
    tool = script.TOOLS[0]
    asked = []

    def npm(command, **named):
        asked.append((Path(command[1]).name, command[2]))
        (named["cwd"] / "node_modules" / ".bin").mkdir(parents=True, exist_ok=True)
        return subprocess.CompletedProcess(command, code, "", "no such host")

    monkeypatch.setattr(script.subprocess, "run", npm)
    for _ in range(2):
        if not script.is_settled(tool):
            script.install_tool(tool)
    assert asked == [("npm-cli.js", "ci")]
    assert ("will be skipped" in capsys.readouterr().out) is (outcome != "installed")
    assert script.is_settled(tool)
    (tool / "package-lock.json").write_text("{ }\n")
    assert not script.is_settled(tool)


def test_where_nobody_is_root_the_browser_comes_from_npm(checkout, monkeypatch, capsys):
    script = loaded(checkout, monkeypatch)
    script.VENV.mkdir()
    unpacked = checkout / "unpacked"
    unpacked.write_text("a browser")
    monkeypatch.setattr(script.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(script.shutil, "which", lambda name: None)
    monkeypatch.setattr(
        script.subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, 0, f"{unpacked}\n", "")
    )
    assert script.find_chromium() is None
    script.install_chromium()
    assert Path(script.find_chromium()).read_text() == "a browser"


def test_this_checkout_is_up_to_date_in_a_blink():
    done = subprocess.run(
        [sys.executable, "-IS", str(SCRIPT), "dev"], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("name", ["run.txt", "dev.txt"])
def test_locked_lists_hold_hashes_and_no_address(name):
    text = (ROOT / "requirements" / name).read_text()
    assert not re.search(r"https?:|--index|--find-links|/", text)
    pins = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(pins) > 30
    assert [pin.splitlines()[0] for pin in pins if "--hash=sha256:" not in pin or "==" not in pin] == []


@pytest.mark.parametrize(
    ("folder", "least"), [("frontend", 30), ("tests/spectral", 100), ("tests/pages", 100), ("tests/chromium", 5)]
)
def test_locks_of_npm_hold_hashes_and_no_address(folder, least):
    lock = json.loads((ROOT / folder / "package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert len(packages) > least
    assert [name for name, package in packages.items() if not package.get("integrity", "").startswith("sha512-")] == []
    assert [name for name, package in packages.items() if "resolved" in package] == []
