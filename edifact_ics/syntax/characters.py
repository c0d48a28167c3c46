"""One segment's text to its elements and back.

Knows service characters and nothing else: no segment has a meaning here. Text is handled as ISO 8859-1, one
character for one byte, so that a character's index is its offset; `repertoire` says what a byte means.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

MAX_SEGMENT = 1 << 16

BREAKS = " \t\r\n"


@dataclass(frozen=True)
class Delimiters:
    """The six service characters of UNA, in its order; the fifth is reserved in syntax 3. ISO 9735, 7.1."""

    component: str = ":"
    element: str = "+"
    decimal: str = "."
    release: str = "?"
    reserved: str = " "
    terminator: str = "'"

    @property
    def una(self) -> str:
        """The service string advice that announces these characters."""
        return "UNA" + self.component + self.element + self.decimal + self.release + self.reserved + self.terminator

    @property
    def _used(self) -> list[str]:
        """The characters that separate; a blank as release character means that none is used."""
        release = [self.release] if self.release != " " else []
        return [self.component, self.element, self.terminator, *release]

    @property
    def special_characters(self) -> list[str]:
        """The characters that must be released inside a value."""
        return self._used

    @cached_property
    def distinct(self) -> bool:
        """Tell whether a file can be read by these characters at all: all different, neither letters nor digits."""
        return len(set(self._used)) == len(self._used) and not any(c.isalnum() for c in self._used)

    @cached_property
    def usable(self) -> bool:
        """Tell whether these characters can serve: distinct, and none of them a blank or a line end."""
        return self.distinct and not any(c in BREAKS for c in self._used)

    @cached_property
    def special(self) -> re.Pattern[str]:
        """Matches each character that must be released inside a value."""
        used = self.component + self.element + self.terminator + (self.release if self.release != " " else "")
        return re.compile("[" + re.escape(used) + "]")

    @cached_property
    def _released(self) -> list[str]:
        """The characters that must be released, the release character first."""
        return self._used[::-1]

    def escape(self, value: str) -> str:
        """Return a value with its service characters released."""
        if value.isalnum() or not self.special.search(value):
            return value
        for char in self._released:
            value = value.replace(char, self.release + char)
        return value


STANDARD = Delimiters()


def split_elements(raw: str, d: Delimiters = STANDARD) -> list[list[str]]:
    """Return the elements of a segment, tag first, each as its components, unescaped. `A?B` is `AB`."""
    if d.release == " " or d.release not in raw:
        return [element.split(d.component) for element in raw.split(d.element)]
    elements: list[list[str]] = [[]]
    current: list[str] = []
    for piece in _tokens(d).findall(raw):
        if piece == d.element:
            elements[-1].append("".join(current))
            elements.append([])
            current = []
        elif piece == d.component:
            elements[-1].append("".join(current))
            current = []
        elif piece[0] == d.release:
            current.append(piece[1:])
        else:
            current.append(piece)
    elements[-1].append("".join(current))
    return elements


def _tokens(d: Delimiters) -> re.Pattern[str]:
    release, element, component = re.escape(d.release), re.escape(d.element), re.escape(d.component)
    return re.compile(f"{release}.?|{element}|{component}|[^{release}{element}{component}]+", re.S)


def join_elements(elements: Iterable[Iterable[str]], d: Delimiters = STANDARD) -> str:
    """Return a segment without its terminator, escaped; trailing empty components and elements are cut."""
    texts = [d.component.join(map(d.escape, _trim(list(parts)))) for parts in elements]
    return d.element.join(_trim(texts))


def _trim(parts: list[str]) -> list[str]:
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    return parts


def locate(raw: str, element: int | None, component: int | None, d: Delimiters = STANDARD) -> int:
    """Return the index in `raw` at which an element or component begins, or where it should stand when it was not sent.

    `element` counts from 1 after the tag (None: the tag), `component` from 1.
    """
    if element is None:
        return 0
    at_element, at_component, index = 0, 1, 0
    want = component or 1
    for piece in (_tokens(d) if d.release != " " else _plain_tokens(d)).findall(raw):
        if (at_element, at_component) == (element, want):
            return index
        if piece == d.element:
            if at_element == element:
                return index
            at_element, at_component = at_element + 1, 1
        elif piece == d.component:
            at_component += 1
        index += len(piece)
    return index


def _plain_tokens(d: Delimiters) -> re.Pattern[str]:
    element, component = re.escape(d.element), re.escape(d.component)
    return re.compile(f"{element}|{component}|[^{element}{component}]+", re.S)


def shift(place: tuple[int, int, int], text: str) -> tuple[int, int, int]:
    """Return the place behind `text`, which begins at `place`."""
    offset, line, column = place
    lines = text.count("\n")
    column = len(text) - text.rfind("\n") if lines else column + len(text)
    return offset + len(text), line + lines, column
