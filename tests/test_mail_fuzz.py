"""Mails damaged at random, at every layer: each is refused or opened, in time that is no matter; none crashes."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pki
import pytest
from mails import (
    ATTACHMENT,
    CUSTOMS,
    INTERCHANGE,
    TRUST,
    encrypted,
    encrypted_der,
    multipart,
    signed,
    signed_der,
    wrapped,
)

from edifact_ics.bureau.mail import Opened, Reason, Refusal, open_mail
from edifact_ics.bureau.mail.encryption import ContentCipher

ROUNDS = 500


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Return data with some bytes changed, left out, repeated, cut off or brought in."""
    out = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 4, 16))):
        at = chance.randrange(len(out) + 1)
        match chance.randrange(6):
            case 0:
                out[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del out[at : at + chance.choice((1, 2, 40))]
            case 2:
                out[at:at] = out[at : at + chance.choice((1, 8, 200))]
            case 3:
                out[at:at] = chance.choice(
                    (b"\0\0", b"\x30\x80", b"\x24\x80", b"\xa0\x84\xff\xff\xff\xff", b"\r\n\r\n", b"--cut")
                )
            case 4 if out:
                out[at % len(out)] ^= 1 << chance.randrange(8)
            case _:
                del out[at + chance.randrange(400) :]
    return bytes(out)


GCM = encrypted_der(signed(), ContentCipher.AES_256_GCM)
LAYERS: dict[str, tuple[bytes, Callable[[bytes], bytes]]] = {
    "the mail": (encrypted(signed()), lambda data: data),
    "the encrypted part": (encrypted_der(signed()), lambda data: wrapped(data, "enveloped-data")),
    "the encrypted part, authenticated": (GCM, lambda data: wrapped(data, "authEnveloped-data")),
    "what is encrypted": (signed(), encrypted),
    "what is encrypted, in parts": (multipart("multipart/signed", ATTACHMENT, signed()), encrypted),
    "the signature": (signed_der(), lambda data: encrypted(wrapped(data, "signed-data"))),
    "what is signed": (multipart("multipart/mixed", b"\r\n", ATTACHMENT), lambda data: encrypted(signed(data))),
}


@pytest.mark.parametrize("layer", LAYERS)
def test_damage_neither_crashes_nor_hangs_nor_deceives(layer: str) -> None:
    whole, mail = LAYERS[layer]
    chance = random.Random(layer)
    reasons: set[Reason] = set()
    slowest = 0.0
    for _ in range(ROUNDS):
        given = mail(damaged(whole, chance))
        start = time.process_time()
        found = open_mail(given, [CUSTOMS], TRUST, at=pki.NOW)
        slowest = max(slowest, time.process_time() - start)
        if isinstance(found, Refusal):
            reasons.add(found.reason)
            assert found.sentence
        elif layer != "what is signed":
            assert isinstance(found, Opened)
            assert found.interchange == INTERCHANGE
    assert len(reasons) >= 2, "the damage went deep enough to be refused for more than one reason"
    assert slowest < 1


def test_noise_is_refused() -> None:
    chance = random.Random(7)
    for _ in range(ROUNDS // 2):
        noise = chance.randbytes(chance.randrange(300))
        for given in (noise, wrapped(noise, "enveloped-data"), encrypted(noise)):
            assert isinstance(open_mail(given, [CUSTOMS], TRUST, at=pki.NOW), Refusal)
