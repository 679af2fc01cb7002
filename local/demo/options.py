"""Configurable options of the demo products for Salesforce and WHMCS.

`Portal_ConfigOptions_JSON__c` names the WHMCS option and choice that each option maps to, so both
seeds are derived from the same objects.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

CONFIG_VERSION = 1


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One choice of a drop-down; `price_delta` in whole yen on top of the product's price."""

    id: str
    label: str
    whmcs_id: int
    price_delta: int = 0


@dataclass(frozen=True, kw_only=True)
class ChoiceOption:
    """A drop-down."""

    id: str
    label: str
    whmcs_id: int
    choices: tuple[Choice, ...]
    default: str
    required: bool = True

    def as_config(self) -> dict[str, Any]:
        """Return this option as `Portal_ConfigOptions_JSON__c` holds it."""
        return {
            "id": self.id,
            "label": self.label,
            "kind": "choice",
            "required": self.required,
            "default": self.default,
            "whmcsOptionId": self.whmcs_id,
            "choices": [
                {
                    "id": choice.id,
                    "label": choice.label,
                    "priceDelta": str(choice.price_delta),
                    "whmcsChoiceId": choice.whmcs_id,
                }
                for choice in self.choices
            ],
        }


@dataclass(frozen=True, kw_only=True)
class QuantityOption:
    """A number of units at `unit_price` whole yen each."""

    id: str
    label: str
    whmcs_id: int
    whmcs_choice_id: int
    unit_price: int
    maximum: int

    def as_config(self) -> dict[str, Any]:
        """Return this option as `Portal_ConfigOptions_JSON__c` holds it."""
        return {
            "id": self.id,
            "label": self.label,
            "kind": "quantity",
            "min": 0,
            "max": self.maximum,
            "default": 0,
            "unitPrice": str(self.unit_price),
            "whmcsOptionId": self.whmcs_id,
        }


@dataclass(frozen=True, kw_only=True)
class YesNoOption:
    """A tick box at `price` whole yen."""

    id: str
    label: str
    whmcs_id: int
    whmcs_choice_id: int
    price: int

    def as_config(self) -> dict[str, Any]:
        """Return this option as `Portal_ConfigOptions_JSON__c` holds it."""
        return {
            "id": self.id,
            "label": self.label,
            "kind": "yesno",
            "default": False,
            "price": str(self.price),
            "whmcsOptionId": self.whmcs_id,
        }


Option = ChoiceOption | QuantityOption | YesNoOption


def config_json(options: tuple[Option, ...]) -> str:
    """Return the value of `Portal_ConfigOptions_JSON__c`."""
    config = {"version": CONFIG_VERSION, "options": [option.as_config() for option in options]}
    return json.dumps(config, ensure_ascii=False)


ROUTER = ChoiceOption(
    id="router",
    label="Wi-Fi router",
    whmcs_id=1,
    default="own",
    choices=(
        Choice(id="own", label="I have my own", whmcs_id=1),
        Choice(id="wifi6", label="Wi-Fi 6 rental", whmcs_id=2, price_delta=500),
        Choice(id="wifi7", label="Wi-Fi 7 rental", whmcs_id=3, price_delta=900),
    ),
)
FIXED_IP = QuantityOption(
    id="fixed-ip",
    label="Fixed IPv4 addresses",
    whmcs_id=2,
    whmcs_choice_id=4,
    unit_price=800,
    maximum=4,
)
REMOTE_SUPPORT = YesNoOption(
    id="remote-support",
    label="English remote support",
    whmcs_id=3,
    whmcs_choice_id=5,
    price=400,
)
SPEED_AFTER = ChoiceOption(
    id="speed-after-allowance",
    label="Speed after the allowance",
    whmcs_id=4,
    default="200kbps",
    choices=(
        Choice(id="200kbps", label="200 kbps", whmcs_id=6),
        Choice(id="1mbps", label="1 Mbps", whmcs_id=7, price_delta=300),
    ),
)
CONTENT_FILTER = YesNoOption(
    id="content-filter", label="Content filter", whmcs_id=5, whmcs_choice_id=8, price=200
)
VOICEMAIL = YesNoOption(
    id="voicemail", label="Voice mail", whmcs_id=6, whmcs_choice_id=9, price=300
)
CALL_WAITING = YesNoOption(
    id="call-waiting", label="Call waiting", whmcs_id=7, whmcs_choice_id=10, price=300
)
INTERNATIONAL_CALLS = QuantityOption(
    id="international-credit",
    label="International call credit (¥1,000)",
    whmcs_id=8,
    whmcs_choice_id=11,
    unit_price=1000,
    maximum=5,
)
VPN_DEVICES = QuantityOption(
    id="extra-devices",
    label="Additional devices",
    whmcs_id=9,
    whmcs_choice_id=12,
    unit_price=300,
    maximum=5,
)

INTERNET_OPTIONS: tuple[Option, ...] = (ROUTER, FIXED_IP, REMOTE_SUPPORT)
DATA_OPTIONS: tuple[Option, ...] = (SPEED_AFTER, CONTENT_FILTER)
VOICE_OPTIONS: tuple[Option, ...] = (*DATA_OPTIONS, VOICEMAIL, CALL_WAITING, INTERNATIONAL_CALLS)
VPN_OPTIONS: tuple[Option, ...] = (VPN_DEVICES,)
