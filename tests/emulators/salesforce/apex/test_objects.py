"""Classes: fields, properties, constructors, inheritance, overloads, enums, access."""

from __future__ import annotations

from typing import Any

import pytest

from local.emulators.salesforce.apex.errors import NotApex, Unsupported
from tests.emulators.salesforce.apex.running import Apex

COUNTER = """
public class Counter {
    public static Integer made = 0;
    private static final String NAME;
    static { NAME = 'counter'; }
    public Integer count { get; private set; }
    public Integer twice { get { return this.count * 2; } set { this.count = value / 2; } }
    public String label = 'c' + made;
    public Counter() { this(1); }
    public Counter(Integer start) { made++; count = start; }
    public Counter add(Integer more) { count += more; return this; }
    public static String name() { return NAME; }
    @TestVisible private Integer hidden() { return 7; }
    public static Map<String, List<Part>> nested() {
        Map<String, List<Part>> found = new Map<String, List<Part>>();
        found.put('a', new List<Part>{ new Part() });
        return found;
    }
    public class Part { public String text = NAME; }
    public enum Size { SMALL, LARGE }
}
"""
BASE = """
public abstract class Base {
    protected String name = 'base';
    public Base(String name) { this.name = name; }
    public virtual String say() { return 'I am ' + kind(); }
    public abstract String kind();
    public virtual String over(Object value) { return 'object'; }
    public virtual String over(String value) { return 'string'; }
}
"""
DERIVED = """
public class Derived extends Base implements Comparable {
    public Derived() { super('derived'); }
    public override String kind() { return name; }
    public override String say() { return super.say() + '!'; }
    public override String over(String value) { return 'derived string'; }
}
"""
ERRORS = """
public class Errors {
    public class Odd extends Exception { }
    public class Own extends Exception {
        public Integer code;
        public Own(Integer code) { this(String.valueOf(code)); this.code = code; }
    }
}
"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return new Counter().add(2).add(3).count;", 6),
        ("Counter c = new Counter(); new Counter(); return Counter.made;", 2),
        ("Counter c = new Counter(4); c.twice = 20; return c.twice + c.count;", 30),
        ("return new Counter().label + Counter.name();", "c0counter"),
        ("return new Counter.Part().text;", "counter"),
        ("Counter.Size s = Counter.Size.LARGE; return s.name() + s.ordinal();", "LARGE1"),
        ("return Counter.Size.values().size();", 2),
        ("switch on Counter.Size.SMALL { when SMALL { return 1; } when else { return 2; } }", 1),
        ("return Counter.Size.SMALL == Counter.Size.LARGE;", False),
        ("Counter c = new Counter(); return c == new Counter();", False),
        ("return Counter.nested().get('a')[0].text;", "counter"),
    ],
)
def test_a_class(apex: Apex, body: str, expected: Any) -> None:
    assert apex.run(body, COUNTER) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Base b = new Derived(); return b.say();", "I am derived!"),
        ("Base b = new Derived(); return b.over('x') + b.over(1);", "derived stringobject"),
        ("Object b = new Derived(); return b instanceof Base;", True),
        ("Object b = new Derived(); return ((Base) b).kind();", "derived"),
    ],
)
def test_inheritance(apex: Apex, body: str, expected: Any) -> None:
    assert apex.run(body, BASE, DERIVED) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return new Errors.Odd('x').getMessage();", "x"),
        ("return new Errors.Odd().getMessage();", "Script-thrown exception"),
        ("return new Errors.Odd('x').getTypeName();", "Errors.Odd"),
        ("return new Errors.Odd('x', new DmlException('y')).getCause().getMessage();", "y"),
        ("Exception e = new Errors.Odd('x'); e.setMessage('z'); return e.getMessage();", "z"),
        ("try { throw new Errors.Odd('x'); } catch (Exception e) { return e.getMessage(); }", "x"),
        ("return new AuraHandledException('x').getMessage();", "Script-thrown exception"),
    ],
)
def test_exceptions_of_the_project(apex: Apex, body: str, expected: Any) -> None:
    assert apex.run(body, ERRORS) == expected


def test_statics_live_for_one_transaction(apex: Apex) -> None:
    for _ in range(2):
        assert apex.run("new Counter(); return Counter.made;", COUNTER) == 1


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("return new Counter().hidden();", "Counter.hidden is private"),
        ("return Counter.NAME;", "Counter.NAME is private"),
        ("new Counter().count = 3; return 1;", "property Counter.count cannot be written here"),
        ("return new Counter('x');", "constructor not defined: Counter(String)"),
        ("return new Counter().add('x');", "method does not exist: Counter.add(String)"),
        ("return new Counter().missing;", "variable does not exist: Counter.missing"),
        ("return Counter.add(1);", "Counter.add needs an object"),
        ("return new Base('x');", "Base cannot be constructed"),
        ("return new Missing();", "new Missing"),
        ("throw new Counter(); return 1;", "throw of Counter"),
        ("return this;", "this in a static context"),
        ("return Counter;", "Counter is a class, not a value"),
        ("return System.Label.Missing;", "there is no custom label Missing"),
    ],
)
def test_what_the_compiler_refuses(apex: Apex, body: str, said: str) -> None:
    with pytest.raises((NotApex, Unsupported)) as error:
        apex.run(body, COUNTER, BASE)
    assert said in str(error.value)


def test_overloads_that_null_leaves_open(apex: Apex) -> None:
    two = (
        "public class Two { public static Integer go(Id x) { return 1; } "
        "public static Integer go(Date x) { return 2; } }"
    )
    with pytest.raises(Unsupported, match="choice between overloads of go"):
        apex.run("return Two.go(null);", two)


def test_equality_of_its_own_is_not_modelled(apex: Apex) -> None:
    own = "public class Own { public Boolean equals(Object other) { return true; } }"
    with pytest.raises(Unsupported, match="Own with equality of its own"):
        apex.run("return new Own() == new Own();", own)


@pytest.mark.parametrize(
    "member",
    [
        "public static void go() { Account a; undelete a; }",
        "private static Integer number() { return 1; }",
        "private static Integer go(String transaction) { return 1; }",
        "public String exit;",
        "public enum Size { SHORT }",
        "public class Group { }",
        "public Integer i { get; set; } { i = 1; }",
        "public static void go() { Object x = [FIND 'x' RETURNING Account]; }",
    ],
)
def test_an_unknown_construct_stops_at_reading(apex: Apex, member: str) -> None:
    with pytest.raises((NotApex, Unsupported)) as error:
        apex.run("return 1;", f"public class Odd {{\n{member}\n}}")
    assert str(error.value).startswith("Odd.cls:2: ")
