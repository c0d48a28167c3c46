"""What tables say of dumping: measures in force, the countries of export they name, the suppliers they hit or spare."""

from __future__ import annotations

from collections.abc import Iterator

from edifact_ics.reference import Row
from edifact_ics.rules.conditions import is_
from edifact_ics.rules.reference_data import day_of, goods_of, is_missing
from edifact_ics.rules.rule import Known, rule
from edifact_ics.view import Complaint, Level

_COUNTRY = "DumpingExportCountryCode"


@rule("GBR-DUMPING-EXPORT-COUNTRY-CODE-03", on="TariffClassificationNumber", needs="dumping")
def dumping_must_be_answered(level: Level, known: Known) -> Iterator[Complaint]:
    """Goods under dumping measures need a specification, or an exemption."""
    goods = goods_of(level)
    name = "DumpingSpecificationNumber"
    if goods is None or not (is_missing(level, name) and is_missing(level, "DumpingExemptionType")):
        return
    day = day_of(level, known)
    if any(known.tables.row("dumping", goods[0], code, on=day) for code in (goods[1], "")):
        both = "Dumping Specification Number and Dumping Exemption Type are missing"
        text = f"{both}: {' / '.join(goods)} is under measures; one of them must be sent."
        yield level.complaint(name, text)


@rule(
    "GBR-DUMPING-EXPORT-COUNTRY-CODE-07",
    on=_COUNTRY,
    when=is_("DumpingExemptionType", "Export country not applicable"),
    needs="dumping_countries",
)
def country_is_named(level: Level, known: Known) -> Iterator[Complaint]:
    """An exemption for the country of export stands only where measures do not name that country."""
    if _suppliers(level, known):
        text = f"Measures name {level.said[_COUNTRY]}, so its exports are not exempt as COUNTRY."
        yield level.complaint(_COUNTRY, text)


_SUPPLIER = is_("DumpingExemptionType", "Supplier not applicable")


@rule("GBR-DUMPING-EXPORT-COUNTRY-CODE-08", on=_COUNTRY, when=_SUPPLIER, needs="dumping_countries")
def country_is_not_named(level: Level, known: Known) -> Iterator[Complaint]:
    """An exemption for the supplier stands only where measures name the country of export."""
    if _suppliers(level, known) == []:
        text = f"No measure names {level.said[_COUNTRY]}, so that no supplier there can be exempt."
        yield level.complaint(_COUNTRY, text)


@rule("GBR-DUMPING-EXPORT-COUNTRY-CODE-09", on=_COUNTRY, when=_SUPPLIER, needs="dumping_countries")
def country_lists_suppliers(level: Level, known: Known) -> Iterator[Complaint]:
    """An exemption for the supplier stands only where the measures list suppliers."""
    rows = _suppliers(level, known)
    if rows and not any(row["supplier"] for row in rows):
        text = f"The measures against {level.said[_COUNTRY]} list no suppliers, so that none can be exempt."
        yield level.complaint(_COUNTRY, text)


@rule("GBR-DUMPING-EXPORT-COUNTRY-CODE-10", on=_COUNTRY, when=_SUPPLIER, needs="dumping_countries")
def supplier_is_hit(level: Level, known: Known) -> Iterator[Complaint]:
    """Where measures hit the suppliers listed, an exempt one is not on the list."""
    supplier = level.get("SupplierIdentifier")
    for row in _suppliers(level, known) or ():
        if row["list_kind"] == "Cannot be one of" and row["supplier"] == supplier:
            text = f"Supplier {supplier} is on the list of those hit by the measures, so it is not exempt."
            yield level.complaint("SupplierIdentifier", text)


@rule("GBR-DUMPING-EXPORT-COUNTRY-CODE-11", on=_COUNTRY, when=_SUPPLIER, needs="dumping_countries")
def supplier_is_not_spared(level: Level, known: Known) -> Iterator[Complaint]:
    """Where measures spare the suppliers listed, an exempt one is on the list."""
    supplier = level.get("SupplierIdentifier")
    spared = [row["supplier"] for row in _suppliers(level, known) or () if row["list_kind"] == "Must be one of"]
    if spared and supplier not in spared and (supplier is not None or level.knows("SupplierIdentifier")):
        text = (
            f"Supplier {supplier or '(none)'} is not on the list of those spared by the measures, so it is not exempt."
        )
        yield level.complaint("SupplierIdentifier", text)


def _suppliers(level: Level, known: Known) -> list[Row] | None:
    """Return the rows on a line's classification and country of export; None if the line names no classification."""
    classification, country = level.get("TariffClassificationNumber"), level.get(_COUNTRY)
    if classification is None or country is None:
        return None
    return list(known.tables.rows("dumping_countries", classification, country, on=day_of(level, known)))
