"""Running Apex tests: isolation, results, coverage, and the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.emulators.salesforce.apex.__main__ import main
from local.emulators.salesforce.apex.program import Program
from local.emulators.salesforce.apex.testing import Report, Suite

CODE = """public with sharing class Code {
    private static final Integer ONE = 1;
    public static Integer pick(Boolean first) {
        if (first) {
            return ONE;
        }
        return 2;
    }
}
"""
TESTS = """@IsTest
private class CodeTest {
    private static Integer runs = 0;
    @TestSetup
    static void prepare() {
        insert new Account(Name = 'set up');
    }
    private static Integer accounts() {
        runs++;
        Assert.areEqual(1, runs);
        return [SELECT COUNT() FROM Account];
    }
    @IsTest
    static void first() {
        Assert.areEqual(1, accounts());
        insert new Account(Name = 'more');
        Assert.areEqual(1, Code.pick(true));
    }
    @IsTest
    static void second() {
        Assert.areEqual(1, accounts(), 'what the other test made is gone');
    }
    @IsTest
    static void wrong() {
        try {
            Assert.areEqual('A', 'a', 'case counts');
        } catch (Exception e) {
            System.debug('no assertion is caught');
        }
    }
    @IsTest
    static void throwing() {
        Integer i = 1 / 0;
    }
    @IsTest
    static void odd() {
        Time t;
    }
}
"""
FIELD = (
    '<CustomField xmlns="http://soap.sforce.com/2006/04/metadata">'
    "<fullName>X__c</fullName><label>X</label><type>Text</type><length>9</length></CustomField>"
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    base = tmp_path / "force-app/main/default"
    fields = base / "objects/Order/fields"
    fields.mkdir(parents=True)
    (fields / "X__c.field-meta.xml").write_text(FIELD)
    (base / "classes").mkdir()
    (base / "classes/Code.cls").write_text(CODE)
    (base / "classes/CodeTest.cls").write_text(TESTS)
    return tmp_path


@pytest.fixture
def report(project: Path) -> Report:
    return Suite(Program.load(project)).run()


def test_results(report: Report) -> None:
    said = {item.method: item.failure for item in report.results}
    assert said == {
        "first": None,
        "second": None,
        "wrong": "CodeTest.cls:26: System.AssertException: "
        "Assertion Failed: case counts: Expected: A, Actual: a",
        "throwing": "CodeTest.cls:33: System.MathException: Divide by 0",
        "odd": "CodeTest.cls:37: unsupported: type Time",
    }
    assert len(report.failed) == 3


def test_coverage_counts_statements_and_initial_values(report: Report) -> None:
    (file,) = report.coverage.files()
    assert (file.file, file.lines, file.missed) == ("Code.cls", 4, (7,))
    assert (file.percent, report.coverage.percent()) == (75.0, 75.0)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([], 1, "2 passed, 3 failed, 75.0 % covered"),
        (["--only", "CodeTest"], 1, "FAIL CodeTest.odd: CodeTest.cls:37: unsupported"),
        (["--only", "Nothing"], 1, "0 passed"),
    ],
)
def test_command_line(
    project: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    said: str,
) -> None:
    assert main(["--project", str(project), *arguments]) == code
    printed = capsys.readouterr().out
    assert said in printed
    assert "missed: 7" in printed or "Nothing" in arguments


def test_the_bar(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = project / "force-app/main/default/classes/CodeTest.cls"
    path.write_text(TESTS[: TESTS.index("    @IsTest\n    static void wrong")] + "}\n")
    assert main(["--project", str(project), "--coverage", "75"]) == 0
    assert main(["--project", str(project), "--coverage", "76"]) == 1
    assert "75.0 % covered" in capsys.readouterr().out


def test_a_class_that_cannot_be_read(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = project / "force-app/main/default/classes/Code.cls"
    path.write_text(CODE.replace("return 2;", "return 2"))
    assert main(["--project", str(project)]) == 1
    assert "Code.cls:7: does not compile: syntax error" in capsys.readouterr().err
    path.write_text(CODE.replace("class Code", "class Other"))
    assert main(["--project", str(project)]) == 1
    assert "Code.cls holds the class Other" in capsys.readouterr().err


def test_a_later_package_replaces_a_class(project: Path) -> None:
    replacement = project / "crypto/main/default/classes"
    replacement.mkdir(parents=True)
    (replacement / "Code.cls").write_text(CODE.replace("return ONE;", "return ONE + 4;"))
    report = Suite(Program.load(project, ("force-app", "crypto"))).run()
    failures = {item.method: item.failure for item in report.failed}
    assert "Expected: 1, Actual: 5" in str(failures["first"])
