"""The pages on rules say what the code does."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from edifact_ics import check
from edifact_ics.rules import from_file, standard

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))


@pytest.fixture
def tool() -> ModuleType:
    import refresh_rules

    return refresh_rules


def test_the_page_of_rules_is_up_to_date(tool: ModuleType) -> None:
    assert tool.PAGE.read_text("utf-8") == tool.page(), "run tools/refresh_rules.py"


def test_the_example_of_rules_of_ones_own_works(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "rules-writing.md").read_text("utf-8")
    file = tmp_path / "house.py"
    file.write_text(text.split("```python\n")[1].split("```")[0])
    own = from_file(file)
    assert [one.id for one in own] == ["X-REFERENCE", "X-POST-ABROAD", "X-ROUND"]
    [one] = [
        f
        for f in check(ROOT / "samples" / "imd-sea-fcl-original.edi", rules=standard() | own).findings
        if f.code.startswith("X-")
    ]
    assert one.message in text
    assert (one.path or "") in text
    place = (
        f"segment {one.position.segment} {one.position.tag}, element {one.position.element}.{one.position.component}"
    )
    assert f"line {one.position.line}:{one.position.column}, {place}" in text


def test_the_page_on_writing_names_every_shape() -> None:
    from edifact_ics.rules import shapes

    text = (ROOT / "docs" / "rules-writing.md").read_text("utf-8")
    made_by = [name for name, value in vars(shapes).items() if getattr(value, "__module__", "") == shapes.__name__]
    public = [name for name in made_by if not name.startswith("_")]
    assert [name for name in public if not re.search(rf"`{name}\(", text)] == []
