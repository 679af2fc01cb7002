"""Renders records for answers and webhooks, with the documented member names and nesting."""

from __future__ import annotations

from typing import Any

from local.emulators.esim_access.records import Bought, Order, Package, Profile, TopUp
from local.emulators.esim_access.values import timestamp


def package(record: Package) -> dict[str, Any]:
    """An entry of `packageList`."""
    return {
        "packageCode": record.package_code,
        "slug": record.slug,
        "name": record.name,
        "price": record.price,
        "currencyCode": "USD",
        "volume": record.volume,
        "smsStatus": record.sms_status,
        "dataType": record.data_type,
        "unusedValidTime": record.unused_valid_time,
        "duration": record.duration,
        "durationUnit": "DAY",
        "location": record.location,
        "description": record.name,
        "activeType": record.active_type,
        "favorite": False,
        "retailPrice": record.price * 2,
        "speed": "4G/5G",
        "ipExport": record.location.split(",")[0],
        "supportTopUpType": record.support_top_up_type,
        "fupPolicy": "",
        "locationNetworkList": [],
    }


def profile(record: Profile) -> dict[str, Any]:
    """An entry of `esimList`."""
    image = f"https://p.qrsim.net/{record.activation_code[-32:].lower()}"
    first = record.bought[0].package
    return {
        "esimTranNo": record.esim_tran_no,
        "orderNo": record.order_no,
        "transactionId": record.transaction_id,
        "imsi": record.imsi,
        "iccid": record.iccid,
        "smsStatus": first.sms_status,
        "msisdn": record.msisdn,
        "ac": record.activation_code,
        "qrCodeUrl": f"{image}.png",
        "shortUrl": image,
        "smdpStatus": record.smdp_status,
        "eid": record.eid,
        "activeType": first.active_type,
        "dataType": first.data_type,
        "activateTime": timestamp(record.activated_at),
        "expiredTime": timestamp(record.expires_at),
        "totalVolume": record.total_volume,
        "totalDuration": record.total_days,
        "durationUnit": "DAY",
        "orderUsage": record.usage,
        "esimStatus": record.esim_status,
        "pin": "",
        "puk": "",
        "apn": "drei.at",
        "packageList": [_bought(bought) for bought in record.bought],
    }


def usage(record: Profile) -> dict[str, Any]:
    """An entry of `esimUsageList`."""
    return {
        "esimTranNo": record.esim_tran_no,
        "dataUsage": record.usage,
        "totalData": record.total_volume,
        "lastUpdateTime": timestamp(record.usage_at or record.created_at),
    }


def order(record: Order) -> dict[str, Any]:
    """An order in the dump: the API itself never shows one."""
    return {
        "orderNo": record.order_no,
        "transactionId": record.transaction_id,
        "createTime": timestamp(record.created_at),
        "status": record.status,
        "amount": record.amount,
        "packageCodes": [item.package.package_code for item in record.items],
        "esimTranNos": list(record.profiles),
    }


def top_up(record: TopUp) -> dict[str, Any]:
    """A top-up in the dump: the API itself never lists them."""
    return {
        "transactionId": record.transaction_id,
        "esimTranNo": record.esim_tran_no,
        "packageCode": record.package_code,
        "price": record.price,
        "createTime": timestamp(record.at),
        "topUpEsimTranNo": record.answer["topUpEsimTranNo"],
    }


def _bought(record: Bought) -> dict[str, Any]:
    return {
        "packageName": record.package.name,
        "packageCode": record.package.package_code,
        "slug": record.package.slug,
        "duration": record.days,
        "volume": record.package.volume,
        "locationCode": record.package.location,
        "createTime": timestamp(record.at),
    }
