"""Reports as one page to read and print; it needs nothing from anywhere else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from edifact_ics.finding import Finding, Report
from edifact_ics.render.page import H, Piece, anchor, document, link, table
from edifact_ics.render.report import interchange_name, message_name, place, rules_line, shown, totals
from edifact_ics.rules.claims import meanings


def page(reports: Iterable[Report]) -> str:
    """Return the page: each file with its verdict and findings, then what the codes mean."""
    known = list(reports)
    content: list[Piece] = []
    if len(known) > 1:
        content.append(table(("File", "Verdict", "Findings"), ([*_line(n, report)] for n, report in enumerate(known))))
    for number, report in enumerate(known):
        content += _file(number, report)
    codes = sorted({finding.code for report in known for finding in report.findings})
    if codes:
        content += [
            H.h2("What the codes mean"),
            table(("Code", "Means", "What to do", "Source"), map(_code, codes), [anchor(code) for code in codes]),
        ]
    return document("Check of EDIFACT interchanges" if len(known) != 1 else shown(known[0].file), *content)


def _line(number: int, report: Report) -> Iterator[Piece]:
    yield link(shown(report.file), f"#file-{number}")
    yield H.span(report.verdict.value, {"class": report.verdict.value})
    yield str(sum(report.counts.values()))


def _file(number: int, report: Report) -> Iterator[Piece]:
    yield H.h2(shown(report.file), id=f"file-{number}")
    yield H.p(H.span(report.verdict.value, {"class": report.verdict.value}), totals(report))
    numbers = {interchange.number for interchange in report.interchanges}
    yield from _findings(f for f in report.findings if f.position.interchange not in numbers)
    for interchange in report.interchanges:
        own = [f for f in report.findings if f.position.interchange == interchange.number]
        yield H.h3(f"Interchange {interchange_name(interchange)}")
        yield from _findings(f for f in own if f.position.message_number is None)
        for message in interchange.messages:
            yield H.h4(f"Message {message_name(message)}")
            yield from _findings(f for f in own if f.position.message_number == message.number)
    for stage, state in report.stages.items():
        if state != "run":
            yield H.p({"class": "note"}, f"{stage} {state}")
    if report.rules_skipped:
        yield H.p({"class": "note"}, f"Rules: {rules_line(report)}")


def _findings(findings: Iterable[Finding]) -> Iterator[Piece]:
    for finding in findings:
        said: list[Piece] = [
            H.strong(finding.severity.value, {"class": finding.severity.value}),
            " ",
            link(finding.code, f"#{anchor(finding.code)}"),
            f" {place(finding.position)}: {shown(finding.message)}",
        ]
        if finding.hint:
            said.append(H.div(shown(finding.hint)))
        if finding.path:
            said.append(H.div({"class": "note"}, f"in {shown(finding.path)}"))
        yield H.div({"class": "finding"}, *said)


def _code(code: str) -> list[Piece | list[Piece]]:
    known = meanings().get(code)
    if known is None:
        return [H.code(code), "a rule of your own", "", ""]
    return [H.code(code), f"{known.title}. {known.meaning}", known.cure, known.source]
