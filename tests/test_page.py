"""The page in a real browser: Debian's Chromium, driven by selenium.

`.ci/run` sets EDIFACT_ICS_TEST_BROWSER=required: then a browser that cannot be had fails the tests. Elsewhere they are
skipped, and the reason is printed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import ActionChains, Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

REQUIRED = os.environ.get("EDIFACT_ICS_TEST_BROWSER") == "required"
SAMPLES = Path(__file__).parents[1] / "samples"
GOOD = SAMPLES / "imd-sea-fcl-original.edi"
WRONG = SAMPLES / "wrong-agency-and-quantity.edi"
_FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--window-size=1200,900"),
)
T = TypeVar("T")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The address of a server, started as a user starts it."""
    command = [sys.executable, "-m", "edifact_ics", "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        said = server.stderr.readline()
        found = re.search(r"http://\S+", said)
        assert found, said
        try:
            yield found.group()
        finally:
            server.terminate()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        reason = "no browser (Debian: apt-get install chromium chromium-driver)"
        if REQUIRED:
            pytest.fail(reason)
        pytest.skip(reason)
    options = ChromeOptions()
    options.binary_location = chromium
    folder = tmp_path_factory.mktemp("browser")
    for flag in (*_FLAGS, f"--user-data-dir={folder / 'profile'}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    options.add_experimental_option("prefs", {"download.default_directory": str(folder)})
    opened = Chrome(options, ChromeService(driver))
    opened.downloads = folder  # type: ignore[attr-defined]
    try:
        yield opened
    finally:
        opened.quit()


class Page:
    """The page, as a person uses it."""

    def __init__(self, browser: Chrome, address: str) -> None:
        self.browser = browser
        self.address = address
        browser.set_window_size(1200, 900)
        browser.get(address)

    def wait(self, what: Callable[[], T]) -> T:
        """Return what is true in the end."""
        end = time.monotonic() + 45  # the machine may be busy
        while True:
            try:
                found = what()
            except StaleElementReferenceException:
                found = None  # type: ignore[assignment]
            if found:
                return found
            assert time.monotonic() < end, f"never came: {self.one('#status').text!r}"
            time.sleep(0.02)

    def one(self, selector: str) -> WebElement:
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector: str) -> list[WebElement]:
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def button(self, text: str) -> WebElement:
        return self.browser.find_element(By.XPATH, f"//button[contains(normalize-space(.), '{text}')]")

    def verdict(self, expected: str) -> None:
        self.wait(lambda: f"Verdict: {expected}" in self.one("#status").text)

    def load(self, file: Path) -> None:
        self.one("#file").send_keys(str(file))
        self.wait(lambda: "Verdict" in self.one("#status").text)

    def paste(self, text: str) -> None:
        self.browser.execute_script("document.getElementById('text').value = arguments[0]", text)  # type: ignore[no-untyped-call]
        self.one("#look").click()
        self.wait(lambda: "Verdict" in self.one("#status").text)

    def focused(self) -> WebElement:
        return self.browser.switch_to.active_element

    def press(self, *keys: str) -> None:
        ActionChains(self.browser).send_keys(*keys).perform()


@pytest.fixture
def page(browser: Chrome, address: str) -> Iterator[Page]:
    opened = Page(browser, address)
    browser.get_log("browser")  # type: ignore[no-untyped-call]
    yield opened
    said = browser.get_log("browser")  # type: ignore[no-untyped-call]
    expected = "the server responded with a status of 422"  # errors of form: what the tabs then say
    assert [entry for entry in said if expected not in entry["message"]] == []


def test_a_file_is_listed(page: Page) -> None:
    page.load(GOOD)
    page.verdict("accepted")
    assert [part.text.split(" (")[0] for part in page.all("details.part > summary")] == [
        *("Header", "TransportLine 1", "TransportLine 2", "Line 1", "Line 2")
    ]
    page.all("details.part > summary")[3].click()
    assert "OUTDOOR DINING" in page.all("details.part")[3].text


def test_a_finding_is_explained_on_click(page: Page) -> None:
    page.paste(WRONG.read_text("ascii"))
    page.verdict("rejected")
    page.button("STR-11").click()
    said = page.wait(lambda: page.one("tr.said details[open]"))
    assert "Write 95." in said.text
    assert "What to do:" in said.text
    assert "NAD" in said.find_element(By.XPATH, "ancestor::tr/preceding-sibling::tr[@id][1]").text


def test_values_are_edited_until_nothing_is_wrong_and_downloaded(page: Page) -> None:
    page.load(WRONG)
    page.button("STR-11").click()
    page.wait(lambda: page.button("Write a value there").is_displayed())
    page.button("Write a value there").click()
    page.press("95", Keys.ENTER)
    page.wait(lambda: "1 error)" in page.one("#status").text)
    next(one for one in page.all("button.value") if one.text == "24000000000.00000").click()
    box = page.one(".editing input")
    box.clear()
    box.send_keys("2400.00000")
    page.button("Apply").click()
    page.verdict("accepted")
    page.button("Download").click()
    saved = Path(page.browser.downloads) / WRONG.name  # type: ignore[attr-defined]
    page.wait(saved.exists)
    right = (
        WRONG.read_bytes().replace(b"24000000000.00000", b"2400.00000").replace(b"NAD+CB+40715'", b"NAD+CB+40715::95'")
    )
    assert saved.read_bytes() == right


def test_service_characters_in_a_value_are_released(page: Page) -> None:
    page.load(GOOD)
    page.all("details.part > summary")[3].click()
    page.button("OUTDOOR DINING").click()
    box = page.one(".editing input")
    box.clear()
    box.send_keys("TABLES+CHAIRS: O'NEIL?")
    box.send_keys(Keys.ENTER)
    page.wait(lambda: "TABLES?+CHAIRS?: O?'NEIL??" in page.one("#text").get_property("value"))
    page.wait(lambda: page.focused().text == "TABLES+CHAIRS: O'NEIL?")
    page.verdict("accepted")


def test_escape_leaves_a_value_as_it_was(page: Page) -> None:
    page.load(GOOD)
    sent = page.one("#text").get_property("value")
    page.all("button.value")[0].click()
    page.press("X", Keys.ESCAPE)
    assert page.all(".editing") == []
    assert page.focused().get_attribute("class") == "value"
    assert page.one("#text").get_property("value") == sent


def test_all_of_it_works_by_keyboard(page: Page) -> None:
    page.one("body").send_keys(Keys.TAB)
    assert page.focused().get_attribute("id") == "text"
    page.browser.execute_script("document.getElementById('text').value = arguments[0]", GOOD.read_text("ascii"))  # type: ignore[no-untyped-call]
    page.focused().send_keys(Keys.CONTROL, Keys.ENTER)
    page.verdict("accepted")
    while page.focused().get_attribute("role") != "tab":
        page.press(Keys.TAB)
    page.press(Keys.ARROW_RIGHT)
    page.wait(lambda: "<ImportDeclaration" in page.one("#panel-xml").text)
    page.press(Keys.ARROW_RIGHT)
    page.wait(lambda: "UCI+" in page.one("#panel-contrl").text)
    page.press(Keys.ARROW_RIGHT)
    page.wait(lambda: "CUSRES" in page.one("#panel-cusres").text)
    page.press(Keys.HOME)
    assert page.one("#panel-listing").is_displayed()
    while page.focused().get_attribute("class") != "value":
        page.press(Keys.TAB)
    page.press(Keys.ENTER)
    assert page.focused().tag_name == "input"
    page.press(Keys.ESCAPE)


def test_two_versions_are_compared(page: Page, tmp_path: Path) -> None:
    page.load(GOOD)
    page.button("Compare").click()
    other = tmp_path / "before.edi"
    other.write_bytes(GOOD.read_bytes().replace(b"18460.50000", b"18000.00000"))
    page.one("#before").send_keys(str(other))
    page.wait(lambda: "18000.00000 18460.50000" in page.one("#changes").text)
    other = tmp_path / "nothing.edi"
    other.write_bytes(b"nothing at all")
    page.one("#before").send_keys(str(other))
    page.wait(lambda: "neither EDIFACT nor XML" in page.one("#changes").text)
    page.browser.get_log("browser")  # type: ignore[no-untyped-call]  # that was a 415


def test_a_dropped_file_is_taken(page: Page) -> None:
    drop = """const data = new DataTransfer();
      data.items.add(new File([arguments[0]], 'dropped.edi'));
      document.body.dispatchEvent(new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true}));"""
    page.browser.execute_script(drop, GOOD.read_text("ascii"))  # type: ignore[no-untyped-call]
    page.verdict("accepted")


def test_a_narrow_screen_needs_no_scrolling_sideways(page: Page) -> None:
    page.browser.set_window_size(500, 800)  # Chromium has no window narrower than that
    page.load(WRONG)
    width, room = page.browser.execute_script(  # type: ignore[no-untyped-call]
        "return [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert width <= room


def test_ten_megabytes_stay_usable(page: Page, tmp_path: Path) -> None:
    head, body, tail = GOOD.read_bytes().partition(b"UNH+")
    message, unz, _ = (body + tail).partition(b"UNZ+")
    count = 10_000_000 // len(message)
    big = tmp_path / "big.edi"
    many = (
        b"UNH+" + message.replace(b"1+CUSDEC", b"%d+CUSDEC" % n, 1).replace(b"UNT+89+1", b"UNT+89+%d" % n)
        for n in range(1, count + 1)
    )
    big.write_bytes(head + b"".join(many) + unz + b"%d+202611180001'" % count)
    page.load(big)
    assert len(page.all("tr[id]")) == 1000
    page.button("Later segments").click()
    page.wait(lambda: "Page 2 of" in page.one(".pages").text)
    assert len(page.all("tr[id]")) == 1000


def test_hostile_values_do_nothing(page: Page) -> None:
    evil = "<img src=x onerror=document.title='owned'><script>document.title='owned'</script>"
    page.paste(GOOD.read_text("ascii").replace("OUTDOOR DINING", evil.replace("'", "?'")))
    page.one("#tab-xml").click()
    page.wait(lambda: "owned" in page.one("#panel-xml").text or "error" in page.one("#panel-xml").text)
    assert page.browser.title == "edifact-ics"
    assert page.all("#panel-listing img") == []


AXE = os.environ.get("EDIFACT_ICS_TEST_AXE")


@pytest.mark.skipif(not AXE and not REQUIRED, reason="EDIFACT_ICS_TEST_AXE names no axe.min.js (npm install axe-core)")
@pytest.mark.parametrize("file", [GOOD, WRONG], ids=lambda file: file.stem)
def test_axe_finds_no_barrier(page: Page, file: Path) -> None:
    page.load(file)
    for part in page.all("details:not([open]) > summary"):
        page.browser.execute_script("arguments[0].parentElement.open = true", part)  # type: ignore[no-untyped-call]
    page.browser.execute_script(Path(AXE or "").read_text("utf-8"))  # type: ignore[no-untyped-call]
    found = page.browser.execute_async_script("axe.run().then(arguments[0])")  # type: ignore[no-untyped-call]
    assert [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in found["violations"]] == []
