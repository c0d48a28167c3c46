"""`python -m edifact_ics` is the command `edifact-ics`."""

from edifact_ics.cli import main

main()
