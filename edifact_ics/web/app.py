"""The server: which path asks for what."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from edifact_ics import __version__
from edifact_ics.guide.library import ours
from edifact_ics.guide.mig import SERVICE
from edifact_ics.reference import load_reference
from edifact_ics.render import guide
from edifact_ics.render.rules import as_json as rules_as_json
from edifact_ics.rules import Known, available
from edifact_ics.rules.claims import claims, speaking_of
from edifact_ics.web import bureau, tasks, waiting
from edifact_ics.web.guard import Guard, Terms
from edifact_ics.web.listing import template
from edifact_ics.web.openapi import description
from edifact_ics.web.tasks import Done, refused
from edifact_ics.web.worker import Workers

if TYPE_CHECKING:
    from edifact_ics.ledger.overview import Overview

LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
MOST = 20_000_000  # bytes of a body
_STATIC = Path(__file__).with_name("static")
_KINDS = {
    "style.css": "text/css; charset=utf-8",
    "app.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}


def application(
    hosts: frozenset[str] = LOOPBACK,
    tokens: Mapping[str, str] | None = None,
    most: int = MOST,
    seconds: float = 30,
    memory: int = 2 << 30,
    overview: Overview | None = None,
    look: Callable[[], waiting.Waiting] | None = None,
) -> Starlette:
    """Return the server: for requests to `hosts`, with one of the `tokens` where any are wanted (see `Terms`).

    With an `overview` of a ledger the bureau's views are there, for those who bring a token; with `look` also what
    waits for its operators. ValueError without tokens.
    A body has at most `most` bytes; a task takes at most `seconds` and holds at most `memory` bytes.
    """
    if (overview is not None or look is not None) and not tokens:
        raise ValueError("the bureau's views are for those who bring a token")
    workers = Workers(seconds, memory)

    def asks(task: Callable[..., Done], *choices: tuple[str, str | None, tuple[str, ...]]) -> Any:
        """Return an endpoint that hands the body to a task, with its choices: name, default, what they may be."""

        async def endpoint(request: Request) -> Response:
            arguments: list[str | None] = []
            for name, default, values in choices:
                value = request.query_params.get(name, default)
                if value is not None and value not in values:
                    return _response(refused(422, f"{name} is one of {', '.join(values)}."))
                arguments.append(value)
            body = await request.body()
            return _response(await run_in_threadpool(workers.run, task, body, *arguments))

        return endpoint

    async def page(request: Request) -> Response:
        return Response(
            template("page.html").render(bureau=overview is not None), media_type="text/html; charset=utf-8"
        )

    async def view(request: Request) -> Response:
        number = request.query_params.get("page", "1")
        if not number.isdecimal() or len(number) > 6 or int(number) < 1:
            return _response(refused(422, "page is a number from 1."))
        body = await request.body()
        return _response(await run_in_threadpool(workers.run, tasks.view_body, body, int(number)))

    async def compare(request: Request) -> Response:
        form = await request.form(max_files=2, max_fields=0)
        files = [form.get(name) for name in ("before", "after")]
        both = [await file.read() for file in files if isinstance(file, UploadFile)]
        if len(both) != 2:
            return _response(refused(422, "Send two files, before and after, as multipart/form-data."))
        return _response(await run_in_threadpool(workers.run, tasks.compare_bodies, *both))

    routes = [
        Route("/", page),
        Route("/static/{name}", _static),
        Route("/healthz", _health),
        Route("/view", view, methods=["POST"]),
        Route("/compare", compare, methods=["POST"]),
        Route("/api/check", asks(tasks.check_body), methods=["POST"]),
        Route("/api/translate", asks(tasks.translate_body, ("to", None, ("xml", "json", "edifact"))), methods=["POST"]),
        Route(
            "/api/respond", asks(tasks.respond_body, ("kind", "both", ("contrl", "cusres", "both"))), methods=["POST"]
        ),
        Route("/api/rules", _rules),
        Route("/api/rules/{id}", _rule),
        Route("/api/guide/{message}", _guide),
        Route("/openapi.json", _openapi),
        *(waiting.routes(look) if look is not None else ()),
        *(bureau.routes(overview) if overview is not None else ()),
    ]
    return Starlette(
        routes=routes,
        middleware=[Middleware(Guard, terms=Terms(hosts, most, tokens or {}))],
        exception_handlers={HTTPException: _refuse, Exception: _fail},
    )


def _response(done: Done) -> Response:
    return Response(done.body, done.status, media_type=done.type)


def _json(document: Any, status: int = 200) -> Response:
    return Response(json.dumps(document, ensure_ascii=False), status, media_type="application/json")


def _refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    sentences = {404: "There is nothing at this path.", 405: "This path does not take that method."}
    response = _json({"error": sentences.get(error.status_code, str(error.detail))}, error.status_code)
    response.headers.update(error.headers or {})
    return response


def _fail(request: Request, error: Exception) -> Response:
    return _json({"error": "The server failed at this; the fault is in its log."}, 500)


async def _static(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _KINDS:
        raise HTTPException(404)
    return FileResponse(_STATIC / name, media_type=_KINDS[name])


async def _health(request: Request) -> Response:
    return _json({"status": "ok", "version": __version__})


async def _openapi(request: Request) -> Response:
    return _json(description())


@cache
def _account() -> dict[str, Any]:
    rules = available()
    return rules_as_json(claims(rules, Known(reference=load_reference())), rules)


def _rules(request: Request) -> Response:
    return _json(_account())


def _rule(request: Request) -> Response:
    ident = request.path_params["id"].upper()
    found = [rule for rule in _account()["rules"] if rule["id"].upper() == ident]
    if not found:
        return _json({"error": "There is no such rule."}, 404)
    return _json({**_account(), "rules": found})


def _guide(request: Request) -> Response:
    named = request.path_params["message"].upper()
    name = SERVICE if named == SERVICE.upper() else named
    library = ours()
    if name not in (*library.messages, SERVICE):
        return _json({"error": f"There is no such guide; there are {', '.join(library.messages)}."}, 404)
    mig = library.load(name)
    return _json(guide.as_json(mig, None, speaking_of(mig.message) if mig.sender == "trader" else {}))
