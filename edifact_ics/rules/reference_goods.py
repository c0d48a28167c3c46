"""What tables say of the goods of a line: commodity codes, rates, taxes, permits, instruments, risks.

Lines are looked up by tariff classification and statistical code. A line that a Change leaves unsaid is not judged.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from edifact_ics.reference import Row
from edifact_ics.rules.conditions import is_, line
from edifact_ics.rules.reference_data import day_of, goods_of, is_missing, out_of_force
from edifact_ics.rules.rule import Known, rule
from edifact_ics.view import LINE, Complaint, Level, Record

_SPECIAL = ("not known", "none applicable")  # commodity codes that every classification takes
_GENERAL = "GEN"  # the preference scheme that means none
_INSTRUMENTS = ("", "Treatment", "SecondTreatment", "TariffClassification", "Preference")


def _leads(classification: str) -> list[str]:
    """Return the classification and its shorter beginnings, down to none: what a row for more goods may name."""
    return [classification[:length] for length in range(len(classification), 1, -1)] + [""]


# ---------------------------------------------------------------------- quarantine commodity codes


@rule("GBR-AQIS-COMMODITY-CODE-02", on="AQISCommodityCode", needs="aqis_commodities")
def commodity_needs_a_classification(level: Level, known: Known) -> Iterator[Complaint]:
    """Commodity codes belong to a classification with its statistical code: without them none can be right."""
    for name in ("TariffClassificationNumber", "StatisticalCode"):
        if is_missing(level, name):
            text = f"{level.guide.label(name)} is missing: an AQIS Commodity Code can only be looked up with it."
            yield level.complaint("AQISCommodityCode", text)
            return


@rule("GBR-AQIS-COMMODITY-CODE-03", on="AQISCommodityCode", needs="aqis_commodities")
def commodity_where_none_is_listed(level: Level, known: Known) -> Iterator[Complaint]:
    """No commodity code may be sent for goods that have none."""
    goods = goods_of(level)
    if goods and not known.tables.rows("aqis_commodities", *goods, on=day_of(level, known)):
        text = f"AQIS Commodity Code must not be sent: {' / '.join(goods)} has none on {day_of(level, known)}."
        yield level.complaint("AQISCommodityCode", text)


@rule("GBR-AQIS-COMMODITY-CODE-05", on="AQISCommodityCode", needs="aqis_commodities")
def commodity_exists(level: Level, known: Known) -> Iterator[Complaint]:
    """A commodity code exists, for these goods or others."""
    for number, code, listed in _unlisted_commodities(level, known):
        if not any(row["commodity"] == code for row in known.tables.rows("aqis_commodities")):
            text = f"AQIS Commodity Code {code!r} does not exist; for these goods there are {', '.join(listed)}."
            yield level.complaint("AQISCommodityCode", text, number)


@rule("GBR-AQIS-COMMODITY-CODE-06", on="AQISCommodityCode", needs="aqis_commodities")
def commodity_of_these_goods(level: Level, known: Known) -> Iterator[Complaint]:
    """A commodity code is one of those listed for the goods."""
    for number, code, listed in _unlisted_commodities(level, known):
        if any(row["commodity"] == code for row in known.tables.rows("aqis_commodities")):
            text = f"AQIS Commodity Code {code!r} is for other goods; for these there are {', '.join(listed)}."
            yield level.complaint("AQISCommodityCode", text, number)


def _unlisted_commodities(level: Level, known: Known) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """Give the commodity codes that are not listed for the goods, where any are: number, code, what is listed."""
    goods = goods_of(level)
    listed = known.tables.values("aqis_commodities", *goods, on=day_of(level, known)) if goods else ()
    for number, code in level.each("AQISCommodityCode") if listed else ():
        if code not in listed and code.lower() not in _SPECIAL:
            yield number, code, listed


# ---------------------------------------------------------------------- tariff and rates


@rule(
    "GBR-LUXURY-CAR-TAX-PAYABLE-INDICATOR-01",
    on="LuxuryCarTaxPayableIndicator",
    when=is_("LuxuryCarTaxPayableIndicator", "Y"),
    needs="tariff",
)
def luxury_car_tax_may_apply(level: Level, known: Known) -> Iterator[Complaint]:
    """Luxury car tax may be nominated only for goods to which it may apply."""
    goods = goods_of(level)
    row = known.tables.row("tariff", *goods, on=day_of(level, known)) if goods else None
    if row is not None and row["luxury_car_tax"] != "Y":
        text = f"Luxury Car Tax Payable Indicator is Y, but the tax does not apply to {' / '.join(goods or ())}."
        yield level.complaint("LuxuryCarTaxPayableIndicator", text)


@rule("GBR-TARIFF-CLASSIFICATION-RATE-NUMBER-01", on="TariffClassificationNumber", needs="tariff_rates")
def rate_must_be_chosen(level: Level, known: Known) -> Iterator[Complaint]:
    """Where a classification has several rates, one of their numbers is sent."""
    name = "TariffClassificationRateNumber"
    rates = _rates(level, known)
    if len(rates) < 2 or not level.guide.kinds_of(name):
        return
    choice = f"{level.get('TariffClassificationNumber')} has the rates {', '.join(rates)}"
    sent = level.get(name)
    if sent is None:
        if level.knows(name):
            yield level.complaint(name, f"{level.guide.label(name)} is missing: {choice}.")
    elif sent.lstrip("0") not in {rate.lstrip("0") for rate in rates}:
        yield level.complaint(name, f"{level.guide.label(name)} {sent} does not exist: {choice}.")


@rule("GBR-TARIFF-CLASSIFICATION-RATE-NUMBER-02", on="TariffClassificationRateNumber", needs="tariff_rates")
def the_only_rate(level: Level, known: Known) -> Iterator[Complaint]:
    """Where a classification has one rate, that one is used."""
    name = "TariffClassificationRateNumber"
    rates = list(_rates(level, known))
    sent = level.said[name]
    if len(rates) == 1 and sent.lstrip("0") != rates[0].lstrip("0"):
        text = f"{level.guide.label(name)} {sent} is not used: {rates[0]} is the only current rate."
        yield Complaint(level, name, text, warning=True)


def _rates(level: Level, known: Known) -> dict[str, Row]:
    """Return the rates of a line's classification that are in force, by number."""
    classification = level.get("TariffClassificationNumber")
    if classification is None:
        return {}
    rows = known.tables.rows("tariff_rates", classification, on=day_of(level, known))
    return {row["rate_number"]: row for row in rows}


def _rate(level: Level, known: Known) -> Row | None:
    """Return the rate that applies to a line; None if it cannot be told: a treatment or a preference has others."""
    goods = goods_of(level)
    if goods is None or known.tables.row("tariff", *goods, on=day_of(level, known)) is None:
        return None
    if any(name in level for name in ("TreatmentCode", "SecondTreatmentCode")):
        return None
    if level.get("PreferenceSchemeType") not in (None, _GENERAL):
        return None
    rates = _rates(level, known)
    if len(rates) == 1:
        return next(iter(rates.values()))
    number = level.get("TariffClassificationRateNumber") or ""
    return next((row for rate, row in rates.items() if rate.lstrip("0") == number.lstrip("0")), None)


_FACTOR = "OtherDutyFactor"


@rule("GBR-OTHER-DUTY-FACTOR-02", on="TariffClassificationNumber", when=~line("N20"), needs=("tariff", "tariff_rates"))
def factor_needed(level: Level, known: Known) -> Iterator[Complaint]:
    """A rate with an other duty factor needs the factor."""
    if is_missing(level, _FACTOR):
        rate = _rate(level, known)
        if rate is not None and rate["other_duty_factor"] == "Y":
            yield level.complaint(
                _FACTOR, f"Other Duty Factor is missing: rate {rate['rate_number']} is worked out with it."
            )


@rule("GBR-OTHER-DUTY-FACTOR-03", on=_FACTOR, needs=("tariff", "tariff_rates"))
def factor_not_used(level: Level, known: Known) -> Iterator[Complaint]:
    """A rate whose calculations have no other duty factor takes none."""
    rate = _rate(level, known)
    if rate is not None and rate["other_duty_factor"] != "Y" and int(rate["calculations"]) > 0:
        yield level.complaint(
            _FACTOR, f"Other Duty Factor must not be sent: rate {rate['rate_number']} does not use it."
        )


@rule("GBR-OTHER-DUTY-FACTOR-04", on=_FACTOR, needs=("tariff", "tariff_rates"))
def factor_of_nothing(level: Level, known: Known) -> Iterator[Complaint]:
    """A rate without calculations takes no other duty factor."""
    rate = _rate(level, known)
    if rate is not None and int(rate["calculations"]) == 0:
        yield level.complaint(
            _FACTOR, f"Other Duty Factor must not be sent: rate {rate['rate_number']} is not worked out."
        )


# ---------------------------------------------------------------------- permits and instruments


@rule("GBR-PERMIT-NUMBER-01", on="PermitNumber", needs="permits")
def permit_covers_the_goods(level: Level, known: Known) -> Iterator[Complaint]:
    """A permit is in force and covers the goods; one that is not in the table may be known to Customs."""
    tables = known.tables
    day = day_of(level, known)
    classification = level.get("TariffClassificationNumber")
    for number, permit in level.each("PermitNumber"):
        rows = tables.rows("permits", permit, on=day)
        if rows:
            if classification and not any(classification.startswith(row["classification"]) for row in rows):
                goods = ", ".join(row["classification"] for row in rows)
                text = f"Permit {permit!r} is for goods of {goods}, not for {classification}."
                yield level.complaint("PermitNumber", text, number)
        elif old := tables.rows("permits", permit):
            yield level.complaint("PermitNumber", f"Permit {permit!r} {out_of_force(old[-1], day)}.", number)
        else:
            text = f"Permit {permit!r} is not in the table permits; another agency may have issued it."
            yield Complaint(level, "PermitNumber", text, number, warning=True)


@rule(
    "GBR-INSTRUMENT-SECURITY-CODE-01",
    on=tuple(f"{kind}InstrumentNumber" for kind in _INSTRUMENTS),
    when=~line("N20"),
    needs="instruments",
)
def security_code_of_an_instrument(level: Level, known: Known) -> Iterator[Complaint]:
    """An instrument that has a security code is quoted with it."""
    if not is_missing(level, "InstrumentSecurityCode"):
        return
    for kind in _INSTRUMENTS:
        places: list[Level | Record] = [*level.records(f"{kind}InstrumentNumber")]
        for place in places or [level]:
            type_, number = place.get(f"{kind}InstrumentType"), place.get(f"{kind}InstrumentNumber")
            row = known.tables.row("instruments", type_ or "", number or "", on=day_of(level, known))
            if row is not None and row["has_security_code"] == "Y":
                text = f"Instrument Security Code is missing: instrument {type_} {number} has one."
                yield level.complaint("InstrumentSecurityCode", text)
                return


# ---------------------------------------------------------------------- community protection risks


def _producer_risks(level: Level, known: Known) -> Iterator[Row]:
    """Give the risks that match a line and are of a high-risk food."""
    classification = level.get("TariffClassificationNumber")
    statistical, country = level.get("StatisticalCode"), level.get("OriginCountryCode")
    day = day_of(level, known)
    for lead in _leads(classification) if classification else ():
        for row in known.tables.rows("cp_risks", lead, on=day):
            matches = row["statistical_code"] in ("", statistical) and row["country"] in ("", country)
            if matches and (row["inspection_category"] == "HR" or row["type"] == "AQIFHIGH"):
                yield row


@rule("GBR-AQIS-PRODUCER-CODE-04", on="TariffClassificationNumber", needs="cp_risks")
def risk_wants_a_producer(level: Level, known: Known) -> Iterator[Complaint]:
    """The table says of every high-risk food that a producer code is required."""
    for row in _producer_risks(level, known):
        if row["producer_code_required"] != "Y" and level.guide.kinds_of("AQISProducerCode"):
            text = f"The table cp_risks is wrong: risk {row['risk']} is a high-risk food, but wants no producer code."
            yield Complaint(level, "TariffClassificationNumber", text, warning=True)


@rule("GBR-AQIS-PRODUCER-CODE-05", on="TariffClassificationNumber", needs="cp_risks")
def producer_of_a_high_risk_food(level: Level, known: Known) -> Iterator[Complaint]:
    """A high-risk food needs the code of its producer."""
    risk = next(_producer_risks(level, known), None)
    if risk is not None and is_missing(level, "AQISProducerCode"):
        text = f"AQIS Producer Code is missing: the goods match risk {risk['risk']}, a high-risk food."
        yield level.complaint("AQISProducerCode", text)


# ---------------------------------------------------------------------- unaccompanied personal effects


def _effects(header: Level, known: Known) -> tuple[list[Level], list[Level]] | None:
    """Return the lines of unaccompanied personal effects, and the others; None if one cannot be told to be either."""
    if "UPE" not in header.values("HeaderDocumentProperty") or not header.complete:
        return None
    effects: list[Level] = []
    others: list[Level] = []
    for level in header.below:
        if level.kind != LINE:
            continue
        rows = known.tables.rows("tariff", level.get("TariffClassificationNumber") or "", on=day_of(level, known))
        if not rows:
            return None
        (effects if any(row["personal_effects"] == "Y" for row in rows) else others).append(level)
    return effects, others


@rule("GBR-UPE-IMPORTER-PASSPORT-COUNTRY-04", on="HeaderDocumentProperty", needs="tariff")
def one_line_of_effects(header: Level, known: Known) -> Iterator[Complaint]:
    """A declaration of unaccompanied personal effects has exactly one line of them."""
    split = _effects(header, known)
    if split is not None and len(split[0]) != 1:
        text = f"{len(split[0]) or 'No'} lines are of unaccompanied personal effects; with UPE exactly one must be."
        yield header.complaint("HeaderDocumentProperty", text)


@rule("GBR-UPE-IMPORTER-PASSPORT-COUNTRY-09", on="HeaderDocumentProperty", needs="tariff")
def total_without_the_effects(header: Level, known: Known) -> Iterator[Complaint]:
    """The invoice total is the sum of the line prices but for that of the effects, in one currency."""
    split = _effects(header, known)
    if split is None or len(split[0]) != 1:
        return
    totals = _amounts(header, "Header", "39")
    prices = [amount for level in split[1] for amount in _amounts(level, "Line", "38")]
    currencies = {currency for _, currency in totals + prices}
    if len(totals) != 1 or len(prices) != len(split[1]) or len(currencies) != 1:
        return
    total, price = totals[0][0], sum((amount for amount, _ in prices), Decimal())
    if total != price:
        text = f"The invoice total is {total}, but the prices of the lines other than the effects come to {price}."
        yield header.complaint("HeaderAmount", text)


def _amounts(level: Level, side: str, kind: str) -> list[tuple[Decimal, str | None]]:
    """Return the amounts of a type, with their currencies."""
    return [
        (Decimal(amount), record.get(f"{side}AmountCurrencyCode"))
        for record in level.records(f"{side}Amount")
        if record.get(f"{side}AmountType") == kind and (amount := record.get(f"{side}Amount"))
    ]
