"""The registry of a bureau: clients, their EDI sites and certificates, who acts for whom, and a trail of every change.

`Registry` is the door; needs the extra `bureau`. Which changes take two operators: `trust`. No private key is here.
"""

from edifact_ics.bureau.registry.audit import Head
from edifact_ics.bureau.registry.certificates import Certificate, Status, Use
from edifact_ics.bureau.registry.client import Address, Channel, Client, Contact, Reply, Role
from edifact_ics.bureau.registry.database import REGISTRY
from edifact_ics.bureau.registry.refusal import Refused, RegistryError
from edifact_ics.bureau.registry.registry import Registry
from edifact_ics.bureau.registry.requests import Request, State
from edifact_ics.bureau.registry.trust import Change

__all__ = [
    "REGISTRY",
    "Address",
    "Certificate",
    "Change",
    "Channel",
    "Client",
    "Contact",
    "Head",
    "Refused",
    "Registry",
    "RegistryError",
    "Reply",
    "Request",
    "Role",
    "State",
    "Status",
    "Use",
]
