"""`guide --format html`: the pages, their links, and that what a guide says cannot become markup."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import run
from lxml import html

from edifact_ics.guide.library import ours


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, html.HtmlElement]:
    folder = tmp_path_factory.mktemp("guide") / "new" / "folder"
    ran = run("guide", "--format", "html", "-o", str(folder))
    assert ran.code == 0, ran.err
    assert "pages" in ran.out
    return {path.name: html.fromstring(path.read_text("utf-8")) for path in folder.iterdir()}


def test_there_is_a_page_for_each_message(pages: dict[str, html.HtmlElement]) -> None:
    assert {f"{name.lower()}.html" for name in ours().messages} <= set(pages)
    assert {"index.html", "elements.html", "rules.html"} <= set(pages)


def test_every_link_leads_somewhere(pages: dict[str, html.HtmlElement]) -> None:
    anchors = {name: set(page.xpath("//@id")) for name, page in pages.items()}
    broken = set()
    for name, page in pages.items():
        for href in page.xpath("//a/@href"):
            file, _, anchor = href.partition("#")
            if (file or name) not in pages or (anchor and anchor not in anchors[file or name]):
                broken.add((name, href))
    assert broken == set()


def test_nothing_comes_from_another_host(pages: dict[str, html.HtmlElement]) -> None:
    assert [page.xpath("//script | //link | //img | //*[@src]") for page in pages.values()] == [[]] * len(pages)


def test_the_page_of_a_message(pages: dict[str, html.HtmlElement]) -> None:
    page = pages["imd.html"]
    text = page.text_content()
    assert "Full import declaration" in text
    assert len(page.xpath("//svg//a")) == len(list(ours().load("IMD").segments()))
    row = page.xpath("//tr[td/a[@href='elements.html#pre-lodgement-indicator']]")[0]
    assert [cell.text_content() for cell in row[1:4]] == [
        "Pre-Lodgement Indicator",
        "1.1 (7365)",
        "an..3 / a1 (sample)",
    ]
    assert page.xpath("//h2[.='Example']/following-sibling::pre")[0].text_content().startswith("Message ")
    assert page.xpath("//a[@href='rules.html#gbr-airline-code-01']")


def test_an_element_lists_its_places_in_every_message(pages: dict[str, html.HtmlElement]) -> None:
    heading = pages["elements.html"].get_element_by_id("sender-reference")
    table = heading.xpath("following-sibling::div[1]//tbody/tr/td[1]")
    assert {"IMD", "SAC", "RCR"} <= {cell.text_content() for cell in table}


def test_a_hostile_guide_stays_text(tmp_path: Path) -> None:
    mine = tmp_path / "mig"
    mine.mkdir()
    (mine / "mine.xml").write_text(
        '<override xmlns="urn:edifact-ics:mig" message="IMD"><segment pos="0050" note="&lt;script&gt;alert(1)&lt;/script&gt;"/>'
        "</override>",
        "utf-8",
    )
    ran = run("guide", "--mig", str(mine), "--format", "html", "-o", str(tmp_path / "out"))
    assert ran.code == 0, ran.err
    page = (tmp_path / "out" / "imd.html").read_text("utf-8")
    assert "&lt;script&gt;alert(1)" in page
    assert "<script" not in page


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--format", "html"], "-o DIR"),
        (["-o", "x"], "-o DIR"),
        (["IMD", "--format", "html", "-o", "x"], "all messages"),
        (["--basis", "assumed", "--format", "html", "-o", "x"], "--basis"),
        (["--format", "html", "-o", "/dev/null/x"], "/dev/null/x"),
    ],
)
def test_misuse_is_a_sentence(words: list[str], said: str) -> None:
    ran = run("guide", *words)
    assert ran.code == 2
    assert said in ran.err
