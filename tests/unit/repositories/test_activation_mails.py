"""When the activation mail of a line was last sent, in the ephemeral table."""

from __future__ import annotations

from portal.repositories.activation_mails import DynamoActivationMails

from tests.fakes.clock import FakeClock
from tests.fakes.serial import TestTable
from tests.unit.repositories.ephemeral_table import clock, module_table, table

__all__ = ["clock", "module_table", "table"]


def test_the_hour_of_a_mail_is_counted_from_the_newest(table: TestTable, clock: FakeClock) -> None:
    mails = DynamoActivationMails(table, clock=clock)
    assert not mails.lately("sub_1")
    mails.sent("sub_1")
    clock.advance(3_000)
    mails.sent("sub_1")
    clock.advance(3_599)
    assert mails.lately("sub_1")
    assert not mails.lately("sub_2")
    clock.advance(1)
    assert not mails.lately("sub_1")  # though TTL has not deleted it yet
    assert len(table.items()) == 1
