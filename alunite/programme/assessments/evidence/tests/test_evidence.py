"""The evidence library: kept once, linked to many, edited by several, withdrawn with a reason, seen by whom it is shared with."""

from __future__ import annotations

import hashlib
import re
import uuid
from dataclasses import replace
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from alunite.foundation.accounts.policies import Refused, allows
from alunite.foundation.files.checks import check_contents
from alunite.foundation.files.models import Content
from alunite.foundation.files.storing import path_of, receiving
from alunite.foundation.history.models import Entry
from alunite.foundation.messages.calendars import dates_of
from alunite.programme.assessments.actions import Faulty
from alunite.programme.assessments.evidence.actions import Given, Sent, add_evidence, edit_evidence, withdraw_evidence
from alunite.programme.assessments.evidence.queries import evidence_seen_by, page_of_evidence
from alunite.programme.assessments.evidence.rules import Words
from alunite.programme.assessments.models import Evidence, EvidenceLink

pytestmark = pytest.mark.usefixtures("adopted_scheme")

PDF = b"%PDF-1.7\nstack measurements, made up\n%%EOF\n"
TODAY = date(2026, 11, 23)
LIST = "/work/evidence/"
ISO = {"recognised": "iso_14001_2015", "certificate_number": "EMS 5512", "certificate_body": "Example Cert"}


def evidence_of(cast, who="member", *, file=PDF, criteria=None, **words):
    given = Given(Words(**{"title": "Stack data 2025", **words}), criteria or {})
    place = cast.organisation(who)
    if file is None:
        return add_evidence(place, given, actor=cast.actor(who))
    with receiving([file]) as received:
        return add_evidence(place, replace(given, file=Sent(received, "Stack data.pdf")), actor=cast.actor(who))


def form_of(evidence=None, client=None, **other):
    """What a browser sends of the form: of one that stands, with the mark the page has."""
    said = {"title": "Stack data 2025", "sharing": "member"}
    if client is not None:
        form = client.get(f"{LIST}{evidence.pk}/edit/").context["form"]
        said = {name: form[name].value() or "" for name in form.fields if "file" not in name}
    return {**said, **other}


def sent(name="Stack data.pdf", content=PDF):
    return SimpleUploadedFile(name, content, content_type="text/html")


def test_a_file_is_kept_once_however_many_pieces_of_evidence_and_criteria_it_serves(cast, assessment):
    address = f"{LIST}new/{cast.organisation('member').pk}/"
    assert cast["member"].get(address).status_code == 200
    sending = form_of(
        **{
            f"criteria_{assessment.pk}": "10.6, 2.9; 5.3 5.3",
            "evidence_date": "2025-12-31",
            "valid_until": "2027-01-31",
        }
    )
    answer = cast["member"].post(address, {**sending, "file": sent("../Émissions\u202e 2025.exe")})
    made = Evidence.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"{LIST}{made.pk}/")
    assert (made.file_name, made.content_id) == ("Émissions 2025.exe.pdf", hashlib.sha256(PDF).hexdigest())
    # The day it shows something of is not the day it was sent.
    assert (made.evidence_date, made.valid_until) == (date(2025, 12, 31), date(2027, 1, 31))
    assert made.added_at.date() > made.evidence_date
    assert set(EvidenceLink.objects.values_list("assessment", "number")) == {
        (assessment.pk, number) for number in ("2.9", "5.3", "10.6")
    }
    evidence_of(cast, title="The same bytes again")
    evidence_of(cast, "buyer", title="And by others")
    assert Content.objects.count() == 1
    entry = Entry.objects.get(record_type="evidence", record_id=made.pk)
    assert (entry.kind, entry.actor) == ("evidence.added", f"person:{cast.person('member').pk}")
    assert entry.data["criteria"] == f"{assessment.pk}: 2.9, 5.3, 10.6"
    page = cast["colleague"].get(f"{LIST}{made.pk}/").content.decode()
    for shown in ("Émissions 2025.exe.pdf", "31 Dec 2025", "2.9, 5.3, 10.6", "Smelter and casthouse"):
        assert shown in page
    got = cast["colleague"].get(f"{LIST}{made.pk}/file/")
    assert (got.getvalue(), got["Content-Type"]) == (PDF, "application/pdf")
    assert got["Content-Disposition"].startswith("attachment;")
    assert got["Content-Security-Policy"] == "default-src 'none'; sandbox"


def status(client, address):
    answer = client.get(address)
    answer.getvalue()  # to its end, as a browser does
    return answer.status_code


def said(answer, key):
    """The words of an answer, without what each request has of its own."""
    return re.sub(rf"{key}|[0-9a-f]{{32}}", "", answer.content.decode())


def test_whoever_it_is_not_for_gets_the_answer_of_what_does_not_exist(cast):
    made = evidence_of(cast)
    audit_only = evidence_of(cast, title="Interview notes", sharing="audit")
    nobodys = "22222222"

    def answers(who, key):
        return [cast[who].get(f"{LIST}{key}/{end}") for end in ("", "file/", "public-copy/", "edit/")]

    for who in ("buyer", "stranger", "auditor", "committee"):
        there, not_there = answers(who, made.pk), answers(who, nobodys)
        assert {one.status_code for one in (*there, *not_there)} == {404}, who
        assert [said(one, made.pk) for one in there] == [said(one, nobodys) for one in not_there]
        assert cast[who].post(f"{LIST}{made.pk}/withdraw/", {"reason": "x"}).status_code == 404
        # To know the bytes, or their SHA-256, opens nothing.
        for end in (made.content_id, f"{made.content_id}/file", f"../files/{made.content_id[:2]}/{made.content_id}"):
            assert cast[who].get(f"{LIST}{end}/").status_code == 404
    assert cast["stranger"].get(LIST).status_code == 404
    assert b"Stack data" not in cast["buyer"].get(LIST).content
    statuses = {who: status(cast[who], f"{LIST}{audit_only.pk}/file/") for who in ("colleague", "assurance", "office")}
    assert statuses == {"colleague": 200, "assurance": 200, "office": 404}
    assert status(cast["office"], f"{LIST}{made.pk}/file/") == 200
    # The Secretariat reads, and writes nothing.
    assert cast["assurance"].get(f"{LIST}{made.pk}/edit/").status_code == 404
    assert b"Interview notes" not in cast["office"].get(LIST).content
    for who in ("buyer", "office", "stranger"):
        with pytest.raises(Refused):
            withdraw_evidence(made, reason="Not mine", actor=cast.actor(who))
        with pytest.raises(Refused):
            add_evidence(
                cast.organisation("member"), Given(Words("x", link="https://example.org")), actor=cast.actor(who)
            )


def test_all_that_is_wrong_is_told_at_once_and_nothing_is_kept(cast, assessment):
    address = f"{LIST}new/{cast.organisation('member').pk}/"
    bad = {
        f"criteria_{assessment.pk}": "5.3, 5.99, five",
        "evidence_date": "2026-02-01",
        "valid_until": "2026-01-01",
        "recognised": "iso_14001_2015",
        "certificate_number": "",
    }
    answer = cast["member"].post(address, {**form_of(), **bad})
    assert answer.status_code == 400
    errors = answer.context["form"].errors
    assert set(errors) == {f"criteria_{assessment.pk}", "valid_until", "certificate_number", "certificate_body", "file"}
    assert "no 5.99, five" in errors[f"criteria_{assessment.pk}"][0]
    for files, says in (
        ({"file": sent(content=b"MZ" + bytes(60))}, "one of .pdf"),
        ({"file": sent(content=b"")}, "this one is empty"),
        ({"file": sent(), "public_file": sent("b.docx", b"PK\x03\x04cut off")}, "damaged or cut off"),
    ):
        answer = cast["member"].post(address, {**form_of(), **files})
        assert answer.status_code == 400
        assert says in str(answer.context["form"].errors)
    answer = cast["member"].post(address, {**form_of(), "file": sent(content=PDF + bytes(21 * 1024 * 1024))})
    assert (answer.status_code, "larger than 20 MB" in answer.content.decode()) == (400, True)
    answer = cast["member"].post(address, {**form_of(), "link": "javascript:alert(1)"})
    assert set(answer.context["form"].errors) == {"link"}
    assert not Evidence.objects.exists()
    assert not Content.objects.exists()
    others = replace(Given(Words("x", link="https://example.org")), criteria={assessment.pk: ("5.3",)})
    with pytest.raises(Faulty, match=r"there is no 5\.3"):
        # An assessment of another organisation has no criteria to link to.
        add_evidence(cast.organisation("buyer"), others, actor=cast.actor("buyer"))


def test_two_people_at_once_the_second_sees_what_the_first_changed(cast, assessment):
    made = evidence_of(cast, criteria={assessment.pk: ("5.3",)})
    address = f"{LIST}{made.pk}/edit/"
    mine, theirs = form_of(made, cast["member"]), form_of(made, cast["colleague"])
    assert mine[f"criteria_{assessment.pk}"] == "5.3"
    public = {"public_file": sent("Public.pdf", PDF + b"redacted")}
    theirs |= {"title": "Stack data, rev. 2", f"criteria_{assessment.pk}": "5.2, 5.3", **public}
    assert cast["colleague"].post(address, theirs).status_code == 302
    mine |= {"title": "Stack measurements", "evidence_date": "2025-12-31"}
    answer = cast["member"].post(address, mine)
    assert answer.status_code == 409
    page = answer.content.decode()
    for shown in ("Stack data, rev. 2", "Stack measurements", "Public.pdf", "both changed it"):
        assert shown in page
    made.refresh_from_db()
    assert (made.title, made.evidence_date) == ("Stack data, rev. 2", None)
    # Sent again from the page that said so, it is meant.
    again = {**mine, "mark": answer.context["form"]["mark"].value()}
    assert cast["member"].post(address, again).status_code == 302
    made.refresh_from_db()
    assert (made.title, made.public_file_name) == ("Stack measurements", "Public.pdf")
    assert cast["office"].get(f"{LIST}{made.pk}/public-copy/").getvalue() == PDF + b"redacted"
    assert set(EvidenceLink.objects.values_list("number", flat=True)) == {"5.3"}
    kinds = list(Entry.objects.filter(record_type="evidence", record_id=made.pk).values_list("kind", flat=True))
    assert kinds == ["evidence.added", "evidence.edited", "evidence.edited"]
    assert cast["member"].post(address, {**again, "mark": "forged"}).status_code == 400
    with pytest.raises(Faulty, match="recognised schemes"):
        edit_evidence(made, Given(Words("x", recognised="alchemy")), mark="", actor=cast.actor("member"))


def test_a_certificate_of_a_recognised_scheme_says_its_number_body_and_validity(cast):
    address = f"{LIST}new/{cast.organisation('member').pk}/"
    page = cast["member"].get(address).content.decode()
    # From the fact file: recognised for the third version, and one that stood on lists of the second.
    assert "ISO 14001:2015 (Performance Standard V3 2022; read at ASI)" in page
    assert "EITI (Performance Standard V2 2017; reported by pro-gest.it)" in page
    certificate = {**ISO, "valid_until": "2027-06-30", "certificate_scope": "Environmental management at Lake Works"}
    answer = cast["member"].post(address, {**form_of(), **certificate, "link": "https://certificates.example.org/5512"})
    page = cast["member"].get(answer["Location"]).content.decode()
    for shown in ("ISO 14001:2015", "EMS 5512", "Example Cert", "Lake Works", "The auditor judges whether"):
        assert shown in page
    assert page.count("EMS 5512") == 1
    answer = cast["member"].post(address, {**form_of(), "certificate_number": "1", "link": "https://example.org"})
    assert set(answer.context["form"].errors) == {"recognised"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Evidence.objects.create(
            organisation=cast.organisation("member"), title="x", link="https://a.example", recognised="y"
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Evidence.objects.create(organisation=cast.organisation("member"), title="of nothing")


def test_what_is_withdrawn_speaks_to_nothing_and_stays_findable_with_its_reason(cast, assessment):
    made = evidence_of(cast, criteria={assessment.pk: ("5.3", "5.4")})
    address = f"{LIST}{made.pk}/withdraw/"
    answer = cast["member"].post(address, {"reason": " "})
    assert answer.status_code == 400
    assert cast["member"].post(address, {"reason": "Replaced by rev. 2"}).status_code == 302
    withdraw_evidence(made, reason="Twice is once", actor=cast.actor("colleague"))
    assert not EvidenceLink.objects.exists()
    page = cast["member"].get(f"{LIST}{made.pk}/").content.decode()
    assert "Replaced by rev. 2" in page
    assert cast["member"].get(f"{LIST}{made.pk}/file/").getvalue() == PDF
    assert cast["member"].get(f"{LIST}{made.pk}/edit/").status_code == 404
    with pytest.raises(Faulty, match="not withdrawn"):
        edit_evidence(made, Given(Words("x")), mark="", actor=cast.actor("member"))
    assert b"Stack data" not in cast["member"].get(LIST).content
    assert b"Stack data" in cast["member"].get(f"{LIST}?view=withdrawn").content
    entry = Entry.objects.filter(record_type="evidence", record_id=made.pk).latest("pk")
    assert entry.data["criteria"] == f"{assessment.pk}: 5.3, 5.4"
    assert list(check_contents()) == []


def test_views_show_what_is_expired_unused_or_without_date(cast, assessment):
    evidence_of(cast, title="Expired permit", valid_until=date(2026, 11, 22), evidence_date=date(2020, 1, 1))
    evidence_of(
        cast, title="Ends today", valid_until=TODAY, evidence_date=date(2020, 1, 1), criteria={assessment.pk: ("5.3",)}
    )
    evidence_of(cast, title="Undated", criteria={assessment.pk: ("5.3", "6.1")})
    evidence_of(cast, title="Certificate", **ISO, valid_until=date(2027, 6, 30))
    evidence_of(cast, "buyer", title="Another member's")
    member = cast.actor("member")

    def titles(view, words=""):
        return {one.title for one in page_of_evidence(member, view, words, 1, TODAY).items}

    assert titles("") == {"Expired permit", "Ends today", "Undated", "Certificate"}
    assert titles("expired") == {"Expired permit"}
    assert titles("unused") == {"Expired permit", "Certificate"}
    assert titles("undated") == {"Undated", "Certificate"}
    assert titles("certificates") == {"Certificate"}
    assert titles("withdrawn") == set()
    assert titles("", "PERMIT") == {"Expired permit"}
    counts = page_of_evidence(member, "", "", 1, TODAY).counts
    assert counts == {"": 4, "expired": 1, "unused": 2, "undated": 2, "certificates": 1, "withdrawn": 0}
    ends = [(one.day, one.about) for one in dates_of(member, date(2026, 11, 1), date(2026, 12, 31))]
    assert ends == [(date(2026, 11, 22), "Expired permit"), (TODAY, "Ends today")]
    assert dates_of(cast.actor("office"), date(2026, 11, 1), date(2026, 12, 31)) == []
    page = cast["member"].get(LIST, {"view": "expired", "q": "permit", "page": "99"}).content.decode()
    assert page.count("Expired permit") == 1
    # What is no view or page is the beginning of the list.
    assert cast["member"].get(LIST, {"view": "odd", "page": "-1", "q": "\x00"}).status_code == 200


def test_pages_of_the_list_ask_as_often_for_many_as_for_few(cast, assessment):
    for number in range(3):
        evidence_of(cast, title=f"Piece {number}", file=b"%d" % number, criteria={assessment.pk: ("5.3", "6.1")})
    key = Evidence.objects.latest("added_at").pk
    addresses = (LIST, f"{LIST}{key}/", f"{LIST}{key}/edit/", f"{LIST}new/{cast.organisation('member').pk}/")

    client = cast["member"]

    def counted():
        found = []
        for address in addresses:
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            found.append(len(queries))
        return found

    few = counted()
    for number in range(3, 60):
        evidence_of(cast, title=f"Piece {number}", file=b"%d" % (number % 5), criteria={assessment.pk: ("5.3", "6.1")})
    assert counted() == few
    assert max(few) <= 12
    first, second = (cast["member"].get(LIST, {"page": page}).content.decode() for page in (1, 2))
    assert ("Piece 59<" in first, "Piece 9<" in first) == (True, False)
    assert ("Piece 59<" in second, "Piece 9<" in second) == (False, True)


def test_damaged_bytes_are_not_handed_out_and_the_page_still_tells_of_them(cast):
    made = evidence_of(cast)
    path_of(made.content_id).write_bytes(PDF.replace(b"made up", b"altered"))
    cast["member"].raise_request_exception = False
    assert status(cast["member"], f"{LIST}{made.pk}/file/") == 500
    assert cast["member"].get(f"{LIST}{made.pk}/").status_code == 200
    assert cast["member"].get(f"{LIST}new/{uuid.uuid4()}/").status_code == 404


def test_a_criterion_shows_its_evidence_to_whoever_may_read_it_and_counts_all_of_it(cast, assessment):
    page = f"/work/assessments/{assessment.pk}/?open=5.3"
    add = cast["member"].get(page).context["opened"]
    assert (add.row.said.evidence, add.evidence) == (0, [])
    linked = f"/work/evidence/new/{assessment.organisation_id}/?criteria_{assessment.pk}=5.3"
    assert linked in cast["member"].get(page).content.decode()
    assert cast["member"].get(linked).context["form"][f"criteria_{assessment.pk}"].value() == "5.3"
    evidence_of(cast, title="For all", criteria={assessment.pk: ("5.3",)})
    evidence_of(cast, title="For the audit alone", criteria={assessment.pk: ("5.3",)}, sharing="audit")
    shown = {
        who: {one.title for one in cast[who].get(page).context["opened"].evidence}
        for who in ("member", "colleague", "assurance", "office")
    }
    both = {"For all", "For the audit alone"}
    assert shown == {"member": both, "colleague": both, "assurance": both, "office": {"For all"}}
    assert b"For the audit alone" not in cast["office"].get(page).content
    assert {who: cast[who].get(page).context["opened"].row.said.evidence for who in shown} == dict.fromkeys(shown, 2)
    without = cast["member"].get(f"/work/assessments/{assessment.pk}/?show=no-evidence").context
    numbers = {row.number for part in without["parts"] for row in part.rows}
    assert ("5.3" in numbers, "5.2" in numbers) == (False, True)
    # The scope and the policy say the same of each.
    for who in cast.credentials:
        actor = cast.actor(who)
        seen = set(evidence_seen_by(actor))
        assert seen == {one for one in Evidence.objects.all() if allows(actor, "evidence.read", one)}, who
