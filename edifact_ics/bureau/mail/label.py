"""What UNB says on the outside of a mail: subject and file name."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass

from edifact_ics.bureau.mail.refusal import Reason, Refused
from edifact_ics.envelope.interchange import CUSTOMS, Interchange, Opened
from edifact_ics.envelope.reader import MAX_INTERCHANGE, Reader

_SITE = re.compile("[A-Z0-9]{1,10}")
_REFERENCE = re.compile("[0-9]{1,14}")


@dataclass(frozen=True)
class Label:
    """Who sends an interchange to whom, by UNB 0004, 0010 and 0020, each in the form that is safe in a name."""

    creator: str
    recipient: str
    reference: str

    @property
    def subject(self) -> str:
        """The subject of the mail, the same in both directions."""
        return f"{self.creator}_{self.reference}_{self.recipient}"

    @property
    def file_name(self) -> str:
        """The name of the attachment; what Customs sends is named by the recipient (assumed: no example is public)."""
        site = self.recipient if self.creator == CUSTOMS else self.creator
        return f"{site}_{self.reference}.edi"


def label(interchange: Interchange) -> Label:
    """Return what the mail of an interchange bears on the outside; refuse values that may not stand there."""
    creator, recipient = interchange.value(2), interchange.value(3)
    for element, site in (("0004", creator), ("0010", recipient)):
        if not _SITE.fullmatch(site):
            raise Refused(
                Reason.BAD_SITE, f"UNB {element} is {site[:40]!r}: a site is 1 to 10 capital letters and digits."
            )
    if not _REFERENCE.fullmatch(interchange.reference):
        raise Refused(
            Reason.BAD_REFERENCE, f"UNB 0020 is {interchange.reference[:40]!r}: a reference is 1 to 14 digits."
        )
    return Label(creator, recipient, interchange.reference)


def only_interchange(data: bytes, *, complete: bool) -> Interchange:
    """Return the one interchange that data holds; refuse none, several, more than 10 MB, and bare messages.

    `complete`: refuse too one that does not end with UNZ, or has something around it. What is wrong inside is for
    `check` to say.
    """
    if len(data) > MAX_INTERCHANGE:
        raise Refused(Reason.TOO_LARGE, f"The interchange has {len(data)} bytes; {MAX_INTERCHANGE} are the most.")
    found: list[Interchange] = []
    reader = Reader(io.BytesIO(data))
    for event in reader.events():
        if isinstance(event, Opened):
            found.append(event.interchange)
            if len(found) > 1:
                raise Refused(Reason.MANY_INTERCHANGES)
    if not found or found[0].bare or not found[0].header:
        raise Refused(Reason.NO_INTERCHANGE)
    around = found[0].before + found[0].after + reader.tail
    if complete and (found[0].trailer is None or around.strip()):
        raise Refused(Reason.INCOMPLETE_INTERCHANGE)
    return found[0]
