"""Preference: a line claims one by its Preference Scheme Type; the rest is said of a claim."""

from __future__ import annotations

from edifact_ics.rules.conditions import absent, line, present
from edifact_ics.rules.rule import Rule
from edifact_ics.rules.shapes import forbidden_when, required_when

SCHEME, RULE_TYPE, INSTRUMENT = "PreferenceSchemeType", "PreferenceRuleType", "PreferenceInstrumentNumber"
NOT_CLAIMED, WAREHOUSED = absent(SCHEME), line("N20")

RULES: list[Rule] = [
    forbidden_when("GBR-LOCAL-CONTENT-PERCENTAGE-01", "LocalContentPercentage", NOT_CLAIMED),
    required_when("GBR-PREFERENCE-INSTRUMENT-NUMBER-01", "PreferenceInstrumentType", present(INSTRUMENT)),
    forbidden_when("GBR-PREFERENCE-INSTRUMENT-NUMBER-02", INSTRUMENT, WAREHOUSED),
    forbidden_when("GBR-PREFERENCE-ORIGIN-COUNTRY-CODE-01", "PreferenceOriginCountryCode", NOT_CLAIMED),
    forbidden_when("GBR-PREFERENCE-RULE-TYPE-01", RULE_TYPE, WAREHOUSED),
    forbidden_when("GBR-PREFERENCE-RULE-TYPE-02", RULE_TYPE, NOT_CLAIMED),
    required_when("GBR-PREFERENCE-RULE-TYPE-03", SCHEME, present(RULE_TYPE)),
]
