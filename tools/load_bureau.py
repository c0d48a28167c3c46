"""Let four workers loose on one PostgreSQL, and hold what comes of it against a plain model of how documents live.

    python tools/load_bureau.py [INTERCHANGES] [DATABASE]     2,000 unless told otherwise; exit 1 if something is wrong

DATABASE is the URL of an empty PostgreSQL database; without one a server is started for the run. A client sends the
versions of its documents interleaved, some mails twice, some versions out of order, some that must be refused, some in
its name that are not its own. A practice Customs answers, and refuses some. Here and there a worker is killed (SIGKILL)
in the middle of its work, once, or whenever it takes up that interchange again; another worker is started instead.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Self

from sqlalchemy import Connection, Row, Select, func, select, text

from edifact_ics.bureau.service import worker
from edifact_ics.bureau.service.instance import Instance
from edifact_ics.bureau.service.manifest import Manifest, manifest
from edifact_ics.bureau.service.practice_ground import BUREAU_SITE, CUSTOMS_SITE, Ground, as_client
from edifact_ics.bureau.service.tables import event, lodged, task, work
from edifact_ics.bureau.service.work import JUDGE, QUARANTINE, REFUSED, SEAL, SEND, STEPS, WAITS
from edifact_ics.ledger import Ledger
from edifact_ics.ledger.tables import interchange
from edifact_ics.pipeline import check
from edifact_ics.resources import root

WORKERS = 4
ATTEMPTS = 3  # then what kills its worker goes to quarantine
AT_A_TIME = 12  # documents whose versions are interleaved
WAVE = 20  # mails that the client sends at a time
PATIENCE = 180  # seconds in which something must happen
FAILED = "failed.log"  # the lines of the log that tell of a failed step

SAMPLE = (root("samples") / "sac-air-short.edi").read_bytes().replace(b"KB2611-A201", b"DOCUMENT")
MESSAGE, TRAILER = SAMPLE.index(b"BGM"), SAMPLE.index(b"UNT")
ORIGINAL, CHANGE, WITHDRAW = "9", "4", "50"
REFUSED_BY_CUSTOMS = "NO"  # how documents begin that the practice Customs refuses


class Sent(NamedTuple):
    """An interchange with one message, as the client sends it. `flaw`: what is wrong with it, or befalls it."""

    reference: str
    document: str
    version: int
    function: str
    flaw: str = ""  # form, stranger, kills once, kills always


# ---------------------------------------------------------------------- what is sent


def traffic(count: int, chance: random.Random) -> list[Sent]:
    """Return interchanges in the order in which they are sent: each document by its own story, all interleaved."""
    numbers = itertools.count(1)
    stories: list[list[Sent]] = []
    while sum(map(len, stories)) < count:
        name = REFUSED_BY_CUSTOMS if len(stories) % 6 == 5 else "JOB"
        stories.append(_story(f"{name}{len(stories)}", numbers, chance))
    sent: list[Sent] = []
    while len(sent) < count:
        sent.append(chance.choice(stories[:AT_A_TIME]).pop(0))
        stories = [story for story in stories if story]
    for place, one in enumerate(sent):  # some references are used a second time
        if place % 25 == 24:
            sent[place] = one._replace(reference=sent[chance.randrange(place)].reference)
    used = Counter(one.reference for one in sent)
    alone = [place for place, one in enumerate(sent) if used[one.reference] == 1]
    for place, flaw in zip(chance.sample(alone, max(2, count // 50)), itertools.cycle(("kills once", "kills always"))):
        sent[place] = sent[place]._replace(flaw=flaw)
    return sent


def _story(document: str, numbers: Iterator[int], chance: random.Random) -> list[Sent]:
    """Return what is sent of one document: mostly in order."""
    steps = [(version, ORIGINAL if version == 1 else CHANGE) for version in range(1, chance.randint(2, 6))]
    if chance.random() < 0.4:
        steps.append((len(steps) + 1, WITHDRAW))
    if chance.random() < 0.3:  # a version overtakes another, or comes again
        place = chance.randrange(len(steps))
        steps.insert(place, chance.choice(steps))
    if chance.random() < 0.2:
        steps.append((len(steps) + 1, chance.choice((ORIGINAL, CHANGE, WITHDRAW))))
    story = []
    for version, function in steps:
        one = Sent(str(next(numbers)), document, version, function)
        luck = chance.random()
        if luck < 0.1:  # a wrong copy goes first, under the same reference: it must burn nothing
            story.append(one._replace(flaw="form" if luck < 0.06 else "stranger"))
        story.append(one)
    return story


def written(one: Sent, at: Any) -> bytes:
    """Return an interchange as EDIFACT."""
    body = SAMPLE[MESSAGE:TRAILER]
    if one.function == CHANGE:
        body = body.replace(b"FTX+AAA", b"FTX+CHG+++A PRICE WAS WRONG'\nFTX+AAA")
    if one.function == WITHDRAW:
        body = b"BGM+929:::SAC+DOCUMENT:1+9'\nFTX+CHG+++GOODS WERE LOST'\nRFF+ABT:AFC6K02NR'\nUNS+D'\nUNS+S'\n"
    body = body.replace(b"DOCUMENT:1+9'", f"DOCUMENT:{one.version}+{one.function}'".encode())
    if one.flaw == "form":
        body = body.replace(b"UNS+D'\n", b"")
    data = SAMPLE[:MESSAGE] + body + SAMPLE[TRAILER:].replace(b"UNT+22", b"UNT+%d" % (body.count(b"'") + 2))
    return as_client(data.replace(b"DOCUMENT", one.document.encode()), one.reference, at)


# ---------------------------------------------------------------------- the model


@dataclass
class Life:
    """Where a document stands."""

    state: str = "none"
    accepted: int | None = None
    versions: set[int] = field(default_factory=set)

    def refuses(self, one: Sent) -> bool:
        """Tell whether a version does not fit what came before."""
        held = self.state in ("active", "withdrawn")
        if one.version in self.versions:
            return True
        if one.function == ORIGINAL:
            return held
        return self.state != "active" or one.version < max(self.versions)

    def take(self, one: Sent, accepted: bool) -> None:
        """Take what Customs decided on a version that fits."""
        self.versions.add(one.version)
        if accepted:
            self.state, self.accepted = "withdrawn" if one.function == WITHDRAW else "active", one.version
        elif self.state == "none":
            self.state = "rejected"


@dataclass
class Outcome:
    """What comes of all that was sent. Answers are written as by `said`."""

    documents: dict[str, Life]
    references: set[str]
    quarantine: Counter[str]
    refused: int
    answers: Counter[str]
    deaths: int


def expected(sent: list[Sent]) -> Outcome:
    """Return what must come of interchanges that are judged one after the other."""
    found = Outcome(defaultdict(Life), set(), Counter(), 0, Counter(), 0)
    for one in sent:
        life, subject = found.documents[one.document], f"{one.document}:{one.version}"
        if one.flaw in ("stranger", "kills always"):
            found.quarantine["unknown-certificate" if one.flaw == "stranger" else "crashed"] += 1
            found.deaths += ATTEMPTS if one.flaw == "kills always" else 0
            continue
        found.deaths += 1 if one.flaw == "kills once" else 0
        if one.reference in found.references:
            found.refused += 1
            found.answers[f"{BUREAU_SITE} {one.reference} 4+26"] += 1
        elif one.flaw == "form":
            found.refused += 1
            found.answers[f"{BUREAU_SITE} {one.reference} 4"] += 1
        elif life.refuses(one):
            found.refused += 1
            found.answers.update([f"{BUREAU_SITE} {one.reference} 8", f"{BUREAU_SITE} {subject} rejected"])
        else:
            accepted = not one.document.startswith(REFUSED_BY_CUSTOMS)
            life.take(one, accepted)
            found.deaths += 2 if one.flaw == "kills once" else 0  # when it is sealed and sent
            found.references.add(one.reference)
            verdict = "accepted" if accepted else "rejected"
            found.answers.update([f"{BUREAU_SITE} {one.reference} 8", f"{CUSTOMS_SITE} {one.reference} 7"])
            found.answers[f"{CUSTOMS_SITE} {subject} {verdict}"] += 1
    found.documents = {name: life for name, life in found.documents.items() if life.versions}
    return found


def said(answer: bytes) -> str:
    """Return what an answer says: its sender, what it answers, and how."""
    found = manifest(answer)
    assert isinstance(found, Manifest), "it was opened"
    raws = found.entries[0].raws
    for raw in raws:
        if raw.startswith("UCI"):
            _, reference, _, _, action = raw.split("+", 4)
            return f"{found.site} {reference} {action}"
    subject = next(raw for raw in raws if raw.startswith("RFF+ABO"))[len("RFF+ABO:") :].replace("::", ":")
    return f"{found.site} {subject} {'rejected' if any(raw.startswith('ERC+SM0') for raw in raws) else 'accepted'}"


# ---------------------------------------------------------------------- the run


class Crew:
    """Processes at work: workers of the bureau, replaced when they are killed, and the practice Customs."""

    def __init__(self, ground: Ground, sent: list[Sent]) -> None:
        self.ground = ground
        self.faults: list[str] = []
        self.deaths = 0
        self._fatal = {one.reference: one.flaw for one in sent if one.flaw.startswith("kills")}

    def __enter__(self) -> Self:
        self._looks = {role: self.ground.instance(role) for role in ("bureau", "customs")}
        for look in self._looks.values():  # a process that is started must not inherit a connection
            look.close()
        self._workers = [self._process("bureau") for _ in range(WORKERS)]
        self._customs = self._process("customs")
        return self

    def __exit__(self, *_: object) -> None:
        """Tell everybody to stop, as the machine does that goes down."""
        for one in (*self._workers, self._customs):
            one.terminate()
        for one in (*self._workers, self._customs):
            one.join(60)
            if one.exitcode:
                self.faults.append(f"Told to stop, a process ended with {one.exitcode}.")

    def _process(self, role: str) -> Any:
        fatal = self._fatal if role == "bureau" else {}
        made = multiprocessing.get_context("fork").Process(target=_at_work, args=(self.ground, role, fatal))
        made.start()
        return made

    def attend(self, done: Callable[[], bool]) -> None:
        """Replace workers that are killed, until something is so; a fault when nothing happens any longer."""
        last, since = -1, time.monotonic()
        while not self.faults and not done():
            for place, one in enumerate(self._workers):
                if one.exitcode == -signal.SIGKILL:
                    self.deaths += 1
                    self._workers[place] = self._process("bureau")
                elif one.exitcode is not None:
                    self.faults.append(f"A worker ended with {one.exitcode}.")
            now = self._ask("bureau", select(func.max(event.c.id)))
            if now != last:
                last, since = now, time.monotonic()
            elif time.monotonic() - since > PATIENCE:
                self.faults.append(f"Nothing has happened for {PATIENCE} seconds, and the work is not done.")
            time.sleep(0.2)

    def at_rest(self) -> bool:
        """Tell whether there is nothing to do, nor a mail on its way."""
        due = select(func.count()).where(work.c.stage.in_(STEPS))
        return not any(self.mail_waits() or self._ask(role, due) for role in ("bureau", "customs", "bureau"))

    def mail_waits(self) -> bool:
        """Tell whether a mailbox of the bureau or Customs holds a mail."""
        own = (look.configuration for look in self._looks.values())
        return any(any((box.path / "new").glob("*")) for one in own for box in one.receive)

    def _ask(self, role: str, query: Select[Any]) -> Any:
        instance = self._looks[role]
        with instance.reading() as connection:
            found = connection.scalar(query)
        instance.close()
        return found


def _at_work(ground: Ground, role: str, fatal: dict[str, str]) -> None:
    """Be a process of the bureau or Customs; of the bureau one that dies of what is `fatal`."""
    failures = logging.FileHandler(ground.folder / FAILED)
    failures.addFilter(lambda line: '"what": "failed"' in line.getMessage())
    logging.getLogger("edifact_ics.bureau").addHandler(failures)
    logging.getLogger("edifact_ics.bureau").setLevel(logging.INFO)
    for stage in (JUDGE, SEAL, SEND):
        worker._STEPS[stage] = _deadly(worker._STEPS[stage], fatal)
    with ground.instance(role) as instance:
        worker.run(instance)


def _deadly(step: worker.Step, fatal: dict[str, str]) -> worker.Step:
    """Return a step that is done, and killed before the database knows."""

    def killed(instance: Instance, connection: Connection, row: Row[Any], at: float) -> None:
        step(instance, connection, row, at)
        flaw = fatal.get(row.reference)
        waits = connection.scalar(select(work.c.reason).where(work.c.id == row.id)) == WAITS
        if not waits and (flaw == "kills always" or (flaw == "kills once" and row.attempts == 1)):
            os.kill(os.getpid(), signal.SIGKILL)

    return killed


def load(count: int, database: str, folder: Path, seed: int = 1) -> list[str]:
    """Run so many interchanges through a bureau on an empty PostgreSQL database; give back what went wrong."""
    chance = random.Random(seed)
    sent = traffic(count, chance)
    ground = Ground(folder, retry=1, bureau_database=database, simulation=f'reject = "{REFUSED_BY_CUSTOMS}"')
    ground.lay()
    home = folder / "bureau" / "bureau.toml"
    own = home.read_text().replace("[work]", f"[work]\nattempts = {ATTEMPTS}").replace("0.05", "0.5")
    home.write_text(own.replace("database =", 'metrics = "bureau.prom"\ndatabase ='))
    ground.keys["stranger"] = ground.authority.issue("stranger", "stranger@elsewhere.example")
    signers = ("stranger" if one.flaw == "stranger" else "client" for one in sent)
    mails = [ground.sealed(written(one, ground.moment), who) for one, who in zip(sent, signers, strict=True)]
    check(written(sent[0], ground.moment))  # what is loaded for it, those who are started have
    with Crew(ground, sent) as crew:
        for start in range(0, count, WAVE):
            for mail in mails[start : start + WAVE]:
                ground.send(mail)
                if chance.random() < 0.1:  # mail does not come exactly once
                    ground.send(chance.choice(mails[: start + 1]))
            crew.attend(lambda: not crew.mail_waits())
        crew.attend(crew.at_rest)
    return [*crew.faults, *wrong(ground, expected(sent), crew.deaths)]


# ---------------------------------------------------------------------- what came of it


def wrong(ground: Ground, wanted: Outcome, deaths: int) -> list[str]:
    """Hold both ledgers, the work and what the client got against what must be: a sentence for each difference."""
    found = [f"A step failed: {line}" for line in (ground.folder / FAILED).read_text().splitlines()]
    for role in ("bureau", "customs"):
        with ground.instance(role) as instance, instance.reading() as connection:
            found += [f"{role}: {what}" for what in _wrong_state(connection, wanted)]
            found += _wrong_work(connection, wanted) if role == "bureau" else []
    came = list(ground.inbox())
    answers = Counter(map(said, set(came)))
    for what in sorted((answers - wanted.answers).keys() | (wanted.answers - answers).keys()):
        found.append(f"The client got `{what}` {answers[what]} times, not {wanted.answers[what]} times.")
    if len(came) - len(set(came)) > deaths:
        found.append(f"{len(came) - len(set(came))} answers came twice, and {deaths} workers were killed.")
    if deaths != wanted.deaths:
        found.append(f"{deaths} workers were killed, not {wanted.deaths}.")
    return found


def _wrong_state(connection: Connection, wanted: Outcome) -> Iterator[str]:
    lives = {name: (life.state, life.accepted, sorted(life.versions)) for name, life in wanted.documents.items()}
    there = {}
    for key, now, _, _ in Ledger.within(connection).documents():
        there[key.reference] = (now.state.value, now.accepted, sorted(now.versions))
        if now.pending or now.locked:
            yield f"{key.reference}: pending {now.pending}, locked {now.locked}"
    for name in sorted(lives.keys() | there.keys()):
        if lives.get(name) != there.get(name):
            yield f"{name} is {there.get(name)} in the ledger, not {lives.get(name)}"
    if left := connection.scalar(select(func.count()).where(work.c.stage.in_(STEPS))):
        yield f"{left} pieces of work are left"
    used = set(connection.scalars(select(interchange.c.reference)))
    if used != wanted.references:
        yield f"references used and not used: {sorted(used - wanted.references)}, {sorted(wanted.references - used)}"


def _wrong_work(connection: Connection, wanted: Outcome) -> Iterator[str]:
    deadlocks = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    tasks = select(task.c.what).where(task.c.resolved.is_(None))
    aside = select(work.c.reason).where(work.c.stage == QUARANTINE)
    refused = select(func.count()).where(work.c.stage == REFUSED)
    lodgings = Counter(answered=len(wanted.references))
    for what, there, must in (
        ("in quarantine", Counter(connection.scalars(aside)), wanted.quarantine),
        ("interchanges refused", connection.scalar(refused), wanted.refused),
        ("what was lodged", Counter(connection.scalars(select(lodged.c.state))), lodgings),
        ("asked of an operator", Counter(connection.scalars(tasks)), Counter(quarantine=wanted.quarantine.total())),
        ("deadlocks", connection.scalar(deadlocks), 0),
    ):
        if there != must:
            yield f"{what}: {there}, not {must}"


def main(count: int, database: str = "") -> int:
    """Run it and print what came of it; give back the exit code."""
    with contextlib.ExitStack() as stack:
        if not database:
            sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
            from databases import server  # the tests know how to start one

            database = stack.enter_context(server())
        folder, start = Path(stack.enter_context(tempfile.TemporaryDirectory())), time.monotonic()
        faults = load(count, database, folder)
    print("\n".join(faults) or "No ledger holds a wrong state; every answer came, and no other.")
    print(f"{count} interchanges, {WORKERS} workers, {time.monotonic() - start:.0f} seconds.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000, *sys.argv[2:3]))
