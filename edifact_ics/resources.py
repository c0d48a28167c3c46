"""Find the folders `mig/`, `schemas/`, `reference_data/`: inside an installed package, or beside it in a checkout."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def root(name: str) -> Path:
    """Return the folder `name`; raise FileNotFoundError if the installation lost it."""
    package = Path(__file__).resolve().parent
    for place in (package / name, package.parent / name):
        if place.is_dir():
            return place
    raise FileNotFoundError(f"the data folder {name!r} of edifact_ics is missing from this installation")
