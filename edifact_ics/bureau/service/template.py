"""The folder of a new instance: a configuration to fill in, and places for keys, mail and payloads."""

from __future__ import annotations

from pathlib import Path

from edifact_ics.bureau.service.configuration import ConfigurationError, Role

_FOLDERS = ("keys", "certificates", "payloads", "mail")

_BUREAU = """\
# A bureau toward Customs. `edifact-ics bureau run -c bureau.toml`; docs/bureau.md tells what each key means.

environment = "test"              # or "production": UNB 0035 must agree
role = "bureau"
site = "XXX000X"                  # your own EDI site, as Customs gave it
address = "edi@bureau.example"    # the address of that site
database = "bureau.db"            # or postgresql://USER@HOST/DATABASE, for several workers
payloads = "payloads"             # mails and interchanges, named by their content
certificates = "certificates"     # PEM files of clients' certificates, to encrypt answers with
# reference_data = "reference"    # tables that rules look things up in
# metrics = "metrics/bureau.prom" # for the text collector of Prometheus

[[keys.open]]                     # keys that open mail: the present one first, former ones after it
file = "keys/bureau.p12"
passphrase_file = "keys/bureau.pass"

[keys.seal]                       # the key that signs answers to clients
file = "keys/bureau.p12"
passphrase_file = "keys/bureau.pass"

# [[keys.hosted]]                 # Type 3 keys that you host for clients
# file = "keys/client.p12"
# passphrase_file = "keys/client.pass"

[trust]
authorities = ["keys/authority.pem"]
crls = ["keys/authority.crl"]     # or revocation = "unchecked"

[[receive]]                       # folder or maildir with a path; imap with host, port, user, password_file
kind = "maildir"
path = "mail/in"

[send]                            # folder or maildir with a path; smtp with host, port, user, password_file
kind = "maildir"
path = "mail/out"

[customs]
site = "AAA336C"
address = "ccf@customs.example"
sending = "relay"                 # as the client signed it; or "envelope", signed with a hosted key

[work]
attempts = 5                      # crashes before a piece of work goes to quarantine
retry_seconds = 30
poll_seconds = 5

[timers]
contrl_minutes = 60               # without a CONTRL the same mail is sent again
resends = 3
answer_hours = 24                 # without a business answer an operator is told
keep_years = 5
outages = ["Wednesday 00:00-04:00"]
"""

_CUSTOMS = """\
# A Customs to practise against. `edifact-ics bureau simulate -c customs.toml`; docs/bureau.md tells more.

environment = "test"              # nothing else: practice is never production
role = "customs"
site = "AAA336C"
address = "ccf@customs.example"
database = "customs.db"
payloads = "payloads"
certificates = "certificates"     # PEM files of those who send, to encrypt answers with

[[keys.open]]
file = "keys/customs.p12"
passphrase_file = "keys/customs.pass"

[keys.seal]
file = "keys/customs.p12"
passphrase_file = "keys/customs.pass"

[trust]
authorities = ["keys/authority.pem"]
crls = ["keys/authority.crl"]

[[receive]]
kind = "maildir"
path = "mail/in"

[send]
kind = "maildir"
path = "mail/out"

[simulation]                      # what goes wrong on purpose
delay_seconds = 0                 # before an answer
lose_every = 0                    # every so many-th answer is lost
repeat_every = 0                  # every so many-th answer is sent twice
swap = false                      # the business response before the CONTRL
reject = ""                       # sender references that begin so are refused
"""


def lay_out(folder: Path, role: Role) -> Path:
    """Make the folders of a new instance and its configuration, readable by their owner alone; return the file."""
    file = folder / f"{role}.toml"
    if file.exists():
        raise ConfigurationError(f"{file} is there already.")
    try:
        for name in ("", *_FOLDERS):
            (folder / name).mkdir(parents=True, exist_ok=True, mode=0o700)
        file.write_text(_BUREAU if role is Role.BUREAU else _CUSTOMS, "utf-8")
        file.chmod(0o600)
    except OSError as error:
        raise ConfigurationError(f"{error.filename}: {error.strerror}.") from error
    return file
