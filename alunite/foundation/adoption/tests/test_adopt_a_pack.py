"""Adopting a scheme pack: once, only what follows what was adopted, and published whole."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from django.conf import settings

from alunite.foundation.accounts.policies import OPERATOR, PUBLIC, Refused
from alunite.foundation.adoption.actions import CannotFollow, adopt_pack
from alunite.foundation.adoption.models import AdoptedPack
from alunite.foundation.adoption.queries import NoScheme, current_pack
from alunite.foundation.history.models import Entry
from alunite.foundation.publications.models import Publication
from alunite.foundation.publications.queries import latest_payload
from alunite.foundation.scheme.loader import PackError

pytestmark = pytest.mark.django_db

ASI = settings.REPOSITORY / "schemes" / "asi"
TEA = settings.PACKAGE / "foundation" / "scheme" / "tests" / "packs" / "tea"


@pytest.fixture
def pack_copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ASI, tmp_path / "pack"))


def test_without_a_pack_there_is_no_scheme():
    with pytest.raises(NoScheme):
        current_pack()


def test_a_pack_is_adopted_once():
    first, changed = adopt_pack(ASI, actor=OPERATOR)
    entries, said = Entry.objects.count(), Publication.objects.count()
    again, changed_again = adopt_pack(ASI, actor=OPERATOR)
    assert (changed, changed_again) == (True, False)
    assert again == first
    assert (Entry.objects.count(), Publication.objects.count()) == (entries, said)
    assert current_pack().digest == first.digest


def test_every_version_of_every_standard_is_published_with_its_criteria():
    adopt_pack(ASI, actor=OPERATOR)
    criteria = {}
    for version in current_pack().versions:
        payload = latest_payload("standard_version", version.id)
        assert payload is not None
        standard = payload["standard"]
        criteria[version.id] = standard and sum(
            len(principle["criteria"]) for section in standard["sections"] for principle in section["principles"]
        )
    # 59 and 62 criteria: performance-standard-v2.yaml and -v3.yaml, criteria_total (verified); 45: chain-of-custody-v2.yaml.
    assert criteria == {"ps-2": 59, "ps-3": 62, "coc-1": None, "coc-2": 45}


def test_the_mapping_between_versions_is_published_with_how_well_each_link_is_known():
    adopt_pack(ASI, actor=OPERATOR)
    said = latest_payload("standard_mapping", "ps-2-to-ps-3")
    assert said is not None
    assert (said["before"], said["after"], said["family"]) == ("ps-2", "ps-3", "ps")
    # 61 links, 13 of them "confidence: verified": transition-v2-v3.yaml
    assert len(said["links"]) == 61
    assert sum(link["trust"] == "read" and link["origin"] == "asi" for link in said["links"]) == 13
    assert all(link["sources"] for link in said["links"] if link["trust"] == "read")


def test_a_changed_pack_is_adopted_beside_the_old_one(pack_copy):
    adopt_pack(ASI, actor=OPERATOR)
    scheme = pack_copy / "scheme.yaml"
    scheme.write_text(
        scheme.read_text(encoding="utf-8").replace("partial, and not", "partial and not"), encoding="utf-8"
    )
    _, changed = adopt_pack(pack_copy, actor=OPERATOR)
    assert changed
    assert AdoptedPack.objects.count() == 2
    assert "partial and not" in current_pack().scheme.notice


def test_a_pack_with_faults_changes_nothing(pack_copy):
    (pack_copy / "certificates.yaml").write_text("transitions: [", encoding="utf-8")
    with pytest.raises(PackError) as refused:
        adopt_pack(pack_copy, actor=OPERATOR)
    assert [fault.file for fault in refused.value.faults] == ["certificates.yaml"]
    assert not AdoptedPack.objects.exists()
    assert not Publication.objects.exists()


def test_another_scheme_cannot_follow():
    adopt_pack(ASI, actor=OPERATOR)
    with pytest.raises(CannotFollow, match="asi"):
        adopt_pack(TEA, actor=OPERATOR)


def test_a_released_version_whose_seal_changed_is_refused(pack_copy):
    adopt_pack(ASI, actor=OPERATOR)
    (pack_copy / "releases.yaml").unlink()
    with pytest.raises((CannotFollow, PackError)):
        adopt_pack(pack_copy, actor=OPERATOR)
    assert AdoptedPack.objects.count() == 1


def test_nobody_but_the_operator_adopts_a_pack():
    with pytest.raises(Refused):
        adopt_pack(ASI, actor=PUBLIC)


def test_a_pack_that_came_before_can_come_back(pack_copy):
    first, _ = adopt_pack(ASI, actor=OPERATOR)
    scheme = pack_copy / "scheme.yaml"
    scheme.write_text(
        scheme.read_text(encoding="utf-8").replace("partial, and not", "partial and not"), encoding="utf-8"
    )
    adopt_pack(pack_copy, actor=OPERATOR)
    back, changed = adopt_pack(ASI, actor=OPERATOR)
    assert changed
    assert back.digest == first.digest == current_pack().digest


def test_a_word_that_could_be_read_must_still_be_read(pack_copy):
    adopt_pack(ASI, actor=OPERATOR)
    scheme = pack_copy / "scheme.yaml"
    text = scheme.read_text(encoding="utf-8")
    assert "label: Scope extension, aliases: [Scope change]" in text
    scheme.write_text(text.replace("label: Scope extension,", "label: Wider scope,"), encoding="utf-8")
    with pytest.raises(CannotFollow) as refused:
        adopt_pack(pack_copy, actor=OPERATOR)
    # The id still reads the label (accents, case, spaces and underscores apart it is the same word) only if kept.
    assert [reason.values["word"] for reason in refused.value.reasons] == ["scopeextension"]
    kept = "label: Wider scope, aliases: [Scope extension, Scope change]"
    scheme.write_text(text.replace("label: Scope extension, aliases: [Scope change]", kept), encoding="utf-8")
    assert adopt_pack(pack_copy, actor=OPERATOR)[1]
