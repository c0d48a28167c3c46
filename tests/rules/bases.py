"""The valid messages that cases begin with: samples under short names, and a few edits of them."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

from lxml import etree

from edifact_ics.canonical.message_xml import NAMESPACE
from edifact_ics.conversion import edifact_pieces, xml_pieces
from edifact_ics.finding import Report, Severity
from edifact_ics.inspection.run import Run
from tests.rules.editing import edit

SAMPLES = Path(__file__).parents[2] / "samples"

# name: sample, guide, edits
BASES: dict[str, tuple[str, str, str]] = {
    "sea": ("imd-sea-fcl-original", "IMD", ""),
    "air": (
        "imd-air-n20-prelodge",
        "IMD",
        "PreLodgementIndicator=-; HeaderNatureType=N10; Line[1]/LineNatureType=N10;"
        "WarehouseEstablishmentIdentifier=-; Line[1]/Quantity[2]/WarehouseQuantityUnitIndicator=-",
    ),
    "prelodge": ("imd-air-n20-prelodge", "IMD", ""),
    "post": ("imd-post-parcels", "IMD", ""),
    "other": ("imd-other-personal-effects", "IMD", ""),
    "n30": ("imd-n30-settlement", "IMD", ""),
    "change": ("imd-sea-lcl-change", "IMD", ""),
    "withdraw": ("imd-withdraw", "IMD", ""),
    "drwbck": ("drwbck-original", "DRWBCK", ""),
    "imped1": ("imped1-original", "IMPED1", ""),
    "movapp": ("movapp-original", "MOVAPP", ""),
    "sac": ("sac-air-short", "SAC", ""),
    "drwbck-change": ("drwbck-change", "DRWBCK", ""),
    "drwbck-withdraw": ("drwbck-withdraw", "DRWBCK", ""),
    "paystd": ("paystd-eft", "PAYSTD", "AQISServicesPaymentAmount=-"),
    "rcr": ("rcr-original", "RCR", ""),
    "sac-long": ("sac-sea-long", "SAC", "BankAccountName=-"),
    "n10n20": (
        "imd-sea-fcl-original",
        "IMD",
        "HeaderNatureType=N10/N20; WarehouseEstablishmentIdentifier=4127K; Line[2]/LineNatureType=N20;"
        "Line[2]/WarehouseQuantityUnitIndicator=Y",
    ),
    "quarter": (
        "imd-n30-settlement",
        "IMD",
        "SettlementType=SQ; SettlementPeriodStartDate=20261001; SettlementPeriodEndDate=20261231",
    ),
    "week": (
        "imd-n30-settlement",
        "IMD",
        "SettlementType=SW; SettlementPeriodStartDate=20261028; SettlementPeriodEndDate=20261103",
    ),
    "imped1-change": ("imped1-change", "IMPED1", ""),
    "imped1-withdraw": ("imped1-withdraw", "IMPED1", "ImportPeriodicDeclarationIdentifier=-"),
    "movapp-change": ("movapp-change", "MOVAPP", ""),
    "movapp-withdraw": ("movapp-withdraw", "MOVAPP", ""),
}


@cache
def _document(sample: str) -> bytes:
    data = (SAMPLES / f"{sample}.edi").read_bytes()
    return "".join(xml_pieces(Run(Report("-"), want_xml=True, trace=False), io.BytesIO(data))).encode()


def made(base: str, edits: str) -> bytes:
    """A base with edits, as EDIFACT."""
    sample, guide, before = BASES[base]
    tree = etree.fromstring(_document(sample))
    message = tree.find(f".//{{{NAMESPACE}}}Interchange")[1]
    edit(message, guide, before)
    edit(message, guide, edits)
    run = Run(Report("-"))
    data = "".join(edifact_pieces(run, io.BytesIO(etree.tostring(tree)))).encode("iso8859-1")
    wrong = [f.message for f in run.report.findings if f.severity is Severity.ERROR]
    assert not wrong, f"{base} with {edits}: {wrong}"
    return data
