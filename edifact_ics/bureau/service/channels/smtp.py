"""Mail sent by SMTP to one relay."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass, field

from edifact_ics.bureau.service.channels import ChannelError, Undeliverable

_TIMEOUT = 60  # seconds


@dataclass(frozen=True)
class Smtp:
    """A relay. `tls`: STARTTLS, its certificate verified; only a relay on this machine does without."""

    host: str
    port: int
    tls: bool
    user: str = ""
    password: str = field(default="", repr=False)

    def send(self, mail: bytes, sender: str, recipient: str) -> None:
        """Hand a mail to the relay; Undeliverable if it says no for good, ChannelError if it may be tried again."""
        try:
            with smtplib.SMTP(self.host, self.port, timeout=_TIMEOUT) as relay:
                if self.tls:
                    relay.starttls(context=ssl.create_default_context())
                if self.user:
                    relay.login(self.user, self.password)
                relay.sendmail(sender, [recipient], mail)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            kind = Undeliverable if codes and all(code >= 500 for code in codes) else ChannelError
            raise kind(f"{self.host} does not take mail for {recipient} ({', '.join(map(str, codes))}).") from error
        except smtplib.SMTPDataError as error:  # a sender that is refused is a matter of the relay, not of this mail
            kind = Undeliverable if error.smtp_code >= 500 else ChannelError
            raise kind(f"{self.host} does not take this mail ({error.smtp_code}).") from error
        except smtplib.SMTPResponseException as error:
            raise ChannelError(f"{self.host} answers {error.smtp_code}.") from error
        except (smtplib.SMTPException, OSError) as error:
            raise ChannelError(f"{self.host} cannot be reached ({type(error).__name__}).") from error
