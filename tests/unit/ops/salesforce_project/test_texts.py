"""The texts in two languages, and the remedies from docs/error-codes.md."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ops.salesforce_project.field_texts import field_texts
from ops.salesforce_project.paths import ERROR_CODES, PROJECT
from ops.salesforce_project.texts import (
    Text,
    TextsError,
    generated_texts,
    label_name,
    labels_xml,
    read_texts,
    remedies,
    remedies_js,
    translation_xml,
)
from tests.unit.ops.salesforce_project.planting import Planted

STATUS = "objects/Order/fields/Provisioning_Status__c.field-meta.xml"
SOURCE = "./texts/fields.ja.json"
PAGE = "| `order-empty` | Add `lines`. | Wait. |\n| `esim-refused` | Ask. | Wait. |\n"
LABELS = json.dumps({"Portal_Title": {"en": "Title {0}", "ja": "題名 {0}"}})
JAPANESE = {
    "order-empty": {"en": "Add lines.", "ja": "追加。"},
    "esim-refused": {"en": "Ask.", "ja": "確認。"},
}


def read(labels: str = LABELS, japanese: object = JAPANESE) -> list[Text]:
    return read_texts(PAGE, labels, json.dumps(japanese))


def test_remedies_are_the_second_column() -> None:
    assert remedies(PAGE) == {"order-empty": "Add lines.", "esim-refused": "Ask."}


def test_every_documented_code_has_a_remedy() -> None:
    page = ERROR_CODES.read_text(encoding="utf-8")
    assert len(remedies(page)) == page.count("\n| `")
    assert remedies(page)["salesforce-access-denied"] == (
        "Salesforce refuses our user: run ops doctor, correct what it names, then press again."
    )


def test_a_page_without_table_is_refused() -> None:
    with pytest.raises(TextsError, match="no row"):
        remedies("# Codes")


def test_texts_are_sorted_by_name() -> None:
    assert [text.name for text in read()] == [
        "Portal_Remedy_esim_refused",
        "Portal_Remedy_order_empty",
        "Portal_Title",
    ]
    assert label_name("order-empty") == "Portal_Remedy_order_empty"


@pytest.mark.parametrize(
    ("japanese", "said"),
    [
        ({**JAPANESE, "order-empty": {"en": "Old.", "ja": "旧。"}}, "translate .* order-empty"),
        ({"order-empty": JAPANESE["order-empty"]}, "translate .* esim-refused"),
        ({**JAPANESE, "gone": {"en": "x", "ja": "x"}}, "gone"),
        ({**JAPANESE, "esim-refused": {"en": "Ask.", "ja": ""}}, "lacks a language"),
    ],
)
def test_a_translation_that_is_out_of_date_is_refused(japanese: object, said: str) -> None:
    with pytest.raises(TextsError, match=said):
        read(japanese=japanese)


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ({"Portal_Title": {"en": "x"}}, "lacks a language"),
        ({"Title": {"en": "x", "ja": "x"}}, "no name"),
        ({"Portal_Title": {"en": "x" * 1001, "ja": "x"}}, "longer than 1000"),
        ({"Portal_Title": {"en": "{0} {1}", "ja": "{0}"}}, "placeholders"),
    ],
)
def test_labels_are_checked(labels: object, said: str) -> None:
    with pytest.raises(TextsError, match=said):
        read(labels=json.dumps(labels))


def test_special_characters_are_escaped() -> None:
    texts = [Text("Portal_A", "a < b & c", "あ & い")]
    assert "<value>a &lt; b &amp; c</value>" in labels_xml(texts)
    assert "<label>あ &amp; い</label>" in translation_xml(texts)


def test_the_module_imports_each_label() -> None:
    module = remedies_js(PAGE)
    assert "import order_empty from '@salesforce/label/c.Portal_Remedy_order_empty';\n" in module
    assert "'order-empty': order_empty" in module


def test_a_new_error_code_is_asked_for(tmp_path: Path) -> None:
    page = tmp_path / "error-codes.md"
    page.write_text(
        ERROR_CODES.read_text(encoding="utf-8") + "| `brand-new` | Do something. | Wait. |\n"
    )
    with pytest.raises(TextsError, match=r"brand-new .* Do something\."):
        generated_texts(PROJECT, page)


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (STATUS, "Written by the portal. Choose", "Choose", "the help of Order.Provisioning_Stat"),
        (
            STATUS,
            "<label>Provisioning Status</label>",
            "<label>State</label>",
            "the label of Order",
        ),
        (STATUS, "<label>Queued</label>", "<label>In line</label>", "the values of Order.Prov"),
        (SOURCE, '"Order.Order_Type__c"', '"Order.Kind__c"', "Order.Kind__c, which is no field"),
    ],
)
def test_the_fields_japanese_is_held_to_their_english(
    planted: Planted, name: str, old: str, new: str, said: str
) -> None:
    planted.replace(name, old, new)
    with pytest.raises(TextsError, match=re.escape(said)):
        field_texts(planted.root)


def test_actions_and_values_are_translated() -> None:
    files = {path.name: text for path, text in field_texts().items()}
    order = files["Order-ja.objectTranslation-meta.xml"]
    for name in ("Provision_in_WHMCS", "Provision_on_Mobile", "Provision_Orders_in_WHMCS"):
        assert f"<name>{name}</name>" in order
    assert "失敗" in files["Provisioning_Status__c.fieldTranslation-meta.xml"]
