"""The kinds of certificate that clients of Customs hold, and what each is good for."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """A kind of certificate. A certificate does not say its kind: whoever installs it does."""

    TYPE_1 = "type-1"
    TYPE_2 = "type-2"
    TYPE_3 = "type-3"
    TYPE_3_HOSTED = "type-3-hosted"
    ABN_DSC = "abn-dsc"
    AUTHORISING_OFFICER = "authorising-officer"

    @property
    def holder(self) -> str:
        """Who or what holds it, in words."""
        return _HOLDERS[self]

    @property
    def self_registers(self) -> bool:
        """Tell whether its holder registers it in the gateway; the others are added by maintenance."""
        return self in (Kind.TYPE_1, Kind.TYPE_2, Kind.AUTHORISING_OFFICER)

    @property
    def signs_mail(self) -> bool:
        """Tell whether mail to Customs may be signed with it."""
        return self in (Kind.TYPE_3, Kind.TYPE_3_HOSTED)


_HOLDERS = {
    Kind.TYPE_1: "an individual",
    Kind.TYPE_2: "an organisation",
    Kind.TYPE_3: "a device: the machine or software that sends",
    Kind.TYPE_3_HOSTED: "a device of a client, hosted by its bureau",
    Kind.ABN_DSC: "a business, by its ABN",
    Kind.AUTHORISING_OFFICER: "the officer who authorises the certificates of a business",
}
