"""A client of the public API of an Alunite register: Python 3.11 alone, no package needed.

Generated from the API's description by scripts/client.py; change that, not this.

    from alunite_client import Client

    client = Client("https://register.example.org")
    for line in client.pages(client.list_records, on="2020-06-30", country="NO"):
        print(line["entity"], line["state"]["state"])
"""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

ROOT = "/api/v1/public"


class Problem(Exception):
    """What went wrong, by RFC 9457: `status`, and `faults` with all that was wrong with the question."""

    def __init__(self, status: int, said: dict[str, Any]) -> None:
        faults = "; ".join(f"{one['name']}: expected {one['expected']}" for one in said.get("faults", []))
        super().__init__(f"{status} {said.get('detail', '')} {faults}".strip())
        self.status = status
        self.said = said
        self.faults = said.get("faults", [])


class Client:
    """Asks one register. What it answered once is asked for again only if it changed (ETag)."""

    def __init__(self, origin: str, *, wait: bool = True) -> None:
        self.origin = origin.rstrip("/")
        self.wait = wait
        self._known: dict[str, tuple[str, Any]] = {}

    def get(self, path: str, **parameters: Any) -> Any:
        """Return the answer under a path of the API; raise `Problem` for any other. Waits once where it is told to."""
        given = {name: value for name, value in parameters.items() if value is not None}
        query = urllib.parse.urlencode(given, doseq=True)
        address = self.origin + path + (f"?{query}" if query else "")
        request = urllib.request.Request(address, headers={"Accept": "application/json"})
        if address in self._known:
            request.add_header("If-None-Match", self._known[address][0])
        for again in (self.wait, False):
            try:
                with urllib.request.urlopen(request, timeout=60) as response:
                    answer = json.load(response)
                    if tag := response.headers.get("ETag"):
                        self._known[address] = (tag, answer)
                    return answer
            except urllib.error.HTTPError as error:
                if error.code == 304:
                    return self._known[address][1]
                if error.code in {429, 503} and again:
                    time.sleep(int(error.headers.get("Retry-After", "1")))
                    continue
                raise Problem(error.code, self._said(error)) from error
        raise AssertionError("unreachable")

    @staticmethod
    def _said(error: urllib.error.HTTPError) -> dict[str, Any]:
        """Return what a problem says; of a page by whoever stands before the register no more than that it is one."""
        try:
            said = json.load(error)
        except ValueError:
            said = None
        return said if isinstance(said, dict) else {"detail": str(error.reason)}

    def pages(self, operation: Callable[..., Any], *arguments: Any, **parameters: Any) -> Iterator[dict[str, Any]]:
        """Yield the items of all pages of a list."""
        page = operation(*arguments, **parameters)
        while True:
            yield from page["items"]
            if page["next"] is None:
                return
            page = self.get(page["next"])

    def index(self, *, on: str | None = None, as_of: str | None = None) -> dict[str, Any]:
        """Where each kind of record is found, the last publication, and on which terms rows may be used.

        Parameters
        ----------
        on : str
            The day states are given for; today in the scheme's zone if left out.
        as_of : str
            Only what was published by the end of this day counts; everything if left out.
        """
        return self.get(
            ROOT + "/",
            on=on,
            as_of=as_of,
        )

    def list_records(
        self,
        *,
        on: str | None = None,
        as_of: str | None = None,
        limit: int | None = None,
        after: str | None = None,
        q: str | None = None,
        standard: str | None = None,
        version: str | None = None,
        activity: str | None = None,
        country: str | None = None,
        level: str | None = None,
        state: str | None = None,
        member: str | None = None,
        firm: str | None = None,
    ) -> dict[str, Any]:
        """The lines of the register: certificates, and events whose certificate is not identified, latest event
        first. With on only what had begun by that day is listed. The whole of a record stands under its
        address.

        Parameters
        ----------
        on : str
            The day states are given for; today in the scheme's zone if left out.
        as_of : str
            Only what was published by the end of this day counts; everything if left out.
        limit : int
            How many rows a page holds at most.
        after : str
            Where the page begins: the cursor of the address next of the page before. It holds both clocks.
        q : str
            Words that must all begin a word of the record.
        standard : str
            Family of standards, by its id.
        version : str
            Version of a standard, by its id, or unknown.
        activity : str
            Supply chain activity, by its id, or unknown.
        country : str
            Country, ISO 3166-1 alpha-2, or unknown.
        level : str
            Level at issue, by its id, or unknown.
        state : str
            State on the day.
        member : str
            Public id of a member.
        firm : str
            Public id of an audit firm.
        """
        return self.get(
            ROOT + "/records",
            on=on,
            as_of=as_of,
            limit=limit,
            after=after,
            q=q,
            standard=standard,
            version=version,
            activity=activity,
            country=country,
            level=level,
            state=state,
            member=member,
            firm=firm,
        )

    def list_audits(
        self,
        *,
        on: str | None = None,
        as_of: str | None = None,
        limit: int | None = None,
        after: str | None = None,
        firm: str | None = None,
        member: str | None = None,
        standard: str | None = None,
        version: str | None = None,
        audit_type: str | None = None,
    ) -> dict[str, Any]:
        """An audit as it was announced; unknown where the source is silent, also for numbers of non-conformances.
        In the order in which they were published.

        Parameters
        ----------
        on : str
            The day states are given for; today in the scheme's zone if left out.
        as_of : str
            Only what was published by the end of this day counts; everything if left out.
        limit : int
            How many rows a page holds at most.
        after : str
            Where the page begins: the cursor of the address next of the page before. It holds both clocks.
        firm : str
            Public id of an audit firm.
        member : str
            Public id of a member.
        standard : str
            Family of standards, by its id.
        version : str
            Version of a standard, by its id, or unknown.
        audit_type : str
            Kind of audit as announced, or unknown.
        """
        return self.get(
            ROOT + "/audits",
            on=on,
            as_of=as_of,
            limit=limit,
            after=after,
            firm=firm,
            member=member,
            standard=standard,
            version=version,
            audit_type=audit_type,
        )

    def get_audit(self, subject: str, *, on: str | None = None, as_of: str | None = None) -> dict[str, Any]:
        """An audit as it was announced; unknown where the source is silent, also for numbers of non-conformances.

        Parameters
        ----------
        on : str
            The day states are given for; today in the scheme's zone if left out.
        as_of : str
            Only what was published by the end of this day counts; everything if left out.
        """
        return self.get(
            f"{ROOT}/audits/{urllib.parse.quote(subject, safe='')}",
            on=on,
            as_of=as_of,
        )

    def list_certificates(
        self,
        *,
        on: str | None = None,
        as_of: str | None = None,
        limit: int | None = None,
        after: str | None = None,
    ) -> dict[str, Any]:
        """A certificate: of each value the latest that is stated, its timeline, and the events it is made out
        from. In the order in which they were published.

        Parameters
        ----------
        on : str
            The day states are given for; today in the scheme's zone if left out.
        as_of : str
            Only what was published by the end of this day counts; everything if left out.
        limit : int
            How many rows a page holds at most.
        after : str
            Where the page begins: the cursor of the address next of the page before. It holds both clocks.
        """
        return self.get(
            ROOT + "/certificates",
            on=on,
            as_of=as_of,
            limit=limit,
            after=after,
        )

    def get_certificate(self, subject: str, *, on: str | None = None, as_of: str | None = None) -> dict[str, Any]:
        """A certificate: of each value the latest that is stated, its timeline, and the events it is made out
        from.

        Parameters
        ----------
        on : str
            The day states are given for; today in the scheme's zone if left out.
        as_of : str
            Only what was published by the end of this day counts; everything if left out.
        """
        return self.get(
            f"{ROOT}/certificates/{urllib.parse.quote(subject, safe='')}",
            on=on,
            as_of=as_of,
        )

    def timeline_of_certificate(
        self,
        subject: str,
        *,
        on: str | None = None,
        as_of: str | None = None,
    ) -> dict[str, Any]:
        """All states over time, and the one that holds on the day asked for, each with its reasons.

        Parameters
        ----------
        on : str
            The day states are given for; today in the scheme's zone if left out.
        as_of : str
            Only what was published by the end of this day counts; everything if left out.
        """
        return self.get(
            f"{ROOT}/certificates/{urllib.parse.quote(subject, safe='')}/timeline",
            on=on,
            as_of=as_of,
        )

    def list_certification_events(
        self,
        *,
        on: str | None = None,
        as_of: str | None = None,
        limit: int | None = None,
        after: str | None = None,
    ) -> dict[str, Any]:
        """One row of a source, with the states that can be made out from it alone. In the order in which they were
        published.

        Parameters
        ----------
        on : str
            The day states are given for; today in the scheme's zone if left out.
        as_of : str
            Only what was published by the end of this day counts; everything if left out.
        limit : int
            How many rows a page holds at most.
        after : str
            Where the page begins: the cursor of the address next of the page before. It holds both clocks.
        """
        return self.get(
            ROOT + "/certification_events",
            on=on,
            as_of=as_of,
            limit=limit,
            after=after,
        )

    def get_certification_event(
        self,
        subject: str,
        *,
        on: str | None = None,
        as_of: str | None = None,
    ) -> dict[str, Any]:
        """One row of a source, with the states that can be made out from it alone.

        Parameters
        ----------
        on : str
            The day states are given for; today in the scheme's zone if left out.
        as_of : str
            Only what was published by the end of this day counts; everything if left out.
        """
        return self.get(
            f"{ROOT}/certification_events/{urllib.parse.quote(subject, safe='')}",
            on=on,
            as_of=as_of,
        )

    def timeline_of_certification_event(
        self,
        subject: str,
        *,
        on: str | None = None,
        as_of: str | None = None,
    ) -> dict[str, Any]:
        """All states over time, and the one that holds on the day asked for, each with its reasons.

        Parameters
        ----------
        on : str
            The day states are given for; today in the scheme's zone if left out.
        as_of : str
            Only what was published by the end of this day counts; everything if left out.
        """
        return self.get(
            f"{ROOT}/certification_events/{urllib.parse.quote(subject, safe='')}/timeline",
            on=on,
            as_of=as_of,
        )

    def list_facilities(
        self,
        *,
        on: str | None = None,
        as_of: str | None = None,
        limit: int | None = None,
        after: str | None = None,
        country: str | None = None,
        activity: str | None = None,
        status: str | None = None,
    ) -> dict[str, Any]:
        """A place. Where records were merged into it: what each of them says, and here its own word before theirs.
        Of activities and capacities here are those of all; each capacity names the row that states it. In the
        order in which they were published.

        Parameters
        ----------
        on : str
            The day states are given for; today in the scheme's zone if left out.
        as_of : str
            Only what was published by the end of this day counts; everything if left out.
        limit : int
            How many rows a page holds at most.
        after : str
            Where the page begins: the cursor of the address next of the page before. It holds both clocks.
        country : str
            Country, ISO 3166-1 alpha-2.
        activity : str
            Supply chain activity, by its id, or unknown.
        status : str
            Status as printed, or unknown.
        """
        return self.get(
            ROOT + "/facilities",
            on=on,
            as_of=as_of,
            limit=limit,
            after=after,
            country=country,
            activity=activity,
            status=status,
        )

    def get_facility(self, subject: str, *, on: str | None = None, as_of: str | None = None) -> dict[str, Any]:
        """A place. Where records were merged into it: what each of them says, and here its own word before theirs.
        Of activities and capacities here are those of all; each capacity names the row that states it.

        Parameters
        ----------
        on : str
            The day states are given for; today in the scheme's zone if left out.
        as_of : str
            Only what was published by the end of this day counts; everything if left out.
        """
        return self.get(
            f"{ROOT}/facilities/{urllib.parse.quote(subject, safe='')}",
            on=on,
            as_of=as_of,
        )

    def list_figures(
        self,
        *,
        on: str | None = None,
        as_of: str | None = None,
        limit: int | None = None,
        after: str | None = None,
        metric: str | None = None,
        dimension: str | None = None,
        place: str | None = None,
        period: str | None = None,
    ) -> dict[str, Any]:
        """A number as one source states it, exactly; unknown where the source is silent. Figures of one thing
        speak of the same thing. One of them is used; reasons say why, and are the same for all. In the order in
        which they were published.

        Parameters
        ----------
        on : str
            The day states are given for; today in the scheme's zone if left out.
        as_of : str
            Only what was published by the end of this day counts; everything if left out.
        limit : int
            How many rows a page holds at most.
        after : str
            Where the page begins: the cursor of the address next of the page before. It holds both clocks.
        metric : str
            Indicator of the scheme, by its id; else the metric as printed.
        dimension : str
            Part of the whole that is meant, as printed, or unknown.
        place : str
            Of whom or which place, as printed, or unknown.
        period : str
            The period it speaks of, such as 2019.
        """
        return self.get(
            ROOT + "/figures",
            on=on,
            as_of=as_of,
            limit=limit,
            after=after,
            metric=metric,
            dimension=dimension,
            place=place,
            period=period,
        )

    def get_figure(self, subject: str, *, on: str | None = None, as_of: str | None = None) -> dict[str, Any]:
        """A number as one source states it, exactly; unknown where the source is silent. Figures of one thing
        speak of the same thing. One of them is used; reasons say why, and are the same for all.

        Parameters
        ----------
        on : str
            The day states are given for; today in the scheme's zone if left out.
        as_of : str
            Only what was published by the end of this day counts; everything if left out.
        """
        return self.get(
            f"{ROOT}/figures/{urllib.parse.quote(subject, safe='')}",
            on=on,
            as_of=as_of,
        )

    def list_findings(
        self,
        *,
        on: str | None = None,
        as_of: str | None = None,
        limit: int | None = None,
        after: str | None = None,
        criterion: str | None = None,
        standard: str | None = None,
        rating: str | None = None,
        member: str | None = None,
    ) -> dict[str, Any]:
        """A finding by itself; without an audit it is a sum over many, for the period it names. In the order in
        which they were published.

        Parameters
        ----------
        on : str
            The day states are given for; today in the scheme's zone if left out.
        as_of : str
            Only what was published by the end of this day counts; everything if left out.
        limit : int
            How many rows a page holds at most.
        after : str
            Where the page begins: the cursor of the address next of the page before. It holds both clocks.
        criterion : str
            Number of a criterion: findings on it or on a group that holds it.
        standard : str
            Family of standards, by its id.
        rating : str
            Rating, by its id, or unknown.
        member : str
            Public id of a member.
        """
        return self.get(
            ROOT + "/findings",
            on=on,
            as_of=as_of,
            limit=limit,
            after=after,
            criterion=criterion,
            standard=standard,
            rating=rating,
            member=member,
        )

    def get_finding(self, subject: str, *, on: str | None = None, as_of: str | None = None) -> dict[str, Any]:
        """A finding by itself; without an audit it is a sum over many, for the period it names.

        Parameters
        ----------
        on : str
            The day states are given for; today in the scheme's zone if left out.
        as_of : str
            Only what was published by the end of this day counts; everything if left out.
        """
        return self.get(
            f"{ROOT}/findings/{urllib.parse.quote(subject, safe='')}",
            on=on,
            as_of=as_of,
        )

    def list_firms(
        self,
        *,
        on: str | None = None,
        as_of: str | None = None,
        limit: int | None = None,
        after: str | None = None,
    ) -> dict[str, Any]:
        """An audit firm as sources name it; whether it is accredited is not known from these. In the order in
        which they were published.

        Parameters
        ----------
        on : str
            The day states are given for; today in the scheme's zone if left out.
        as_of : str
            Only what was published by the end of this day counts; everything if left out.
        limit : int
            How many rows a page holds at most.
        after : str
            Where the page begins: the cursor of the address next of the page before. It holds both clocks.
        """
        return self.get(
            ROOT + "/firms",
            on=on,
            as_of=as_of,
            limit=limit,
            after=after,
        )

    def get_firm(self, subject: str, *, on: str | None = None, as_of: str | None = None) -> dict[str, Any]:
        """An audit firm as sources name it; whether it is accredited is not known from these.

        Parameters
        ----------
        on : str
            The day states are given for; today in the scheme's zone if left out.
        as_of : str
            Only what was published by the end of this day counts; everything if left out.
        """
        return self.get(
            f"{ROOT}/firms/{urllib.parse.quote(subject, safe='')}",
            on=on,
            as_of=as_of,
        )

    def list_members(
        self,
        *,
        on: str | None = None,
        as_of: str | None = None,
        limit: int | None = None,
        after: str | None = None,
        country: str | None = None,
        membership_class: str | None = None,
    ) -> dict[str, Any]:
        """A member. Where records were merged into it: what each of them says, and here its own word before
        theirs. In the order in which they were published.

        Parameters
        ----------
        on : str
            The day states are given for; today in the scheme's zone if left out.
        as_of : str
            Only what was published by the end of this day counts; everything if left out.
        limit : int
            How many rows a page holds at most.
        after : str
            Where the page begins: the cursor of the address next of the page before. It holds both clocks.
        country : str
            Country of the head office, ISO 3166-1 alpha-2.
        membership_class : str
            Class of membership, by its id, or unknown.
        """
        return self.get(
            ROOT + "/members",
            on=on,
            as_of=as_of,
            limit=limit,
            after=after,
            country=country,
            membership_class=membership_class,
        )

    def get_member(self, subject: str, *, on: str | None = None, as_of: str | None = None) -> dict[str, Any]:
        """A member. Where records were merged into it: what each of them says, and here its own word before
        theirs.

        Parameters
        ----------
        on : str
            The day states are given for; today in the scheme's zone if left out.
        as_of : str
            Only what was published by the end of this day counts; everything if left out.
        """
        return self.get(
            f"{ROOT}/members/{urllib.parse.quote(subject, safe='')}",
            on=on,
            as_of=as_of,
        )

    def list_published_answers(
        self,
        *,
        on: str | None = None,
        as_of: str | None = None,
        limit: int | None = None,
        after: str | None = None,
    ) -> dict[str, Any]:
        """A question about a criterion with the answer of the scheme's help desk, as somebody there published it.
        In the order in which they were published.

        Parameters
        ----------
        on : str
            The day states are given for; today in the scheme's zone if left out.
        as_of : str
            Only what was published by the end of this day counts; everything if left out.
        limit : int
            How many rows a page holds at most.
        after : str
            Where the page begins: the cursor of the address next of the page before. It holds both clocks.
        """
        return self.get(
            ROOT + "/published_answers",
            on=on,
            as_of=as_of,
            limit=limit,
            after=after,
        )

    def get_published_answer(self, subject: str, *, on: str | None = None, as_of: str | None = None) -> dict[str, Any]:
        """A question about a criterion with the answer of the scheme's help desk, as somebody there published it.

        Parameters
        ----------
        on : str
            The day states are given for; today in the scheme's zone if left out.
        as_of : str
            Only what was published by the end of this day counts; everything if left out.
        """
        return self.get(
            f"{ROOT}/published_answers/{urllib.parse.quote(subject, safe='')}",
            on=on,
            as_of=as_of,
        )

    def list_schemes(
        self,
        *,
        on: str | None = None,
        as_of: str | None = None,
        limit: int | None = None,
        after: str | None = None,
    ) -> dict[str, Any]:
        """The vocabulary of the scheme: whatever a page needs to call ids by their names. In the order in which
        they were published.

        Parameters
        ----------
        on : str
            The day states are given for; today in the scheme's zone if left out.
        as_of : str
            Only what was published by the end of this day counts; everything if left out.
        limit : int
            How many rows a page holds at most.
        after : str
            Where the page begins: the cursor of the address next of the page before. It holds both clocks.
        """
        return self.get(
            ROOT + "/schemes",
            on=on,
            as_of=as_of,
            limit=limit,
            after=after,
        )

    def get_scheme(self, subject: str, *, on: str | None = None, as_of: str | None = None) -> dict[str, Any]:
        """The vocabulary of the scheme: whatever a page needs to call ids by their names.

        Parameters
        ----------
        on : str
            The day states are given for; today in the scheme's zone if left out.
        as_of : str
            Only what was published by the end of this day counts; everything if left out.
        """
        return self.get(
            f"{ROOT}/schemes/{urllib.parse.quote(subject, safe='')}",
            on=on,
            as_of=as_of,
        )

    def list_standard_mappings(
        self,
        *,
        on: str | None = None,
        as_of: str | None = None,
        limit: int | None = None,
        after: str | None = None,
    ) -> dict[str, Any]:
        """What became of each criterion of a version in a later one: every criterion of both stands in one link.
        In the order in which they were published.

        Parameters
        ----------
        on : str
            The day states are given for; today in the scheme's zone if left out.
        as_of : str
            Only what was published by the end of this day counts; everything if left out.
        limit : int
            How many rows a page holds at most.
        after : str
            Where the page begins: the cursor of the address next of the page before. It holds both clocks.
        """
        return self.get(
            ROOT + "/standard_mappings",
            on=on,
            as_of=as_of,
            limit=limit,
            after=after,
        )

    def get_standard_mapping(self, subject: str, *, on: str | None = None, as_of: str | None = None) -> dict[str, Any]:
        """What became of each criterion of a version in a later one: every criterion of both stands in one link.

        Parameters
        ----------
        on : str
            The day states are given for; today in the scheme's zone if left out.
        as_of : str
            Only what was published by the end of this day counts; everything if left out.
        """
        return self.get(
            f"{ROOT}/standard_mappings/{urllib.parse.quote(subject, safe='')}",
            on=on,
            as_of=as_of,
        )

    def list_standard_versions(
        self,
        *,
        on: str | None = None,
        as_of: str | None = None,
        limit: int | None = None,
        after: str | None = None,
    ) -> dict[str, Any]:
        """A version of a standard; standard is null where its criteria are not in the pack. In the order in which
        they were published.

        Parameters
        ----------
        on : str
            The day states are given for; today in the scheme's zone if left out.
        as_of : str
            Only what was published by the end of this day counts; everything if left out.
        limit : int
            How many rows a page holds at most.
        after : str
            Where the page begins: the cursor of the address next of the page before. It holds both clocks.
        """
        return self.get(
            ROOT + "/standard_versions",
            on=on,
            as_of=as_of,
            limit=limit,
            after=after,
        )

    def get_standard_version(self, subject: str, *, on: str | None = None, as_of: str | None = None) -> dict[str, Any]:
        """A version of a standard; standard is null where its criteria are not in the pack.

        Parameters
        ----------
        on : str
            The day states are given for; today in the scheme's zone if left out.
        as_of : str
            Only what was published by the end of this day counts; everything if left out.
        """
        return self.get(
            f"{ROOT}/standard_versions/{urllib.parse.quote(subject, safe='')}",
            on=on,
            as_of=as_of,
        )

    def criteria_of_standard_version(
        self,
        subject: str,
        *,
        on: str | None = None,
        as_of: str | None = None,
    ) -> dict[str, Any]:
        """Every criterion in order, with its principle, in our words and with how well each is known.

        Parameters
        ----------
        on : str
            The day states are given for; today in the scheme's zone if left out.
        as_of : str
            Only what was published by the end of this day counts; everything if left out.
        """
        return self.get(
            f"{ROOT}/standard_versions/{urllib.parse.quote(subject, safe='')}/criteria",
            on=on,
            as_of=as_of,
        )

    def list_changes(
        self,
        *,
        on: str | None = None,
        as_of: str | None = None,
        kind: str | None = None,
        subject: str | None = None,
        member: str | None = None,
        since: int | None = None,
        limit: int | None = None,
        after: str | None = None,
    ) -> dict[str, Any]:
        """Every publication: newest first, or, after the number in since, oldest first, to keep a copy in step.

        Parameters
        ----------
        on : str
            The day states are given for; a change has none, so it changes nothing here.
        as_of : str
            Only what was published by the end of this day counts.
        kind : str
            Kind of record.
        subject : str
            Public id of a record.
        member : str
            Public id of a member: its own changes and those of records that name it.
        since : int
            Only publications with a higher number, oldest first; else newest first.
        limit : int
            How many a page holds at most.
        after : str
            Cursor from the address next.
        """
        return self.get(
            ROOT + "/changes",
            on=on,
            as_of=as_of,
            kind=kind,
            subject=subject,
            member=member,
            since=since,
            limit=limit,
            after=after,
        )

    def get_applicability(
        self,
        *,
        standard: str,
        activity: list[str],
        member_class: str | None = None,
        cycle: str | None = None,
        trigger: list[str] | None = None,
        on: str | None = None,
        as_of: str | None = None,
    ) -> dict[str, Any]:
        """Values in, a judgement with all its reasons out: the rule that the command alunite applicable asks too.

        Parameters
        ----------
        standard : str
            Version of a standard, by its id.
        activity : list[str]
            Activities of the scope; repeat the parameter for several.
        member_class : str
            Class of membership, by its id.
        cycle : str
            Which certification cycle under this version: first or later.
        trigger : list[str]
            Ids of conditions that hold; repeat for several.
        on : str
            The day the question is asked for; today if left out.
        as_of : str
            By the scheme in force at the end of this day.
        """
        return self.get(
            ROOT + "/applicability",
            standard=standard,
            activity=activity,
            member_class=member_class,
            cycle=cycle,
            trigger=trigger,
            on=on,
            as_of=as_of,
        )
