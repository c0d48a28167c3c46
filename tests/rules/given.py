"""What cases may be given besides the message: reference tables and what was sent before, by name."""

from __future__ import annotations

from typing import Any

GIVEN: dict[str, dict[str, Any]] = {"": {}}
