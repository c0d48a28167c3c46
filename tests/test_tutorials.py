"""The tutorials do what they show: each is run from top to bottom."""

from __future__ import annotations

import pytest
from project_tools import ROOT, load_tool

PAGES = sorted(path.name for path in (ROOT / "docs" / "tutorials").glob("*.md"))


def test_there_is_one_for_each_use() -> None:
    assert {"start.md", "translate.md", "middleware.md", "validate.md"} <= set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_a_tutorial_does_what_it_shows(name: str) -> None:
    page = (ROOT / "docs" / "tutorials" / name).read_text("utf-8")
    assert load_tool("refresh_tutorials").refreshed(page) == page


def test_a_command_that_prints_something_else_is_seen() -> None:
    page = "```console\n$ echo one; echo two; echo three\none\n…\nfour\n```\n"
    assert (
        load_tool("refresh_tutorials").refreshed(page)
        == "```console\n$ echo one; echo two; echo three\none\ntwo\nthree\n```\n"
    )
