"""The summary of a batch as one page: charts drawn as SVG, tables, links to the outputs. It loads nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from itertools import islice
from urllib.parse import quote

from edifact_ics.batch.summary import VERDICTS, Summary, Tally
from edifact_ics.batch.wording import DONE
from edifact_ics.batch.work import Outcome
from edifact_ics.render.report import shown

_BARS = 20
_LISTED = 500  # files that are listed; all of them stand in files.csv
_BLUE = "#3f6f9f"
_COLOURS = {
    "accepted": "#3a7d44",
    "accepted-with-warnings": "#c98a1b",
    "rejected": "#b3362b",
    "unread": "#6b4a8f",
    "passed-over": "#8a8a8a",
    "error": "#b3362b",
    "warning": "#c98a1b",
    "info": _BLUE,
}
_STYLE = """
body{font:15px/1.45 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#222}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.2rem .6rem;border-bottom:1px solid #ddd;
vertical-align:top;overflow-wrap:anywhere}
svg{width:100%;height:auto}svg text{font:13px system-ui,sans-serif;fill:currentColor}
@media(prefers-color-scheme:dark){body{background:#181818;color:#ddd}td,th{border-color:#444}a{color:#8ab4f8}}
"""


@dataclass(frozen=True, slots=True)
class _Bar:
    """One bar of a chart: `size` in the unit of the chart, `said` beside it."""

    label: str
    size: float
    said: str
    colour: str


def page(summary: Summary, outcomes: Iterable[Outcome]) -> Iterator[str]:
    """Give the page, piece by piece; `outcomes` are those of all files."""
    title = f"{summary.files:,} files {DONE[summary.do]}"
    yield '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">\n'
    yield "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
    yield '<meta name="viewport" content="width=device-width">\n'
    yield f"<title>{title}</title><style>{_STYLE}</style></head><body>\n"
    yield f"<h1>{title}</h1>\n<p>{summary.messages:,} messages, {summary.bytes:,} bytes, "
    yield f"{summary.seconds:,.1f} s of processor time.</p>\n"
    verdicts = [
        _Bar(verdict, summary.verdicts[verdict], f"{summary.verdicts[verdict]:,}", _COLOURS[verdict])
        for verdict in VERDICTS
        if summary.verdicts[verdict]
    ]
    slowest = [_Bar(shown(name), seconds, f"{seconds:.3f} s", _BLUE) for seconds, name in summary.slowest]
    yield _chart("Files by verdict", verdicts)
    yield _chart("Findings by code", _bars(summary.findings))
    yield _chart("Complaints by business rule", _bars(summary.rules))
    yield _chart("Slowest files (processor time)", slowest)
    yield from _table(outcomes)
    yield "</body></html>\n"


def _bars(tallies: list[Tally]) -> list[_Bar]:
    return [
        _Bar(
            tally.code,
            tally.count,
            f"{tally.count:,} in {tally.files:,} files ({tally.severity})",
            _COLOURS[tally.severity],
        )
        for tally in tallies[:_BARS]
    ]


def _chart(title: str, bars: list[_Bar]) -> str:
    """Return a chart of bars under its title; nothing where there is nothing to show."""
    if not bars:
        return ""
    most = max(bar.size for bar in bars) or 1
    rows = []
    for number, bar in enumerate(bars):
        y = number * 24
        label = bar.label if len(bar.label) <= 46 else "…" + bar.label[-45:]
        width = max(1, round(bar.size / most * 330, 1))
        rows.append(
            f'<text x="400" y="{y + 15}" text-anchor="end">{escape(label)}<title>{escape(bar.label)}</title></text>'
            f'<rect x="410" y="{y + 3}" width="{width}" height="16" fill="{bar.colour}"/>'
            f'<text x="{416 + width}" y="{y + 15}">{escape(bar.said)}</text>'
        )
    drawing = (
        f'<svg viewBox="0 0 900 {len(bars) * 24 + 4}" role="img" aria-label="{escape(title)}">{"".join(rows)}</svg>'
    )
    return f"<h2>{escape(title)}</h2>\n{drawing}\n"


def _table(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """Give the table of the files that need somebody: those in which something was found, or that could not be read."""
    needing = (outcome for outcome in outcomes if outcome.findings or outcome.note)
    listed = list(islice(needing, _LISTED))
    if not listed:
        return
    yield "<h2>Files with findings</h2>\n<table>"
    yield "<tr><th>File</th><th>Verdict</th><th>Findings</th><th>Outputs</th></tr>\n"
    for outcome in listed:
        found = ", ".join(f"{code} × {count}" for code, _, count in outcome.findings[:12])
        links = " ".join(
            f'<a href="{escape(quote(path))}">{escape(path.rpartition("/")[2])}</a>' for path, _ in outcome.outputs
        )
        said = "; ".join(filter(None, [found, outcome.note and shown(outcome.note)]))
        cells = (escape(shown(outcome.name)), escape(outcome.verdict), escape(said), links)
        yield f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>\n"
    yield "</table>\n"
    if next(needing, None) is not None:
        yield f'<p>The first {_LISTED:,} are listed; all files stand in <a href="files.csv">files.csv</a>.</p>\n'
