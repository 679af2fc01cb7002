"""A second engine's opinion of the templates: cfripper, which judges policies by their meaning.

cdk-nag looks at constructs while they are synthesised (`infra/synth.py`), cfn-lint at the
template's grammar. cfripper resolves the finished template and looks at who may do what.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pycfmodel  # type: ignore[import-untyped]  # ships no types
from cfripper.config.config import Config  # type: ignore[import-untyped]  # ships no types
from cfripper.rules import DEFAULT_RULES  # type: ignore[import-untyped]  # ships no types

ACCOUNT = {
    "AWS::AccountId": "111122223333",
    "AWS::Partition": "aws",
    "AWS::Region": "ap-northeast-1",
    "AWS::URLSuffix": "amazonaws.com",
}
PUBLIC_API = (
    "The API is public: the policy lets everybody call it, and an explicit denial keeps all but "
    "the configured networks from the route that Salesforce calls."
)
ACCEPTED: dict[tuple[str, str], str] = {
    ("GenericCrossAccountTrustRule", "Api"): PUBLIC_API,
    ("GenericResourceFullWildcardPrincipalRule", "Api"): PUBLIC_API,
}
"""Why a rule's finding is right as it is, by rule and the beginning of the resource's name."""


def findings(template: Path) -> Iterator[tuple[str, str, str]]:
    """Rule, resource and reason. A rule that crashes fails the test."""
    document = json.loads(template.read_text(encoding="utf-8"))
    logging.disable(logging.WARNING)  # it logs every type of resource that has no rules
    try:
        model = pycfmodel.parse(document).resolve(ACCOUNT)
        name = template.name.partition(".")[0]
        config = Config(rules=list(DEFAULT_RULES), stack_name=name, aws_account_id="111122223333")
        for rule in DEFAULT_RULES.values():
            for failure in rule(config).invoke(model).failures:
                for resource in failure.resource_ids or {"-"}:
                    yield failure.rule, resource, failure.reason
    finally:
        logging.disable(logging.NOTSET)


def unaccepted(template: Path) -> list[tuple[str, str, str]]:
    return [
        (rule, resource, reason)
        for rule, resource, reason in findings(template)
        if not any(rule == known and resource.startswith(start) for known, start in ACCEPTED)
    ]


def test_no_policy_gives_more_than_it_should(production_assembly: Path) -> None:
    """Of production with every switch on, whose resources include those of every other stage."""
    templates = sorted(production_assembly.glob("Portal-*.template.json"))
    assert len(templates) == 4
    found = {template.name: unaccepted(template) for template in templates}
    assert {name: said for name, said in found.items() if said} == {}


def test_a_policy_that_gives_too_much_is_found(tmp_path: Path) -> None:
    statement = {"Effect": "Allow", "Action": "sqs:*", "Resource": "*", "Principal": "*"}
    document = {
        "Resources": {
            "Policy": {
                "Type": "AWS::SQS::QueuePolicy",
                "Properties": {
                    "Queues": ["https://sqs.ap-northeast-1.amazonaws.com/111122223333/q"],
                    "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]},
                },
            }
        }
    }
    template = tmp_path / "Planted.template.json"
    template.write_text(json.dumps(document), encoding="utf-8")
    rules = {rule for rule, _, _ in unaccepted(template)}
    assert {"SQSQueuePolicyPublicRule", "SQSQueuePolicyWildcardActionRule"} <= rules
