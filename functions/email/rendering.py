"""Renders subject, text and HTML of a mail from its template, language and values.

The texts are in `templates/<language>.toml`, next to the two layouts. The text and the HTML of a
mail are made from the same texts, so they always say the same.
"""

from __future__ import annotations

import functools
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from typing import Any

from jinja2 import Environment, StrictUndefined, Template, pass_context, select_autoescape
from jinja2.runtime import Context as TemplateContext
from portal.domain.mail import MailTemplate
from portal.domain.money import Money

from functions.email import formats
from functions.email.colours import DARK_GROUND, brand_colours
from functions.email.sender import Sender

LANGUAGES = ("en", "ja")
DEFAULT_LANGUAGE = "en"
FOLDER = resources.files("functions.email") / "templates"


@dataclass(frozen=True)
class Rendered:
    """The subject, the plain text and the HTML of a mail."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Addressee:
    """The reader's language and first name, which is empty when it is not known."""

    language: str
    first_name: str = ""


def render(
    template: MailTemplate, addressee: Addressee, sender: Sender, values: Mapping[str, Any]
) -> Rendered:
    """Render one mail.

    `values` must have every value that the template names (jinja2.UndefinedError otherwise). An
    unknown language falls back to English. The mail says that replies are read only when
    `sender.reply_to` has an address.
    """
    language = addressee.language if addressee.language in LANGUAGES else DEFAULT_LANGUAGE
    words = _words(language)
    common, own = words["common"], words[template.value]
    known = {
        **values,
        "line_name": _line_name(common, values),
        "language": language,
        "first_name": addressee.first_name,
        "sender_name": sender.name,
        "portal_url": sender.portal_url,
        "reply_to": sender.reply_to,
        "time_zone": sender.time_zone,
    }
    context = {
        **known,
        **_filled(own, known),
        "words": common,
        "footer": _footer(common, known),
        "greeting": _greeting(common, known),
        "lines": values.get("lines"),
        "esim": values.get("esim"),
        "brand": brand_colours(sender.colour),
        "dark_ground": DARK_GROUND,
        "logo_url": sender.logo_url,
    }
    return Rendered(
        subject=context["subject"],
        # A plain text is read in columns of any width, and searched: it has common spaces only.
        text=formats.breaking(_layout("layout.txt.j2").render(context)),
        html=_layout("layout.html.j2").render(context),
    )


def _filled(own: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """Return a template's texts with their values, without the facts that are not known."""
    facts = [(name, _fill(text, known)) for name, text in own.get("facts", [])]
    return {
        "subject": _fill(own["subject"], known),
        "preheader": _fill(own["preheader"], known),
        "heading": _fill(own["heading"], known),
        "paragraphs": [_fill(text, known) for text in own["paragraphs"]],
        "facts": [fact for fact in facts if fact[1]],
        "action": own["action"],
        "link": _fill(own["link"], known),
    }


def _line_name(common: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    """What a customer knows a line by: its product, and the end of its ICCID.

    A line whose product is not known is named by its number.
    """
    if "subscription_id" not in values:
        return ""
    name = str(values["product_name"]).strip() or f"#{values['subscription_id']}"
    if not values["iccid_ending"]:
        return name
    return _fill(common["line"], {"name": name, "ending": values["iccid_ending"]})


def _greeting(common: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    name = "greeting" if known["first_name"] else "greeting_unknown"
    return _fill(common[name], known)


def _footer(common: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    sentences = ["footer", "replies"] if known["reply_to"] else ["footer"]
    return " ".join(_fill(common[name], known) for name in sentences)


def _fill(text: str, known: Mapping[str, Any]) -> str:
    # This is plain text, because the layouts escape what they show.
    return _text(text).render(known)


@functools.cache
def _text(source: str) -> Template:
    # Compiling a text takes longer than all the rest of a mail, and there are only a few hundred.
    return _environment().from_string(source)


@functools.cache
def _words(language: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        undefined=StrictUndefined,
        autoescape=select_autoescape(enabled_extensions=("html.j2",), default_for_string=False),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"money": _money, "moment": _moment, "columns": _columns}
    return environment


@pass_context
def _money(context: TemplateContext, price: Money) -> str:
    return formats.money(price, context["language"])


@pass_context
def _moment(context: TemplateContext, when: datetime) -> str:
    return formats.moment(when, context["language"], context["time_zone"])


def _columns(text: str) -> int:
    """Return the number of columns of a text in a font of fixed width."""
    return sum(2 if unicodedata.east_asian_width(char) in "FW" else 1 for char in text)


@functools.cache
def _layout(name: str) -> Any:
    source = (FOLDER / name).read_text(encoding="utf-8")
    environment = _environment()
    code = environment.compile(source, name=name, filename=name)
    return environment.template_class.from_code(environment, code, environment.globals)
