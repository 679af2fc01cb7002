"""GSMA activation codes: strict parsing, exact text, nothing shown by accident."""

from __future__ import annotations

import pytest
from portal.domain.activation_code import ActivationCode, InvalidActivationCodeError


@pytest.mark.parametrize(
    "text",
    [
        "LPA:1$smdp.gigs.com$2M-3L0MX-F8HE2",
        "LPA:1$SMDP.GSMA.COM$04386-AGYFT-A74Y8-3F815",
        "LPA:1$SMDP.GSMA.COM$04386-AGYFT-A74Y8-3F815$$1",
        "LPA:1$SMDP.GSMA.COM$04386-AGYFT-A74Y8-3F815$1.3.6.1.4.1.31746",
        "LPA:1$SMDP.GSMA.COM$04386-AGYFT-A74Y8-3F815$1.3.6.1.4.1.31746$1",
        "LPA:1$SMDP.GSMA.COM$",
    ],
)
def test_round_trip_is_exact(text: str) -> None:
    assert ActivationCode.parse(text).lpa == text
    assert ActivationCode.parse(text[4:]).lpa == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "LPA:",
        "LPA:2$smdp.example.com$A",
        "LPA:1$smdp.example.com",
        "LPA:1$%rsp.example.com$A",
        "LPA:1$smdp .example.com$A",
        "LPA:1$localhost$A",
        "LPA:1$smdp.example.com$A\nB",
        "LPA:1$smdp.example.com$A$x",
        "LPA:1$smdp.example.com$A$$2",
        "LPA:1$smdp.example.com$A$$1$1",
        "LPA:1$smdp.example.com$" + "A" * 260,
    ],
)
def test_nonsense_is_refused_without_quoting_it(text: str) -> None:
    with pytest.raises(InvalidActivationCodeError) as refused:
        ActivationCode.parse(text)
    assert "example.com" not in str(refused.value)


def test_the_matching_id_is_never_printed() -> None:
    code = ActivationCode.parse("LPA:1$smdp.example.com$SECRET-1")
    assert "SECRET" not in f"{code} {code!r} {[code]}"


def test_one_tap_links_carry_the_code_unescaped_where_legal() -> None:
    code = ActivationCode.parse("LPA:1$smdp.example.com$A-1")
    assert code.apple_link.endswith("?carddata=LPA:1$smdp.example.com$A-1")
    assert code.android_link.startswith("https://esimsetup.android.com/")
