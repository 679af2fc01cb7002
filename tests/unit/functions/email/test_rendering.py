"""Every mail in every language: complete, escaped, the same in text and HTML."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import pytest
from portal.domain.activation_code import ActivationCode
from portal.domain.mail import MailTemplate
from portal.domain.mail_contents import CONTENTS
from portal.domain.money import Money

from functions.email.contexts import esim_values
from functions.email.formats import breaking
from functions.email.rendering import LANGUAGES, Addressee, Rendered, _words, render
from functions.email.samples import CODE, NAMES, sample
from functions.email.sender import Sender

SENDER = Sender(
    name="Portal Telecom",
    portal_url="https://portal.example",
    reply_to="support@portal.example",
    time_zone="Asia/Tokyo",
)
READER = Addressee("en", "Hanako")
EVERY_MAIL = pytest.mark.parametrize(
    ("template", "language"),
    [(template, language) for template in MailTemplate for language in LANGUAGES],
)
WITH_CODE = (
    MailTemplate.ESIM_ACTIVATION,
    MailTemplate.ESIM_REISSUED,
    MailTemplate.ESIM_SENT_AGAIN,
)


def of(template: MailTemplate, language: str = "en", sender: Sender = SENDER) -> Rendered:
    return sample(template, language, sender).rendered


class Seen(HTMLParser):
    """The text that a mail program shows, without style sheets."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.hidden: list[str] = []
        self._inside: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("style", "title"):
            self._inside.append(tag)
        elif tag == "div":
            self._inside.append("hidden")
            assert "display:none" in str(dict(attrs)["style"])

    def handle_endtag(self, tag: str) -> None:
        if tag in ("style", "title", "div"):
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self.words.append(data)
        elif self._inside[-1] == "hidden":
            self.hidden.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


@EVERY_MAIL
def test_every_mail_is_complete(template: MailTemplate, language: str) -> None:
    mail = of(template, language)
    assert mail.subject
    assert "\n" not in mail.subject
    for body in (mail.text, mail.html):
        assert "Portal Telecom" in body
        assert "{{" not in body
        assert "{%" not in body
        assert "None" not in body
    assert f'lang="{language}"' in mail.html
    named = not CONTENTS[template].to_address_on_file
    assert (NAMES[language] in mail.text, NAMES[language] in mail.html) == (named, named)


@EVERY_MAIL
def test_text_and_html_say_the_same(template: MailTemplate, language: str) -> None:
    """What the HTML shows is in the text too, but for what needs a picture or is a link's name."""
    mail = of(template, language)
    words = _words(language)["common"]["esim"]
    only_html = {words[name] for name in ("scan", "links", "manual", "qr")}
    text = " ".join(mail.text.split())
    for shown in Seen(mail.html).words:
        line = " ".join(breaking(shown).split())
        assert line in text or line in only_html, line


@EVERY_MAIL
def test_the_text_part_stands_on_its_own(template: MailTemplate, language: str) -> None:
    words = _words(language)["common"]["esim"]
    mail = of(template, language)
    for name in ("scan", "links", "manual", "qr"):
        assert words[name] not in mail.text
    for markup in ("cid:", "<", "&", "\n\n\n"):
        assert markup not in mail.text
    for link in re.findall(r'href="([^"]*)"', mail.html):
        assert unescape(link) in mail.text


@EVERY_MAIL
def test_every_mail_has_a_preheader_of_its_own(template: MailTemplate, language: str) -> None:
    """Mail programs show the first text beside the subject: it says more than the subject."""
    mail = of(template, language)
    seen = Seen(mail.html)
    preheader = "".join(seen.hidden).split("\u034f")[0].strip()
    assert preheader
    assert preheader not in mail.subject
    assert preheader != seen.words[0]
    assert len(preheader) <= 100


@EVERY_MAIL
def test_no_mail_loads_or_runs_anything(template: MailTemplate, language: str) -> None:
    html = of(template, language).html
    assert set(re.findall(r'src="([^"]*)"', html)) <= {"cid:esim-qr"}
    for forbidden in ("<script", "<link", "@import", "url(", "<form", "<iframe"):
        assert forbidden not in html


@EVERY_MAIL
def test_the_style_sheet_is_one_that_gmail_keeps(template: MailTemplate, language: str) -> None:
    """Gmail drops style sheets of more than 16 KB and clips mails of more than 102 KB."""
    html = of(template, language).html
    (styles,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    assert len(styles) < 16_384
    assert len(html.encode()) < 102 * 1024


def test_links_are_the_same_in_text_and_html() -> None:
    mail = of(MailTemplate.PASSWORD_RESET)
    link = "https://portal.example/reset-password#token=sample-token"
    assert link in mail.text
    assert f'href="{link}"' in mail.html


@pytest.mark.parametrize("template", WITH_CODE)
def test_the_esim_mails_have_everything_to_install(template: MailTemplate) -> None:
    mail = of(template)
    for body in (mail.text, mail.html):
        assert CODE.lpa in body
        assert CODE.apple_link in body
        assert CODE.android_link in body
        assert CODE.smdp_address in body
    assert 'src="cid:esim-qr"' in mail.html
    (image,) = sample(template, "en", SENDER).images
    assert image.content_id == "esim-qr"


@pytest.mark.parametrize("template", [t for t in MailTemplate if t not in WITH_CODE])
def test_no_other_mail_has_a_code(template: MailTemplate) -> None:
    mail = sample(template, "en", SENDER)
    assert mail.images == ()
    for body in (mail.rendered.text, mail.rendered.html):
        assert CODE.lpa not in body
        assert CODE.matching_id not in body


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", WITH_CODE)
def test_each_phone_finds_what_it_asks_for(template: MailTemplate, language: str) -> None:
    """IPhones ask for address and activation code (the matching id), Android for one code."""
    mail = of(template, language)
    labelled = dict(
        line.strip().split(": ", 1) for line in mail.text.splitlines() if line.startswith("  ")
    )
    phone = {name.rpartition("(")[2]: value for name, value in labelled.items() if "(" in name}
    iphone = [value for name, value in labelled.items() if name.endswith("(iPhone)")]
    assert iphone == [CODE.smdp_address, CODE.matching_id]
    assert phone["Android)"] == CODE.lpa
    assert f">{CODE.matching_id}<" in mail.html


@EVERY_MAIL
@pytest.mark.parametrize("reply_to", ["support@portal.example", ""])
def test_replies_are_only_promised_with_an_address_for_them(
    template: MailTemplate, language: str, reply_to: str
) -> None:
    promise = _words(language)["common"]["replies"]
    mail = of(template, language, replace(SENDER, reply_to=reply_to))
    promised = bool(reply_to)
    assert (promise in mail.text, promise in mail.html) == (promised, promised)
    if not promised:
        for asked in ("answer this mail", "ご返信"):
            assert asked not in mail.text


def test_a_code_without_matching_id_shows_none() -> None:
    values = {"order_number": "1", "esim": esim_values(ActivationCode("smdp.example.com", ""))}
    mail = render(MailTemplate.ESIM_ACTIVATION, READER, SENDER, values)
    assert "Activation code (iPhone)" not in mail.text
    assert "Activation code (iPhone)" not in mail.html


def test_names_cannot_inject_markup_or_templates() -> None:
    reader = Addressee("en", "<script>{{ 7 * 7 }}</script>")
    mail = render(MailTemplate.WELCOME, reader, SENDER, {})
    assert "<script>" not in mail.html
    assert "&lt;script&gt;{{ 7 * 7 }}" in mail.html
    assert "<script>{{ 7 * 7 }}</script>" in mail.text


def test_an_unknown_language_is_english_and_an_unknown_name_is_left_out() -> None:
    mail = render(MailTemplate.WELCOME, Addressee("tlh"), SENDER, {})
    assert "Hello," in mail.text
    assert mail.subject == "Welcome to Portal Telecom"


@pytest.mark.parametrize(
    ("language", "amount", "when"),
    [("en", "1,500 JPY", "5 November 2026, 14:05 (JST)"), ("ja", "1,500円", "2026年11月5日 14:05")],
)
def test_amounts_and_times_are_written_for_their_reader(
    language: str, amount: str, when: str
) -> None:
    for template in (MailTemplate.TOPUP_RECEIPT, MailTemplate.TOPUP_REFUNDED):
        assert amount in of(template, language).text
    assert when in of(MailTemplate.ESIM_REISSUE_NOTICE, language).text


@pytest.mark.parametrize(
    ("language", "line"),
    [("en", "eSIM 10 GB (ICCID ending 0942)"), ("ja", "eSIM 10 GB (ICCID 末尾 0942)")],
)
@pytest.mark.parametrize(
    "template",
    [
        MailTemplate.ESIM_REISSUED,
        MailTemplate.ESIM_SENT_AGAIN,
        MailTemplate.ESIM_REISSUE_NOTICE,
        MailTemplate.TOPUP_RECEIPT,
        MailTemplate.TOPUP_REFUNDED,
    ],
)
def test_a_line_is_named_as_its_owner_knows_it(
    template: MailTemplate, language: str, line: str
) -> None:
    mail = of(template, language)
    assert line in mail.text
    assert line in breaking(mail.html)
    # No line ends within the brackets.
    assert line.partition(" (")[2] not in mail.html
    assert "#77" not in mail.text


def test_what_is_not_known_of_a_topup_is_left_out() -> None:
    values = {
        "subscription_id": 77,
        "product_name": "",
        "iccid_ending": "",
        "offer_name": "5 GB",
        "price": Money(amount="1500", currency="JPY"),
        "invoice_id": None,
    }
    mail = render(MailTemplate.TOPUP_RECEIPT, READER, SENDER, values)
    assert "Line: #77\n" in mail.text
    assert "Invoice" not in mail.text + mail.html


# The reseller's look


def test_the_logo_stands_for_the_name() -> None:
    logo = "https://portal.example/logo.png"
    html = of(MailTemplate.WELCOME, sender=replace(SENDER, logo_url=logo)).html
    assert re.search(rf'<img class="logo" src="{logo}"[^>]* alt="Portal Telecom"', html)


@pytest.mark.parametrize("colour", ["#ffee00", "#0b5d7a", "#000000", "#ffffff"])
def test_the_brands_colour_is_made_legible(colour: str) -> None:
    html = of(MailTemplate.WELCOME, sender=replace(SENDER, colour=colour)).html
    (ground,) = re.findall(r'bgcolor="(#[0-9a-f]{6})"', html)
    assert ground != "#ffffff"
    assert f"background:{ground};border-radius:8px" in html


def test_headings_are_underlined_over_their_whole_width() -> None:
    for language in LANGUAGES:
        heading, line = of(MailTemplate.WELCOME, language).text.splitlines()[:2]
        width = {"en": len(heading), "ja": 2 * len(heading)}[language]
        assert line == "=" * width
