"""Who is on record: clients, sites, agreements, certificates, anchors; what is refused, and the table rules ask."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy
from hypothesis import given
from hypothesis import strategies as st
from registries import BROKER, BUREAU, DAY, IMPORTER, NOON, SITES, Clock, Desk

from edifact_ics import check
from edifact_ics.bureau.binding import Reason, Sent, bind
from edifact_ics.bureau.certificates.kinds import Kind
from edifact_ics.bureau.registry import (
    REGISTRY,
    Address,
    Channel,
    Client,
    Contact,
    Refused,
    Registry,
    RegistryError,
    Reply,
    Role,
    Status,
)
from edifact_ics.bureau.registry.clients_table import as_file, as_table
from edifact_ics.bureau.registry.path import Who
from edifact_ics.bureau.registry.wording import identifier
from edifact_ics.ledger import Ledger, LedgerError
from edifact_ics.reference import is_abn, load_reference
from edifact_ics.reference.file import read

SAMPLE = Path(__file__).parent.parent / "samples" / "imd-sea-fcl-original.edi"

# ---------------------------------------------------------------------- identifiers


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("51824753556", "51824753556/001"),
        ("ABN 51 824 753 556", "51824753556/001"),
        ("51824753556/042", "51824753556/042"),
        ("ccid1234567", "CCID1234567"),
        ("99C3R7", "99C3R7"),
    ],
)
def test_identifiers_are_read_as_people_write_them(typed: str, meant: str) -> None:
    assert identifier(typed) == meant


@pytest.mark.parametrize(
    "typed", ["51824753557", "51824753556/000", "51824753556/1", "", "CCID12345678", "A/001", "../x"]
)
def test_what_is_no_identifier_is_refused(typed: str) -> None:
    with pytest.raises(Refused):
        identifier(typed)


@given(st.integers(10**10, 10**11 - 1))
def test_an_abn_is_taken_when_its_check_digits_are_right(number: int) -> None:
    try:
        taken = identifier(str(number)) == f"{number}/001"
    except Refused:
        taken = False
    assert taken == is_abn(str(number))


# ---------------------------------------------------------------------- clients


def test_a_client_comes_back_as_it_was_put(empty_desk: Desk) -> None:
    full = Client(
        "CCID1234567",
        name="Furneaux Exports",
        address=Address("1 Pier Rd", "Whitemark", "TAS", "7255", "AU"),
        contacts=(Contact("Ann", "0363 000 000", "ann@furneaux.example"), Contact("Bill")),
        roles=frozenset({Role.EXPORTER, Role.IMPORTER}),
        channel=Channel.INTERACTIVE,
        ready=True,
        officer="Ann",
        ordered=frozenset({Kind.TYPE_1}),
        recorded="2026-11-20",
        interaction=Channel.EDI,
        text_email="text@furneaux.example",
        edi_email="edi@furneaux.example",
        reply=Reply.XML,
        aqis_accredited=True,
        aqis_scheme="BAS",
        default_account=False,
    )
    put = empty_desk.registry.put_client(full, operator="anna")
    assert replace(put, number=0, since="") == full
    assert empty_desk.registry.client("ccid1234567") == put
    assert (put.since, put.number) == ("2026-11-25", 1)


def test_putting_the_same_again_leaves_no_row(desk: Desk) -> None:
    before, there = len(desk.registry.trail()), desk.registry.client(IMPORTER)
    assert there
    assert desk.registry.put_client(there, site=SITES[IMPORTER], operator="anna") == there
    assert len(desk.registry.trail()) == before


def test_the_trail_holds_what_changed_and_no_more(desk: Desk) -> None:
    there = desk.registry.client(IMPORTER)
    assert there
    desk.registry.put_client(replace(there, text_email="text@yolla.example"), operator="bob")
    last = desk.registry.trail()[-1]
    assert (last.operator, last.change, last.subject) == ("bob", "client.amend", IMPORTER)
    assert last.detail == {"text_email": "text@yolla.example"}


def test_the_same_name_and_address_twice_is_refused_as_customs_does(desk: Desk) -> None:
    where = Address("1 Pier Rd", "Burnie", "TAS", "7320", "AU")
    one = Client("CCID1", name="Wynyard Tulips", address=where)
    desk.registry.put_client(one, operator="anna")
    again = Client("CCID2", name="WYNYARD  TULIPS".replace("  ", " "), address=replace(where, city="BURNIE "))
    with pytest.raises(Refused, match="Client CCID1 has the same name and address"):
        desk.registry.put_client(again, operator="anna")
    desk.registry.put_client(replace(one, ended="2026-11-24"), operator="anna")
    desk.registry.put_client(again, operator="anna")


def test_activity_centres_of_one_abn_may_share_name_and_address(desk: Desk) -> None:
    where = Address("1 Pier Rd", "Burnie", "TAS", "7320", "AU")
    for centre in ("001", "002"):
        desk.registry.put_client(Client(f"51824753556/{centre}", name="Yolla", address=where), operator="anna")


Change = Callable[[Registry], object]


def put(**fields: object) -> Change:
    client = Client("CCID9", name="Somebody")
    return lambda registry: registry.put_client(replace(client, **fields), operator="anna")


REFUSED: list[tuple[str, Change]] = [
    ("has no name", put(name=" ")),
    ("is no e-mail address", put(text_email="Ann <ann@example.com>")),
    ("is no e-mail address", put(edi_email="a@b\r\nBcc: c@d.example")),
    ("cannot be printed", put(name="Yolla\x1b[2J")),
    ("no scheme of quarantine", put(aqis_scheme="XYZ")),
    ("is not a bureau", put(channel=Channel.BUREAU, bureau=IMPORTER)),
    ("There is no client CCID77", put(channel=Channel.BUREAU, bureau="CCID77")),
    ("none is named", put(channel=Channel.BUREAU)),
    ("Only a bureau", put(hosting="2026-01-01")),
    ("is no EDI site", lambda r: r.create_site("AAA1111", IMPORTER, operator="anna")),
    ("is the site of Customs", lambda r: r.create_site("AAA336C", IMPORTER, operator="anna")),
    (f"is a site of {IMPORTER} already", lambda r: r.create_site(SITES[IMPORTER], BROKER, operator="anna")),
    ("is no operator", lambda r: r.create_site("DDD444D", IMPORTER, operator="mallory")),
    ("needs no authority for itself", lambda r: r.grant(BUREAU, BUREAU, operator="anna")),
    ("neither a bureau nor a licensed brokerage", lambda r: r.grant(BUREAU, IMPORTER, operator="anna")),
    ("There is no document 'IMDD'", lambda r: r.grant(IMPORTER, BUREAU, documents=("IMDD",), operator="anna")),
    ("There is no function", lambda r: r.grant(IMPORTER, BUREAU, functions=("5",), operator="anna")),
    ("before it begins", lambda r: r.grant(IMPORTER, BUREAU, until="2026-11-24", operator="anna")),
    ("There is no authority 7", lambda r: r.revoke(7, operator="anna")),
    ("No certificate on record", lambda r: r.register_certificate("ab" * 32, "Olga", operator="anna")),
]


@pytest.mark.parametrize(("said", "change"), REFUSED, ids=[f"{n}" for n in range(len(REFUSED))])
def test_refused_and_nothing_changed(said: str, change: Change, desk: Desk) -> None:
    before = desk.registry.trail(), desk.registry.clients(), desk.registry.sites()
    with pytest.raises(Refused, match=said) as refused:
        change(desk.registry)
    assert refused.value.do.endswith(".")
    assert (desk.registry.trail(), desk.registry.clients(), desk.registry.sites()) == before


def test_two_sites_have_two_addresses(desk: Desk) -> None:
    desk.registry.create_site("DDD444D", IMPORTER, "edi@yolla.example", operator="anna")
    with pytest.raises(Refused, match="address of site DDD444D"):
        desk.registry.create_site("EEE555E", IMPORTER, "edi@yolla.example", operator="anna")


# ---------------------------------------------------------------------- agreement


def test_an_organisation_has_one_signatory(desk: Desk) -> None:
    registry = desk.registry
    registry.sign_agreement(IMPORTER, "Sid", "2026-11-01", operator="anna")
    registry.put_client(Client("51824753556/002", name="Yolla North"), operator="anna")
    assert registry.agreement("51824753556/002") == registry.agreement(IMPORTER)
    with pytest.raises(Refused, match="Sid signed the agreement"):
        registry.sign_agreement("51824753556/002", "Tom", "2026-11-02", operator="anna")
    request = registry.replace_signatory(IMPORTER, "Tom", "2026-11-02", operator="anna")
    registry.confirm(request.number, operator="bob")
    found = registry.agreement(IMPORTER)
    assert found
    assert (found.organisation, found.signatory) == ("51824753556", "Tom")


# ---------------------------------------------------------------------- certificates


def test_a_certificate_is_found_by_fingerprint_however_written(desk: Desk) -> None:
    made = desk.certified(IMPORTER, fingerprint="AB:" * 31 + "AB", registered=False)
    assert made == "ab" * 32
    assert desk.registry.certificate("AB" * 32) == desk.registry.certificates(IMPORTER)[0]
    assert desk.registry.certificate("cd" * 32) is None


def test_the_officer_comes_first(desk: Desk) -> None:
    device = desk.certified(IMPORTER, registered=False)
    with pytest.raises(Refused, match="no certificate of its authorising officer"):
        desk.registry.register_certificate(device, "Olga", operator="anna")
    officer = desk.certified(IMPORTER, Kind.AUTHORISING_OFFICER, registered=False)
    with pytest.raises(Refused, match="Nobody has signed the agreement"):
        desk.registry.register_certificate(officer, "Olga", operator="anna")
    desk.registry.sign_agreement(IMPORTER, "Sid", "2026-11-01", operator="anna")
    for fingerprint, how in ((officer, "self"), (device, "maintenance")):
        assert desk.registry.register_certificate(fingerprint, "Olga", operator="anna").status is Status.REGISTERED
        assert desk.registry.trail()[-1].detail["how"] == how


def test_a_revoked_certificate_stays_revoked(desk: Desk) -> None:
    fingerprint = desk.certified(IMPORTER)
    desk.registry.choose_certificate(fingerprint, operator="anna")
    revoked = desk.registry.revoke_certificate(fingerprint, "stolen", operator="anna")
    assert (revoked.status, revoked.is_default) == (Status.REVOKED, False)
    with pytest.raises(Refused, match="was revoked"):
        desk.registry.register_certificate(fingerprint, "Olga", operator="anna")
    with pytest.raises(Refused, match="was revoked"):
        desk.registry.choose_certificate(fingerprint, operator="anna")


def test_a_client_has_one_default_certificate(desk: Desk) -> None:
    first, second = desk.certified(IMPORTER), desk.certified(IMPORTER)
    for chosen in (first, second):
        desk.registry.choose_certificate(chosen, operator="anna")
    assert [c.fingerprint for c in desk.registry.certificates() if c.is_default] == [second]


@pytest.mark.parametrize(
    ("said", "facts"),
    [
        ("is no SHA-256 fingerprint", {"fingerprint": "abc"}),
        ("A hosted certificate names the bureau", {"kind": Kind.TYPE_3_HOSTED}),
        ("A hosted certificate names the bureau", {"host": BUREAU}),
        ("no memorandum with Customs", {"kind": Kind.TYPE_3_HOSTED, "host": BUREAU}),
        ("There is no site", {"site": "DDD444D"}),
        ("is a site of", {"site": SITES[BROKER]}),
    ],
)
def test_a_certificate_must_fit_its_holder(said: str, facts: dict[str, object], desk: Desk) -> None:
    with pytest.raises(Refused, match=said):
        desk.certified(IMPORTER, registered=False, **facts)


def test_a_device_certificate_bears_the_address_of_its_site(desk: Desk) -> None:
    desk.registry.create_site("DDD444D", IMPORTER, "edi@yolla.example", operator="anna")
    with pytest.raises(Refused, match=r"site DDD444D has edi@yolla\.example"):
        desk.certified(IMPORTER, site="DDD444D", email="other@yolla.example", registered=False)
    desk.certified(IMPORTER, site="DDD444D", email="EDI@yolla.example", registered=False)


def test_a_certificate_has_one_holder(desk: Desk) -> None:
    desk.certified(IMPORTER, fingerprint="ab" * 32, registered=False)
    with pytest.raises(Refused, match=f"on record already, as type-3 of {IMPORTER}"):
        desk.certified(BROKER, fingerprint="ab" * 32, registered=False)


# ---------------------------------------------------------------------- Customs' own certificate


def pinned(desk: Desk, fingerprint: str, since: str, until: str | None = None) -> None:
    request = desk.registry.install_anchor(fingerprint, "CN=Customs", "PEM", since, until, operator="anna")
    desk.registry.confirm(request.number, operator="bob")


def test_the_next_certificate_of_customs_is_installed_ahead(desk: Desk) -> None:
    old, new = "01" * 32, "02" * 32
    pinned(desk, old, "2026-01-01")
    pinned(desk, new, "2026-11-26")
    midnight = datetime.datetime(2026, 11, 25, 13, 0, tzinfo=datetime.UTC)
    before = midnight - datetime.timedelta(seconds=1)
    assert desk.registry.anchor(before).fingerprint == old
    assert desk.registry.anchor(midnight).fingerprint == new
    assert desk.registry.why_stale(old, before) is None
    assert desk.registry.why_stale(old, midnight) == "This certificate of Customs was replaced on 2026-11-26."
    assert desk.registry.why_stale(new, before) == "This certificate of Customs becomes active on 2026-11-26."
    assert "not a certificate of Customs" in str(desk.registry.why_stale("03" * 32, before))


def test_a_certificate_of_customs_that_ended_is_refused_with_the_day(desk: Desk) -> None:
    with pytest.raises(Refused, match="No certificate of Customs is active on 2026-11-25"):
        desk.registry.anchor(NOON)
    pinned(desk, "01" * 32, "2026-01-01")
    desk.registry.end_anchor("01" * 32, "2026-11-24", operator="anna")
    with pytest.raises(Refused, match="ended on 2026-11-24"):
        desk.registry.anchor(NOON)
    assert desk.registry.why_stale("01" * 32, NOON) == "This certificate of Customs ended on 2026-11-24."


# ---------------------------------------------------------------------- the five steps


def open_steps(desk: Desk, client: str) -> dict[int, list[tuple[str, str]]]:
    steps, _ = desk.registry.status(client)
    return {step.number: [(one.what, one.who) for one in step.missing] for step in steps if not step.done}


def test_the_path_from_nothing_to_a_record_and_a_site(empty_desk: Desk) -> None:
    desk, registry = empty_desk, empty_desk.registry
    client = registry.put_client(Client(IMPORTER, name="Yolla"), operator="anna")
    assert open_steps(desk, IMPORTER)[1] == [("how it communicates", Who.CLIENT)]
    assert 2 not in open_steps(desk, IMPORTER)

    client = registry.put_client(replace(client, channel=Channel.EDI, ready=True), operator="anna")
    now = open_steps(desk, IMPORTER)
    assert 1 not in now
    assert now[2][0] == ("an authorising officer", Who.CLIENT)

    client = registry.put_client(
        replace(client, officer="Olga", ordered=frozenset({Kind.AUTHORISING_OFFICER, Kind.TYPE_3})), operator="anna"
    )
    now = open_steps(desk, IMPORTER)
    assert 2 not in now
    assert [who for _, who in now[3]] == ["the authorising officer, Olga"] * 2

    officer = desk.certified(IMPORTER, Kind.AUTHORISING_OFFICER, registered=False)
    device = desk.certified(IMPORTER, registered=False)
    now = open_steps(desk, IMPORTER)
    assert 3 not in now
    assert now[4][0] == ("the agreement for electronic dealings", Who.CLIENT)

    registry.put_client(client, signed=("Sid", "2026-11-24"), registered=(officer[:64],), operator="anna")
    assert open_steps(desk, IMPORTER)[4] == [
        ("the certificate type-3 or type-3-hosted in the gateway", "the signatory of the agreement, Sid")
    ]
    registry.put_client(client, registered=(device,), operator="anna")
    now = open_steps(desk, IMPORTER)
    assert list(now) == [5]
    assert ("an EDI site", Who.CLIENT) in now[5]
    assert now[5][-1] == ("the record at Customs", Who.CUSTOMS)

    registry.put_client(
        replace(
            client,
            address=Address("1 Pier Rd", "Burnie", "TAS", "7320", "AU"),
            contacts=(Contact("Olga"),),
            roles=frozenset({Role.IMPORTER}),
            interaction=Channel.EDI,
            text_email="text@yolla.example",
            edi_email="edi@yolla.example",
            reply=Reply.EDIFACT,
            recorded="2026-11-25",
        ),
        site="AAA676Y",
        operator="anna",
    )
    assert open_steps(desk, IMPORTER) == {}
    assert [site.email for site in registry.sites(IMPORTER)] == ["edi@yolla.example"]


def test_one_officer_serves_all_activity_centres(desk: Desk) -> None:
    desk.officer(IMPORTER)
    other = Client("51824753556/002", name="Yolla North", channel=Channel.EDI, ready=True)
    desk.registry.put_client(other, operator="anna")
    now = open_steps(desk, "51824753556/002")
    assert [what for what, _ in now[2]] == ["a certificate: type-3 or type-3-hosted"]
    assert [what for what, _ in now[4]] == ["the certificate type-3 or type-3-hosted in the gateway"]


def test_a_client_without_a_certificate_is_registered_by_its_bureau(desk: Desk) -> None:
    through = Client("CCID5", name="King Island Dairy", channel=Channel.BUREAU, bureau=BUREAU)
    desk.registry.put_client(replace(through, roles=frozenset({Role.IMPORTER})), operator="anna")
    now = open_steps(desk, "CCID5")
    assert list(now) == [1, 5]
    assert now[1] == [(f"authority for {BUREAU} to act for it", Who.CLIENT)]
    assert {who for _, who in now[5]} == {Who.BUREAU, Who.CUSTOMS}
    desk.granted("CCID5", BUREAU)
    assert 1 not in open_steps(desk, "CCID5")
    steps, warnings = desk.registry.status("CCID5")
    assert steps[1].note == f"not needed, {BUREAU} registers it"
    assert "only under the signature of the importer or of a licensed brokerage" in warnings[0]


def test_certificates_that_end_soon_are_said_and_ended_ones_are_missing(desk: Desk) -> None:
    fingerprint = desk.certified(IMPORTER, not_after=NOON + 59 * DAY)
    _, warnings = desk.registry.status(IMPORTER)
    assert len(warnings) == 1
    assert fingerprint[:16] in warnings[0]
    desk.clock.now = NOON + 60 * DAY
    missing = [what for what, _ in open_steps(desk, IMPORTER)[3]]
    assert missing == ["the certificate type-3 or type-3-hosted on record"]


# ---------------------------------------------------------------------- the table that rules ask


def test_the_registry_is_the_table_of_clients(desk: Desk, tmp_path: Path) -> None:
    desk.registry.put_client(Client("CCID5", name="Old, and quoted", ended="2026-06-30"), operator="anna")
    rows = desk.registry.reference_rows()
    text = as_file(rows, NOON.date())
    contents = read(io.BytesIO(text.encode()), "clients.csv")
    assert contents.problems == []
    assert contents.sound().lines == as_table(rows).lines
    (tmp_path / "clients.csv").write_text(text, "utf-8")
    known = load_reference(tmp_path)
    broker = known.row("clients", SITES[BROKER], "", on=NOON.date())
    assert broker
    assert (broker["licensed_brokerage"], broker["name"]) == ("Y", "Bass Brokers")
    by_abn = known.row("clients", "33102417032", "001", on=NOON.date())
    assert by_abn
    assert by_abn["client"] == broker["client"]
    assert known.row("clients", "CCID5", "", on=NOON.date()) is None


@pytest.mark.parametrize(("role", "refused"), [(Role.IMPORTER, True), (Role.LICENSED_BROKERAGE, False)])
def test_rules_judge_by_the_registry(role: Role, refused: bool, empty_desk: Desk, tmp_path: Path) -> None:
    """The sample names a nominee of a broker, which only a brokerage may."""
    client = Client("99C3R7", name="Sender", roles=frozenset({role}))
    empty_desk.registry.put_client(client, site="KBR417H", operator="anna")
    text = as_file(empty_desk.registry.reference_rows(), datetime.date(2026, 1, 1))
    (tmp_path / "clients.csv").write_text(text, "utf-8")
    codes = {finding.code for finding in check(SAMPLE, reference=load_reference(tmp_path)).findings}
    assert ("GBR-NOMINEE-BROKER-LICENCE-NUMBER-01" in codes) == refused


# ---------------------------------------------------------------------- the database


BESIDE_THE_TRAIL = [
    (
        "UPDATE registry_client SET name = 'X' WHERE id = 2",
        f"The client {IMPORTER} was changed beside the trail: name.",
    ),
    (
        f"INSERT INTO registry_role VALUES (1, '{Role.LICENSED_BROKERAGE}')",
        f"The client {BUREAU} was changed beside the trail: roles.",
    ),
    ("UPDATE registry_authority SET revoked = NULL", "The authority 1 was changed beside the trail: revoked."),
    ("UPDATE registry_site SET client = 1", "The site AAA111A was changed beside the trail: client."),
    (
        "UPDATE registry_agreement SET signatory = 'X'",
        "The agreement 51824753556 was changed beside the trail: signatory.",
    ),
    ("DELETE FROM registry_authority", "The authority 1 was removed beside the trail."),
    (
        "UPDATE registry_certificate SET status = 'registered'",
        f"The certificate {1:064x} was changed beside the trail: status.",
    ),
    (
        "UPDATE registry_anchor SET active_until = NULL",
        f"The certificate of Customs {'01' * 32} was changed beside the trail: active_until.",
    ),
    ("UPDATE registry_request SET detail = '{}' WHERE id = 1", "The request 1 was changed beside the trail: detail."),
    (
        "UPDATE registry_request SET state = 'confirmed' WHERE id = 2",
        "The request 2 was changed beside the trail: state.",
    ),
    ("INSERT INTO registry_operator VALUES ('mallory', '', NULL)", "The operator mallory was put in beside the trail."),
]


def test_all_of_it_on_both_databases(database: str) -> None:
    registry = Registry.open(database, create=True, clock=Clock())
    assert registry
    with registry:
        desk = Desk(registry)
        registry.found("anna", by="anna")
        registry.found("bob", by="anna")
        bureau = Client(BUREAU, name="Hunter", roles=frozenset({Role.BUREAU}), hosting="2026-01-01")
        registry.put_client(bureau, site="CCC333C", operator="anna")
        importer = Client(IMPORTER, name="Yolla", contacts=(Contact("Ann"), Contact("Bill")), default_account=True)
        importer = replace(importer, channel=Channel.BUREAU, bureau=BUREAU, ordered=frozenset({Kind.TYPE_3}))
        registry.put_client(importer, site="AAA111A", operator="bob")
        device = desk.certified(IMPORTER, Kind.TYPE_3_HOSTED, host=BUREAU, site="CCC333C")
        registry.choose_certificate(device, operator="anna")
        number = desk.granted(IMPORTER, BUREAU, documents=("IMD",))
        pinned(desk, "01" * 32, "2026-01-01")

        found = registry.client(IMPORTER)
        assert found
        assert replace(found, number=0, since="") == importer
        assert {row["identifier"] for row in registry.reference_rows()} == {
            IMPORTER[:11], BUREAU[:11], "AAA111A", "CCC333C"
        }  # fmt: skip
        assert registry.anchor(NOON).fingerprint == "01" * 32
        assert [one.fingerprint for one in registry.certificates(IMPORTER) if one.is_default] == [device]
        decision = bind(registry, device, Sent("CCC333C", "AAA111A", "IMD", "9"), NOON)
        assert (decision.client, decision.authority) == (found, number)
        for name in ("\0", "\ud800", "x" * 9999):
            decision = bind(registry, device, Sent(name, name, name, name), NOON)
            assert decision.reason is Reason.UNKNOWN_SITE
            decision = bind(registry, device, Sent("CCC333C", "AAA111A", name, name), NOON)
            assert decision.reason is Reason.DOCUMENT_NOT_COVERED
        registry.revoke(number, "by letter", operator="anna")
        registry.revoke_certificate(device, "stolen", operator="anna")
        registry.end_anchor("01" * 32, "2026-12-31", operator="anna")
        assert registry.verify()[1] == []
        engine = REGISTRY.engine_of(REGISTRY.url_of(database))
        for statement, said in BESIDE_THE_TRAIL:
            with engine.begin() as connection:
                connection.exec_driver_sql(statement)
            assert said in [fault.what for fault in registry.verify()[1]]
        engine.dispose()


def test_a_registry_that_is_not_there_is_not_made_unless_told(tmp_path: Path) -> None:
    file = tmp_path / "none.db"
    assert Registry.open(str(file)) is None
    assert not file.exists()


def test_it_shares_a_database_with_a_ledger_whichever_came_first(tmp_path: Path) -> None:
    for first, second in ((Registry, Ledger), (Ledger, Registry)):
        url = f"sqlite:///{tmp_path / first.__name__}.db"
        for room in (first, second, first):
            opened = room.open(url, create=True)  # type: ignore[attr-defined]
            assert opened
            opened.close()


@pytest.mark.parametrize(("room", "error"), [(Registry, RegistryError), (Ledger, LedgerError)])
def test_it_leaves_the_tables_of_strangers_alone(room: type, error: type[Exception], tmp_path: Path) -> None:
    engine = sqlalchemy.create_engine(f"sqlite:///{tmp_path / 'other.db'}")
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE payroll (id INTEGER)")
    engine.dispose()
    with pytest.raises(error, match="holds other tables"):
        room.open(str(tmp_path / "other.db"), create=True)  # type: ignore[attr-defined]


def test_another_schema_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'newer.db'}"
    REGISTRY.migrate(url)
    engine = sqlalchemy.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE registry_version SET version_num = '9999'")
    engine.dispose()
    with pytest.raises(RegistryError, match=r"stands at revision 9999, this program needs 0001.*bureau migrate"):
        Registry.open(url)


def test_the_tables_are_those_of_the_migrations(database: str) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from edifact_ics.bureau.registry.tables import metadata

    engine = REGISTRY.opened(database, create=True)
    assert engine
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": "registry_version"})
        assert compare_metadata(context, metadata) == []
    engine.dispose()
