"""Run schemathesis against the HTTP API by its own description: a slow test, for now and then.

    pip install schemathesis && python tools/fuzz_api.py [MORE ARGUMENTS OF SCHEMATHESIS]

A server is started on a free port and ended afterwards. Exit code: that of schemathesis, 0 when it found nothing.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

# A description cannot say which bytes are EDIFACT, so it calls bodies valid that are rightly answered by 415 or 422.
_DEFAULTS = ("--max-examples", "40", "--generation-deterministic", "--exclude-checks", "positive_data_acceptance")


def main() -> int:
    """Start the server, let schemathesis ask it, and give back what that makes of it."""
    command = [sys.executable, "-m", "edifact_ics", "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        found = re.search(r"http://\S+", server.stderr.readline())
        assert found, "the server did not start"
        try:
            tool = str(Path(sys.executable).with_name("schemathesis"))
            asked = [tool, "run", f"{found.group()}/openapi.json", "--no-color", *_DEFAULTS, *sys.argv[1:]]
            with tempfile.TemporaryDirectory() as folder:  # schemathesis keeps notes where it runs
                return subprocess.run(asked, check=False, cwd=folder).returncode
        finally:
            server.terminate()


if __name__ == "__main__":
    sys.exit(main())
