"""Compare the guides in `mig/` with lists of positions and data elements kept elsewhere, row by row.

    python tools/mig_coverage.py                              ../shared/ics, where it stands beside this checkout
    python tools/mig_coverage.py FOLDER                       segments.csv and mapping.csv of another folder
    python tools/mig_coverage.py FOLDER --message CONTRL      only this message; may be repeated

It prints what a guide lacks or has otherwise (position, place, format, qualifier, name, code list, basis). What guides
have beside the lists is not its business: `tests/test_mig.py` names that. Exit 1 if anything differs, 2 if there is no
list.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from edifact_ics import resources
from edifact_ics.guide.directory import NS

BESIDE = Path(__file__).resolve().parent.parent.parent / "shared" / "ics"
SERVICE, ENVELOPE = "service", ("ALL", "ENVELOPE")
CONSTANT = "(constant)"  # a segment that carries others, or is always the same
# Conditions that say what must be there together, not what stands where: the function in BGM, the mode of transport, an
# importer named because it has no number. They are for the rules; no guide has them.
FOR_RULES = ("@0020.1225=", "C220.8067=", "!C082.3055=")
# Where a guide is meant to be otherwise, by message ("*": each), element and attribute.
DECIDED = {
    ("*", "Sender Reference Version", "dictionary"),  # digits alone: the rules compare it as a number
    ("*", "Sender Reference Version", "dictionary-basis"),
    ("ALL", "Message Owner Site", "min"),  # read without it too
    ("ALL", "Acknowledgement Request", "list"),  # the one value has a list
    ("ALL", "Test Indicator", "list"),
}
Row = dict[str, str]


def rows(file: Path) -> list[Row]:
    """Return the rows of a list; columns that some lists call otherwise get one name."""
    with file.open(newline="", encoding="utf-8") as text:
        found = list(csv.DictReader(text))
    for row in found:
        row["element"] = row.get("element") or row.get("item", "")
        row["format"] = row.get("edifact_format") or row.get("format", "")
    return found


def guide_of(message: str) -> etree._Element | None:
    """Return the guide of a message as XML, None if there is none."""
    name = SERVICE if message in ENVELOPE else message.lower()
    file = resources.root("mig") / f"{name}.xml"
    return etree.parse(str(file)).getroot() if file.exists() else None


# ---------------------------------------------------------------------- positions


def positions(guide: etree._Element, wanted: list[Row]) -> Iterator[str]:
    """Say where the positions of a guide are not those of a list."""
    have = {row.get("pos", ""): row for row in guide.iter(f"{NS}group", f"{NS}segment")}
    for row in wanted:
        node = have.pop(row["position"], None)
        where = f"{row['message']} {row['position']} {row['id']}"
        if node is None:
            yield f"{where}: missing"
            continue
        above = node.getparent()
        said = {
            "id": node.get("id", node.get("tag", "")),
            "group": above.get("id", "") if above is not None else "",
            "status": node.get("status", ""),
            "max": node.get("max", ""),
            "basis": node.get("basis", ""),
        }
        yield from (f"{where}: {k} is {v!r}, the list has {row[k]!r}" for k, v in said.items() if v != row[k])
    yield from (f"{guide.get('message')} {position}: not in the list" for position in have)


# ---------------------------------------------------------------------- data elements

Condition = tuple[str, frozenset[str]]


def conditions(text: str) -> set[Condition]:
    """Return conditions as pairs of path and values; one turned round keeps its `!`, and says that there is nothing."""
    found = set()
    for part in filter(None, (part.strip() for part in text.split(";"))):
        path, _, values = part.partition("=")
        found.add((path.removeprefix("!"), frozenset(values.split("|") if path[0] != "!" else {""})))
    return found


def elements(guide: etree._Element, wanted: list[Row]) -> Iterator[str]:
    """Say where the data elements of a guide are not those of a list."""
    uses = [(segment, use) for segment in guide.iter(f"{NS}segment") for use in segment.iter(f"{NS}use")]
    for row in wanted:
        if row["tag"] == "UNA":  # no segment: its place is in the scanner
            continue
        here = [
            use
            for segment, use in uses
            if segment.get("tag") == row["tag"] and (not row["position"] or segment.get("pos") == row["position"])
        ]
        where = f"{row['message']} {row['position']} {row['tag']} {row['element']}"
        if row["element"] == CONSTANT:
            if not any(conditions(row["qualifier"]) <= _said(use) and _carries(use, row) for use in here):
                yield f"{where} {row['qualifier']}: missing"
            continue
        found = [
            (use, value)
            for use in here
            for value in use.iter(f"{NS}value", f"{NS}alias")
            if row["element"] in (value.get("name"), value.get("element")) and value.get("at") == row["value_at"]
        ]
        fits = [one for one in found if not _qualified_otherwise(row, *one)] or found
        if not fits:
            yield f"{where} {row['value_at']}: missing"
            continue
        yield from (f"{where}: {difference}" for difference in _differences(row, *fits[0]))


def _said(use: etree._Element, value: etree._Element | None = None) -> set[Condition]:
    said = conditions(";".join(use.get(name, "") for name in ("is", "with", "when")))
    return said | (conditions(value.get("when", "")) if value is not None else set())


def _carries(use: etree._Element, row: Row) -> bool:
    return use.get("carrier") is not None or use.get("basis") == row["basis"]


def _qualified_otherwise(row: Row, use: etree._Element, value: etree._Element) -> set[Condition]:
    parts = [part.strip() for part in row["qualifier"].split(";")]
    if value.tag == f"{NS}value":
        parts = [part for part in parts if not part.startswith(FOR_RULES)]
    said = _said(use, value) | conditions(f"{row['value_at']}={value.get('code')}" if value.get("code") else "")
    return conditions(";".join(parts)) - said


def _differences(row: Row, use: etree._Element, value: etree._Element) -> Iterator[str]:
    for path, values in sorted(_qualified_otherwise(row, use, value), key=str):
        yield f"qualifier {path}={'|'.join(sorted(values))} is missing or otherwise"
    wanted = {"xml": row["xml_name"], "basis": row["basis"]}
    if value.tag == f"{NS}value":
        wanted["format"] = row["format"]
        if "dd_format" in row:
            wanted |= {"dictionary": row["dd_format"], "dictionary-basis": row["dd_basis"]}
            wanted["min"] = "1" if row["occurs"].startswith("1") else ""
            wanted["list"] = "" if value.get("code") else row["code_list"]
    for name, said in wanted.items():
        decided = DECIDED & {(message, row["element"], name) for message in (row["message"], "*")}
        if value.get(name, "") != said and not decided:
            yield f"{name} is {value.get(name, '')!r}, the list has {said!r}"


# ---------------------------------------------------------------------- all


def differences(folder: Path, only: list[str]) -> Iterator[str]:
    """Give the differences between the guides and the lists in a folder, those of some messages if any are named."""
    segments, mapping = rows(folder / "segments.csv"), rows(folder / "mapping.csv")
    for message in dict.fromkeys(row["message"] for row in mapping):
        if only and message not in only:
            continue
        guide = guide_of(message)
        if guide is None:
            yield f"{message}: there is no guide"
            continue
        if message not in ENVELOPE:
            yield from positions(guide, [row for row in segments if row["message"] == message])
        yield from elements(guide, [row for row in mapping if row["message"] == message])


def main(words: list[str]) -> int:
    """Print the differences; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=BESIDE)
    parser.add_argument("--message", action="append", default=[])
    given = parser.parse_args(words)
    if not (given.folder / "mapping.csv").is_file():
        print(f"there is no mapping.csv in {given.folder}", file=sys.stderr)
        return 2
    found = list(differences(given.folder, given.message))
    print("\n".join(found) or "the guides and the lists agree")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
