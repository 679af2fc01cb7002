"""Answers of DynamoDB that are lost on their way, so that botocore sends the request again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ConnectionClosedError

WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"})


class LostAnswers:
    """Loses the first answer to every write of a moto client while `once` is in force.

    `lost` names the operations whose answer was lost.
    """

    def __init__(self, client: Any) -> None:
        self.lost: list[str] = []
        self._losing = False
        self._struck: set[str] = set()
        # moto answers in a handler of the same event, which is called before this one.
        client.meta.events.register_last("before-send", self._lose)

    @contextmanager
    def once(self) -> Iterator[None]:
        """Every write in this block takes effect before its first answer is lost."""
        self._losing = True
        try:
            yield
        finally:
            self._losing = False

    def _lose(self, request: Any, **_: Any) -> None:
        name = _text(request.headers["X-Amz-Target"]).rpartition(".")[2]
        call = _text(request.headers["amz-sdk-invocation-id"])  # the same for all tries of a call
        if self._losing and name in WRITES and call not in self._struck:
            self._struck.add(call)
            self.lost.append(name)
            raise ConnectionClosedError(endpoint_url=request.url)


def _text(header: str | bytes) -> str:
    return header.decode() if isinstance(header, bytes) else header
