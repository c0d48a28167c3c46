"""Reference data as look-ups: what is in force on a date, out of tables that carry their date of issue and their source.

Rules ask a `Reference` and nothing else. Tables come from `reference/` (shipped), from a folder of the user, and from
what other rooms know already (code lists, ISO countries and currencies). Nothing here uses a network.
"""

from __future__ import annotations

from edifact_ics.reference.library import Reference, default_folder, load_reference
from edifact_ics.reference.table import Row

__all__ = ["Reference", "Row", "default_folder", "load_reference"]
