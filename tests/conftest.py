"""Settings for all tests: properties are the same on every run and on slow machines; no tables but those of a test."""

from __future__ import annotations

import os

from bureaus import laid_ground, practice  # noqa: F401 - fixtures
from databases import database, empty_postgresql, other_postgresql, postgresql  # noqa: F401 - fixtures
from hypothesis import HealthCheck, settings
from registries import desk, empty_desk, founded, new_registry, peopled  # noqa: F401 - fixtures

settings.register_profile(
    "steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
settings.load_profile("steady")

os.environ["EDIFACT_ICS_REFERENCE"] = os.path.join(
    os.path.dirname(__file__), "no-tables"
)  # not what this user has loaded
