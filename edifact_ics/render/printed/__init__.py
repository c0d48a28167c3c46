"""The guides as pages one can print: a page for each message, for all data elements, for all rules; cross-linked.

Made from the guides, the rules and the examples that are handed in; nothing on a page comes from another host.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from edifact_ics.guide.mig_tree import Mig
from edifact_ics.render.printed import message, registers
from edifact_ics.rules.claims import Claim

Example = Callable[[Mig], str]


def pages(migs: Sequence[Mig], claims: Sequence[Claim], example: Example) -> Iterator[tuple[str, str]]:
    """Give each page as the name of its file and its HTML; `example` gives a listing of a message, "" where none is."""
    by_element = registers.by_element(claims)
    yield "index.html", registers.start(migs)
    for mig in migs:
        yield message.file_of(mig), message.page(mig, by_element, example(mig))
    yield registers.ELEMENTS, registers.elements(migs, by_element)
    yield registers.RULES, registers.rules(claims, migs)
