"""Forms of WHMCS' pages, read as a browser would send them."""

from __future__ import annotations

from local.demo.forms import read_forms


def test_forms_are_read_as_a_browser_would_send_them() -> None:
    (form,) = read_forms(
        '<input name="outside"><form method="POST" action="/x">'
        '<input type="hidden" name="token" value="t"><input name="empty">'
        '<input type="radio" name="kind" value="a">'
        '<input type="radio" name="kind" value="b" checked>'
        '<select name="month"><option value="01">1</option><option value="02" selected>2</option>'
        "</select><button>Go</button></form>"
    )
    assert (form.method, form.action) == ("post", "/x")
    assert form.fields == {"token": "t", "empty": "", "kind": "b", "month": "02"}
