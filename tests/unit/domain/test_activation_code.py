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
        " LPA:1$smdp.example.com$A-1",
        "LPA:1$smdp.example.com$A-1\r\n",
        "\ufeffLPA:1$smdp.example.com$A-1\u200b",
        "\u00a0LPA: 1$smdp.example.com$A-1\t",
        "LPA:1 $ smdp.example.com $ A-1",
        "LPA:1$smdp.example.com$\nA-1",
        "  1$smdp.example.com$A-1  ",
        "LPA:1$smdp.example.com$A-1" + " " * 300,
    ],
)
def test_white_space_around_the_code_and_its_parts_is_ignored(text: str) -> None:
    assert ActivationCode.parse(text).lpa == "LPA:1$smdp.example.com$A-1"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is empty"),
        ("LPA:", "is empty"),
        (" \n", "is empty"),
        ("LPA:2$smdp.example.com$A", "has a format that SGP.22 does not allow"),
        ("LPA:1$smdp.example.com", "has 2 parts between dollar signs instead of 3 to 5"),
        ("LPA:1$smdp.example.com$A$$1$1", "has 6 parts between dollar signs instead of 3 to 5"),
        ("LPA:1$%rsp.example.com$A", "has an SM-DP+ address that SGP.22 does not allow"),
        ("LPA:1$localhost$A", "has an SM-DP+ address that SGP.22 does not allow"),
        ("LPA:1$smdp .example.com$A", "has white space within its SM-DP+ address"),
        ("LPA:1$smdp.example.com$A\nB", "has white space within its MatchingID"),
        ("LPA:1$smdp.example.com$A\u200bB", "has white space within its MatchingID"),
        ("LPA:1$smdp.example.com$A_B", "has a MatchingID that SGP.22 does not allow"),
        ("LPA:1$smdp.example.com$A$x", "has an OID that SGP.22 does not allow"),
        ("LPA:1$smdp.example.com$A$$2", "has a confirmation code flag that SGP.22 does not allow"),
        ("LPA:1$smdp.example.com$" + "A" * 260, "is longer than 255 characters"),
    ],
)
def test_what_cannot_be_read_is_said_without_quoting_it(text: str, why: str) -> None:
    with pytest.raises(InvalidActivationCodeError) as refused:
        ActivationCode.parse(text)
    assert str(refused.value) == f"the activation code {why}"


def test_the_matching_id_is_never_printed() -> None:
    code = ActivationCode.parse("LPA:1$smdp.example.com$SECRET-1")
    assert "SECRET" not in f"{code} {code!r} {[code]}"


def test_one_tap_links_carry_the_code_unescaped_where_legal() -> None:
    code = ActivationCode.parse("LPA:1$smdp.example.com$A-1")
    assert code.apple_link.endswith("?carddata=LPA:1$smdp.example.com$A-1")
    assert code.android_link.startswith("https://esimsetup.android.com/")
