"""`Registrations` and the directory in memory; a contract test holds them to DynamoDB's."""

from __future__ import annotations

import dataclasses

from portal.domain.identity import CustomerMapping, customer_number_key
from portal.domain.lease import Lease, LeaseHeld, LeaseLost
from portal.domain.registration import Registration, State
from portal.ports.identity import MappingChanged
from portal.ports.registrations import ClientTaken, Holder, Occupied


class FakeIdentity:
    """`Registrations`, `CustomerDirectory` and `EmailDirectory` over dictionaries."""

    def __init__(self) -> None:
        self.records: dict[str, Registration] = {}
        self.emails: dict[str, Holder] = {}
        self.accounts: dict[str, Holder] = {}
        self.numbers: dict[str, Holder] = {}
        self.clients: dict[int, str] = {}
        self.mappings: dict[str, CustomerMapping] = {}

    def set_language(self, mapping: CustomerMapping, language: str) -> CustomerMapping:
        if mapping.user_id not in self.mappings:
            raise MappingChanged
        changed = dataclasses.replace(mapping, language=language)
        self.mappings[mapping.user_id] = changed
        return changed

    def by_user(self, user_id: str) -> CustomerMapping | None:
        return self.mappings.get(user_id)

    def by_account(self, sf_account_id: str) -> CustomerMapping | None:
        found = (m for m in self.mappings.values() if m.sf_account_id == sf_account_id)
        return next(found, None)

    def user_id_of(self, email: str) -> str | None:
        return next((m.user_id for m in self.mappings.values() if m.email == email), None)

    def get(self, registration_id: str) -> Registration | None:
        return self.records.get(registration_id)

    def of_number(self, customer_number: str) -> Registration | None:
        holder = self.numbers.get(customer_number_key(customer_number))
        return None if holder is None or holder.mapped else self.records[holder.registration_id]

    def reserve(self, registration: Registration) -> None:
        same = self.records.get(registration.id)
        email = self.emails.get(registration.email)
        account = self.accounts.get(registration.sf_account_id)
        number = customer_number_key(registration.customer_number)
        account = account or self.numbers.get(number)
        if same or email or account:
            raise Occupied(same=same, email=email, account=account)
        self.records[registration.id] = registration
        self.emails[registration.email] = Holder(registration.id, mapped=False)
        self.accounts[registration.sf_account_id] = Holder(registration.id, mapped=False)
        self.numbers[number] = Holder(registration.id, mapped=False)

    def claim(self, registration: Registration, *, now: int) -> Registration:
        found = self.records.get(registration.id)
        if found is None or found.state is not State.RESERVED:
            raise LeaseLost
        if found.lease.until > now or found.version != registration.version:
            raise LeaseHeld(max(found.lease.until, now + 1))
        return self._keep(
            dataclasses.replace(
                found,
                lease=registration.lease,
                abandoned_from=registration.abandoned_from,
                first_name=registration.first_name,
                language=registration.language,
                email_differs=registration.email_differs,
                version=found.version + 1,
            )
        )

    def client_sent(self, registration: Registration, at: int | None) -> Registration:
        return self._keep(dataclasses.replace(self._mine(registration), client_sent_at=at))

    def release_lease(self, registration: Registration) -> None:
        mine = self._mine(registration)
        self._keep(dataclasses.replace(mine, lease=Lease(mine.lease.owner, 0)))

    def complete(self, registration: Registration, mapping: CustomerMapping) -> Registration:
        before = self.records.get(registration.id)
        if before is not None and (before.state, before.lease.owner, before.user_id) == (
            State.MAPPED,
            registration.lease.owner,
            mapping.user_id,
        ):
            return before
        mine = self._mine(registration)
        if mapping.user_id in self.mappings:
            raise LeaseLost
        if mapping.whmcs_client_id in self.clients:
            raise ClientTaken
        joined = Holder(registration.id, mapped=True)
        self.emails[mapping.email] = joined
        self.accounts[mapping.sf_account_id] = joined
        self.numbers[customer_number_key(mapping.customer_number)] = joined
        self.clients[mapping.whmcs_client_id] = mapping.user_id
        self.mappings[mapping.user_id] = mapping
        return self._keep(
            dataclasses.replace(
                mine,
                state=State.MAPPED,
                user_id=mapping.user_id,
                whmcs_client_id=mapping.whmcs_client_id,
            )
        )

    def finish(self, registration: Registration, *, at: int) -> None:
        found = self.records[registration.id]
        self._keep(dataclasses.replace(found, state=State.DONE, finished_at=at))

    def release(self, registration: Registration) -> None:
        if registration.id not in self.records:
            return
        self._mine(registration)
        del self.records[registration.id]
        del self.emails[registration.email]
        del self.accounts[registration.sf_account_id]
        del self.numbers[customer_number_key(registration.customer_number)]

    def _mine(self, registration: Registration) -> Registration:
        found = self.records.get(registration.id)
        if (
            found is None
            or found.state is not State.RESERVED
            or found.lease.owner != registration.lease.owner
        ):
            raise LeaseLost
        return found

    def _keep(self, registration: Registration) -> Registration:
        self.records[registration.id] = registration
        return registration
