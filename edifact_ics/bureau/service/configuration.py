"""The configuration of one instance: a TOML file, read and checked as a whole at the start.

Every fault names file, section and key, and says what was expected; all of them are told at once.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from edifact_ics.bureau.service.canberra import Outage, read_outage
from edifact_ics.envelope.interchange import CUSTOMS

_SITE = re.compile("[A-Z]{3}[0-9]{3}[A-Z]")
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+=?^_`{|}~-]{1,64}@[A-Za-z0-9][A-Za-z0-9.-]{0,252}")


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


def load(file: Path) -> Configuration:
    """Return the configuration in a file; ConfigurationError with every fault in it."""
    try:
        text = file.read_text("utf-8")
        data = tomllib.loads(text)
    except OSError as error:
        raise ConfigurationError(f"{file}: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file}: this is no TOML: {error}.") from error
    top = _Section(file, "", data, [], text)
    found = _read(top)
    top.end()
    if top.faults:
        raise ConfigurationError("\n".join(top.faults))
    return found


def _read(top: _Section) -> Configuration:
    role = Role(top.choice("role", tuple(Role)))
    production = top.choice("environment", ("test", "production")) == "production"
    if role is Role.CUSTOMS and production:
        top.fault("environment", "a Customs to practise against runs in test only")
    keys, trust = top.section("keys"), top.section("trust")
    customs, work = top.section("customs", role is Role.BUREAU), top.section("work", False)
    timers, simulation = top.section("timers", False), top.section("simulation", False)
    if role is Role.BUREAU and simulation.there:
        top.fault("simulation", "belongs to an instance whose role is customs")
    revocation = trust.choice("revocation", ("checked", "unchecked"), "checked") == "checked"
    lists = tuple(trust.files("crls", revocation)) if revocation else None
    return Configuration(
        file=top.file,
        role=role,
        production=production,
        site=top.site("site", CUSTOMS if role is Role.CUSTOMS else None),
        address=top.address("address"),
        database=top.database("database"),
        payloads=top.path("payloads", "payloads"),
        certificates=top.path("certificates", "certificates"),
        reference_data=top.path("reference_data", "reference") if "reference_data" in top.data else None,
        metrics=top.path("metrics", "metrics") if "metrics" in top.data else None,
        customs=customs.site("site", CUSTOMS),
        customs_address=customs.address("address") if customs.there else "",
        sending=Sending(customs.choice("sending", tuple(Sending), Sending.RELAY)),
        open_keys=tuple(_key(one) for one in keys.sections("open")),
        seal_key=_key(keys.section("seal")),
        hosted_keys=tuple(_key(one) for one in keys.sections("hosted")) if "hosted" in keys.data else (),
        authorities=tuple(trust.files("authorities", True)),
        crls=lists,
        receive=tuple(_endpoint(one, ("folder", "maildir", "imap")) for one in top.sections("receive")),
        send=_endpoint(top.section("send"), ("folder", "maildir", "smtp")),
        attempts=int(work.number("attempts", 5, least=1, whole=True)),
        retry=work.number("retry_seconds", 30),
        poll=work.number("poll_seconds", 5, least=0.01),
        contrl_wait=60 * timers.number("contrl_minutes", 60, least=0.01),
        resends=int(timers.number("resends", 3, whole=True)),
        answer_wait=3600 * timers.number("answer_hours", 24, least=0.001),
        outages=tuple(timers.outages("outages", ["Wednesday 00:00-04:00"])),
        keep_years=int(timers.number("keep_years", 5, least=5, whole=True)),
        simulation=Simulation(
            simulation.number("delay_seconds", 0),
            int(simulation.number("lose_every", 0, whole=True)),
            int(simulation.number("repeat_every", 0, whole=True)),
            simulation.flag("swap", False),
            simulation.text("reject", ""),
        ),
    )


def _key(section: _Section) -> KeyFile:
    phrase = section.path("passphrase_file", "")
    variable = section.text("passphrase_variable", "")
    return KeyFile(section.path("file", None), "" if phrase == Path() else str(phrase), variable)


def _endpoint(section: _Section, kinds: tuple[str, ...]) -> Endpoint:
    kind = section.choice("kind", kinds)
    if kind in ("folder", "maildir"):
        return Endpoint(kind, section.path("path", None))
    host = section.text("host", None)
    tls = section.flag("tls", True)
    if not tls and host not in ("127.0.0.1", "::1", "localhost"):
        section.fault("tls", "only a host on this machine may be spoken to without TLS")
    port = {"smtp": 587, "imap": 993}.get(kind, 0)
    password = section.secret("password_file", "password_variable")
    return Endpoint(
        kind,
        host=host,
        port=int(section.number("port", port, least=1, whole=True)),
        tls=tls,
        user=section.text("user", ""),
        password=password,
        mailbox=section.text("mailbox", "INBOX"),
    )


@dataclass
class _Section:
    """One table of the file: its values asked by key and form. Faults are gathered, and `end` finds keys left over."""

    file: Path
    name: str
    data: Mapping[str, Any]
    faults: list[str]
    source: str
    there: bool = True
    asked: set[str] = field(default_factory=set)
    inner: list[_Section] = field(default_factory=list)

    def fault(self, key: str, what: str) -> None:
        where = f"{self.file}"
        found = re.search(rf"^[ \t]*{re.escape(key)}\s*=", self._own_text(), re.M)
        if found:
            where += f":{self.source.count(chr(10), 0, self._own_start() + found.start()) + 1}"
        self.faults.append(f"{where}: {f'[{self.name}] ' if self.name else ''}{key}: {what}.")

    def _own_start(self) -> int:
        """Return where the text of this table begins: by its header; the first of several of one name."""
        header = re.sub(r"\W\d+$", "", self.name)
        found = re.search(rf"^\s*\[+\s*{re.escape(header)}\s*\]+", self.source, re.M) if header else None
        return found.end() if found else 0

    def _own_text(self) -> str:
        rest = self.source[self._own_start() :]
        following = re.search(r"^\s*\[", rest, re.M)
        return rest[: following.start()] if following else rest

    def _value(self, key: str, default: object, form: type | tuple[type, ...], what: str) -> Any:
        self.asked.add(key)
        if key not in self.data:
            if default is None and self.there:
                self.fault(key, f"is missing; {what} is expected")
            return default
        value = self.data[key]
        if not isinstance(value, form) or (isinstance(value, bool) and form is not bool):
            self.fault(key, f"{what} is expected, not {value!r}")
            return default
        return value

    def text(self, key: str, default: str | None) -> str:
        return str(self._value(key, default, str, "a text") or "")

    def flag(self, key: str, default: bool) -> bool:
        return bool(self._value(key, default, bool, "true or false"))

    def number(self, key: str, default: float, *, least: float = 0, whole: bool = False) -> float:
        what = f"a {'whole ' if whole else ''}number of {least:g} or more"
        value: float = self._value(key, default, int if whole else (int, float), what)
        if value < least:
            self.fault(key, f"{what} is expected, not {value!r}")
        return value

    def choice(self, key: str, words: tuple[str, ...], default: str | None = None) -> str:
        value = self.text(key, default)
        if value not in words:
            if value:
                self.fault(key, f"one of {', '.join(words)} is expected, not {value!r}")
            return words[0]
        return value

    def site(self, key: str, default: str | None) -> str:
        return self._formed(key, default, _SITE, "an EDI site: three letters, three digits, one letter")

    def address(self, key: str) -> str:
        return self._formed(key, None, _ADDRESS, "an e-mail address, name@host")

    def _formed(self, key: str, default: str | None, form: re.Pattern[str], what: str) -> str:
        value = self.text(key, default)
        if value and not form.fullmatch(value):
            self.fault(key, f"{what} is expected, not {value!r}")
        return value

    def path(self, key: str, default: str | None) -> Path:
        """Return a path; one that is relative starts at the folder of the configuration."""
        value = self.text(key, default)
        return (self.file.parent / value).absolute() if value else Path()

    def database(self, key: str) -> str:
        value = self.text(key, None)
        return value if "://" in value else str((self.file.parent / value).absolute())

    def files(self, key: str, required: bool) -> list[Path]:
        value = self._value(key, None if required else [], list, "a list of files") or []
        return [(self.file.parent / str(one)).absolute() for one in value]

    def secret(self, file_key: str, variable_key: str) -> str:
        """Return what stands in a file, else in a variable; "" where neither is named."""
        file, variable = self.text(file_key, ""), self.text(variable_key, "")
        if file:
            try:
                return (self.file.parent / file).read_text("utf-8").split("\n", 1)[0]
            except OSError as error:
                self.fault(file_key, f"{file} cannot be read: {error.strerror}")
        if variable and variable not in os.environ:
            self.fault(variable_key, f"there is no variable {variable}")
        return os.environ.get(variable, "") if variable else ""

    def outages(self, key: str, default: list[str]) -> list[Outage]:
        found = []
        for text in self._value(key, default, list, "a list of texts"):
            outage = read_outage(str(text))
            if outage is None:
                self.fault(key, f"a weekday and hours are expected, as 'Wednesday 00:00-04:00', not {text!r}")
            else:
                found.append(outage)
        return found

    def section(self, key: str, required: bool = True) -> _Section:
        self.asked.add(key)
        value = self.data.get(key)
        name = f"{self.name}.{key}" if self.name else key
        if value is None and required and self.there:
            self.faults.append(f"{self.file}: the section [{name}] is missing.")
        elif value is not None and not isinstance(value, dict):
            self.fault(key, f"a section [{name}] is expected")
            value = None
        made = _Section(self.file, name, value or {}, self.faults, self.source, value is not None)
        self.inner.append(made)
        return made

    def sections(self, key: str) -> list[_Section]:
        self.asked.add(key)
        value = self.data.get(key)
        name = f"{self.name}.{key}" if self.name else key
        if not isinstance(value, list) or not value or not all(isinstance(one, dict) for one in value):
            if self.there:
                self.faults.append(f"{self.file}: at least one section [[{name}]] is expected.")
            return []
        made = [_Section(self.file, name, one, self.faults, self.source) for one in value]
        self.inner += made
        return made

    def end(self) -> None:
        """Name the keys that nobody asked for: most are mistyped."""
        for key in self.data:
            if key not in self.asked:
                self.fault(key, f"is not known here; known are {', '.join(sorted(self.asked))}")
        for one in self.inner:
            one.end()
