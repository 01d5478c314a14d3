"""What people type is read in every usual way of writing; what cannot be read is refused with a way out."""

from datetime import date

import pytest

from forms.model import Choice, Field, FieldType
from forms.values import diff_values, display_values, read_value, restored, stored, text_of
from procurement.errors import RuleViolation
from tests.forms.examples import city_form


def field(kind: FieldType, **more: object) -> Field:
    return Field(key="x", label="欄", type=kind, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        (FieldType.DATE, "2026-05-07", date(2026, 5, 7)),
        (FieldType.DATE, "令和8年5月7日", date(2026, 5, 7)),
        (FieldType.DATE, "R8.5.7", date(2026, 5, 7)),
        (FieldType.DATE, "２０２６／５／７", date(2026, 5, 7)),
        (FieldType.DATE, " 令和元年５月１日 ", date(2019, 5, 1)),
        (FieldType.YEN, "１，２３４，０００円", 1_234_000),
        (FieldType.YEN, "¥1,234", 1234),
        (FieldType.YEN, "0", 0),
        (FieldType.INTEGER, "１２", 12),
        (FieldType.INTEGER, "1,200", 1200),
        (FieldType.PHONE, "０９４２ー８５ー００００", "0942-85-0000"),
        (FieldType.PHONE, "0942(85)0000", "0942-85-0000"),
        (FieldType.PHONE, "09012345678", "09012345678"),
        (FieldType.PHONE, "+81-942-85-0000", "+81-942-85-0000"),
        (FieldType.EMAIL, " keiyaku@example.co.jp ", "keiyaku@example.co.jp"),
        (FieldType.EMAIL, "ｋeiyaku＠example.co.jp", "keiyaku@example.co.jp"),
        (FieldType.EMAIL, "Keiyaku@EXAMPLE.co.jp", "Keiyaku@example.co.jp"),
        (FieldType.TEXT, "  山田　太郎\t", "山田　太郎"),
        (FieldType.TEXT, "か\u3099", "が"),
        (FieldType.TEXT, "一行\r\n二行", "一行 二行"),
        (FieldType.TEXT, "神\ufa19", "神\ufa19"),
        (FieldType.MULTILINE, "一行 \r\n二行\r\n", "一行\n二行"),
        (FieldType.CHECKBOX, "y", True),
        (FieldType.DATE, "　", None),
        (FieldType.TEXT, "", None),
        (FieldType.MULTILINE, "\r\n", None),
    ],
)
def test_read_as_people_write(kind: FieldType, typed: str, value: object) -> None:
    assert read_value(field(kind), typed) == value


@pytest.mark.parametrize(
    ("kind", "typed", "code"),
    [
        (FieldType.DATE, "令和8年2月30日", "date.unreadable"),
        (FieldType.DATE, "平成31年5月1日", "date.unreadable"),
        (FieldType.DATE, "明日", "date.unreadable"),
        (FieldType.YEN, "百万円くらい", "amount.unreadable"),
        (FieldType.YEN, "1,23円", "amount.unreadable"),
        (FieldType.INTEGER, "1.5", "integer.unreadable"),
        (FieldType.PHONE, "85-0000", "phone.unreadable"),
        (FieldType.PHONE, "電話なし", "phone.unreadable"),
        (FieldType.PHONE, "0942-85-0000-1234", "phone.unreadable"),
        (FieldType.EMAIL, "a@example.jp, b@example.jp", "email.several"),
        (FieldType.EMAIL, "a@example.jp；b@example.jp", "email.several"),
        (FieldType.EMAIL, "a@example.jp\r\nBcc: b@example.jp", "email.several"),
        (FieldType.EMAIL, "山田 <a@example.jp>", "email.several"),
        (FieldType.EMAIL, "keiyaku", "email.unreadable"),
        (FieldType.EMAIL, "keiyaku@", "email.unreadable"),
        (FieldType.EMAIL, "a..b@example.jp", "email.unreadable"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_remedy(kind: FieldType, typed: str, code: str) -> None:
    with pytest.raises(RuleViolation) as refused:
        read_value(field(kind), typed)
    assert refused.value.code == code
    assert refused.value.remedy


def test_a_choice_takes_its_answers_only() -> None:
    choice = field(FieldType.CHOICE, choices=(Choice("cash", "現金納付"), Choice("other", "その他")))
    assert read_value(choice, "cash") == "cash"
    assert read_value(choice, "現金納付") == "cash"
    with pytest.raises(RuleViolation):
        read_value(choice, "credit")


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        (FieldType.DATE, date(2019, 5, 1), "令和元年5月1日"),
        (FieldType.YEN, 1_234_000, "1,234,000円"),
        (FieldType.YEN, 0, "0円"),
        (FieldType.CHECKBOX, True, "はい"),
        (FieldType.CHECKBOX, False, "いいえ"),
        (FieldType.TEXT, None, ""),
    ],
)
def test_values_in_words(kind: FieldType, value: object, words: str) -> None:
    assert text_of(field(kind), value) == words


def test_values_survive_storage() -> None:
    form = city_form("iwaki")
    values = {"applied_on": date(2026, 5, 7), "delegation": "authority", "authority_declared": True}
    kept = stored(values | {"company_name": None})
    assert kept == {"applied_on": "2026-05-07", "delegation": "authority", "authority_declared": True}
    assert restored(form, kept | {"unknown": "x"}) == values


def test_a_draft_with_an_unreadable_date_can_still_be_shown() -> None:
    form = city_form("tosu")
    rows = display_values(form, {"applied_on": "来週"})[0].rows
    assert rows[0].text == "来週"


def test_difference_between_two_versions_field_by_field() -> None:
    form = city_form("ashikaga")
    before = {"applied_on": "2026-05-07", "clerk1_name": "鈴木　花子", "signatory_email": "a@example.jp"}
    after = {"applied_on": "2026-05-08", "clerk1_name": "鈴木　花子", "clerk1_email": "s@example.jp"}
    assert [(d.label, d.before, d.after) for d in diff_values(form, before, after)] == [
        ("申請日", "令和8年5月7日", "令和8年5月8日"),
        ("契約締結権限者のメールアドレス", "a@example.jp", ""),
        ("契約担当者1のメールアドレス", "", "s@example.jp"),
    ]
