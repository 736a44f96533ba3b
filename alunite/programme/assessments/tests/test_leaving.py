"""Leaving: what was somebody's goes to a colleague, roles and sessions end, and the colleague finds it in the inbox."""

from __future__ import annotations

import uuid
from datetime import date
from http import HTTPStatus

import pytest

from alunite.foundation.accounts.actions import CannotEnd, affiliate
from alunite.foundation.accounts.leaving import CannotLeave, let_leave, see_handover
from alunite.foundation.accounts.models import Affiliation, Handover, Organisation
from alunite.foundation.accounts.policies import OPERATOR, Refused
from alunite.foundation.accounts.roles import OrganisationKind, Role
from alunite.foundation.history.models import Entry
from alunite.foundation.messages.tasks import tasks_of
from alunite.foundation.messages.threads.actions import About, begin_thread, close_thread
from alunite.foundation.messages.threads.actions import say as speak
from alunite.programme.assessments.models import Answer, ScopeFacility, SiteAnswer
from alunite.programme.assessments.sites.actions import SiteAnswerGiven, save_site_answers
from alunite.programme.assessments.tests.made import make_assessment, say
from tests.cast import PLAYERS, Cast

pytestmark = pytest.mark.usefixtures("adopted_scheme")
TODAY = date(2026, 11, 23)


def taken_over(cast: Cast, name: str) -> list[str]:
    return [one.address for one in tasks_of(cast.actor(name), TODAY) if one.key.startswith("accounts.taken_over:")]


def test_whoever_leaves_hands_everything_over_and_is_out_at_once(cast: Cast):
    found = make_assessment(cast)
    place, leaver, heir = cast.organisation("member"), cast.person("colleague"), cast.person("member")
    elsewhere = Organisation.objects.create(name="Elsewhere (made up)", kind=OrganisationKind.MEMBER)
    affiliate("colleague", elsewhere, Role.MANAGER, actor=OPERATOR)
    say(cast, found, "1.1", owner=str(leaver.pk))
    say(cast, found, "1.2", owner=str(leaver.pk), gap="Add it.", gap_due="2027-01-31", gap_owner=str(leaver.pk))
    say(cast, found, "1.3", owner=str(heir.pk), gap="Add it too.", gap_owner=str(leaver.pk))
    written = say(cast, found, "2.1", who="colleague", level="conformance", text="We do.")
    about = About("assessment", found.pk, "1.1", place.pk)
    open_one = begin_thread(about, "comment", "Look here.", actor=cast.actor("member"), to=leaver.pk)
    done = begin_thread(about, "comment", "And here.", actor=cast.actor("member"), to=leaver.pk)
    close_thread(done, actor=cast.actor("colleague"))
    browser, admin = cast["colleague"], cast["member"]
    page = f"/organisations/{place.pk}/people/{leaver.pk}/leave/"
    shown = admin.get(page).content.decode()
    assert "3 criteria to answer, and gaps to close" in shown
    assert f'value="{heir.pk}"' in shown
    assert page in admin.get(f"/organisations/{place.pk}/people/").content.decode()

    refused = admin.post(page, {"successor": ""})
    assert refused.status_code == HTTPStatus.BAD_REQUEST
    assert "Choose who takes the work over" in refused.content.decode()
    assert browser.get("/work/").status_code == HTTPStatus.OK

    assert admin.post(page, {"successor": str(heir.pk)}).status_code == HTTPStatus.FOUND
    # Signed out everywhere, with the role elsewhere untouched.
    assert browser.get("/work/").status_code == HTTPStatus.FOUND
    held = Affiliation.objects.filter(person=leaver, until=None)
    assert [one.organisation_id for one in held] == [elsewhere.pk]
    stand = {one.number: one for one in Answer.objects.filter(assessment=found)}
    assert [(stand[number].owner_id, stand[number].gap_owner_id) for number in ("1.1", "1.2", "1.3")] == [
        (heir.pk, None),
        (heir.pk, heir.pk),
        (heir.pk, heir.pk),
    ]
    # What was written stays with its writer, and history says of each answer that it changed hands, and why.
    assert (stand["2.1"].saved_by_id, stand["2.1"].version) == (leaver.pk, written.version)
    handover = Handover.objects.get()
    cause = Entry.objects.get(record_type="handover", kind="handover.made")
    entries = Entry.objects.filter(kind="answer.handed_over", cause_id=cause.pk).order_by("record_id")
    assert [(one.record_id, one.data["changed"]) for one in entries.select_related("payload")] == [
        (f"{found.pk}/1.1", ["owner"]),
        (f"{found.pk}/1.2", ["gap_owner", "owner"]),
        (f"{found.pk}/1.3", ["gap_owner"]),
    ]
    assert handover.work == {"assessments.criteria": 3, "messages.threads": 1}
    open_one.refresh_from_db()
    assert open_one.waits_for_id == heir.pk
    assert [one.record_id for one in Entry.objects.filter(kind="thread.handed_over")] == [open_one.pk.hex]

    # The heir can go on from the version the leaver left.
    say(cast, found, "1.1", version=stand["1.1"].version, text="From here on mine.")
    [address] = taken_over(cast, "member")
    assert "Taken over from Cato Made-up" in admin.get(address).content.decode()
    for name in set(PLAYERS) - {"member", "colleague"}:
        assert taken_over(cast, name) == []
        assert cast[name].get(address).status_code == HTTPStatus.NOT_FOUND, name
        with pytest.raises(Refused):
            see_handover(handover, actor=cast.actor(name))
    assert admin.post(address).status_code == HTTPStatus.FOUND
    assert taken_over(cast, "member") == []
    assert "Looked at on" in admin.get(address).content.decode()
    assert admin.get(page).status_code == HTTPStatus.NOT_FOUND


def test_nobody_leaves_by_the_hand_of_others_or_to_those_who_could_not_do_the_work(cast: Cast):
    found = make_assessment(cast)
    place, leaver = cast.organisation("member"), cast.person("colleague")
    say(cast, found, "1.1", owner=str(leaver.pk))
    for name in set(PLAYERS) - {"member", "office"}:
        with pytest.raises(Refused):
            let_leave(leaver, place, str(cast.person("member").pk), actor=cast.actor(name))
    for stranger in (str(cast.person("buyer").pk), str(leaver.pk), str(uuid.uuid4())):
        with pytest.raises(CannotLeave) as refused:
            let_leave(leaver, place, stranger, actor=cast.actor("member"))
        assert [one.rule for one in refused.value.reasons] == ["accounts.successor_unfit"]
    with pytest.raises(CannotEnd):  # the last administrator, of themselves
        let_leave(cast.person("member"), place, str(leaver.pk), actor=cast.actor("member"))
    assert not Handover.objects.exists()
    assert not Affiliation.objects.exclude(until=None).exists()
    assert Answer.objects.get().owner_id == leaver.pk
    # The last who does this there leaves it to nobody: it is everybody's again.
    let_leave(leaver, place, str(cast.person("member").pk), actor=cast.actor("office"))
    let_leave(cast.person("member"), place, "", actor=cast.actor("office"))
    assert Answer.objects.get().owner_id is None


def test_what_single_sites_say_changes_hands_and_late_answers_wait_for_nobody_who_left(cast: Cast):
    found = make_assessment(cast)
    place, leaver, heir = cast.organisation("member"), cast.person("colleague"), cast.person("member")
    site = str(ScopeFacility.objects.get(scope=found.scope).facility_id)
    wishes = {"level": "minor_nc", "gap": "Only here.", "gap_owner": str(leaver.pk)}
    save_site_answers(found, [SiteAnswerGiven("1.1", site, 0, wishes)], actor=cast.actor("member"))
    question = begin_thread(
        About("assessment", found.pk, "1.1", place.pk), "question", "Does it count?", actor=cast.actor("colleague")
    )
    handover = let_leave(leaver, place, str(heir.pk), actor=cast.actor("member"))
    assert handover.work == {"assessments.criteria": 1}
    stands = SiteAnswer.objects.get()
    assert (stands.gap_owner_id, stands.version) == (heir.pk, 2)
    told = Entry.objects.get(kind="site_answer.handed_over")
    assert (told.record_version, told.data["values"]["gap_owner"]) == (2, str(heir.pk))
    # The heir goes on from there, and of what the leaver asked nobody waits for the leaver.
    save_site_answers(found, [SiteAnswerGiven("1.1", site, 2, {"gap": "Mine now."})], actor=cast.actor("member"))
    question.refresh_from_db()
    speak(question, "It does.", actor=cast.actor("office"))
    question.refresh_from_db()
    assert (question.waits_for_id, question.waits_for_desk) == (None, False)
