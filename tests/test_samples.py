"""The samples: what the commands say of each stands beside it, and each goes there and back."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from lxml import etree
from project_tools import ROOT, load_tool

from edifact_ics.cli import main
from edifact_ics.guide.library import load_mig, ours

SAMPLES = ROOT / "samples"
HAND_WRITTEN = "imd-hand-written"
BY_RULES = "wrong-by-rules"
UNKNOWN_THINGS = "answer-unknown-things"  # accepted, though no row explains all of it


refresh = load_tool("refresh_samples")
NAMES: list[str] = refresh.names()
SENT = [name for name in NAMES if name != HAND_WRITTEN]


def run(*words: str, given: bytes = b"") -> tuple[int, bytes]:
    result = CliRunner().invoke(main, words, input=given, catch_exceptions=False)
    return result.exit_code, result.stdout_bytes


def found_in(name: str) -> dict[str, Any]:
    file = json.loads((SAMPLES / f"{name}.findings.json").read_bytes())["files"][0]
    assert isinstance(file, dict)
    return file


def test_there_are_enough_samples_and_each_is_described() -> None:
    assert len(NAMES) >= 44
    readme = (SAMPLES / "README.md").read_text("utf-8")
    assert [name for name in NAMES if f"`{name}" not in readme] == []


@pytest.mark.parametrize("name", NAMES)
def test_what_is_expected_stands_beside_each_sample(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(SAMPLES)
    expected = dict(refresh.expected(name))
    suffixes = {file.removeprefix(name) for file in expected}
    assert {".findings.json"} < suffixes
    for file, content in expected.items():
        assert content == (SAMPLES / file).read_bytes(), file
    for kind in (".contrl.edi", ".cusres.edi"):
        assert (SAMPLES / f"{name}{kind}").exists() == (kind in suffixes)


@pytest.mark.parametrize("name", SENT)
def test_xml_goes_back_to_the_same_bytes(name: str) -> None:
    code, back = run("translate", str(SAMPLES / f"{name}.xml"), "--force")
    assert back == (SAMPLES / f"{name}.edi").read_bytes()
    unmapped = b"<Unmapped" in (SAMPLES / f"{name}.xml").read_bytes()
    if found_in(name)["verdict"] != "rejected":
        assert unmapped == (name == UNKNOWN_THINGS)
        assert code == 0


@pytest.mark.parametrize("name", [name for name in NAMES if (SAMPLES / f"{name}.contrl.edi").exists()])
def test_answers_pass_the_check(name: str) -> None:
    code, out = run("check", str(SAMPLES / f"{name}.contrl.edi"), "--format", "json")
    file = json.loads(out)["files"][0]
    assert (code, file["verdict"], file["findings"]) == (0, "accepted", [])
    answered = [i["reference"] for i in found_in(name)["interchanges"]]
    contrl = (SAMPLES / f"{name}.contrl.edi").read_text("ascii")
    assert [line.split("+")[1] for line in contrl.splitlines() if line.startswith("UCI")] == answered


@pytest.mark.parametrize("file", sorted(SAMPLES.glob("*.cusres.edi")), ids=lambda file: file.name)
def test_business_responses_pass_the_check(file: Path) -> None:
    code, out = run("check", str(file), "--format", "json")
    report = json.loads(out)["files"][0]
    assert (code, report["verdict"], report["findings"]) == (0, "accepted", [])


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_rejects_what_the_check_rejects(name: str) -> None:
    file = found_in(name)
    messages = [m for i in file["interchanges"] for m in i["messages"]]
    answer = SAMPLES / f"{name}.contrl.edi"
    if all(m["type"] == "CONTRL" for m in messages):
        assert not answer.exists()
        return
    lines = answer.read_text("ascii").splitlines()
    whole = [line for line in lines if line.startswith("UCI") and len(line.split("+")) > 5]
    by_rules = name == BY_RULES  # rejected all the same, but not by CONTRL
    verdicts = ["4" if m["verdict"] == "rejected" and not by_rules else "7" for m in messages]
    if not whole:
        assert [line.split("+")[3].rstrip("'") for line in lines if line.startswith("UCM")] == verdicts
    assert ("+4" in "".join(line[-3:] for line in whole) or "4" in verdicts or bool(whole)) == (
        file["verdict"] == "rejected" and not by_rules
    )


@pytest.mark.parametrize("message", [name for name in ours().messages if load_mig(name).sender == "trader"])
def test_each_message_has_samples(message: str) -> None:
    """A good original, another good one (changed or withdrawn, but for payments), and one that is wrong."""
    with_it = {
        name: [m for i in found_in(name)["interchanges"] for m in i["messages"] if m["document"] == message]
        for name in NAMES
    }
    good = [m for name, found in with_it.items() if not name.startswith("wrong-") for m in found]
    assert any(m["function"] == "9" for m in good)
    assert len(good) >= 2
    assert message.startswith(("PAY", "SAC")) or any(m["function"] in ("4", "50") for m in good)
    assert message == "SAC" or any(found and name.startswith("wrong-") for name, found in with_it.items())


def test_names_say_what_is_wrong() -> None:
    rejected = {name for name in NAMES if found_in(name)["verdict"] == "rejected"}
    assert rejected == {name for name in NAMES if name.startswith("wrong-")} | {"three-messages"}


def test_one_bad_message_does_not_sink_its_neighbours() -> None:
    interchange = found_in("three-messages")["interchanges"][0]
    assert [m["verdict"] for m in interchange["messages"]] == ["accepted", "rejected", "accepted"]


class TestWrittenByHand:
    def test_it_has_no_trace(self) -> None:
        tree = etree.parse(str(SAMPLES / f"{HAND_WRITTEN}.xml"))
        assert [e.tag for e in tree.iter("*") if e.attrib] == []

    def test_it_becomes_an_interchange_that_is_accepted(self) -> None:
        code, out = run("check", str(SAMPLES / f"{HAND_WRITTEN}.edi"), "--format", "json")
        file = json.loads(out)["files"][0]
        assert (code, file["verdict"], file["findings"]) == (0, "accepted", [])

    def test_counts_and_references_are_worked_out(self) -> None:
        text = (SAMPLES / f"{HAND_WRITTEN}.edi").read_text("ascii")
        segments = text.split("UNA:+.? '")[1].replace("\n", "").replace("?'", "\0").split("'")[:-1]
        starts = [i for i, s in enumerate(segments) if s.startswith("UNH")]
        ends = [i for i, s in enumerate(segments) if s.startswith("UNT")]
        assert [segments[i].split("+")[1] for i in starts] == ["1", "2"]
        assert [segments[e] for e in ends] == [
            f"UNT+{e - s + 1}+{n}" for n, (s, e) in enumerate(zip(starts, ends, strict=True), 1)
        ]
        assert segments[-1] == "UNZ+2+202611180018"

    def test_carriers_and_fixed_values_are_put_in(self) -> None:
        text = (SAMPLES / f"{HAND_WRITTEN}.edi").read_text("ascii").replace("\n", "")
        for part in (
            "UNS+D'DMS+1'LIN+1+I'PAC+++FCL:67:95'",
            "PCI+1'RFF+AAQ:KQXU7301627'PCI+1'RFF+MB:GOABNE4471902'",
            "PAC++1'PCI+1'FTX+RAH+++00412:00437:N'",
            "DOC+1'LOC+90+Q1180::194:UNPACK'",
            "NAD+VT'CTA+IC'COM+0755501234:TE'",
            "O?'CONNOR?+SONS'",
            "++SHED 4, BRISBANE MARKETS INDUSTRIA:L PARK:385 SHERWOOD ROAD++",
        ):
            assert part in text

    def test_it_comes_back_as_the_same_document(self) -> None:
        code, back = run("translate", str(SAMPLES / f"{HAND_WRITTEN}.edi"), "--no-trace")
        assert code == 0
        assert plain(back) == plain((SAMPLES / f"{HAND_WRITTEN}.xml").read_bytes())


def plain(text: bytes) -> bytes:
    """Return a document without comments and indentation."""
    parser = etree.XMLParser(remove_blank_text=True, remove_comments=True)
    return etree.tostring(etree.fromstring(text, parser), method="c14n")


@pytest.mark.parametrize(
    "name", [name for name in SENT if found_in(name)["verdict"] != "rejected" and name != UNKNOWN_THINGS]
)
def test_plain_xml_goes_there_and_back(name: str) -> None:
    """Without trace the bytes are not the same, but the document is."""
    code, document = run("translate", str(SAMPLES / f"{name}.edi"), "--no-trace")
    assert code == 0
    code, written = run("translate", "-", given=document)
    assert code == 0
    code, again = run("translate", "-", "--no-trace", given=written)
    assert code == 0
    assert again == document


def check_digit_iso6346(number: str) -> int:
    values, value = {}, 10
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
        value += value % 11 == 0
        values[letter] = value
        value += 1
    return sum((values.get(c) or int(c)) << i for i, c in enumerate(number[:10])) % 11 % 10


def abn_is_sound(number: str) -> bool:
    digits = [int(c) for c in number]
    digits[0] -= 1
    weights = (10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)
    return sum(d * w for d, w in zip(digits, weights, strict=True)) % 89 == 0


def imo_is_sound(number: str) -> bool:
    return sum(int(c) * w for c, w in zip(number[:6], range(7, 1, -1), strict=True)) % 10 == int(number[6])


def test_invented_numbers_have_sound_check_digits() -> None:
    """A real check of these numbers must not stumble over the samples."""
    found: dict[str, set[str]] = {}
    for name in NAMES:
        for element in etree.parse(str(SAMPLES / f"{name}.xml")).iter("*"):
            found.setdefault(etree.QName(element).localname, set()).add(element.text or "")
    containers = found["ContainerNumber"] | found["AQISLineContainerNumber"]
    assert {c for c in containers if check_digit_iso6346(c) != int(c[10])} == set()
    clients = found["DrawbackClientIdentifier"].copy()
    clients |= found["ImporterABN"] | found["AccreditedImporterABN"]
    assert {n for n in clients if not abn_is_sound(n)} == set()
    assert {n for n in found["VesselIdentifier"] if not imo_is_sound(n)} == set()
    assert {n for n in found["MasterAirWaybillNumber"] if int(n[3:10]) % 7 != int(n[10])} == set()
    assert min(len(containers), len(found["ImporterABN"]), len(clients), len(found["VesselIdentifier"])) >= 3


class TestReadme:
    README = (ROOT / "README.md").read_text("utf-8")

    def test_what_it_shows_is_what_is_printed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(ROOT)
        first, _, shown = self.README.split("```console\n$ edifact-ics ")[1].split("```")[0].partition("\n")
        assert run(*first.split())[1].decode() == shown

    def test_its_python_runs(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        monkeypatch.chdir(ROOT)
        exec(self.README.split("```python\n")[1].split("```")[0], {})
        out = capsys.readouterr().out
        assert "('ENV-07', 12, 'UNT says 11 segments, the message holds 12.')" in out
        assert '<ImportDeclaration xmlns="urn:edifact-ics:canonical">' in out
        assert "UCI+202611180006+KBR417H::KBR417H+AAA336C+7'" in out

    def test_its_files_exist(self) -> None:
        links = re.findall(r"\]\(([^)#:]+)\)", self.README)
        assert len(links) >= 5
        assert [link for link in links if not (ROOT / link).is_file()] == []

    def test_the_architecture_names_every_room(self) -> None:
        table = (ROOT / "docs" / "architecture.md").read_text("utf-8").split("## The rooms")[1].split("## ")[0]
        named = re.findall(
            r"`(\w+)(?:\.py|/)`", "".join(line.split("|")[1] for line in table.splitlines() if "|" in line)
        )
        rooms = [p.stem for p in (ROOT / "edifact_ics").iterdir() if p.suffix == ".py" or (p / "__init__.py").is_file()]
        assert sorted(named) == sorted(set(rooms) - {"__init__", "__main__"})

    def test_its_table_names_every_command(self) -> None:
        assert re.findall(r"^\| `([a-z]+) ", self.README, re.M) == list(main.list_commands(click.Context(main)))
