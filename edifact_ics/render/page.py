"""What pages share: the frame around them, their style, links, tables. The tree takes care of escaping."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from lxml import etree
from lxml.builder import ElementMaker

H = ElementMaker()
Piece = etree._Element | str

_STYLE = """
:root { color-scheme: light dark; --line: #8888; --quiet: #8882; }
body { font: 15px/1.45 system-ui, sans-serif; max-width: 75rem; margin: 0 auto; padding: 1rem; }
nav { margin-bottom: 1rem; } nav a { margin-right: 1rem; }
h2 { margin-top: 2.2rem; border-bottom: 1px solid var(--line); } h3 { margin: 1.6rem 0 .3rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: 90%; }
th, td { text-align: left; vertical-align: top; padding: .2rem .6rem .2rem 0; border-bottom: 1px solid var(--quiet); }
code, pre { font: 13px/1.4 ui-monospace, monospace; }
pre { overflow-x: auto; padding: .6rem; background: var(--quiet); }
.basis-assumed, .basis-inferred, .error, .rejected { font-weight: bold; } .error, .rejected { color: #b00020; }
@media (prefers-color-scheme: dark) { .error, .rejected { color: #ff8a80; } }
.finding { border-left: 3px solid; padding-left: .6rem; margin: .3rem 0 .6rem 1rem; }
.note { font-size: 90%; opacity: .85; margin: .2rem 0; }
svg { max-width: 100%; height: auto; } svg text { font: 12px ui-monospace, monospace; fill: currentColor; }
svg rect { fill: none; stroke: currentColor; } svg path { fill: none; stroke: currentColor; opacity: .5; }
svg rect.conditional { stroke-dasharray: 4 3; }
@media print { nav { display: none; } body { max-width: none; padding: 0; font-size: 10pt; }
  h3, tr, svg { break-inside: avoid; } pre { white-space: pre-wrap; } a { color: inherit; text-decoration: none; } }
"""


def document(title: str, *content: Piece, menu: Sequence[tuple[str, str]] = ()) -> str:
    """Return a whole page that needs nothing else; `menu` are links to pages beside it."""
    root = H.html(
        H.head(
            H.meta({"charset": "utf-8"}),
            H.meta({"name": "viewport", "content": "width=device-width, initial-scale=1"}),
            H.title(title),
            H.style(_STYLE),
        ),
        H.body(
            *([H.nav(*(link(text, to) for text, to in menu))] if menu else []),
            H.main(H.h1(title), *content),
        ),
        lang="en",
    )
    return etree.tostring(root, method="html", doctype="<!DOCTYPE html>", encoding="unicode") + "\n"


def link(text: str, to: str) -> etree._Element:
    """Return a link to a page, or to an anchor in one."""
    return H.a(text, href=to)


def links(pairs: Iterable[tuple[str, str]]) -> list[Piece]:
    """Return links with commas between them."""
    out: list[Piece] = []
    for text, to in pairs:
        out += [", ", link(text, to)] if out else [link(text, to)]
    return out


def anchor(name: str) -> str:
    """Return a name as it may stand behind `#`."""
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-").lower()


def table(
    heads: Sequence[str], rows: Iterable[Sequence[Piece | list[Piece]]], ids: Sequence[str] = ()
) -> etree._Element:
    """Return a table that may be wider than the screen; `ids` are the anchors of its rows, in order."""
    body = H.tbody()
    for number, row in enumerate(rows):
        line = H.tr(*(H.td(*(cell if isinstance(cell, list) else [cell])) for cell in row))
        if ids:
            line.set("id", ids[number])
        body.append(line)
    return H.div({"class": "wide"}, H.table(H.thead(H.tr(*(H.th(head, scope="col") for head in heads))), body))
