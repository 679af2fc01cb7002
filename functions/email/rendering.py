"""Renders subject, text and HTML of a mail from its template, language and values.

The texts are in `templates/<language>.toml`, next to the two layouts. The text and the HTML of a
mail are made from the same texts, so they always say the same.
"""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import Any

from jinja2 import Environment, StrictUndefined, select_autoescape
from portal.domain.mail import MailTemplate

LANGUAGES = ("en", "ja")
DEFAULT_LANGUAGE = "en"
FOLDER = resources.files("functions.email") / "templates"


@dataclass(frozen=True)
class Rendered:
    """The subject, the plain text and the HTML of a mail."""

    subject: str
    text: str
    html: str


def render(template: MailTemplate, language: str, values: dict[str, Any]) -> Rendered:
    """Render one mail.

    `values` must have every value that the template names, and `first_name`, `reply_to`,
    `sender_name` and `portal_url`; the first two may be empty. An unknown language falls back to
    English. The mail says that replies are read only when `reply_to` has an address. Raises
    jinja2.UndefinedError for a missing value.
    """
    spoken = language if language in LANGUAGES else DEFAULT_LANGUAGE
    words = _words(spoken)
    common, own = words["common"], words[template.value]
    context = {
        **values,
        "language": spoken,
        "words": common,
        "subject": _fill(own["subject"], values),
        "heading": _fill(own["heading"], values),
        "paragraphs": [_fill(text, values) for text in own["paragraphs"]],
        "action": own["action"],
        "link": _fill(own["link"], values),
        "footer": _footer(common, values),
        "greeting": _greeting(common, values),
        "lines": values.get("lines"),
        "esim": values.get("esim"),
    }
    return Rendered(
        subject=context["subject"],
        text=_layout("layout.txt.j2").render(context),
        html=_layout("layout.html.j2").render(context),
    )


def _greeting(common: dict[str, Any], values: dict[str, Any]) -> str:
    name = "greeting" if values.get("first_name") else "greeting_unknown"
    return _fill(common[name], values)


def _footer(common: dict[str, Any], values: dict[str, Any]) -> str:
    sentences = ["footer", "replies"] if values.get("reply_to") else ["footer"]
    return " ".join(_fill(common[name], values) for name in sentences)


def _fill(text: str, values: dict[str, Any]) -> str:
    # This is plain text, because the layouts escape what they show.
    return _environment().from_string(text).render(values)


@functools.cache
def _words(language: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))


@functools.cache
def _environment() -> Environment:
    return Environment(
        undefined=StrictUndefined,
        autoescape=select_autoescape(enabled_extensions=("html.j2",), default_for_string=False),
        trim_blocks=True,
        lstrip_blocks=True,
    )


@functools.cache
def _layout(name: str) -> Any:
    source = (FOLDER / name).read_text(encoding="utf-8")
    environment = _environment()
    code = environment.compile(source, name=name, filename=name)
    return environment.template_class.from_code(environment, code, environment.globals)
