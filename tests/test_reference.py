"""Reference tables: files and their faults, the row in force on a day, issues side by side, what is shipped."""

from __future__ import annotations

import csv
import io
import runpy
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pycountry
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.au import abn

from edifact_ics.reference import Reference, ReferenceDataError, default_folder, is_abn, load_reference
from edifact_ics.reference.file import MAX_PROBLEMS, Contents, read
from edifact_ics.reference.layouts import LAYOUTS

TOP = Path(__file__).parent.parent
SAMPLES = TOP / "samples" / "reference"
HEAD = "# table: permits\n# issued: 2026-07-01\n# source: a test\n"
COLUMNS = "number,classification,from,until,description\n"
DAY = date(2026, 8, 1)


def parse(text: str) -> Contents:
    return read(io.BytesIO(text.encode()), "file.csv")


def problems(text: str) -> list[str]:
    return [str(problem) for problem in parse(text).problems]


def library(folder: Path, **files: str) -> Reference:
    """Return the tables of a folder that holds these files: name without .csv, and text."""
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    return load_reference(folder)


# Files


def test_a_sound_file_has_a_head_and_rows() -> None:
    contents = parse(HEAD + COLUMNS + 'PX1,2204,2026-01-01,,"Wine, red"\n\nPX2,,,,\n')
    assert contents.problems == []
    assert contents.head is not None
    assert (contents.head.table, contents.head.issued, contents.head.source) == ("permits", date(2026, 7, 1), "a test")
    assert contents.sound().row(("PX1", "2204"), DAY) == {
        "number": "PX1",
        "classification": "2204",
        "from": "2026-01-01",
        "until": "",
        "description": "Wine, red",
    }


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + HEAD + COLUMNS + "PX1,2204,,,Wine\n",
        (HEAD + COLUMNS + "PX1,2204,,,Wine").replace("\n", "\r\n"),
        HEAD + "description,number,classification\nWine,PX1,2204\n",
        '"# table: permits",,\n# issued: 2026-07-01,,\n"# source: a test",,\nnumber,classification,description\nPX1,2204,Wine\n',
    ],
    ids=["byte order mark", "CR LF", "other order, columns left out", "as a spreadsheet saves it"],
)
def test_the_same_table_written_otherwise(text: str) -> None:
    contents = parse(text)
    row = contents.sound().row(("PX1", "2204"), DAY)
    assert row is not None
    assert row["description"] == "Wine"


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            "1012100,05,KG",
            "column classification: '1012100' is too short; a spreadsheet may have dropped its leading zeros",
        ),
        ("ABCDEFGH,05,KG", "column classification: 'ABCDEFGH' is wrong; write eight digits"),
        (",05,KG", "column classification: the cell is empty; write eight digits: tariff classification number"),
        ("01012100,05, KG", "column unit: ' KG' has blanks at its ends"),
        ("01012100,05,K\tG", "column unit: 'K\\tG' is wrong; write text on one line"),
        ("01012100,05", "there are 2 cells; the header names 3 columns"),
        ('01012100,05,"KG', "this is no CSV (unexpected end of data); the rest was not read"),
    ],
)
def test_a_fault_is_named_with_file_row_and_column(row: str, expected: str) -> None:
    head = HEAD.replace("permits", "tariff") + "classification,statistical_code,unit\n01012100,10,NO\n"
    (found,) = problems(head + row + "\n")
    place = "file.csv: row 6" + (", " if expected.startswith("column") else ": ")
    assert found.startswith(place + expected)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("PX1,2204,2026-02-30,,", "row 5, column from: 2026-02-30 is no day of the calendar"),
        ("PX1,2204,01/07/2026,,", "row 5, column from: '01/07/2026' is wrong; write a day as 2026-07-01"),
        ("PX1,2204,2026-07-02,2026-07-01,", "row 5, column until: 2026-07-01 is before the first day, 2026-07-02"),
    ],
)
def test_days_must_exist_and_stand_in_order(row: str, expected: str) -> None:
    assert problems(HEAD + COLUMNS + row + "\n") == [f"file.csv: {expected}"]


def test_bytes_that_are_no_utf_8_are_named_with_their_row() -> None:
    data = (HEAD + COLUMNS + "PX1,2204,,,Wine\nPX2,2204,,,Ros\xe9\n").encode("iso8859-1")
    (problem,) = read(io.BytesIO(data), "file.csv").problems
    assert (problem.row, problem.column) == (6, "description")
    assert problem.text == "the text is not UTF-8; save the file as CSV in UTF-8"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "the head does not say table; begin the file with a line '# table: …'"),
        (HEAD.replace("permits", "permit") + COLUMNS, "there is no table 'permit'; did you mean permits?"),
        (HEAD.replace("07-01", "07-32") + COLUMNS, "the date of issue is '2026-07-32'; write it as 2026-07-01"),
        (
            HEAD.replace("source", "sorce"),
            "row 3: the head has 'sorce: a test'; it may say table, issued, source, licence, note",
        ),
        (HEAD + "# source: two\n" + COLUMNS, "row 4: the head names source twice"),
        (HEAD, "there is no header row; the columns are number, classification, from, until, description"),
        (HEAD + "nummer,classification\n", "row 4: permits has no column 'nummer'; did you mean number?"),
        (HEAD + "classification\n", "row 4: the header lacks number"),
        (HEAD + "number,number\n", "row 4, column number: the header names it more than once"),
        (HEAD + "number;description\n", "(cells are separated by commas)"),
    ],
)
def test_a_head_or_header_that_cannot_be_used(text: str, expected: str) -> None:
    assert expected in "\n".join(problems(text))


def test_a_wrong_column_is_not_repeated_for_ever() -> None:
    found = problems(HEAD + COLUMNS + "PX1,x,,,\n" * 500)
    assert len(found) == MAX_PROBLEMS + 1
    assert found[-1] == "file.csv: row 105: the rest was not read: there are too many faults before it"


@given(st.binary(max_size=300))
def test_any_bytes_give_a_table_or_problems(data: bytes) -> None:
    contents = read(io.BytesIO(HEAD.encode() + COLUMNS.encode() + data), "file.csv")
    assert contents.problems or contents.table is not None


# Days: on each, one row or none


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("2026-01-01,2026-06-30", "2026-06-30,"),
        (",", "2026-01-01,"),
        ("2026-01-01,", "2026-01-01,"),
        (",", ","),
        ("2026-02-01,", ",2026-02-01"),
    ],
)
def test_two_rows_for_one_day_are_an_error_that_names_both(one: str, two: str) -> None:
    (found,) = problems(f"{HEAD}{COLUMNS}PX1,2204,{one},\nPX2,2204,,,\nPX1,2204,{two},\n")
    assert found.startswith("file.csv: row 7: number 'PX1', classification '2204' is in force by row 5 too;")


day = st.integers(0, 40).map(lambda n: date(2026, 1, 1) + timedelta(days=n))
period = st.tuples(st.none() | day, st.none() | day)
keys = st.sampled_from(["A", "AB", "A B", "B", "a", "É", "A1"])


@given(st.lists(st.tuples(keys, period), max_size=8), keys, day)
def test_the_row_in_force_is_the_only_one_that_covers_the_day(rows: list, key: str, on: date) -> None:
    """The look-up agrees with a search through all rows; where periods overlap, the file is refused."""
    sheet = io.StringIO(HEAD + COLUMNS)
    sheet.seek(0, io.SEEK_END)
    ordered = [(k, (a, b)) for k, (a, b) in rows if a is None or b is None or a <= b]
    csv.writer(sheet).writerows([k, "", a or "", b or "", f"row {n}"] for n, (k, (a, b)) in enumerate(ordered))
    contents = parse(sheet.getvalue())

    def covers(span: tuple, moment: date) -> bool:
        return (span[0] or moment) <= moment <= (span[1] or moment)

    moments = [date(2025, 12, 31) + timedelta(days=n) for n in range(44)]
    overlap = any(
        one != two and ordered[one][0] == ordered[two][0] and covers(ordered[one][1], m) and covers(ordered[two][1], m)
        for one in range(len(ordered))
        for two in range(one)
        for m in moments
    )
    assert bool(contents.problems) == overlap
    if not overlap:
        found = contents.sound().row((key, ""), on)
        expected = [f"row {n}" for n, (k, span) in enumerate(ordered) if k == key and covers(span, on)]
        assert ([found["description"]] if found else []) == expected


def test_a_row_without_a_date_is_the_latest_one() -> None:
    table = parse(HEAD + COLUMNS + "PX1,,2026-01-01,2026-01-31,old\nPX1,,2026-02-01,2026-02-28,new\n").sound()
    assert table.row(("PX1", ""), DAY) is None
    latest = table.row(("PX1", ""), None)
    assert latest is not None
    assert latest["description"] == "new"


def test_rows_of_a_leading_part_of_the_key_are_not_those_of_a_longer_one(tmp_path: Path) -> None:
    known = library(tmp_path, permits=HEAD + COLUMNS + "P1,22,,,\nP1,33,,,\nP11,44,,,\nP1 X,55,,,\n")
    assert known.values("permits", "P1", on=DAY) == ("22", "33")
    assert known.has("permits", "P11")
    assert not known.has("permits", "P")


def test_a_key_with_a_part_too_few_is_misuse(tmp_path: Path) -> None:
    known = library(tmp_path, permits=HEAD + COLUMNS + "P1,22,,,\n")
    with pytest.raises(ValueError, match=r"the key of permits is \(number, classification\), not \('P1',\)"):
        known.row("permits", "P1", on=DAY)
    with pytest.raises(KeyError):
        known.has("permit")


# Issues side by side


def test_the_newest_issue_of_the_day_or_before_speaks(tmp_path: Path) -> None:
    def issue(day: str, word: str) -> str:
        return HEAD.replace("2026-07-01", day) + COLUMNS + f"P1,22,,,{word}\n"

    known = library(tmp_path, first=issue("2026-07-01", "one"), second=issue("2026-10-01", "two"))

    def says(*on: int) -> str:
        row = known.row("permits", "P1", "22", on=date(*on))
        assert row is not None
        return row["description"]

    assert [says(2020, 1, 1), says(2026, 7, 1), says(2026, 9, 30)] == ["one"] * 3
    assert [says(2026, 10, 1), says(2030, 1, 1)] == ["two"] * 2
    newest = known.row("permits", "P1", "22")
    assert newest is not None
    assert newest["description"] == "two"
    assert [str(found.issued) for found in known.issues("permits")] == ["2026-07-01", "2026-10-01"]


def test_the_same_issue_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReferenceDataError, match=r"b\.csv: a\.csv holds permits issued on 2026-07-01 too; keep one"):
        library(tmp_path, a=HEAD + COLUMNS, b=HEAD + COLUMNS)


def test_a_bad_row_is_told_when_its_table_is_first_asked(tmp_path: Path) -> None:
    known = library(tmp_path, permits=HEAD + COLUMNS + "P1,x,,,\n")
    assert known.has("permits")
    with pytest.raises(ReferenceDataError, match=r"permits\.csv: row 5, column classification: 'x' is wrong"):
        known.row("permits", "P1", "22", on=DAY)


def test_a_loaded_table_stands_in_place_of_the_shipped_one(tmp_path: Path) -> None:
    ports = "# table: ports\n# issued: 2026-07-01\n# source: a test\ncode,name\nAUZZZ,New Harbour\n"
    known = library(tmp_path, ports=ports)
    assert known.values("ports", on=date(2020, 1, 1)) == ("AUZZZ",)
    assert known.has("currencies", "AUD")


def test_of_code_lists_only_those_named_are_replaced(tmp_path: Path) -> None:
    lists = "# table: codelists\n# issued: 2026-07-01\n# source: a test\nlist,code\nState,XX\nApplicantType,IM\n"
    known = library(tmp_path, lists=lists)
    assert known.values("codelists", "State") == ("XX",)
    assert known.values("codelists", "ApplicantType") == ("IM",)
    assert known.has("codelists", "NatureType", "N10")


# What is shipped


@pytest.fixture(scope="module")
def shipped() -> Reference:
    return load_reference(Path("/nowhere"))


@pytest.mark.parametrize("name", [name for name, layout in LAYOUTS.items() if layout.shipped])
def test_shipped_tables_are_sound(shipped: Reference, name: str) -> None:
    (issue,) = shipped.issues(name)
    assert len(issue.table) > 5
    assert list(issue.table.clashes()) == []
    for line in issue.table.lines:
        assert issue.table.layout.pattern.fullmatch(line), line


@pytest.mark.parametrize(
    ("table", "key", "on", "name"),
    [
        ("ports", ("AUSYD",), DAY, "Sydney"),
        ("ports", ("AUXXX",), DAY, None),
        ("countries", ("NZ",), DAY, "New Zealand"),
        ("countries", ("YU",), DAY, None),
        ("countries", ("YU",), date(2003, 7, 23), "Yugoslavia, (Socialist) Federal Republic of"),
        ("countries", ("CS",), date(1993, 6, 15), "Czechoslovakia, Czechoslovak Socialist Republic"),
        ("countries", ("CS",), date(2005, 1, 1), "Serbia and Montenegro"),
        ("currencies", ("AUD",), DAY, "Australian Dollar"),
        ("currencies", ("DEM",), DAY, None),
        ("currencies", ("DEM",), date(2001, 1, 1), "Deutsche Mark"),
        ("units", ("KG", "ICS"), DAY, "kilogram"),
        ("units", ("KGM", "REC20"), DAY, "kilogram"),
        ("units", ("KGM", "ICS"), DAY, None),
        ("states", ("NSW",), DAY, "New South Wales"),
    ],
)
def test_shipped_tables_answer(
    shipped: Reference, table: str, key: tuple[str, ...], on: date, name: str | None
) -> None:
    row = shipped.row(table, *key, on=on)
    assert (row["name"] if row else None) == name


def test_what_is_not_loaded_has_no_rows(shipped: Reference) -> None:
    assert not shipped.has("tariff")
    assert shipped.row("tariff", "22042100", "11", on=DAY) is None
    assert shipped.rows("tariff", on=DAY) == ()


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("51824753556", True),
        ("51824753557", False),
        ("10072571398", True),
        ("10072571399", False),
        ("51 824 753 556", False),
        ("5182475355", False),
        ("", False),
    ],
)
def test_check_digits_of_an_abn(text: str, right: bool) -> None:
    assert is_abn(text) is right


@given(st.integers(0, 10**9 - 1).map(lambda number: f"{number:09d}"))
def test_check_digits_of_an_abn_are_those_that_stdnum_takes(body: str) -> None:
    numbers = [f"{front}{body}" for front in range(11, 99)]  # of 10 and 99, which come to the same, it takes 99 only
    assert [text for text in numbers if is_abn(text)] == [text for text in numbers if abn.is_valid(text)]
    assert is_abn(f"10{body}") is is_abn(f"99{body}") is abn.is_valid(f"99{body}")


def test_asking_for_a_currency_does_not_load_pycountry() -> None:
    code = (
        "import sys; from edifact_ics.reference import load_reference as l; r = l(); r.row('ports', 'AUSYD');"
        "print(r.row('currencies', 'AUD')['name'], {'pycountry'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "Australian Dollar set()\n"


def test_countries_and_currencies_are_those_of_pycountry() -> None:
    known = load_reference()
    for country in pycountry.countries:
        row = known.row("countries", country.alpha_2)
        assert row is not None
        assert row["name"] == country.name
    for former in pycountry.historic_countries:
        day = date.fromisoformat(f"{former.withdrawal_date}-12-31"[:10])
        row = known.row("countries", former.alpha_2, on=day)
        assert row is not None
        assert row["name"] == former.name
    names = {row["code"]: row["name"] for row in known.rows("currencies", on=date(2026, 11, 21))}
    assert {c.alpha_3: c.name for c in pycountry.currencies}.items() <= names.items()


# Samples, documentation, folders


def test_every_table_that_is_not_shipped_has_a_sample() -> None:
    known = load_reference(SAMPLES)
    assert [name for name in LAYOUTS if not known.has(name)] == []
    assert [name for name, layout in LAYOUTS.items() if not layout.shipped and not known.rows(name)] == []


def test_the_documentation_lists_the_layouts_as_they_are() -> None:
    tool = runpy.run_path(str(TOP / "tools" / "refresh_layouts.py"))
    page = (TOP / "docs" / "reference-data.md").read_text("utf-8")
    assert tool["refreshed"](page) == page, "run tools/refresh_layouts.py"


def test_where_tables_lie(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDIFACT_ICS_REFERENCE", "/data/tables")
    assert default_folder() == Path("/data/tables")
    monkeypatch.delenv("EDIFACT_ICS_REFERENCE")
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_DATA_HOME", "/home/ann/data")
    assert default_folder() == Path("/home/ann/data/edifact-ics/reference")
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setattr(Path, "home", lambda: Path("/home/ann"))
    assert default_folder() == Path("/home/ann/.local/share/edifact-ics/reference")
    monkeypatch.setattr("sys.platform", "darwin")
    assert default_folder() == Path("/home/ann/Library/Application Support/edifact-ics/reference")
    monkeypatch.setattr("sys.platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", "/c/ann/AppData/Local")
    assert default_folder() == Path("/c/ann/AppData/Local/edifact-ics/reference")
