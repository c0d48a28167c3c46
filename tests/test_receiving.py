"""Mail opened where there is a registry: whose it is, taken once, and every refusal with its reason and its row."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pki
import pytest
from commands import run
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from mails import CUSTOMS, DEVICE, INTERCHANGE, TRUST, encrypted, encrypted_der, signed, wrapped
from registries import BROKER, BUREAU, DAY, IMPORTER, NOON, Desk

from edifact_ics.bureau.binding import sent
from edifact_ics.bureau.certificates import keys
from edifact_ics.bureau.certificates.facts import fingerprint, pem
from edifact_ics.bureau.certificates.kinds import Kind
from edifact_ics.bureau.mail import Opened, Trust, open_mail
from edifact_ics.bureau.receiving import Received, Rejected, receive
from edifact_ics.bureau.registry import Use
from edifact_ics.envelope.interchange import CUSTOMS as CUSTOMS_SITE

GATE = pki.SUB.client("gate", "ccf@customs.example", key="gate")
BEFORE = "KBR417H::KBR417H"


def sealed(site: str = "AAA111A", owner: str = "AAA111A", *, document: str = "IMD", function: str = "9") -> bytes:
    """An interchange from a site, for an owner, signed by DEVICE and encrypted for us."""
    given = INTERCHANGE.replace(BEFORE.encode(), f"{site}::{owner}".encode())
    return encrypted(signed(given.replace(b"IMD+B1/SYD1:1+9", f"{document}+B1/SYD1:1+{function}".encode())))


def remittance() -> bytes:
    """The bureau pays for the importer."""
    given = INTERCHANGE.replace(BEFORE.encode(), b"CCC333C::AAA111A").replace(b"CUSDEC", b"REMADV")
    return encrypted(signed(given.replace(b"929:::IMD", b"481:::PAYSTD")))


def device_of(desk: Desk, client: str, kind: Kind = Kind.TYPE_3, **facts: object) -> str:
    """Put the certificate of DEVICE on record as one of a client."""
    return desk.certified(client, kind, **{"fingerprint": fingerprint(DEVICE.certificate), **facts})


def pinned(desk: Desk, since: str) -> None:
    """Pin the certificate of GATE as that of Customs."""
    facts = (fingerprint(GATE.certificate), "CN=gate", pem(GATE.certificate).decode(), since, None)
    desk.registry.confirm(desk.registry.install_anchor(*facts, operator="anna").number, operator="bob")


def by_customs(site: str = CUSTOMS_SITE) -> bytes:
    given = INTERCHANGE.replace(f"{BEFORE}+AAA336C".encode(), f"{site}+AAA111A".encode())
    return encrypted(signed(given, signer=GATE))


def opened_with(desk: Desk, mail: bytes, trust: Trust = TRUST) -> Received | Rejected:
    return receive(desk.registry, mail, [CUSTOMS], trust, at=pki.NOW, by="anna")


def of_bureau(desk: Desk, **terms: object) -> int:
    """The bureau signs and sends, with an authority of the importer on these terms."""
    device_of(desk, BUREAU)
    return desk.granted(IMPORTER, BUREAU, **terms)


def nothing(desk: Desk) -> None:
    """Nothing is done before."""


def revoked(desk: Desk) -> None:
    desk.registry.revoke_certificate(device_of(desk, IMPORTER), "lost", operator="anna")


def authority_revoked(desk: Desk) -> None:
    desk.registry.revoke(of_bureau(desk), operator="anna")


def came_before(desk: Desk) -> None:
    device_of(desk, IMPORTER)
    assert isinstance(opened_with(desk, SEALED), Received)


SEALED = sealed()
FOR_IMPORTER = {"site": "CCC333C", "document": "SAC"}
Case = tuple[str, Callable[[Desk], object], bytes]
REFUSED: list[Case] = [
    ("unknown-certificate", nothing, SEALED),
    ("unregistered-certificate", lambda desk: device_of(desk, IMPORTER, registered=False), SEALED),
    ("revoked-certificate", revoked, SEALED),
    ("wrong-kind", lambda desk: device_of(desk, IMPORTER, Kind.ABN_DSC), SEALED),
    ("not-for-signing", lambda desk: device_of(desk, IMPORTER, use=Use.ENCRYPTION), SEALED),
    ("certificate-not-yet-valid", lambda desk: device_of(desk, IMPORTER, not_before=NOON + 9 * DAY), SEALED),
    ("certificate-expired", lambda desk: device_of(desk, IMPORTER, not_after=NOON - DAY), SEALED),
    ("unknown-site", lambda desk: device_of(desk, IMPORTER), sealed("ZZZ999Z")),
    ("wrong-site", lambda desk: device_of(desk, BROKER), SEALED),
    ("unknown-owner", lambda desk: device_of(desk, IMPORTER), sealed(owner="ZZZ999Z")),
    ("wrong-owner", lambda desk: device_of(desk, IMPORTER), sealed(owner="BBB222B")),
    ("bureau-signature", of_bureau, sealed("CCC333C")),
    ("no-authority", lambda desk: device_of(desk, BUREAU), sealed(**FOR_IMPORTER)),
    ("authority-revoked", authority_revoked, sealed(**FOR_IMPORTER)),
    ("authority-not-yet", lambda desk: of_bureau(desk, since="2026-12-01"), sealed(**FOR_IMPORTER)),
    ("document-not-covered", lambda desk: of_bureau(desk, documents=("RCR",)), sealed(**FOR_IMPORTER)),
    ("function-not-covered", lambda desk: of_bureau(desk, functions=("change",)), sealed(**FOR_IMPORTER)),
    ("payment-not-covered", of_bureau, remittance()),
    ("replayed", came_before, SEALED),
    ("replayed", came_before, b"Received: from elsewhere\r\n" + SEALED),
    ("not-customs", lambda desk: device_of(desk, IMPORTER), sealed(CUSTOMS_SITE)),
    ("not-customs", nothing, by_customs()),
    ("not-customs", lambda desk: pinned(desk, "2026-11-01"), by_customs("AAA111A")),
    ("stale-customs", lambda desk: pinned(desk, "2026-12-01"), by_customs()),
    ("untrusted", nothing, encrypted(signed(signer=pki.ROGUE.client("x", key="device")))),
    ("not-signed", nothing, encrypted(INTERCHANGE)),
    ("undecryptable", nothing, wrapped(encrypted_der(b"noise"), "enveloped-data")),
    ("not-encrypted", nothing, signed()),
    ("malformed", nothing, b"no header\r\n\r\n"),
]


@pytest.mark.parametrize(("reason", "before", "mail"), REFUSED, ids=[f"{n} {one[0]}" for n, one in enumerate(REFUSED)])
def test_each_refusal_has_its_reason_and_its_row(
    desk: Desk, reason: str, before: Callable[[Desk], object], mail: bytes
) -> None:
    before(desk)
    rows = len(desk.registry.trail())
    found = opened_with(desk, mail)
    assert isinstance(found, Rejected), "it was taken"
    assert found.reason.value == reason
    assert found.sentence.count(".") >= 2, "what is wrong, and what to do"
    (row,) = desk.registry.trail()[rows:]
    assert (row.change, row.operator, row.detail["reason"]) == ("mail.refused", "anna", reason)


def test_what_a_client_signs_and_sends_is_its_own(desk: Desk) -> None:
    device_of(desk, IMPORTER)
    found = opened_with(desk, SEALED)
    assert isinstance(found, Received)
    assert found.decision.client is not None
    assert (found.decision.client.identifier, found.decision.authority) == (IMPORTER, None)
    row = desk.registry.trail()[-1]
    assert (row.change, row.detail["client"], row.detail["reference"]) == ("mail.taken", IMPORTER, "202611250001")


def test_what_the_bureau_sends_is_its_clients_by_authority(desk: Desk) -> None:
    number = of_bureau(desk, documents=("SAC",), functions=("original",))
    found = opened_with(desk, sealed(**FOR_IMPORTER))
    assert isinstance(found, Received)
    assert found.decision.authority == number


def test_every_message_of_an_interchange_counts(desk: Desk) -> None:
    of_bureau(desk, documents=("SAC",))
    message = b"UNH+1+CUSDEC:D:99B:UN'\r\nBGM+929:::IMD+B1/SYD1:1+9'\r\nUNT+3+1'\r\n"
    two = message.replace(b"IMD", b"SAC") + message.replace(b"IMD", b"RCR")
    given = INTERCHANGE.replace(BEFORE.encode(), b"CCC333C::AAA111A").replace(message, two)
    found = opened_with(desk, encrypted(signed(given)))
    assert isinstance(found, Rejected)
    assert found.reason.value == "document-not-covered"


def test_what_customs_signs_with_its_pinned_certificate_is_taken(desk: Desk) -> None:
    pinned(desk, "2026-11-01")
    found = opened_with(desk, by_customs())
    assert isinstance(found, Received)
    assert found.decision.client is None


def test_a_stranger_does_not_fill_the_trail(desk: Desk) -> None:
    parts = [x509.NameAttribute(x509.NameOID.ORGANIZATIONAL_UNIT_NAME, f"{n:060}") for n in range(500)]
    made = x509.CertificateBuilder(x509.Name(parts), x509.Name(parts), GATE.key.public_key(), 1)
    made = made.not_valid_before(pki.NOW - 9 * DAY).not_valid_after(pki.NOW - DAY)
    rogue = keys.Credentials(made.sign(GATE.key, hashes.SHA256()), GATE.key)
    found = opened_with(desk, encrypted(signed(signer=rogue)))
    assert isinstance(found, Rejected)
    assert found.reason.value == "expired"
    assert len(str(desk.registry.trail()[-1].detail)) < 3000


def test_what_a_key_does_is_in_the_trail_and_nowhere_else(desk: Desk) -> None:
    found = receive(desk.registry, SEALED, [DEVICE], TRUST, at=pki.NOW, by="anna")
    assert isinstance(found, Rejected)
    assert "none of our certificates" not in found.sentence
    assert desk.registry.trail()[-1].detail["audit"] == "encrypted for none of our certificates"


def test_what_is_asked_of_an_interchange_is_bounded() -> None:
    """A thousand documents that nobody knows are asked for once; those that are known once each."""
    message = "UNH+1+CUSDEC:D:99B:UN'BGM+929:::{}+B1:1+9'UNT+3+1'"
    names = [*(f"X{n}" for n in range(1000)), "IMD", "SAC", "IMD"]
    given = "UNB+UNOC:3+AAA111A+AAA336C+261125:0930+1'" + "".join(map(message.format, names))
    assert [(one.document, one.function) for one in sent(given.encode())] == [("X0", "9"), ("IMD", "9"), ("SAC", "9")]
    assert [one.document for one in sent(given[:-4].encode())] == ["X0", "IMD", "SAC"], "also of one cut short"
    assert [(one.site, one.document) for one in sent(b"UNB+UNOC:3+AAA111A+AAA336C'")] == [("AAA111A", "")]


class TestCommand:
    @pytest.fixture(autouse=True)
    def folder(self, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("EDIFACT_ICS_PASSPHRASE", "secret")
        monkeypatch.chdir(tmp_path)
        keys.save(CUSTOMS, "customs.p12", b"secret")
        tmp_path.joinpath("root.pem").write_bytes(pki.pem(pki.ROOT.certificate))
        tmp_path.joinpath("lists.pem").write_bytes(pki.pem(pki.ROOT.crl(), pki.SUB.crl()))
        tmp_path.joinpath("in.eml").write_bytes(SEALED)
        device_of(desk, IMPORTER)

    OPEN = (
        *("mail", "open", "in.eml", "--key", "customs.p12", "--trust", "root.pem", "--crl", "lists.pem"),
        *("--at", "2026-11-25T09:30:00", "--registry", "registry.db", "--operator", "anna"),
    )

    def test_it_is_taken_once(self, desk: Desk, tmp_path: Path) -> None:
        done = run(*self.OPEN, "-o", "first.edi")
        assert (done.code, done.err) == (0, "")
        assert "  for: 51824753556/001 Yolla Imports, which signed and sent it itself\n" in done.out
        again = run(*self.OPEN, "-o", "again.edi")
        assert (again.code, again.err) == (1, "")
        assert again.out.startswith("in.eml: refused (replayed; signed by CN=device,O=Test,C=AU). The same signed")
        assert not tmp_path.joinpath("again.edi").exists()
        told = json.loads(run(*self.OPEN, "--format", "json").out)
        assert (told["outcome"], told["reason"]) == ("refused", "replayed")
        assert [row.change for row in desk.registry.trail()[-3:]] == ["mail.taken", "mail.refused", "mail.refused"]

    def test_json(self) -> None:
        told = json.loads(run(*self.OPEN, "--format", "json").out)
        assert (told["from_customs"], told["client"], told["authority"]) == (False, IMPORTER, None)

    def test_without_a_registry_nobody_remembers(self, desk: Desk) -> None:
        rows = desk.registry.trail()
        assert [run(*self.OPEN[:11]).code for _ in range(2)] == [0, 0]
        assert desk.registry.trail() == rows

    def test_a_registry_that_is_not_there(self) -> None:
        done = run(*self.OPEN[:-3], "none.db")
        assert (done.code, "There is no registry there yet" in done.err) == (2, True)


def test_the_mails_of_the_table_are_sound() -> None:
    """What is refused as nobody's is refused for that alone."""
    assert isinstance(open_mail(SEALED, [CUSTOMS], TRUST, at=pki.NOW), Opened)
    assert isinstance(open_mail(by_customs(), [CUSTOMS], TRUST, at=pki.NOW), Opened)
