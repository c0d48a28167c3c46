"""What the registry refuses, and what to do instead."""

from __future__ import annotations

from edifact_ics.history import HistoryError


class RegistryError(HistoryError):
    """The database cannot be used as a registry: one sentence, without secrets."""


class Refused(Exception):
    """A change that a rule does not allow: `what` is wrong, and what to `do`, each a sentence. Nothing was changed."""

    def __init__(self, what: str, do: str) -> None:
        super().__init__(f"{what} {do}")
        self.what = what
        self.do = do
