"""Who may say this? From the signer's certificate to the client, by a table of every way and every refusal."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import replace

import pytest
from registries import BROKER, BUREAU, DAY, IMPORTER, NOON, SITES, Desk

from edifact_ics.bureau.binding import Decision, Reason, Sent, bind
from edifact_ics.bureau.certificates.kinds import Kind
from edifact_ics.bureau.registry import Role, Use

OWN = Sent(SITES[IMPORTER], SITES[IMPORTER], "IMD", "9")  # the importer for itself
BY_BROKER = Sent(SITES[BROKER], SITES[IMPORTER], "IMD", "9")
BY_BUREAU = Sent(SITES[BUREAU], SITES[IMPORTER], "SAC", "9")
HOSTED = replace(BY_BUREAU, document="IMD")  # signed with the importer's key, at its bureau
FOREVER = {"since": "2026-01-01"}


def hosting(desk: Desk) -> str:
    """Let the bureau host a key of the importer; give the fingerprint."""
    bureau = desk.registry.client(BUREAU)
    assert bureau
    desk.registry.put_client(replace(bureau, hosting="2026-01-01"), operator="anna")
    return desk.certified(IMPORTER, Kind.TYPE_3_HOSTED, host=BUREAU)


def decided(desk: Desk, fingerprint: str, sent: Sent, at: datetime.datetime = NOON) -> Decision:
    found = bind(desk.registry, fingerprint, sent, at)
    assert found.accepted == (found.client is not None) == (found.sentence == "")
    return found


# ---------------------------------------------------------------------- ways


def test_a_client_that_signs_and_sends_needs_no_authority(desk: Desk) -> None:
    found = decided(desk, desk.certified(IMPORTER), OWN)
    assert found.client
    assert (found.client.identifier, found.authority, found.reason) == (IMPORTER, None, None)


def test_without_an_owner_in_unb_it_is_the_site_that_sends(desk: Desk) -> None:
    found = decided(desk, desk.certified(IMPORTER), replace(OWN, owner=""))
    assert found.client
    assert found.client.identifier == IMPORTER


def test_a_brokerage_signs_import_declarations_by_authority(desk: Desk) -> None:
    number = desk.granted(IMPORTER, BROKER, documents=("IMD",), functions=("original",))
    found = decided(desk, desk.certified(BROKER), BY_BROKER)
    assert found.client
    assert (found.client.identifier, found.authority) == (IMPORTER, number)


def test_a_bureau_signs_other_documents_by_authority(desk: Desk) -> None:
    number = desk.granted(IMPORTER, BUREAU)
    assert decided(desk, desk.certified(BUREAU), BY_BUREAU).authority == number


@pytest.mark.parametrize("site", [SITES[BUREAU], SITES[IMPORTER]])
def test_a_key_hosted_by_the_bureau_signs_for_its_client(desk: Desk, site: str) -> None:
    fingerprint, number = hosting(desk), desk.granted(IMPORTER, BUREAU)
    assert decided(desk, fingerprint, replace(HOSTED, site=site)).authority == number


def test_of_several_authorities_one_is_enough(desk: Desk) -> None:
    desk.registry.revoke(desk.granted(IMPORTER, BUREAU), operator="anna")
    desk.granted(IMPORTER, BUREAU, documents=("IMD",))
    number = desk.granted(IMPORTER, BUREAU, documents=("SAC",), payments=True)
    assert decided(desk, desk.certified(BUREAU), replace(BY_BUREAU, payment=True)).authority == number


# ---------------------------------------------------------------------- refusals


def wrong_kind(desk: Desk) -> str:
    desk.officer(IMPORTER)
    return desk.certified(IMPORTER, Kind.TYPE_2)


def revoked(desk: Desk) -> str:
    fingerprint = desk.certified(IMPORTER)
    desk.registry.revoke_certificate(fingerprint, "stolen", operator="anna")
    return fingerprint


def ended(desk: Desk) -> str:
    importer = desk.registry.client(IMPORTER)
    assert importer
    desk.registry.put_client(replace(importer, ended="2026-11-24"), operator="anna")
    return desk.certified(IMPORTER)


def of_importer(desk: Desk) -> str:
    return desk.certified(IMPORTER)


def bureau_with(**terms: object) -> Callable[[Desk], str]:
    """The bureau's certificate, with an authority of these terms."""

    def make(desk: Desk) -> str:
        desk.granted(IMPORTER, BUREAU, **{**FOREVER, **terms})
        return desk.certified(BUREAU)

    return make


def revoked_authority(desk: Desk) -> str:
    desk.registry.revoke(desk.granted(IMPORTER, BUREAU, **FOREVER), operator="bob")
    return desk.certified(BUREAU)


REFUSALS: list[tuple[Reason, Callable[[Desk], str], Sent, str]] = [
    (Reason.UNKNOWN_CERTIFICATE, lambda desk: "ab" * 32, OWN, "certificate abababababababab is not on record"),
    (Reason.REVOKED_CERTIFICATE, revoked, OWN, "was revoked"),
    (Reason.UNREGISTERED_CERTIFICATE, lambda d: d.certified(IMPORTER, registered=False), OWN, "not registered"),
    (Reason.WRONG_KIND, wrong_kind, OWN, "is a type-2 certificate"),
    (Reason.NOT_FOR_SIGNING, lambda d: d.certified(IMPORTER, use=Use.ENCRYPTION), OWN, "for encryption only"),
    (
        Reason.CERTIFICATE_NOT_YET_VALID,
        lambda d: d.certified(IMPORTER, not_before=NOON + DAY),
        OWN,
        "only from 2026-11-26",
    ),
    (Reason.CERTIFICATE_EXPIRED, lambda d: d.certified(IMPORTER, not_after=NOON - DAY), OWN, "ended at 2026-11-24"),
    (Reason.UNKNOWN_SITE, of_importer, replace(OWN, site="ZZZ999Z"), "site 'ZZZ999Z' in UNB 0004"),
    (Reason.UNKNOWN_SITE, of_importer, replace(OWN, site=""), "site '' in UNB 0004"),
    (Reason.WRONG_SITE, of_importer, replace(OWN, site=SITES[BROKER]), f"Site BBB222B belongs to {BROKER}"),
    (
        Reason.WRONG_SITE,
        lambda d: d.certified(IMPORTER, site=d.registry.create_site("DDD444D", IMPORTER, operator="bob").name),
        OWN,
        "that of site DDD444D, UNB 0004 says AAA111A",
    ),
    (Reason.UNKNOWN_OWNER, of_importer, replace(OWN, owner="ZZZ999Z"), "site 'ZZZ999Z' in UNB 0008"),
    (Reason.WRONG_OWNER, of_importer, replace(OWN, owner=SITES[BROKER]), "neither bureau nor brokerage"),
    (Reason.CLIENT_ENDED, ended, OWN, "ended on 2026-11-24"),
    (Reason.BUREAU_SIGNATURE, bureau_with(), replace(BY_BUREAU, document="IMD"), "must be signed by the importer"),
    (Reason.BUREAU_SIGNATURE, bureau_with(), replace(BY_BUREAU, document="IMPED1"), f"not by the bureau {BUREAU}"),
    (Reason.NO_AUTHORITY, lambda d: d.certified(BUREAU), BY_BUREAU, f"has given {BUREAU} no authority"),
    (Reason.NO_AUTHORITY, lambda d: d.certified(BROKER), BY_BROKER, f"has given {BROKER} no authority"),
    (Reason.NO_AUTHORITY, hosting, HOSTED, f"has given {BUREAU} no authority"),
    (Reason.AUTHORITY_REVOKED, revoked_authority, BY_BUREAU, "was revoked"),
    (Reason.AUTHORITY_NOT_YET, bureau_with(since="2026-11-26"), BY_BUREAU, "has not begun"),
    (Reason.AUTHORITY_EXPIRED, bureau_with(until="2026-11-24"), BY_BUREAU, "has ended"),
    (Reason.DOCUMENT_NOT_COVERED, bureau_with(documents=("RCR",)), BY_BUREAU, "does not cover the document 'SAC'"),
    (Reason.FUNCTION_NOT_COVERED, bureau_with(functions=("change",)), BY_BUREAU, "does not cover the function '9'"),
    (Reason.PAYMENT_NOT_COVERED, bureau_with(), replace(BY_BUREAU, payment=True), "does not cover payments"),
]


@pytest.mark.parametrize(
    ("reason", "prepare", "sent", "said"), REFUSALS, ids=[f"{r[0]}-{n}" for n, r in enumerate(REFUSALS)]
)
def test_refused(reason: Reason, prepare: Callable[[Desk], str], sent: Sent, said: str, desk: Desk) -> None:
    found = decided(desk, prepare(desk), sent)
    assert found.reason is reason
    assert said in found.sentence
    assert found.sentence.endswith(reason.advice)


def test_every_reason_is_in_the_table() -> None:
    assert {row[0] for row in REFUSALS} == set(Reason)


def test_the_nearest_authority_gives_the_reason(desk: Desk) -> None:
    desk.registry.revoke(desk.granted(IMPORTER, BUREAU), operator="anna")
    near = desk.granted(IMPORTER, BUREAU, documents=("SAC",), functions=("change",))
    desk.granted(IMPORTER, BUREAU, documents=("IMD",))
    found = decided(desk, desk.certified(BUREAU), BY_BUREAU)
    assert found.reason is Reason.FUNCTION_NOT_COVERED
    assert f"Authority {near} " in found.sentence


def test_days_are_those_of_canberra(desk: Desk) -> None:
    desk.granted(IMPORTER, BUREAU, since="2026-11-25", until="2026-11-25")
    fingerprint = desk.certified(BUREAU)
    midnight = datetime.datetime(2026, 11, 24, 13, 0, tzinfo=datetime.UTC)  # 00:00 in Canberra, daylight saving
    second = datetime.timedelta(seconds=1)
    for at, reason in (
        (midnight - second, Reason.AUTHORITY_NOT_YET),
        (midnight, None),
        (midnight + DAY - second, None),
        (midnight + DAY, Reason.AUTHORITY_EXPIRED),
    ):
        assert decided(desk, fingerprint, BY_BUREAU, at).reason is reason


def test_a_bureau_that_has_ended_acts_for_nobody(desk: Desk) -> None:
    desk.granted(IMPORTER, BUREAU)
    fingerprint, bureau = desk.certified(BUREAU), desk.registry.client(BUREAU)
    assert bureau
    desk.registry.put_client(replace(bureau, ended="2026-11-24"), operator="anna")
    found = decided(desk, fingerprint, BY_BUREAU)
    assert found.reason is Reason.CLIENT_ENDED
    assert BUREAU in found.sentence


def test_a_bureau_that_is_a_brokerage_too_signs_as_a_brokerage(desk: Desk) -> None:
    bureau = desk.registry.client(BUREAU)
    assert bureau
    both = frozenset({Role.BUREAU, Role.LICENSED_BROKERAGE})
    desk.registry.put_client(replace(bureau, roles=both), operator="anna")
    desk.granted(IMPORTER, BUREAU)
    assert decided(desk, desk.certified(BUREAU), replace(BY_BUREAU, document="IMD")).accepted


@pytest.mark.parametrize("sent", ["a\x1b[2J", "'; DROP TABLE registry_site; --", "é" * 5000, "\x00"])
def test_what_a_stranger_wrote_is_only_quoted(desk: Desk, sent: str) -> None:
    found = decided(desk, desk.certified(IMPORTER), replace(OWN, site=sent, owner=sent, document=sent, function=sent))
    assert found.reason is Reason.UNKNOWN_SITE
    assert found.sentence.isprintable()
