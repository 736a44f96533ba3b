"""The office checks files in the browser, sees everything that is wrong, and then imports: as the command line does."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from alunite.foundation.accounts.policies import IMPORTER
from alunite.foundation.history.models import Entry
from alunite.foundation.importing import uploads
from alunite.foundation.importing.actions import import_files
from alunite.foundation.importing.kinds import import_kind
from alunite.foundation.importing.models import Batch, Statement
from alunite.foundation.importing.tests.conftest import ROWS
from tests.cast import Cast, make_cast

JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def cast(scheme) -> Cast:
    return make_cast()


@pytest.fixture(autouse=True)
def folder(settings, tmp_path: Path) -> Path:
    settings.ALUNITE_HOME = tmp_path / "home"
    return settings.ALUNITE_HOME / "uploads"


def sheet(kind: str, *rows: Mapping[str, str], name: str = "") -> SimpleUploadedFile:
    text = io.StringIO()
    writer = csv.DictWriter(text, import_kind(kind).column_names, restval="")
    writer.writeheader()
    writer.writerows(ROWS[kind] | row for row in rows)
    return SimpleUploadedFile(name or f"{kind}.csv", text.getvalue().encode())


def send(client: Client, *files: SimpleUploadedFile, mappings: tuple[SimpleUploadedFile, ...] = ()) -> str:
    """Send files to be checked; return the address of what was found."""
    answer = client.post("/imports/check/", {"rows": files, "mappings": mappings})
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def act(client: Client, address: str, act: str, seen: int | None = None):
    page = client.get(address)
    kinds = {name: field.value() for name in page.context["kinds"].fields for field in [page.context["kinds"][name]]}
    return client.post(address, {"act": act, "seen": page.context["seen"] if seen is None else seen, **kinds})


def test_a_check_counts_what_would_be_done_and_writes_nothing(cast):
    import_files([("members", kept_aside(sheet("members", {})))], actor=IMPORTER)
    office = cast["office"]  # signing in is told as well
    before = Entry.objects.count(), Statement.objects.count()
    rows = sheet("members", {}, {"note": "new", "name": "Other"}, {"note": "new", "name": "Other"})
    found = office.get(send(office, rows), {"format": "json"}).json()
    assert {name: found["files"][0][name] for name in ("rows", "created", "unchanged", "duplicates")} == {
        "rows": 3,
        "created": 1,
        "unchanged": 1,
        "duplicates": 1,
    }
    assert (Entry.objects.count(), Statement.objects.count()) == before


def test_every_fault_stands_in_the_table_with_its_place_and_what_was_expected(cast):
    rows = sheet("certificates", {"issue_date": "soon", "source_url": "none"}, {"record_id": ""})
    address = send(cast["office"], rows, sheet("members", {}))
    page = cast["office"].get(address).content.decode()
    assert "3 faults" in page
    for text in ("certificates.csv", "issue_date", "<code>soon</code>", "an address that begins with http"):
        assert text in page
    assert 'value="import"' not in page
    said = cast["office"].get(address, **JSON).json()
    assert [(fault["row"], fault["column"]) for fault in said["faults"]] == [
        (2, "issue_date"),
        (2, "source_url"),
        (3, "record_id"),
    ]
    assert act(cast["office"], address, "import").status_code == 400
    assert not Statement.objects.exists()


def test_more_faults_than_are_listed_are_counted(cast, monkeypatch):
    monkeypatch.setattr("alunite.foundation.importing.actions.MOST_FAULTS", 3)
    rows = sheet("members", *({"source_url": "none", "name": f"M{number}"} for number in range(5)))
    page = cast["office"].get(send(cast["office"], rows)).content.decode()
    assert "The first 3 of 5 are listed." in page
    assert page.count("<code>none</code>") == 3


def test_what_was_checked_is_imported_and_its_page_names_who_did_it_to_the_office(cast):
    address = send(cast["office"], sheet("members", {}), sheet("certificates", {}))
    answer = act(cast["office"], address, "import")
    assert (answer.status_code, answer["Location"]) == (302, "/imports/")
    listed = cast["office"].get("/imports/").content.decode()
    assert "Imported. New rows: 2, changed: 0, unchanged: 0." in listed
    batch = Batch.objects.get(kind="certificates")
    assert batch.actor == cast.actor("office").label, "history and tables keep the opaque id"
    page = cast["office"].get(f"/imports/{batch.pk}/").content.decode()
    for text in (batch.sha256, str(cast.person("office")), "certificates.csv", ">T1<", "Rows in the file: 1. New: 1,"):
        assert text in page
    assert cast["office"].get(address).status_code == 404, "what was imported is not kept"


def test_the_page_of_an_import_shows_what_a_row_changed(cast):
    office = cast["office"]
    act(office, send(office, sheet("members", {"note": "before"})), "import")
    act(office, send(office, sheet("members", {"note": "after"})), "import")
    page = office.get(f"/imports/{Batch.objects.latest('pk').pk}/").content.decode()
    assert "note: <del>before</del> → <ins>after</ins>" in page


def test_a_check_that_was_overtaken_by_another_import_is_shown_again_and_not_done(cast):
    office = cast["office"]
    address = send(office, sheet("members", {"name": "Mine"}))
    seen = office.get(address).context["seen"]
    import_files([("members", kept_aside(sheet("members", {"name": "Theirs"})))], actor=IMPORTER)
    answer = act(office, address, "import", seen=seen)
    assert answer.status_code == 409
    assert "Somebody imported something since you saw this check" in answer.content.decode()
    assert list(Statement.objects.values_list("key", flat=True)) == ["Theirs"]


def test_nobody_else_opens_an_upload_not_even_another_of_the_office(cast):
    address = send(cast["office"], sheet("members", {}))
    for name in ("assurance", "member", "stranger"):
        assert cast[name].get(address).status_code == 404
    (own,) = (path for path in (uploads._root()).iterdir())
    own.rename(own.with_name(str(cast.person("assurance").pk)))
    assert cast["office"].get(address).status_code == 404


def test_an_upload_is_private_to_the_machine_and_stands_under_no_name_of_its_senders(cast, folder):
    send(cast["office"], sheet("members", {}, name="members../../evil;.csv"))
    (person,) = folder.iterdir()
    (upload,) = person.iterdir()
    assert [oct(path.stat().st_mode & 0o077) for path in (folder, person, upload)][1:] == ["0o0", "0o0"]
    assert sorted(path.name for path in upload.iterdir()) == ["file-0", "upload.json"]


def test_uploads_are_thrown_away_after_a_day_when_told_to_and_beyond_the_fifth(cast, folder, monkeypatch):
    office = cast["office"]
    addresses = [send(office, sheet("members", {"name": f"M{number}"})) for number in range(7)]
    assert [office.get(address).status_code for address in addresses] == [404, 404, 200, 200, 200, 200, 200]
    assert act(office, addresses[6], "discard").status_code == 302
    assert office.get(addresses[6]).status_code == 404
    later = timezone.now() + timedelta(hours=25)
    monkeypatch.setattr("alunite.foundation.importing.uploads.timezone.now", lambda: later)
    assert uploads.opened_upload(addresses[5].split("/")[-2], actor=cast.actor("office")) is None
    assert uploads.remove_expired() == "4 uploads removed"


def test_a_file_whose_name_does_not_tell_its_kind_is_asked_for(cast):
    office = cast["office"]
    address = send(office, sheet("members", {}, name="list.csv"))
    page = office.get(address)
    assert "Its name does not tell the kind: choose it." in page.content.decode()
    assert 'value="import"' not in page.content.decode()
    assert office.get(address, {"kind-0": "members"}).context["result"].created == 1


def test_what_is_no_table_is_said_so_and_never_shown(cast):
    office = cast["office"]
    picture = SimpleUploadedFile("members.csv", b"\x89PNG\r\n\x1a\n\x00<script>alert(1)</script>", "text/html")
    page = office.get(send(office, picture))
    assert page["Content-Type"].startswith("text/html")
    assert "<script>alert(1)" not in page.content.decode()
    assert "text in UTF-8" in page.content.decode()


def test_a_check_asks_as_often_for_twenty_rows_as_for_two(cast):
    office = cast["office"]

    def asked(count: int) -> int:
        address = send(office, sheet("members", *({"name": f"M{number}"} for number in range(count))))
        with CaptureQueriesContext(connection) as queries:
            assert office.get(address).context["result"].created == count
        return len(queries)

    assert asked(2) == asked(20) <= 12


def test_too_many_rows_are_sent_to_the_command_line(cast, monkeypatch):
    monkeypatch.setattr("alunite.foundation.importing.uploads.MOST_ROWS", 2)
    rows = sheet("members", *({"name": f"M{number}"} for number in range(3)))
    page = cast["office"].get(send(cast["office"], rows)).content.decode()
    assert "Too many rows for this page" in page
    assert 'value="import"' not in page


def test_too_large_an_upload_is_refused_on_the_form_and_not_kept(cast, folder, monkeypatch):
    monkeypatch.setattr("alunite.foundation.importing.uploads.LARGEST_UPLOAD", 1000)
    large = SimpleUploadedFile("members.csv", b"x" * 70_000)
    answer = cast["office"].post("/imports/check/", {"rows": [large]})
    assert answer.status_code == 400
    assert "import larger files with the command line" in answer.content.decode()
    assert not folder.exists()


def test_no_file_too_many_files_and_a_form_without_its_token_are_refused(cast, folder):
    office = cast["office"]
    assert office.post("/imports/check/", {}).status_code == 400
    many = [sheet("members", {"name": f"M{number}"}) for number in range(21)]
    assert "At most 20 files" in office.post("/imports/check/", {"rows": many}).content.decode()
    careful = Client(enforce_csrf_checks=True)
    careful.cookies = office.cookies
    assert careful.post("/imports/check/", {"rows": [sheet("members", {})]}).status_code == 403
    assert not folder.exists()


def test_a_mapping_is_sent_along_and_its_faults_are_listed(cast):
    office = cast["office"]
    mapping = b"kind: members\nsystem: portal\ndelimiter: ';'\ncolumns: {Firm: name, Link: source_url}\n"

    def sent(mapping: bytes) -> str:
        theirs = SimpleUploadedFile("members-export.csv", b"Firm;Link\nNorth;https://example.org/n\n")
        return send(office, theirs, mappings=(SimpleUploadedFile("m.yaml", mapping),))

    assert office.get(sent(mapping)).context["result"].created == 1
    broken = mapping.replace(b"source_url", b"nothing")
    page = office.get(sent(broken)).content.decode()
    assert "The mapping has faults" in page
    assert "columns.Link" in page
    assert act(office, sent(broken), "import").status_code == 400


def test_an_empty_file_is_named_among_the_faults(cast):
    page = cast["office"].get(send(cast["office"], SimpleUploadedFile("members.csv", b""))).content.decode()
    assert "a header: name," in page


def test_an_import_of_several_pages_goes_on_and_ends(cast, monkeypatch):
    monkeypatch.setattr("alunite.foundation.importing.queries.PAGE_LENGTH", 2)
    office = cast["office"]
    act(office, send(office, sheet("members", *({"name": f"M{number}"} for number in range(5)))), "import")
    address = f"/imports/{Batch.objects.get().pk}/"
    seen, after = [], 0
    while True:
        found = office.get(address, {"after": after} if after else {}).context["found"]
        seen += [row.statement.key for row in found.rows]
        if not (after := found.following):
            break
    assert seen == [f"M{number}" for number in range(5)]
    assert office.get(address, {"after": "x"}).status_code == 404


def kept_aside(file: SimpleUploadedFile) -> Path:
    """Put a file where a command would find it."""
    path = uploads._root().parent / "given" / file.name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(file.read())
    return path


def test_the_same_files_sent_twice_at_once_are_kept_once_and_break_nothing(cast, folder, monkeypatch):
    """Somebody presses the button twice: while one upload takes its place, the other stands there already."""
    taken: list[str] = []
    rename = Path.rename

    def overtaken(staging: Path, target: Path) -> Path:
        monkeypatch.setattr(Path, "rename", rename)
        if not taken:
            taken.append(send(cast["office"], sheet("members", {})))
        return rename(staging, target)

    monkeypatch.setattr(Path, "rename", overtaken)
    address = send(cast["office"], sheet("members", {}))
    assert taken == [address]
    [own] = folder.iterdir()
    assert [kept.name for kept in own.iterdir()] == [address.strip("/").rpartition("/")[2]]
    (own / address.strip("/").rpartition("/")[2] / "file-0").unlink()
    assert send(cast["office"], sheet("members", {})) == address
    assert cast["office"].get(address).status_code == 200, "one that was half thrown away is kept anew"
    (own / ".half-written").mkdir()
    (own / ".half-written" / "upload.json").write_text('{"fi')
    other = send(cast["office"], sheet("members", {"name": "Other"}))
    assert cast["office"].get(other).status_code == 200
