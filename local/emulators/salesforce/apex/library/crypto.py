"""Blob, Crypto, EncodingUtil and UUID (Apex Reference Guide)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import uuid
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

from local.emulators.salesforce.apex.errors import Unsupported
from local.emulators.salesforce.apex.library.registry import PlatformType
from local.emulators.salesforce.apex.values import INTEGER_RANGE, Blob, PlatformObject

if TYPE_CHECKING:
    from local.emulators.salesforce.apex.machine import Machine

BLOB = PlatformType("Blob")
CRYPTO = PlatformType("Crypto")
ENCODING = PlatformType("EncodingUtil")
UUID = PlatformType("UUID")


class Uuid(PlatformObject):
    """A random UUID."""

    type_name = "UUID"

    def __init__(self) -> None:
        self.text = str(uuid.uuid4())


@BLOB.static("valueOf(String)")
def _blob_value_of(_: Machine, text: str) -> Blob:
    return Blob(text.encode())


@BLOB.method("toString()")
def _blob_to_string(machine: Machine, value: Blob) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        machine.throw("StringException", "BLOB is not a valid UTF-8 string")


@BLOB.method("size()")
def _blob_size(_: Machine, value: Blob) -> int:
    return len(value)


@CRYPTO.static("generateDigest(String, Blob)")
def _generate_digest(_: Machine, algorithm: str, value: Blob) -> Blob:
    if algorithm.upper() != "SHA-256":
        raise Unsupported(f"Crypto.generateDigest with {algorithm}")
    return Blob(hashlib.sha256(value).digest())


@CRYPTO.static("generateMac(String, Blob, Blob)")
def _generate_mac(_: Machine, algorithm: str, value: Blob, key: Blob) -> Blob:
    if algorithm.lower() != "hmacsha256":
        raise Unsupported(f"Crypto.generateMac with {algorithm}")
    return Blob(hmac.new(key, value, hashlib.sha256).digest())


@CRYPTO.static("getRandomInteger()")
def _random_integer(_: Machine) -> int:
    return secrets.choice(INTEGER_RANGE)


@ENCODING.static("convertToHex(Blob)")
def _to_hex(_: Machine, value: Blob) -> str:
    return value.hex()


@ENCODING.static("base64Encode(Blob)")
def _to_base64(_: Machine, value: Blob) -> str:
    return base64.b64encode(value).decode()


@ENCODING.static("base64Decode(String)")
def _from_base64(_: Machine, text: str) -> Blob:
    try:
        return Blob(base64.b64decode(text, validate=True))
    except binascii.Error as error:
        raise Unsupported("EncodingUtil.base64Decode of text that is not base64") from error


@ENCODING.static("urlEncode(String, String)")
def _url_encode(_: Machine, text: str, charset: str) -> str:
    if charset.upper() != "UTF-8":
        raise Unsupported(f"EncodingUtil.urlEncode with {charset}")
    return quote_plus(text, safe="*-._")


@UUID.static("randomUUID()")
def _random_uuid(_: Machine) -> Uuid:
    return Uuid()


@UUID.method("toString()")
def _uuid_to_string(_: Machine, value: Uuid) -> str:
    return value.text
