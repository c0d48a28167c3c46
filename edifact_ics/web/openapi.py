"""The description of the HTTP API, by hand: OpenAPI 3.1."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from edifact_ics import __version__
from edifact_ics.guide.library import ours

_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {"error": {"type": "string", "description": "one sentence"}},
}
_BODY = {
    "required": True,
    "content": {
        "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
        "application/edifact": {"schema": {"type": "string", "format": "binary"}},
        "application/xml": {"schema": {"type": "string", "format": "binary"}},
    },
}


def description() -> dict[str, Any]:
    """Return the description as a document."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "edifact-ics", "version": __version__, "license": {"name": "Apache-2.0"}},
        "paths": {
            "/healthz": {"get": _operation("Is the server there?", {"200": _json("It is.")}, ())},
            "/api/check": {
                "post": _operation(
                    "Check the bytes of a file. A rejected interchange is 200 with its report.",
                    {"200": _json("What `check --format json` says.")},
                    (413, 415, 422),
                    body=True,
                )
            },
            "/api/translate": {
                "post": _operation(
                    "Translate the bytes of a file.",
                    {"200": {"description": "The file in the other form.", "content": _any("xml", "json", "edifact")}},
                    (413, 415, 422),
                    _choice("to", "xml", "json", "edifact"),
                    body=True,
                )
            },
            "/api/respond": {
                "post": _operation(
                    "Answer the bytes of a file as Customs would.",
                    {"200": {"description": "The answer; JSON when none is due.", "content": _any("edifact", "json")}},
                    (413, 415, 422),
                    _choice("kind", "contrl", "cusres", "both"),
                    body=True,
                )
            },
            "/api/rules": {"get": _operation("All rules.", {"200": _json("`rules --format json`.")}, ())},
            "/api/rules/{id}": {
                "get": _operation("One rule.", {"200": _json("`rules ID --format json`.")}, (404,), _in_path("id"))
            },
            "/api/guide/{message}": {
                "get": _operation(
                    "The guide of a message.",
                    {"200": _json("`guide --format json`.")},
                    (404,),
                    _in_path("message", ours().messages),
                )
            },
            "/openapi.json": {"get": _operation("This description.", {"200": _json("This description.")}, ())},
        },
        "components": {"schemas": {"Error": _ERROR}},
    }


def _operation(
    summary: str,
    good: dict[str, Any],
    bad: tuple[int, ...],
    asked: dict[str, Any] | None = None,
    body: bool = False,
) -> dict[str, Any]:
    words = {
        404: "There is none.",
        408: "The body did not come in time.",
        413: "The body is too large.",
        415: "Not a text we read.",
        422: "It cannot be done.",
        401: "A token is wanted.",
        403: "Asked by a page of another host.",
        421: "Asked under another name.",
        500: "A fault of the server.",
        503: "The server is busy.",
    }
    schema = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    always = (401, 403, 421, 500) + ((408, 503) if body else ())
    errors = {str(code): {"description": words[code], "content": schema} for code in sorted((*bad, *always))}
    return {
        "summary": summary,
        "responses": {**good, **errors},
        **({"parameters": [asked]} if asked else {}),
        **({"requestBody": _BODY} if body else {}),
    }


def _json(text: str) -> dict[str, Any]:
    return {"description": text, "content": {"application/json": {"schema": {"type": "object"}}}}


def _any(*kinds: str) -> dict[str, Any]:
    return {f"application/{kind}": {"schema": {} if kind == "json" else {"type": "string"}} for kind in kinds}


def _choice(name: str, *values: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": {"type": "string", "enum": list(values)}}


def _in_path(name: str, values: Iterable[str] = ()) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    if known := list(values):
        schema["enum"] = known
    return {"name": name, "in": "path", "required": True, "schema": schema}
