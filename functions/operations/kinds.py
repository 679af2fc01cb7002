"""The texts of each kind of operation."""

from __future__ import annotations

from collections.abc import Mapping

from portal.workflow_kinds import REISSUE, TOPUP

from functions.operations.reissue import words as reissue
from functions.operations.topup import words as topup
from functions.operations.words import OperationWords

WORDS: Mapping[str, OperationWords] = {
    TOPUP.name: topup.WORDS,
    REISSUE.name: reissue.WORDS,
}
