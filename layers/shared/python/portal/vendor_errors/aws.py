"""The error codes that all AWS APIs share, and those of Cognito, DynamoDB and SQS.

Codes are compared without the prefix that query APIs put before them
(`AWS.SimpleQueueService.NonExistentQueue`) and without the suffix of JSON APIs (`#...`).
"""

from __future__ import annotations

from collections.abc import Mapping

from portal.vendor_errors.model import Kind, Row, rows, table

_COMMON = "AWS API references, Common errors; botocore, retries of legacy mode"
_COGNITO = "Amazon Cognito user pools API reference"
_DYNAMODB = "DynamoDB developer guide, Error handling"
_SQS = "SQS API reference"

COMMON = table(
    rows(
        Kind.THROTTLED,
        _COMMON,
        {
            "Throttling": "Too many requests.",
            "ThrottlingException": "Too many requests.",
            "ThrottledException": "Too many requests.",
            "RequestThrottled": "Too many requests.",
            "RequestThrottledException": "Too many requests.",
            "RequestLimitExceeded": "Too many requests of the account.",
            "TooManyRequestsException": "Too many requests.",
            "BandwidthLimitExceeded": "Too much traffic.",
            "LimitExceededException": "Too many requests, or too many operations at once.",
            "SlowDown": "Too many requests.",
            "PriorRequestNotComplete": "The request before is still at work.",
        },
    ),
    rows(
        Kind.IN_DOUBT,
        _COMMON,
        {
            "InternalFailure": "An error of the service.",
            "InternalError": "An error of the service.",
            "InternalServerError": "An error of the service.",
            "ServiceUnavailable": "The service did not finish the request.",
            "ServiceUnavailableException": "The service did not finish the request.",
            "RequestTimeout": "The service did not get the whole request in time.",
            "RequestTimeoutException": "The service did not get the whole request in time.",
        },
    ),
    rows(
        Kind.UNAUTHORIZED,
        _COMMON,
        {
            "AccessDenied": "The role lacks the permission.",
            "AccessDeniedException": "The role lacks the permission.",
            "NotAuthorized": "The role lacks the permission.",
            "UnauthorizedOperation": "The role lacks the permission.",
            "ExpiredToken": "The role's credentials have expired.",
            "ExpiredTokenException": "The role's credentials have expired.",
            "RequestExpired": "The clock is wrong, or the credentials have expired.",
            "IncompleteSignature": "The credentials are not usable.",
            "IncompleteSignatureException": "The credentials are not usable.",
            "InvalidClientTokenId": "The credentials are not known.",
            "InvalidSignatureException": "The credentials or the clock are wrong.",
            "SignatureDoesNotMatch": "The credentials or the clock are wrong.",
            "MissingAuthenticationToken": "The request carries no credentials.",
            "MissingAuthenticationTokenException": "The request carries no credentials.",
            "UnrecognizedClientException": "The credentials are not known.",
            "OptInRequired": "The account has not enabled the service.",
            "ResourceNotFoundException": "A table or user pool of the configuration does not "
            "exist.",
        },
    ),
    rows(
        Kind.REFUSED,
        _COMMON,
        {
            "ValidationException": "A parameter is not valid.",
            "ValidationError": "A parameter is not valid.",
            "SerializationException": "The request cannot be read.",
            "InvalidAction": "The service has no such action.",
            "InvalidParameterValue": "A parameter is not valid.",
            "MissingParameter": "A parameter is missing.",
            "MalformedQueryString": "The request cannot be read.",
        },
    ),
)

COGNITO = table(
    rows(
        Kind.UNAVAILABLE,
        _COGNITO,
        {
            "UnexpectedLambdaException": "A trigger of the pool failed.",
            "InvalidLambdaResponseException": "A trigger of the pool answered wrongly.",
            "CodeDeliveryFailureException": "Cognito could not send its own message.",
            "ConcurrentModificationException": "Two changes of the same user met.",
        },
    ),
    rows(
        Kind.THROTTLED,
        _COGNITO,
        {"TooManyFailedAttemptsException": "Too many attempts of this user."},
    ),
    rows(
        Kind.IN_DOUBT,
        _COGNITO,
        {"InternalErrorException": "An error of the service."},
    ),
    rows(
        Kind.UNAUTHORIZED,
        _COGNITO,
        {
            "ForbiddenException": "A web ACL of the pool blocks the call.",
            "OperationNotEnabledException": "The pool's client may not use the operation.",
            "FeatureUnavailableInTierException": "The pool's plan lacks the feature.",
            "InvalidUserPoolConfigurationException": "The pool is not set up for the operation.",
            "InvalidEmailRoleAccessPolicyException": "The pool may not use its e-mail identity.",
            "InvalidSmsRoleAccessPolicyException": "The pool's role for SMS lacks a permission.",
            "InvalidSmsRoleTrustRelationshipException": "The pool's role for SMS is not usable.",
        },
    ),
    rows(
        Kind.REFUSED,
        _COGNITO,
        {
            "NotAuthorizedException": "Wrong password or token: the caller's own answer says it.",
            "UserNotFoundException": "No such user: the caller's own answer says it.",
            "UserNotConfirmedException": "The user's sign-up is not complete.",
            "PasswordResetRequiredException": "The user must reset the password first.",
            "UsernameExistsException": "The address has a user.",
            "AliasExistsException": "The address has a user.",
            "InvalidPasswordException": "The password does not meet the pool's rules.",
            "PasswordHistoryPolicyViolationException": "The password was used before.",
            "InvalidParameterException": "A parameter is not valid.",
            "RefreshTokenReuseException": "The refresh token was used before.",
            "UnauthorizedException": "The token is not valid for the operation.",
            "UnsupportedOperationException": "The pool's client does not allow it.",
            "UnsupportedTokenTypeException": "Not a refresh token.",
            "UnsupportedUserStateException": "The user's state does not allow it.",
            "PreconditionNotMetException": "The pool does not allow it.",
            "UserLambdaValidationException": "A trigger of the pool refuses.",
            "MFAMethodNotFoundException": "The pool has no such second factor.",
        },
    ),
)

DYNAMODB = table(
    rows(
        Kind.THROTTLED,
        _DYNAMODB,
        {"ProvisionedThroughputExceededException": "Too many requests of the table or partition."},
    ),
    rows(
        Kind.UNAVAILABLE,
        _DYNAMODB,
        {
            "TransactionConflictException": "Another transaction holds the item.",
            "TransactionInProgressException": "The same transaction is still at work.",
            "ReplicatedWriteConflictException": "Another Region writes the same item.",
        },
    ),
    rows(
        Kind.REFUSED,
        _DYNAMODB,
        {
            "ConditionalCheckFailedException": "The item is otherwise: the repository decides.",
            "TransactionCanceledException": "The reasons decide: contention is tried again, a "
            "failed condition is for the repository.",
            "IdempotentParameterMismatchException": "The token was used for other actions.",
            "ItemCollectionSizeLimitExceededException": "The items of one key exceed 10 GB.",
        },
    ),
)
# Reasons in a cancelled transaction for which it may be repeated.
CONTENTION: Mapping[str, Row] = table(
    rows(
        Kind.UNAVAILABLE,
        "DynamoDB API reference, TransactWriteItems",
        {
            "ProvisionedThroughputExceeded": "Too many requests of the table or partition.",
            "ThrottlingError": "Too many requests.",
            "TransactionConflict": "Another transaction holds the item.",
        },
    )
)

SQS = table(
    rows(
        Kind.THROTTLED,
        _SQS,
        {
            "KmsThrottled": "Too many requests of the queue's key.",
            "OverLimit": "Too many messages in flight.",
        },
    ),
    rows(
        Kind.UNAVAILABLE,
        _SQS,
        {
            "PurgeQueueInProgress": "The queue is being emptied.",
            "QueueDeletedRecently": "The queue is being made again.",
            "KmsInvalidState": "The queue's key is not ready.",
        },
    ),
    rows(
        Kind.UNAUTHORIZED,
        _SQS,
        {
            "NonExistentQueue": "A queue of the configuration does not exist.",
            "QueueDoesNotExist": "A queue of the configuration does not exist.",
            "InvalidAddress": "The queue's address is not one of SQS.",
            "InvalidSecurity": "The request is not sent over TLS or not signed.",
            "KmsAccessDenied": "The role may not use the queue's key.",
            "KmsDisabled": "The queue's key is disabled.",
            "KmsInvalidKeyUsage": "The queue's key is of another use.",
            "KmsNotFound": "The queue's key does not exist.",
            "KmsOptInRequired": "The account has not enabled the key service.",
        },
    ),
    rows(
        Kind.REFUSED,
        _SQS,
        {
            "BatchRequestTooLong": "The messages are too large.",
            "InvalidMessageContents": "The message has characters that SQS does not take.",
            "EmptyBatchRequest": "The request is malformed.",
            "TooManyEntriesInBatchRequest": "The request is malformed.",
            "BatchEntryIdsNotDistinct": "The request is malformed.",
            "InvalidBatchEntryId": "The request is malformed.",
            "InvalidAttributeName": "The request is malformed.",
            "UnsupportedOperation": "The queue does not allow it.",
            "MessageNotInflight": "The message has come back, or was deleted.",
            "ReceiptHandleIsInvalid": "The receipt has expired.",
        },
    ),
)


def aws_row(own: Mapping[str, Row], code: str) -> Row | None:
    """Return the row of a code in the service's table, else in the common one."""
    plain = code.rpartition("#")[2].rpartition(".")[2]
    return own.get(plain) or COMMON.get(plain)


def aws_kind(own: Mapping[str, Row], code: str, status: int | None) -> Kind | None:
    """Return the kind of an answer; None when neither its code nor its status is known.

    A status of 500 and above is an error of the service, and 429 is a limit.
    """
    row = aws_row(own, code)
    if row is not None:
        return row.kind
    if status == 429:  # noqa: PLR2004  # HTTP: too many requests
        return Kind.THROTTLED
    return Kind.IN_DOUBT if (status or 0) >= 500 else None  # noqa: PLR2004  # HTTP: server error
