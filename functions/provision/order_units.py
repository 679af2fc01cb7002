"""Plans the units of an order. One unit is one line of AddOrder.

Each eSIM is a unit of its own, whatever the line's quantity, because each line at the provider
needs a SIM and a WHMCS service. Other products are one unit with a quantity where WHMCS allows
it, else one unit per piece.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

from portal.domain.billing_cycles import normal_cycle
from portal.domain.esim import read_settings
from portal.domain.order_options import OrderOptions
from portal.domain.provisioning_order import LoadedOrder, ProvisionLine
from portal.engine.failures import StopWorkflow
from portal.ports.billing_orders import BillingOption, BillingProduct, OptionKind

from functions.provision.option_labels import kept
from functions.provision.records import PlannedLine, Unit

# AddOrder has six fields per line, and PHP drops fields beyond a thousand (max_input_vars).
MOST_UNITS = 160


def product_ids(order: LoadedOrder) -> list[int]:
    """Return the WHMCS product ids of an order. Raises StopWorkflow when a line has none."""
    if not order.lines:
        raise StopWorkflow("order-empty", f"Order {order.number} has no lines.")
    missing = [line.name or line.id for line in order.lines if not line.whmcs_product_id]
    if missing:
        raise StopWorkflow("product-not-mapped", f"Not mapped: {', '.join(missing)}.")
    return sorted({line.whmcs_product_id for line in order.lines if line.whmcs_product_id})


def planned_lines(
    order: LoadedOrder, products: Mapping[int, BillingProduct], provider: str
) -> tuple[PlannedLine, ...]:
    """Return all lines, checked against the products of WHMCS. Raises StopWorkflow.

    The check is needed because WHMCS silently replaces a wrong id by a default.
    """
    lines = tuple(_planned(line, products, provider) for line in order.lines)
    count = sum(1 if line.together else line.quantity for line in lines)
    if count > MOST_UNITS:
        raise StopWorkflow("order-too-large", f"It would be {count} services.")
    if all(line.ref_field_id is None for line in lines):
        raise StopWorkflow(
            "product-not-prepared", "None of the products has the field Portal Order Ref."
        )
    return lines


def fingerprint(units: Sequence[Unit], client_id: int) -> str:
    """Return a fingerprint that changes when the ordered units or the client change."""
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
    text = json.dumps([client_id, sorted(essence, key=str)])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _planned(
    line: ProvisionLine, products: Mapping[int, BillingProduct], provider: str
) -> PlannedLine:
    product = products.get(line.whmcs_product_id or 0)
    if product is None:
        raise StopWorkflow(
            "product-unknown", f"WHMCS product {line.whmcs_product_id} of {line.name} is not there."
        )
    count, plan = _quantity(line), _esim_plan(line, provider)
    options = _options(line, product)
    return PlannedLine(
        id=line.id,
        key=line.key,
        name=line.name,
        quantity=count,
        pid=product.pid,
        cycle=_cycle(line, product),
        unit_price=line.unit_price,
        together=plan is None and (product.allows_quantity or count == 1),
        options=options,
        shown={key: kept(_shown(product.options[key], value)) for key, value in options.items()},
        ref_field_id=product.ref_field_id,
        esim_plan=plan,
    )


def _quantity(line: ProvisionLine) -> int:
    if line.quantity < 1 or line.quantity != line.quantity.to_integral_value():
        raise StopWorkflow("quantity-invalid", f"{line.name} has the quantity {line.quantity}.")
    return int(line.quantity)


def _esim_plan(line: ProvisionLine, provider: str) -> str | None:
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


def _bad_settings(line: ProvisionLine, what: str) -> StopWorkflow:
    return StopWorkflow("esim-settings-invalid", f"The eSIM settings of {line.name} {what}.")


def _cycle(line: ProvisionLine, product: BillingProduct) -> str:
    wanted = normal_cycle(line.billing_cycle)
    if not wanted and len(product.cycles) == 1:
        return next(iter(product.cycles))
    # Without a cycle, WHMCS would choose one that `verify` could not check.
    if not wanted or (product.cycles and wanted not in product.cycles):
        offered = ", ".join(sorted(product.cycles)) or "none to offer"
        raise StopWorkflow(
            "billing-cycle-unavailable",
            f"{line.name} is ordered {wanted or 'without a cycle'}; WHMCS has {offered}.",
        )
    return wanted


def _options(line: ProvisionLine, product: BillingProduct) -> dict[int, int]:
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


def _bad_options(line: ProvisionLine, what: str) -> StopWorkflow:
    return StopWorkflow("options-invalid", f"The options of {line.name} {what}.")


def _shown(option: BillingOption, value: int) -> str:
    return option.choices[value] if option.kind is OptionKind.CHOICE else str(value)
