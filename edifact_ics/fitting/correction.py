"""What an archive lets a user change in a guide: rows that could now become observed, and rows to correct.

Only rows that are not certain are proposed: those assumed or inferred, formats that no data dictionary gave, and code
lists that are open. What is proposed is an override file, to be read before it is used.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from lxml import etree

from edifact_ics.fitting.fit import GuideFit, RowFit
from edifact_ics.guide.directory import NS, Format
from edifact_ics.guide.mig_tree import CodeList, Mig, Use

UNCERTAIN = ("assumed", "inferred")
_NAMESPACE = NS[1:-1]
_FORM = frozenset({"VAL-01", "VAL-02", "VAL-03", "VAL-11"})
_MISSING = frozenset({"STR-10", "STR-11"})
_CODE = frozenset({"VAL-05", "VAL-06"})


@dataclass(slots=True)
class Correction:
    """A change to one row, and why: `attributes` of its element, or `codes` of its list with their words.

    `confirms`: it was seen often enough and nothing speaks against it. `mends`: the findings that it makes go away.
    """

    row: RowFit
    why: str
    confirms: bool = False
    attributes: dict[str, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    mends: frozenset[str] = frozenset()

    @property
    def by_hand(self) -> bool:
        """Tell whether the archive does not say how to write the correction."""
        return not (self.attributes or self.codes)


def corrections(guide: GuideFit, often: int) -> list[Correction]:
    """Return what could change in a guide, in its order. Seen often: in `often` messages at least."""
    found: list[Correction] = []
    for row in guide.rows:
        mended = [one for one in (_format(row), _presence(row), _new_codes(row)) if one is not None]
        left = set(row.contradictions).difference(*(one.mends for one in mended))
        uncertain = row.basis in UNCERTAIN
        if uncertain and left:
            seen = [row.contradictions[code] for code in sorted(left)]
            mended.append(Correction(row, " ".join(f"{one.text} ({times(one.count)})" for one in seen)))
        elif uncertain and row.messages >= often:
            against = "nothing else speaks against it" if mended else "never contradicted"
            why = f"seen {times(row.seen)} in {counted(row.messages, 'message')}, {against}"
            mended.append(Correction(row, why, True, {"basis": "observed"}))
        known = _known_codes(row, often)
        found += [*mended, known] if known is not None else mended
    return found


def _format(row: RowFit) -> Correction | None:
    """A dictionary format that values broke, widened to them, within the EDIFACT format."""
    value = row.value
    if value is None or value.dictionary is None or value.type in ("date", "shortdate", "time", "decimal"):
        return None
    if not _FORM & set(row.contradictions) or value.dictionary_basis == "dictionary":
        return None
    if row.shortest is None or row.longest is None:
        return None
    wanted = _widened(value.dictionary, row)
    if wanted == value.dictionary.text or row.longest > value.format.most:
        return None
    why = f"{_lengths(row)} characters were seen, {value.dictionary.text} ({value.dictionary_basis}) is exceeded"
    return Correction(row, why, attributes={"dictionary": wanted, "dictionary-basis": "sample"}, mends=_FORM)


def _widened(form: Format, row: RowFit) -> str:
    assert row.shortest is not None
    assert row.longest is not None
    kind = form.kind
    if (kind == "n" and not row.digits) or (kind == "a" and not row.letters):
        kind = "an"
    most = max(form.most, row.longest)
    fixed = form.least == form.most == row.longest == row.shortest
    return f"{kind}{'' if fixed else '..'}{most}"


def _presence(row: RowFit) -> Correction | None:
    """A value that must be sent, and was not."""
    value = row.value
    missing = [row.contradictions[code] for code in sorted(_MISSING) if code in row.contradictions]
    if value is None or not missing or not value.mandatory or value.basis not in UNCERTAIN:
        return None
    return Correction(
        row, f"it was left out {times(sum(s.count for s in missing))}", attributes={"min": ""}, mends=_MISSING
    )


def _new_codes(row: RowFit) -> Correction | None:
    """Codes outside a list that is open."""
    codes = row.value.codes if row.value else None
    if codes is None or codes.closed or not row.outside:
        return None
    said = ", ".join(f"{code} ({times(count)})" for code, count in sorted(row.outside.items()))
    new = {code: f"seen {times(count)}; what it means is not known" for code, count in sorted(row.outside.items())}
    return Correction(row, f"codes outside the list {codes.name}: {said}", codes=new, mends=_CODE)


def _known_codes(row: RowFit, often: int) -> Correction | None:
    """Codes of a list that are not certain and were seen often."""
    codes = row.value.codes if row.value else None
    if codes is None:
        return None
    known = {c: n for c, n in sorted(row.codes.items()) if codes.bases.get(c) in UNCERTAIN and n >= often}
    if not known:
        return None
    said = ", ".join(f"{code} ({times(count)})" for code, count in known.items())
    text = f"codes of the list {codes.name} that were seen: {said}"
    return Correction(row, text, True, codes={code: codes.labels[code] for code in known})


def _lengths(row: RowFit) -> str:
    return str(row.longest) if row.shortest == row.longest else f"{row.shortest} to {row.longest}"


def times(count: int) -> str:
    """Return how often, in words: once, 7 times."""
    return "once" if count == 1 else f"{count} times"


def counted(count: int, what: str) -> str:
    """Return a number with its noun, in the plural where there are more."""
    return f"{count} {what}{'' if count == 1 else 's'}"


# ---------------------------------------------------------------------- as an override file


def override(mig: Mig, wanted: Iterable[Correction]) -> str:
    """Return corrections as an override file; "" when none of them can be written."""
    root = etree.Element(f"{NS}override", {"message": mig.message}, nsmap={None: _NAMESPACE})
    lists: dict[str, etree._Element] = {}
    for one in wanted:
        if one.codes and one.row.value is not None and one.row.value.codes is not None:
            _list(lists, one.row.value.codes, one.codes)
        elif not one.by_hand:
            _row(root, one)
    root.extend(lists.values())
    if not len(root):
        return ""
    etree.indent(root, " ")
    return etree.tostring(root, encoding="unicode") + "\n"


def _row(root: etree._Element, one: Correction) -> None:
    row = one.row
    segment = _below(root, "segment", {"pos": row.segment.position, "tag": row.segment.tag})
    note = f"{one.why[:1].upper()}{one.why[1:]}"
    if row.use is None:
        segment.attrib.update({**one.attributes, "note": note})
        return
    keys = _keys(row.use)
    use = _below(segment, "use", {"is": keys} if keys else {})
    if row.value is None:
        use.attrib.update(one.attributes)
        use.text = note
        return
    value = _below(use, "value", {"xml": row.value.xml})
    value.attrib.update(one.attributes)
    value.text = f"{value.text}; {one.why}" if value.text else note


def _list(lists: dict[str, etree._Element], codes: CodeList, added: dict[str, str]) -> None:
    node = lists.setdefault(codes.name, etree.Element(f"{NS}list", {"name": codes.name}))
    for code, label in added.items():
        if not any(known.get("value") == code for known in node):
            etree.SubElement(node, f"{NS}code", {"value": code, "basis": "observed"}).text = label


def _below(node: etree._Element, name: str, attributes: dict[str, str]) -> etree._Element:
    """Return the child that has these attributes, made if there is none."""
    for child in node:
        same = all(child.get(key) == text for key, text in attributes.items())
        if child.tag == f"{NS}{name}" and same and (name != "use" or child.get("is") == attributes.get("is")):
            return child
    return etree.SubElement(node, f"{NS}{name}", attributes)


def _keys(use: Use) -> str:
    return "; ".join(condition.text for condition in use.keys)
