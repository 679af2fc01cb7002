"""From order lines to what is ordered in WHMCS: one unit is one line of AddOrder.

An eSIM is always a unit of its own, whatever the line's quantity: one line, one SIM, one WHMCS
service. Other products are one unit with a quantity where WHMCS allows that, else one unit each.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence

from portal.domain.billing_cycles import normal_cycle
from portal.domain.esim import read_settings
from portal.domain.order_options import OrderOptions
from portal.domain.provisioning import LoadedOrder, OrderLine
from portal.engine.failures import StopWorkflow
from portal.ports.billing_orders import BillingOption, BillingProduct, OptionKind
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

# Six fields a line in one form; PHP drops what is beyond a thousand (max_input_vars).
MOST_UNITS = 160


class Unit(BaseModel):
    """One line of AddOrder.

    `key` is `<line key>:<number>`; `shown` is how WHMCS shows the options when they were
    understood; `esim_plan` is the provider's plan for an eSIM.
    """

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)

    key: str
    line_id: str
    name: str
    pid: int
    quantity: int
    cycle: str
    options: dict[int, int]
    shown: dict[int, str]
    ref_field_id: int | None = None
    esim_plan: str | None = None


def product_ids(order: LoadedOrder) -> list[int]:
    """The WHMCS products of an order. Raises StopWorkflow when a line has none."""
    if not order.lines:
        raise StopWorkflow("order-empty", f"Order {order.number} has no lines.")
    missing = [line.name or line.id for line in order.lines if not line.whmcs_product_id]
    if missing:
        raise StopWorkflow("product-not-mapped", f"Not mapped: {', '.join(missing)}.")
    return sorted({line.whmcs_product_id for line in order.lines if line.whmcs_product_id})


def make_plan(
    order: LoadedOrder, products: Mapping[int, BillingProduct], provider: str
) -> list[Unit]:
    """All units, checked against what WHMCS has: it takes a wrong id for a default, silently.

    Raises StopWorkflow.
    """
    units = [unit for line in order.lines for unit in _units(line, products, provider)]
    if len(units) > MOST_UNITS:
        raise StopWorkflow("order-too-large", f"It would be {len(units)} services.")
    if all(unit.ref_field_id is None for unit in units):
        raise StopWorkflow(
            "product-not-prepared", "None of the products has the field Portal Order Ref."
        )
    return units


def fingerprint(units: Sequence[Unit], client_id: int) -> str:
    """Changes when something else would be ordered, or for somebody else."""
    essence = [
        (
            unit.key,
            unit.pid,
            unit.quantity,
            unit.cycle,
            sorted(unit.options.items()),
            unit.esim_plan,
        )
        for unit in units
    ]
    return hashlib.sha256(json.dumps([client_id, sorted(essence, key=str)]).encode()).hexdigest()[
        :32
    ]


def _units(
    line: OrderLine, products: Mapping[int, BillingProduct], provider: str
) -> Iterator[Unit]:
    product = products.get(line.whmcs_product_id or 0)
    if product is None:
        raise StopWorkflow(
            "product-unknown", f"WHMCS product {line.whmcs_product_id} of {line.name} is not there."
        )
    count, plan = _quantity(line), _esim_plan(line, provider)
    options = _options(line, product)
    together = plan is None and (product.allows_quantity or count == 1)
    for number in range(1, 2 if together else count + 1):
        yield Unit(
            key=f"{line.key}:{number}",
            line_id=line.id,
            name=line.name,
            pid=product.pid,
            quantity=count if together else 1,
            cycle=_cycle(line, product),
            options=options,
            shown={key: _shown(product.options[key], value) for key, value in options.items()},
            ref_field_id=product.ref_field_id,
            esim_plan=plan,
        )


def _quantity(line: OrderLine) -> int:
    if line.quantity < 1 or line.quantity != line.quantity.to_integral_value():
        raise StopWorkflow("quantity-invalid", f"{line.name} has the quantity {line.quantity}.")
    return int(line.quantity)


def _esim_plan(line: OrderLine, provider: str) -> str | None:
    try:
        settings = read_settings(line.esim_settings)
    except ValueError:
        raise _bad_settings(line, "cannot be read") from None
    if settings is None:
        return None
    plan = settings.plan(provider)
    if plan is None:
        raise _bad_settings(line, f"have no plan for {provider}")
    return plan


def _bad_settings(line: OrderLine, what: str) -> StopWorkflow:
    return StopWorkflow("esim-settings-invalid", f"The eSIM settings of {line.name} {what}.")


def _cycle(line: OrderLine, product: BillingProduct) -> str:
    wanted = normal_cycle(line.billing_cycle)
    if not wanted and len(product.cycles) == 1:
        return next(iter(product.cycles))
    # Without one WHMCS would choose, and `verify` could not tell whether that was meant.
    if not wanted or (product.cycles and wanted not in product.cycles):
        offered = ", ".join(sorted(product.cycles)) or "none to offer"
        raise StopWorkflow(
            "billing-cycle-unavailable",
            f"{line.name} is ordered {wanted or 'without a cycle'}; WHMCS has {offered}.",
        )
    return wanted


def _options(line: OrderLine, product: BillingProduct) -> dict[int, int]:
    text = (line.options_json or "").strip()
    try:
        chosen = OrderOptions.model_validate_json(text) if text else OrderOptions()
    except ValueError:
        raise _bad_options(line, "cannot be read") from None
    values = chosen.pairs()
    for option_id, value in values.items():
        if not _fits(product.options.get(option_id), value):
            raise _bad_options(line, f"choose {value} for option {option_id}")
    return values


def _fits(option: BillingOption | None, value: int) -> bool:
    if option is None:
        return False
    if option.kind is OptionKind.CHOICE:
        return value in option.choices
    if option.kind is OptionKind.YES_NO:
        return value == 1
    return value >= option.minimum and (not option.maximum or value <= option.maximum)


def _bad_options(line: OrderLine, what: str) -> StopWorkflow:
    return StopWorkflow("options-invalid", f"The options of {line.name} {what}.")


def _shown(option: BillingOption, value: int) -> str:
    return option.choices[value] if option.kind is OptionKind.CHOICE else str(value)
