"""The bureau's views: declarations, where each stands, its messages and answers. They are read, never changed."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from edifact_ics.render.report import FUNCTIONS, shown
from edifact_ics.web.listing import template

if TYPE_CHECKING:
    from edifact_ics.ledger.overview import Overview

PER_PAGE = 200


def routes(overview: Overview) -> list[Route]:
    """Return the paths of the views; whose documents they show, the guard has put into the request."""

    def documents(request: Request) -> Response:
        page = _number(request.query_params.get("page", "1"))
        client = request.state.client
        found = overview.documents(client, (page - 1) * PER_PAGE, PER_PAGE + 1)
        return _html(
            "bureau.html",
            client=client,
            documents=found[:PER_PAGE],
            page=page,
            more=len(found) > PER_PAGE,
            age=_age,
            shown=shown,
        )

    def document(request: Request) -> Response:
        found = overview.past(_number(request.path_params["number"]), request.state.client)
        if found is None:
            raise HTTPException(404)
        return _html("document.html", past=found, functions=FUNCTIONS, when=_when, shown=shown)

    return [Route("/bureau", documents), Route("/bureau/{number}", document)]


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or not 1 <= len(text) <= 9 or int(text) < 1:
        raise HTTPException(404)
    return int(text)


def _html(name: str, **values: object) -> Response:
    return Response(template(name).render(**values), media_type="text/html; charset=utf-8")


def _age(moment: datetime.datetime | None) -> str:
    """Return how long ago something was: 5 minutes, 3 hours, 2 days; "" when it is not known."""
    if moment is None:
        return ""
    minutes = max(0, int((datetime.datetime.now(datetime.UTC) - moment).total_seconds() // 60))
    count, noun = next(
        ((minutes // size, noun) for size, noun in ((1440, "day"), (60, "hour")) if minutes >= size),
        (minutes, "minute"),
    )
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _when(moment: datetime.datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else ""
