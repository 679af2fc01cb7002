"""The sentences about values that do not match the API's document.

pydantic's own sentences name patterns, dictionaries and validators, so the API does not show
them. Each kind of mistake has a sentence here, which names the limit if there is one. The kind
is `errors[].code`. Front ends depend on it, so never rename one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

OTHER = "This value is not valid here."
SENTENCES: dict[str, str] = {
    # What is there and what is not
    "missing": "This is required.",
    "extra_forbidden": "There is no such member.",
    "none_required": "Leave this out.",
    # Types
    "string_type": "Write this as text.",
    "string_unicode": "Write this as text in UTF-8.",
    "int_type": "Write this as a whole number.",
    "int_parsing": "Write this as a whole number.",
    "int_parsing_size": "This number is too large.",
    "int_from_float": "Write this as a whole number.",
    "float_type": "Write this as a number.",
    "float_parsing": "Write this as a number.",
    "bool_type": "Write true or false.",
    "bool_parsing": "Write true or false.",
    "list_type": "Write this as a list.",
    "tuple_type": "Write this as a list.",
    "dict_type": "Write this as an object with names and values.",
    "model_type": "Write this as an object with the documented members.",
    "model_attributes_type": "Write this as an object with the documented members.",
    "date_type": "Write the date as text in the form YYYY-MM-DD.",
    "date_parsing": "Write a date that exists, in the form YYYY-MM-DD.",
    "date_from_datetime_parsing": "Write a date that exists, in the form YYYY-MM-DD.",
    "date_from_datetime_inexact": "Write the date alone, in the form YYYY-MM-DD.",
    "datetime_type": "Write the time as text, such as 2026-12-01T09:00:00+09:00.",
    "datetime_parsing": "Write a time that exists, such as 2026-12-01T09:00:00+09:00.",
    "datetime_from_date_parsing": "Write a time that exists, such as 2026-12-01T09:00:00+09:00.",
    "datetime_object_invalid": "Write a time that exists, such as 2026-12-01T09:00:00+09:00.",
    "timezone_aware": "Write the time with its offset, such as 2026-12-01T09:00:00+09:00.",
    # Values
    "literal_error": "Write one of: {expected}.",
    "enum": "Write one of: {expected}.",
    "string_pattern_mismatch": "This is not in the documented form.",
    "string_too_short": "Write at least {min_length} characters.",
    "string_too_long": "Write at most {max_length} characters.",
    "too_short": "Give at least {min_length} of these.",
    "too_long": "Give at most {max_length} of these.",
    "greater_than": "Write a number above {gt}.",
    "greater_than_equal": "Write a number of at least {ge}.",
    "less_than": "Write a number below {lt}.",
    "less_than_equal": "Write a number of at most {le}.",
    "multiple_of": "Write a multiple of {multiple_of}.",
    "finite_number": "Write a finite number.",
}
ONE_CHARACTER = "This must not be empty."


def sentence_for(entry: Mapping[str, Any]) -> str:
    """Return the sentence for a pydantic error. The portal's validators bring their own."""
    kind, context = str(entry.get("type", "")), entry.get("ctx") or {}
    if isinstance(context.get("error"), ValueError):
        return str(context["error"])
    if kind in ("string_too_short", "too_short") and context.get("min_length") == 1:
        return ONE_CHARACTER
    try:
        return SENTENCES.get(kind, OTHER).format_map(context)
    except KeyError:
        return OTHER
