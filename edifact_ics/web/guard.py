"""What stands before every request: whose it may be, how much it may bring, and what browsers are told."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' blob:; form-action 'none'; frame-ancestors 'none'; base-uri 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


class Terms(NamedTuple):
    """What a server accepts: the names it is called by, without port; most bytes of a body; tokens, if any are wanted.

    Each token comes with the client whose documents it shows, "" for all. A body is there after `patience` seconds.
    """

    hosts: frozenset[str]
    most: int
    tokens: Mapping[str, str] = MappingProxyType({})
    patience: float = 60


class _TooLarge(Exception):
    """The body goes on beyond what is taken."""


class Guard:
    """Refuses what is not for this server before anything is done with it."""

    def __init__(self, app: ASGIApp, terms: Terms) -> None:
        self._app = app
        self._terms = terms

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on, or answer it with a sentence."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        client = self._client(headers)
        refusal = self._refusal(headers, client)
        scope.setdefault("state", {})["client"] = client
        taken, whole, begun = 0, False, False
        end = asyncio.get_running_loop().time() + self._terms.patience

        async def bounded() -> Message:
            nonlocal taken, whole
            if whole:  # what comes now is only that the other side has gone
                return await receive()
            async with asyncio.timeout_at(end):
                message = await receive()
            whole = not message.get("more_body", False)
            taken += len(message.get("body", b""))
            if taken > self._terms.most:
                raise _TooLarge
            return message

        async def told(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
            await send(message)

        if refusal is not None:
            await _answer(told, *refusal)
            return
        try:
            await self._app(scope, bounded, told)
        except _TooLarge:
            if not begun:
                await _answer(told, *self._too_large())
        except TimeoutError:
            if whole or begun:
                raise
            await _answer(told, 408, f"The body did not come within {self._terms.patience:g} seconds.")

    def _client(self, headers: Headers) -> str | None:
        """Return whose documents the request may see, "" for all; None when it brings no token that is known."""
        if not self._terms.tokens:
            return ""
        sent, found = _token(headers.get("authorization", "")), None
        for token, client in self._terms.tokens.items():  # all are compared: time tells nothing
            if hmac.compare_digest(sent, token.encode()):
                found = client
        return found

    def _refusal(self, headers: Headers, client: str | None) -> tuple[int, str] | None:
        host = headers.get("host", "")
        if _name(host) not in self._terms.hosts:
            return 421, "This server is not called by that name."
        origin = headers.get("origin")
        if origin is not None and origin.partition("://")[2] != host:
            return 403, "Pages of other hosts may not ask this server."
        if client is None:
            return 401, "Send the header Authorization: Bearer TOKEN; a browser takes the token as password, any name."
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > self._terms.most:
            return self._too_large()
        return None

    def _too_large(self) -> tuple[int, str]:
        return 413, f"A body may have at most {self._terms.most:,} bytes."


def _token(sent: str) -> bytes:
    """Return the token of an Authorization header: that of Bearer, or the password of Basic, which browsers ask for."""
    scheme, _, rest = sent.partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip().encode()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(rest.strip(), validate=True).partition(b":")[2]
        except ValueError:
            return b""
    return b""


def _name(host: str) -> str:
    """Return a Host header without its port."""
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0].lower()


async def _answer(send: Send, status: int, sentence: str) -> None:
    body = json.dumps({"error": sentence}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if status == 401:
        headers.append((b"www-authenticate", b'Basic realm="edifact-ics", charset="UTF-8"'))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
