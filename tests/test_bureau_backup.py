"""A copy of an instance and the way back, where its database is one of PostgreSQL; SQLite: see test_bureau_parts."""

from __future__ import annotations

import gzip
import lzma
import os
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

import databases
import pytest
from bureaus import Practice
from click.testing import CliRunner, Result

from edifact_ics.cli import main


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["bureau", *words])


@pytest.fixture
def on_postgresql(practice: Practice, empty_postgresql: str, monkeypatch: pytest.MonkeyPatch) -> Practice:
    """A bureau over PostgreSQL, whose programs are on the path."""
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}:{databases.programs()}")
    practice.configure("bureau", database=f'"{empty_postgresql}"')
    practice.ground._register("bureau", practice.ground.configuration("bureau"))
    return practice


def test_a_postgresql_database_is_copied_and_restored_and_knows_what_came(
    on_postgresql: Practice, other_postgresql: str, tmp_path: Path
) -> None:
    practice, copy = on_postgresql, str(tmp_path / "copy.tar")
    file = str(practice.ground.folder / "bureau" / "bureau.toml")
    mail = practice.ground.sealed(practice.interchange("1"))
    practice.ground.send(mail)
    practice.settle("bureau")
    before = {row.site: int(row.last) for row in practice.rows("counter")}
    done = run("backup", copy, "-c", file)
    assert done.exit_code == 0, done.output
    assert "There is a database" in run("restore", copy, "-c", file).output
    for payload in (practice.ground.folder / "bureau" / "payloads").glob("??/*"):
        payload.unlink()
    practice.configure("bureau", database=f'"{other_postgresql}"')
    done = run("restore", copy, "-c", file)
    assert done.exit_code == 0, done.output
    assert all(int(row.last) > before[row.site] + 1000 for row in practice.rows("counter"))
    assert practice.instance().registry.verify()[1] == []
    practice.ground.send(mail)
    practice.settle("bureau")
    assert len(practice.rows("lodged")) == 1


def test_without_the_programs_of_postgresql_a_sentence_says_what_to_install(
    practice: Practice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    practice.configure("bureau", database='"postgresql://bureau:secret@db.example/bureau"')
    done = run("backup", str(tmp_path / "c.tar"), "-c", str(practice.ground.folder / "bureau" / "bureau.toml"))
    assert (done.exit_code, "Install the client of PostgreSQL" in done.output) == (2, True)
    assert not (tmp_path / "c.tar").exists()


def test_a_copy_of_one_kind_of_database_is_not_restored_into_another(practice: Practice, tmp_path: Path) -> None:
    practice.close()
    with tarfile.open(tmp_path / "copy.tar", "w") as tar:
        tar.add(__file__, "database.dump")
    home = practice.ground.folder / "bureau"
    for name in home.glob("bureau.db*"):
        name.unlink()
    done = run("restore", str(tmp_path / "copy.tar"), "-c", str(home / "bureau.toml"))
    assert (done.exit_code, "copy of a PostgreSQL database" in done.output) == (2, True)
    assert not (home / "bureau.db").exists()


@pytest.mark.parametrize(("revision", "exit_code", "said"), [("0002", 0, "It is restored."), ("0099", 2, "0099")])
def test_a_copy_of_an_older_program_is_brought_up_and_its_counters_jump(
    practice: Practice, tmp_path: Path, revision: str, exit_code: int, said: str
) -> None:
    practice.ground.send(practice.ground.sealed(practice.interchange("1")))
    practice.settle()
    before = {row.site: int(row.last) for row in practice.rows("counter")}
    practice.close()
    home, older = practice.ground.folder / "bureau", tmp_path / "database"
    for name in home.glob("bureau.db*"):
        name.rename(older.with_name(name.name.replace("bureau.db", "database")))
    with closing(sqlite3.connect(older)) as database, database:
        for statement in (
            "DROP TABLE bureau_owner",
            "ALTER TABLE bureau_lodged DROP COLUMN sends",
            "DROP INDEX bureau_lodged_client",
            "UPDATE bureau_seen SET mail = 'mail:' || mail",
            "ALTER TABLE bureau_seen RENAME COLUMN mail TO key",
            f"UPDATE bureau_version SET version_num = '{revision}'",
        ):
            database.execute(statement)
    with tarfile.open(tmp_path / "copy.tar", "w") as tar:
        tar.add(older, "database")
    done = run("restore", str(tmp_path / "copy.tar"), "-c", str(home / "bureau.toml"))
    assert (done.exit_code, said in done.output) == (exit_code, True)
    assert (home / "bureau.db").exists() == (exit_code == 0)
    if exit_code == 0:
        assert all(int(row.last) > before[row.site] + 1000 for row in practice.rows("counter"))
        assert practice.tasks() == ["restored"]


@pytest.mark.parametrize("how", ["no tar", "gzip cut short", "xz damaged"])
def test_a_copy_that_cannot_be_read_is_one_sentence_and_nothing_is_put_back(
    practice: Practice, tmp_path: Path, how: str
) -> None:
    practice.close()
    home, copy = practice.ground.folder / "bureau", tmp_path / "copy.tar"
    assert run("backup", str(copy), "-c", str(home / "bureau.toml")).exit_code == 0
    squeezed, packed = gzip.compress(copy.read_bytes()), lzma.compress(copy.read_bytes())
    middle = len(packed) // 2
    spoilt = packed[:middle] + bytes(256) + packed[middle + 256 :]
    made = {"no tar": b"hello", "gzip cut short": squeezed[: len(squeezed) // 3], "xz damaged": spoilt}
    copy.write_bytes(made[how])
    for name in home.glob("bureau.db*"):
        name.unlink()
    done = run("restore", str(copy), "-c", str(home / "bureau.toml"))
    assert (done.exit_code, "cannot be restored" in done.output, done.output.count("\n")) == (2, True, 1)
    assert not (home / "bureau.db").exists()
