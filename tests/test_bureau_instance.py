"""What an instance opens and when: private keys, revocation lists, its database; and what is said if it cannot."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from bureaus import Practice
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from edifact_ics.bureau.certificates.facts import pem
from edifact_ics.bureau.service import operations, worker
from edifact_ics.cli import main

VARIABLE = "BUREAU_PHRASE"


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["bureau", *words])


@pytest.fixture
def locked(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The configuration of a bureau whose keys take a passphrase that is not at hand; a mail is in quarantine."""
    practice.ground.send(b"Content-Type: text/plain\r\n\r\nhello\r\n")
    practice.settle("bureau")
    practice.close()
    monkeypatch.delenv(VARIABLE, raising=False)
    file = practice.ground.folder / "bureau" / "bureau.toml"
    text = file.read_text()
    for name, key in (("own", "bureau"), ("hosted", "hosted")):
        held = practice.ground.keys[key]
        closed = held.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"sesame"))
        (file.parent / f"{name}.pem").write_bytes(closed + pem(held.certificate))
        text = text.replace(f'file = "{name}.pem"', f'file = "{name}.pem"\npassphrase_variable = "{VARIABLE}"')
    file.write_text(text)
    return file


def test_who_looks_after_a_bureau_needs_no_passphrase(
    locked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    by = ("--operator", "anna")
    for words in (
        ("status",),
        ("quarantine",),
        ("resolve", "1", *by),
        ("retry", "1", *by),
        ("purge", *by),
        ("migrate",),
        ("backup", "copy.tar"),
    ):
        done = run(*words, "-c", str(locked))
        assert done.exit_code == 0, done.output


def test_who_looks_after_a_bureau_needs_no_password_of_its_mail(practice: Practice) -> None:
    file = practice.ground.folder / "bureau" / "bureau.toml"
    by_smtp = '[send]\nkind = "smtp"\nhost = "mx.example"\npassword_variable = "NO_SUCH_VARIABLE"\nuser = "edi"'
    file.write_text(file.read_text().replace('[send]\nkind = "maildir"\npath = "../post"', by_smtp))
    assert run("status", "-c", str(file)).exit_code == 0
    done = run("run", "--once", "-c", str(file))
    assert (done.exit_code, "there is no variable NO_SUCH_VARIABLE" in done.output) == (2, True)


def test_an_override_needs_no_passphrase(practice: Practice) -> None:
    """What it asks the rules, it asks without a key."""
    refused = practice.interchange("1").replace(b"DTM+252:20261129:102", b"DTM+252:20261229:102")
    practice.ground.send(practice.ground.sealed(refused))
    practice.settle("bureau")
    practice.close()
    for name in ("own.pem", "hosted.pem"):
        (practice.ground.folder / "bureau" / name).unlink()
    assert operations.override(practice.instance(), 1, "anna") is not None


def test_run_names_every_key_that_cannot_be_opened_before_it_does_anything(
    locked: Path, practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    practice.ground.send(practice.ground.sealed(practice.interchange("1")))
    done = run("run", "--once", "-c", str(locked))
    assert done.exit_code == 2
    assert done.output.count(f"there is no variable {VARIABLE}") >= 2
    monkeypatch.setenv(VARIABLE, "open")
    said = run("run", "--once", "-c", str(locked)).output
    assert ["own.pem: the passphrase does not fit" in said, "hosted.pem: the passphrase does not fit" in said] == [
        True
    ] * 2
    assert len(practice.post("edi@hunter.example")) == 1  # nothing was taken in
    monkeypatch.setenv(VARIABLE, "sesame")
    assert run("run", "--once", "-c", str(locked)).exit_code == 0
    assert practice.post("edi@hunter.example") == []


def test_revocation_lists_that_were_replaced_are_read_anew(practice: Practice) -> None:
    """A bureau runs for months, and a list is good for days."""
    bureau, lists = practice.instance(), practice.ground.folder / "authority.crl"
    before = bureau.trust
    assert bureau.trust is before
    lists.write_bytes(b"half a li")
    os.utime(lists, (1, 1))
    assert bureau.trust is before  # the former ones end by themselves
    revoked = practice.ground.authority.crl(practice.ground.keys["client"].certificate)
    lists.write_bytes(revoked.public_bytes(Encoding.PEM))
    practice.ground.send(practice.ground.sealed(practice.interchange("1")))
    practice.settle("bureau")
    assert practice.reasons() == ["revoked"]


def test_bureau_and_customs_never_work_on_one_database(practice: Practice) -> None:
    worker.run(practice.instance(), until_idle=True)
    practice.close()
    practice.configure("customs", database=f'"{practice.ground.folder}/bureau/bureau.db"')
    done = run("simulate", "--once", "-c", str(practice.ground.folder / "customs" / "customs.toml"))
    assert (done.exit_code, "is that of a bureau; give each instance its own." in done.output) == (
        2,
        True,
    )
    assert run("run", "--once", "-c", str(practice.ground.folder / "bureau" / "bureau.toml")).exit_code == 0
