"""What is wrong with a configuration: one sentence for each fault, with file, line, section and key; never a traceback."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from bureaus import Practice
from click.testing import CliRunner, Result

from edifact_ics.bureau.service.configuration import ConfigurationError, Role, load
from edifact_ics.bureau.service.template import lay_out
from edifact_ics.cli import main

SMTP = """\
[send]
kind = "smtp"
host = "127.0.0.1"
port = 25
tls = false
user = "edi"
mailbox = "INBOX"
"""
ODD = ['""', '" "', '"a\\u0000b"', "5", "-1", "true", "nan", "inf", "[]", "[1]", '[""]', "{}", "[{}]", "2026-11-25"]
# what of that is no fault; numbers of keys that want one are none either
FITTING = {
    "passphrase_file": ['""'],
    "reject": ['""'],
    "user": ['""'],
    "outages": ["[]"],
    "swap": ["true"],
    "tls": ["true"],
}
NUMBERS = {
    "attempts",
    "retry_seconds",
    "poll_seconds",
    "contrl_minutes",
    "resends",
    "answer_hours",
    "keep_years",
    "port",
}
NUMBERS |= {"delay_seconds", "lose_every", "repeat_every"}


def run(file: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["bureau", *words, "-c", str(file)])


def sound(folder: Path, role: str, by_smtp: bool) -> Path:
    """Return a configuration as `init` writes it, filled in."""
    file = lay_out(folder, Role(role))
    text = file.read_text().replace("XXX000X", "HNT336C")
    if by_smtp:
        text = re.sub(r"\[send\].*\n(?:\w.*\n)+", SMTP, text)
    file.write_text(text)
    load(file)
    return file


def odd_lines(text: str) -> Iterator[tuple[int, str, str, str]]:
    """Give each key with each odd value: line, key, value, and the whole text with it."""
    lines = text.splitlines()
    for place, line in enumerate(lines):
        for value in ODD if (key := re.match(r"(\w+) = ", line)) else ():
            assert key
            yield place + 1, key[1], value, "\n".join([*lines[:place], f"{key[1]} = {value}", *lines[place + 1 :]])


@pytest.mark.parametrize("by_smtp", [False, True])
@pytest.mark.parametrize("role", ["bureau", "customs"])
def test_whatever_stands_at_a_key_is_taken_or_told_with_its_line(tmp_path: Path, role: str, by_smtp: bool) -> None:
    file = sound(tmp_path, role, by_smtp)
    count = 0
    for line, key, value, text in odd_lines(file.read_text()):
        count += 1
        file.write_text(text)
        if value in FITTING.get(key, []) or (value == "5" and key in NUMBERS):
            load(file)
            continue
        with pytest.raises(ConfigurationError) as error:
            load(file)
        assert any(re.match(rf"{file}:{line}: (?:\[[\w.]+\] )?{key}: ", one) for one in str(error.value).splitlines())
    assert count > 300


TWO_INLETS = '[[receive]]\nkind = "folder"\npath = "in"\n[[receive]]\npaht = "x"'
SLIPS = [  # what becomes of what, the line that is told, and what of it
    ('"HNT336C"', '"XXX000X"', 'site = "XXX', "site: that of the template stands there; your own is expected."),
    ('"HNT336C"', '"AAA336C"', 'site = "AAA', "site: that of Customs stands there; your own is expected."),
    ("attempts = 5", "atempts = 5", "atempts", "[work] atempts: is not known here; known are attempts, poll_seconds"),
    ('file = "keys/bureau.p12"\n', "", "[[keys.open", "[keys.open] file: is missing; a path is expected."),
    ("[send]", "[sent]", "", "the section [send] is missing."),
    ("[[receive]]", "[receive]", "", "at least one section [[receive]] is expected."),
    ("[[receive]]", TWO_INLETS, "paht", "[receive] paht: is not known here; known are kind, path."),
    ("crls = ", 'revocation = "unchecked"\ncrls = ', "crls =", "[trust] crls: there are lists, and revocation is unch"),
    ("keep_years = 5", "keep_years = 4", "keep_years", "[timers] keep_years: a whole number from 5 to 100 is expected"),
    ("[work]", "work", "", "this is no TOML: Expected '=' after a key"),
]


@pytest.mark.parametrize(("before", "after", "at", "said"), SLIPS)
def test_a_slip_is_told_where_it_is(tmp_path: Path, before: str, after: str, at: str, said: str) -> None:
    file = sound(tmp_path, "bureau", by_smtp=False)
    text = file.read_text().replace(before, after, 1)
    file.write_text(text)
    done = run(file, "migrate")
    line = f"{text[: text.index(at)].count(chr(10)) + 1}: " if at else " "
    assert (done.exit_code, f"{file}:{line}{said}" in done.output) == (2, True), done.output


def test_files_that_are_not_there_are_all_told_before_anything_is_run(tmp_path: Path) -> None:
    file = sound(tmp_path, "bureau", by_smtp=False)
    assert run(file, "migrate").exit_code == 0  # which needs none of them
    done = run(file, "run", "--once")
    assert done.exit_code == 2
    told = re.findall(r"^(?:Error: )?\S+:(\d+): (\[\S+\] \w+): there is no file (\S+)\.$", done.output, re.M)
    assert [(line, key, Path(path).name) for line, key, path in told] == [
        ("15", "[keys.open] passphrase_file", "bureau.pass"),
        ("14", "[keys.open] file", "bureau.p12"),
        ("19", "[keys.seal] passphrase_file", "bureau.pass"),
        ("18", "[keys.seal] file", "bureau.p12"),
        ("26", "[trust] authorities", "authority.pem"),
        ("27", "[trust] crls", "authority.crl"),
    ]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("authority.pem", "authority.pem: there is no certificate in it; PEM or DER was expected."),
        ("authority.crl", "authority.crl: there is no revocation list in it; PEM or DER was expected."),
        ("bureau/own.pem", "own.pem: this is no key file; PKCS#12 or PEM was expected."),
        ("bureau/tables/tariff.csv", "tariff.csv: the head does not say table; begin the file with a line"),
    ],
)
def test_what_is_in_a_file_is_told_in_a_sentence_too(practice: Practice, name: str, said: str) -> None:
    practice.configure("bureau", database='"bureau.db"\nreference_data = "tables"')
    path = practice.ground.folder / name
    path.parent.mkdir(exist_ok=True)
    (practice.ground.folder / "bureau" / "tables").mkdir(exist_ok=True)
    path.write_text("something else\n")
    path.chmod(0o600)
    done = run(practice.ground.folder / "bureau" / "bureau.toml", "run", "--once")
    assert (done.exit_code, done.output.count("\n"), said in done.output) == (2, 1, True)
