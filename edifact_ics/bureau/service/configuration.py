"""The configuration of one instance: a TOML file, read and checked as a whole at the start.

Every fault names file, section and key, and says what was expected; all of them are told at once.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from edifact_ics.bureau.service.canberra import Outage, read_outage
from edifact_ics.bureau.service.sections import Section, Source
from edifact_ics.envelope.interchange import CUSTOMS

_SITE = re.compile("[A-Z]{3}[0-9]{3}[A-Z]")
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+=?^_`{|}~-]{1,64}@[A-Za-z0-9][A-Za-z0-9.-]{0,252}")
_UNFILLED = "XXX000X"  # the site in a new configuration


class ConfigurationError(Exception):
    """An instance cannot be started as it is configured; each line of the text names one fault."""


class Role(StrEnum):
    """What an instance is: a bureau toward Customs, or a Customs to practise against."""

    BUREAU = "bureau"
    CUSTOMS = "customs"


class Sending(StrEnum):
    """How a client's interchange goes to Customs: as the client signed it, or in an envelope of our own."""

    RELAY = "relay"
    ENVELOPE = "envelope"


@dataclass(frozen=True)
class KeyFile:
    """A key file and where its passphrase stands: a file, or a variable of the environment; "" for none."""

    file: Path
    passphrase_file: str = ""
    passphrase_variable: str = ""


@dataclass(frozen=True)
class Endpoint:
    """One channel: `kind` is folder, maildir, smtp or imap; the rest as the kind needs it."""

    kind: str
    path: Path = Path()
    host: str = ""
    port: int = 0
    tls: bool = True
    user: str = ""
    password: str = field(default="", repr=False)
    mailbox: str = "INBOX"


@dataclass(frozen=True)
class Simulation:
    """What a practice Customs does wrong on purpose; every value 0 or "" is a Customs that behaves.

    `delay` is seconds before an answer; of answers every `lose`-th is lost, every `repeat`-th sent twice. `swap`: the
    business response goes before the CONTRL. Documents whose sender reference begins with `reject` are refused.
    """

    delay: float = 0
    lose: int = 0
    repeat: int = 0
    swap: bool = False
    reject: str = ""


@dataclass(frozen=True)
class Configuration:
    """What an instance is told. Paths are absolute; times are in seconds.

    `customs` is the site of Customs. `attempts`: so often a step may crash before its work goes to quarantine; the next
    attempt is `retry` seconds later. `contrl_wait`: without a CONTRL the same mail is sent again after it, at most
    `resends` times; `answer_wait`: without a business answer an operator is told. `keep_years`: how long mails stay.
    """

    file: Path
    role: Role
    production: bool
    site: str
    address: str
    database: str
    payloads: Path
    certificates: Path
    customs: str
    customs_address: str
    sending: Sending
    open_keys: tuple[KeyFile, ...]
    seal_key: KeyFile
    hosted_keys: tuple[KeyFile, ...]
    authorities: tuple[Path, ...]
    crls: tuple[Path, ...] | None
    receive: tuple[Endpoint, ...]
    send: Endpoint
    simulation: Simulation
    outages: tuple[Outage, ...]
    reference_data: Path | None = None
    attempts: int = 5
    retry: float = 30
    poll: float = 5
    contrl_wait: float = 3600
    resends: int = 3
    answer_wait: float = 86400
    keep_years: int = 5
    metrics: Path | None = None

    @property
    def plays_customs(self) -> bool:
        """Tell whether it is a Customs to practise against."""
        return self.role is Role.CUSTOMS


def load(file: Path, *, present: bool = False) -> Configuration:
    """Return the configuration in a file; ConfigurationError with every fault in it.

    `present`: the files, folders and variables that it names must be there.
    """
    try:
        text = file.read_text("utf-8")
        data = tomllib.loads(text)
    except OSError as error:
        raise ConfigurationError(f"{file}: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file}: this is no TOML: {error}.") from error
    source = Source(file, text, present)
    top = Section(source, "", data)
    found = _read(top)
    top.end()
    if source.faults:
        raise ConfigurationError("\n".join(source.faults))
    return found


def _read(top: Section) -> Configuration:
    role = Role(top.choice("role", tuple(Role)))
    production = top.choice("environment", ("test", "production")) == "production"
    if role is Role.CUSTOMS and production:
        top.fault("environment", "a Customs to practise against runs in test only")
    keys, trust = top.section("keys"), top.section("trust")
    customs, work = top.section("customs", role is Role.BUREAU), top.section("work", False)
    timers, simulation = top.section("timers", False), top.section("simulation", False)
    if role is Role.BUREAU and simulation.there:
        top.fault("simulation", "belongs to an instance whose role is customs")
    site, of_customs = _site(top, CUSTOMS if role is Role.CUSTOMS else None), _site(customs, CUSTOMS)
    if site == _UNFILLED or (role is Role.BUREAU and site == of_customs):
        what = "that of the template" if site == _UNFILLED else "that of Customs"
        top.fault("site", f"{what} stands there; your own is expected")
    return Configuration(
        file=top.source.file,
        role=role,
        production=production,
        site=site,
        address=_address(top),
        database=_database(top),
        payloads=top.folder("payloads", "payloads"),
        certificates=top.folder("certificates", "certificates"),
        reference_data=top.folder("reference_data", "reference") if "reference_data" in top.data else None,
        metrics=top.path("metrics", "metrics") if "metrics" in top.data else None,
        customs=of_customs,
        customs_address=_address(customs) if customs.there else "",
        sending=Sending(customs.choice("sending", tuple(Sending), Sending.RELAY)),
        open_keys=tuple(_key(one) for one in keys.sections("open")),
        seal_key=_key(keys.section("seal")),
        hosted_keys=tuple(_key(one) for one in keys.sections("hosted")) if "hosted" in keys.data else (),
        authorities=tuple(trust.files("authorities", True)),
        crls=_lists(trust),
        receive=tuple(_endpoint(one, ("folder", "maildir", "imap")) for one in top.sections("receive")),
        send=_endpoint(top.section("send"), ("folder", "maildir", "smtp")),
        attempts=work.count("attempts", 5, least=1),
        retry=work.number_of("retry_seconds", 30),
        poll=work.number_of("poll_seconds", 5, least=0.01),
        contrl_wait=60 * timers.number_of("contrl_minutes", 60, least=0.01),
        resends=timers.count("resends", 3),
        answer_wait=3600 * timers.number_of("answer_hours", 24, least=0.001),
        outages=_outages(timers),
        keep_years=timers.count("keep_years", 5, least=5, most=100),
        simulation=Simulation(
            simulation.number_of("delay_seconds", 0),
            simulation.count("lose_every", 0),
            simulation.count("repeat_every", 0),
            simulation.flag("swap", False),
            simulation.text("reject", ""),
        ),
    )


def _site(section: Section, default: str | None) -> str:
    return section.formed("site", default, _SITE, "an EDI site: three letters, three digits, one letter")


def _address(section: Section) -> str:
    return section.formed("address", None, _ADDRESS, "an e-mail address, name@host")


def _database(top: Section) -> str:
    value = top.text("database", None, "a file or a URL")
    return value if "://" in value else str((top.source.file.parent / value).absolute())


def _lists(trust: Section) -> tuple[Path, ...] | None:
    """Return the revocation lists; None where revocation is not checked."""
    if trust.choice("revocation", ("checked", "unchecked"), "checked") == "checked":
        return tuple(trust.files("crls", True))
    if trust.files("crls", False):
        trust.fault("crls", "there are lists, and revocation is unchecked; leave out one of the two")
    return None


def _outages(timers: Section) -> tuple[Outage, ...]:
    found = []
    for text in timers.texts("outages", ["Wednesday 00:00-04:00"]):
        outage = read_outage(text)
        if outage is None:
            timers.fault("outages", f"a weekday and hours are expected, as 'Wednesday 00:00-04:00', not {text!r}")
        else:
            found.append(outage)
    return tuple(found)


def _key(section: Section) -> KeyFile:
    phrase = section.file("passphrase_file", "")
    variable = section.variable("passphrase_variable")
    return KeyFile(section.file("file", None), "" if phrase == Path() else str(phrase), variable)


def _endpoint(section: Section, kinds: tuple[str, ...]) -> Endpoint:
    kind = section.choice("kind", kinds)
    if kind in ("folder", "maildir"):
        return Endpoint(kind, section.path("path", None))
    host = section.text("host", None)
    tls = section.flag("tls", True)
    if not tls and host not in ("127.0.0.1", "::1", "localhost"):
        section.fault("tls", "only a host on this machine may be spoken to without TLS")
    return Endpoint(
        kind,
        host=host,
        port=section.count("port", {"smtp": 587, "imap": 993}[kind], least=1, most=65535),
        tls=tls,
        user=section.text("user", None if kind == "imap" else ""),
        password=section.secret("password_file", "password_variable"),
        mailbox=section.text("mailbox", "INBOX"),
    )
