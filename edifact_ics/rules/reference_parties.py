"""Clients: ABNs and what the table of clients tells of importer, sender and their agreements.

The register of clients is kept by Customs. The table is what the bureau knows of it: a client that it does not hold is
a warning, one that it knows to have ended is an error. Check digits need no table.
"""

from __future__ import annotations

from collections.abc import Iterator

from edifact_ics.reference import Row, is_abn
from edifact_ics.rules.conditions import WITHDRAW, is_
from edifact_ics.rules.reference_data import day_of, is_missing, out_of_force
from edifact_ics.rules.rule import CHECK, Known, Rule, rule
from edifact_ics.view import Complaint, Level

_FIRST_CAC = "001"  # the activity centre meant when an ABN is sent without one


def _client(level: Level, known: Known, abn: str, cac: str, ccid: str = "") -> Row | None:
    """Return the client named by ABN and activity centre, or by identifier; None if not in force in the table."""
    day = day_of(level, known)
    number, identifier = level.get(abn), level.get(ccid) if ccid else None
    row = None
    if number is not None:
        row = known.tables.row("clients", number, level.get(cac) or _FIRST_CAC, on=day)
    if row is None and identifier is not None:
        row = known.tables.row("clients", identifier, "", on=day)
    return row


def _importer(level: Level, known: Known) -> Row | None:
    return _client(level, known, "ImporterABN", "ImporterCAC", "ImporterIdentifier")


def _sender(known: Known) -> Row | None:
    """Return the client that sends: the owner of the site in UNB, which the table may name by its site."""
    rows = known.tables.rows("clients", known.client, on=known.lodged) if known.client else ()
    return rows[0] if rows else None


def is_accredited(level: Level, known: Known) -> bool:
    """Tell whether the table of clients, if it is loaded, has the importer as one with an agreement with quarantine."""
    if known.lacks("clients") is not None:
        return False
    importer = _importer(level, known)
    return importer is not None and importer["aqis_accredited"] == "Y"


def _abn(ident: str, abn: str, cac: str) -> Rule:
    """An ABN has right check digits; with its activity centre it is current."""

    def check(level: Level, known: Known) -> Iterator[Complaint]:
        number = level.said[abn]
        label = level.guide.label(abn)
        if not is_abn(number):
            yield level.complaint(
                abn, f"{label} {number!r} is no Australian Business Number: its check digits are wrong."
            )
            return
        if known.reference is None or not known.reference.has("clients"):
            return
        centre = level.get(cac) or _FIRST_CAC
        if known.tables.row("clients", number, centre, on=day_of(level, known)):
            return
        old = known.tables.row("clients", number, centre)
        if old is not None:
            why = out_of_force(old, day_of(level, known))
            yield level.complaint(abn, f"{label} {number} with activity centre {centre} {why}.")
        elif known.tables.rows("clients", number):
            yield level.complaint(abn, f"{label} {number} has no activity centre {centre} in the table clients.")
        else:
            yield Complaint(level, abn, f"{label} {number} is not in the table clients.", warning=True)

    return Rule(ident, CHECK, abn, check=check, carried=(abn,), on=(abn,), partly=("clients",))


RULES: list[Rule] = [
    _abn("GBR-ACCREDITED-IMPORTER-ABN-02", "AccreditedImporterABN", "AccreditedImporterCAC"),
    _abn("GBR-IMPORTER-ABN-04", "ImporterABN", "ImporterCAC"),
]


@rule("GBR-IMPORTER-ABN-03", on="ImporterABN", needs="clients")
def one_and_the_same_importer(level: Level, known: Known) -> Iterator[Complaint]:
    """ABN and identifier of the importer belong to one client."""
    identifier = level.get("ImporterIdentifier")
    by_abn = _client(level, known, "ImporterABN", "ImporterCAC")
    by_identifier = known.tables.row("clients", identifier, "", on=day_of(level, known)) if identifier else None
    if by_abn is not None and by_identifier is not None and by_abn["client"] != by_identifier["client"]:
        text = (
            f"Importer ABN {level.said['ImporterABN']} and Importer Identifier {identifier} are two clients:"
            f" {by_abn['client']} and {by_identifier['client']}."
        )
        yield level.complaint("ImporterIdentifier", text)


@rule("GBR-DRAWBACK-CLIENT-IDENTIFIER-01", on="DrawbackClientIdentifier", needs="clients")
def drawback_client(level: Level, known: Known) -> Iterator[Complaint]:
    """The client of a drawback is registered."""
    client = level.said["DrawbackClientIdentifier"]
    if known.tables.rows("clients", client, on=day_of(level, known)):
        return
    old = known.tables.rows("clients", client)
    why = out_of_force(old[-1], day_of(level, known)) if old else "is not in the table clients"
    text = f"Drawback Client Identifier {client!r} {why}."
    yield Complaint(level, "DrawbackClientIdentifier", text, warning=not old)


@rule("GBR-AQIS-PROCESSING-TYPE-03", on="AQISProcessingType", needs="clients")
def accredited_for_processing(level: Level, known: Known) -> Iterator[Complaint]:
    """Only a broker or importer with a BAS or AEP agreement nominates the processing."""
    parties = [_importer(level, known), _sender(known)]
    listed = [row for row in parties if row is not None]
    if listed and not any(row["aqis_scheme"] for row in listed):
        text = "AQIS Processing Type must not be sent: neither importer nor broker has a BAS or AEP agreement."
        yield Complaint(level, "AQISProcessingType", text, warning=None in parties)


@rule("GBR-BANK-ACCOUNT-NUMBER-02", on="EFTPaymentIndicator", when=is_("EFTPaymentIndicator", "Y"), needs="clients")
def account_to_pay_from(header: Level, known: Known) -> Iterator[Complaint]:
    """Who pays by funds transfer without a default account names one."""
    payer = _sender(known) if header.get("BankAccountOwnerType") == "B" else _importer(header, known)
    if payer is not None and payer["default_bank_account"] == "N" and is_missing(header, "BankAccountNumber"):
        text = f"Bank Account Number is missing: client {payer['client']} has no default account."
        yield header.complaint("BankAccountNumber", text)


@rule("GBR-REFUND-BANK-ACCOUNT-NUMBER-02", on="RefundReasonCode", own=True, needs="clients")
def account_to_refund_to(line: Level, known: Known) -> Iterator[Complaint]:
    """Who asks for a refund without a default account names one; whether money comes back only Customs can work out."""
    header = line.parent or line
    name = "RefundBankAccountNumber"
    if name in header or not header.guide.kinds_of(name):
        return
    payee = _sender(known) if header.get("RefundBankAccountOwnerType") == "B" else _importer(header, known)
    if payee is not None and payee["default_bank_account"] == "N":
        text = f"Refund Bank Account Number is missing: client {payee['client']} has no default account."
        yield Complaint(header, name, text, warning=True)


@rule("GBR-BRANCH-IDENTIFIER-01", when=~WITHDRAW, needs="clients")
def branch_of_a_brokerage(header: Level, known: Known) -> Iterator[Complaint]:
    """A licensed brokerage names its branch."""
    sender = _sender(known)
    if sender is not None and sender["licensed_brokerage"] == "Y" and is_missing(header, "BranchIdentifier"):
        text = f"Branch Identifier is missing: the sender, {known.client}, is a licensed brokerage."
        yield header.complaint("BranchIdentifier", text)


@rule("GBR-NOMINEE-BROKER-LICENCE-NUMBER-01", on="NomineeBrokerLicenceNumber", needs="clients")
def no_nominee_of_an_importer(header: Level, known: Known) -> Iterator[Complaint]:
    """An importer that declares for itself names no nominee."""
    sender = _sender(known)
    if sender is not None and sender["licensed_brokerage"] == "N":
        text = f"Nominee Broker Licence Number must not be sent: the sender, {known.client}, is no brokerage."
        yield header.complaint("NomineeBrokerLicenceNumber", text)
