"""A world in which every case of the table has its path, and where anybody may be sent to it."""

from __future__ import annotations

import copy
import re
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings

from alunite.foundation.accounts.actions import add_person, values_of
from alunite.foundation.accounts.invitations import invite
from alunite.foundation.accounts.models import Handover, Person
from alunite.foundation.accounts.policies import OPERATOR
from alunite.foundation.decisions.actions import propose_decision
from alunite.foundation.files.storing import receiving
from alunite.foundation.history import editing
from alunite.foundation.importing.models import Batch
from alunite.foundation.importing.uploads import keep_upload
from alunite.foundation.keys.installation import Installation
from alunite.foundation.keys.signing import ensure_signing_key
from alunite.foundation.merging.actions import propose_duplicates
from alunite.foundation.merging.models import Proposal
from alunite.foundation.publications.actions import ToPublish, publish
from alunite.foundation.publications.dictionary import public_kinds
from alunite.foundation.publications.models import Publication
from alunite.front.inbox.actions import make_calendar_address
from alunite.front.register.models import Record
from alunite.front.register.tests.world import undone
from alunite.programme.members.joining.actions import begin_application
from alunite.programme.members.joining.documents import add_document
from alunite.programme.members.joining.models import Invoice
from alunite.programme.members.models import Transfer
from alunite.programme.members.places.actions import add_entity, add_facility
from alunite.programme.members.places.rules import EntityFacts, FacilityFacts
from tests import databases
from tests.cast import EVERYBODY, Cast, make_cast
from tests.permissions.assessing import bodies_of_scopes, places_of_scopes
from tests.permissions.evidence import bodies_of_evidence, places_of_evidence
from tests.permissions.sending import bodies_of_sendings, places_of_sendings
from tests.permissions.talking import bodies_of_threads, places_of_threads
from tests.samples import FACT_LABEL


@dataclass(frozen=True)
class World:
    """The real samples, the cast signed in, and something of everything that is nobody's business but theirs."""

    cast: Cast
    paths: dict[tuple[str, str], str]
    bodies: dict[tuple[str, str], dict[str, Any]]
    home: Path


@pytest.fixture(scope="module")
def made(
    fact_database: databases.Copies, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """Make it all once; each test undoes what it writes."""
    home = tmp_path_factory.mktemp("permissions")
    shutil.copyfile(settings.INSTALLATION.file, Installation(home).file)
    with (
        django_db_blocker.unblock(),
        override_settings(ALUNITE_HOME=home, INSTALLATION=Installation(home), MEDIA_ROOT=home / "files"),
        databases.pointed_at(fact_database, FACT_LABEL),
        undone(),
    ):
        cast = make_cast()
        for name in EVERYBODY:
            assert cast[name]
        paths = places(cast)
        yield World(cast, paths, bodies(cast, paths), home)


@pytest.fixture
def world(made: World, own_home: Path) -> Iterator[World]:
    """Give the one world in its own folder, and undo what the test writes."""
    del own_home  # it comes first, and is covered
    cookies = {name: copy.deepcopy(client.cookies) for name, client in made.cast.clients.items()}
    with (
        override_settings(ALUNITE_HOME=made.home, INSTALLATION=Installation(made.home), MEDIA_ROOT=made.home / "files"),
        undone(),
    ):
        yield made
    for name, client in made.cast.clients.items():
        client.cookies = cookies[name]


def places(cast: Cast) -> dict[tuple[str, str], str]:
    """The path of each case of the table, by route and case."""
    ensure_signing_key()  # /readyz asks for it
    found = places_of_threads(cast)  # among them what is published, for the addresses for machines
    folders = {
        "certificate": "certificates",
        "certification_event": "events",
        "facility": "facilities",
        "figure": "figures",
        "firm": "firms",
        "member": "members",
    }
    for kind, folder in folders.items():
        shown = Record.objects.filter(until=None, kind=kind).order_by("subject").first()
        bare, full = f"/{folder}/<public_id:subject>/", f"/{folder}/<public_id:subject>-<slug:slug>/"
        found[bare, "without its name"] = f"/{folder}/{shown.subject}/"
        found[full, "published"] = f"/{folder}/{shown.subject}-{shown.slug}/"
        found[full, "nobody's"] = f"/{folder}/22222222-nobody/"
    last = Record.objects.filter(until=None, kind="certificate").order_by("-subject").first()
    publish("certificate", [ToPublish(last.subject, None, "merged")], actor=OPERATOR)
    full = "/certificates/<public_id:subject>-<slug:slug>/"
    found[full, "withdrawn"] = f"/certificates/{last.subject}-{last.slug}/"
    found |= places_for_machines(last.subject)
    found["/standards/<slug:version>/", "published"] = "/standards/ps-3/"
    found["/standards/<slug:version>/", "nobody's"] = "/standards/ps-99/"
    drawn = "/cards/<slug:kind>/<public_id:subject>.png"
    shown = Record.objects.filter(kind="certificate", until=None, withdrawal="").exclude(subject=last.subject).first()
    found[drawn, "published"] = f"/cards/certificate/{shown.subject if shown else 'nothing'}.png"
    found[drawn, "withdrawn"] = f"/cards/certificate/{last.subject}.png"
    found[drawn, "nobody's"] = "/cards/certificate/22222222.png"
    found["/countries/<country_code:code>/", "of ISO 3166"] = "/countries/NO/"
    found["/countries/<country_code:code>/", "no country"] = "/countries/ZZ/"
    found["/activities/<slug:activity>/", "the scheme's"] = "/activities/casthouses/"
    found["/activities/<slug:activity>/", "nobody's"] = "/activities/alchemy/"
    found["/standards/<slug:version>/<str:number>/", "published"] = "/standards/ps-3/5.2/"
    found["/standards/<slug:version>/<str:number>/", "nobody's"] = "/standards/ps-3/5.99/"
    for route in ("/standards/applies/", "/standards/applies.csv", "/standards/applies.xlsx"):
        found[route, "a scope"] = f"{route}?activity=aluminium_smelting&activity=casthouses"
        found[route, "a question at fault"] = f"{route}?activity=weaving&on=soon"
    for route in ("/standards/compare/", "/standards/compare.csv"):
        found[route, "a question at fault"] = f"{route}?kind=odd"
    route = "/organisations/<uuid:organisation_id>/"
    owners = {
        "the member's": "member",
        "the audit firm's": "auditor",
        "the Secretariat's": "office",
        "the committee's": "committee",
        "the buyer's": "buyer",
    }
    for case, owner in owners.items():
        found[route, case] = f"/organisations/{cast.organisation(owner).pk}/"
    found[route, "nobody's"] = f"/organisations/{uuid.uuid4()}/"
    for case in ("the member's", "the audit firm's", "nobody's"):
        found[f"{route}edit/", case] = f"{found[route, case]}edit/"
    found.update({(f"{route}people/", case): f"{path}people/" for (key, case), path in found.items() if key == route})
    found[f"{route}edit/", "the member's, renamed"] = found[f"{route}edit/", "the member's"]
    people = f"{route}people/"
    for case in ("the member's, inviting nobody", "the member's, inviting somebody"):
        found[people, case] = found[people, "the member's"]
    found[people, "nobody's, inviting somebody"] = found[people, "nobody's"]
    found.update(of_people(cast))
    found.update(of_places(cast))
    found.update(places_of_scopes(cast))
    found.update(places_of_sendings(cast))
    found.update(places_of_evidence(cast))
    found.update(of_memberships(cast))
    route = "/decisions/<slug:decision_id>/"
    newest = Publication.objects.filter(kind="member").latest("pk")
    made = propose_decision("redact", str(newest.pk), ground="court_order", note="", actor=cast.actor("office"))
    for case in ("open", "without saying yes or no", "confirming what the office proposed"):
        found[route, case] = f"/decisions/{made.pk}/"
    found[route, "nobody's"] = "/decisions/22222222/"
    propose_duplicates(actor=OPERATOR)
    pair = Proposal.objects.order_by("pk")[0].pk
    found.update(of_imports(cast))
    route = "/duplicates/<int:key>/"
    found |= {(route, case): f"/duplicates/{pair}/" for case in ("open", "deciding nothing", "leaving them apart")}
    found[route, "nobody's"] = "/duplicates/999999/"
    route = "/calendar/<str:secret>.ics"
    # The stranger's: what is theirs does not change with what is others' business.
    secret = make_calendar_address(cast.person("stranger"), actor=cast.actor("stranger"))
    found[route, "somebody's address"] = f"/calendar/{secret}.ics"
    found[route, "no such address"] = f"/calendar/{'x' * len(secret)}.ics"
    return found


def of_imports(cast: Cast) -> dict[tuple[str, str], str]:
    """The paths of an import, and of files the office sent to be checked."""
    upload = keep_upload([SimpleUploadedFile("members.csv", b"name")], [], actor=cast.actor("office"))
    return {
        ("/imports/<int:key>/", "the office's"): f"/imports/{Batch.objects.latest('pk').pk}/",
        ("/imports/<int:key>/", "nobody's"): "/imports/999999/",
        ("/imports/check/<slug:key>/", "the office's"): f"/imports/check/{upload.key}/",
        ("/imports/check/<slug:key>/", "neither importing nor not"): f"/imports/check/{upload.key}/",
        ("/imports/check/<slug:key>/", "nobody's"): f"/imports/check/{'0' * 64}/",
    }


def of_places(cast: Cast) -> dict[tuple[str, str], str]:
    """The paths of what members list of themselves."""
    found: dict[tuple[str, str], str] = {}
    own, buyers, firms = (cast.organisation(name).pk for name in ("member", "buyer", "auditor"))
    begun, actor = date(2020, 1, 1), cast.actor("member")
    made = {
        "facilities": add_facility(
            cast.organisation("member"), FacilityFacts("Works", "NO", ("casthouses",), begun), actor=actor
        ),
        "entities": add_entity(cast.organisation("member"), EntityFacts("Upper Works", begun), actor=actor),
    }
    offered = Transfer.objects.create(
        entity=made["entities"],
        receiver=cast.organisation("buyer"),
        day=date(2026, 1, 1),
        reason="Sold.",
        offered_on=begun,
    )
    route = "/work/transfers/<uuid:transfer_id>/"
    for case in ("", ", doing nothing", ", refused"):
        found[route, f"the member's, to the buyer's{case}"] = f"/work/transfers/{offered.pk}/"
    found[route, "nobody's"] = f"/work/transfers/{uuid.uuid4()}/"
    route = "/work/organisations/<uuid:organisation_id>"
    for case, pk in (("the member's", own), ("the buyer's", buyers), ("the audit firm's", firms)):
        found[f"{route}/facilities/", case] = f"/work/organisations/{pk}/facilities/"
    found[f"{route}/facilities/", "nobody's"] = f"/work/organisations/{uuid.uuid4()}/facilities/"
    for what, listed in made.items():
        for case in ("the member's", "the member's, listing one"):
            found[f"{route}/{what}/add/", case] = f"/work/organisations/{own}/{what}/add/"
        found[f"{route}/{what}/add/", "nobody's"] = f"/work/organisations/{uuid.uuid4()}/{what}/add/"
        one = f"{route}/{what}/<uuid:place_id>/"
        for end in ("", "last-day/"):
            found[one + end, "the member's"] = f"/work/organisations/{own}/{what}/{listed.pk}/{end}"
            found[one + end, "nobody's"] = f"/work/organisations/{own}/{what}/{uuid.uuid4()}/{end}"
        if what == "entities":
            found[f"{one}offer/", "the member's"] = f"/work/organisations/{own}/{what}/{listed.pk}/offer/"
            found[f"{one}offer/", "nobody's"] = f"/work/organisations/{own}/{what}/{uuid.uuid4()}/offer/"
        found[one, "the member's, at the buyer's address"] = f"/work/organisations/{buyers}/{what}/{listed.pk}/"
    return found


def of_memberships(cast: Cast) -> dict[tuple[str, str], str]:
    """The paths of an application and of an invoice."""
    made = begin_application("", cast.organisation("member"), actor=cast.actor("member"))
    asked = {"year": 2026, "dated": date(2026, 10, 15), "currency": "USD", "billed_to": made.organisation.name}
    Invoice.objects.create(number="2026-00001", membership=made, **asked)
    route, paper = "/work/membership/<uuid:membership_id>/", "/work/invoices/<slug:number>.pdf"
    found = {
        ("/join/", "naming nothing"): "/join/",
        ("/join/", "for a new organisation"): "/join/",
        (paper, "the member's"): "/work/invoices/2026-00001.pdf",
        (paper, "nobody's"): "/work/invoices/1999-00001.pdf",
    }
    with receiving([b"Made up."]) as received:
        document = add_document(made, "documents", received, "a.txt", actor=cast.actor("member"))
    found[f"{route}documents/<uuid:document_id>/", "the member's"] = (
        f"/work/membership/{made.pk}/documents/{document.pk}/"
    )
    found[f"{route}documents/<uuid:document_id>/", "nobody's"] = f"/work/membership/{made.pk}/documents/{uuid.uuid4()}/"
    for end in ("", "application/", "documents/", "do/"):
        found[route + end, "the member's"] = f"/work/membership/{made.pk}/{end}"
        found[route + end, "nobody's"] = f"/work/membership/{uuid.uuid4()}/{end}"
    for case in ("the member's, leaving", "the member's, noting what the office found"):
        found[f"{route}do/", case] = f"/work/membership/{made.pk}/do/"
    return found


def of_people(cast: Cast) -> dict[tuple[str, str], str]:
    """The paths of roles, invitations and links."""
    fields = {"email": "guest@example.org", "role": "manager", "actor": OPERATOR, "origin": "http://testserver"}
    invite(cast.organisation("member"), **fields)
    link = re.search(r"/invitation/\S+/", mail.outbox[-1].body)[0]
    lasting = invite(cast.organisation("member"), **fields)
    role = cast.person("colleague").affiliations.get()
    leaver = cast.person("buyer").affiliations.get()
    leave = "/organisations/<uuid:organisation_id>/people/<uuid:person_id>/leave/"
    theirs = f"/organisations/{role.organisation_id}/people"
    taken_over = "/work/taken-over/<uuid:handover_id>/"
    handed = Handover.objects.create(organisation=role.organisation, leaver=leaver.person, taken_by=role.person)
    add_person("keyholder", actor=OPERATOR)
    holder = Person.objects.get(username="keyholder")
    foreign = Authenticator.objects.create(user=holder, type="webauthn", data={"name": "a key"})
    key = "/^account/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$"
    found = {
        ("/invitation/<str:token>/", "one that holds"): link,
        ("/invitation/<str:token>/", "opening an account by it"): link,
        ("/invitation/<str:token>/", "one that does not"): "/invitation/not-one/",
        ("/affiliations/<int:affiliation_id>/confirm/", "the member's"): f"/affiliations/{role.pk}/confirm/",
        ("/affiliations/<int:affiliation_id>/confirm/", "nobody's"): "/affiliations/999999/confirm/",
        ("/affiliations/<int:affiliation_id>/end/", "the buyer's"): f"/affiliations/{leaver.pk}/end/",
        ("/affiliations/<int:affiliation_id>/end/", "nobody's"): "/affiliations/999999/end/",
        ("/account/second-factor/keys/<int:pk>/remove/", "before confirming who one is"): (
            "/account/second-factor/keys/999999/remove/"
        ),
        ("/account/second-factor/keys/<int:pk>/remove/", "somebody else's"): (
            f"/account/second-factor/keys/{foreign.pk}/remove/"
        ),
        (leave, "the member's"): f"{theirs}/{role.person_id}/leave/",
        (leave, "the member's, to somebody else's"): f"{theirs}/{role.person_id}/leave/",
        (leave, "nobody's"): f"{theirs}/{leaver.person_id}/leave/",
        (taken_over, "the member's"): f"/work/taken-over/{handed.pk}/",
        (taken_over, "nobody's"): f"/work/taken-over/{uuid.uuid4()}/",
        (key, "a link that does not hold"): "/account/password/reset/key/1-2-3/",
    }
    for deed in ("send", "revoke"):
        route = f"/invitations/<uuid:invitation_id>/{deed}/"
        found[route, "the member's"] = f"/invitations/{lasting.pk}/{deed}/"
        found[route, "nobody's"] = f"/invitations/{uuid.uuid4()}/{deed}/"
    return found


def bodies(cast: Cast, paths: dict[tuple[str, str], str]) -> dict[tuple[str, str], dict[str, Any]]:
    """What is sent where a case says more than that something is sent."""
    place = cast.organisation("member")
    listing = "/work/organisations/<uuid:organisation_id>"
    membership = "/work/membership/<uuid:membership_id>/"
    edit = "/organisations/<uuid:organisation_id>/edit/"
    people = "/organisations/<uuid:organisation_id>/people/"
    guest = {"email": "another@example.org", "role": "manager"}
    page = cast["assurance"].get(paths["/decisions/<slug:decision_id>/", "open"]).content.decode()
    answer = dict(re.findall(r'name="(version|seen)" value="([^"]*)"', page))
    entry = cast.credentials["stranger"]
    newest = Publication.objects.filter(kind="member").latest("pk").pk
    first, second = Publication.objects.filter(kind="member").order_by("pk").values_list("subject", flat=True)[:2]
    return {
        ("/account/login/", "with name and password"): {"login": entry.username, "password": entry.password},
        ("/account/password/reset/", "an address nobody has"): {"email": "nobody@example.org"},
        ("/account/password/reset/", "an address somebody has"): {"email": cast.person("member").email},
        (edit, "the member's, renamed"): {
            "name": "Another name",
            "mark": editing.mark("organisation", place.pk, values_of(place)),
        },
        (people, "the member's, inviting somebody"): guest,
        (people, "nobody's, inviting somebody"): guest,
        (f"{people}<uuid:person_id>/leave/", "the member's, to somebody else's"): {
            "successor": str(cast.person("buyer").pk)
        },
        **bodies_of_evidence(paths),
        ("/corrections/", "saying what"): {"wrong": "The day is another.", "about": f"/members/{first}/"},
        ("/decisions/propose/", "with what and why"): {"act": "redact", "what": newest, "ground": "court_order"},
        ("/decisions/<slug:decision_id>/", "confirming what the office proposed"): {"answer": "confirm", **answer},
        ("/duplicates/propose/", "two members"): {"first": first, "second": f"/members/{second}/", "why": "One."},
        ("/duplicates/<int:key>/", "leaving them apart"): {"act": "dismiss", "version": 1},
        ("/join/", "for a new organisation"): {"name": "Another (made up)"},
        (f"{membership}do/", "the member's, leaving"): {
            "what": "step",
            "act": "resign",
            "version": 1,
            "reason": "Not now.",
        },
        (f"{membership}do/", "the member's, noting what the office found"): {
            "what": "look",
            "topic": "media",
            "note": "Nothing found.",
        },
        (f"{listing}/facilities/add/", "the member's, listing one"): {
            "name": "Lake Works",
            "country": "NO",
            "activities": "casthouses",
            "valid_from": "2020-01-01",
        },
        (f"{listing}/entities/add/", "the member's, listing one"): {"name": "Lower Works", "valid_from": "2020-01-01"},
        ("/work/transfers/<uuid:transfer_id>/", "the member's, to the buyer's, refused"): {"act": "refuse"},
        ("/work/calendar/address/", "making one"): {"act": "make"},
        ("/work/calendar/address/", "taking it back"): {"act": "end"},
        ("/work/calendar/mail/", "saying how often"): {"mail": "weekly"},
        **bodies_of_threads(),
        **bodies_of_scopes(cast),
        **bodies_of_sendings(cast),
        ("/invitation/<str:token>/", "opening an account by it"): {
            "display_name": "A. Guest",
            "username": "a.guest",
            "password": "correct horse battery staple",
        },
    }


def places_for_machines(withdrawn: str) -> dict[tuple[str, str], str]:
    """The path of each case of the addresses for machines."""
    root = "/api/v1/public"
    found: dict[tuple[str, str], str] = {}
    for name, kind in public_kinds().items():
        published = Publication.objects.filter(kind=kind.name).exclude(subject=withdrawn).first()
        route = f"{root}/{name}/<subject>"
        for end in ("", "/timeline", "/criteria"):
            found[route + end, "published"] = f"{root}/{name}/{published.subject if published else 'nothing'}{end}"
            found[route + end, "nobody's"] = f"{root}/{name}/nobody{end}"
    found[f"{root}/certificates/<subject>", "withdrawn"] = f"{root}/certificates/{withdrawn}"
    for form in ("csv", "json", "schema.json", "csv-metadata.json"):
        found[f"/data/<slug:name>.{form}", "published"] = f"/data/members.{form}"
        found[f"/data/<slug:name>.{form}", "of no kind"] = f"/data/secrets.{form}"
    found["/data/<slug:name>/<str:subject>.csv", "published"] = (
        found[f"{root}/members/<subject>", "published"].replace(root, "/data") + ".csv"
    )
    found["/data/<slug:name>/<str:subject>.csv", "nobody's"] = "/data/certificates/22222222.csv"
    for form in ("csv", "svg", "png"):
        found[f"/charts/<slug:name>.{form}", "with something to draw"] = f"/charts/activities.{form}"
        found[f"/charts/<slug:name>.{form}", "of no chart"] = f"/charts/secrets.{form}"
    found["/sitemap-<int:number>.xml", "the first part"] = "/sitemap-0.xml"
    found["/sitemap-<int:number>.xml", "no part"] = "/sitemap-999.xml"
    found[f"{root}/applicability", "a scope"] = f"{root}/applicability?standard=ps-3&activity=bauxite_mining"
    found[f"{root}/<path:path>", "of no operation"] = f"{root}/secrets"
    return found
