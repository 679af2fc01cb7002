"""The error codes of Salesforce's REST API, composite resources and token endpoint."""

from __future__ import annotations

import re

from portal.vendor_errors.model import Kind, Row, rows, table

_REST = "REST API Developer Guide, status codes and error responses"
_EXCEPTION = "SOAP API Developer Guide, ExceptionCode"
_STATUS = "SOAP API Developer Guide, StatusCode"
_LOCKS = "Salesforce help 000387767; jsforce issue 1018"
_LIMITS = "Salesforce app limits cheat sheet; mautic issue 5006, OrgCheck issue 432"
_READ_ONLY = "Salesforce help, read-only mode; Salesforce Stack Exchange 290931"
_TIMEOUTS = "SOAP API Developer Guide, ExceptionCode; restforce issue 790"
_SERVERS_FAULT = "REST API Developer Guide: 500 and 503 say nothing about the transaction"

CODES = table(
    rows(
        Kind.UNAVAILABLE,
        _LOCKS,
        {
            "UNABLE_TO_LOCK_ROW": "Another transaction holds the record; this one was rolled back.",
            "UNABLE_TO_LOCK_RECORD": "Another transaction holds the record.",
            "RECORD_LOCKED": "Another transaction holds the record.",
            "RECORD_IN_USE_BY_WORKFLOW": "A workflow holds the record.",
            "TERRITORY_REALIGN_IN_PROGRESS": "A recalculation holds the Accounts.",
            "OPERATION_CONFLICT": "Another operation on the same records is under way.",
            "CONFLICT": "Another change of the same record is under way.",
        },
    ),
    rows(
        Kind.UNAVAILABLE,
        _READ_ONLY,
        {
            "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE": "The org is read-only during "
            "maintenance.",
            "SERVER_UNAVAILABLE": "The instance takes no requests at the moment.",
            "API_CURRENTLY_DISABLED": "A fault at Salesforce has switched the API off for a time.",
            "FUNCTIONALITY_NOT_ENABLED": "Documented as switched off for a time.",
        },
    ),
    rows(
        Kind.UNAVAILABLE,
        _TIMEOUTS,
        {
            "QUERY_TIMEOUT": "The query was stopped after two minutes.",
            "REQUEST_RUNNING_TOO_LONG": "The request was stopped and rolled back.",
            "INVALID_QUERY_LOCATOR": "The cursor of a long query has expired: read from the start.",
            "TEMPORARY_QUERY_MORE_FAILURE": "The next page could not be read at the moment.",
        },
    ),
    rows(
        Kind.UNAVAILABLE,
        _STATUS,
        {
            "STORAGE_LIMIT_EXCEEDED": "The org's storage is full until an administrator frees "
            "some.",
            "EXCEEDED_QUOTA": "The org's storage is full until an administrator frees some.",
        },
    ),
    rows(
        Kind.THROTTLED,
        _LIMITS,
        {
            "REQUEST_LIMIT_EXCEEDED": "Too many requests in 24 hours, or too many long ones at "
            "once.",
            "EXCEEDED_RATE_LIMIT": "Too many requests at once.",
            "TOO_MANY_APEX_REQUESTS": "Too many long Apex transactions at once.",
            "TOO_MANY_REQUESTS": "Too many requests at once.",
            "CONCURRENT_REQUESTS_LIMIT_EXCEEDED": "Too many requests at once.",
        },
    ),
    rows(
        Kind.IN_DOUBT,
        _SERVERS_FAULT,
        {
            "UNKNOWN_EXCEPTION": "An internal error.",
            "INTERNAL_ERROR": "An internal error.",
            "INTERNAL_SERVER_ERROR": "An internal error.",
            "SERVICE_UNAVAILABLE": "A part of Salesforce did not answer another one.",
            "RESOURCE_NOT_AVAILABLE": "A part of Salesforce did not answer another one.",
            "BAD_GATEWAY": "A part of Salesforce did not answer another one.",
        },
    ),
    rows(
        Kind.UNAUTHORIZED,
        _EXCEPTION,
        {
            "INVALID_SESSION_ID": "The session has ended; the client renews it once first.",
            "SESSION_EXPIRED": "The session has ended.",
            "INVALID_AUTH_HEADER": "The Authorization header is not understood.",
            "INVALID_LOGIN": "The integration user's credentials are wrong.",
            "INSUFFICIENT_ACCESS": "The integration user lacks a permission.",
            "INSUFFICIENT_ACCESS_OR_READONLY": "The integration user may not write the record.",
            "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": "The integration user may not see "
            "a record that is referred to.",
            "API_DISABLED_FOR_ORG": "The org or the user has no API access.",
            "FORBIDDEN": "The connected app or the user is not let in.",
            "TXN_SECURITY_NO_ACCESS": "A transaction security policy of the org blocks it.",
            "ORG_LOCKED": "Salesforce has locked the org.",
            "PASSWORD_LOCKOUT": "The integration user is locked.",
            "LOGIN_DURING_RESTRICTED_DOMAIN": "The user may not log in from our address.",
            "LOGIN_DURING_RESTRICTED_TIME": "The user may not log in at this time of day.",
            "INVALID_OPERATION_WITH_EXPIRED_PASSWORD": "The integration user's password expired.",
            "TRIAL_EXPIRED": "The org's trial has ended.",
            "CLIENT_NOT_ACCESSIBLE_FOR_USER": "The user may not use this connected app.",
            "INVALID_READ_ONLY_USER_DML": "The integration user's licence is read-only.",
        },
    ),
    rows(
        Kind.REFUSED,
        _STATUS,
        {
            "DUPLICATE_VALUE": "A record with that unique value exists: the adapters look for it.",
            "DUPLICATE_EXTERNAL_ID": "Several records have that external id.",
            "DUPLICATES_DETECTED": "A duplicate rule of the org blocks the record.",
            "REQUIRED_FIELD_MISSING": "A field that the org requires is empty.",
            "FIELD_CUSTOM_VALIDATION_EXCEPTION": "A validation rule of the org refuses (see the "
            "texts below for what a trigger wraps in it).",
            "FIELD_FILTER_VALIDATION_EXCEPTION": "A lookup filter of the org refuses.",
            "FIELD_INTEGRITY_EXCEPTION": "Two values do not fit together: an inactive price, a "
            "state of another country.",
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": "The picklist has no such value.",
            "STRING_TOO_LONG": "A text is longer than its field.",
            "NUMBER_OUTSIDE_VALID_RANGE": "A number does not fit its field.",
            "INVALID_EMAIL_ADDRESS": "An e-mail field does not take the text.",
            "INVALID_TYPE_ON_FIELD_IN_RECORD": "A value has another type than its field.",
            "INVALID_CURRENCY_ISO": "The currency is not active in the org.",
            "MALFORMED_ID": "An id of another kind of record.",
            "INVALID_ID_FIELD": "An id of a record that does not exist.",
            "INVALID_CROSS_REFERENCE_KEY": "A record that is referred to does not exist.",
            "ENTITY_IS_DELETED": "The record was deleted.",
            "ENTITY_IS_LOCKED": "The order is activated, or an approval holds the record.",
            "ENTITY_IS_ARCHIVED": "The record was archived.",
            "NOT_FOUND": "The record or the field does not exist, or is hidden.",
            "FAILED_ACTIVATION": "The order cannot be activated as it is.",
            "STANDARD_PRICE_NOT_DEFINED": "The product has no standard price.",
            "INACTIVE_OWNER_OR_USER": "The owner of the record is not active.",
            "ALREADY_IN_PROCESS": "An approval of the record is under way.",
            "DELETE_FAILED": "Something else refers to the record.",
            "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": "A trigger of the org refuses (see the texts "
            "below for what it wraps).",
            "CANNOT_EXECUTE_FLOW_TRIGGER": "A flow of the org failed (see the texts below for "
            "what it wraps).",
            "FLOW_EXCEPTION": "A flow of the org failed (see the texts below).",
            "APEX_ERROR": "Apex code of the org failed (see the texts below).",
            "APEX_FAILED": "Apex code of the org failed (see the texts below).",
            "CUSTOM_APEX_ERROR": "Apex code of the org failed (see the texts below).",
            "MIXED_DML_OPERATION": "Apex code of the org mixes setup and other records.",
            "SELF_REFERENCE_FROM_TRIGGER": "A trigger of the org changes its own record.",
            "MAX_DEPTH_IN_FLOW_EXECUTION": "Flows of the org call each other without end.",
            "LIMIT_EXCEEDED": "A limit of the org that waiting does not lift.",
        },
    ),
    rows(
        Kind.REFUSED,
        _REST,
        {
            "INVALID_FIELD": "A field does not exist or is hidden from the integration user.",
            "INVALID_FIELD_FOR_INSERT_UPDATE": "A field may not be written.",
            "INVALID_TYPE": "An object does not exist or is hidden from the integration user.",
            "MALFORMED_QUERY": "The query is not SOQL.",
            "INVALID_QUERY_FILTER_OPERATOR": "The query compares a field in a way it does not "
            "allow.",
            "MALFORMED_SEARCH": "The search is not SOSL.",
            "EXCEEDED_ID_LIMIT": "Too many records in one request.",
            "EXCEEDED_MAX_SIZE_REQUEST": "The request is too large.",
            "OPERATION_TOO_LARGE": "The query reads too many records.",
            "JSON_PARSER_ERROR": "The request body cannot be read.",
            "INVALID_BATCH_SIZE": "The page size is out of range.",
            "METHOD_NOT_ALLOWED": "The resource does not take the method.",
            "UNSUPPORTED_MEDIA_TYPE": "The resource does not take the content type.",
            "URI_TOO_LONG": "The query is too long for a GET.",
            "UNSUPPORTED_API_VERSION": "SALESFORCE_API_VERSION is not served any more.",
            "BAD_REQUEST": "The request is malformed.",
            "PROCESSING_HALTED": "Another part of the same transaction failed: its code decides.",
            "ALL_OR_NONE_OPERATION_ROLLED_BACK": "Another record of the same collection failed: "
            "its code decides.",
        },
    ),
)

# Codes under which Apex and flows report other errors. Only their text names the error.
WRAPPERS = frozenset(
    {
        "APEX_ERROR",
        "APEX_FAILED",
        "CANNOT_EXECUTE_FLOW_TRIGGER",
        "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
        "CUSTOM_APEX_ERROR",
        "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        "FLOW_EXCEPTION",
        "UNKNOWN_EXCEPTION",
    }
)
_WRAPPED = "declarative-lookup-rollup-summaries issues 788, 847, 1241"

# Parts of a text in lower case. They are searched under the codes in WRAPPERS only, because other
# messages quote the request.
TEXTS = table(
    rows(
        Kind.UNAVAILABLE,
        _WRAPPED,
        {
            "unable to obtain exclusive access": "A lock met inside a trigger or flow.",
            "record currently unavailable": "A lock met inside a trigger or flow.",
            "being modified by another user": "A lock met inside a trigger or flow.",
            "updates can't be made during maintenance": "The org is read-only.",
            "running for too long": "A query inside a trigger or flow was stopped.",
            "apex cpu time limit exceeded": "Depends on the load of the instance; reported as "
            "passing on a repetition.",
        },
    ),
    rows(
        Kind.THROTTLED,
        _LIMITS,
        {
            "concurrentperorglongtxn limit exceeded": "Too many long transactions at once.",
            "concurrentperorgapex limit exceeded": "Too many long transactions at once.",
            "concurrentrequests": "Too many requests at once.",
        },
    ),
)
_CODE = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b")


def wrapped(message: str) -> Row | None:
    """Return the transient error that the text of a trigger or flow names, or None."""
    for code in _CODE.findall(message):
        row = CODES.get(code)
        if row is not None and row.transient:
            return row
    text = message.lower()
    return next((row for part, row in TEXTS.items() if part in text), None)


_OAUTH = "Salesforce help, OAuth 2.0 authorization errors"

# The values of `error` of the token endpoint.
TOKEN_CODES = table(
    rows(
        Kind.UNAVAILABLE,
        _OAUTH,
        {
            "server_error": "The login service failed.",
            "temporarily_unavailable": "The login service takes no requests at the moment.",
            "unknown_error": "The login service failed and does not say why.",
        },
    ),
    rows(
        Kind.THROTTLED,
        _OAUTH,
        {"rate_limit_exceeded": "Too many logins in an hour."},
    ),
    rows(
        Kind.UNAUTHORIZED,
        _OAUTH,
        {
            "invalid_grant": "Assertion, user, audience or login hours (see the texts below for "
            "what passes).",
            "invalid_client": "The consumer key or secret is wrong.",
            "invalid_client_id": "The consumer key is wrong.",
            "invalid_client_credentials": "The consumer secret is wrong.",
            "unauthorized_client": "The app may not use this flow.",
            "invalid_app_access": "The user is not admitted to the app.",
            "app_access_denied": "The user is not admitted to the app.",
            "access_denied": "The user is not admitted to the app.",
            "inactive_user": "The integration user is not active.",
            "inactive_org": "The org is locked, closed or suspended.",
            "unsupported_grant_type": "The flow is not enabled for the app.",
            "invalid_request": "A parameter is missing, or the flow is not enabled.",
            "invalid_scope": "The app may not give the scope.",
            "invalid_assertion_type": "The assertion is of another kind.",
        },
    ),
)
# Parts of `error_description` in lower case. They decide before `error`.
TOKEN_TEXTS = table(
    rows(
        Kind.THROTTLED,
        "restforce issues 412 and 744; Salesforce help 000312767",
        {
            "login rate exceeded": "More than 3,600 logins of the user in an hour.",
            "login_rate_exceeded": "More than 3,600 logins of the user in an hour.",
            "rate limit": "Too many logins in an hour.",
        },
    ),
    rows(
        Kind.UNAVAILABLE,
        "Salesforce help, read-only mode and maintenance",
        {
            "maintenance": "The org is under maintenance.",
            "temporarily unavailable": "The login service takes no requests at the moment.",
            "try again later": "The login service takes no requests at the moment.",
            "internal error": "The login service failed.",
        },
    ),
)


def token_row(error: str, description: str) -> Row | None:
    """Return the row for a refusal of the token endpoint, by its text, else by its code."""
    text = description.lower()
    by_text = next((row for part, row in TOKEN_TEXTS.items() if part in text), None)
    return by_text or TOKEN_CODES.get(error)
