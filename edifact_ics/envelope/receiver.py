"""What a receiver knows besides the file: who it is, who may send, test or production, how the mail came in."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import NamedTuple

from edifact_ics.codes import finding
from edifact_ics.envelope.interchange import Interchange
from edifact_ics.finding import Finding


class Receiver(NamedTuple):
    """Who receives; None means that it is not looked at.

    `site` is the receiver's own site, `senders` holds the sites that may send to it. `production` tells a production
    system (a test indicator is refused) from a test system (one is wanted). `secure`: False when the signature or the
    encryption of the mail was not accepted.
    """

    site: str | None = None
    senders: Container[str] | None = None
    production: bool | None = None
    secure: bool = True

    def refuses(self, interchange: Interchange) -> list[Finding]:
        """Return why an interchange is refused as a whole, each reason at its place in UNB; empty when it is not."""
        return list(self._refuses(interchange)) if interchange.header else []

    def _refuses(self, interchange: Interchange) -> Iterator[Finding]:
        place, raw = interchange.header_place, interchange.header_raw
        if not self.secure:
            text = "The signature or the encryption of the mail was not accepted."
            yield finding("ENV-22", interchange.at(place, 1, raw), text)
        sender, recipient, test = interchange.value(2), interchange.value(3), interchange.value(11)
        if self.senders is not None and sender not in self.senders:
            text = f"The sender {sender!r} is not known here."
            yield finding("ENV-21", interchange.at(place, 1, raw, 2, 1), text, sender)
        if self.site is not None and recipient != self.site:
            text = f"The interchange is for {recipient!r}, not for {self.site}."
            yield finding("ENV-19", interchange.at(place, 1, raw, 3, 1), text, recipient)
        if self.production and test == "1":
            text = "The interchange is marked as a test (UNB 0035), and this is the production system."
            yield finding("ENV-20", interchange.at(place, 1, raw, 11), text, test)
        if self.production is False and test != "1":
            text = "The interchange is not marked as a test (UNB 0035), and this is the test system."
            yield finding("ENV-20", interchange.at(place, 1, raw, 11), text, test or None)
