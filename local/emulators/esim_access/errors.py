"""The documented error codes, and the error that ends a request.

Documented: codes and their meaning. The texts are the emulator's.
"""

from __future__ import annotations

SERVER_ERROR = "000001"
HEADER_MISSING = "000101"
HEADER_FORMAT = "000102"
METHOD = "000103"
JSON = "000104"
PARAMETER_MISSING = "000105"
PARAMETER_NULL = "000106"
PARAMETER_LENGTH = "000107"
TIMESTAMP = "101001"
IP_BLOCKED = "101002"
SIGNATURE = "101003"
NOT_IN_THIS_STATUS = "200002"
PRICE = "200005"
AMOUNT = "200006"
BALANCE = "200007"
ORDER_PARAMETERS = "200008"
ABNORMAL_STATUS = "200009"
ALLOCATING = "200010"
OUT_OF_STOCK = "200011"
PACKAGE_CODE = "310241"
PACKAGE = "310243"
ORDER_NUMBER = "310272"
ICCID = "310403"
BUSY = "900001"

MESSAGES = {
    SERVER_ERROR: "The server failed.",
    HEADER_MISSING: "A mandatory request header is missing.",
    HEADER_FORMAT: "A request header has the wrong format.",
    METHOD: "This request method is not supported.",
    JSON: "The request is no valid JSON.",
    PARAMETER_MISSING: "A mandatory parameter is missing.",
    PARAMETER_NULL: "A mandatory parameter is null.",
    PARAMETER_LENGTH: "The length of a parameter is not allowed.",
    TIMESTAMP: "The timestamp of the request has expired.",
    IP_BLOCKED: "This IP address is blocked.",
    SIGNATURE: "The signature of the request does not match.",
    NOT_IN_THIS_STATUS: "The status of the order does not allow this operation.",
    PRICE: "The price of the package is wrong.",
    AMOUNT: "The total amount of the order is wrong.",
    BALANCE: "The balance of the account is insufficient.",
    ORDER_PARAMETERS: "The parameters of the order are wrong.",
    ABNORMAL_STATUS: "The status of the order is abnormal.",
    ALLOCATING: "The profiles of the order are still being allocated.",
    OUT_OF_STOCK: "There are not enough profiles for the package.",
    "310201": "The bundle does not exist.",
    "310211": "The location does not exist.",
    "310221": "The currency does not exist.",
    "310231": "The carrier does not exist.",
    PACKAGE_CODE: "The packageCode does not exist.",
    PACKAGE: "The package does not exist.",
    "310251": "The vendor does not exist.",
    ORDER_NUMBER: "The orderNo does not exist.",
    ICCID: "The ICCID does not exist in the order.",
    BUSY: "The system is busy, try again later.",
}


class ApiError(Exception):
    """Ends the handling of a request with a failure envelope; `code` is a key of `MESSAGES`."""

    def __init__(self, code: str, detail: str = "") -> None:
        self.code = code
        self.message = f"{MESSAGES[code]} {detail}".strip()
        super().__init__(self.message)
