"""An answer of Customs explained: what a broker wants to know of it, before any segment.

Which declaration, accepted or rejected, each error with its line and, where a code is tied to a rule, what that rule
wants and the cure; then amounts, lines, conditions and advices, all by the names that the guide of the answer has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from edifact_ics.canonical.viewing import view
from edifact_ics.codes.answer import answer_codes
from edifact_ics.guide.mig_tree import Value
from edifact_ics.inspection.steps import Checked
from edifact_ics.render.report import shown
from edifact_ics.render.words import money, worded
from edifact_ics.rules import catalogue
from edifact_ics.rules.catalogue import Entry
from edifact_ics.view import HEADER, TRANSPORT_LINE, Level, View

# What a status word means for the declaration; for a transport line or the cargo it is only the word.
_STATUS = {
    "CLEAR": "lodged and nothing is open; money may be due",
    "HELD": "Customs or quarantine holds it, or a transport line is not matched yet",
    "FINALISED": "paid, or nothing was due; the authority to deal follows",
    "WITHDRAWN": "withdrawn for good",
    "LODGED": "the claim is lodged",
}
_ERROR, _ADVICE = "Error", "Advice"
_HEADINGS = {TRANSPORT_LINE: "Transport line", "ExportLine": "Export line", "RoleLine": "Role"}
# Told elsewhere, or of no use to a broker.
_TOLD = frozenset(
    (
        *("MessageReferenceNumber", "MessageType", "CustomsMessageIdentifier", "CustomsMessageVersion"),
        *("SenderReference", "SenderReferenceVersion", "ResponseRecipient", "StatusType", "StatusDescription"),
        *("TransportLineStatusType", "TransportLineStatusDescription"),
        *("TransportLineNumber", "LineNumber", "ErrorCount", "LineCount", "TransportLineCount", "SubItemCount"),
        *("AnsweredMessageType", "AnsweredMessageFunction", "ResponseStandardMessage", "ErrorSource"),
        *("FrontEndDateTime", "LineLiabilityFlag"),
    )
)
_WORD = re.compile("[A-Z][a-z]*")
_AMOUNT = (1, 2)  # where MOA has 5004
_RULE = re.compile(r"^([A-Z0-9]+(?:-[A-Z0-9]+)+)\b")


def explains(done: Checked) -> bool:
    """Tell whether a message is an answer that can be explained: a CUSRES that was read."""
    return done.walk is not None and done.table is not None and done.table.mig.type == "CUSRES"


def lines(done: Checked, sent: Iterable[Checked] = ()) -> Iterator[str]:
    """Give the lines that explain an answer; `sent` are messages among which the one answered is looked for."""
    assert done.table is not None
    assert done.walk is not None
    seen = view(done.table, done.walk.placed)
    words = _Words(done)
    yield from map(shown, _Explained(seen, words, _sent(seen, sent)).lines())


class _Words:
    """How the values of an answer are written, by the names of their elements."""

    def __init__(self, done: Checked) -> None:
        assert done.table is not None
        segments = list(done.table.mig.segments())
        self._values: dict[str, Value] = {v.xml: v for s in segments for use in s.uses for v in use.values}
        self.amounts = {
            v.xml for s in segments if s.tag == "MOA" for use in s.uses for v in use.values if _AMOUNT in v.places
        }

    def __call__(self, name: str, text: str) -> str:
        if name in self.amounts:
            return money(text)
        return worded(self._values[name], text) if name in self._values else text


class _Explained:
    def __init__(self, seen: View, words: _Words, sent: View | None) -> None:
        self._seen = seen
        self._words = words
        self._sent = sent
        self._said = seen.header.said
        found = [_Found(level) for level in seen.of(_ERROR)]
        self._outcome = next((one.label for one in found if one.family == "outcome"), "")
        self._found = [one for one in found if one.family != "outcome"]

    @property
    def rejected(self) -> bool:
        """Tell whether the answer rejects: it says so, or names errors and no status."""
        status = self._said.get("StatusType", "")
        return status == "REJECTED" or (not status and any(not one.is_advice for one in self._found))

    def lines(self) -> Iterator[str]:
        reference = self._said.get("SenderReference")
        if reference:
            version = self._said.get("SenderReferenceVersion", "")
            yield f"Answers {self._document()}{reference}{f' version {version}' if version else ''}"
        yield from self._verdict()
        yield from self._faults()
        yield from self._values(self._seen.header, "")
        for level in self._seen.levels[1:]:
            if level.kind not in (_ERROR, _ADVICE, HEADER):
                yield from self._level(level)
        yield from self._advices()

    def _document(self) -> str:
        """Return the name of the document answered, with a blank behind it; "" where the answer does not tell."""
        named = self._said.get("AnsweredMessageType")
        own = self._said.get("MessageType", "")
        if named:
            return f"{named} "
        return f"{own[:-1]} " if own.endswith("R") and "StatusType" in self._seen.guide.labels else ""

    def _verdict(self) -> Iterator[str]:
        status = self._said.get("StatusType", "")
        count = sum(not one.is_advice for one in self._found)
        if self._outcome:
            yield f"Outcome: {self._outcome}"
        elif self.rejected:
            yield f"REJECTED: {count} error{'' if count == 1 else 's'}; nothing of it was accepted"
        if status and status != "REJECTED":
            meant = _STATUS.get(status)
            yield f"Status: {status}{f' ({meant})' if meant else ''}"
        told = self._said.get("StatusDescription", "")
        if told not in ("", status):
            yield f"  {told}"

    # ------------------------------------------------------------------ errors

    def _faults(self) -> Iterator[str]:
        kind = "error" if self.rejected or self._outcome else "warning"
        for one in self._found:
            yield f"{one.kind or kind.capitalize()} {one.code}{one.where}: {one.text}"
            yield from (f"  {line}" for line in self._line_sent(one.line))
            rule = one.rule
            if one.label and one.label.lower() not in one.text.lower() and not one.names_rule:
                yield f"  Meaning: {one.label}"
            if rule is not None:
                yield f"  Rule {rule.id}: {one.label if rule.status == 'not-checkable' else rule.statement}"
                if rule.cure:
                    yield f"  What to do: {rule.cure}"

    def _line_sent(self, number: str) -> Iterator[str]:
        """Show the line of the message sent that an error speaks of."""
        if self._sent is None or number in ("", "0"):
            return
        line = next((level for level in self._sent.lines if level.said.get("LineNumber") == number), None)
        if line is None:
            yield f"Line {number} was not in the message sent."
            return
        about = [line.said[name] for name in ("GoodsDescription",) if name in line.said]
        labels = self._sent.guide
        for name in ("TariffClassificationNumber", "StatisticalCode", "OriginCountryCode"):
            if name in line.said:
                about.append(f"{labels.label(name)} {line.said[name]}")
        yield f"Sent: {', '.join(about) or f'line {number}'}"

    # ------------------------------------------------------------------ values

    def _values(self, level: Level, indent: str) -> Iterator[str]:
        """Give what a level says beside what is told elsewhere, amounts last."""
        groups = level.guide.groups.get(level.kind, {})
        plain = {name: text for name, text in level.said.items() if name not in _TOLD and name not in groups}
        plain |= {name: "; ".join(texts) for name, texts in _apart(level).items() if name in plain}
        amounts = {name: text for name, text in plain.items() if name in self._words.amounts}
        for name, text in plain.items():
            if name not in amounts:
                yield f"{indent}{self._seen.guide.label(name)}: {self._words(name, text)}"
        for records in level.repeated.values():
            yield from (f"{indent}{self._record(record)}" for record in records)
        width = max((len(self._seen.guide.label(name)) for name in amounts), default=0)
        said = {name: self._words(name, text) for name, text in amounts.items()}
        right = max(map(len, said.values()), default=0)
        for name, text in said.items():
            refund = "  (to be refunded)" if name == "TotalPayableAmount" and text.startswith("-") else ""
            yield f"{indent}{self._seen.guide.label(name):<{width}}  {text:>{right}}{refund}"

    def _record(self, record: dict[str, str]) -> str:
        """Return one repetition of a group in one line; a condition as its name and value."""
        if set(record) == {"ConditionName", "ConditionValue"}:
            return f"{record['ConditionName']}: {record['ConditionValue']}"
        label = self._seen.guide.label
        return ", ".join(f"{label(name)}: {self._words(name, text)}" for name, text in record.items())

    def _level(self, level: Level) -> Iterator[str]:
        number = next((level.said[n] for n in ("TransportLineNumber", "LineNumber") if n in level.said), level.number)
        status = level.said.get("TransportLineStatusType")
        if "TransportLineStatusType" in level.guide.carries[level.kind] and self._said.get("StatusType"):
            status = status or "as the declaration"
        kind = _HEADINGS.get(level.kind) or " ".join(_WORD.findall(level.kind)).capitalize()
        yield f"{kind} {number}{f': {status}' if status else ''}"
        yield from self._values(level, "  ")

    def _advices(self) -> Iterator[str]:
        for level in self._seen.of(_ADVICE):
            numbers = level.values("AdviceLineNumber")
            for_ = f", line{'s' if len(numbers) > 1 else ''} {', '.join(numbers)}" if numbers else ""
            code = level.said.get("AdviceIdentifier", "")
            label = answer_codes()[code].label if code in answer_codes() else ""
            yield f"Advice {code}{for_}: {level.said.get('AdviceText') or label}"


class _Found:
    """One ERP group: where, which code, what it says, and the rule behind it if one is known."""

    def __init__(self, level: Level) -> None:
        said = level.said
        self.code = said.get("ErrorIdentifier", "")
        self.text = said.get("ErrorDescription", "")
        self.line = said.get("ErrorLocation", "")
        self._class = said.get("ErrorClass", "")
        known = answer_codes().get(self.code)
        self.family = known.family if known else ""
        self.label = known.label if known else ""
        self._rules = known.rules if known else ()

    @property
    def is_advice(self) -> bool:
        return self._class == "ADVICE"

    @property
    def kind(self) -> str:
        """Error or Advice where the answer says so itself, else ""."""
        return "" if not self._class else "Advice" if self.is_advice else "Error"

    @property
    def where(self) -> str:
        """The line, or the header, with a comma in front; "" where the answer does not tell."""
        line = self.line.lstrip("0")
        return f", line {line}" if line else ", header" if self.line else ""

    @property
    def rule(self) -> Entry | None:
        """The statement that was broken: the one the text begins with, or the only one its code stands for."""
        named = _RULE.match(self.text)
        if named is not None and named[1] in _rules():
            return _rules()[named[1]]
        return catalogue().get(self._rules[0]) if len(self._rules) == 1 else None

    @property
    def names_rule(self) -> bool:
        """Tell whether the text begins with the rule it is about, as ours do."""
        named = _RULE.match(self.text)
        return named is not None and named[1] in _rules()


@cache
def _rules() -> dict[str, Entry]:
    """Return the statements by their ids in capitals, as answers write them."""
    return {ident.upper(): entry for ident, entry in catalogue().items()}


def _apart(level: Level) -> dict[str, list[str]]:
    """Return the values of a level whose components are elements of their own, all of each."""
    found: dict[str, list[str]] = {}
    for place in level.origin:
        for value, text in place.item.values:
            if value.parts == "each":
                found.setdefault(value.xml, []).append(text)
    return found


def _sent(seen: View, sent: Iterable[Checked]) -> View | None:
    """Return the message that an answer speaks of: same reference, same version as a number."""
    said = seen.header.said
    wanted = said.get("SenderReference"), said.get("SenderReferenceVersion", "").lstrip("0")
    for one in sent:
        about = one.summary
        if (about.sender_reference, about.sender_reference_version.lstrip("0")) == wanted and one.table and one.walk:
            return view(one.table, one.walk.placed)
    return None
