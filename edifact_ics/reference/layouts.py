"""Which tables there are, and how the file of each is laid out: the one home of their names, columns and keys.

Columns are those that the rules ask for, with what a person needs to recognise a row. Every table also has `from` and
`until`: the first and the last day a row is in force, empty where it has no beginning or end.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

# Between the cells of a row in memory. It is below every character a cell may hold, so that rows sort by their key.
SEPARATOR = "\x1f"


class Form(NamedTuple):
    """How a cell is written: `pattern` matches the whole of it, `words` name it in a sentence."""

    words: str
    pattern: str

    def accepts(self, cell: str) -> bool:
        """Tell whether a cell is written so."""
        return re.fullmatch(self.pattern, cell) is not None


class Column(NamedTuple):
    """One column: its name, what it means, how it is written; `needed`: no row may leave it empty."""

    name: str
    meaning: str
    form: Form
    needed: bool = True


@dataclass(frozen=True)
class Layout:
    """One table: the columns of its key first, then the others. `shipped`: some rows come with the package."""

    name: str
    title: str
    key: tuple[Column, ...]
    others: tuple[Column, ...] = ()
    shipped: bool = False

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """All columns in the order rows are kept: key, `from`, `until`, others."""
        return (*self.key, *_PERIOD, *self.others)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of all columns in that order."""
        return tuple(column.name for column in self.columns)

    def period(self, cells: Sequence[str]) -> tuple[str, str]:
        """Return the cells `from` and `until` of a row whose cells stand in that order."""
        return cells[len(self.key)], cells[len(self.key) + 1]

    @cached_property
    def required(self) -> frozenset[str]:
        """The columns a file must have; others may be left out, which is as if they were empty."""
        return frozenset(column.name for column in self.columns if column.needed)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Match a whole row of sound cells, joined by SEPARATOR in the order of `columns`."""
        return re.compile(SEPARATOR.join(f"(?:{c.form.pattern}){'' if c.needed else '?'}" for c in self.columns))


_INNER = r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]"  # no control characters, nothing that was no UTF-8
_OUTER = r"[^\s\x00-\x1f\x7f-\x9f\ud800-\udfff]"  # and no blank
_TEXT = Form("text on one line", f"{_OUTER}(?:{_INNER}*{_OUTER})?")
_CODE = Form("a code of at most 35 characters", f"{_OUTER}(?:{_INNER}{{0,33}}{_OUTER})?")
_CLASSIFICATION = Form("eight digits", r"[0-9]{8}")
_LEAD = Form("two to eight digits", r"[0-9]{2,8}")
_TWO_DIGITS = Form("two digits", r"[0-9]{2}")
_RATE = Form("one to three digits", r"[0-9]{1,3}")
_COUNTRY = Form("two capital letters", r"[A-Z]{2}")
_CURRENCY = Form("three capital letters", r"[A-Z]{3}")
_PORT = Form("two capital letters and three letters or digits 2 to 9", r"[A-Z]{2}[A-Z2-9]{3}")
_DATE = Form("a day as 2026-07-01", r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])")
_YES_NO = Form("Y or N", r"[YN]")
_COUNT = Form("a whole number", r"[0-9]{1,3}")


def _one_of(*words: str) -> Form:
    return Form(" or ".join((", ".join(words[:-1]), words[-1])), "|".join(map(re.escape, words)))


_PERIOD = (
    Column("from", "first day in force; empty: it always was", _DATE, needed=False),
    Column("until", "last day in force; empty: no end is known", _DATE, needed=False),
)


def _code(name: str, meaning: str) -> Column:
    return Column(name, meaning, _CODE)


def _text(name: str, meaning: str) -> Column:
    return Column(name, meaning, _TEXT, needed=False)


def _flag(name: str, meaning: str, *, needed: bool = True) -> Column:
    return Column(name, meaning, _YES_NO, needed)


_TARIFF = Column("classification", "tariff classification number", _CLASSIFICATION)
_GOODS = Column("classification", "classification, or its first digits; empty: all goods", _LEAD, False)
_STATISTICAL = Column("statistical_code", "statistical code", _TWO_DIGITS)
_ANY_STATISTICAL = Column("statistical_code", "statistical code; empty: all of the classification", _TWO_DIGITS, False)
_DESCRIPTION = _text("description", "in words")
_NAME = _text("name", "name")
_EXPORT_COUNTRY = Column("country", "country of export", _COUNTRY)

_LAYOUTS = (
    Layout(
        "ports",
        "ports and other places (UN/LOCODE)",
        (Column("code", "UN/LOCODE", _PORT),),
        (_NAME, _text("state", "state or territory")),
        shipped=True,
    ),
    Layout(
        "countries",
        "countries (ISO 3166)",
        (Column("code", "two-letter code", _COUNTRY),),
        (_NAME,),
        shipped=True,
    ),
    Layout(
        "currencies",
        "currencies (ISO 4217)",
        (Column("code", "three-letter code", _CURRENCY),),
        (_NAME,),
        shipped=True,
    ),
    Layout(
        "units",
        "units of quantity",
        (_code("code", "code"), Column("scheme", "whose code it is", _one_of("ICS", "REC20"))),
        (_NAME, _text("symbol", "sign")),
        shipped=True,
    ),
    Layout("states", "Australian states and territories", (_code("code", "code"),), (_NAME,), shipped=True),
    Layout(
        "codelists",
        "code lists; a list of a loaded file stands in place of ours",
        (_code("list", "name of the list"), _code("code", "code")),
        (
            _DESCRIPTION,
            _flag("open", "other codes may exist: one outside the list is a warning only", needed=False),
        ),
        shipped=True,
    ),
    Layout(
        "tariff",
        "tariff classifications and statistical codes",
        (_TARIFF, _STATISTICAL),
        (
            _DESCRIPTION,
            _text("unit", "unit of the statistical quantity"),
            _text("second_unit", "unit of a second quantity"),
            _flag("luxury_car_tax", "luxury car tax may apply", needed=False),
            _flag("personal_effects", "kept for unaccompanied personal effects", needed=False),
        ),
    ),
    Layout(
        "tariff_rates",
        "rates of a classification",
        (_TARIFF, Column("rate_number", "rate number", _RATE)),
        (
            _DESCRIPTION,
            Column("calculations", "how many duty calculations the rate has", _COUNT),
            _flag("other_duty_factor", "one of them takes an other duty factor"),
        ),
    ),
    Layout(
        "treatments",
        "treatment codes",
        (_code("code", "treatment code"),),
        (_DESCRIPTION, _flag("instrument_needed", "an instrument must be quoted", needed=False)),
    ),
    Layout(
        "instruments",
        "instruments: tariff concession orders, by-laws and the like",
        (_code("type", "instrument type"), _code("number", "instrument number")),
        (_DESCRIPTION, _flag("has_security_code", "a security code must be given with it")),
    ),
    Layout(
        "securities", "securities lodged with Customs", (_code("identifier", "security identifier"),), (_DESCRIPTION,)
    ),
    Layout(
        "establishments",
        "establishments: warehouses, depots and others licensed by Customs",
        (_code("identifier", "establishment identifier"),),
        (_NAME, _text("kind", "warehouse, depot or other"), _text("state", "state or territory")),
    ),
    Layout("permits", "permits and the goods they cover", (_code("number", "permit number"), _GOODS), (_DESCRIPTION,)),
    Layout(
        "aqis_commodities",
        "quarantine commodity codes of a classification",
        (_TARIFF, _STATISTICAL, _code("commodity", "commodity code")),
        (_DESCRIPTION,),
    ),
    Layout(
        "products",
        "your own products and the codes they are declared with",
        (_code("product", "your code of the product"),),
        (
            _text("goods", "how a message describes it; empty: its code stands in the description"),
            _TARIFF,
            _STATISTICAL,
            _text("commodities", "quarantine commodity codes, with blanks between them; empty: none"),
        ),
    ),
    Layout("aqis_concern_types", "quarantine concern types", (_code("code", "concern type"),), (_DESCRIPTION,)),
    Layout(
        "aqis_document_types", "food certificates of overseas governments", (_code("code", "type"),), (_DESCRIPTION,)
    ),
    Layout(
        "aqis_processing_types",
        "quarantine processing types",
        (_code("code", "processing type"),),
        (
            _DESCRIPTION,
            _text("cargo_type", "cargo type that a transport line must have; empty: any"),
        ),
    ),
    Layout(
        "aqis_premises",
        "quarantine premises",
        (_code("identifier", "premises identifier"),),
        (_NAME, _text("state", "state or territory")),
    ),
    Layout(
        "aqis_producers",
        "producers of imported food",
        (_code("code", "producer code"),),
        (_NAME, _text("country", "country")),
    ),
    Layout(
        "lodgement_questions",
        "lodgement questions",
        (_code("identifier", "number of the question"),),
        (
            _text("name", "name by which rules know it, such as AQIS FCL BARRIER QUESTION"),
            _text("text", "the question as it is put"),
            Column("high_risk_answer", "the answer that means a risk", _YES_NO, needed=False),
        ),
    ),
    Layout(
        "lodgement_declarations",
        "lodgement declarations",
        (_code("identifier", "number of the declaration"),),
        (
            _text("name", "name by which rules know it, such as Luxury Car Tax Quotation"),
            _text("text", "the declaration as it is made"),
        ),
    ),
    Layout(
        "cp_risks",
        "community protection risks, by the goods that match them",
        (
            _GOODS,
            _ANY_STATISTICAL,
            Column("country", "country of origin; empty: every one", _COUNTRY, needed=False),
            _code("risk", "risk identifier"),
        ),
        (
            _text("type", "type of risk, such as AQIFHIGH"),
            _text("inspection_category", "inspection category, such as HR or HO"),
            _flag("producer_code_required", "a producer code must, or may have to, be given"),
            _DESCRIPTION,
        ),
    ),
    Layout(
        "cp_questions",
        "community protection questions of a risk",
        (_code("risk", "risk identifier"), _code("question", "question identifier")),
        (_text("text", "the question as it is put"),),
    ),
    Layout(
        "dumping",
        "goods to which dumping measures apply",
        (_TARIFF, _ANY_STATISTICAL),
        (_DESCRIPTION,),
    ),
    Layout(
        "dumping_specifications",
        "dumping specifications",
        (_code("number", "dumping specification number"),),
        (_DESCRIPTION,),
    ),
    Layout(
        "dumping_countries",
        "countries of export that dumping measures name, and their suppliers",
        (
            _TARIFF,
            _EXPORT_COUNTRY,
            Column("supplier", "supplier identifier; empty: the country has no list of suppliers", _CODE, needed=False),
        ),
        (
            Column(
                "list_kind",
                "whether measures hit those listed (Cannot be one of) or all others (Must be one of)",
                _one_of("Cannot be one of", "Must be one of"),
                needed=False,
            ),
        ),
    ),
    Layout(
        "advice_numbers",
        "tariff and valuation advices",
        (_code("number", "advice number"),),
        (
            Column("kind", "what the advice is about", _one_of("tariff", "valuation")),
            Column(
                "status",
                "where the advice stands",
                _one_of("Finalised", "Input", "Open", "Rejected", "Voided", "Withdrawn"),
            ),
        ),
    ),
    Layout(
        "clients",
        "clients: what the bureau knows of those it declares for",
        (
            _code("identifier", "ABN, client identifier (CCID), or site as sender in UNB"),
            Column("cac", "client activity centre of an ABN; empty beside the others", _CODE, needed=False),
        ),
        (
            _code("client", "your own number of the client: the same for all its identifiers"),
            _NAME,
            _flag("aqis_accredited", "works under a compliance agreement with quarantine", needed=False),
            Column("aqis_scheme", "scheme of the agreement", _one_of("BAS", "AEP"), needed=False),
            _flag("default_bank_account", "Customs holds a default account", needed=False),
            _flag("licensed_brokerage", "is a licensed brokerage", needed=False),
        ),
    ),
)

LAYOUTS = {layout.name: layout for layout in _LAYOUTS}
