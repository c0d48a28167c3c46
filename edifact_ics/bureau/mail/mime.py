"""MIME read from raw bytes: headers, one body, or parts sliced as they were sent.

What was signed is bytes, so nothing here is ever written anew. It is strict: what is ambiguous is refused, since two
readers of one mail must not see two contents.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass

from edifact_ics.bureau.mail.refusal import Reason, Refused

MAX_HEADERS = 1 << 17  # bytes
MAX_PARTS = 10

_END = re.compile(rb"\r?\n\r?\n")
_NAME = re.compile(r"[!-9;-~]{1,100}")
_MEDIA_TYPE = re.compile(r"\s*([\w.+-]+/[\w.+-]+)\s*")
_PARAMETER = re.compile(r';\s*([\w!#$%&\'*+.^`{|}~-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s;"]+)\s*')
_BOUNDARY = re.compile(r"[\w'()+,./:=? -]{0,69}[\w'()+,./:=?-]", re.A)
_ONCE = ("content-type", "content-transfer-encoding", "subject", "from", "date")


@dataclass(frozen=True)
class Entity:
    """A mail or a part of one: `headers` by names in lower case, unfolded; `body` as it was sent."""

    headers: dict[str, str]
    body: bytes
    media_type: str
    parameters: dict[str, str]

    @property
    def is_multipart(self) -> bool:
        """Tell whether the body is made of parts."""
        return self.media_type.startswith("multipart/")

    @property
    def file_name(self) -> str:
        """The name the sender gave the attachment, "" for none. It is a claim: to be shown, never to be used."""
        found = re.search(r'\bfilename="?([^";]*)', self.headers.get("content-disposition", ""), re.I)
        return found[1].strip() if found else self.parameters.get("name", "")

    def content(self) -> bytes:
        """Return the body decoded by its transfer encoding."""
        encoding = self.headers.get("content-transfer-encoding", "7bit").strip().lower()
        if encoding in ("7bit", "8bit", "binary"):
            return self.body
        if encoding == "quoted-printable":
            return binascii.a2b_qp(self.body)
        if encoding != "base64":
            raise Refused(Reason.MALFORMED, f"The transfer encoding {encoding[:20]!r} is not known.")
        try:
            return binascii.a2b_base64(self.body.translate(None, b" \t\r\n"), strict_mode=True)
        except ValueError as error:
            raise Refused(Reason.MALFORMED, "What should be base64 is not.", str(error)) from error

    def parts(self) -> list[bytes]:
        """Return the parts of a multipart body, each exactly as sent, without what stands around them."""
        boundary = self.parameters.get("boundary", "")
        if not _BOUNDARY.fullmatch(boundary):
            raise Refused(Reason.MALFORMED, "The boundary between the parts is missing or malformed.")
        line = re.compile(rb"(?:\A|\r?\n)--" + re.escape(boundary.encode()) + rb"(--)?[ \t]*(?=\r?\n|\Z)")
        parts: list[bytes] = []
        start: int | None = None
        for found in line.finditer(self.body):
            if start is not None:
                parts.append(self.body[start : max(start, found.start())])
            if found[1]:
                return parts
            if len(parts) == MAX_PARTS:
                raise Refused(Reason.TOO_MANY_PARTS)
            start = found.end() + (2 if self.body.startswith(b"\r\n", found.end()) else 1)
        raise Refused(Reason.MALFORMED, "The last of its parts is cut off.")


def read(raw: bytes) -> Entity:
    """Return a mail or a part with its headers read; refuse what is no MIME."""
    if raw.startswith((b"\n", b"\r\n")):
        head, body = b"", raw[raw.index(b"\n") + 1 :]
    else:
        end = _END.search(raw, 0, MAX_HEADERS)
        if end is None and len(raw) >= MAX_HEADERS:
            raise Refused(Reason.TOO_LARGE, "Its headers are too long.")
        head, body = (raw[: end.start()], raw[end.end() :]) if end else (raw, b"")
    headers = _headers(head)
    media_type, parameters = _content_type(headers.get("content-type", "text/plain"))
    return Entity(headers, body, media_type, parameters)


def _headers(head: bytes) -> dict[str, str]:
    """Return the headers; of one that may stand several times the first."""
    headers: dict[str, str] = {}
    text = head.decode("latin-1").replace("\r\n", "\n")
    if "\r" in text or "\0" in text:
        raise Refused(Reason.MALFORMED, "Its headers hold control characters.")
    for line in re.sub("\n(?=[ \t])", "", text).split("\n") if text else []:
        name, colon, value = line.partition(":")
        name = name.rstrip(" \t").lower()
        if not colon or not _NAME.fullmatch(name):
            raise Refused(Reason.MALFORMED, "A line among its headers is none.", f"header {line[:60]!r}")
        if name in headers and name in _ONCE:
            raise Refused(Reason.MALFORMED, f"The header {name} stands in it twice.")
        headers.setdefault(name, value.strip())
    return headers


def _content_type(value: str) -> tuple[str, dict[str, str]]:
    """Return the media type and its parameters, names in lower case; refuse what cannot be read to its end."""
    found = _MEDIA_TYPE.match(value)
    parameters: dict[str, str] = {}
    at = found.end() if found else 0
    while found and at < len(value.rstrip("; \t")):
        parameter = _PARAMETER.match(value, at)
        if parameter is None or parameter[1].lower() in parameters:
            found = None
            break
        text = parameter[2]
        parameters[parameter[1].lower()] = re.sub(r"\\(.)", r"\1", text[1:-1]) if text[0] == '"' else text
        at = parameter.end()
    if found is None:
        raise Refused(Reason.MALFORMED, "Its content type cannot be read.", f"content type {value[:80]!r}")
    return found[1].lower(), parameters
