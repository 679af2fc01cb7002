"""Three-valued logic: None is unknown, as of `NULL < 1`."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from local.emulators.salesforce.store import Record

Truth = bool | None
Predicate = Callable[[Record], Truth]


def negate(predicate: Predicate) -> Predicate:
    """NOT: the unknown stays unknown."""

    def apply(record: Record) -> Truth:
        truth = predicate(record)
        return None if truth is None else not truth

    return apply


def conjoin(predicates: Iterable[Predicate]) -> Predicate:
    """AND: one false decides, else one unknown."""
    return _decided_by(False, tuple(predicates))


def disjoin(predicates: Iterable[Predicate]) -> Predicate:
    """OR: one true decides, else one unknown."""
    return _decided_by(True, tuple(predicates))


def _decided_by(decisive: bool, predicates: tuple[Predicate, ...]) -> Predicate:
    def apply(record: Record) -> Truth:
        result: Truth = not decisive
        for predicate in predicates:
            truth = predicate(record)
            if truth is decisive:
                return decisive
            if truth is None:
                result = None
        return result

    return apply
