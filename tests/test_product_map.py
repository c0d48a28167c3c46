"""`reference map`: products kept, entries that new tables break, and what follows them."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import Ran, run

TARIFF = """# table: tariff
# issued: {issued}
# source: test
classification,statistical_code,from,until,description
94016900,42,,{end},Seats of teak
94016900,43,{start},,Seats of teak
94032000,19,,,Furniture of metal
94032000,20,{start},,Furniture of wire
"""
AQIS = """# table: aqis_commodities
# issued: 2026-07-01
# source: test
classification,statistical_code,commodity,until,description
94032000,19,MF01,{end},With straw
94032000,19,MF02,,With straw
94032000,19,MF03,,Of metal
"""


class Shelf:
    """A folder of tables, and the command on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "tables"
        self.folder.mkdir()
        self.put("tariff.csv", TARIFF.format(issued="2026-01-01", end="", start="2027-01-01"))

    def put(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, "utf-8")
        return path

    def map(self, *words: str) -> Ran:
        return run("reference", "map", words[0], "--into", str(self.folder), *words[1:])


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def test_products_are_kept(shelf: Shelf) -> None:
    assert "no product" in shelf.map("list").out
    assert shelf.map("set", "YOL-1", "94016900/42", "--goods", "Teak chairs").out.startswith("Added: YOL-1")
    assert shelf.map("set", "YOL-1", "94032000/19", "MF02").out.startswith(
        'Changed: YOL-1 "Teak chairs" 94032000/19 MF02'
    )
    assert shelf.map("list").out == 'YOL-1 "Teak chairs" 94032000/19 MF02\n'
    assert shelf.map("drop", "YOL-1").code == 0
    assert "no product" in shelf.map("list").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("set", "A", "9401690042"), "94016900/42"),
        (("drop", "A"), "no product 'A'"),
        (("set", "A\x07", "94016900/42"), "wrong"),
        (("check", "/nonexistent.csv"), "/nonexistent.csv"),
    ],
)
def test_misuse_is_a_sentence(shelf: Shelf, words: tuple[str, ...], said: str) -> None:
    ran = shelf.map(*words)
    assert ran.code == 2
    assert said in ran.err
    assert "Traceback" not in ran.err


def test_a_new_table_breaks_an_entry_before_it_is_loaded(shelf: Shelf, tmp_path: Path) -> None:
    shelf.map("set", "YOL-1", "94016900/42")
    shelf.map("set", "YOL-2", "94032000/19")
    assert shelf.map("check").code == 0
    new = tmp_path / "new.csv"
    new.write_text(TARIFF.format(issued="2027-01-01", end="2026-12-31", start="2027-01-01"), "utf-8")
    ran = shelf.map("check", str(new))
    assert ran.code == 1
    assert ran.out.splitlines() == [
        "Broken: YOL-1 94016900/42: 94016900 / 42 is not in the tariff.",
        "  could be YOL-1 94016900/43",
        "2 products, 1 broken on 2027-01-01.",
    ]


def test_one_successor_is_followed_and_what_was_before_is_kept(shelf: Shelf) -> None:
    shelf.map("set", "YOL-1", "94016900/42")
    shelf.put("tariff-2027.csv", TARIFF.format(issued="2027-01-01", end="2026-12-31", start="2027-01-01"))
    ran = shelf.map("update", "--on", "2027-01-01")
    assert ran.out == "Followed: YOL-1 94016900/42 -> YOL-1 94016900/43\n1 followed, 0 left for you.\n"
    assert ran.code == 0
    assert shelf.map("list").out == "YOL-1 94016900/42\n"  # today it still is
    assert "0 broken" in shelf.map("check", "--on", "2027-01-02").out


def test_several_successors_are_left_to_a_person(shelf: Shelf) -> None:
    shelf.map("set", "YOL-2", "94032000/18")
    ran = shelf.map("update", "--on", "2027-01-01")
    assert ran.code == 1
    assert "could be YOL-2 94032000/19\n  could be YOL-2 94032000/20" in ran.out
    assert "0 followed, 1 left" in ran.out


def test_quarantine_codes_follow_their_words(shelf: Shelf) -> None:
    shelf.map("set", "YOL-2", "94032000/19", "MF01", "MF03")
    shelf.put("aqis.csv", AQIS.format(end="2026-07-31"))
    ran = shelf.map("update")
    assert ran.out.startswith("Followed: YOL-2 94032000/19 MF01 MF03 -> YOL-2 94032000/19 MF02 MF03")


def test_check_warns_of_other_codes_than_those_of_the_map(shelf: Shelf) -> None:
    sample = str(Path(__file__).parents[1] / "samples" / "imd-sea-fcl-original.edi")
    shelf.map("set", "YOL-1", "94016900/42", "--goods", "outdoor dining  tables of aluminium, with glass top")
    ran = run("check", sample, "--reference-data", str(shelf.folder), "--select", "GBR-AQIS-COMMODITY-CODE-12")
    assert ran.code == 0
    assert "Tariff Classification Number is 94032000; the map of products has 94016900 for YOL-1" in ran.out
