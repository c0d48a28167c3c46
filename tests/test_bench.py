"""The bench works, and what it shows is what was recorded."""

from __future__ import annotations

import json
import sys

import pytest
from project_tools import ROOT

BENCH = ROOT / "tools" / "bench"


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCH))


@pytest.mark.usefixtures("bench")
def test_table_and_plot_show_the_recorded_results() -> None:
    import plot
    import run

    result = json.loads((BENCH / "results.json").read_text("utf-8"))
    assert run.table(result) in (BENCH / "README.md").read_text("utf-8")
    assert plot.drawing(result) == (BENCH / "speed.svg").read_text("utf-8")


@pytest.mark.usefixtures("bench")
def test_every_stage_is_measured_and_none_fails() -> None:
    import run

    result = run.measure(size=4_000, rounds=1, rss_size=0, seed=1)
    assert [stage["name"] for stage in result["writing"]] == ["pydifact: serialise", "XML to EDIFACT"]
    assert result["input"]["verdict"] == "accepted"
    assert all(stage["mb_per_s"]["least"] > 0 for stage in [*result["reading"], *result["writing"]])
    assert "chain (check, XML, CONTRL, CUSRES)" in run.table(result)
    assert sys.version.startswith(result["python"])
