"""Laws: scanning and writing are inverse, cleaning settles, and XML and EDIFACT are one and the same document.

`edifact(xml(x)) == x`, byte for byte, for every x without errors; `xml(edifact(d)) == d` for every valid document d.
"""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import pytest
import xmlschema
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree
from sample_messages import CONTRL, CUSDEC, IMD, OTHERS, SAC, SAC_LONG, UNA, check, data, interchange, message
from xmlschema.validators import XsdElement, XsdGroup

from edifact_ics import resources
from edifact_ics.canonical.message_xml import NAMESPACE
from edifact_ics.conversion import edifact_pieces, xml_pieces
from edifact_ics.finding import Finding, Report, Severity
from edifact_ics.guide.directory import segment_types
from edifact_ics.guide.library import load_mig, ours
from edifact_ics.inspection.run import Run
from edifact_ics.segment.values import clean
from edifact_ics.syntax import scan
from edifact_ics.syntax.characters import BREAKS, STANDARD, Delimiters, join_elements, locate, split_elements
from edifact_ics.syntax.scan import Scanner


def errors(findings: list[Finding]) -> list[str]:
    return [f"{f.code} {f.message}" for f in findings if f.severity is Severity.ERROR]


def to_xml(content: bytes, trace: bool = True) -> str:
    run = Run(Report("x"), want_xml=True, trace=trace)
    return "".join(xml_pieces(run, io.BytesIO(content)))


def to_edifact(xml: str) -> tuple[bytes, list[str]]:
    """The EDIFACT bytes of a document, and the errors on the way."""
    run = Run(Report("x"))
    text = "".join(edifact_pieces(run, io.BytesIO(xml.encode())))
    return text.encode("iso8859-1"), errors(run.report.findings)


def plain(xml: str) -> bytes:
    """A document without trace, without white space between elements and without empty containers, to be compared."""
    root = etree.fromstring(xml.encode(), etree.XMLParser(remove_blank_text=True))
    for element in root.iter():
        element.attrib.clear()
    drop_empty(root)
    return etree.tostring(root, method="c14n")


def drop_empty(root: etree._Element) -> None:
    """Take out the containers that hold nothing: they stand for nothing, or for a segment that says nothing."""
    for element in reversed(list(root.iter())):
        parent = element.getparent()
        if element.text is None and not len(element) and parent is not None:
            parent.remove(element)


# ---------------------------------------------------------------------- scanning and writing

characters = st.characters(max_codepoint=255)
service = st.characters(max_codepoint=255).filter(lambda c: not c.isalnum() and c not in BREAKS)


@st.composite
def delimiters(draw: st.DrawFn) -> Delimiters:
    component, element, release, terminator = draw(st.lists(service, min_size=4, max_size=4, unique=True))
    return Delimiters(
        component, element, draw(characters), draw(st.sampled_from([release, " "])), draw(characters), terminator
    )


def trimmed(elements: list[list[str]]) -> list[list[str]]:
    """Elements without what is empty at an end, as they are written."""
    parts = [list(e) for e in elements]
    for part in parts:
        while len(part) > 1 and not part[-1]:
            part.pop()
    while len(parts) > 1 and parts[-1] == [""]:
        parts.pop()
    return parts


@settings(max_examples=300)
@given(
    st.lists(st.lists(st.text(characters, max_size=5), min_size=1, max_size=4), min_size=1, max_size=5), delimiters()
)
def test_joining_and_splitting_are_inverse(elements: list[list[str]], d: Delimiters) -> None:
    if d.release == " ":
        elements = [[d.special.sub("", text) for text in element] for element in elements]
    raw = join_elements(elements, d)
    assert split_elements(raw, d) == trimmed(elements)
    assert join_elements(split_elements(raw, d), d) == raw


@settings(max_examples=300)
@given(st.text(st.sampled_from("AB?+:' \n"), max_size=30), st.sampled_from([STANDARD, Delimiters(release=" ")]))
def test_splitting_finds_every_element_where_locate_says(raw: str, d: Delimiters) -> None:
    elements = split_elements(raw, d)
    for number in range(1, len(elements)):
        for part in range(1, len(elements[number]) + 1):
            rest = split_elements(raw[locate(raw, number, part, d) :], d)
            assert rest[0] == elements[number][part - 1 :]
            assert rest[1:] == elements[number + 1 :]


def scanned(content: bytes) -> tuple[list[tuple[str, str]], str]:
    """Every segment with what stood before it, and the whole file put together again."""
    scanner = Scanner(io.BytesIO(content))
    found, pieces = [], []
    for block in scanner.blocks():
        una = block.raws[0][:3] == "UNA" and len(block.raws[0]) == 9 and len(block.raws) == 1 and not block.unterminated
        for index, raw in enumerate(block.raws):
            open_ended = una or (block.unterminated and index == len(block.raws) - 1)
            found.append((block.lead(index), raw))
            pieces.append(block.lead(index) + raw + ("" if open_ended else block.delimiters.terminator))
    return found, "".join(pieces) + scanner.tail


bits = st.sampled_from(
    [
        "A",
        "B+1",
        "'",
        "'\n",
        "'\r\n",
        "?",
        "??",
        "?'",
        "\n",
        "\r",
        " ",
        "\t",
        "UNA",
        UNA,
        "UNA;|,\\ ~",
        "UNA:+.  '",
        "~",
        "\\",
    ]
)


@settings(max_examples=500)
@given(st.one_of(st.binary(max_size=60), st.lists(bits, max_size=30).map(lambda x: data("".join(x)))))
@example(b"UNA'UNA:+.? '")
@example(b"A?")
def test_scanning_loses_nothing_whatever_the_chunks(content: bytes) -> None:
    expected = scanned(content)
    assert expected[1].encode("iso8859-1") == content
    with pytest.MonkeyPatch.context() as patch:
        for size in (1, 2, 7):
            patch.setattr(scan, "CHUNK", size)
            assert scanned(content) == expected


@settings(max_examples=500)
@given(st.text(st.one_of(st.characters(), st.sampled_from(" \0\t\r\n\x85\xa0\x7fAB"))))
def test_cleaning_settles(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert cleaned == cleaned.strip(" ")
    assert "  " not in cleaned
    assert not any(c < " " or "\x7f" <= c <= "\x9f" for c in cleaned)
    if text.isascii() and text.isalnum():
        assert cleaned == text


# ---------------------------------------------------------------------- interchanges as people write them

# Values that may be anything, with the most characters they take; then values that may be padded; the rest are qualifiers.
FREE = {
    "JOB4711/SEA": 35,
    "O'NEIL + SONS PTY LTD": 200,
    "PO 100:7": 20,
    "JOB4711": 35,
    "V077": 17,
    "GEELONG": 35,
    "7 WHARF ROAD": 35,
    "CAF\xc9 CHAIRS OF STEEL": 512,
    "TABLES": 512,
    "JOB4712": 35,
    "SENT TWICE": 512,
    "JOB4713": 35,
    "ORDER 12": 20,
    "WOOL": 512,
    "0390000000": 100,
    "PROTEST": 512,
    "MARK 1": 35,
    "ALEX SAMPLE": 35,
    "COLD STORE 5": 256,
}
PADDED = {
    *(
        "AUMEL",
        "CNSHA",
        "AUSYD",
        "20261130",
        "20261101",
        "1520.50000",
        "40.00000",
        "2.00",
        "12500.00",
        "350.00",
        "12000.00",
    ),
    *(
        "500.00",
        "80.00",
        "AUD",
        "USD",
        "51824753556",
        "ZZ11YY",
        "94017900",
        "94032000",
        "51011100",
        "AAAC7D2K1",
        "3220",
    ),
    *(
        "ABCU1234560",
        "OB0001",
        "HB0001",
        "AAA1234567B",
        "9300001",
        "987654",
        "062000",
        "VIC",
        "FCL",
        "LCL",
        "0014",
        "00150",
    ),
}
SEVERAL = {"SENT TWICE": 5, "GEELONG": 2, "MARK 1": 10, "PROTEST": 5}  # values that may run over components
FREE_ORDER = ("LOC", "DTM", "GIS", "RFF", "MOA")
BODIES = [
    (
        IMD.replace("RFF+ABQ", "FTX+ACE+++PROTEST\nFTX+ACE+++PROTEST\nRFF+ABQ", 1).replace(
            "PAC+1+3", "PCI+28+MARK 1\nPAC+1+3"
        ),
        CUSDEC,
    ),
    (IMD.replace(":3+9", ":3+4"), CUSDEC),
    (SAC, CUSDEC),
    (SAC_LONG, CUSDEC),
    (CONTRL, "CONTRL:D:3:UN"),
    *OTHERS,
]
LEADS = ["", "\n", "\r\n", "\r", "\n\n", "\r\n\r\n", " ", "\t", "\r\n  "]
WAYS = [
    STANDARD,
    STANDARD,
    Delimiters(";", "|", ",", "\\", " ", "~"),
    Delimiters(release=" "),
    Delimiters("\x1f", "\x1d", ".", "\x1b", "*", "\x1c"),
]


@dataclass
class Writer:
    """Writes an interchange as a careless sender might, but without an error. Probabilities lie between 0 and 1."""

    r: random.Random
    d: Delimiters
    leads: list[str]
    odd: float
    releases: float

    def maybe(self, chance: float) -> bool:
        return self.r.random() < chance

    def text(self, longest: int) -> str:
        """A text with at least one letter, of what UNOC takes; nulls and line ends are cleaned away."""
        alphabet = "AZaz09 .,-()/=!\"%&*;<>'+:?@#|\\~^_`{}[]$\xa0\xc9\xff" + "   \0\r\n"
        used = set(self.d.una[3:]) - {" ", "."}
        chars = [c for c in alphabet if self.d.release != " " or c not in used]
        return "".join(self.r.choice(chars) for _ in range(self.r.randrange(min(longest, 40)))) + "x"

    def pad(self, text: str) -> str:
        start, end = (self.r.choice(["", "", " ", "   ", "\0", "\r\n", " \n"]) for _ in "ab")
        middle = self.r.choice(["", "", "\0", "\n"]) if len(text) > 3 and self.maybe(0.2) else ""
        if middle == "\0":
            middle = ""
        return start + text[:2] + middle + text[2:] + end

    def vary(self, elements: list[list[str]]) -> list[list[str]]:
        """A segment with other values, with padding, with empty components and elements at its ends."""
        out = []
        for parts in elements:
            if len(parts) == 1 and parts[0] in SEVERAL and self.maybe(self.odd):
                whole = self.text(200)
                cuts = sorted(self.r.randint(1, len(whole)) for _ in range(self.r.randrange(SEVERAL[parts[0]])))
                out.append([whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)])
                room = 35 if parts[0] in ("MARK 1", "GEELONG") else 512
                out[-1] = [part[:room] for part in out[-1]]
                continue
            new = [self.text(FREE[p]) if p in FREE and self.maybe(self.odd) else p for p in parts]
            out.append([self.pad(p) if (p in PADDED or p in FREE) and self.maybe(self.odd / 2) else p for p in new])
        slots = segment_types()[elements[0][0]].slots if elements[0][0] in segment_types() else ()
        for number, slot in enumerate(slots, 1):
            if number < len(out) and any(out[number]) and self.maybe(self.odd / 3):
                room = len(slot.components) - len(out[number])
                out[number] = out[number] + [""] * self.r.randint(0, max(0, min(room, 2)))
        if self.maybe(self.odd / 3):
            out += [[""]] * self.r.randint(0, max(0, min(2, len(slots) + 1 - len(out))))
        return out

    def component(self, text: str) -> str:
        out = []
        if self.d.release == " ":
            return self.d.special.sub("", text)
        for char in text:
            release = self.d.release if self.d.special.match(char) else ""
            if not release and self.maybe(self.releases):
                release = self.d.release
            out.append(release + char)
        return "".join(out)

    def segment(self, elements: list[list[str]]) -> str:
        tag = self.d.component.join(elements[0])
        rest = [self.d.component.join(self.component(c) for c in e) for e in elements[1:]]
        return self.d.element.join([tag, *rest])

    def ordered(self, segments: list[list[list[str]]]) -> list[list[list[str]]]:
        """Segments of one kind in another order, where their order says nothing."""
        out: list[list[list[str]]] = []
        run: list[list[list[str]]] = []
        for index, segment in enumerate([*segments, [[""]]]):
            tag = segment[0][0]
            if run and run[0][0][0] != tag:
                last = [] if tag not in ("PAC", "DTM", "MOA") or run[0][0][0] != "RFF" else [run.pop()]
                self.r.shuffle(run)
                out += run + last
                run = []
            if tag in FREE_ORDER and index < len(segments):
                run.append(segment)
            elif index < len(segments):
                out.append(segment)
        return out

    def message(self, body: str, kind: str, reference: str) -> list[str]:
        segments = [split_elements(s) for s in message(body, reference, kind)]
        if self.maybe(self.odd):
            segments = self.ordered(segments)
        count = segments[-1][1][0]
        segments[-1] = [["UNT"], [self.r.choice([count, count, count.zfill(6)])], [reference]]
        return [self.segment(self.vary(s)) for s in segments]

    def interchange(self, number: int, una: bool) -> str:
        bodies = [self.r.choice(BODIES) for _ in range(self.r.randint(1, 3))]
        messages = [self.message(body, kind, str(n)) for n, (body, kind) in enumerate(bodies, 1)]
        bare = self.maybe(0.1) and number == 0
        reference = f"{self.r.choice(['', '0', '20261122'])}{number + 1}"
        head = [["UNB"], ["UNOC", "3"], ["AAA999Z", "", "AAA999Z"], ["AAA336C"], ["261122", "1015"], [reference]]
        head += self.r.choice([[], [[""]], [[""], [""], [""], ["1"]], [[""], [""], [""], ["1"], [""], ["1"]]])
        foot = [["UNZ"], [self.r.choice(["", "0", "00"]) + str(len(messages))], [reference]]
        parts = [segment for one in messages for segment in one]
        if not bare:
            parts = [self.segment(self.vary(head)), *parts, self.segment(self.vary(foot))]
        lead = self.r.choice(self.leads)
        text = self.lead(lead) + self.d.una if una else ""
        for part in parts:
            text += self.lead(lead) + part + self.d.terminator
        return text

    def lead(self, usual: str) -> str:
        return self.r.choice(self.leads) if self.maybe(self.odd / 5) else usual


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """Files without errors, written in many ways. Randomness comes from a number: such a file is too long to be shrunk."""
    r = random.Random(draw(st.integers(0, 1 << 32)))
    odd, releases = draw(st.sampled_from([0.0, 0.1, 0.5, 1.0])), draw(st.sampled_from([0.0, 0.0, 0.05]))
    leads = draw(st.sampled_from([[""], ["\n"], ["\r\n"], ["\n", "\r\n", ""], LEADS]))
    text = ""
    for number in range(draw(st.integers(1, 3))):
        d = draw(st.sampled_from(WAYS))
        una = d is not STANDARD or number > 0 or draw(st.booleans())
        text += Writer(r, d, leads, odd, releases).interchange(number, una)
    return data(text + draw(st.sampled_from(["", "\n", "\r\n", "\r\n\r\n", " "])))


@settings(max_examples=250)
@given(files())
def test_edifact_of_xml_is_what_was_sent(content: bytes) -> None:
    assert errors(check(content).findings) == []
    back, wrong = to_edifact(to_xml(content))
    assert back == content
    assert wrong == []


@settings(max_examples=100)
@given(files())
def test_xml_of_edifact_of_plain_xml_is_the_same_document(content: bytes) -> None:
    document = to_xml(content, trace=False)
    again, wrong = to_edifact(document)
    assert wrong == []
    assert errors(check(again).findings) == []
    assert plain(to_xml(again, trace=False)) == plain(document)
    assert to_edifact(to_xml(again, trace=False))[0] == again


# Shapes that once went wrong, or easily could: changes to a whole SAC or IMD, which all are without errors.
@pytest.mark.parametrize(
    ("body", "old", "new"),
    [
        (SAC, "SENT TWICE", "SENT?  TWICE "),
        (SAC, "SENT TWICE", "?S?E?N?T TWICE"),
        (SAC, "SENT TWICE", "SENT::TWICE:"),
        (SAC, "SENT TWICE", "A" * 511 + ": B"),
        (SAC, "SENT TWICE", "SENT\r\nTWICE"),
        (SAC, "SENT TWICE", "\0SENT\0\0TWICE\0"),
        (SAC, "SENT TWICE", "\xa0SENT TWICE\xa0"),
        (SAC, "SENT TWICE", '&lt;SENT>&"TWICE" ]]>'),
        (SAC, "SENT TWICE", "\\x0D \\u0041 ~;,=@"),
        (SAC, "SENT TWICE", "5:@12~x 1.1=A"),
        (SAC, "FTX+CHG+++SENT TWICE", "FTX+CHG+++ : :"),
        (SAC, "RFF+ANU:B", "RFF+ANU: B"),
        (SAC, "RFF+ANU:B", "RFF+ANU:?B::"),
        (SAC, "FII+COQ+987654+", "FII+COQ+987654:+"),
        (SAC, "UNS+S", "UNS+?S"),
        (SAC, "UNT+10+1", "UNT+0010+?1"),
        (SAC, "UNZ+1+", "UNZ+001+"),
        (SAC, "UNH+1+", "UNH+?1+"),
        (SAC, "BGM+929:::SAC", "BGM+929:::S?AC"),
        (SAC, "CUSDEC:D:99B:UN", "CUSDEC:D:99?B:UN"),
        (SAC, "UNOC:3", "?UNOC:3"),
        (SAC, "+AAA336C+", "+AAA336C::+"),
        (SAC, "++++1++1'", "++++1++1+'"[:-2] + "'"),
        (SAC, "++++1++1'", "++++1'"),
        (SAC, "++++1++1'", "'"),
        (SAC, "AAA999Z::AAA999Z", " AAA999Z:: AAA999Z "),
        (SAC_LONG, "NAD+VT", "NAD+VT+ ::95"),
        (SAC_LONG, "RFF+ABQ:ORDER 12", "RFF+ABQ: "),
        (SAC_LONG, "RFF+ABQ:ORDER 12", "RFF+ABQ"),
        (SAC_LONG, "COM+0390000000:TE", "COM+0390000000?::TE"),
        (SAC_LONG, "MEA+AAA++KG:12.00", "MEA+AAA++KG: 12.00 "),
        (IMD, "DMS+1'LIN+1+I'", "DMS+1'LIN+1+I+'"),
        (IMD, "NAD+DP++GEELONG", "NAD+DP++GEE:LONG"),
        (IMD, "PAC++1'", "PAC++1++'"),
    ],
)
def test_a_shape_comes_back_byte_for_byte(body: str, old: str, new: str) -> None:
    text = interchange(message(body))
    assert old in text
    content = data(text.replace(old, new, 1))
    assert errors(check(content).findings) == []
    assert to_edifact(to_xml(content)) == (content, [])


@pytest.mark.parametrize("reference", ["A?+B", "A?:B", "A??", "?'", "?1", "A B", "\xe9", " 1 ", "&<>"])
def test_a_message_reference_comes_back_byte_for_byte(reference: str) -> None:
    content = data(interchange(message(SAC, reference)))
    assert errors(check(content).findings) == []
    assert to_edifact(to_xml(content)) == (content, [])
    assert to_edifact(to_xml(content, trace=False))[1] == []


def test_what_one_message_said_is_not_put_into_another() -> None:
    """A segment is read once and remembered; a longer one must not be taken for it. The null is cleaned away."""
    odd = SAC_LONG.replace("COM+0390000000:TE", "COM+0390000000:TE\x001")
    content = data(interchange(message(SAC_LONG), message(odd, "2"), message(odd, "3"), message(SAC_LONG, "4")))
    verdicts = [m.verdict.value for m in check(content).report.interchanges[0].messages]
    assert verdicts == ["accepted", "rejected", "rejected", "accepted"]


# ---------------------------------------------------------------------- documents written by hand

POOL = [
    *("1", "2", "9", "07", "15", "001", "126A", "1234", "00165", "94017900", "12345678901", "20261130", "20280229", "261130"),
    *("1015", "Y", "N", "A", "I", "D", "S", "O", "P", "AU", "AUD", "KG", "0", "0.5", "12.34", "100.00000", "-3", "9999999999.12345"),
    *("99999999999999", "UNOC", "X+Y:Z'?", "A B C", "Caf\xe9 <&> \"quoted\" ]]>", "?", "\\x41;,=@~ 1:2", "SW", "GEELONG WEST"),
    *("ABCDEF", "\xa3\xa9\xff", "20261130093000", "20261130093000123456"),
]  # fmt: skip


@cache
def schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(resources.root("schemas") / "interchange.xsd")


@cache
def judge() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(resources.root("schemas") / "interchange.xsd"))


@cache
def texts(kind: object) -> list[str]:
    """Texts that a simple type takes, long ones where it has room."""
    simple = getattr(kind, "content", kind)
    long = [
        "W" * n + " x" * m for n, m in ((35, 0), (34, 1), (0, 20), (70, 3), (511, 2), (512, 40), (2560, 0), (2559, 1))
    ]
    words = [
        " ".join(["some words"] * n)[:size].strip() for n in (4, 30, 300) for size in (35, 350, 512, 513, 2560, 4000)
    ]
    found = [t for t in [*POOL, *(t.strip() for t in long), *words] if t and simple.is_valid(t)]  # type: ignore[attr-defined]
    return found or sorted(str(v) for v in simple.enumeration)  # type: ignore[attr-defined]


class Composer:
    """Composes documents that are valid by the schema, each optional part with a given chance."""

    def __init__(self, r: random.Random, chance: float) -> None:
        self._r = r
        self._chance = chance

    def element(self, declared: XsdElement, parent: etree._Element | None) -> etree._Element:
        tag = declared.name
        new = etree.Element(tag, nsmap={None: NAMESPACE}) if parent is None else etree.SubElement(parent, tag)
        if declared.type.has_simple_content():
            new.text = self._r.choice(texts(declared.type))
        else:
            self.group(declared.type.content, new)
        return new

    def group(self, group: XsdGroup, parent: etree._Element) -> None:
        particles = [p for p in group if not (isinstance(p, XsdElement) and p.local_name in LEFT_OUT)]
        for _ in range(self.times(group)):
            for particle in [self._r.choice(particles)] if group.model == "choice" else particles:
                if isinstance(particle, XsdGroup):
                    self.group(particle, parent)
                    continue
                for _ in range(self.times(particle)):
                    self.element(particle, parent)

    def times(self, particle: XsdElement | XsdGroup) -> int:
        low, high = particle.min_occurs, particle.max_occurs
        most = 3 if high is None else min(high, 3)
        if low == 0 and not self._r.random() < self._chance:
            return 0
        return max(low, self._r.randint(1, max(1, most)) if self._r.random() < 0.3 else 1)


LEFT_OUT = {"Unmapped", "UnknownMessage", "Outside", "Trailer", "Rest"}  # what needs its trace to be written back
MESSAGES = tuple(g.xml for g in map(load_mig, ours().messages) if g.sender != "customs")
ANSWERS = tuple(g.xml for g in map(load_mig, ours().messages) if g.sender == "customs")


def composed(seed: int, chance: float, name: str) -> str:
    """A valid document of one message, without trace."""
    r = random.Random(seed)
    composer = Composer(r, chance)
    root = etree.Element(f"{{{NAMESPACE}}}Interchanges", nsmap={None: NAMESPACE})
    inter = etree.SubElement(root, f"{{{NAMESPACE}}}Interchange")
    composer.element(schema().elements["Interchanges"].type.content[0].type.content[0], inter)
    inter[0][0].text = "UNOC"
    composer.element(schema().elements[name], inter)
    drop_empty(inter[1])
    return etree.tostring(root, encoding="unicode")


@settings(max_examples=150)
@given(st.integers(0, 1 << 32), st.sampled_from([0.02, 0.1, 0.3, 0.6, 1.0]), st.sampled_from(MESSAGES))
def test_xml_of_edifact_of_a_valid_document_is_the_document(seed: int, chance: float, name: str) -> None:
    """What the wire cannot carry although the schema takes it must be refused, never written otherwise."""
    comes_back(composed(seed, chance, name))


@settings(max_examples=200)
@given(st.integers(0, 1 << 32), st.sampled_from([0.02, 0.1, 0.3, 0.6, 1.0]), st.sampled_from(ANSWERS))
def test_xml_of_edifact_of_a_valid_answer_is_the_document(seed: int, chance: float, name: str) -> None:
    content = comes_back(composed(seed, chance, name))
    if content is not None:
        assert to_edifact(to_xml(content)) == (content, [])


def comes_back(document: str) -> bytes | None:
    """Return what a valid document is written as, having seen that it is read back as it was; None if refused."""
    judge().assertValid(etree.fromstring(document))
    content, wrong = to_edifact(document)
    if wrong:  # the guide is stricter than the schema: it refuses, with a reason
        assert all(wrong)
        return None
    assert errors(check(content).findings) == []
    assert plain(to_xml(content, trace=False)) == plain(document)
    return content


# ---------------------------------------------------------------------- a document with trace, edited


def leaves(root: etree._Element) -> list[etree._Element]:
    return [e for e in root.iter() if e.text and not len(e) and e.get("seg") and e.text.strip()]


def can_release(element: etree._Element) -> bool:
    """Tell whether the interchange of an element has a release character: without one not every text can be sent."""
    around = next(element.iterancestors("{*}Interchange"))
    return not around.get("una", "").endswith("  '")


def lengthened(text: str) -> str:
    return text + "0" if text.isalnum() and not text.isdecimal() else text


EDITS: dict[str, Callable[[etree._Element], None]] = {
    "another text": lambda e: setattr(e, "text", "CHANGED + TEXT"),
    "without sent": lambda e: e.attrib.pop("sent", None) and None,
    "without seg": lambda e: e.attrib.pop("seg", None) and None,
    "removed": lambda e: e.getparent().remove(e),
}
EDITED = [
    "SenderReference",
    "ImporterReference",
    "GoodsDescription",
    "DeliveryName",
    "ChangeReasonDescription",
    "BrokerReference",
]


@settings(max_examples=100)
@given(files(), st.sampled_from(sorted(EDITS)), st.integers(0, 1 << 16))
def test_an_edited_document_still_becomes_a_correct_message(content: bytes, edit: str, which: int) -> None:
    root = etree.fromstring(to_xml(content).encode())
    found = [e for e in leaves(root) if etree.QName(e).localname in EDITED]
    if edit == "removed":
        found = [e for e in found if etree.QName(e).localname != "SenderReference"]
    if edit == "another text":
        found = [e for e in found if can_release(e)]
    if not found:
        return
    EDITS[edit](found[which % len(found)])
    for element in reversed(list(root.iter())):
        if element.text is None and not len(element) and not element.attrib and element.getparent() is not None:
            element.getparent().remove(element)
    edited = etree.tostring(root, encoding="unicode")
    back, wrong = to_edifact(edited)
    assert wrong == []
    assert errors(check(back).findings) == []
    assert plain(to_xml(back)) == plain(edited)


@pytest.mark.parametrize(
    ("body", "sent", "old", "new", "written"),
    [
        (SAC_LONG, "WOOL::", ">WOOL<", ">COTTON + SILK<", "FTX+AAA+++COTTON ?+ SILK"),
        (SAC_LONG, "WO?OL", ">WOOL<", ">COTTON<", "FTX+AAA+++COTTON"),
        (SAC_LONG, " WOOL ", ">WOOL<", ">COTTON<", "FTX+AAA+++COTTON"),
        (SAC_LONG, "WOOL::", ">WOOL<", ">W<", "FTX+AAA+++W"),
        (SAC_LONG, "WOOL", ">WOOL<", ">WOOL MORE<", "FTX+AAA+++WOOL MORE"),
    ],
)
def test_a_changed_value_is_written_as_it_stands(body: str, sent: str, old: str, new: str, written: str) -> None:
    """What is remembered of how the old value was sent must not cut the new one apart."""
    xml = to_xml(data(interchange(message(body.replace("WOOL", sent)))))
    assert xml.count(old) == 1
    back, wrong = to_edifact(xml.replace(old, new))
    assert wrong == []
    assert data(written) in back
    assert errors(check(back).findings) == []


@pytest.mark.parametrize("count", ["22", "0022", "000022"])
def test_counts_are_those_of_what_is_written(count: str) -> None:
    text = interchange(message(SAC_LONG)).replace("UNT+22", f"UNT+{count}").replace("UNZ+1+", "UNZ+01+")
    xml = to_xml(data(text))
    fewer = xml.replace('<ImporterReference seg="7">ORDER 12</ImporterReference>', "")
    assert fewer != xml
    back, wrong = to_edifact(fewer)
    assert (wrong, errors(check(back).findings)) == ([], [])


# ---------------------------------------------------------------------- --force: nothing that was sent is dropped


@pytest.mark.parametrize("end", ["", "\r\n"])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("RFF+ANU:B", "RFF+QQQ:B"),
        ("RFF+ANU:B", "RFF+ANU:B:C:D"),
        ("RFF+ANU:B", "RFF+ANU:X"),
        ("RFF+ANU:B", "ZZZ+1:2+3"),
        ("RFF+ANU:B", "ZZZ"),
        ("RFF+ANU:B'", "RFF+ANU:B'RFF+ANU:B'"),
        ("RFF+ANU:B'", "'"),
        ("RFF+ANU:B'", "RFF+ANU:B"),
        ("RFF+ANU:B", "rff+ANU:B"),
        ("RFF+ANU:B", "+RFF+ANU:B"),
        ("RFF+ANU:B", "RFF+ANU:B\x01"),
        ("RFF+ANU:B", "RFF+ANU:B\x1f"),
        ("RFF+ANU:B", "RFF+ANU:\x92"),
        ("FTX+CHG+++SENT TWICE'", "FTX+CHG+++SENT TWICE'FTX+CHG+++SENT THREE TIMES'"),
        ("FTX+CHG+++SENT TWICE'", "UNS+D'FTX+CHG+++SENT TWICE'"),
        ("FTX+CHG+++SENT TWICE'", ""),
        ("::215", "::\xa0216"),
        ("UNS+D'", ""),
        ("UNT+10+1'", ""),
        ("UNT+10+1'", "UNT+99+7'"),
        ("UNT+10+1'", "UNT+10+1+X'"),
        ("UNT+10+1'", "UNT.10+1'"),
        ("UNT+10+1'", "unt+10+1'"),
        ("UNZ+2+202611220001'", ""),
        ("UNZ+2+202611220001'", "UNZ+5+7+X'"),
        ("UNZ+2+202611220001'", "UNZ'"),
        ("UNZ+2+202611220001'", "unz+2+202611220001'"),
        ("UNZ+2+202611220001'", "UNZ+2+202611220001'UNZ+1+8'"),
        ("UNZ+2+202611220001'", "UNZ+2+202611220001'LOC+1'hello"),
        ("UNH+1+CUSDEC:D:99B:UN'", ""),
        ("UNH+1+CUSDEC:D:99B:UN'", "LOC+1'\r\nDTM+2'UNH+1+CUSDEC:D:99B:UN'"),
        ("UNH+1+CUSDEC", "UNH+1+CUSREP"),
        ("UNH+1+CUSDEC", "unh+1+CUSDEC"),
        ("UNH+1+CUSDEC", "UNH++CUSDEC"),
        ("UNB+UNOC:3", "unb+UNOC:3"),
        ("UNB+UNOC:3", "UNB+UNOC:4"),
        ("UNB+UNOC:3", "UNB+:3"),
        ("+AAA336C+", "+AAA336C:Q:R:S+"),
        ("UNB+", "LOC+1'UNB+"),
        ("UNH+1", "UNG+A+B'UNH+1"),
        ("UNA:+.? '", "UNA:+.? 'UNA:+.? '"),
        ("UNA:+.? '", "UNA++.? '"),
        ("UNA:+.? '", "junk"),
        ("RFF+ANU:B", "UNA:+.? 'RFF+ANU:B"),
        ("RFF+ANU:B", "UNA:+.? '\r\nRFF+ANU:B"),
        ("UNZ+2", "UNA:+.? 'UNZ+2"),
    ],
)
def test_what_is_wrong_is_kept_as_it_came(old: str, new: str, end: str) -> None:
    text = interchange(message(SAC), message(SAC, "2"), end=end)
    assert old in text
    content = data(text.replace(old, new, 1))
    assert errors(check(content).findings) != []
    assert to_edifact(to_xml(content))[0] == content


@pytest.mark.parametrize("terminator", ["\n", "\r"])
def test_a_line_end_as_terminator_is_kept_as_it_came(terminator: str) -> None:
    content = data(interchange(message(SAC)).replace("'", terminator))
    assert [f.code for f in check(content).findings][:1] == ["SYN-02"]
    assert to_edifact(to_xml(content))[0] == content


def test_what_stands_between_una_and_a_bare_message_is_kept_as_it_came() -> None:
    text = interchange(message(SAC))
    content = data(UNA + "XQZ+1'" + text[text.index("UNH") : text.index("UNZ")])
    assert to_edifact(to_xml(content))[0] == content


@pytest.mark.parametrize("size", [1, 8, 9, 20, 60, 78, 79, 85, 120, 170, 230, 238, 243, 250, 262])
def test_a_cut_file_is_kept_as_it_came(size: int) -> None:
    content = data(interchange(message(SAC)))[:size]
    assert to_edifact(to_xml(content))[0] == content
