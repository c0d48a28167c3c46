"""Put a table into the folder of the user: copied, checked, and only then given its name."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from edifact_ics.reference.file import Contents, read
from edifact_ics.reference.shelf import issues_in


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of loading a file. `path` is where it lies now, None when its contents have problems."""

    contents: Contents
    path: Path | None = None
    replaced: bool = False


def load(file: BinaryIO, name: str, folder: Path) -> Loaded:
    """Copy a file into a folder as TABLE-ISSUED.csv if it is sound; a file of that name is replaced at once.

    `name` is what problems call the file. The copy itself is what is checked, so what was found sound is what is
    loaded. Raise OSError where the folder cannot be written to, ReferenceDataError when it holds files that are no
    tables.
    """
    folder.mkdir(parents=True, exist_ok=True)
    copy = folder / f".{os.getpid()}.part"
    try:
        with open(copy, "w+b") as part:
            shutil.copyfileobj(file, part)
            part.seek(0)
            contents = read(part, name)
        if contents.problems or contents.head is None:
            return Loaded(contents)
        table, issued = contents.head.table, contents.head.issued
        path = folder / f"{table}-{issued}.csv"
        for issue in issues_in(folder):
            if (issue.name, issue.issued) == (table, issued) and issue.file != path:
                contents.complain(None, None, f"{issue.file} holds {table} issued on {issued} already; remove that")
                return Loaded(contents)
        replaced = path.exists()
        os.replace(copy, path)
        return Loaded(contents, path, replaced)
    finally:
        copy.unlink(missing_ok=True)
