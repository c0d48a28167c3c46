"""What an operator may get wrong: each ends in one sentence and an exit code, and nothing is changed or given away."""

from __future__ import annotations

import os
import socket
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from bureaus import Practice
from click.testing import CliRunner, Result

from edifact_ics import database
from edifact_ics.bureau.registry import Refused
from edifact_ics.bureau.service import operations
from edifact_ics.bureau.service.instance import BUREAU
from edifact_ics.cli import main


def run(practice: Practice, *words: str) -> Result:
    file = str(practice.ground.folder / "bureau" / "bureau.toml")
    return CliRunner().invoke(main, ["bureau", *words, "-c", file])


@pytest.mark.parametrize(
    ("words", "exit_code", "said"),
    [
        (["retry", "99", "--operator", "anna"], 1, "There is no work 99."),
        (["retry", "9" * 20, "--operator", "anna"], 2, "not in the range"),
        (["resolve", "9" * 20, "--operator", "anna"], 2, "not in the range"),
        (["override", "9" * 20, "--operator", "anna"], 2, "not in the range"),
        (["interchange", "9" * 20], 2, "not in the range"),
        (["status", "--at", "9999-12-31T23:00"], 2, "out of the years"),
        (["status", "--at", "0001-01-01T00:00+14:00"], 2, "out of the years"),
        (["run", "--once", "--at", "yesterday"], 2, "is no date and time"),
    ],
)
def test_a_number_or_moment_that_cannot_be_is_told_in_a_sentence(
    practice: Practice, words: list[str], exit_code: int, said: str
) -> None:
    done = run(practice, *words)
    assert (done.exit_code, said in done.output, "Traceback" in done.output) == (exit_code, True, False)
    assert isinstance(done.exception, SystemExit)


def test_a_demonstration_where_no_folder_can_be_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    done = CliRunner().invoke(main, ["bureau", "demo", "--keep", str(tmp_path / "file" / "below")])
    assert (done.exit_code, "Not a directory" in done.output) == (2, True)


def test_the_password_of_the_database_is_not_shown_with_what_to_confirm(
    practice: Practice, empty_postgresql: str
) -> None:
    secret = empty_postgresql.replace("@", ":hush-hush@", 1)
    assert secret != empty_postgresql
    practice.configure("bureau", database=f'"{secret}"')
    practice.ground._register("bureau", practice.ground.configuration("bureau"))
    refused = practice.interchange("1").replace(b"DTM+252:20261129:102", b"DTM+252:20261229:102")
    practice.ground.send(practice.ground.sealed(refused))
    practice.settle("bureau")
    done = run(practice, "override", "1", "--operator", "anna")
    assert (done.exit_code, "bureau confirm" in done.output, "hush" in done.output) == (0, True, False)


def test_what_was_purged_is_neither_tried_again_nor_overridden(practice: Practice) -> None:
    refused = practice.interchange("1").replace(b"DTM+252:20261129:102", b"DTM+252:20261229:102")
    practice.ground.send(practice.ground.sealed(refused))
    practice.ground.send(b"Content-Type: text/plain\r\n\r\nhello\r\n")
    practice.settle("bureau")
    bureau = practice.instance()
    operations.resolve(bureau, 1, "it was nothing", "anna")
    for file in practice.ground.folder.glob("bureau/payloads/??/*"):
        os.utime(file, (0, 0))
    practice.clock.ahead = 6 * 366 * 86400
    assert operations.purge(bureau, "anna") > 1
    with pytest.raises(Refused, match="holds no interchange"):
        operations.override(bureau, 1, "anna")
    with pytest.raises(Refused, match="was purged"):
        operations.retry(bureau, 2, "anna")
    assert practice.reasons() == ["plain-text"]


def test_an_override_whose_payload_is_not_on_the_disk_says_so(practice: Practice) -> None:
    refused = practice.interchange("1").replace(b"DTM+252:20261129:102", b"DTM+252:20261229:102")
    practice.ground.send(practice.ground.sealed(refused))
    practice.settle("bureau")
    for file in practice.ground.folder.glob("bureau/payloads/??/*"):
        file.unlink()
    done = run(practice, "override", "1", "--operator", "anna")
    assert (done.exit_code, "is not there" in done.output) == (1, True)


@pytest.mark.parametrize("command", ["status", "migrate", "restore"])
def test_a_database_server_that_does_not_answer_is_a_sentence_and_not_waited_for_long(
    practice: Practice, command: str
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        where = f"127.0.0.1:{silent.getsockname()[1]}"
        practice.configure("bureau", database=f'"postgresql://bureau:hush@{where}/bureau?connect_timeout=2"')
        done = run(practice, command)
    assert (done.exit_code, "timeout" in done.output, "hush" in done.output) == (2, True, False)


def test_a_server_must_answer_within_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}
    monkeypatch.setattr(database, "create_engine", lambda url, connect_args: asked.update(connect_args))
    for text, seconds in (("", "10"), ("?connect_timeout=60", "60")):
        BUREAU.engine_of(BUREAU.url_of(f"postgresql://bureau@db.example/bureau{text}"))
        assert asked["connect_timeout"] == seconds


def test_a_file_that_is_no_database_is_not_copied(practice: Practice, tmp_path: Path) -> None:
    practice.configure("bureau", database='"bureau.toml"')
    done = run(practice, "backup", str(tmp_path / "copy.tar"))
    assert (done.exit_code, "cannot be copied: file is not a database." in done.output) == (2, True)
    assert not (tmp_path / "copy.tar").exists()
