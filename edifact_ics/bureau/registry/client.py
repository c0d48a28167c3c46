"""A client as the registry knows it, and the words its fields may hold."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from edifact_ics.bureau.certificates.kinds import Kind


class Role(StrEnum):
    """What a client is at Customs; `bureau` is ours: who sends for others."""

    IMPORTER = "importer"
    LICENSED_BROKERAGE = "licensed-brokerage"
    EXPORTER = "exporter"
    EXPORTER_AGENT = "exporter-agent"
    SUPPLIER = "supplier"
    REGISTRATION_AGENT = "registration-agent"
    SAC_COMMUNICATOR = "sac-communicator"
    AIR_CARGO_REPORTER = "air-cargo-reporter"
    SEA_CARGO_REPORTER = "sea-cargo-reporter"
    BUREAU = "bureau"


class Channel(StrEnum):
    """How a client communicates with Customs: itself, by web or by messages, or through its bureau."""

    INTERACTIVE = "interactive"
    EDI = "edi"
    BUREAU = "bureau"


class Reply(StrEnum):
    """In which form answers go to a client."""

    EDIFACT = "EDIFACT"
    XML = "XML"
    JSON = "JSON"


@dataclass(frozen=True)
class Contact:
    """A person to speak to; `phone` and `email` are "" where not known."""

    name: str
    phone: str = ""
    email: str = ""


@dataclass(frozen=True)
class Address:
    """Where a client is; "" for what is not known."""

    street: str = ""
    city: str = ""
    state: str = ""
    postcode: str = ""
    country: str = ""


@dataclass(frozen=True)
class Client:
    """A client. Text is "" and other things None where not known.

    `number` is our own, the same for ABN, identifier and sites in the table `clients` that rules ask. `bureau` is the
    identifier of the bureau that registered a client without a certificate of its own. `recorded` is the day on which
    Customs had its record, `hosting` that of a bureau's memorandum on hosting keys. `ended` is its last day.
    """

    identifier: str
    number: int = 0
    name: str = ""
    address: Address = Address()
    contacts: tuple[Contact, ...] = ()
    roles: frozenset[Role] = frozenset()
    channel: Channel | None = None
    bureau: str | None = None
    ready: bool = False
    officer: str = ""
    ordered: frozenset[Kind] = frozenset()
    recorded: str | None = None
    interaction: Channel | None = None
    text_email: str = ""
    edi_email: str = ""
    reply: Reply | None = None
    aqis_accredited: bool | None = None
    aqis_scheme: str = ""
    default_account: bool | None = None
    hosting: str | None = None
    since: str = ""
    ended: str | None = None

    @property
    def is_bureau(self) -> bool:
        """Tell whether it sends for others."""
        return Role.BUREAU in self.roles

    @property
    def is_brokerage(self) -> bool:
        """Tell whether it is a licensed brokerage, whose signature an import declaration may bear."""
        return Role.LICENSED_BROKERAGE in self.roles

    def ended_on(self, day: str) -> bool:
        """Tell whether it had ended before a day, given as 2026-11-25."""
        return self.ended is not None and self.ended < day
