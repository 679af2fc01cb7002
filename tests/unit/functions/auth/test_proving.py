"""SIGNUP_PROOF: a number alone makes nobody a customer, and tells nobody who is one."""

from __future__ import annotations

from typing import Any

import pytest
from portal.domain.mail import MailTemplate
from portal.domain.signup_proof import SignupProof, same_fact

from tests.events import Answer
from tests.fakes.accounts import account
from tests.unit.functions.auth.test_signup import pointers, slug
from tests.unit.functions.auth.world import EMAIL, World

POSTCODE = "100-0005"
OTHER_ACCOUNT = "0015j00000AAAAAAA2"
WHMCS_PASSWORD = "Whmcs-pass-1"


@pytest.fixture
def facts(world: World) -> World:
    """A second fact is asked for."""
    world.proof = SignupProof.SECOND_FACT
    world.accounts.accounts = [account(second_fact=POSTCODE)]
    return world


@pytest.fixture
def mails(world: World) -> World:
    """A link to the Account's address is asked for."""
    world.proof = SignupProof.EMAIL
    return world


def bare(answer: Answer) -> dict[str, Any]:
    """The document without what names the request."""
    document: dict[str, Any] = answer.json()
    document.pop("instance")
    return document


@pytest.mark.parametrize("written", [POSTCODE, "1000005", "１００−０００５", " 100 0005 "])  # noqa: RUF001  # as people type it
def test_the_right_fact_signs_up_however_it_is_written(facts: World, written: str) -> None:
    assert facts.signup(secondFact=written).status == 201


def test_unknown_taken_and_wrong_have_one_answer(facts: World) -> None:
    wrong = facts.signup(secondFact="100-0006")
    unknown = facts.signup(sfNumber="CN-999999", secondFact=POSTCODE)
    assert facts.signup(secondFact=POSTCODE).status == 201
    taken = facts.signup(email="b@example.org", secondFact=POSTCODE)
    taken_and_wrong = facts.signup(email="c@example.org", secondFact="999")
    answers = [bare(answer) for answer in (wrong, unknown, taken, taken_and_wrong)]
    assert answers == [answers[0]] * 4
    assert slug(wrong) == "customer-not-proved"
    assert "errors" not in answers[0]


def test_wrong_facts_cost_the_same_calls_as_unknown_numbers(facts: World) -> None:
    facts.signup(secondFact="wrong")
    wrong = list(facts.wires.trace)
    facts.wires.trace.clear()
    facts.signup(sfNumber="CN-999999", secondFact=POSTCODE)
    assert wrong == facts.wires.trace == ["accounts.by_customer_number"]


def test_a_stranger_with_the_number_alone_makes_nothing(facts: World) -> None:
    assert facts.signup(secondFact="guess").status == 422
    assert not facts.users.by_id
    assert not facts.identity.records
    assert "AddClient" not in facts.clients.calls


def test_an_account_that_holds_no_fact_proves_nothing(facts: World) -> None:
    facts.accounts.accounts = [account(second_fact=None)]
    assert slug(facts.signup(secondFact="anything")) == "customer-not-proved"
    assert slug(facts.signup(secondFact="---")) == "customer-not-proved"


def test_a_missing_proof_is_named(facts: World) -> None:
    answer = facts.signup()
    assert (slug(answer), pointers(answer)) == ("invalid-request", ["/secondFact"])


def test_the_same_request_repeated_confirms_the_account(facts: World) -> None:
    assert facts.signup(secondFact=POSTCODE).status == 201
    assert facts.signup(secondFact=POSTCODE).status == 201


def test_guessing_the_fact_of_one_number_is_limited_wherever_it_comes_from(facts: World) -> None:
    statuses = []
    for number in range(31):
        body = {"secondFact": f"guess {number}", "email": f"u{number}@example.org"}
        statuses.append(signup_from(facts, f"203.0.{number}.1", **body).status)
    assert statuses == [422] * 30 + [429]
    # Another customer is not concerned.
    facts.accounts.accounts.append(account("CN-000102", id=OTHER_ACCOUNT, second_fact=POSTCODE))
    assert facts.signup(sfNumber="CN-000102", secondFact=POSTCODE).status == 201


def signup_from(world: World, address: str, **changes: Any) -> Answer:
    from tests.unit.functions.auth.world import signup_body  # noqa: PLC0415  # only here

    return world.post("signup", signup_body(**changes), source_ip=address)


def test_a_right_fact_starts_the_count_again(facts: World) -> None:
    for number in range(9):
        assert facts.signup(secondFact=f"typo {number}").status == 422
    assert facts.signup(secondFact=POSTCODE).status == 201


def link(world: World, **changes: Any) -> Answer:
    body = {"email": EMAIL, "password": WHMCS_PASSWORD, "sfNumber": "CN-000101", **changes}
    return world.post("link-whmcs", body)


def test_linking_asks_for_the_same_proof(facts: World) -> None:
    facts.clients.add(EMAIL, "CN-000101")
    assert pointers(link(facts)) == ["/secondFact"]
    assert slug(link(facts, secondFact="wrong")) == "customer-not-proved"
    assert link(facts, secondFact=POSTCODE).status == 201


def test_linking_tells_no_number_either(facts: World) -> None:
    facts.clients.add(EMAIL, "CN-000102")
    mismatching = link(facts, secondFact=POSTCODE)
    facts.clients.clients[0].customer_number = "CN-999999"
    unknown = link(facts, sfNumber="CN-999999", secondFact=POSTCODE)
    assert bare(mismatching) == bare(unknown)
    assert slug(unknown) == "customer-not-proved"


def test_without_a_proof_the_roadmaps_flow_stays(world: World) -> None:
    assert slug(world.signup(sfNumber="CN-999999")) == "customer-number-unknown"
    assert world.signup().status == 201
    assert slug(world.signup(email="b@example.org")) == "customer-already-registered"
    asked = world.post("request-signup-proof", {"sfNumber": "CN-000101"})
    assert (asked.status, slug(asked)) == (404, "not-found")


@pytest.mark.parametrize("number", ["CN-000101", "CN-999999", "cn-000101"])
def test_asking_for_a_link_is_the_same_work_and_answer_for_every_number(
    mails: World, number: str
) -> None:
    answer = mails.post("request-signup-proof", {"sfNumber": number})
    assert (answer.status, answer.body) == (202, "")
    (job,) = mails.mail_queue.jobs
    assert job.template is MailTemplate.SIGNUP_PROOF
    assert job.parameters["customerNumber"] == number
    assert not mails.wires.trace


def test_links_of_one_number_are_limited(mails: World) -> None:
    def ask(address: str) -> int:
        body = {"sfNumber": "CN-000101"}
        return mails.post("request-signup-proof", body, source_ip=address).status

    assert [ask("203.0.113.7") for _ in range(4)] == [202] * 3 + [429]
    assert [ask(f"203.0.{n}.1") for n in range(8)] == [202] * 7 + [429]


def test_the_link_signs_up_and_nothing_else_does(mails: World) -> None:
    token = mails.proof_tokens.issue(mails.accounts.accounts[0].id)
    other = mails.proof_tokens.issue(OTHER_ACCOUNT)
    assert pointers(mails.signup()) == ["/proofToken"]
    refusals = [
        mails.signup(proofToken="guessed"),
        mails.signup(proofToken=other),
        mails.signup(proofToken=token, sfNumber="CN-999999"),
    ]
    assert {slug(answer) for answer in refusals} == {"customer-not-proved"}
    assert [bare(answer) for answer in refusals] == [bare(refusals[0])] * 3
    assert mails.signup(proofToken=token).status == 201
    assert mails.signup(proofToken=token).status == 201
    stolen = mails.signup(proofToken=token, email="thief@example.org")
    assert bare(stolen) == bare(refusals[0])


def test_an_old_link_proves_nothing(mails: World) -> None:
    token = mails.proof_tokens.issue(mails.accounts.accounts[0].id)
    mails.clock.advance(3_600)
    assert slug(mails.signup(proofToken=token)) == "customer-not-proved"


@pytest.mark.parametrize(
    ("told", "held", "same"),
    [
        ("105-0011", "1050011", True),
        ("1990-04-01", "1990-04-01", True),
        ("19900401", "1990-04-01", True),
        ("sw1a1aa", "SW1A 1AA", True),
        ("", "", False),
        ("-", "-", False),
        ("", None, False),
        ("1", None, False),
        ("1050011", "1050012", False),
    ],
)
def test_facts_are_compared_by_their_letters_and_digits(
    told: str, held: str | None, same: bool
) -> None:
    assert same_fact(told, held) is same
