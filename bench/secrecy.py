# SPDX-License-Identifier: Apache-2.0
"""Configurations with redaction, to be measured beside the same gateway without it.

Every rule replaces: so bodies of any length are searched, and none is refused. Nothing that the load
generator sends has any of it.
"""

import random

CASES = {
    "10 secrets": (10, 0, []),
    "1,000 secrets and 200 patterns": (1000, 200, []),
    "all detectors": (0, 0, ["default"]),
    "10 secrets and all detectors": (10, 0, ["default"]),
}


def configurations(directory):
    """Name and file of each."""
    for number, (name, (secrets, patterns, detectors)) in enumerate(CASES.items()):
        file = directory / f"redaction-{number}.toml"
        file.write_text("\n".join(_lines(secrets, patterns, detectors)))
        yield name, file


def _lines(secrets, patterns, detectors):
    made = random.Random(4711)
    yield "[proxy.redaction]"
    yield "enabled = true"
    yield 'default_action = "redact"'
    yield f"detectors = {detectors}"
    for number in range(secrets):
        value = made.randbytes(made.randrange(8, 24)).hex()
        yield from ("[[proxy.redaction.rules]]", f'name = "secret-{number}"')
        yield f'source.value = "{value}"'
    for number in range(patterns):
        prefix = "".join(made.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(5))
        yield from ("[[proxy.redaction.rules]]", f'name = "pattern-{number}"')
        yield f"pattern = '{prefix}_[A-Za-z0-9]{{16,40}}'"
