"""Hostile XML: what a canonical document must never do to us."""

from __future__ import annotations

NAMESPACE = "urn:edifact-ics:canonical"
OPEN = f'<Interchanges xmlns="{NAMESPACE}">'
ENVELOPE = (
    "<Envelope><SyntaxIdentifier>UNOC</SyntaxIdentifier><InterchangeCreator>AAA999Z</InterchangeCreator><RecipientSite>B"
    "</RecipientSite><PreparationDate>261122</PreparationDate><PreparationTime>1015</PreparationTime>"
    "<InterchangeControlReferenceNumber>1</InterchangeControlReferenceNumber></Envelope>"
)
MESSAGE = (
    "<SelfAssessedClearance><MessageReferenceNumber>1</MessageReferenceNumber><DocumentName>SAC</DocumentName>"
    "<SenderReference>J</SenderReference><SenderReferenceVersion>1</SenderReferenceVersion>"
    "<MessageFunction>9</MessageFunction></SelfAssessedClearance>"
)


def document(inner: str = ENVELOPE + MESSAGE, front: str = "", marks: str = "") -> str:
    return f"{front}{OPEN}<Interchange{marks}>{inner}</Interchange></Interchanges>"


def message(inner: str = "", marks: str = "") -> str:
    """A document whose message has something more in it."""
    more = MESSAGE.replace("</SelfAssessedClearance>", inner + "</SelfAssessedClearance>")
    return document(ENVELOPE + more.replace("<SelfAssessedClearance>", f"<SelfAssessedClearance{marks}>"))


_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))

# Refused with one finding, and nothing is written: not well-formed, or not ours.
REFUSED = {
    "doctype": document(front="<!DOCTYPE Interchanges>"),
    "doctype with system": document(front='<!DOCTYPE Interchanges SYSTEM "file:///etc/passwd">'),
    "internal entity": document(
        ENVELOPE + MESSAGE.replace(">J<", ">&e;<"), '<!DOCTYPE Interchanges [<!ENTITY e "X">]>'
    ),
    "external entity": document(
        ENVELOPE + MESSAGE.replace(">J<", ">&e;<"), '<!DOCTYPE Interchanges [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    ),
    "network entity": document(
        ENVELOPE + MESSAGE.replace(">J<", ">&e;<"), '<!DOCTYPE Interchanges [<!ENTITY e SYSTEM "http://127.0.0.1:9/">]>'
    ),
    "billion laughs": document(
        ENVELOPE + MESSAGE.replace(">J<", ">&l9;<"), f'<!DOCTYPE Interchanges [<!ENTITY l0 "ha">{_LAUGHS}]>'
    ),
    "parameter entity": document(
        front='<!DOCTYPE Interchanges [<!ENTITY % p SYSTEM "file:///etc/passwd">%p;]>',
    ),
    "unknown entity": document(ENVELOPE + MESSAGE.replace(">J<", ">&nope;<")),
    "no namespace": document().replace(f' xmlns="{NAMESPACE}"', ""),
    "another namespace": document().replace(NAMESPACE, "urn:other"),
    "another root": f'<Interchange xmlns="{NAMESPACE}">{ENVELOPE}{MESSAGE}</Interchange>',
    "html": "<html><body>Please log in</body></html>",
    "declaration only": '<?xml version="1.0"?>',
    "angle": "<",
    "two roots": document() + document(),
    "deep nesting": document("<Header>" * 5_000 + "</Header>" * 5_000),
    "deep nesting, cut": OPEN + "<Interchange>" * 100_000,
    "huge text": document(ENVELOPE + MESSAGE.replace(">J<", f">{'x' * 11_000_000}<")),
    "wrong encoding": '<?xml version="1.0" encoding="UTF-8"?>'
    + document(ENVELOPE + MESSAGE.replace(">J<", ">\udce9<")),
    "unknown encoding": '<?xml version="1.0" encoding="x-none"?>' + document(),
    "control character": document(ENVELOPE + MESSAGE.replace(">J<", ">\x01<")),
    "duplicate attribute": document(marks=' before="" before=""'),
    "unknown child": document(ENVELOPE + "<Surprise/>"),
    "interchange of another namespace": document().replace("<Interchange>", '<Interchange xmlns="urn:other">'),
    "envelope of another namespace": document().replace("<Envelope>", '<Envelope xmlns="urn:other">'),
    "message of another namespace": document().replace(
        "<SelfAssessedClearance>", '<SelfAssessedClearance xmlns="urn:other">'
    ),
}

# Read, but at least one error must stand: silence would write something that is no interchange.
FAULTY = {
    "no envelope": document(MESSAGE),
    "two envelopes": document(ENVELOPE + ENVELOPE + MESSAGE),
    "envelope behind the message": document(MESSAGE + ENVELOPE),
    "empty envelope": document("<Envelope/>" + MESSAGE),
    "no message": document(ENVELOPE),
    "empty interchange": document(""),
    "no interchange": OPEN + "</Interchanges>",
    "empty message": document(ENVELOPE + "<SelfAssessedClearance/>"),
    "message in a message": message(MESSAGE),
    "interchange in an interchange": document(ENVELOPE + document().removeprefix(OPEN).removesuffix("</Interchanges>")),
    "element of another namespace": message(
        '<Header xmlns="urn:other"><DateOfArrival>20261130</DateOfArrival></Header>'
    ),
    "text between elements": message("text"),
    "character not in the repertoire": document(ENVELOPE + MESSAGE.replace(">J<", ">\u20ac<")),
    "character of no repertoire": document(ENVELOPE + MESSAGE.replace(">J<", ">\U0001f600<")),
    "unknown repertoire": document(ENVELOPE.replace("UNOC", "UNOX") + MESSAGE),
    "unmapped in the sky": message('<Unmapped seg="3" tag="LOC" at="1000000.1">X</Unmapped>'),
    "unmapped far right": message('<Unmapped seg="3" tag="LOC" at="1.1000000">X</Unmapped>'),
    "unmapped without number": message('<Unmapped seg="x" tag="LOC" at="a.b">X</Unmapped>'),
    "unmapped at minus one": message('<Unmapped seg="-1" tag="LOC" at="-1.-1">X</Unmapped>'),
    "unmapped with a service tag": message('<Unmapped seg="3" tag="UNZ" at="1.1">X</Unmapped>'),
    "huge attribute": document(marks=f' before="{"x" * 11_000_000}"'),
    "service characters that cannot serve": document(marks=' una="UNA++++++"'),
    "service characters that are none": document(marks=' una="\u20ac"'),
    "service characters too few": document(marks=' una="UNA"'),
    "segments in front": document(marks=' before="BGM+1\'"'),
    "breaks that are none": message(marks=' breaks="1:UNZ+1+1\'"'),
    "line end that is none": message(marks=' line-end="X"'),
    "line end of no repertoire": message(marks=' line-end="\u20ac"'),
}

NUMBERS = ("", "x", "-1", "0", "\u0663", "\u00b2", "1e9", "9" * 5_000, " ", "1 1", "1000000")
# What may stand in an attribute that ought to remember how something was sent.
NOTES = [
    *(
        "",
        "@",
        ":",
        "1",
        "1:",
        "1:@",
        "1:@1",
        "1:@x~y",
        "1:@-5~A",
        "1:@1000000~A",
        "1:1=2",
        "1:a.b=c",
        "1:1.1=",
        "1:1.1=x",
    ),
    *(
        "1:0.0=x",
        "1:1.0=x",
        "1:-1.1=x",
        "1:1.1=\u20ac",
        "\\x",
        "\\xZZ",
        "\\uD800",
        "\\x00",
        "\u20ac",
        "\u2028",
        "2:0020",
        "9:9",
    ),
    *(f"{n}:@1~A" for n in NUMBERS),
    *(f"1:{n}.1=x" for n in NUMBERS),
    *(f"1:1.{n}=x" for n in NUMBERS),
    *(f"1:@{n}~x" for n in NUMBERS),
    *NUMBERS,
]
ATTRIBUTES = {
    "message": ("sent", "carriers", "breaks", "line-end", "count", "trailer-reference", "closed", "terminated"),
    "interchange": ("una", "before", "break", "sent", "envelope"),
    "trailer": ("count", "trailer-reference", "sent", "break", "terminated", "after", "closed"),
    "leaf": ("seg", "sent"),
}
