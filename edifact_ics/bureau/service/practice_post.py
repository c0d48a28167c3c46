"""A mail server to practise with: what it takes by SMTP, on this machine alone, it puts into Maildirs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from aiosmtpd.smtp import SMTP, Envelope, Session

from edifact_ics.bureau.service.channels.maildir import MaildirPost
from edifact_ics.bureau.service.configuration import Endpoint

_HOST = "127.0.0.1"


@contextmanager
def post_office(root: Path) -> Iterator[Endpoint]:
    """Serve on a free port of loopback, and give the channel that sends there; mailboxes are below `root`."""
    loop = asyncio.new_event_loop()
    desk = _Desk(root)
    serve = loop.create_server(lambda: SMTP(desk, hostname="localhost", loop=loop), _HOST, 0)
    server = loop.run_until_complete(serve)
    serving = Thread(target=loop.run_forever, daemon=True)
    serving.start()
    try:
        yield Endpoint("smtp", host=_HOST, port=server.sockets[0].getsockname()[1], tls=False)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        serving.join()
        server.close()
        loop.run_until_complete(_hung_up())
        loop.close()


async def _hung_up() -> None:
    """Let sessions end whose client has gone."""
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for one in left:
        one.cancel()
    await asyncio.gather(*left, return_exceptions=True)


class _Desk:
    """Puts each mail into the mailbox of each of its recipients before it says that it has it."""

    def __init__(self, root: Path) -> None:
        self._post = MaildirPost(root)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - its name
        mail = envelope.content or b""
        for recipient in envelope.rcpt_tos:
            self._post.send(mail.encode() if isinstance(mail, str) else mail, envelope.mail_from or "", recipient)
        return "250 OK"
