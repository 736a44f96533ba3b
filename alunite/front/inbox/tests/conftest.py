from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from alunite.foundation.accounts.models import Affiliation, Organisation
from alunite.foundation.accounts.policies import OPERATOR
from alunite.foundation.accounts.roles import Role
from alunite.foundation.decisions.actions import propose_decision
from alunite.foundation.merging.actions import propose_duplicates
from alunite.foundation.messages.models import MailState, OutgoingMail
from alunite.programme.audits.actions import firms_named
from tests.cast import Cast, cast

__all__ = ["cast"]


@pytest.fixture
def busy(cast: Cast) -> Cast:
    """The cast with something to do: a decision, duplicates, mail given up, and people to look through."""
    propose_decision("erase_person", "buyer", ground="personal_data", note="", actor=cast.actor("office"))
    firms_named(["Aurora 1 Check", "Aurora 1 Check Office"], actor=OPERATOR)
    propose_duplicates(actor=OPERATOR, kinds=["firm"])
    OutgoingMail.objects.create(message_id="<a@b>", to="x@example.org", state=MailState.GIVEN_UP)
    ago = {"member": 187, "auditor": 170, "buyer": 200}
    for name, days in ago.items():
        place = cast.organisation(name)
        Affiliation.objects.filter(organisation=place).update(since=timezone.now() - timedelta(days=days))
    Organisation.objects.filter(pk=cast.organisation("member").pk).update(name="=Fjord Works")
    assert not Affiliation.objects.filter(organisation=cast.organisation("buyer"), role=Role.ADMIN).exists()
    return cast
