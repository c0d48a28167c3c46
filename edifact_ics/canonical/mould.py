"""Segments that bring the same elements, cast in one mould: written, and judged, at one stroke.

The first ones are written with care. They leave a template with a slot for each text, and one pattern of texts in
which the guide surely finds no fault: whatever matches it makes a segment as sound as one that was looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from operator import itemgetter

from edifact_ics.canonical.arrange import Bit
from edifact_ics.canonical.leaf import Leaf
from edifact_ics.segment.interpret import interpret
from edifact_ics.segment.interpreted import Interpreted
from edifact_ics.segment.plain import char_class
from edifact_ics.segment.values import CHAR, clean, marked, sound
from edifact_ics.structure.table import Table
from edifact_ics.syntax.characters import split_elements

_WORTH = 2  # template and pattern are made at the second segment; they cost as much as three written with care
_SLOTS = 8
_MARK = re.compile("[\\x01-\\x08]")  # a slot in a template to be
_PRINTABLE = "[ -~\xa1-\xac\xae-\xff]"  # in ISO 8859-1
_QUALIFIERS = 100  # that one mould knows
_APART = "\n"  # between texts that are matched together

Texts = Sequence[str]
Match = Callable[[str], re.Match[str] | None]


class Mould:
    """Writes the segments that bring `leaves`, in this order; `write` writes one, with a note on how it was sent.

    `wants`: their names apply only where other segments hold to that, which is for others to see. What is known to be
    sound of them is put into the caches of `table`, where the walk looks for it.
    """

    def __init__(self, leaves: tuple[Leaf, ...], table: Table, write: Callable[[Bit, str], str]) -> None:
        self.wants = tuple([condition for leaf in leaves for condition in leaf.value.when])
        self._leaves = leaves
        self._table = table
        self._write = write
        self._node = next(node for node in table.nodes if node.segment.position == leaves[0].position)
        self._asked = 0
        self._template = ""
        self._pick: Callable[[Texts], object] = tuple  # the texts in the order of the slots
        self._pattern = ""  # of sound texts, CHAR being any character; "" if there is no template
        self._plain: Match | None = None  # matches sound texts without service characters
        self._sound: Match | None = None  # matches sound texts
        self._codes: list[tuple[int, frozenset[str]]] = []
        self._qualifiers: list[int] = []  # the texts that tell which use a segment is
        self._facts = (True,) * len(self._node.row.conditions)  # it is judged as if all conditions on others held
        self._judged: dict[tuple[str, ...], Interpreted] = {}  # what the walk is told of sound ones, by qualifiers
        self._shared: Interpreted | None = None  # the same, where it is told of each of them

    def raw(self, texts: Texts) -> str | None:
        """Return the segment with these texts, given as XML has them; None where that takes a closer look.

        Raise CannotWrite as `write` does.
        """
        joined = _APART.join(texts)
        if self._plain is not None and self._plain(joined) and "  " not in joined and self._are_known(texts):
            return self._cast(texts, texts)
        return self._marked(joined)

    def bit(self, texts: Texts) -> Bit | None:
        """Return the segment with these texts before it is written; None as in `raw`."""
        joined = _unescaped(_APART.join(texts))
        return None if joined is None else self._bit(joined.split(_APART))

    def _marked(self, joined: str) -> str | None:
        """Write a segment with texts that are not plain, or not known to be sound."""
        plain = _unescaped(joined)
        if plain is None:
            return None
        texts = plain.split(_APART)
        if self._pattern:
            self._sound = self._sound or re.compile(self._pattern.replace(CHAR, _PRINTABLE)).fullmatch
            if self._sound(plain) and "  " not in plain and self._are_known(texts):
                return self._cast(texts, self._table.delimiters.escape(plain).split(_APART))
        bit = self._bit(texts) if all(text.isascii() and text.isprintable() for text in texts) else None
        if bit is None:
            return None
        self._asked += 1
        if self._asked == _WORTH:
            self._make()
        return self._write(bit, "")

    def _are_known(self, texts: Texts) -> bool:
        for index, known in self._codes:  # noqa: SIM110  `all` would take three times as long
            if texts[index] not in known:
                return False
        return True

    def _cast(self, texts: Texts, sent: Texts) -> str:
        """Return the segment with sound texts, `sent` with released characters; the walk gets to know of it."""
        raw = self._template % self._pick(sent)
        if self._shared is not None:
            self._table.know(self._node, raw, raw, self._shared)
        else:
            self._judge(raw, texts)
        return raw

    def _bit(self, texts: Texts) -> Bit | None:
        bit: Bit | None = None
        decimal = self._table.delimiters.decimal
        for leaf, text in zip(self._leaves, map(clean, texts), strict=True):
            value = leaf.value
            if value.parts == "each" or (bit is not None and bit.uses[0] is not leaf.use):
                return None
            if bit is None:
                bit = Bit(leaf.position, [leaf.use])
            elif value.many or any(set(other.places) & set(value.places) for other in bit.values):
                return None
            fits = len(text) <= leaf.room
            pieces = [[marked(value, text, decimal)]] if fits else leaf.pieces(text, None, decimal)
            if not text or len(pieces) != 1:
                return None
            bit.values.append(value)
            bit.texts.update((place, part) for place, part in zip(value.places, pieces[0], strict=False) if part)
        return bit

    # ------------------------------------------------------------------ judging

    def _judge(self, raw: str, texts: Texts) -> None:
        """Let the walk know a segment with sound texts, if one with the same qualifiers is sound."""
        qualifiers = tuple([texts[index] for index in self._qualifiers])
        known = self._judged.get(qualifiers)
        if known is None:
            said = interpret(self._node.row, raw, self._facts)
            known = self._walked(() if said.findings else said.uses)
            if len(self._judged) < _QUALIFIERS:
                self._judged[qualifiers] = known
        if known.counter < 0:
            return
        if self._node.row.referred:
            known = self._walked(known.uses)
            known.elements = split_elements(raw, self._table.delimiters)
        elif not self._qualifiers and not self._facts:
            self._shared = known
        self._table.know(self._node, (raw, self._facts) if self._facts else raw, raw, known)

    def _walked(self, uses: tuple[int, ...]) -> Interpreted:
        """Return what the walk asks of a segment; a counter below 0 makes it look closer."""
        said = Interpreted(uses)
        said.counter = self._node.uses + uses[0] if len(uses) == 1 else -1
        return said

    def _make(self) -> None:
        """Make template and pattern, where all texts stand as they are given and each is sound by itself."""
        leaves, table = self._leaves, self._table
        delimiters = table.delimiters
        marks = [chr(number) for number in range(1, len(leaves) + 1)]
        odd = delimiters.release == " " or delimiters.decimal != "." or set(delimiters.special_characters) & set(marks)
        if odd or table.syntax != "UNOC" or len(leaves) > _SLOTS:
            return
        bit = Bit(leaves[0].position, [leaves[0].use])
        patterns: list[str] = []
        codes: list[tuple[int, frozenset[str]]] = []
        for index, (leaf, mark) in enumerate(zip(leaves, marks, strict=True)):
            known = sound(leaf.value, leaf.room)
            if known is None or not (leaf.room or leaf.value.code):
                return
            bit.texts[leaf.value.places[0]] = leaf.value.code or mark
            patterns.append("Y" if leaf.value.code else known.pattern)
            if known.codes is not None:
                codes.append((index, known.codes))
        raw = self._write(bit, "")
        order = [ord(char) - 1 for char in raw if char in marks]
        if order != list(range(len(leaves))):
            self._pick = itemgetter(*order) if order else lambda _: ()
        asked = {*self._node.row.key_places(), *(condition.place for condition in leaves[0].use.fixed)}
        self._qualifiers = [index for index, leaf in enumerate(leaves) if leaf.value.places[0] in asked]
        self._template, self._codes = _MARK.sub("%s", raw.replace("%", "%%")), codes
        self._pattern = _APART.join(patterns)
        self._plain = re.compile(self._pattern.replace(CHAR, char_class(delimiters, False))).fullmatch


def _unescaped(text: str) -> str | None:
    """Return a text as it is, by what XML has of it; None where it has more than `escape` writes."""
    if "&" not in text:
        return text
    text = text.replace("&lt;", "<").replace("&gt;", ">")
    return text.replace("&amp;", "&") if text.count("&") == text.count("&amp;") else None
