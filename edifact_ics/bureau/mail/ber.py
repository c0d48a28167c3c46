"""BER as it comes from outside: bounded before anything decodes it, and octets in pieces put together."""

from __future__ import annotations

from asn1crypto import core

from edifact_ics.bureau.mail.refusal import Reason, Refused

MAX_ELEMENTS = 100_000  # 10 MB in pieces of 1,000 bytes, the smallest that software in use writes, many times over
MAX_DEPTH = 30  # a signed mail with its certificates is 13 deep

_CONSTRUCTED = 0x20
_OCTETS = 0x04
_END = 0x00


def bound(data: bytes) -> None:
    """Refuse data that is not one whole BER value, definite or indefinite, within the bounds."""
    at, elements = 0, 0
    open_values = [(False, len(data))]  # of each value around: whether a mark ends it, and where it must have ended
    while True:
        indefinite, limit = open_values[-1]
        tag, length, at = _head(data, at, limit)
        if tag == _END:
            if not indefinite or length:
                raise _damaged("an end mark where no indefinite value is open")
            open_values.pop()
        elif length is None:
            open_values.append((True, limit))
        elif tag & _CONSTRUCTED:
            open_values.append((False, at + length))
        else:
            at += length
        while len(open_values) > 1 and open_values[-1] == (False, at):
            open_values.pop()
        if len(open_values) == 1:
            break
        elements += 1
        if elements > MAX_ELEMENTS:
            raise Refused(Reason.TOO_MANY_PARTS, audit=f"more than {MAX_ELEMENTS} BER elements")
        if len(open_values) > MAX_DEPTH:
            raise Refused(Reason.TOO_DEEP, audit=f"BER more than {MAX_DEPTH} deep")
    if at != len(data):
        raise _damaged(f"{len(data) - at} bytes behind the BER value")


def octets(value: core.OctetString) -> bytes:
    """Return an octet string, whole or in pieces, of data that `bound` let through.

    asn1crypto joins pieces in a time that grows with the square of their number.
    """
    if not value.method:
        return bytes(value)
    data, pieces, at = value.contents, [], 0
    while at < len(data):
        tag, length, at = _head(data, at, len(data))
        if tag & _CONSTRUCTED or tag == _END:
            continue
        if tag != _OCTETS or length is None:
            raise _damaged("an octet string with other things in it")
        pieces.append(data[at : at + length])
        at += length
    return b"".join(pieces)


def _head(data: bytes, at: int, end: int) -> tuple[int, int | None, int]:
    """Read a tag and a length: the tag, the length (None: indefinite), and the place behind."""
    if at + 2 > end:
        raise _damaged("BER ends in a tag")
    tag, size, at = data[at], data[at + 1], at + 2
    if tag & 0x1F == 0x1F:
        raise _damaged("a BER tag of many bytes, which no CMS has")
    if size == 0x80:
        if not tag & _CONSTRUCTED:
            raise _damaged("a primitive BER value without a length")
        return tag, None, at
    if size > 0x80:
        count = size & 0x7F
        if count > 8 or at + count > end:
            raise _damaged("a BER length that leads out of the data")
        size = int.from_bytes(data[at : at + count], "big")
        at += count
    if at + size > end:
        raise _damaged("a BER value that leads out of the data")
    return tag, size, at


def _damaged(audit: str) -> Refused:
    return Refused(Reason.MALFORMED, audit=audit)
