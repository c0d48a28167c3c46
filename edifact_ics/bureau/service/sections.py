"""The tables of a TOML file, asked key by key: faults are gathered, each with file, line, section and key."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Source:
    """The file that is read, and the faults found in it.

    `present`: the files and variables that it names must be there.
    """

    file: Path
    text: str
    present: bool
    faults: list[str] = field(default_factory=list)


@dataclass
class Section:
    """One table: `name` as its header has it, "" for what stands before all headers; `number` counts those of one name.

    A method given None as default wants the key to be there; where something is wrong, what it returns counts for
    nothing. `end` finds keys that nobody asked for. A table that is not `there` complains of nothing.
    """

    source: Source
    name: str
    data: Mapping[str, Any]
    there: bool = True
    number: int = 0
    asked: set[str] = field(default_factory=set)
    inner: list[Section] = field(default_factory=list)

    def fault(self, key: str, what: str) -> None:
        """Note what is wrong with a key, at its line; where it has none, at that of its table."""
        line = self._line(key)
        where = f"{self.source.file}{f':{line}' if line else ''}"
        self.source.faults.append(f"{where}: {f'[{self.name}] ' if self.name else ''}{key}: {what}.")

    def _line(self, key: str) -> int | None:
        text, start, end = self.source.text, 0, len(self.source.text)
        headers = list(re.finditer(r"^[ \t]*\[+[ \t]*([\w.-]+)[ \t]*\]+", text, re.M))
        if self.name:
            mine = [place for place, header in enumerate(headers) if header[1] == self.name]
            if self.number >= len(mine):
                return None
            start = headers[mine[self.number]].end()
        end = min((header.start() for header in headers if header.start() >= start), default=end)
        found = re.compile(rf"^[ \t]*{re.escape(key)}[ \t]*=", re.M).search(text, start, end)
        if found is None and not self.name:
            return None
        return text.count("\n", 0, found.start() if found else start) + 1

    def _value(self, key: str, default: object, form: type | tuple[type, ...], what: str) -> Any:
        self.asked.add(key)
        if key not in self.data:
            if default is None and self.there:
                self.fault(key, f"is missing; {what} is expected")
            return default
        value = self.data[key]
        if not isinstance(value, form) or (isinstance(value, bool) and form is not bool):
            self.fault(key, f"{what} is expected, not {value!r}")
            return default
        return value

    def text(self, key: str, default: str | None, what: str = "a text") -> str:
        """Return a text; an empty one is none unless it is the default."""
        value = str(self._value(key, default, str, what) or "")
        blank = not value.strip() and (value or default != "")
        if isinstance(self.data.get(key), str) and (blank or not value.isprintable()):
            self.fault(key, f"{what} is expected, not {value!r}")
            return default or ""
        return value

    def flag(self, key: str, default: bool) -> bool:
        """Return true or false."""
        return bool(self._value(key, default, bool, "true or false"))

    def number_of(self, key: str, default: float, *, least: float = 0, most: float = math.inf) -> float:
        """Return a number."""
        return self._number(key, default, (int, float), f"a number {_range(least, most)}", least, most)

    def count(self, key: str, default: int, *, least: int = 0, most: float = math.inf) -> int:
        """Return a whole number."""
        return int(self._number(key, default, int, f"a whole number {_range(least, most)}", least, most))

    def _number(
        self, key: str, default: float, form: type | tuple[type, ...], what: str, least: float, most: float
    ) -> float:
        value: float = self._value(key, default, form, what)
        if not least <= value <= most or math.isinf(value):  # and that is no number which is not itself
            self.fault(key, f"{what} is expected, not {value!r}")
            return default
        return value

    def choice(self, key: str, words: tuple[str, ...], default: str | None = None) -> str:
        """Return one of some words; the first one where it is none."""
        value = self.text(key, default, f"one of {', '.join(words)}")
        if value not in words:
            if value:
                self.fault(key, f"one of {', '.join(words)} is expected, not {value!r}")
            return words[0]
        return value

    def formed(self, key: str, default: str | None, form: re.Pattern[str], what: str) -> str:
        """Return a text of a form."""
        value = self.text(key, default, what)
        if value and not form.fullmatch(value):
            self.fault(key, f"{what} is expected, not {value!r}")
        return value

    def path(self, key: str, default: str | None) -> Path:
        """Return a path; one that is relative starts at the folder of the file. An empty one is `Path()`."""
        value = self.text(key, default, "a path")
        return (self.source.file.parent / value).absolute() if value else Path()

    def file(self, key: str, default: str | None) -> Path:
        """Return the path of a file."""
        path = self.path(key, default)
        if path != Path():
            self._require(key, path, path.is_file, "file")
        return path

    def folder(self, key: str, default: str | None) -> Path:
        """Return the path of a folder."""
        path = self.path(key, default)
        if path != Path():
            self._require(key, path, path.is_dir, "folder")
        return path

    def files(self, key: str, required: bool) -> list[Path]:
        """Return the paths of files, one or more of them."""
        what = "a list of files"
        given = self._value(key, None if required else [], list, what) or []
        sound = given and all(isinstance(one, str) and one.strip() and one.isprintable() for one in given)
        if isinstance(self.data.get(key), list) and not sound:
            self.fault(key, f"{what} is expected, not {given!r}")
            return []
        found = [(self.source.file.parent / one).absolute() for one in given]
        for path in found:
            self._require(key, path, path.is_file, "file")
        return found

    def _require(self, key: str, path: Path, there: Callable[[], bool], what: str) -> None:
        if self.source.present and not there():
            self.fault(key, f"there is no {what} {path}")

    def variable(self, key: str) -> str:
        """Return the name of a variable of the environment; "" where none is named."""
        name = self.text(key, "")
        if name and self.source.present and name not in os.environ:
            self.fault(key, f"there is no variable {name}")
        return name

    def secret(self, file_key: str, variable_key: str) -> str:
        """Return the first line of a file, else what stands in a variable; "" where neither is named.

        One that is not there is a fault only where it is needed, `present`: who looks at an instance need not know it.
        """
        file, variable = self.text(file_key, ""), self.text(variable_key, "")
        if file:
            try:
                return (self.source.file.parent / file).read_text("utf-8").split("\n", 1)[0]
            except OSError as error:
                if self.source.present:
                    self.fault(file_key, f"{file} cannot be read: {error.strerror}")
            except UnicodeDecodeError:
                self.fault(file_key, f"{file} is no text")
        if variable and variable not in os.environ and self.source.present:
            self.fault(variable_key, f"there is no variable {variable}")
        return os.environ.get(variable, "") if variable else ""

    def texts(self, key: str, default: list[str]) -> list[str]:
        """Return a list of texts."""
        return [str(one) for one in self._value(key, default, list, "a list of texts")]

    def section(self, key: str, required: bool = True) -> Section:
        """Return the table of a key; one that is not `there` stands for one that is missing."""
        self.asked.add(key)
        value = self.data.get(key)
        name = f"{self.name}.{key}" if self.name else key
        if value is None and required and self.there:
            self.source.faults.append(f"{self.source.file}: the section [{name}] is missing.")
        elif value is not None and not isinstance(value, dict):
            self.fault(key, f"a section [{name}] is expected")
            value = None
        made = Section(self.source, name, value or {}, value is not None)
        self.inner.append(made)
        return made

    def sections(self, key: str) -> list[Section]:
        """Return the tables of a key, one or more of them."""
        self.asked.add(key)
        value = self.data.get(key)
        name = f"{self.name}.{key}" if self.name else key
        if not isinstance(value, list) or not value or not all(isinstance(one, dict) for one in value):
            if self.there:
                self.source.faults.append(f"{self.source.file}: at least one section [[{name}]] is expected.")
            return []
        made = [Section(self.source, name, one, number=number) for number, one in enumerate(value)]
        self.inner += made
        return made

    def end(self) -> None:
        """Name the keys that nobody asked for: most are mistyped."""
        for key in self.data:
            if key not in self.asked:
                self.fault(key, f"is not known here; known are {', '.join(sorted(self.asked))}")
        for one in self.inner:
            one.end()


def _range(least: float, most: float) -> str:
    return f"of {least:g} or more" if math.isinf(most) else f"from {least:g} to {most:g}"
