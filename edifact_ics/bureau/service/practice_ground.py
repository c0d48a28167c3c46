"""A client, a bureau and a Customs in one folder: what the demonstration and the tests of the middleware stand on.

Each has its own keys, database and mailboxes. Nothing here is of use outside of practice.
"""

from __future__ import annotations

import datetime
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from edifact_ics.bureau.certificates.facts import fingerprint, issuer, pem, serial, subject, validity
from edifact_ics.bureau.certificates.keys import Credentials
from edifact_ics.bureau.certificates.kinds import Kind
from edifact_ics.bureau.mail import Opened, Refusal, Trust, open_mail, seal
from edifact_ics.bureau.registry import Channel, Client, Registry, Role, Use
from edifact_ics.bureau.registry.wording import day_in_canberra
from edifact_ics.bureau.service.channels import Outlet
from edifact_ics.bureau.service.channels.maildir import Maildir, MaildirPost
from edifact_ics.bureau.service.channels.smtp import Smtp
from edifact_ics.bureau.service.configuration import Configuration, Endpoint, Sending, load
from edifact_ics.bureau.service.instance import Clock, Instance, opened
from edifact_ics.bureau.service.practice_certificates import PracticeAuthority, write_key

CLIENT_SITE, BUREAU_SITE, CUSTOMS_SITE = "YLA676Y", "HNT336C", "AAA336C"
CLIENT_ADDRESS, BUREAU_ADDRESS = "edi@yolla.example", "edi@hunter.example"
COLLECTED_ADDRESS, CUSTOMS_ADDRESS = "yla676y@hunter.example", "ccf@customs.example"
CLIENT, BUREAU = "YOLLA", "HUNTER"  # identifiers that Customs gave

_COMMON = """\
environment = "test"
role = "{role}"
site = "{site}"
address = "{address}"
database = "{database}"
certificates = "../certificates"

[[keys.open]]
file = "own.pem"
{more_keys}
[keys.seal]
file = "own.pem"

[trust]
authorities = ["../authority.pem"]
crls = ["../authority.crl"]

{receive}
[send]
kind = "maildir"
path = "../post"

[work]
retry_seconds = {retry}
poll_seconds = 0.05

[timers]
outages = []
"""


@dataclass
class Ground:
    """The folder, its people and their keys. `clock` is that of everybody.

    `relay`: where all hand over their mail; None: they put it into the mailboxes themselves.
    """

    folder: Path
    clock: Clock = time.time
    sending: Sending = Sending.RELAY
    retry: float = 1
    bureau_database: str = "bureau.db"
    simulation: str = ""
    relay: Endpoint | None = None
    keys: dict[str, Credentials] = field(default_factory=dict)

    @property
    def moment(self) -> datetime.datetime:
        """Now, UTC."""
        return datetime.datetime.fromtimestamp(self.clock(), datetime.UTC)

    def lay(self) -> None:
        """Make keys, registries, configurations and mailboxes."""
        self.authority = PracticeAuthority(self.moment)
        self.authority.write(self.folder)
        people = {
            "client": CLIENT_ADDRESS,
            "bureau": BUREAU_ADDRESS,
            "customs": CUSTOMS_ADDRESS,
            "hosted": COLLECTED_ADDRESS,
        }
        self.keys = {name: self.authority.issue(name, address) for name, address in people.items()}
        (self.folder / "certificates").mkdir(mode=0o700)
        for name, held in self.keys.items():
            (self.folder / "certificates" / f"{name}.pem").write_bytes(pem(held.certificate))
        self._lay_out("bureau", BUREAU_SITE, BUREAU_ADDRESS, (BUREAU_ADDRESS, COLLECTED_ADDRESS), self.bureau_database)
        self._lay_out("customs", CUSTOMS_SITE, CUSTOMS_ADDRESS, (CUSTOMS_ADDRESS,), "customs.db")

    def _lay_out(self, role: str, site: str, address: str, boxes: tuple[str, ...], database: str) -> None:
        home = self.folder / role
        for name in ("", "payloads"):
            (home / name).mkdir(mode=0o700)
        write_key(self.keys[role], home / "own.pem")
        hosted = ""
        if role == "bureau":
            write_key(self.keys["hosted"], home / "hosted.pem")
            for table in ("open", "hosted"):
                hosted += f'\n[[keys.{table}]]\nfile = "hosted.pem"\n'
        text = _COMMON.format(
            role=role,
            site=site,
            address=address,
            database=database,
            more_keys=hosted,
            receive="".join(f'[[receive]]\nkind = "maildir"\npath = "../post/{box}"\n\n' for box in boxes),
            retry=self.retry,
        )
        if role == "bureau":
            text += f'\n[customs]\naddress = "{CUSTOMS_ADDRESS}"\nsending = "{self.sending}"\n'
        elif self.simulation:
            text += f"\n[simulation]\n{self.simulation}\n"
        (home / f"{role}.toml").write_text(text, "utf-8")
        self._register(role, self.configuration(role))

    def configuration(self, role: str) -> Configuration:
        """Return the configuration of the bureau or of Customs."""
        return load(self.folder / role / f"{role}.toml")

    def foresee(self) -> None:
        """Write what the client needs to go on by hand, and the keys with which client and Customs will follow.

        The client has had its next one registered with Customs, and told its bureau nothing of it.
        """
        (self.folder / "client").mkdir(mode=0o700)
        write_key(self.keys["client"], self.folder / "client" / "own.pem")
        for name, address in (("client", CLIENT_ADDRESS), ("customs", CUSTOMS_ADDRESS)):
            held = self.keys[f"{name}-next"] = self.authority.issue(f"{name} next", address)
            write_key(held, self.folder / name / "next.pem")
            (self.folder / "certificates" / f"{name}-next.pem").write_bytes(pem(held.certificate))
        with Registry(opened(self.configuration("customs").database, create=False), lambda: self.moment) as registry:
            self._certify(registry, "client-next", CLIENT, Kind.TYPE_3, Use.SIGNING)

    def instance(self, role: str) -> Instance:
        """Open the bureau or Customs."""
        own = self.configuration(role)
        return Instance.open(replace(own, send=self.relay) if self.relay else own, clock=self.clock)

    def _register(self, role: str, own: Configuration) -> None:
        """Put client and bureau on record, as the bureau and as Customs know them."""
        with Registry(opened(own.database, create=True), lambda: self.moment) as registry:
            registry.found("anna", by="anna")
            registry.found("bob", by="anna")
            importer = Client(CLIENT, name="Yolla Imports", roles=frozenset({Role.IMPORTER}), channel=Channel.EDI)
            bureau = Client(
                BUREAU,
                name="Hunter Bureau",
                roles=frozenset({Role.BUREAU}),
                channel=Channel.EDI,
                hosting=day_in_canberra(self.moment),
            )
            for client in (importer, bureau):
                registry.put_client(client, operator="anna")
            address = CLIENT_ADDRESS if role == "bureau" else COLLECTED_ADDRESS
            registry.create_site(CLIENT_SITE, CLIENT, address, operator="anna")
            registry.create_site(BUREAU_SITE, BUREAU, BUREAU_ADDRESS, operator="anna")
            signs = Use.BOTH if role == "bureau" else Use.SIGNING
            self._certify(registry, "client", CLIENT, Kind.TYPE_3, signs)
            self._certify(registry, "bureau", BUREAU, Kind.TYPE_3, Use.BOTH)
            self._certify(registry, "hosted", CLIENT, Kind.TYPE_3_HOSTED, Use.BOTH, BUREAU)
            registry.confirm(registry.grant(CLIENT, BUREAU, payments=True, operator="anna").number, operator="bob")
            if role == "bureau":
                self.pin(registry, "customs", day_in_canberra(self.moment))

    def pin(self, registry: Registry, name: str, day: str) -> None:
        """Have two operators trust a certificate as that of Customs from a day on."""
        held = self.keys[name].certificate
        text = pem(held).decode("ascii")
        asked = registry.install_anchor(fingerprint(held), subject(held), text, day, None, operator="anna")
        registry.confirm(asked.number, operator="bob")

    def _certify(
        self, registry: Registry, name: str, client: str, kind: Kind, use: Use, host: str | None = None
    ) -> None:
        held = self.keys[name].certificate
        first, last = validity(held)
        registry.add_certificate(
            client=client,
            kind=kind,
            fingerprint=fingerprint(held),
            subject=subject(held),
            issuer=issuer(held),
            serial=serial(held),
            not_before=first,
            not_after=last,
            use=use,
            host=host,
            operator="anna",
        )
        registry.register_certificate(fingerprint(held), "Olga Officer", operator="anna")

    # ------------------------------------------------------------------ the client

    def sealed(self, interchange: bytes, signer: str = "client") -> bytes:
        """Return an interchange as the client seals it for its bureau."""
        recipient = self.keys["bureau"].certificate
        made = seal(interchange, self.keys[signer], recipient, at=self.moment)
        if isinstance(made, Refusal):
            raise ValueError(made.sentence)
        return made.mail

    def send(self, mail: bytes) -> None:
        """Send a mail to the bureau."""
        relay, boxes = self.relay, MaildirPost(self.folder / "post")
        outlet: Outlet = Smtp(relay.host, relay.port, relay.tls) if relay else boxes
        outlet.send(mail, CLIENT_ADDRESS, BUREAU_ADDRESS)

    def inbox(self) -> Iterator[bytes]:
        """Give the interchanges that came to the client, each signature proved; they are taken out of its mailbox."""
        trust = Trust((self.authority.certificate,), (), (self.authority.crl(),))
        for received in Maildir(self.folder / "post" / CLIENT_ADDRESS).receive():
            found = open_mail(received.data or b"", [self.keys["client"]], trust, at=self.moment)
            if not isinstance(found, Opened) or found.signer.certificate != self.keys["bureau"].certificate:
                raise ValueError("the client got a mail that its bureau did not sign")
            received.acknowledge()
            yield found.interchange


def as_client(interchange: bytes, reference: str, at: datetime.datetime) -> bytes:
    """Return a sample as the client sends it: from its site, under a reference, prepared at a moment."""
    text = interchange.decode("iso8859-1")
    old = re.search(r"UNB\+UNOC:3\+(\w+)::\w+\+\w+\+\d{6}:\d{4}\+(\d+)", text)
    if old is None:
        raise ValueError("no UNB of the usual form")
    from edifact_ics.bureau.service.canberra import stamp

    now = stamp(at).strftime("%y%m%d:%H%M")
    header = f"UNB+UNOC:3+{CLIENT_SITE}::{CLIENT_SITE}+{CUSTOMS_SITE}+{now}+{reference}"
    return text.replace(old[0], header).replace(f"+{old[2]}'", f"+{reference}'").encode("iso8859-1")
