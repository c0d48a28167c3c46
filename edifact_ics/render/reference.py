"""Reference tables, and files of them that were checked or loaded, as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from edifact_ics.reference import Reference, ReferenceDataError
from edifact_ics.reference.layouts import LAYOUTS
from edifact_ics.reference.loading import Loaded
from edifact_ics.reference.shelf import Issue
from edifact_ics.render.report import shown
from edifact_ics.rules import Known, standard


def tables(reference: Reference, folder: Path, names: Sequence[str] = ()) -> Iterator[str]:
    """Give the lines of a list of all tables, or of those named, then with their columns; the newest issue first."""
    yield f"Tables of your own lie in {shown(str(folder))}{'' if folder.is_dir() else ' (not there yet)'}."
    for name in names or LAYOUTS:
        layout = LAYOUTS[name]
        yield f"{name}: {layout.title}"
        for issue in reversed(reference.issues(name)):
            when = f"issued {issue.issued}" if issue.issued else "no date of issue"
            kind = "shipped" if issue.shipped else "loaded"
            yield f"  {kind}, {when}, {_rows(issue)}; source: {shown(issue.source)}"
        if not reference.has(name):
            yield "  not loaded"
        yield from _rules(name, reference, bool(names))
        if names:
            yield f"  key: {', '.join(column.name for column in layout.key)}"
            for column in layout.columns:
                written = f"{column.form.words}{'' if column.needed else ', or empty'}"
                yield f"  column {column.name}: {column.meaning} ({written})"


def _rules(name: str, reference: Reference, in_full: bool) -> Iterator[str]:
    """Give the line on the rules that ask a table, in full with their ids."""
    asking = _asking(name, reference)
    if not asking:
        return
    running = sum(runs for _, runs in asking)
    how = f"{running} run" if 0 < running < len(asking) else "run" if running else "skipped"
    ids = ": " + ", ".join(ident for ident, _ in asking) if in_full else ""
    yield f"  asked by {_count(len(asking), 'rule')} ({how}){ids}"


def _asking(name: str, reference: Reference) -> list[tuple[str, bool]]:
    """Return the rules that need a table, and whether they run with what is loaded."""
    known = Known(reference=reference)
    return [
        (rule.id, all(known.lacks(need) is None for need in (*rule.needs, *rule.partly)))
        for rule in standard()
        if name in (*rule.needs, *rule.partly)
    ]


def _rows(issue: Issue) -> str:
    try:
        return _count(len(issue.table), "row")
    except ReferenceDataError as error:
        return f"cannot be used: {shown(str(error))}"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def tables_as_json(reference: Reference, folder: Path, names: Sequence[str] = ()) -> str:
    """Return the same list as JSON. `rows` is null, and `problems` says why, where a file cannot be used."""
    listed = [
        {
            "table": name,
            "title": LAYOUTS[name].title,
            "key": [column.name for column in LAYOUTS[name].key],
            "columns": list(LAYOUTS[name].names),
            "loaded": reference.has(name),
            "rules": [{"id": ident, "runs": runs} for ident, runs in _asking(name, reference)],
            "issues": [_issue(issue) for issue in reversed(reference.issues(name))],
        }
        for name in names or LAYOUTS
    ]
    return json.dumps({"version": 1, "folder": str(folder), "tables": listed}, indent=1, ensure_ascii=False)


def _issue(issue: Issue) -> dict[str, object]:
    rows: int | None = None
    problems: list[str] = []
    try:
        rows = len(issue.table)
    except ReferenceDataError as error:
        problems = [str(problem) for problem in error.problems]
    return {
        "issued": str(issue.issued) if issue.issued else None,
        "source": issue.source,
        "file": str(issue.file) if issue.file else None,
        "shipped": issue.shipped,
        "rows": rows,
        "problems": problems,
    }


def file(loaded: Loaded) -> Iterator[str]:
    """Give the lines on one file that was checked, or loaded."""
    contents = loaded.contents
    for problem in contents.problems:
        yield shown(str(problem))
    name = shown(contents.file)
    if contents.problems:
        yield f"{name}: {_count(len(contents.problems), 'problem')}, not to be used"
        return
    assert contents.head is not None and contents.table is not None  # noqa: PT018 - a sound file has both
    what = f"{contents.head.table}, issued {contents.head.issued}, {_count(len(contents.table), 'row')}"
    if loaded.path is None:
        yield f"{name}: sound ({what})"
    else:
        yield f"{name}: {what}: {'replaces' if loaded.replaced else 'loaded as'} {shown(str(loaded.path))}"


def files_as_json(done: Iterable[Loaded]) -> str:
    """Return what was found in files as JSON; `loaded` is where a file lies now, null if it was not loaded."""
    return json.dumps({"version": 1, "files": [_file(loaded) for loaded in done]}, indent=1, ensure_ascii=False)


def _file(loaded: Loaded) -> dict[str, object]:
    contents = loaded.contents
    return {
        "file": contents.file,
        "sound": not contents.problems,
        "table": contents.head.table if contents.head else None,
        "issued": str(contents.head.issued) if contents.head else None,
        "source": contents.head.source if contents.head else None,
        "rows": len(contents.table) if contents.table is not None else None,
        "problems": [{"row": p.row, "column": p.column, "message": p.text} for p in contents.problems],
        "loaded": str(loaded.path) if loaded.path else None,
        "replaced": loaded.replaced,
    }
