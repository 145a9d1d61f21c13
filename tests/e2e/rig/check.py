# SPDX-License-Identifier: Apache-2.0
"""Assertions that say what was there instead."""

import time


class Failed(AssertionError):
    pass


def _short(value, limit=1500):
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= limit else text[:limit] + f"… ({len(text)} characters)"


def that(condition, otherwise):
    if not condition:
        raise Failed(_short(otherwise, 6000))


def equal(actual, wanted, about=""):
    that(actual == wanted, f"{about or 'value'}: wanted {_short(wanted)}, found {_short(actual)}")


def contains(text, part, about=""):
    that(part in text, f"{about or 'text'}: no {part!r} in:\n{_short(text)}")


def lacks(text, part, about=""):
    that(part not in text, f"{about or 'text'}: {part!r} is in:\n{_short(text)}")


def one_of(actual, wanted, about=""):
    that(
        actual in wanted,
        f"{about or 'value'}: wanted one of {_short(wanted)}, found {_short(actual)}",
    )


def below(actual, limit, about=""):
    that(actual < limit, f"{about or 'value'}: wanted below {limit}, found {actual}")


def any_match(items, predicate, about):
    found = [item for item in items if predicate(item)]
    that(found, f"no {about} among:\n{_short(chr(10).join(map(repr, items)), 5000)}")
    return found[0]


def eventually(predicate, about, patience=1, seconds=10):
    """Waits for something that other processes do."""
    end = time.monotonic() + seconds * patience
    while not predicate():
        that(time.monotonic() < end, f"never: {about}")
        time.sleep(0.05)
