"""Secure mail: an interchange sealed for Customs, and a sealed mail opened as a hostile one.

`sealing.seal` and `opening.open_mail` are functions of bytes, keys, trust and time. They give a result or a `Refusal`;
they know no database, no network and no clock but the one they are handed.
"""

from edifact_ics.bureau.mail.label import Label
from edifact_ics.bureau.mail.opening import Opened, Order, open_mail
from edifact_ics.bureau.mail.refusal import Reason, Refusal
from edifact_ics.bureau.mail.sealing import Document, Profile, Sealed, relay, seal
from edifact_ics.bureau.mail.signer import Signer
from edifact_ics.bureau.mail.trust import Trust

__all__ = [
    "Document",
    "Label",
    "Opened",
    "Order",
    "Profile",
    "Reason",
    "Refusal",
    "Sealed",
    "Signer",
    "Trust",
    "open_mail",
    "relay",
    "seal",
]
