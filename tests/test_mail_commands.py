"""`mail seal` and `mail open` as a user runs them, with key files and passphrases."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pki
import pytest
from commands import run
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, NoEncryption, PrivateFormat, pkcs12
from mails import CUSTOMS, DEVICE, INTERCHANGE, encrypted, signed
from project_tools import ROOT

from edifact_ics.bureau.certificates import keys

AT = ("--at", "2026-11-25T09:30:00")
SECRET = "ein-Geheimnis"
PLAIN_KEY = DEVICE.key.private_bytes(pki.Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with what a broker and Customs have, and the passphrase in the environment."""
    monkeypatch.setenv("EDIFACT_ICS_PASSPHRASE", SECRET)
    monkeypatch.chdir(tmp_path)
    for name, held in (("device", DEVICE), ("customs", CUSTOMS)):
        keys.save(held, f"{name}.p12", SECRET.encode())
        tmp_path.joinpath(f"{name}.pem").write_bytes(pki.pem(held.certificate))
    tmp_path.joinpath("root.pem").write_bytes(pki.pem(pki.ROOT.certificate))
    tmp_path.joinpath("lists.pem").write_bytes(pki.pem(pki.ROOT.crl(), pki.SUB.crl()))
    tmp_path.joinpath("sent.edi").write_bytes(INTERCHANGE)
    return tmp_path


SEAL = ("mail", "seal", "sent.edi", "--signer", "device.p12", "--recipient", "customs.pem", "-o", "sent.eml", *AT)
OPEN = ("mail", "open", "sent.eml", "--key", "customs.p12", "--trust", "root.pem", *AT)


def test_there_and_back(folder: Path) -> None:
    done = run(*SEAL)
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "sent.edi: sealed as KBR417H_202611250001_AAA336C, attachment KBR417H_202611250001.edi\n"
        "  from: edi@broker.example\n  to: ccf@customs.example\n"
    )
    done = run(*OPEN, "--crl", "lists.pem", "-o", "back.edi")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("sent.eml: opened; signed by CN=device,O=Test,C=AU\n")
    assert "judged as of 2026-11-25 09:30:00 UTC, when it was received" in done.out
    assert "revocation: checked" in done.out
    assert "202611250001 from KBR417H to AAA336C" in done.out
    assert folder.joinpath("back.edi").read_bytes() == INTERCHANGE


@pytest.mark.parametrize("words", [("--opaque",), ("--pss", "--oaep", "--gcm"), ("--encrypt-first",)])
def test_each_switch_opens_again(folder: Path, words: tuple[str, ...]) -> None:
    assert run(*SEAL, *words).code == 0
    back = ("--encrypted-inside",) if "--encrypt-first" in words else ()
    assert run(*OPEN, "--crl", "lists.pem", *back, "-o", "back.edi").code == 0
    assert folder.joinpath("back.edi").read_bytes() == INTERCHANGE


def test_without_lists_it_says_loudly_that_nobody_looked(folder: Path) -> None:
    run(*SEAL)
    done = run(*OPEN)
    assert done.code == 0
    assert "revocation: NOT CHECKED" in done.out
    assert done.err == "WARNING: revocation was NOT checked. Give the authorities' lists with --crl.\n"


def test_json(folder: Path) -> None:
    sealed = json.loads(run(*SEAL, "--format", "json").out)
    assert (sealed["outcome"], sealed["subject"]) == ("sealed", "KBR417H_202611250001_AAA336C")
    found = json.loads(run(*OPEN, "--crl", "lists.pem", "--format", "json").out)
    assert (found["version"], found["file"], found["outcome"]) == (1, "sent.eml", "opened")
    assert found["signer"]["subject"] == "CN=device,O=Test,C=AU"
    assert found["signer"]["emails"] == ["edi@broker.example"]
    assert found["interchange"]["reference"] == "202611250001"
    assert found["revocation_checked"] is True
    assert found["notes"] == []


def test_a_refusal_is_a_sentence_and_exit_1_and_writes_nothing(folder: Path) -> None:
    run(*SEAL)
    folder.joinpath("lists.pem").write_bytes(pki.pem(pki.ROOT.crl(), pki.SUB.crl(DEVICE.certificate)))
    done = run(*OPEN, "--crl", "lists.pem", "-o", "back.edi")
    assert done.code == 1
    assert done.out.startswith("sent.eml: refused (revoked). The certificate of CN=device,O=Test,C=AU (serial ")
    assert done.out.endswith("Get a new certificate, and find out why the old one was revoked.\n")
    assert not folder.joinpath("back.edi").exists()
    told = json.loads(run(*OPEN, "--crl", "lists.pem", "--format", "json").out)
    assert (told["outcome"], told["reason"]) == ("refused", "revoked")


def test_what_a_key_does_stays_in_the_audit(folder: Path) -> None:
    run(*SEAL)
    words = ("mail", "open", "sent.eml", "--key", "device.p12", "--trust", "root.pem", *AT, "--audit", "audit.jsonl")
    done = run(*words)
    assert (done.code, "none of our certificates" in done.out + done.err) == (1, False)
    (line,) = folder.joinpath("audit.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line)["audit"] == "encrypted for none of our certificates"


def test_what_may_not_be_sealed_is_exit_1(folder: Path) -> None:
    folder.joinpath("sent.edi").write_bytes(INTERCHANGE * 2)
    done = run(*SEAL)
    assert (done.code, done.out) == (
        1,
        "sent.edi: refused (many-interchanges). It holds more than one interchange. Send one mail for each interchange.\n",
    )
    assert not folder.joinpath("sent.eml").exists()


def test_standard_streams(folder: Path) -> None:
    done = run("mail", "seal", "-", *SEAL[3:7], *AT, given=INTERCHANGE)
    assert done.out.startswith("From: edi@broker.example\r\n")
    assert done.err.startswith("-: sealed as ")
    back = run("mail", "open", "-", *OPEN[3:], "--crl", "lists.pem", "-o", "-", given=done.out.encode())
    assert back.out.encode() == INTERCHANGE
    assert "signed by CN=device" in back.err


def test_old_keys_are_kept_for_old_mail(folder: Path) -> None:
    run(*SEAL)
    renewed = pki.SUB.client("customs", "ccf@customs.example", key="rogue")
    keys.save(renewed, "renewed.p12", b"another")
    folder.joinpath("new.txt").write_text("another\n", "utf-8")
    folder.joinpath("old.txt").write_text(SECRET + "\r\n", "utf-8")
    words = ("--key", "renewed.p12", "--key", "customs.p12", "--passphrase-file", "new.txt")
    head = ("mail", "open", "sent.eml", "--trust", "root.pem", *AT)
    assert run(*head, *words, "--passphrase-file", "old.txt").code == 0
    assert run(*head, "--key", "renewed.p12", "--passphrase-file", "new.txt").code == 1
    assert run(*head, *words).code == 2


class TestKeyFiles:
    def test_one_that_others_may_read_is_refused(self, folder: Path) -> None:
        folder.joinpath("device.p12").chmod(0o640)
        done = run(*SEAL)
        assert (done.code, done.err) == (
            2,
            "Error: device.p12: others may read this key (mode 0640); run `chmod 600 device.p12` first.\n",
        )

    def test_a_new_one_is_for_its_owner_alone_and_never_written_over(self, folder: Path) -> None:
        assert folder.joinpath("device.p12").stat().st_mode & 0o777 == 0o600
        with pytest.raises(keys.KeyFileError, match="File exists"):
            keys.save(DEVICE, "device.p12", b"x")

    @pytest.mark.parametrize(
        ("passphrase", "says"), [(None, "a passphrase is needed"), ("wrong", "the passphrase does not fit")]
    )
    def test_a_passphrase(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, passphrase: str | None, says: str
    ) -> None:
        monkeypatch.delenv("EDIFACT_ICS_PASSPHRASE")
        if passphrase:
            monkeypatch.setenv("EDIFACT_ICS_PASSPHRASE", passphrase)
        done = run(*SEAL)
        assert done.code == 2
        assert says in done.err

    @pytest.mark.parametrize("protected", [False, True])
    def test_pem_does_too(self, folder: Path, protected: bool) -> None:
        way = BestAvailableEncryption(SECRET.encode()) if protected else NoEncryption()
        key = DEVICE.key.private_bytes(pki.Encoding.PEM, PrivateFormat.PKCS8, way)
        file = folder / "device.p12"
        file.write_bytes(pki.pem(*DEVICE.others, DEVICE.certificate) + key)
        file.chmod(0o600)
        assert run(*SEAL).code == 0

    def test_a_passphrase_file_that_others_may_read_draws_a_warning(self, folder: Path) -> None:
        file = folder / "secret.txt"
        file.write_text(SECRET, "utf-8")
        for mode, says in ((0o600, ""), (0o644, "WARNING: secret.txt: others may read this passphrase (mode 0644);")):
            file.chmod(mode)
            done = run(*SEAL, "--passphrase-file", "secret.txt")
            assert (done.code, done.err[: len(says)], bool(done.err)) == (0, says, bool(says))

    def test_a_file_without_a_passphrase(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("EDIFACT_ICS_PASSPHRASE")
        file = folder / "device.p12"
        file.write_bytes(
            pkcs12.serialize_key_and_certificates(None, DEVICE.key, DEVICE.certificate, None, NoEncryption())
        )
        assert run(*SEAL).code == 0

    @pytest.mark.parametrize(
        ("held", "says"),
        [
            (b"hello", "this is no key file; PKCS#12 or PEM was expected"),
            (b"0\x82", "the passphrase does not fit, or the file is damaged"),
            (pki.pem(DEVICE.certificate), "there is no private key in it"),
            (pki.pem(CUSTOMS.certificate) + PLAIN_KEY, "there is no certificate of its key in it"),
        ],
    )
    def test_what_is_no_key_file(self, folder: Path, held: bytes, says: str) -> None:
        folder.joinpath("device.p12").write_bytes(held)
        done = run(*SEAL)
        assert done.code == 2
        assert says in done.err

    def test_secrets_are_never_shown(self, folder: Path, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.DEBUG):
            done = [run(*SEAL), run(*OPEN), run(*OPEN, "--format", "json")]
        assert SECRET not in "".join(one.out + one.err for one in done) + caplog.text
        assert str(DEVICE.key) not in repr(DEVICE)

    @pytest.mark.parametrize("name", ["customs.pem", "root.pem", "lists.pem"])
    def test_what_is_no_certificate(self, folder: Path, name: str) -> None:
        run(*SEAL)
        folder.joinpath(name).write_bytes(b"hello")
        done = run(*SEAL) if name == "customs.pem" else run(*OPEN, "--crl", "lists.pem")
        assert done.code == 2
        assert f"{name}: there is no" in done.err

    def test_what_is_not_there(self, folder: Path) -> None:
        done = run("mail", "open", "sent.eml", "--key", "none.p12", "--trust", "root.pem")
        assert (done.code, done.err) == (2, "Error: none.p12: No such file or directory.\n")

    def test_a_time_and_a_kind_that_are_none(self, folder: Path) -> None:
        assert run(*SEAL[:-1], "tomorrow").code == 2
        done = run(*SEAL, "--kind", "type-9")
        assert done.code == 2
        assert "type-3-hosted" in done.err
        assert run(*SEAL, "--kind", "type-1").code == 1


def test_a_mail_is_hostile_text(folder: Path) -> None:
    """Control characters in what a mail says are shown, not sent to the terminal."""
    evil = encrypted(signed(signer=pki.SUB.client("a\x1b[2Jb", key="device")))
    folder.joinpath("sent.eml").write_bytes(evil)
    done = run(*OPEN)
    assert done.code == 0
    assert "\x1b" not in done.out


def test_the_example_in_the_docs_runs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder.joinpath("device.txt").write_text(SECRET, "utf-8")
    folder.joinpath("root.pem").rename(folder / "roots.pem")
    folder.joinpath("customs.p12").rename(folder / "device.p12")
    folder.joinpath("answer.eml").write_bytes(encrypted(signed()))
    exec((ROOT / "docs" / "secure-mail.md").read_text("utf-8").split("```python\n")[1].split("```")[0], {})
    assert capsys.readouterr().out.startswith("CN=device,O=Test,C=AU Label(creator='KBR417H'")
