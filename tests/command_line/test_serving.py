"""`alunite serve` and `alunite demo`: real servers on real ports."""

from __future__ import annotations

import json
import signal
import socket
import time

from tests.machine import DONE, MEMBERS, POSIX, free_port, history_count, page
from tests.planting import Sheet


@POSIX
def test_the_demo_says_one_address_when_its_page_answers_and_passwords_once(machine, start):
    port = str(free_port())
    passwords: list[set[str]] = []
    for arguments in ((), (), ("--new-passwords",)):
        served = start(machine, "demo", "--port", port, *arguments)
        address, before = served.address()
        assert address == f"http://127.0.0.1:{port}"
        assert "<h1" in page(f"{address}/")
        assert "Aludium Alicante" in page(f"{address}/register/?q=Alicante")
        status, rest, beside = served.stop()
        assert (status, rest) == (DONE, "")
        assert "Traceback" not in beside
        passwords.append({line.split()[1] for line in before if line.startswith("  ")})
        assert not any(password in beside for password in passwords[-1])
    assert [len(found) for found in passwords] == [9, 0, 9]
    assert not passwords[0] & passwords[2]
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", int(port)))  # nothing of it is left running
    assert history_count(machine)[0] > 0


@POSIX
def test_the_demo_completes_an_installation_without_rows_and_replaces_no_row_of_ones_own(bare, start):
    port = str(free_port())
    served = start(bare, "demo", "--port", port)
    assert served.address()
    served.stop()
    assert bare.done("import", MEMBERS, "--dry-run")["unchanged"] == 116
    sheet = Sheet.read("members")
    sheet.lines[0].cells["note"] = "corrected by us"
    (bare.folder / "m.csv").write_text(sheet.text(), encoding="utf-8", newline="")
    assert bare.done("import", "members=m.csv")["changed"] == 1
    served = start(bare, "demo", "--port", port)
    assert served.address()
    served.stop()
    assert bare.done("import", "members=m.csv", "--dry-run")["unchanged"] == 116


@POSIX
def test_serve_and_demo_say_one_json_document_if_asked(sampled, start):
    for command, keys in (("serve", {"address"}), ("demo", {"address", "accounts"})):
        port = str(free_port())
        served = start(sampled, command, "--port", port, "--json")
        text = ""
        while not text.endswith("}\n") or text.count("{") != text.count("}"):
            text += served.line()
        status, rest, beside = served.stop()
        assert (status, rest) == (DONE, "")
        found = json.loads(text)
        assert set(found) == keys
        assert found["address"] == f"http://127.0.0.1:{port}"
        assert not any(item["password"] in beside for item in found.get("accounts", ()))


@POSIX
def test_a_server_stopped_before_it_answers_ends_well(sampled, start):
    for pause in (0.7, 1.2):
        served = start(sampled, "serve", "--port", str(free_port()))
        time.sleep(pause)
        served.process.send_signal(signal.SIGTERM)
        # Before its own handler stands, the signal ends it as it ends any program.
        assert served.process.wait(30) in {DONE, -signal.SIGTERM}
        assert "Traceback" not in served.errors.read_text()


def test_a_taken_port_is_refused_and_without_one_the_next_is_found(sampled, start):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        for command in ("demo", "serve"):
            assert port in sampled.refused(command, "--port", port)["error"]
