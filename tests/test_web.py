"""`serve`: the HTTP API, what the server refuses, and the listing of the page."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from commands import run
from lxml import html
from starlette.testclient import TestClient

from edifact_ics.ledger.overview import Overview
from edifact_ics.web import tasks
from edifact_ics.web.app import application
from edifact_ics.web.compare import changes
from edifact_ics.web.guard import Guard, Terms
from edifact_ics.web.listing import listing
from edifact_ics.web.tasks import Done

SAMPLES = Path(__file__).parents[1] / "samples"
GOOD = (SAMPLES / "imd-sea-fcl-original.edi").read_bytes()
WRONG = (SAMPLES / "wrong-agency-and-quantity.edi").read_bytes()
COUNTS = (SAMPLES / "wrong-counts.edi").read_bytes()


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(application(most=1_000_000, seconds=20), base_url="http://localhost:8765") as opened:
        yield opened


class TestApi:
    def test_check_says_what_the_command_says(self, client: TestClient) -> None:
        answer = client.post("/api/check", content=WRONG)
        told = json.loads(run("check", "-", "--format", "json", given=WRONG).out)
        assert (answer.status_code, answer.json()) == (200, told)

    def test_translate_there_and_back(self, client: TestClient) -> None:
        there = client.post("/api/translate", content=GOOD)
        assert there.headers["content-type"] == "application/xml"
        back = client.post("/api/translate?to=edifact", content=there.content)
        assert back.content == GOOD
        assert "messages" in client.post("/api/translate?to=json", content=GOOD).json()["interchanges"][0]

    def test_respond(self, client: TestClient) -> None:
        answer = client.post("/api/respond?kind=contrl", content=WRONG)
        assert answer.headers["content-type"] == "application/edifact"
        assert b"UCS+21+18'" in answer.content

    def test_rules_and_guides(self, client: TestClient) -> None:
        assert client.get("/api/rules").json()["totals"]["total"] == 504
        (rule,) = client.get("/api/rules/gbr-airline-code-01").json()["rules"]
        assert rule["id"] == "GBR-AIRLINE-CODE-01"
        assert client.get("/api/guide/imd").json() == json.loads(run("guide", "IMD", "--format", "json").out)

    def test_health_and_description(self, client: TestClient) -> None:
        assert client.get("/healthz").json()["status"] == "ok"
        described = client.get("/openapi.json").json()
        assert {"/api/check", "/api/translate", "/api/respond", "/api/rules/{id}"} <= set(described["paths"])

    @pytest.mark.parametrize(
        ("method", "path", "body", "status", "words"),
        [
            ("POST", "/api/check", b"hello", 415, "neither"),
            ("POST", "/api/check", b"", 415, "neither"),
            ("POST", "/api/translate", b"\x89PNG\r\n", 415, "neither"),
            ("POST", "/api/respond", b"\x00" * 100, 415, "neither"),
            ("POST", "/api/check", b"x" * 1_000_001, 413, "1,000,000"),
            ("POST", "/api/translate", COUNTS, 422, "2 errors of form"),
            ("POST", "/api/translate?to=pdf", GOOD, 422, "xml, json, edifact"),
            ("POST", "/api/respond?kind=x", GOOD, 422, "contrl, cusres, both"),
            ("POST", "/api/respond", b"UNH+1+CUSDEC:D:99B:UN'UNT+2+1'", 422, "UNB"),
            ("POST", "/view?page=0", GOOD, 422, "page"),
            ("GET", "/api/check", b"", 405, "method"),
            ("GET", "/nothing", b"", 404, "nothing"),
            ("GET", "/api/rules/GBR-NONE", b"", 404, "no such rule"),
            ("GET", "/api/guide/NONE", b"", 404, "no such guide"),
            ("GET", "/static/../app.py", b"", 404, "nothing"),
        ],
    )
    def test_a_refusal_is_one_sentence(
        self, client: TestClient, method: str, path: str, body: bytes, status: int, words: str
    ) -> None:
        answer = client.request(method, path, content=body)
        assert answer.status_code == status
        assert list(answer.json()) == ["error"]
        assert words in answer.json()["error"]

    def test_a_body_without_length_is_bounded_too(self, client: TestClient) -> None:
        assert client.post("/api/check", content=iter([b"x" * 600_000] * 3)).status_code == 413


class TestGuard:
    def test_a_body_that_does_not_come(self) -> None:
        sent: list[Any] = []

        async def reads(scope: Any, receive: Any, send: Any) -> None:
            await receive()

        async def never() -> Any:
            await asyncio.sleep(60)

        async def send(message: Any) -> None:
            sent.append(message)

        guard = Guard(reads, Terms(frozenset({"localhost"}), 100, patience=0.01))
        asyncio.run(guard({"type": "http", "headers": [(b"host", b"localhost")]}, never, send))
        assert sent[0]["status"] == 408
        assert b"0.01 seconds" in sent[1]["body"]

    def test_another_name_for_this_server(self, client: TestClient) -> None:
        assert client.get("/", headers={"host": "evil.example"}).status_code == 421

    def test_a_page_of_another_host(self, client: TestClient) -> None:
        answer = client.post("/api/check", content=GOOD, headers={"origin": "http://evil.example"})
        assert answer.status_code == 403
        assert "access-control-allow-origin" not in answer.headers
        assert client.get("/healthz", headers={"origin": "http://localhost:8765"}).status_code == 200

    def test_browsers_are_told_to_load_nothing_else(self, client: TestClient) -> None:
        headers = client.get("/").headers
        assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
        assert headers["x-content-type-options"] == "nosniff"

    def test_a_token(self) -> None:
        with TestClient(application(tokens={"correct-horse-battery": ""}), base_url="http://localhost") as client:
            assert client.get("/healthz").status_code == 401
            assert client.get("/healthz", headers={"authorization": "Bearer wrong"}).status_code == 401
            right = {"authorization": "Bearer correct-horse-battery"}
            assert client.get("/healthz", headers=right).status_code == 200
            assert client.get("/healthz", auth=("anybody", "correct-horse-battery")).status_code == 200
            assert client.get("/healthz", auth=("correct-horse-battery", "")).status_code == 401
            assert client.get("/healthz", headers={"authorization": "Basic %"}).status_code == 401

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (("--host", "0.0.0.0"), "--token-file"),
            (("--token-file", "/nonexistent"), "/nonexistent"),
            (("--port", "99999"), "99999"),
            (("--ledger", "sent.db"), "--token-file"),
        ],
    )
    def test_a_server_that_may_not_start(self, words: tuple[str, ...], said: str) -> None:
        ran = run("serve", *words)
        assert ran.code == 2
        assert said in ran.err

    def test_a_token_that_others_may_read(self, tmp_path: Path) -> None:
        path = tmp_path / "token"
        path.write_text("correct horse battery", "utf-8")
        path.chmod(0o644)
        assert "chmod 600" in run("serve", "--token-file", str(path)).err

    @pytest.mark.parametrize(
        ("text", "said"),
        [("short", "16 characters"), ("\n", "no token"), ("x" * 16 + "\n" + "x" * 16 + " ACME", ":2:")],
    )
    def test_tokens_that_are_none(self, tmp_path: Path, text: str, said: str) -> None:
        path = tmp_path / "tokens"
        path.touch(0o600)
        path.write_text(text, "utf-8")
        ran = run("serve", "--token-file", str(path))
        assert ran.code == 2
        assert said in ran.err


class TestBureau:
    """Two clients, each with a token of its own, and one token of the bureau."""

    @pytest.fixture
    def ledger(self, database: str, tmp_path: Path) -> str:
        for number, site in enumerate((b"KBR417H", b"ZZR999Z")):
            sent = GOOD.replace(b"KBR417H", site).replace(b"KB2611-0041", b"JOB%d<b>" % number)
            (tmp_path / "sent.edi").write_bytes(sent)
            assert run("check", str(tmp_path / "sent.edi"), "--ledger", database, "--record").code == 0
        return database

    @pytest.fixture
    def ask(self, ledger: str) -> Iterator[Callable[[str, str], Any]]:
        tokens = {"bureau": "", "first": "KBR417H", "second": "ZZR999Z"}
        with TestClient(application(tokens=tokens, overview=Overview(ledger)), base_url="http://localhost") as client:
            yield lambda path, token: client.get(path, auth=("x", token))

    def test_declarations_and_their_messages(self, ask: Callable[[str, str], Any]) -> None:
        page = html.fromstring(ask("/bureau", "bureau").text)
        rows = [[cell.text_content() for cell in row] for row in page.xpath("//tbody/tr")]
        assert [row[:4] for row in rows] == [
            ["ZZR999Z", "IMD", "JOB1<b>", "active"],
            ["KBR417H", "IMD", "JOB0<b>", "active"],
        ]
        assert rows[0][6].endswith(" minutes ago")
        one = html.fromstring(ask(page.xpath("//tbody//a/@href")[0], "bureau").text)
        assert one.xpath("//h1")[0].text_content() == "IMD JOB1<b>"
        (row,) = one.xpath("//tbody/tr")
        assert [cell.text_content() for cell in row][:4] == ["1", "original", "accepted", "202611180001"]

    def test_a_client_sees_only_its_own(self, ask: Callable[[str, str], Any]) -> None:
        page = html.fromstring(ask("/bureau", "second").text)
        assert [row[0].text for row in page.xpath("//tbody/tr")] == ["ZZR999Z"]
        (own,) = page.xpath("//tbody//a/@href")
        assert ask(own, "second").status_code == 200
        assert ask(own, "first").status_code == 404
        assert ask(own, "nobody").status_code == 401

    @pytest.mark.parametrize("path", ["/bureau/0", "/bureau/999", "/bureau/x", "/bureau/%D9%A1", "/bureau?page=-1"])
    def test_what_is_not_there(self, ask: Callable[[str, str], Any], path: str) -> None:
        assert ask(path, "bureau").status_code == 404

    def test_without_a_ledger_there_are_no_views(self, client: TestClient, ask: Callable[[str, str], Any]) -> None:
        assert client.get("/bureau").status_code == 404
        assert "/bureau" not in client.get("/").text
        assert "/bureau" in ask("/", "first").text

    def test_without_tokens_no_views(self, ledger: str) -> None:
        with pytest.raises(ValueError, match="token"):
            application(overview=Overview(ledger))


def sleeps(body: bytes) -> Done:
    import time

    time.sleep(30)
    return Done(200, "text/plain", body)


def hoards(body: bytes) -> Done:
    return Done(200, "text/plain", b"x" * len(bytes(8 << 30)))


def fails(body: bytes) -> Done:
    raise RuntimeError("secret inside")


class TestBounds:
    @pytest.mark.parametrize(
        ("task", "seconds", "status", "words"),
        [(sleeps, 1, 422, "1 seconds"), (hoards, 60, 422, "memory"), (fails, 60, 500, "log")],
    )
    def test_a_task_that_takes_too_much(self, task: object, seconds: float, status: int, words: str) -> None:
        from edifact_ics.web.worker import Workers

        done = Workers(seconds, 1 << 30).run(task, b"")  # type: ignore[arg-type]
        assert done.status == status
        assert words in json.loads(done.body)["error"]
        assert b"secret" not in done.body


class TestListing:
    def test_findings_stand_beside_their_segments(self) -> None:
        page = html.fromstring(listing(WRONG, 1))
        (row,) = page.xpath("//tr[td/details[contains(., 'STR-11')]]")
        assert row.xpath("preceding-sibling::tr[1]/td[3]")[0].text == "Nominee Broker Licence Number"
        assert "Send the component named." in row.text_content()

    def test_a_value_knows_where_it_stands(self) -> None:
        page = html.fromstring(listing(WRONG, 1))
        buttons = page.xpath("//button[@class='value']")
        assert len(buttons) > 30
        for button in buttons:
            start = int(button.get("data-offset"))
            sent = WRONG[start : start + int(button.get("data-length"))].decode("iso8859-1")
            assert sent.replace("?", "") == button.get("data-raw").replace("?", "")

    def test_lines_are_folded_apart(self) -> None:
        page = html.fromstring(listing(GOOD, 1))
        titles = [summary.text for summary in page.xpath("//details[@class='part']/summary")]
        assert [title.split(" (")[0] for title in titles] == [
            "Header", "TransportLine 1", "TransportLine 2", "Line 1", "Line 2"
        ]  # fmt: skip

    def test_many_messages_come_page_by_page(self) -> None:
        head, body, tail = GOOD.partition(b"UNH+")
        message, end, trailer = (body + tail).partition(b"UNZ+")
        many = (
            head
            + b"".join(b"UNH+" + message.replace(b"1+CUSDEC", b"%d+CUSDEC" % n, 1) for n in range(25))
            + end
            + trailer
        )
        pages = [html.fromstring(listing(many, number)) for number in (1, 2, 3)]
        rows = [row for page in pages for row in page.xpath("//tr/@id")]
        segments = many.count(b"'\n") - 3  # but for UNA, UNB and UNZ
        assert rows == list(dict.fromkeys(rows))
        assert len(rows) == segments
        assert [len(page.xpath("//tr[@id]")) for page in pages] == [1000, 1000, segments - 2000]
        assert pages[1].xpath("//p[@class='pages']/button/@data-page") == ["1", "3"]
        assert pages[1].xpath("(//details[@class='part'])[1]/summary")[0].text.startswith("Header, continued")

    def test_the_index_leads_to_each_finding(self) -> None:
        page = html.fromstring(listing(WRONG, 1))
        buttons = page.xpath("//button[@class='jump']")
        assert [button.text_content().split()[1] for button in buttons] == ["STR-11", "VAL-09"]
        assert [button.get("data-at") for button in buttons] == ["m1-s21", "m1-s36"]
        assert page.xpath("//tr[@id='m1-s21']")

    @pytest.mark.parametrize(
        ("now", "before"), [(b"NAD+VT+HF62QD'", "::"), (b"NAD+VT+HF62QD:'", ":"), (b"NAD+VT+HF62QD::'", "")]
    )
    def test_what_is_missing_can_be_written(self, now: bytes, before: str) -> None:
        """The button says where, and which separators are wanting."""
        wrong = GOOD.replace(GOOD[GOOD.index(b"NAD+VT") : GOOD.index(b"'", GOOD.index(b"NAD+VT")) + 1], now)
        page = html.fromstring(listing(wrong, 1))
        (button,) = page.xpath("//details[contains(summary, 'STR-11') and contains(summary, '2.3')]//button")
        offset, length = int(button.get("data-offset")), int(button.get("data-length"))
        assert (button.get("data-before"), length) == (before, 0)
        mended = wrong[:offset] + before.encode() + b"95" + wrong[offset:]
        assert b"NAD+VT+HF62QD::95'" in mended

    def test_a_document_is_judged_as_a_document(self) -> None:
        document = (SAMPLES / "imd-sea-fcl-original.xml").read_bytes()
        page = html.fromstring(listing(document.replace(b"18460.50000", b"heavy"), 1))
        assert page.xpath("//h2/span")[0].text == "rejected"
        assert "XSD-01" in page.text_content()
        assert "rejected" in listing(b"<broken", 1)
        assert page.xpath("//button[contains(@class, 'value')]") == []

    def test_hostile_values_stay_text(self) -> None:
        hostile = GOOD.replace(b"OUTDOOR DINING", b"<script>x</script>\"'><img src=x onerror=y>")
        text = listing(hostile.replace(b"KB2611-0041", b"\x1b[2J\x00<b>"), 1)
        assert "<script>x" not in text
        assert "<img" not in text
        assert "\x1b" not in text
        assert "\x00" not in text

    def test_an_answer_of_customs_is_explained(self) -> None:
        answer = SAMPLES / "answer-imdr-rejected.edi"
        (said,) = html.fromstring(listing(answer.read_bytes(), 1)).xpath("//pre[@class='explained']")
        told = run("show", str(answer), "--no-segments").out
        assert len(said.text.splitlines()) > 3
        assert all(line.strip() in told for line in said.text.splitlines())

    def test_xml_and_answers_are_listed_too(self) -> None:
        assert "Sender Reference" in listing((SAMPLES / "imd-sea-fcl-original.xml").read_bytes(), 1)
        assert "accepted" in listing((SAMPLES / "answer-atd.edi").read_bytes(), 1)
        assert "rejected" in listing(b"junk", 1)


def test_two_versions_are_compared() -> None:
    other = GOOD.replace(b"KB2611-0041:1", b"KB2611-0041:2", 1).replace(b"KG:18460.50000", b"KG:18470.50000", 1)
    found = {c["path"].rsplit("/", 1)[1]: (c["before"], c["after"]) for c in changes(GOOD, other) if c["path"]}
    assert found == {"SenderReferenceVersion": ("1", "2"), "GrossWeight": ("18460.50000", "18470.50000")}
    assert changes(GOOD, GOOD) == []


@pytest.mark.parametrize(("before", "status"), [(b"hello", 415), (b"<broken", 422), (GOOD, 200)])
def test_what_cannot_be_compared_is_said(before: bytes, status: int) -> None:
    assert tasks.compare_bodies(before, GOOD).status == status
