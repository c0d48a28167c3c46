"""Where the outputs of a file go: a path that is safe on any system and that no other file has."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

FOLDER = "files"
_UNSAFE = re.compile(r"[^A-Za-z0-9._ ()-]")
_LONGEST = 80
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")


class Targets:
    """Gives each file its target, and never one that is taken, in whatever case it is written."""

    def __init__(self, taken: Iterable[tuple[str, str]] = ()) -> None:
        """`taken`: targets given by an earlier run, with the names of the files they were given to."""
        self._taken = {target.casefold(): name for target, name in taken}

    def of(self, name: str, place: str) -> str:
        """Return the target of a file: its place made safe, without suffix; with a hash of its name if it is taken."""
        *folders, last = [part for part in place.split("/") if part not in ("", ".", "..")] or ["file"]
        stem = last.rpartition(".")[0] or last
        plain = "/".join([FOLDER, *map(_safe, folders), _safe(stem)])
        target = plain
        while self._taken.setdefault(target.casefold(), name) != name:
            whole = f"{name}\0{target}".encode("utf-8", "surrogateescape")
            target = f"{plain}~{hashlib.sha256(whole).hexdigest()[:12]}"
        return target


def _safe(part: str) -> str:
    safe = _UNSAFE.sub("_", part)[:_LONGEST].strip(" ").strip(".") or "_"
    return f"_{safe}" if _RESERVED.match(safe) else safe
