"""Sentences of rules, said in the language of the page.

A rule is pure and speaks English, and what it says is stored for ever with what it decided. This is the one list of what
rules say, as templates; a stored sentence is said in another language by the template it fits. One that fits none is shown
as it was said.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as _

ENGLISH = "en"

TEMPLATES = (
    # Of timelines.
    _("It was issued on %(issued)s."),
    _("It was issued in %(issued)s."),
    _("It was issued on %(issued)s, and %(expires)s is printed as its last day."),
    _("It was issued in %(issued)s, and %(expires)s is printed as its last day."),
    _("Its last day has passed: %(expires)s is printed. No later one is known here."),
    _("Its last day has passed: it was issued on %(issued)s. No later one is known here."),
    _("Its last day has passed: it was issued in %(issued)s. No later one is known here."),
    _("No last day is printed; its level lasts one year, which makes %(expires)s the last."),
    _("No last day is printed; its level lasts %(years)s years, which makes %(expires)s the last."),
    _("a day from %(earliest)s to %(latest)s"),
    _("Its last day is known only as %(expires)s; it may have passed already."),
    _("It was issued on %(issued)s; no source gives its last day or its level."),
    _("It was issued in %(issued)s; no source gives its last day or its level."),
    _("It was issued some day in %(issued)s; it may not have begun yet."),
    _("A source says certified since %(since)s; %(printed)s."),
    _("It was announced on %(announced)s; %(printed)s."),
    _("It was announced in %(announced)s; %(printed)s."),
    _("it prints %(issued)s as its first day and no last day"),
    _("it prints %(expires)s as its last day and no first day"),
    _("it prints neither first nor last day"),
    _("Only its last day is printed, %(expires)s; when it began is not known."),
    # Of values that conflict.
    _("A capacity stated for a year goes before one whose year is not said."),
    _("The capacity of the latest year goes before earlier ones."),
    _("A capacity cited from a named report goes before one that a page prints without it."),
    _("A figure of the whole goes before an owner's share of it."),
    _("A final figure goes before an estimate."),
    _("What is counted over a period is used for the whole of it, before a count that was cut off sooner."),
    _("A figure that says until when it counts goes before one that does not."),
    _("The latest cut-off goes before earlier ones."),
    _("What the owner of the scheme says of the programme goes before what others report."),
    _("A report by whoever made the figure goes before a compilation of such figures."),
    _("Of dated sources the one published last goes before earlier ones: it may hold a revision."),
    _("Nothing here tells which of these is meant; the largest is shown first, and none is confirmed by that."),
    _("These say the same."),
    # Of likely duplicates.
    _("Their names share words that few others bear."),
    _("They lie on the same spot."),
    _("They lie near each other."),
    _("They lie far apart."),
    _("An operator or owner is named by both."),
    _("No operator or owner is named by both; they may have changed hands."),
    _("They have activities in common."),
    _("They have no activity in common."),
    _("Their capacities differ by a tenth at most."),
    _("They are of different countries."),
    _("One list has both, and a list rarely has a thing twice."),
    _("Each of the two is likely the same as a third record."),
    _("Both bear one number."),
    _("They bear different numbers."),
    _("One member is named by both."),
    _("They name different members."),
    _("Both are against one version."),
    _("They are against different versions, and neither says that it goes on from the other."),
    _("What goes on from a certification is dated before what begins one."),
    _("One begins a certification, and the other goes on from one."),
    _("Both tell of a beginning at one time."),
    _("Each begins a certification, at another time."),
    # Of people and their roles.
    _(
        "You are the last administrator here, and nobody could invite people any more. Invite another administrator "
        "first, or ask the office or the operator to end the role."
    ),
    _("This person holds no role here any more."),
    _("Choose somebody who does here what the leaver does."),
    _("Choose who takes the work over; otherwise nobody would see to it."),
    # Of what members list of themselves.
    _("The application is with the office. What it lists changes again when a question is asked or it is decided."),
    _("It belongs to another member since. What it was here stays as it was."),
    _("The register has no other active member of this id here. Copy it from the address of its page."),
    _("It is offered already. Take that offer back first."),
    _("The entity has a last day already; it cannot be given away."),
    _("The offer was answered or taken back already."),
    _("Expected a day after the first one of the entity and of each of its facilities."),
    _("You list an entity of this name already. Give that one a last day first, or rename it."),
    _("You list an entity of this name already. Give it a last day first, or take another name."),
    _("Expected a country of ISO 3166-1 by its two-letter code, such as NO."),
    _("Choose at least one activity: which rules apply follows from it."),
    _("The scheme has no such activity. Choose from the list."),
    _("Expected a whole number of people, or nothing where you do not know it."),
    _("Choose one of your own entities, or none."),
    _("The register has no facility of this id. Copy it from the address of its page, or leave it empty."),
    _("The last day comes before the first one."),
    _("Give it a name."),
    # Of joining, paying and staying.
    _("Send at least one document."),
    _("There are too many documents; take some back first."),
    _("It is asked for already, and waits for the office."),
    _("It was answered already."),
    _("Only for an active member whose clock to the first certificate runs."),
    _("Expected at least a month, and no more than is left of the longest extension."),
    _("The register has, or had, another member of this name."),
    _("Only what a member is can change so."),
    _("Say what it is since then."),
    _("It is this already."),
    _("Expected a day of the membership up to today, after the last change of the same thing."),
    _("A part year costs a twelfth of the whole for each month begun."),
    _("Choose a class of membership."),
    _("It has been suspended for so long without payment that the membership ends."),
    _("It is suspended; the membership ends if it stays unpaid."),
    _("It was certified in time."),
    _("List at least one place: members of the class have to certify one."),
    _("List the companies of the group: the membership covers those that are controlled."),
    _("Members of the class cannot hold a certificate, and one is wanted."),
    _("Not everything that is looked into before an approval has been."),
    _("Nothing is left to be paid."),
    _("Say how large the organisation is: the fee depends on it."),
    _("Say what kind of organisation it is."),
    _("Say what the organisation does: the class depends on it."),
    _("Say whether the organisation controls others."),
    _("Say why."),
    _("The class asks for no certificate."),
    _("The class is not open to organisations of this kind."),
    _("The class is open to organisations of this kind that do this."),
    _("The fee of a whole year is that of the class and size."),
    _("The first certificate is due by this day."),
    _("The invoice is not paid in full."),
    _("The invoice was not paid in the days it may take."),
    _("The last day has passed without a certificate."),
    _("The last day is near."),
    _("The last day to pay is near."),
    _("The organisation does nothing the class is for."),
    _("The step is allowed from this state."),
    _("There is time to pay."),
    _("There is time."),
    _("This cannot be done in the state the membership is in."),
    _("This has to be agreed to."),
    _("This question has to be answered."),
    _("What the organisation does leaves it another class only."),
    _("What the organisation does leaves no other class."),
    _("Another membership stands for this record."),
    _("Expected a day from that of the invoice up to today."),
    _("Expected a day up to today, of a member."),
    _("Expected an amount over nothing and at most what is open."),
    _("Finish what you have begun first."),
    _("It has been submitted and is not changed any more."),
    _("It is a member already; its record is known."),
    _("It is more than the longest extension."),
    _("It is proposed already, and waits for another person."),
    _("What it was proposed for is gone."),
    _("It was certified, after the last day."),
    _("Expected an amount over nothing and at most what was paid."),
    _("Expected an amount over nothing and at most what was asked for and not credited yet."),
    _("The membership of the member it goes to is not active."),
    _("This takes two people: one proposes it, and another confirms it."),
    _("Say what you found, and where you looked."),
    _("The fee of this year was asked for already."),
    _("The organisation has applied already, or is a member."),
    _("The register has a member of this name already. Say first whether the organisation is that one."),
    _("The register has no member of this id."),
    _("This follows from a payment; note the payment."),
    _("This is not among what can be chosen."),
    # Of merging and of decisions that take two.
    _("The record is not there."),
    _("The two are of different kinds, and only records of one kind are merged."),
    _("Records of the kind %(kind)s are not merged."),
    _("%(record)s was withdrawn or taken out: the register says nothing of it any more."),
    _("The pair is proposed already, and waits for a decision."),
    _("Somebody decided otherwise, or the records have changed."),
    _("The proposal has changed since it was shown to you."),
    _("%(record)s was merged already; take %(head)s, which speaks for it."),
    _("A record cannot be merged into itself."),
    _("Say why you take the two for one thing."),
    _("A note has at most %(most)s characters."),
    _("It has been answered already."),
    _("It was changed since you opened the page."),
    _("Nobody confirmed it in time, so it has lapsed; propose it again."),
    _("Only a person of the Secretariat may answer it."),
    _("Whoever proposed it cannot confirm it: that takes another person."),
    _("Whoever proposed it may no longer propose such a thing."),
    _("History does not say that this was proposed: it was altered since, or erased. Propose it again."),
    _(
        "You and whoever proposed it came by your roles through the same person, who could be behind both. "
        "Somebody else has to confirm it, or the operator has to take the role from one of you and give it anew."
    ),
)
_GAP = re.compile(r"%\((\w+)\)s")


def spoken(text: str) -> str:
    """Return a sentence of a rule in the language of the page; what no template fits, as it was said.

    >>> spoken("It was issued in 2023-08.")
    'It was issued in 2023-08.'
    """
    return text if _language() == ENGLISH else _in(_language(), text) or text


def is_foreign(text: str) -> bool:
    """Tell whether a sentence stays English on a page of another language."""
    return _language() != ENGLISH and not _in(_language(), text)


def _language() -> str:
    return (get_language() or ENGLISH).partition("-")[0]


@lru_cache(maxsize=4096)
def _in(language: str, text: str) -> str:  # noqa: ARG001, what is remembered is of one language
    """Return a sentence in the language at hand, empty where no template fits it."""
    for template, pattern in _patterns():
        if found := pattern.fullmatch(text):
            # What stands in a gap can be a sentence by itself.
            return gettext(template) % {name: spoken(value) for name, value in found.groupdict().items()}
    return ""


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return each template with what it matches, those with the fewest gaps and the most words first."""
    ordered = sorted(TEMPLATES, key=lambda template: (len(_GAP.findall(template)), -len(template)))
    return tuple((template, re.compile(_as_pattern(template))) for template in ordered)


def _as_pattern(template: str) -> str:
    parts = _GAP.split(template)
    return "".join(f"(?P<{part}>.+?)" if place % 2 else re.escape(part) for place, part in enumerate(parts))
