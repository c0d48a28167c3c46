"""Mail fetched by IMAP: a mail is deleted there only when it is kept here."""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from edifact_ics.bureau.mail.opening import MAX_MAIL
from edifact_ics.bureau.service.channels import ChannelError, Received

_TIMEOUT = 60  # seconds
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


@dataclass(frozen=True)
class Imap:
    """A mailbox. `tls`: spoken from the first byte, the certificate verified; only this machine does without."""

    host: str
    port: int
    tls: bool
    user: str
    password: str = field(repr=False)
    mailbox: str = "INBOX"

    def receive(self) -> Iterator[Received]:
        """Give the mails in the order of their numbers; size is asked first, and a mail too large is not fetched."""
        try:
            box = self._connected()
            try:
                yield from self._mails(box)
            finally:
                try:
                    box.expunge()
                finally:
                    box.logout()
        except (imaplib.IMAP4.error, OSError) as error:
            raise ChannelError(f"{self.host} cannot be asked for mail ({type(error).__name__}).") from error

    def _connected(self) -> imaplib.IMAP4:
        box: imaplib.IMAP4
        if self.tls:
            box = imaplib.IMAP4_SSL(self.host, self.port, ssl_context=ssl.create_default_context(), timeout=_TIMEOUT)
        else:
            box = imaplib.IMAP4(self.host, self.port, timeout=_TIMEOUT)
        box.login(self.user, self.password)
        done, _ = box.select(self.mailbox)
        if done != "OK":
            box.logout()
            raise ChannelError(f"{self.host} has no mailbox {self.mailbox}.")
        return box

    def _mails(self, box: imaplib.IMAP4) -> Iterator[Received]:
        _, found = box.uid("SEARCH", "UNDELETED")
        for number in (found[0] or b"").split():
            uid = number.decode("ascii")
            _, said = box.uid("FETCH", uid, "(RFC822.SIZE)")
            size = _SIZE.search(said[0] if isinstance(said[0], bytes) else b"")
            data: bytes | None = None
            if size is None or int(size[1]) <= MAX_MAIL:
                _, parts = box.uid("FETCH", uid, "(BODY.PEEK[])")
                data = next((part[1] for part in parts if isinstance(part, tuple)), None)
                if data is None:  # another session was faster
                    continue
            place = f"{self.host} {self.mailbox} {uid}"
            yield Received(data, int(size[1]) if size else len(data or b""), place, partial(_delete, box, uid))


def _delete(box: imaplib.IMAP4, uid: str) -> None:
    box.uid("STORE", uid, "+FLAGS", r"(\Deleted)")
