"""The five steps from nothing to a client record and an EDI site: what is done, what is missing, who must do it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection

from edifact_ics.bureau.certificates.kinds import Kind
from edifact_ics.bureau.registry import agreements, authorities, certificates, sites
from edifact_ics.bureau.registry.agreements import Agreement
from edifact_ics.bureau.registry.authorities import Authority
from edifact_ics.bureau.registry.certificates import Certificate, Status
from edifact_ics.bureau.registry.client import Channel, Client, Role
from edifact_ics.bureau.registry.sites import Site
from edifact_ics.bureau.registry.wording import day_in_canberra, has_abn, moment

WARNED = datetime.timedelta(days=60)  # before its end a certificate is to be renewed


class Who(StrEnum):
    """Who must do what is missing."""

    CLIENT = "the client"
    BUREAU = "the bureau"
    CUSTOMS = "Customs"
    OFFICER = "the authorising officer"
    SIGNATORY = "the signatory of the agreement"


@dataclass(frozen=True)
class Missing:
    """One thing that is missing: what, who must do it, and how."""

    what: str
    who: str
    do: str


@dataclass(frozen=True)
class Step:
    """One of the five steps. `note` says why nothing is asked for; "" when something is, or was."""

    number: int
    title: str
    missing: tuple[Missing, ...]
    note: str = ""

    @property
    def done(self) -> bool:
        """Tell whether nothing is missing."""
        return not self.missing


@dataclass(frozen=True)
class Facts:
    """What is known of a client. `officer_registered`: the gateway knows the officer of its business."""

    client: Client
    certificates: tuple[Certificate, ...] = ()
    agreement: Agreement | None = None
    sites: tuple[Site, ...] = ()
    authorities: tuple[Authority, ...] = ()
    officer_registered: bool = False
    now: str = ""
    today: str = ""

    def usable(self, kind: Kind) -> tuple[Certificate, ...]:
        """The certificates of a kind that are neither revoked nor over."""
        return tuple(
            one
            for one in self.certificates
            if one.kind is kind and one.status is not Status.REVOKED and self.now <= one.not_after
        )

    @property
    def authority(self) -> Authority | None:
        """The authority in force for the bureau that registered the client, None without one."""
        for one in self.authorities:
            in_force = one.revoked is None and one.since <= self.today <= (one.until or self.today)
            if in_force and one.bureau == self.client.bureau:
                return one
        return None


def facts(connection: Connection, client: Client, at: datetime.datetime) -> Facts:
    """Return what is known of a client at a moment."""
    return Facts(
        client,
        certificates.certificates(connection, client.identifier),
        agreements.find(connection, client.identifier),
        sites.sites(connection, client.identifier),
        authorities.authorities(connection, of=client.identifier),
        certificates.officer_is_registered(connection, client.identifier),
        moment(at),
        day_in_canberra(at),
    )


def needed(client: Client) -> tuple[tuple[Kind, ...], ...]:
    """Return the certificates a client needs, in the order in which they are had: of each group one is enough."""
    device = (Kind.TYPE_3, Kind.TYPE_3_HOSTED)
    if client.channel is Channel.EDI:
        return ((Kind.AUTHORISING_OFFICER,), device) if has_abn(client.identifier) else (device,)
    if client.channel is Channel.INTERACTIVE:
        return ((Kind.AUTHORISING_OFFICER, Kind.TYPE_2) if has_abn(client.identifier) else (Kind.TYPE_1,),)
    return ()


def steps(facts: Facts) -> tuple[Step, ...]:
    """Return the five steps, in order, each with what is missing."""
    through = {None: "follows from step 1", Channel.BUREAU: f"not needed, {facts.client.bureau} registers it"}
    note = through.get(facts.client.channel, "")
    return (
        Step(1, "Consider what is needed beforehand", tuple(_prerequisites(facts))),
        Step(2, "Buy the certificates", tuple(_bought(facts)), note),
        Step(3, "Download and install the certificates", tuple(_installed(facts)), note),
        Step(4, "Register the certificates in the gateway", tuple(_registered(facts)), note),
        Step(5, "Establish the client record", tuple(_record(facts))),
    )


def warnings(facts: Facts, soon: str) -> tuple[str, ...]:
    """Return what will be missing: certificates that end by the moment `soon`; a signature for declarations."""
    ending = [
        f"Certificate {one.fingerprint[:16]} ({one.kind.value}) ends at {one.not_after}: get the next one registered."
        for one in facts.certificates
        if one.status is not Status.REVOKED and facts.now <= one.not_after <= soon
    ]
    device = any(facts.usable(kind) for kind in (Kind.TYPE_3, Kind.TYPE_3_HOSTED))
    if facts.client.channel is Channel.BUREAU and Role.IMPORTER in facts.client.roles and not device:
        ending.append(
            "Customs takes an import declaration only under the signature of the importer or of a licensed brokerage:"
            " for those the client needs a Type 3 certificate, its own or one that the bureau hosts."
        )
    return tuple(ending)


def _prerequisites(facts: Facts) -> Iterator[Missing]:
    client = facts.client
    if client.channel is None:
        yield Missing(
            "how it communicates", Who.CLIENT, "Choose interactive, edi or bureau, and note it: --channel CHANNEL."
        )
    elif client.channel is Channel.BUREAU:
        if facts.authority is None:
            yield Missing(
                f"authority for {client.bureau} to act for it",
                Who.CLIENT,
                f"The client gives it; two operators note it: authority grant {client.identifier} {client.bureau}.",
            )
    elif not client.ready:
        thing = (
            "software for EDI and a mail address of the site that no person uses"
            if client.channel is Channel.EDI
            else "a computer with the signing interface"
        )
        yield Missing(thing, Who.CLIENT, "Have it ready, and note it: --ready.")


def _bought(facts: Facts) -> Iterator[Missing]:
    client = facts.client
    for kinds in needed(client):
        if Kind.AUTHORISING_OFFICER in kinds and not client.officer and not _covered(facts, kinds):
            yield Missing(
                "an authorising officer", Who.CLIENT, "Name the one who answers for certificates: --officer NAME."
            )
        if set(kinds) & client.ordered or any(map(facts.usable, kinds)) or _covered(facts, kinds):
            continue
        after = "" if kinds[0] is not Kind.TYPE_3 or not has_abn(client.identifier) else ", after the officer's own"
        yield Missing(
            f"a certificate: {_either(kinds)}",
            _buyer(facts, kinds),
            f"Buy it from an approved certification authority{after}; note it: --ordered {kinds[0].value}.",
        )


def _installed(facts: Facts) -> Iterator[Missing]:
    for kinds in needed(facts.client):
        if not any(map(facts.usable, kinds)) and not _covered(facts, kinds):
            yield Missing(
                f"the certificate {_either(kinds)} on record",
                _buyer(facts, kinds),
                "Download it, keep both mails of the authority, and put it on record: certificate import.",
            )


def _registered(facts: Facts) -> Iterator[Missing]:
    client = facts.client
    if client.channel in (Channel.EDI, Channel.INTERACTIVE) and facts.agreement is None:
        yield Missing(
            "the agreement for electronic dealings",
            Who.CLIENT,
            "Somebody who can commit the business accepts it while registering: --signatory NAME --signed DAY.",
        )
    for kinds in needed(client):
        usable = [one for kind in kinds for one in facts.usable(kind)]
        if any(one.status is Status.REGISTERED for one in usable) or _covered(facts, kinds):
            continue
        if kinds[0].self_registers:
            who, how = _buyer(facts, kinds), "Register it oneself with the signing interface"
        else:
            who, how = _signatory(facts), "Have it registered through certificate maintenance"
        there = usable[0].fingerprint[:16] if usable else "FINGERPRINT"
        yield Missing(f"the certificate {_either(kinds)} in the gateway", who, f"{how}; note it: --registered {there}.")


def _record(facts: Facts) -> Iterator[Missing]:
    client = facts.client
    who = Who.BUREAU if client.channel is Channel.BUREAU else Who.CLIENT
    edi = client.channel is Channel.EDI
    wanted = [
        (
            client.address.street and client.address.country,
            "the address",
            "--street, --city, --state, --postcode, --country",
        ),
        (client.contacts, "a contact", "--contact NAME,PHONE,EMAIL"),
        (client.roles, "a role", "--role ROLE"),
        (client.interaction, "the interaction preference", "--interaction edi or interactive"),
        (client.text_email, "the e-mail address for texts", "--text-email ADDRESS"),
        (client.edi_email or not edi, "the e-mail address for EDI", "--edi-email ADDRESS"),
        (client.reply or not edi, "the reply preference for EDI", "--reply EDIFACT, XML or JSON"),
    ]
    for there, what, option in wanted:
        if not there:
            yield Missing(what, who, f"Enter it at Customs, and note it: {option}.")
    if edi and not facts.sites:
        yield Missing(
            "an EDI site",
            who,
            f"Create it in the client's record; Customs gives its name: site create {client.identifier} SITE.",
        )
    if client.recorded is None:
        yield Missing(
            "the record at Customs",
            Who.CUSTOMS,
            "Customs says that the registration succeeded; note the day: --recorded DAY.",
        )


def _covered(facts: Facts, kinds: tuple[Kind, ...]) -> bool:
    """Tell whether another activity centre of the business has the officer's certificate already."""
    return kinds[0] is Kind.AUTHORISING_OFFICER and facts.officer_registered


def _buyer(facts: Facts, kinds: tuple[Kind, ...]) -> str:
    if kinds[0] is Kind.TYPE_1 or not has_abn(facts.client.identifier):
        return Who.CLIENT
    return f"{Who.OFFICER}, {facts.client.officer}" if facts.client.officer else Who.OFFICER


def _signatory(facts: Facts) -> str:
    return f"{Who.SIGNATORY}, {facts.agreement.signatory}" if facts.agreement else Who.SIGNATORY


def _either(kinds: tuple[Kind, ...]) -> str:
    return " or ".join(kind.value for kind in kinds)
