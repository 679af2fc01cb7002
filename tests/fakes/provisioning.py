"""Salesforce, WHMCS and an eSIM provider in memory, as far as provisioning touches them.

They keep what was done to them, so that tests can count orders, eSIMs and charges; every call
goes through `Faults`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from portal.domain.activation_code import ActivationCode
from portal.domain.esim import (
    Capabilities,
    ChangeState,
    Line,
    LineState,
    Offer,
    Overview,
    ProfileState,
    Reissue,
    ReissueMode,
    Subscriber,
    TopUp,
    TopUpTrace,
    Trace,
    Usage,
    Validity,
)
from portal.domain.mail import MailJob
from portal.domain.money import Money
from portal.domain.provisioning_order import LoadedOrder, Progress, ProvisionLine, WriteBack
from portal.domain.service_line import ServiceLine
from portal.domain.upstream import Refused, Unavailable
from portal.engine.model import Task
from portal.ports.billing_orders import (
    BillingOption,
    BillingOrder,
    BillingProduct,
    BillingService,
    ClientState,
    ModuleFailed,
    NewBillingOrder,
    NotPending,
    OptionKind,
    OrderState,
    PlacedOrder,
)
from portal.ports.provisioning import Found, OrderConflict, OrderDeleted

from tests.fakes.directory import ACCOUNT_ID
from tests.fakes.faults import Faults

ORDER_ID = "801000000000001AAA"
REF_FIELD = 12
DATA = BillingOption(id=4, name="Data", kind=OptionKind.CHOICE, choices={8: "5 GB", 9: "10 GB"})
DEVICES = BillingOption(id=5, name="Devices", kind=OptionKind.QUANTITY, choices={}, maximum=5)
VOICEMAIL = BillingOption(id=6, name="Voice mail", kind=OptionKind.YES_NO, choices={})
SNAPSHOT = (
    '{"version":1,"selections":[{"kind":"choice","optionId":"data","label":"Data","value":"10gb",'
    '"valueLabel":"10 GB","whmcsOptionId":4,"whmcsChoiceId":9},{"kind":"yesno",'
    '"optionId":"voicemail","label":"Voice mail","value":true,"whmcsOptionId":6}]}'
)


def billing_product(pid: int, **changes: object) -> BillingProduct:
    """A product that is sold monthly, with the reference field."""
    values: dict[str, object] = {
        "pid": pid,
        "ref_field_id": REF_FIELD,
        "allows_quantity": False,
        "cycles": frozenset({"monthly"}),
        "options": {4: DATA, 5: DEVICES, 6: VOICEMAIL},
    }
    return BillingProduct(**{**values, **changes})  # type: ignore[arg-type]  # built by name


def order_line(number: int = 1, **changes: object) -> ProvisionLine:
    """A line of a monthly product without options."""
    values: dict[str, object] = {
        "id": f"802{number:012d}AAA",
        "key": f"line-{number}",
        "quantity": Decimal(1),
        "unit_price": Decimal(1000),
        "billing_cycle": "monthly",
        "sku": f"SKU-{number}",
        "name": f"Product {number}",
        "requires_payment_method": True,
        "whmcs_product_id": 100 + number,
    }
    return ProvisionLine(**{**values, **changes})


def esim_line(number: int = 2, **changes: object) -> ProvisionLine:
    """A line of an eSIM product."""
    settings = '{"version":1,"provider":{"gigs":{"plan":"pln_10gb"}}}'
    return order_line(number, esim_settings=settings, **changes)


class FakeSalesforce:
    """`ProvisioningOrders` over one order."""

    def __init__(self, faults: Faults, order: LoadedOrder | None) -> None:
        self.faults = faults
        self.order = order
        self.progress: list[Progress] = []
        self.written: list[WriteBack] = []
        self.account_name = "Taro Yamada"

    def load(self, order_id: str) -> Found | None:
        return self.faults.call("salesforce", "load", lambda: self._found(order_id))

    def report(self, progress: Progress) -> None:
        self.faults.call("salesforce", "report", lambda: self._report(progress), writes=True)

    def write_back(self, result: WriteBack) -> None:
        self.faults.call("salesforce", "write back", lambda: self._write(result), writes=True)

    def attempt_count(self, order_id: str) -> int | None:
        return self.faults.call(
            "salesforce", "attempt count", lambda: self.order.attempt_count if self.order else None
        )

    def change(self, **fields: object) -> None:
        """A person edits the order."""
        assert self.order is not None
        self.order = self.order.model_copy(update=fields)

    @property
    def status(self) -> str | None:
        """`Provisioning_Status__c` now."""
        return self.order.provisioning_status if self.order else None

    def _found(self, order_id: str) -> Found | None:
        if self.order is None or self.order.id != order_id:
            return None
        return Found(self.order, self.account_name)

    def _report(self, progress: Progress) -> None:
        if self.order is None:
            raise OrderDeleted
        self.progress.append(progress)
        self.change(provisioning_status=str(progress.status), attempt_count=progress.attempt_count)

    def _write(self, result: WriteBack) -> None:
        if self.order is None:
            raise OrderDeleted
        if self.order.whmcs_order_id not in ("", result.whmcs_order_id):
            raise OrderConflict(f"WHMCS_Order_ID__c is {self.order.whmcs_order_id}")
        self.written.append(result)
        self.change(
            provisioning_status="Provisioned",
            whmcs_order_id=result.whmcs_order_id,
            iccids=result.iccids,
            attempt_count=result.attempt_count,
        )


@dataclass
class FakeWhmcs:
    """Products, a client, orders and services of a WHMCS installation."""

    faults: Faults
    clock: Callable[[], float]
    catalogue: dict[int, BillingProduct] = field(default_factory=dict)
    client: ClientState = ClientState.USABLE
    pay_method: bool | None = True
    keeps_fields: bool = True
    keeps_notes: bool = False
    splits_quantities: bool = False
    module_failures: set[int] = field(default_factory=set)
    refusal: Exception | None = None
    all_orders: dict[int, BillingOrder] = field(default_factory=dict)
    all_services: dict[int, BillingService] = field(default_factory=dict)
    placed: list[NewBillingOrder] = field(default_factory=list)
    setups: list[int] = field(default_factory=list)
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(7001))

    def products(self, pids: Sequence[int]) -> Mapping[int, BillingProduct]:
        found = {pid: self.catalogue[pid] for pid in pids if pid in self.catalogue}
        return self.faults.call("whmcs", "GetProducts", lambda: found)

    def state(self, client_id: int) -> ClientState:
        return self.faults.call("whmcs", "GetClientsDetails", lambda: self.client)

    def has_valid_pay_method(self, client_id: int) -> bool | None:
        return self.faults.call("whmcs", "GetPayMethods", lambda: self.pay_method)

    def add(self, order: NewBillingOrder) -> PlacedOrder:
        return self.faults.call("whmcs", "AddOrder", lambda: self._add(order), writes=True)

    def accept(self, order_id: int, *, set_up: bool) -> None:
        self.faults.call(
            "whmcs", "AcceptOrder", lambda: self._accept(order_id, set_up=set_up), writes=True
        )

    def get(self, order_id: int) -> BillingOrder | None:
        return self.faults.call("whmcs", "GetOrders", lambda: self.all_orders.get(order_id))

    def set_up(self, service_id: int) -> None:
        self.faults.call("whmcs", "ModuleCreate", lambda: self._set_up(service_id), writes=True)

    def add_by_hand(self, *pids: int, fields: Mapping[int, str], notes: str = "") -> int:
        """Staff or the customer order something in WHMCS itself."""
        order_id = next(self.numbers)
        self.all_orders[order_id] = BillingOrder(
            id=order_id,
            client_id=42,
            state=OrderState.PENDING,
            notes=notes,
            placed_at=datetime.fromtimestamp(self.clock(), UTC) + timedelta(hours=9),
        )
        for pid in pids:
            self._service(order_id, pid, 1, "monthly", {}, fields)
        return order_id

    def _add(self, order: NewBillingOrder) -> PlacedOrder:
        if self.refusal is not None:
            raise self.refusal
        self.placed.append(order)
        order_id = self.add_by_hand(fields={}, notes=order.notes if self.keeps_notes else "")
        ids: list[int] = []
        for line in order.services:
            fields = {line.ref_field_id: order.ref} if line.ref_field_id else {}
            pieces = line.quantity if self.splits_quantities else 1
            ids += [
                self._service(
                    order_id,
                    line.pid,
                    line.quantity // pieces,
                    line.billing_cycle,
                    line.options,
                    fields if self.keeps_fields else {},
                )
                for _ in range(pieces)
            ]
        return PlacedOrder(order_id, tuple(ids))

    def _service(
        self,
        order_id: int,
        pid: int,
        quantity: int,
        cycle: str,
        options: Mapping[int, int],
        fields: Mapping[int, str],
    ) -> int:
        service_id = next(self.numbers)
        known = self.catalogue[pid].options if pid in self.catalogue else {}
        self.all_services[service_id] = BillingService(
            id=service_id,
            order_id=order_id,
            pid=pid,
            quantity=quantity,
            billing_cycle=cycle,
            active=False,
            status="Pending",
            custom_fields=dict(fields),
            options={
                key: known[key].choices.get(value, str(value)) for key, value in options.items()
            },
            recurring=Decimal(1000) * quantity,
        )
        return service_id

    def _accept(self, order_id: int, *, set_up: bool) -> None:
        order = self.all_orders.get(order_id)
        if order is None or order.state is not OrderState.PENDING:
            raise NotPending
        failed = False
        for service in self.services_of(order_id):
            if set_up and service.pid in self.module_failures:
                failed = True
                continue
            self._activate(service)
        if failed:
            raise ModuleFailed("the server said no")
        self.all_orders[order_id] = replace(order, state=OrderState.ACTIVE)

    def _set_up(self, service_id: int) -> None:
        service = self.all_services[service_id]
        if service.pid in self.module_failures:
            raise ModuleFailed("the server said no")
        self._activate(service)

    def _activate(self, service: BillingService) -> None:
        if not service.active:
            self.setups.append(service.id)
        self.all_services[service.id] = replace(service, active=True, status="Active")

    def services_of(self, order_id: int) -> list[BillingService]:
        """The services of an order."""
        return [s for s in self.all_services.values() if s.order_id == order_id]

    def ours(self, ref: str = ORDER_ID) -> list[BillingOrder]:
        """The orders with our reference: there must never be two."""
        marked = {s.order_id for s in self.all_services.values() if s.carries(ref)}
        return [self.all_orders[order_id] for order_id in sorted(marked)]


class FakeWhmcsOrders:
    """`BillingOrders` of the same WHMCS (both ports have an `of_client`)."""

    def __init__(self, whmcs: FakeWhmcs) -> None:
        self._whmcs = whmcs
        self.add, self.accept, self.get = whmcs.add, whmcs.accept, whmcs.get

    def of_client(self, client_id: int) -> Sequence[BillingOrder]:
        whmcs = self._whmcs
        return whmcs.faults.call("whmcs", "GetOrders", lambda: list(whmcs.all_orders.values()))


class FakeWhmcsServices:
    """`BillingServices` of the same WHMCS."""

    def __init__(self, whmcs: FakeWhmcs) -> None:
        self._whmcs = whmcs
        self.set_up = whmcs.set_up

    def of_client(self, client_id: int) -> Sequence[BillingService]:
        whmcs = self._whmcs
        return whmcs.faults.call(
            "whmcs", "GetClientsProducts", lambda: list(whmcs.all_services.values())
        )


ESIM_GIGABYTES = 10
ESIM_OFFER = Offer(
    offer_id="add_1gb",
    name="1 GB",
    data_bytes=10**9,
    validity=Validity("day", 30),
    cost=Money.of(500, "JPY"),
)


@dataclass
class FakeEsim:
    """`EsimProvider` with native idempotency, pending until `polls` looks have been had."""

    faults: Faults
    polls: int = 1
    ends: bool = False
    lines: dict[str, Line] = field(default_factory=dict)
    by_ref: dict[str, str] = field(default_factory=dict)
    looks: dict[str, int] = field(default_factory=dict)
    subscribers: list[Subscriber] = field(default_factory=list)
    ordered: list[tuple[str, str, str]] = field(default_factory=list)
    reissues: dict[str, Reissue] = field(default_factory=dict)
    top_ups: dict[str, tuple[str, str]] = field(default_factory=dict)
    used: dict[str, int] = field(default_factory=dict)
    profiles: dict[str, ProfileState] = field(default_factory=dict)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            provider="gigs",
            reissue=ReissueMode.SAME_LINE,
            top_up=True,
            asynchronous=True,
            idempotency="native",
            idempotency_ttl=timedelta(hours=24),
            top_up_idempotency="native",
            max_ref_length=255,
            needs_subscriber=True,
            needs_eid=False,
            activation_codes=True,
            batch_size=2,
        )

    def subscribe(self, subscriber: Subscriber) -> str:
        def make() -> str:
            if subscriber.email not in {known.email for known in self.subscribers}:
                self.subscribers.append(subscriber)
            return "usr_1"

        return self.faults.call("esim", "subscribe", make, writes=True)

    def activate(self, *, ref: str, plan: str, subscriber_id: str, eid: str | None = None) -> Line:
        self.ordered.append((ref, plan, subscriber_id))
        return self.faults.call("esim", "activate", lambda: self._activate(ref, plan), writes=True)

    def find(
        self,
        *,
        subscriber_id: str,
        refs: Sequence[str],
        since: datetime | None = None,
        known: Mapping[str, str] | None = None,
        eids: Mapping[str, str] | None = None,
    ) -> Mapping[str, Line]:
        return self.faults.call("esim", "find", lambda: self._find(refs))

    def get_line(self, line_id: str) -> Line:
        return self.faults.call("esim", "get line", lambda: self._look(line_id))

    def activation_code(self, line_id: str, *, line: Line | None = None) -> ActivationCode:
        if self._line(line_id).iccid is None:
            raise Unavailable("esim", "activation code", "none yet", code="not-ready")
        changes = sum(change.line_id == line_id for change in self.reissues.values())
        return ActivationCode("smdp.example.com", f"CODE-{line_id.replace('_', '-')}-{changes}")

    def reissue(
        self, *, ref: str, line_id: str, plan: str, subscriber_id: str, eid: str | None = None
    ) -> Reissue:
        return self.faults.call("esim", "reissue", lambda: self._reissue(ref, line_id), writes=True)

    def find_reissue(self, trace: Trace) -> Reissue | None:
        return self.faults.call("esim", "find reissue", lambda: self.reissues.get(trace.ref))

    def end_line(self, line_id: str, *, installed: bool = False) -> None:
        self.faults.call("esim", "end line", lambda: self._end(line_id), writes=True)

    def offers(self, plan: str) -> Sequence[Offer]:
        return self.faults.call("esim", "offers", lambda: [ESIM_OFFER])

    def top_up(self, *, ref: str, line_id: str, offer_id: str) -> TopUp:
        return self.faults.call(
            "esim", "top up", lambda: self._top_up(ref, line_id, offer_id), writes=True
        )

    def find_top_up(self, trace: TopUpTrace) -> TopUp | None:
        done = TopUp(state=ChangeState.DONE, top_up_id=trace.ref)
        return self.faults.call(
            "esim", "find top up", lambda: done if trace.ref in self.top_ups else None
        )

    def usage(self, line_ids: Sequence[str]) -> Mapping[str, Usage]:
        self.capabilities.check_batch(line_ids)
        return self.faults.call(
            "esim", "usage", lambda: {line_id: self._usage(line_id) for line_id in line_ids}
        )

    def overview(self, line_ids: Sequence[str], *, subscriber_id: str) -> Mapping[str, Overview]:
        def told() -> Mapping[str, Overview]:
            return {
                line_id: Overview(state=self.lines[line_id].state, usage=self._usage(line_id))
                for line_id in line_ids
                if line_id in self.lines
            }

        return self.faults.call("esim", "overview", told)

    def profile_state(self, line: Line) -> ProfileState:
        return self.faults.call(
            "esim", "profile", lambda: self.profiles.get(line.line_id, ProfileState.RELEASED)
        )

    def _activate(self, ref: str, plan: str) -> Line:
        if not plan:
            raise Refused("esim", "activate", "no such plan")
        if ref not in self.by_ref:
            line_id = f"sub_{len(self.lines) + 1}"
            self.by_ref[ref] = line_id
            state = LineState.PENDING if self.polls else LineState.ACTIVE
            iccid = None if self.polls else _iccid(line_id)
            self.lines[line_id] = Line(line_id=line_id, state=state, ref=ref, iccid=iccid)
        return self.lines[self.by_ref[ref]]

    def _find(self, refs: Sequence[str]) -> dict[str, Line]:
        return {ref: self._look(self.by_ref[ref]) for ref in refs if ref in self.by_ref}

    def _line(self, line_id: str) -> Line:
        if line_id not in self.lines:
            raise Refused("esim", "get line", "no such line")
        return self.lines[line_id]

    def _reissue(self, ref: str, line_id: str) -> Reissue:
        line = self._line(line_id)
        if line.state is LineState.ENDED:
            raise Refused("esim", "reissue", "the line has ended")
        if ref not in self.reissues:
            number = len(self.reissues) + 1
            iccid = f"8982{number:0>15}"
            self.lines[line_id] = replace(line, iccid=iccid)
            self.reissues[ref] = Reissue(
                reissue_id=f"sch_{number}", state=ChangeState.DONE, line_id=line_id, iccid=iccid
            )
        return replace(self.reissues[ref], state=ChangeState.PENDING)

    def _end(self, line_id: str) -> None:
        self.lines[line_id] = replace(self._line(line_id), state=LineState.ENDED)

    def _top_up(self, ref: str, line_id: str, offer_id: str) -> TopUp:
        if offer_id != ESIM_OFFER.offer_id or self._line(line_id).state is LineState.ENDED:
            raise Refused("esim", "top up", "no such offer for this line")
        self.top_ups.setdefault(ref, (line_id, offer_id))
        return TopUp(state=ChangeState.PENDING, top_up_id=ref)

    def _usage(self, line_id: str) -> Usage:
        bought = sum(topped == line_id for topped, _ in self.top_ups.values())
        total = ESIM_GIGABYTES * 10**9 + bought * (ESIM_OFFER.data_bytes or 0)
        return Usage(used=self.used.get(line_id, 0), limit=total)

    def _look(self, line_id: str) -> Line:
        line = self._line(line_id)
        self.looks[line_id] = self.looks.get(line_id, 0) + 1
        if line.state is LineState.PENDING and self.looks[line_id] >= self.polls:
            state = LineState.ENDED if self.ends else LineState.ACTIVE
            line = replace(line, state=state, iccid=None if self.ends else _iccid(line_id))
            self.lines[line_id] = line
        return line

    def active(self) -> list[Line]:
        """What the customer pays for."""
        return [line for line in self.lines.values() if line.state is not LineState.ENDED]


def _iccid(line_id: str) -> str:
    return f"8981{line_id.removeprefix('sub_'):0>15}"


class FakeClaims:
    """`Claims` over a dict."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.owners: dict[str, str] = {}

    def claim(self, thing: str, job_id: str) -> str:
        return self.faults.call("dynamodb", "claim", lambda: self.owners.setdefault(thing, job_id))


class FakeSubscribers:
    """`Subscribers` over a dict."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.known: dict[tuple[str, str], str] = {}

    def find(self, provider: str, user_id: str) -> str | None:
        return self.faults.call(
            "dynamodb", "find subscriber", lambda: self.known.get((provider, user_id))
        )

    def remember(self, provider: str, user_id: str, subscriber_id: str) -> None:
        def keep() -> None:
            self.known[provider, user_id] = subscriber_id

        self.faults.call("dynamodb", "remember subscriber", keep)


class FaultyMailQueue:
    """`MailQueue`: what was put, however often."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.jobs: list[MailJob] = []

    def put(self, jobs: Sequence[MailJob]) -> None:
        self.faults.call("mail", "put", lambda: self.jobs.extend(jobs), writes=True)


class FakeEsimWaits:
    """`EsimWaits` over a dict."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.tasks: dict[tuple[str, str], Task] = {}

    def wait(self, provider: str, line_ids: Sequence[str], task: Task) -> None:
        def keep() -> None:
            self.tasks.update({(provider, line_id): task for line_id in line_ids})

        self.faults.call("dynamodb", "wait", keep)

    def who_waits(self, provider: str, line_id: str) -> Task | None:
        return self.tasks.get((provider, line_id))


class FakeServiceLines:
    """`ServiceLines` over a dict."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.lines: dict[int, ServiceLine] = {}

    def remember(self, lines: Sequence[ServiceLine]) -> None:
        def keep() -> None:
            self.lines.update({line.service_id: line for line in lines})

        self.faults.call("dynamodb", "remember services", keep)

    def of_service(self, service_id: int) -> ServiceLine | None:
        return self.faults.call("dynamodb", "find service", lambda: self.lines.get(service_id))

    def of_services(self, service_ids: Sequence[int]) -> Mapping[int, ServiceLine]:
        def found() -> Mapping[int, ServiceLine]:
            return {number: line for number, line in self.lines.items() if number in service_ids}

        return self.faults.call("dynamodb", "find services", found)


def loaded_order(*lines: ProvisionLine, **changes: object) -> LoadedOrder:
    """An order that is ready to be provisioned."""
    values: dict[str, object] = {
        "id": ORDER_ID,
        "number": "00000101",
        "status": "Activated",
        "account_id": ACCOUNT_ID,
        "provisioning_status": "Not Started",
        "activation_type": "Immediate",
        "lines": lines or (order_line(1), esim_line(2)),
    }
    return LoadedOrder(**{**values, **changes})
