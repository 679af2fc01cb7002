"""A card dies at midnight of the reseller, wherever the Lambda is."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

import pytest
from portal import config, factories
from portal.billing.payment_gate import PaymentGate
from portal.domain.payment import PayMethod, PayMethodKind, end_of_month

from tests.fakes.billing import CLIENT_ID, FakePayMethods, FakeYesStore

CARD = PayMethod(PayMethodKind.CARD, "Visa", "4242", end_of_month(2026, 11))


def gate_at(moment: datetime, zone: str, monkeypatch: pytest.MonkeyPatch) -> PaymentGate:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]  # one moment
            return moment.astimezone(tz)

    monkeypatch.setattr(factories, "datetime", Clock)
    settings = config.TimeZoneConfig(stage="test", portal_time_zone=zone)
    return PaymentGate(FakePayMethods(CARD), FakeYesStore(), factories.today(settings))


@pytest.mark.parametrize(
    ("zone", "moment", "works"),
    [
        ("Asia/Tokyo", datetime(2026, 11, 30, 14, 59, 59, tzinfo=UTC), True),
        ("Asia/Tokyo", datetime(2026, 11, 30, 15, 0, 0, tzinfo=UTC), False),
        ("UTC", datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC), True),
        ("America/New_York", datetime(2026, 12, 1, 4, 59, 59, tzinfo=UTC), True),
        ("America/New_York", datetime(2026, 12, 1, 5, 0, 0, tzinfo=UTC), False),
    ],
)
def test_the_last_day_is_the_resellers(
    zone: str, moment: datetime, works: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert gate_at(moment, zone, monkeypatch).can_pay(CLIENT_ID) is works
