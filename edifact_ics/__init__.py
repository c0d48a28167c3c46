"""Read, check, translate and answer the EDIFACT messages of the Australian Integrated Cargo System.

The public names are those below; what they need is imported when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edifact_ics.adapters import check, read_interchanges, respond, translate
    from edifact_ics.canonical.message_xml import Document
    from edifact_ics.finding import Finding, Position, Report, Severity
    from edifact_ics.guide.library import Library, load_mig
    from edifact_ics.guide.mig_tree import MigError
    from edifact_ics.pipeline import Answer, InvalidInterchange, Result

__version__ = "0.1.0"

_HOMES = {
    "check": "adapters",
    "translate": "adapters",
    "respond": "adapters",
    "read_interchanges": "adapters",
    "load_mig": "guide.library",
    "Library": "guide.library",
    "MigError": "guide.mig_tree",
    "Result": "pipeline",
    "Answer": "pipeline",
    "InvalidInterchange": "pipeline",
    "Report": "finding",
    "Finding": "finding",
    "Severity": "finding",
    "Position": "finding",
    "Document": "canonical.message_xml",
}

__all__ = [
    "Answer",
    "Document",
    "Finding",
    "InvalidInterchange",
    "Library",
    "MigError",
    "Position",
    "Report",
    "Result",
    "Severity",
    "check",
    "load_mig",
    "read_interchanges",
    "respond",
    "translate",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'edifact_ics' has no attribute {name!r}")
    return getattr(import_module(f"edifact_ics.{_HOMES[name]}"), name)
