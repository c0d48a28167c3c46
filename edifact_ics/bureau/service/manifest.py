"""What an interchange is about, read from its service segments and BGM alone: enough to say whose it is."""

from __future__ import annotations

import io
from dataclasses import dataclass

from edifact_ics.envelope.interchange import Interchange, Message, Opened
from edifact_ics.envelope.reader import Reader
from edifact_ics.history import same_reference
from edifact_ics.inspection.guides import identity


@dataclass(frozen=True)
class Entry:
    """One message: type in UNH, name in BGM, function, sender reference; `raws` are its segments as sent."""

    reference: str
    type: str
    document: str
    function: str
    sender_reference: str
    raws: tuple[str, ...]


@dataclass(frozen=True)
class Manifest:
    """An interchange and its messages."""

    interchange: Interchange
    entries: tuple[Entry, ...]

    @property
    def site(self) -> str:
        """UNB 0004."""
        return self.interchange.value(2)

    @property
    def is_test(self) -> bool:
        """Tell whether UNB 0035 marks it as a test."""
        return self.interchange.value(11) == "1"

    @property
    def only_acknowledges(self) -> bool:
        """Tell whether it holds CONTRL and nothing else."""
        return bool(self.entries) and all(entry.type == "CONTRL" for entry in self.entries)

    @property
    def subjects(self) -> tuple[str, ...]:
        """What one at a time is judged about, as keys: its reference; site, document, sender reference of each."""
        found = (f"{self.site} {e.document} {e.sender_reference}" for e in self.entries if e.sender_reference)
        return tuple(dict.fromkeys((self.use, *found)))

    @property
    def use(self) -> str:
        """The use of its reference, as a key."""
        return f"{self.site} UNB {same_reference(self.interchange.reference)}"


def manifest(data: bytes) -> Manifest | None:
    """Return what the first interchange in data is about; None if there is none with a UNB."""
    interchange, entries = None, []
    for event in Reader(io.BytesIO(data)).events():
        if isinstance(event, Opened):
            if interchange is not None:
                break
            interchange = event.interchange
        elif isinstance(event, Message):
            entries.append(_entry(event))
    if interchange is None or interchange.bare or not interchange.header:
        return None
    return Manifest(interchange, tuple(entries))


def _entry(message: Message) -> Entry:
    named = identity(message)
    kind = message.type[0] if message.type else ""
    return Entry(message.reference, kind, named.document, named.function, named.reference, tuple(message.raws))
