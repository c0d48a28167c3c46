"""Loads, once and before the first request, what every request needs; processes are forked from here."""

from __future__ import annotations

import contextlib
from pathlib import Path

from edifact_ics import resources
from edifact_ics.web import tasks
from edifact_ics.web.listing import template

with contextlib.suppress(FileNotFoundError):  # an installation without samples is only slower at first
    _first = Path(resources.root("samples")) / "imd-sea-fcl-original.edi"
    tasks.check_body(_first.read_bytes())
    tasks.translate_body(_first.read_bytes(), None)
    tasks.respond_body(_first.read_bytes(), "both")
    tasks.view_body(_first.read_bytes(), 1)
template("page.html")
