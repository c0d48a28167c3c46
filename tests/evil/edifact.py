"""Hostile EDIFACT, as functions of a size; what they are worth is in their names."""

from __future__ import annotations

from collections.abc import Callable

HEAD = "UNA:+.? 'UNB+UNOC:3+AAA999Z::AAA999Z+AAA336C+261122:1015+1++++1++1'"
IMD = HEAD + "UNH+1+CUSDEC:D:99B:UN'BGM+929:::IMD+JOB1:1+9'"
SAC = HEAD + "UNH+1+CUSDEC:D:99B:UN'BGM+929:::SAC+JOB1:1+9'"
CONTRL = HEAD + "UNH+1+CONTRL:D:3:UN'UCI+1+A+B+4'"
FOOT = "UNS+D'UNS+S'UNT+3+1'UNZ+1+1'"


def _filled(start: str, unit: str, n: int) -> str:
    """Segments of `n` characters together, each not quite too large to be looked into."""
    size = min(n, 65_000)
    return (start + unit * (size // len(unit)) + "'") * max(1, n // 65_000)


def _declaration(n: int) -> str:
    line = "CST+{}+I::95+N10::95'FTX+AAA+++CHAIRS'LOC+27+CN::5'MEA+AAA++NO:4.00'MOA+38:120.00:AUD'RFF+ABD:94017900'RFF+AED:15'"
    return IMD + "UNS+D'" + "".join(line.format(i + 1) for i in range(n)) + f"UNS+S'UNT+{7 * n + 5}+1'UNZ+1+1'"


# Name: the text for a size n, about n characters or n segments long.
BY_BYTES: dict[str, Callable[[int], str]] = {
    "released terminators": lambda n: HEAD + "?'" * (n // 2),
    "release characters": lambda n: HEAD + "?" * n,
    "a segment of element separators": lambda n: SAC + "FTX+AAA" + "+" * n + "'" + FOOT,
    "a segment of component separators": lambda n: SAC + "FTX+AAA+" + ":" * n + "'" + FOOT,
    "segments just small enough, of separators": lambda n: SAC + _filled("FTX+AAA", "+", n) + FOOT,
    "segments just small enough, of components": lambda n: SAC + _filled("FTX+AAA+", ":A", n) + FOOT,
    "segments just small enough, of elements": lambda n: SAC + _filled("FTX+AAA", "+A", n) + FOOT,
    "segments just small enough, of tags": lambda n: SAC + _filled("FTX+AAA+++", "RFF+UNT+", n) + FOOT,
    "segments just small enough, of releases": lambda n: SAC + _filled("FTX+AAA+++", "?A", n) + FOOT,
    "segments just small enough, of service characters": lambda n: SAC + _filled("FTX+AAA+++", "?+?:", n) + FOOT,
    "segments just small enough, of nulls": lambda n: SAC + _filled("FTX+AAA+++", "\0 ", n) + FOOT,
    "segments just small enough, of nothing known": lambda n: SAC + _filled("ZZZ", "+A:B", n) + FOOT,
    "a segment of separators outside messages": lambda n: HEAD + "FTX" + "+:" * (n // 2) + "'UNZ+0+1'",
    "a UNB of separators": lambda n: "UNB" + "+:" * (n // 2) + "'",
    "a UNH of separators": lambda n: HEAD + "UNH" + "+:" * (n // 2) + "'" + FOOT,
    "a UNT of separators": lambda n: SAC + "UNS+D'UNS+S'UNT" + "+:" * (n // 2) + "'UNZ+1+1'",
    "a UNZ of digits": lambda n: SAC + "UNS+D'UNS+S'UNT+5+1'UNZ+" + "9" * n + "+1'",
    "a UNT of digits": lambda n: SAC + "UNS+D'UNS+S'UNT+" + "9" * n + "+1'UNZ+1+1'",
    "terminators in a message": lambda n: SAC + "'" * n,
    "terminators outside": lambda n: HEAD + "'" * n,
    "terminators alone": lambda n: "'" * n,
    "no terminator": lambda n: SAC + "X" * n,
    "line ends between segments": lambda n: SAC + "\n" * n + FOOT,
    "line ends in a value": lambda n: SAC + "FTX+AAA+++" + "\n" * min(n, 60_000) + "'" + FOOT,
    "blanks in a value": lambda n: SAC + ("FTX+AAA+++A" + " " * 500 + "B'") * (n // 512) + FOOT,
    "blanks in front": lambda n: " " * n + SAC + FOOT,
    "unas": lambda n: "UNA:+.? '" * (n // 9),
    "unas with other characters": lambda n: "UNA:+.? 'UNA;|,\\ ~" * (n // 18),
    "unas cut short": lambda n: "UNA:+.?'" * (n // 8),
    "nulls": lambda n: SAC + "\0" * n,
    "letters": lambda n: "A" * n,
    "unhs without end": lambda n: HEAD + "UNH+1+" * (n // 6),
}
BY_SEGMENTS: dict[str, Callable[[int], str]] = {
    "a declaration of lines": _declaration,
    "unknown segments": lambda n: SAC + "ZZZ+1'" * n + FOOT,
    "unused segments": lambda n: SAC + "GID+1'" * n + FOOT,
    "out of order segments": lambda n: SAC + "UNS+D'UNS+S'" + "BGM+929'" * n + "UNT+3+1'UNZ+1+1'",
    "out of order in turn": lambda n: IMD + "NAD+AT+1::95'LOC+8+AUSYD::6'" * (n // 2) + FOOT,
    "different faulty segments": lambda n: IMD + "".join(f"RFF+QQ{i}:X'" for i in range(n)) + FOOT,
    "lower case segments": lambda n: SAC + "ftx+aaa'" * n + FOOT,
    "repeated too often": lambda n: IMD + "DTM+178:20261130:102'" * n + FOOT,
    "groups without trigger": lambda n: IMD + "UNS+D'" + "FTX+AAA+++X'" * n + "UNS+S'UNT+3+1'UNZ+1+1'",
    "missing triggers": lambda n: IMD + "UNS+D'" + "PCI+1'RFF+AAQ:X'" * (n // 2) + "UNS+S'UNT+3+1'UNZ+1+1'",
    "lost terminators": lambda n: IMD + "RFF+ABQ:XRFF+ADU:Y'" * n + FOOT,
    "empty messages": lambda n: HEAD + "UNH+1+CUSDEC:D:99B:UN'" * n,
    "bare unhs": lambda n: "UNH+1'" * n,
    "unbs": lambda n: "UNB+UNOC:3+A+B+261122:1015+1'" * n,
    "unzs": lambda n: "UNB+1'" + "UNZ'" * n,
    "unts": lambda n: HEAD + "UNT+1+1'" * n,
    "ungs": lambda n: HEAD + "UNG'" * n,
    "segments outside": lambda n: HEAD + "LOC+1'" * n,
    "segments behind the end": lambda n: HEAD + "UNZ+0+1'" + "LOC+1'" * n,
    "interchanges": lambda n: "UNB+UNOC:3+A+B+261122:1015+1'UNZ+0+1'" * n,
    "small messages": lambda n: HEAD + (SAC.removeprefix(HEAD) + "UNS+D'UNS+S'UNT+5+1'") * n + f"UNZ+{n}+1'",
    "unknown messages": lambda n: HEAD + "UNH+1+CUSREP:D:99B:UN'UNT+2+1'" * n + "UNZ+1+1'",
    "answers": lambda n: CONTRL + "UCM+1+CUSDEC:D:99B:UN+4'UCS+1+15'" * (n // 2) + "UNT+3+1'UNZ+1+1'",
}
