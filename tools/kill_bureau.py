"""Kill a bureau again and again while it works, and see that nothing is lost and nothing takes effect twice.

    python tools/kill_bureau.py [ROUNDS]        200 rounds unless told otherwise; exit 1 when something went wrong

In each round the client sends one interchange, and the bureau's process is killed (SIGKILL) at a moment chosen by
chance, somewhere in taking in, opening, judging, sealing or sending. In the end all must be as if nobody had died.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import select

from edifact_ics.bureau.service.practice_ground import Ground, as_client
from edifact_ics.bureau.service.tables import lodged, work
from edifact_ics.bureau.service.worker import run, turn
from edifact_ics.ledger import Ledger
from edifact_ics.resources import root


def work_until_killed(ground: Ground) -> None:
    """Be the bureau's process."""
    with ground.instance("bureau") as bureau:
        run(bureau)


def rounds(count: int, seed: int = 1, longest: float = 0.5) -> list[str]:
    """Run so many rounds; give back what went wrong."""
    chance = random.Random(seed)
    sample = (root("samples") / "imd-sea-fcl-original.edi").read_bytes()
    with tempfile.TemporaryDirectory() as made:
        ground = Ground(Path(made), retry=0.01)
        ground.lay()
        home = ground.folder / "bureau" / "bureau.toml"
        home.write_text(home.read_text().replace("retry_seconds = 0.01", "retry_seconds = 0.01\nattempts = 1000"))
        fork = multiprocessing.get_context("fork")
        for number in range(1, count + 1):
            data = as_client(sample.replace(b"KB2611-0041", b"J%d" % number), str(number), ground.moment)
            ground.send(ground.sealed(data))
            process = fork.Process(target=work_until_killed, args=(ground,))
            process.start()
            time.sleep(chance.uniform(0.05, longest))
            os.kill(process.pid or 0, signal.SIGKILL)
            process.join()
            with ground.instance("customs") as customs:
                turn(customs)
        with ground.instance("bureau") as bureau, ground.instance("customs") as customs:
            idle = 0
            while idle < 3:  # what failed is due again a moment later
                idle = 0 if turn(bureau) + turn(customs) else idle + 1
                time.sleep(0.02)
            return wrong(count, ground, bureau, customs)


def wrong(count: int, ground: Ground, bureau: object, customs: object) -> list[str]:
    """Hold both ledgers, the work and what the client got against what must be."""
    found = []
    for name, instance in (("bureau", bureau), ("customs", customs)):
        with instance.reading() as connection:  # type: ignore[attr-defined]
            standings = {key.reference: now.state.value for key, now, _, _ in Ledger.within(connection).documents()}
            left = connection.execute(select(work.c.stage, work.c.reason).where(work.c.stage.not_in(("done",)))).all()
            found += [f"{name}: work left: {row}" for row in left]
            if standings != {f"J{number}": "active" for number in range(1, count + 1)}:
                found.append(f"{name}: the ledger holds {standings}")
            if name == "bureau":
                states = list(connection.scalars(select(lodged.c.state)))
                if states != ["answered"] * count:
                    found.append(f"lodged: {states}")
    distinct = len(set(ground.inbox()))
    if distinct != 3 * count:
        found.append(f"the client got {distinct} interchanges, not {3 * count}")
    return found


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        faults = rounds(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
        print("\n".join(faults) or "Nothing was lost, and nothing took effect twice.")
        sys.exit(1 if faults else 0)
