"""What folders and archives hold: files, members of zips, attachments of mails.

Archives come from anywhere, so all of it is bounded: nothing is unpacked to disk, a member that is too large, too deep
or named to leave its archive is refused with a sentence, and what cannot be read is an entry too, never an exception.
"""

from __future__ import annotations

import email
import io
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import BinaryIO

LARGEST = 64_000_000  # bytes of one member or mail, unpacked: they are held in memory. ICS takes 10 MB.
ALLOWANCE, RATIO = 1_000_000_000, 100  # an archive unpacks to at most the allowance, or so many times its size
DEPTH = 3  # archives within archives
_LINE = 1 << 20

_MBOX, _MAIL = b"From ", ".eml"
_SERVICE = (b"UNA", b"UNB", b"UNH")
_PLAIN = (".edi", ".edifact", ".txt", ".xml", ".zip")
_SEALED = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_DRIVE = re.compile(r"^[A-Za-z]:")


@dataclass(frozen=True, slots=True)
class Found:
    """A file as it lies in a folder.

    `name` is what the summary calls it, `place` its path within the folder that was asked for, `size` its bytes.
    `mail`: it lies in a Maildir.
    """

    path: str
    name: str
    place: str
    size: int
    mail: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """One file to work on: `path` says where it lies; `data` is what it holds, where an archive held it."""

    name: str
    place: str
    size: int
    path: str | None = None
    data: bytes | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Something that is not worked on, and why. `harmless`: it was none of ours, so nothing is missing."""

    name: str
    why: str
    harmless: bool = False


class _Spent(Exception):
    """An archive unpacks to more than it may."""


# ---------------------------------------------------------------------- folders


def found_in(paths: Iterable[str], output: str) -> Iterator[Found]:
    """Give the files of folders, in order of names, each once, hidden ones and those of the output left out.

    A path may be a file itself. Names of several folders begin with that of the folder.
    """
    given = list(paths)
    seen: set[str] = set()
    barred = os.path.realpath(output)
    for path in given:
        top = os.path.normpath(path)
        before = [os.path.basename(os.path.realpath(top))] if len(given) > 1 and os.path.isdir(top) else []
        for found in _walk(top, before) if os.path.isdir(top) else _single(top):
            real = os.path.realpath(found.path)
            if real not in seen and not real.startswith(barred + os.sep):
                seen.add(real)
                yield found


def _single(path: str) -> Iterator[Found]:
    if os.path.isfile(path):
        yield Found(os.path.abspath(path), path, os.path.basename(path), os.path.getsize(path))


def _walk(folder: str, steps: list[str]) -> Iterator[Found]:
    try:
        with os.scandir(folder) as listing:
            entries = sorted((e for e in listing if not e.name.startswith(".")), key=lambda e: e.name)
    except OSError:  # `sources` says why
        yield Found(os.path.abspath(folder), folder, "/".join(steps), 0)
        return
    mail = {"cur", "new", "tmp"} <= {e.name for e in entries}
    for entry in entries:
        inside = [*steps, entry.name]
        if entry.is_dir(follow_symlinks=False):
            if not (mail and entry.name == "tmp"):  # mails on their way in
                yield from _walk(entry.path, inside)
        elif entry.is_file():
            kept = os.path.basename(folder) in ("cur", "new") and _is_maildir(os.path.dirname(folder))
            yield Found(os.path.abspath(entry.path), entry.path, "/".join(inside), entry.stat().st_size, kept)


def _is_maildir(folder: str) -> bool:
    return all(os.path.isdir(os.path.join(folder, name)) for name in ("cur", "new", "tmp"))


# ---------------------------------------------------------------------- what a file holds


def sources(found: Found) -> Iterator[Source | Refused]:
    """Give what a file holds: itself, or the files in it when it is a zip, an mbox or a mail."""
    try:
        with open(found.path, "rb") as file:
            beginning = file.read(5)
            file.seek(0)
            if _is_zip(beginning):
                yield from _zipped(file, found.name, found.place, 1, _Budget(found.size))
            elif beginning == _MBOX:
                yield from _mbox(file, found.name, found.place, 1, _Budget(found.size))
            elif found.mail or found.path.lower().endswith(_MAIL):
                if found.size > LARGEST:
                    yield Refused(found.name, _too_large(found.size))
                else:
                    yield from _mailed(file.read(), found.name, found.place, 1, _Budget(found.size))
            else:
                yield Source(found.name, found.place, found.size, path=found.path)
    except _Spent:
        yield Refused(found.name, "It unpacks to far more than its size; the rest of it was not read.")
    except OSError as error:
        yield Refused(found.name, f"It cannot be read: {error.strerror or error}.")


class _Budget:
    """How many bytes an archive may still unpack to, those of archives in it included."""

    def __init__(self, size: int) -> None:
        self._left = max(ALLOWANCE, RATIO * size)

    def spend(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise _Spent


def _is_zip(beginning: bytes) -> bool:
    return beginning.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def _too_large(size: int) -> str:
    return f"It is too large: {size:,} bytes unpacked, where at most {LARGEST:,} are taken."


def _held(data: bytes, name: str, place: str, depth: int, budget: _Budget) -> Iterator[Source | Refused]:
    """Give what bytes out of an archive are: a file, or an archive again."""
    zipped, mbox, mail = _is_zip(data[:5]), data.startswith(_MBOX), name.lower().endswith(_MAIL)
    if not (zipped or mbox or mail):
        yield Source(name, place, len(data), data=data)
    elif depth >= DEPTH:
        yield Refused(name, f"Archives lie in archives more than {DEPTH} deep.")
    elif zipped:
        yield from _zipped(io.BytesIO(data), name, place, depth + 1, budget)
    elif mbox:
        yield from _mbox(io.BytesIO(data), name, place, depth + 1, budget)
    else:
        yield from _mailed(data, name, place, depth + 1, budget)


# ---------------------------------------------------------------------- zip


def _zipped(file: BinaryIO, name: str, place: str, depth: int, budget: _Budget) -> Iterator[Source | Refused]:
    try:
        with zipfile.ZipFile(file) as archive:
            called: set[str] = set()
            for member in archive.infolist():
                if member.is_dir():
                    continue
                own = _unlike(member.filename, called)
                inner = f"{name}/{own}", f"{place}/{own}"
                why = _unfit(member)
                if why:
                    yield Refused(inner[0], why)
                    continue
                budget.spend(member.file_size)
                try:
                    data = archive.read(member)
                except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
                    yield Refused(inner[0], f"It cannot be unpacked: {error}.")
                    continue
                yield from _held(data, *inner, depth, budget)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
        yield Refused(name, f"The zip cannot be read: {error}.")


def _unfit(member: zipfile.ZipInfo) -> str | None:
    """Return why a member is not unpacked, judged by what the zip says of it."""
    name = member.orig_filename.replace("\\", "/")
    if name.startswith("/") or _DRIVE.match(name) or "\0" in name or ".." in name.split("/"):
        return "Its name leads out of the archive."
    if stat.S_ISLNK(member.external_attr >> 16):
        return "It is a link, no file."
    if member.flag_bits & 1:
        return "It is locked with a password."
    if member.file_size > LARGEST:
        return _too_large(member.file_size)
    return None


def _unlike(name: str, called: set[str]) -> str:
    """Return the name of a member, with a number where the zip holds another of that name; add it to those called."""
    stem, dot, suffix = name.rpartition(".") if "." in name else (name, "", "")
    own, number = name, 1
    while own in called:
        number += 1
        own = f"{stem} ({number}){dot}{suffix}"
    called.add(own)
    return own


# ---------------------------------------------------------------------- mail


def _mbox(file: BinaryIO, name: str, place: str, depth: int, budget: _Budget) -> Iterator[Source | Refused]:
    for number, mail in enumerate(_mails(file), 1):
        inner = f"{name}/{number}", f"{place}/{number}"
        if mail is None:
            yield Refused(inner[0], f"The mail is too large: at most {LARGEST:,} bytes are taken.")
        else:
            yield from _mailed(mail, *inner, depth, budget)


def _mails(file: BinaryIO) -> Iterator[bytes | None]:
    """Give the mails of an mbox, None for one that is too large."""
    lines: list[bytes] = []
    size, blank, begun = 0, True, False
    while line := file.readline(_LINE):
        if blank and line.startswith(_MBOX):
            if begun:
                yield b"".join(lines) if size <= LARGEST else None
            lines, size, begun = [], 0, True
        else:
            size += len(line)
            if size <= LARGEST:
                lines.append(line)
            else:
                lines.clear()
        blank = line in (b"\n", b"\r\n")
    yield b"".join(lines) if size <= LARGEST else None


def _mailed(data: bytes, name: str, place: str, depth: int, budget: _Budget) -> Iterator[Source | Refused]:
    """Give the attachments of a mail that can be ours, and its text when that is EDIFACT."""
    taken = 0
    for number, part in enumerate(_parts(email.message_from_bytes(data)), 1):
        kind, attached = part.get_content_type(), _file_name(part)
        if kind in _SEALED:
            taken += 1
            yield Refused(name, "The mail is sealed; open it first (edifact-ics mail open).")
            continue
        payload = part.get_payload(decode=True)
        content = payload if isinstance(payload, bytes) else b""
        if not _is_ours(kind, attached, content):
            continue
        taken += 1
        budget.spend(len(content))
        called = os.path.basename(attached.replace("\\", "/")) or "text.edi"
        yield from _held(content, f"{name}/{number}-{called}", f"{place}/{number}-{called}", depth, budget)
    if not taken:
        yield Refused(name, "The mail brings no EDIFACT.", harmless=True)


def _parts(mail: Message) -> Iterator[Message]:
    return (part for part in mail.walk() if not part.is_multipart())


def _file_name(part: Message) -> str:
    try:
        return part.get_filename() or ""
    except (LookupError, ValueError, TypeError):  # a name in an encoding that does not exist
        return "attachment.edi"


def _is_ours(kind: str, attached: str, content: bytes) -> bool:
    """Tell whether a part may be an interchange: by its content, else by what it is called."""
    text = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(_SERVICE) or (attached and (_is_zip(content) or text.startswith(b"<?xml"))):
        return True
    return kind == "application/edifact" or Path(attached.lower()).suffix in _PLAIN
