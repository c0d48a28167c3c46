"""What is done with the bytes of a request, in a process of its own; each task gives a status, a type and a body."""

from __future__ import annotations

import io
import json
from typing import NamedTuple

from edifact_ics.finding import Report, Severity
from edifact_ics.inspection.run import Run
from edifact_ics.pipeline import check, respond
from edifact_ics.reference import load_reference
from edifact_ics.render import report as render
from edifact_ics.render.translation import pieces
from edifact_ics.source import is_xml
from edifact_ics.web.compare import NoDeclaration, changes
from edifact_ics.web.listing import listing

_JSON, _XML, _EDIFACT, _HTML = "application/json", "application/xml", "application/edifact", "text/html; charset=utf-8"
NAME = "-"  # what reports call the body: the commands call standard input so


class Done(NamedTuple):
    """The answer to a request: HTTP status, content type, bytes."""

    status: int
    type: str
    body: bytes


def refused(status: int, sentence: str) -> Done:
    """Return an answer that says in one sentence why there is no other."""
    return Done(status, _JSON, json.dumps({"error": sentence}, ensure_ascii=False).encode("utf-8"))


def check_body(body: bytes) -> Done:
    """Check the bytes; what `check --format json` says."""
    found = check(body, NAME, reference=load_reference()).report
    if _is_no_text(body, found):
        return _NO_TEXT
    return Done(200, _JSON, "".join(render.as_json([found])).encode("utf-8", "replace"))


def translate_body(body: bytes, to: str | None) -> Done:
    """Translate the bytes; `to` is xml, json or edifact, None the other of EDIFACT and XML."""
    from_xml = is_xml(body[:512])
    to = to or ("edifact" if from_xml else "xml")
    run = Run(Report(NAME), want_xml=True)
    written = b"".join(pieces(io.BytesIO(body), run, from_xml, to))
    if _is_no_text(body, run.report):
        return _NO_TEXT
    if run.refused:
        count = run.report.counts[Severity.ERROR]
        return refused(422, f"There {'is 1 error' if count == 1 else f'are {count} errors'} of form: ask /api/check.")
    return Done(200, {"xml": _XML, "json": _JSON, "edifact": _EDIFACT}[to], written)


def respond_body(body: bytes, kind: str) -> Done:
    """Answer the bytes as Customs would; `kind` is contrl, cusres or both."""
    answer = respond(body, kind=kind, tables=load_reference())
    if _is_no_text(body, answer.report):
        return _NO_TEXT
    if not answer.possible:
        return refused(422, " ".join(answer.notes))
    if not answer.data:
        return Done(200, _JSON, json.dumps({"due": False, "notes": answer.notes}).encode())
    return Done(200, _EDIFACT, answer.data)


def view_body(body: bytes, page: int) -> Done:
    """Return the listing of the bytes for the page, findings beside their segments; `page` counts from 1."""
    return Done(200, _HTML, listing(body, page).encode("utf-8", "replace"))


def compare_bodies(before: bytes, after: bytes) -> Done:
    """Return what two versions of a declaration say differently, element by element."""
    try:
        found = changes(before, after)
    except NoDeclaration as error:
        return refused(422 if error.readable else 415, str(error))
    return Done(200, _JSON, json.dumps({"changes": found}, ensure_ascii=False).encode("utf-8"))


_NO_TEXT = refused(415, "This is neither EDIFACT nor XML.")


def _is_no_text(body: bytes, found: Report) -> bool:
    return not found.interchanges and not is_xml(body[:512])
