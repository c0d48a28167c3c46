"""What waits for an operator at a bureau: quarantine with its reasons, tasks, certificates that end; read only."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from edifact_ics.render.report import shown
from edifact_ics.web.listing import template


class Aside(NamedTuple):
    """Work in quarantine: its number, when it came, site and interchange reference, why it was put aside."""

    number: int
    came: str
    site: str
    reference: str
    reason: str
    detail: str


class Waiting(NamedTuple):
    """All that waits: work put aside, tasks and what ends soon as sentences, interchanges without an answer yet.

    `unanswered` are site, reference and hours since it was sent.
    """

    aside: tuple[Aside, ...]
    tasks: tuple[str, ...]
    ending: tuple[str, ...]
    unanswered: tuple[tuple[str, str, float], ...]


def routes(look: Callable[[], Waiting]) -> list[Route]:
    """Return the path of the view; it is for the bureau alone, so a client's token does not open it."""

    def waiting(request: Request) -> Response:
        if request.state.client:
            raise HTTPException(404)
        text = template("waiting.html").render(waiting=look(), shown=shown)
        return Response(text, media_type="text/html; charset=utf-8")

    return [Route("/bureau/waiting", waiting)]
