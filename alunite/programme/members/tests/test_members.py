"""Members as sources list them."""

from __future__ import annotations

import shutil
from pathlib import Path

from django.conf import settings

from alunite.foundation.accounts.policies import OPERATOR
from alunite.foundation.adoption.actions import adopt_pack
from alunite.foundation.publications.actions import ToPublish, publish
from alunite.foundation.publications.models import Publication
from alunite.programme.members.models import Member
from tests import rows


def said() -> dict:
    return rows.published("member", Member.objects.get(name="Test Metals").pk)


def test_members_said_by_an_older_program_are_said_anew_with_the_pack_it_comes_with(adopted_scheme, tmp_path):
    """What a pack's words mean never changes; what is said of a member does when the program learns to say more."""
    rows.taken_up(rows.importer(tmp_path)(members=[{"membership_class": "Industrial User"}, {"name": "Other Metals"}]))
    now = said()
    older = {name: value for name, value in now.items() if name not in {"licence", "attribution", "merged"}}
    publish("member", [ToPublish(now["id"], older | {"joined": "2015"})], actor=OPERATOR)
    assert said()["joined"] == "2015"
    pack = Path(shutil.copytree(settings.REPOSITORY / "schemes" / "asi", tmp_path / "pack"))
    scheme = pack / "scheme.yaml"
    text = scheme.read_text(encoding="utf-8")
    assert text.count("aliases: [casthouse]") == 1
    scheme.write_text(text.replace("aliases: [casthouse]", "aliases: [casthouse, Metal Casting]"), encoding="utf-8")
    adopt_pack(pack, actor=OPERATOR)
    assert said() == now
    assert Publication.objects.filter(kind="member").count() == 4, "of the other one there is nothing new to say"


def test_the_scheme_is_published_with_what_is_counted_about_it(adopted_scheme):
    published = rows.published("scheme", "asi")
    text = (settings.REPOSITORY / "schemes" / "asi" / "scheme.yaml").read_text(encoding="utf-8")
    counted = {one["label"]: one["counts"] for one in published["indicators"]}
    assert counted["Members"] == "moment"
    assert len(counted) == text.count("counts: ")
