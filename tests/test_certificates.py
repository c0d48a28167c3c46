"""The store of certificates: what is put on record is checked, and so is what lies there."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pki
import pytest
from commands import Ran, run
from cryptography import x509
from mails import CUSTOMS, DEVICE, INTERCHANGE
from registries import DAY, IMPORTER, Desk

from edifact_ics.bureau import store
from edifact_ics.bureau.certificates import keys
from edifact_ics.bureau.certificates.facts import fingerprint
from edifact_ics.bureau.certificates.fitness import remarks
from edifact_ics.bureau.certificates.kinds import Kind
from edifact_ics.bureau.registry import Request

CLIENT = "51824753556"
AT = ("--at", "2026-11-25T09:30:00")
FIRST = fingerprint(DEVICE.certificate)
GATE = fingerprint(CUSTOMS.certificate)


@pytest.mark.parametrize(
    ("kind", "itself", "signs"),
    [
        ("type-1", True, False),
        ("type-2", True, False),
        ("type-3", False, True),
        ("type-3-hosted", False, True),
        ("abn-dsc", False, False),
        ("authorising-officer", True, False),
    ],
)
def test_kinds(kind: str, itself: bool, signs: bool) -> None:
    assert (Kind(kind).self_registers, Kind(kind).signs_mail) == (itself, signs)


def said(certificate: x509.Certificate, kind: Kind = Kind.TYPE_3, *, signs: bool = True, enciphers: bool = True) -> str:
    return " ".join(map(str, remarks(certificate, kind, pki.NOW, signs=signs, enciphers=enciphers)))


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({}, ""),
        ({"days": (pki.NOW - 9 * pki.DAY, pki.NOW - pki.DAY)}, "It expired on 2026-11-24 09:30 UTC."),
        ({"days": (pki.NOW + pki.DAY, pki.NOW + 900 * pki.DAY)}, "It is valid from 2026-11-26 09:30 UTC only."),
        ({"days": (pki.NOW - pki.DAY, pki.NOW + 30 * pki.DAY)}, "in 30 days"),
        ({"size": 1024, "key": "short"}, "Its key has 1024 bits."),
        ({"ca": True}, "the certificate of an authority"),
        ({"usages": ("key_encipherment",)}, "forbids signatures"),
        ({"usages": ("digital_signature",)}, "forbids encryption"),
        ({"extended": (pki.ExtendedKeyUsageOID.SERVER_AUTH,)}, "not for mail"),
        ({"email": None}, "names no e-mail address"),
    ],
)
def test_what_is_said_of_a_certificate(changed: dict[str, object], says: str) -> None:
    given = {"email": "edi@broker.example", "key": "device", **changed}
    found = said(pki.SUB.client("x", **given).certificate)  # type: ignore[arg-type]
    assert says in found
    assert bool(found) == bool(says)


def test_one_use_asks_for_one_usage() -> None:
    signs = pki.SUB.client("x", "a@b.example", key="device", usages=("digital_signature",)).certificate
    enciphers = pki.SUB.client("x", "a@b.example", key="device", usages=("key_encipherment",)).certificate
    assert said(signs, enciphers=False) == said(enciphers, signs=False) == ""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A registry with one client and two operators, and key files."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EDIFACT_ICS_REGISTRY", "bureau.db")
    monkeypatch.setenv("EDIFACT_ICS_OPERATOR", "anna")
    monkeypatch.setenv("EDIFACT_ICS_PASSPHRASE", "secret")
    assert run("client", "register", CLIENT, "--name", "YOLLA IMPORTS").code in (0, 1)
    assert run("bureau", "operator", "add", "bob").code == 0
    keys.save(DEVICE, "device.p12", b"secret")
    tmp_path.joinpath("device.pem").write_bytes(pki.pem(DEVICE.certificate))
    tmp_path.joinpath("customs.pem").write_bytes(pki.pem(CUSTOMS.certificate))
    return tmp_path


IMPORT = ("certificate", "import", "device.p12", CLIENT, "--kind", "type-3", *AT)


def confirmed(number: int) -> Ran:
    return run("bureau", "confirm", str(number), "--operator", "bob")


def test_a_key_is_put_on_record_and_stays_where_it_is(folder: Path) -> None:
    done = run(*IMPORT)
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        f"{FIRST[:16]} {CLIENT}/001 type-3, for signing and encryption: CN=device,O=Test,C=AU; edi@broker.example; "
        "until 2028-07-17; installed\n"
        "  next: have it registered through certificate maintenance; note that with `client register --registered`.\n"
    )
    (listed,) = json.loads(run("certificate", "list", "--format", "json").out)["certificates"]
    assert listed["fingerprint"] == FIRST
    assert listed["key_file"] == str(folder / "device.p12")
    assert b"PRIVATE" not in folder.joinpath("bureau.db").read_bytes()
    assert run(*IMPORT).code == 0, "the same again changes nothing"
    assert run("certificate", "list").out.count("\n") == 1


def test_a_certificate_alone_has_no_key_file(folder: Path) -> None:
    done = run("certificate", "import", "device.pem", CLIENT, "--kind", "type-3", *AT, "--format", "json")
    assert json.loads(done.out)["certificate"]["key_file"] == ""


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("device.p12", CLIENT), 2, "--kind KIND"),
        (("device.p12", CLIENT, "--kind", "type-7"), 2, "There is no kind"),
        (("device.p12", "33102417032", "--kind", "type-3", *AT), 1, "33102417032"),
        (("none.p12", CLIENT, "--kind", "type-3", *AT), 2, "No such file"),
        (("device.p12", CLIENT, "--kind", "type-3", "--at", "2030-01-01"), 1, "It expired on 2028-07-17"),
        (("customs.pem", "--customs"), 2, "--from DAY"),
        (("customs.pem", "--customs", "--from", "2031-01-01"), 1, "cannot become active on 2031-01-01"),
        (("customs.pem", "--customs", "--from", "2026-12-01", "--until", "2026-11-30"), 1, "before it becomes active"),
    ],
)
def test_what_is_not_put_on_record(folder: Path, words: tuple[str, ...], code: int, says: str) -> None:
    done = run("certificate", "import", *words)
    assert done.code == code
    assert says in done.err
    assert run("certificate", "list").out == "There are no certificates yet.\n"


def test_a_default(folder: Path) -> None:
    run(*IMPORT)
    assert run("certificate", "default", FIRST[:8]).out.endswith("installed; default\n")
    done = run("certificate", "default", "0" * 8)
    assert (done.code, "No certificate on record" in done.err) == (1, True)


class TestRevoke:
    def test_it_signs_no_more_and_does_not_come_back(self, folder: Path) -> None:
        run(*IMPORT)
        done = run("certificate", "revoke", FIRST[:8], "--reason", "laptop lost")
        assert (done.code, done.out.endswith("; revoked\n")) == (0, True)
        assert "reason=laptop lost" in run("bureau", "audit", "show", FIRST).out
        assert json.loads(run("certificate", "revoke", FIRST, "--format", "json").out)["certificate"]["status"] == (
            "revoked"
        )
        again = run(*IMPORT)
        assert (again.code, "was revoked. Buy and install a new one." in again.err) == (1, True)

    def test_not_one_that_is_not_there(self, folder: Path) -> None:
        done = run("certificate", "revoke", "0" * 8)
        assert (done.code, "No certificate on record" in done.err) == (1, True)


class TestExport:
    def test_the_public_part(self, folder: Path) -> None:
        run(*IMPORT)
        assert run("certificate", "export", FIRST[:16], "-o", "out.pem").code == 0
        assert folder.joinpath("out.pem").read_bytes() == pki.pem(DEVICE.certificate)

    def test_the_key_takes_two_operators_and_goes_out_once(self, folder: Path) -> None:
        run(*IMPORT)
        folder.joinpath("fresh.txt").write_text("fresh\n", "utf-8")
        words = ("certificate", "export", FIRST, "--with-key", "-o", "out.p12", "--fresh-passphrase-file", "fresh.txt")
        asked = run(*words)
        assert asked.code == 0
        assert "Another operator than anna must confirm it" in asked.out
        assert not folder.joinpath("out.p12").exists()
        assert run("bureau", "confirm", "1").code == 1, "not by who asked"
        assert confirmed(1).code == 0
        assert run(*words).code == 0
        assert keys.load(folder / "out.p12", b"fresh").certificate == DEVICE.certificate
        folder.joinpath("out.p12").unlink()
        assert "must confirm it" in run(*words).out, "it is asked for anew"
        assert not folder.joinpath("out.p12").exists()

    def test_what_was_confirmed_lapses_and_is_asked_for_anew(self, folder: Path, desk: Desk) -> None:
        file = folder / "device.p12"
        made = desk.certified(IMPORTER, fingerprint=FIRST, key_file=str(file))

        def export() -> Request | None:
            return store.export_key(desk.registry, made, b"secret", folder / "out.p12", b"fresh", operator="anna")

        first = export()
        assert first is not None
        desk.registry.confirm(first.number, operator="bob")
        desk.clock.now += 8 * DAY
        anew = export()
        assert anew is not None
        assert anew.number > first.number
        desk.registry.confirm(anew.number, operator="bob")
        assert export() is None
        assert keys.load(folder / "out.p12", b"fresh").certificate == DEVICE.certificate

    def test_not_without_a_passphrase(self, folder: Path) -> None:
        run(*IMPORT)
        folder.joinpath("fresh.txt").write_text("\n", "utf-8")
        words = ("certificate", "export", FIRST, "--with-key", "-o", "out.p12", "--fresh-passphrase-file", "fresh.txt")
        run(*words)
        confirmed(1)
        done = run(*words)
        assert (done.code, "a key is not written without a passphrase" in done.err) == (2, True)
        folder.joinpath("fresh.txt").write_text("fresh\n", "utf-8")
        assert run(*words).code == 0, "what was confirmed is not used up by a failure"

    def test_a_key_is_not_printed(self, folder: Path) -> None:
        run(*IMPORT)
        assert run("certificate", "export", FIRST, "--with-key").code == 2


class TestCustoms:
    def pinned(self, file: str, since: str, number: int) -> None:
        done = run("certificate", "import", file, "--customs", "--from", since)
        assert (done.code, "must confirm it" in done.out) == (0, True)
        assert confirmed(number).code == 0

    def test_the_next_one_is_installed_ahead(self, folder: Path) -> None:
        renewed = pki.SUB.client(
            "customs", "ccf@customs.example", key="customs", days=(pki.NOW, pki.NOW + 800 * pki.DAY)
        )
        folder.joinpath("next.pem").write_bytes(pki.pem(renewed.certificate))
        self.pinned("customs.pem", "2026-11-01", 1)
        self.pinned("next.pem", "2026-12-01", 2)
        now = run("certificate", "check", *AT)
        assert now.code == 0
        assert "This certificate of Customs becomes active on 2026-12-01." in now.out
        later = run("certificate", "check", "--at", "2026-12-01T09:30:00")
        assert "This certificate of Customs was replaced on 2026-12-01." in later.out
        assert run("certificate", "export", GATE[:16]).out.encode() == pki.pem(CUSTOMS.certificate)

    def test_one_operator_may_end_one_and_not_prolong_it(self, folder: Path) -> None:
        self.pinned("customs.pem", "2026-11-01", 1)
        later = run("certificate", "end", GATE[:8], "2031-01-01")
        assert (later.code, "One operator may only let it end sooner." in later.err) == (1, True)
        done = run("certificate", "end", GATE[:8], "2026-11-20")
        assert (done.code, done.out.endswith("active from 2026-11-01 until 2026-11-20\n")) == (0, True)
        assert run("certificate", "check", *AT).code == 1
        unknown = run("certificate", "end", FIRST, "2026-11-20")
        assert (unknown.code, "No certificate of Customs" in unknown.err) == (1, True)

    def test_none_that_is_active_is_an_error(self, folder: Path) -> None:
        self.pinned("customs.pem", "2026-11-01", 1)
        done = run("certificate", "check", "--at", "2029-01-01T00:00:00")
        assert done.code == 1
        assert "The certificate of Customs ended on 2028-07-17 and no other is active on 2029-01-01." in done.out
        soon = run("certificate", "check", "--at", "2028-07-01T00:00:00")
        assert soon.code == 0
        assert "no other is active on 2028-08-30" in soon.out


class TestCheck:
    def test_all_is_well(self, folder: Path) -> None:
        run(*IMPORT)
        done = run("certificate", "check", *AT)
        assert (done.code, done.out.endswith("installed: well\n")) == (0, True)

    @pytest.mark.parametrize(
        ("mode", "at", "says"),
        [
            (0o644, "2026-11-25", "others may read this key (mode 0644)"),
            (0o600, "2028-07-01", "note: It ends on 2028-07-17"),
            (0o600, "2028-08-01", "error: It expired on 2028-07-17"),
        ],
    )
    def test_what_is_found(self, folder: Path, mode: int, at: str, says: str) -> None:
        run(*IMPORT)
        folder.joinpath("device.p12").chmod(mode)
        done = run("certificate", "check", "--at", at)
        assert done.code == (0 if "note" in says else 1)
        assert says in done.out
        found = json.loads(run("certificate", "check", "--at", at, "--format", "json").out)
        assert found["serves"] == ("note" in says)

    def test_a_file_that_is_gone_or_another(self, folder: Path) -> None:
        run(*IMPORT)
        folder.joinpath("device.p12").unlink()
        assert "is not there" in run("certificate", "check", *AT).out
        keys.save(dataclasses.replace(CUSTOMS), "device.p12", b"secret")
        assert "holds another certificate" in run("certificate", "check", *AT).out

    def test_without_a_passphrase_it_is_said_that_nobody_looked(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run(*IMPORT)
        monkeypatch.delenv("EDIFACT_ICS_PASSPHRASE")
        done = run("certificate", "check", *AT)
        assert (done.code, "was not opened. Give the passphrase." in done.out) == (0, True)

    def test_one_that_is_over_is_kept_for_old_mail(self, folder: Path) -> None:
        run(*IMPORT)
        renewed = pki.SUB.client("device", "edi@broker.example", key="device", days=(pki.NOW, pki.NOW + 1200 * pki.DAY))
        keys.save(renewed, "renewed.p12", b"secret")
        assert run("certificate", "import", "renewed.p12", *IMPORT[3:]).code == 0
        done = run("certificate", "check", "--at", "2028-08-01")
        assert done.code == 0
        assert "note: It is over, and another one serves. Keep its key for old mail." in done.out


class TestSealingByTheRegistry:
    SEAL = ("mail", "seal", "sent.edi", "--signer", "device.p12", "--registry", "bureau.db", "-o", "sent.eml")

    @pytest.fixture(autouse=True)
    def on_record(self, folder: Path) -> None:
        folder.joinpath("sent.edi").write_bytes(INTERCHANGE)
        assert run("certificate", "import", "customs.pem", "--customs", "--from", "2026-11-01").code == 0
        assert confirmed(1).code == 0

    def registered(self) -> None:
        """The officer and the device are registered, as the gateway wants it."""
        officer = pki.SUB.client("officer", "olga@yolla.example", key="officer")
        keys.save(officer, "officer.p12", b"secret")
        assert run("certificate", "import", "officer.p12", CLIENT, "--kind", "authorising-officer", *AT).code == 0
        run(*IMPORT)
        for held, words in ((officer, ("--signatory", "Olga")), (DEVICE, ())):
            done = run("client", "register", CLIENT, "--registered", fingerprint(held.certificate), *words)
            assert (done.code, done.err) == (0, "")

    def test_it_is_sealed_for_customs(self, folder: Path) -> None:
        self.registered()
        assert run("site", "create", CLIENT, "KBR417H").code == 0
        done = run(*self.SEAL, *AT)
        assert (done.code, "to: ccf@customs.example" in done.out) == (0, True)
        assert run(*self.SEAL, *AT, "--recipient", "customs.pem").code == 0

    def test_it_is_signed_by_the_default_of_the_site(self, folder: Path) -> None:
        words = ("mail", "seal", "sent.edi", "--registry", "bureau.db", "-o", "sent.eml", *AT)
        assert run("site", "create", CLIENT, "KBR417H").code == 0
        done = run(*words)
        assert (done.code, "No registered Type 3 certificate with its key" in done.err) == (1, True)
        self.registered()
        assert run(*words).code == 0
        other = pki.SUB.client("other", "edi@broker.example", key="rogue")
        keys.save(other, "other.p12", b"secret")
        assert run("certificate", "import", "other.p12", *IMPORT[3:]).code == 0
        assert run(*words).code == 0, "one that is not registered does not count"
        other_fingerprint = fingerprint(other.certificate)
        run("client", "register", CLIENT, "--registered", other_fingerprint)
        done = run(*words)
        assert (done.code, "has 2 certificates to sign with. Choose: `certificate default`." in done.err) == (1, True)
        run("certificate", "default", other_fingerprint)
        folder.joinpath("device.p12").unlink()
        assert run(*words).code == 0
        assert run("mail", "seal", "sent.edi", "--recipient", "customs.pem").code == 2

    def test_not_what_customs_would_take_as_nobodys(self, folder: Path) -> None:
        run(*IMPORT)
        early = run(*self.SEAL, *AT)
        assert (early.code, "refused (unregistered-certificate). Certificate" in early.out) == (1, True)
        self.registered()
        elsewhere = json.loads(run(*self.SEAL, *AT, "--format", "json").out)
        assert (elsewhere["outcome"], elsewhere["reason"]) == ("refused", "unknown-site")
        assert not folder.joinpath("sent.eml").exists()

    @pytest.mark.parametrize(
        ("at", "says"),
        [
            ("2026-10-31T00:00:00", "No certificate of Customs is active on 2026-10-31."),
            ("2029-01-01T00:00:00", "The certificate of Customs ended on 2028-07-17"),
        ],
    )
    def test_not_for_a_stale_one(self, folder: Path, at: str, says: str) -> None:
        run(*IMPORT)
        done = run(*self.SEAL, "--at", at)
        assert (done.code, says in done.err) == (1, True)

    def test_not_for_another(self, folder: Path) -> None:
        run(*IMPORT)
        done = run(*self.SEAL, *AT, "--recipient", "device.pem")
        assert (done.code, "not a certificate of Customs that is pinned here" in done.err) == (1, True)

    def test_not_by_one_that_is_not_on_record(self, folder: Path) -> None:
        done = run(*self.SEAL, *AT)
        assert (done.code, "not on record" in done.err) == (1, True)

    def test_not_by_another_kind(self, folder: Path) -> None:
        run(*IMPORT[:5], "type-2", *AT)
        done = run(*self.SEAL, *AT)
        assert (done.code, "refused (wrong-kind)" in done.out) == (1, True)
        assert not folder.joinpath("sent.eml").exists()
