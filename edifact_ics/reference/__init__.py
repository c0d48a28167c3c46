"""Reference data as look-ups: what was in force on a date, by tables that carry their date of issue and their source.

Rules ask a `Reference` and nothing else. Tables come from `reference_data/` (shipped), from a folder of the user, and
from what other rooms know already (code lists, ISO countries and currencies). Nothing here uses a network.
"""

from __future__ import annotations

from edifact_ics.reference.file import ReferenceDataError
from edifact_ics.reference.shelf import Reference, default_folder, load_reference
from edifact_ics.reference.standards import is_abn, supplied
from edifact_ics.reference.table import Row

__all__ = ["Reference", "ReferenceDataError", "Row", "default_folder", "is_abn", "load_reference", "supplied"]
