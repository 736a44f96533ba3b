"""Whatever was merged and undone, and whatever was imported meanwhile: in the end all is as if nothing had been merged."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path

import pytest

from alunite.foundation.importing.checks import check_statements
from alunite.foundation.importing.exporting import export_statements
from alunite.foundation.importing.kinds import import_kinds
from alunite.foundation.merging.actions import CannotDecide, undo_merge
from alunite.foundation.merging.kinds import merge_kinds
from alunite.foundation.merging.models import Merge
from alunite.foundation.merging.queries import standing_merges
from alunite.foundation.publications.checks import check_publications
from alunite.foundation.publications.queries import current_publications, read
from alunite.front.register.checks import check_read_tables
from alunite.front.register.tests.world import undone
from alunite.programme.audits.models import Firm
from alunite.programme.certificates.models import Certificate, CertificationEvent
from alunite.programme.members.models import Facility, Member
from tests.merging.rows import merge_pair, take_up

NAMES = [f"{word} Metals" for word in ("North", "South", "East")]
FIRMS = ["", "Check One", "Check Two"]
MODELS = {
    "member": (Member, "name"),
    "firm": (Firm, "name"),
    "facility": (Facility, "statement__key"),
    "certification_event": (CertificationEvent, "record_id"),
}
KINDS = {*MODELS, "certificate"}


class World:
    """The same imports for the same seed, with merges in between or without."""

    def __init__(self, seed: int, folder: Path, actor) -> None:
        self.rows, self.merges = random.Random(seed), random.Random(seed + 1)
        self.folder, self.actor = folder, actor

    def import_some(self) -> None:
        certificates = {
            key: {
                "record_id": key,
                "member": ";".join(self.rows.sample(NAMES, self.rows.choice((1, 1, 2)))),
                "entity": self.rows.choice(("Works", "Mill")),
                "audit_firm": self.rows.choice(FIRMS),
                "certificate_number": self.rows.choice(("", "", "7", "8")),
                "announced_date": self.rows.choice(("", "2020", "2024-02")),
                "event": self.rows.choice(("", "certification", "recertification")),
            }
            for key in (f"T{self.rows.randrange(6)}" for _ in range(3))
        }
        members = [
            {"name": name, "country": self.rows.choice(("", "NO", "SE")), "joined": self.rows.choice(("", "2019"))}
            for name in self.rows.sample(NAMES, 2)
        ]
        facilities = [
            {
                "facility_id": key,
                "name": f"{key} works",
                "activity": self.rows.choice(("Rolling", "Smelting")),
                "capacity_t_per_year": self.rows.choice(("", "100", "200")),
                "operator": self.rows.choice(("", "North Metals")),
            }
            for key in self.rows.sample(("F1", "F2", "F3"), 2)
        ]
        take_up(self.folder, members=members, facilities=facilities, certificates=list(certificates.values()))

    def merge_some(self) -> None:
        kind = self.merges.choice(sorted(MODELS))
        model, order = MODELS[kind]
        free = [
            key
            for key in model.objects.order_by(order).values_list("pk", flat=True)
            if key not in standing_merges(kind)
        ]
        if len(free) < 2:
            return
        survivor, loser = self.merges.sample(free, 2)
        merge_pair(kind, loser, survivor, self.actor)

    def undo_one(self) -> None:
        standing = list(Merge.objects.filter(undone_at=None).order_by("pk"))
        if standing:
            pair = self.merges.choice(standing).proposal
            undo_merge(pair.pk, version=pair.version, note="", actor=self.actor)

    def live(self, steps: int, *, merging: bool) -> None:
        for _ in range(steps):
            self.import_some()
            if merging:
                self.merges.choice((self.merge_some, self.merge_some, self.undo_one))()
                assert_references_lead_to_what_speaks()
        while merging and Merge.objects.filter(undone_at=None).exists():
            self.undo_one()


def assert_references_lead_to_what_speaks() -> None:
    gone = {kind.name: standing_merges(kind.name) for kind in merge_kinds()}
    for item in read(current_publications()):
        if item.kind in {"certificate", "certification_event"} and item.payload:
            assert not {member["id"] for member in item.payload["members"]} & gone["member"].keys()
            assert not item.payload["firm"] or item.payload["firm"]["id"] not in gone["firm"]
        if item.kind in {"member", "firm", "facility"}:
            assert (item.withdrawal == "merged") == (item.subject in gone[item.kind])
            assert item.successor == gone[item.kind].get(item.subject, "")


def everything(folder: Path) -> tuple[dict[str, bytes], Counter[str]]:
    """All exports, and what is published now with every id told by what it stands for."""
    exports = {}
    for kind in import_kinds():
        export_statements(kind, folder / "export.csv")
        exports[kind.name] = (folder / "export.csv").read_bytes()
    names = {row.pk: f"member {row.name}" for row in Member.objects.all()}
    names |= {row.pk: f"firm {row.name}" for row in Firm.objects.all()}
    names |= {row.pk: f"facility {row.record_id}" for row in Facility.objects.select_related("statement")}
    names |= {row.pk: f"event {row.record_id}" for row in CertificationEvent.objects.all()}
    for certificate in Certificate.objects.all():
        standing = certificate.events.order_by("record_id").values_list("record_id", flat=True)
        names[certificate.pk] = f"certificate of {list(standing)}"
    published: Counter[str] = Counter()
    for item in read(current_publications()):
        if item.payload is not None and item.kind in KINDS:
            text = json.dumps([item.kind, item.subject, item.payload], sort_keys=True)
            for key, name in names.items():
                text = text.replace(f'"{key}"', f'"{name}"')
            published[text] += 1
    return exports, published


@pytest.mark.parametrize("seed", range(4))
def test_merged_imported_and_undone_is_as_only_imported(scheme, tmp_path, cast, soak, seed):
    steps = max(6, int(60 * soak))
    told = {}
    for merging in (True, False):
        with undone():
            World(seed, tmp_path, cast.actor("office")).live(steps, merging=merging)
            told[merging] = everything(tmp_path)
            for check in (check_publications, check_read_tables, check_statements):
                assert list(check()) == []
            assert Merge.objects.exists() is merging
    assert told[True][0] == told[False][0]
    assert told[True][1] == told[False][1]


def test_while_merged_the_rows_exported_are_the_same(scheme, tmp_path, cast):
    world = World(9, tmp_path, cast.actor("office"))
    world.import_some()
    before = everything(tmp_path)[0]
    for _ in range(3):
        world.merge_some()
    assert everything(tmp_path)[0] == before


def test_what_is_stated_later_of_a_merged_member_shows_up_at_the_one_that_speaks(scheme, tmp_path, cast):
    take_up(tmp_path, members=[{"name": "North Metals"}, {"name": "North Metals Group"}])
    stays, gives_way = (Member.objects.get(name=name).pk for name in ("North Metals", "North Metals Group"))
    pair = merge_pair("member", gives_way, stays, cast.actor("office"))
    take_up(tmp_path, members=[{"name": "North Metals Group", "country": "NO", "joined": "2019"}])
    current = {item.subject: item for item in read(current_publications()) if item.kind == "member"}
    shown = current[stays].payload
    assert (shown["name"], shown["countries"], shown["joined"]) == ("North Metals", ["NO"], "2019")
    assert [(item["name"], item["joined"]) for item in shown["merged"]] == [("North Metals Group", "2019")]
    assert (current[gives_way].payload, current[gives_way].successor) == (None, stays)
    with pytest.raises(CannotDecide):
        undo_merge(pair.pk, version=1, note="", actor=cast.actor("office"))
