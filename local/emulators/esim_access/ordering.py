"""`esim/order` and `esim/query`.

Documented: at most 30 eSIMs an order, prices verified when they are sent, a transactionId that was
seen is the same request, 200010 until every profile of the order is allocated, the filters and
the pager. Assumed: a transactionId with another content is the same request, too; an order whose
allocation failed answers 200009; a time range lists allocated profiles only, by the time of their
allocation, oldest first; without a filter a parameter is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from local.emulators.esim_access import errors, rendering
from local.emulators.esim_access.core import Core
from local.emulators.esim_access.errors import ApiError
from local.emulators.esim_access.inputs import MOST_ESIMS, PackageInfo, PlaceOrder, Query
from local.emulators.esim_access.lifecycle import Lifecycle
from local.emulators.esim_access.records import DAY_PASS, Bought, Order, Profile


def place(core: Core, wanted: PlaceOrder) -> dict[str, Any]:
    """`esim/order`."""
    known = _same_request(core, wanted.transaction_id)
    if known is not None:
        return _placed(known)
    core.refuse_if_switched()
    items = [item for info in wanted.package_info_list for item in _items(core, info)]
    if len(items) > MOST_ESIMS:
        raise ApiError(errors.ORDER_PARAMETERS, f"At most {MOST_ESIMS} eSIMs.")
    amount = sum(item.price for item in items)
    if wanted.amount is not None and wanted.amount != amount:
        raise ApiError(errors.AMOUNT)
    left = _stock_after(core, items)
    core.pay(amount)
    core.account.stock.update(left)
    order = Order(
        order_no=f"B{core.new_number()}",
        transaction_id=wanted.transaction_id,
        created_at=core.now(),
        items=items,
        due=core.due(),
    )
    core.account.orders[order.order_no] = order
    return _placed(order)


def query(core: Core, wanted: Query) -> dict[str, Any]:
    """`esim/query`; a query by order number counts as a poll."""
    found = _found(core, wanted)
    size, number = wanted.pager.page_size, wanted.pager.page_num
    start = size * (number - 1)
    return {
        "esimList": [rendering.profile(profile) for profile in found[start : start + size]],
        "pager": {"pageSize": size, "pageNum": number, "total": len(found)},
    }


def _same_request(core: Core, transaction_id: str) -> Order | None:
    seconds = core.switches().transaction_memory_seconds
    for order in reversed(core.account.orders.values()):
        if order.transaction_id != transaction_id:
            continue
        age = core.now() - order.created_at
        return order if seconds is None or age <= timedelta(seconds=seconds) else None
    return None


def _placed(order: Order) -> dict[str, Any]:
    return {"orderNo": order.order_no, "transactionId": order.transaction_id}


def _items(core: Core, info: PackageInfo) -> list[Bought]:
    package = core.account.package(info.package_code)
    if package is None or package.is_top_up:
        raise ApiError(errors.PACKAGE_CODE)
    if (info.period_num is not None) != (package.data_type == DAY_PASS):
        raise ApiError(errors.ORDER_PARAMETERS, "periodNum goes with day passes.")
    item = Bought(package, core.now(), info.period_num)
    if info.price is not None and info.price != package.price:
        raise ApiError(errors.PRICE)
    return [item] * info.count


def _stock_after(core: Core, items: Sequence[Bought]) -> dict[str, int]:
    left = dict(core.account.stock)
    for item in items:
        code = item.package.package_code
        if code in left:
            left[code] -= 1
            if left[code] < 0:
                raise ApiError(errors.OUT_OF_STOCK)
    return left


def _found(core: Core, wanted: Query) -> list[Profile]:
    if wanted.order_no is not None:
        return _of_order(core, wanted.order_no)
    if wanted.esim_tran_no is not None or wanted.iccid is not None:
        try:
            return [core.profile(esim_tran_no=wanted.esim_tran_no, iccid=wanted.iccid)]
        except ApiError:
            if core.switches().unknown_line == "empty":
                return []
            raise
    if wanted.start_time is None or wanted.end_time is None:
        raise ApiError(errors.PARAMETER_MISSING, "(orderNo, esimTranNo, iccid or a time range)")
    start, end = _moment(wanted.start_time), _moment(wanted.end_time)
    return [p for p in core.account.profiles.values() if start <= p.created_at <= end]


def _of_order(core: Core, order_no: str) -> list[Profile]:
    order = core.account.orders.get(order_no)
    if order is None:
        raise ApiError(errors.ORDER_NUMBER)
    order.due.polls_left -= 1
    Lifecycle(core).settle()
    if order.status == "GETTING_RESOURCE":
        raise ApiError(errors.ALLOCATING)
    if order.status == "CANCEL":
        raise ApiError(errors.ABNORMAL_STATUS)
    return [core.account.profiles[number] for number in order.profiles]


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ApiError(errors.JSON, "(startTime, endTime)") from error
    if moment.tzinfo is None:
        raise ApiError(errors.JSON, "(startTime and endTime need an offset from UTC)")
    return moment
