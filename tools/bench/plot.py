"""Draw the recorded results: how many times faster than pydifact each way of reading and writing is, with its spread.

python tools/bench/plot.py            draws results.json again
"""

from __future__ import annotations

import json
import math
from html import escape
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PLOT = HERE / "speed.svg"

_LEFT, _WIDTH, _ROW = 270, 520, 26
_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#24292f}.quiet{fill:#57606a;font-size:12px}.grid{stroke:#8884}"
    ".ours{fill:#2f6f9f}.theirs{fill:#8a8a8a}.spread{stroke:#24292f;stroke-width:1.5}"
    "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.quiet{fill:#9da7b1}.spread{stroke:#e6edf3}}"
)


def drawing(result: dict[str, Any]) -> str:
    """Return results as SVG: a bar for each stage on a logarithmic scale, a line from the least to the greatest."""
    rows: list[tuple[str, dict[str, float] | None]] = [("Reading", None)]
    rows += [(stage["name"], stage["ratio"]) for stage in result["reading"]]
    rows += [("Writing", None)]
    rows += [(stage["name"], stage["ratio"]) for stage in result["writing"]]
    ratios = [ratio for _, ratio in rows if ratio]
    least = math.floor(math.log10(min(0.5, *(ratio["least"] for ratio in ratios))))
    most = math.ceil(math.log10(max(ratio["most"] for ratio in ratios)))
    height = 44 + len(rows) * _ROW

    def x(value: float) -> float:
        return round(_LEFT + (math.log10(value) - least) / (most - least) * _WIDTH, 1)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 {height}" role="img">',
        f"<title>Speed against pydifact</title><style>{_STYLE}</style>",
        f'<text x="{_LEFT}" y="16" class="quiet">times as fast as pydifact {escape(result["pydifact"])}, '
        "logarithmic; the line shows the least and the greatest</text>",
    ]
    for power in range(least, most + 1):
        at = x(10**power)
        parts.append(f'<line class="grid" x1="{at}" y1="24" x2="{at}" y2="{height - 18}"/>')
        parts.append(f'<text class="quiet" x="{at}" y="{height - 4}" text-anchor="middle">{10.0**power:g} ×</text>')
    for number, (name, ratio) in enumerate(rows):
        parts += _row(24 + number * _ROW, name, ratio, x(10**least), x)
    return "\n".join([*parts, "</svg>\n"])


def _row(y: int, name: str, ratio: dict[str, float] | None, zero: float, x: Any) -> list[str]:
    if ratio is None:
        return [f'<text x="8" y="{y + 17}" font-weight="bold">{escape(name)}</text>']
    kind = "theirs" if ":" in name else "ours"
    end = x(ratio["median"])
    return [
        f'<text x="{_LEFT - 8}" y="{y + 17}" text-anchor="end">{escape(name)}</text>',
        f'<rect class="{kind}" x="{zero}" y="{y + 4}" width="{round(end - zero, 1)}" height="{_ROW - 8}" rx="2"/>',
        f'<line class="spread" x1="{x(ratio["least"])}" y1="{y + 13}" x2="{x(ratio["most"])}" y2="{y + 13}"/>',
        f'<text x="{max(end, x(ratio["most"])) + 6}" y="{y + 17}">{ratio["median"]:.2f} ×</text>',
    ]


if __name__ == "__main__":
    PLOT.write_text(drawing(json.loads((HERE / "results.json").read_text("utf-8"))), encoding="utf-8")
