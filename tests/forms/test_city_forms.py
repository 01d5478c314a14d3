"""The three usage applications, row by row of the catalogue (FORM-A, FORM-I, FORM-T)."""

import pytest

from forms.meanings import Meaning
from forms.model import FormDefinition
from tests.forms.examples import city_form

ASHIKAGA = [  # FORM-A02 .. FORM-A13: meaning, printed label, required
    (Meaning.APPLIED_ON, "申請日", True),
    (Meaning.COMPANY_ADDRESS, "住所", True),
    (Meaning.COMPANY_NAME, "商号又は名称", True),
    (Meaning.COMPANY_REPRESENTATIVE, "代表者氏名", True),
    (Meaning.CASE_TITLE, "1　(1) 工事名（物件・委託名）", True),
    (Meaning.CASE_PLACE, "　　(2) 工事（納入・委託）場所", True),
    (Meaning.SIGNATORY_NAME, "氏名", True),
    (Meaning.SIGNATORY_EMAIL, "メールアドレス", True),
    (Meaning.CLERK1_NAME, "氏名", False),
    (Meaning.CLERK1_EMAIL, "メールアドレス", False),
    (Meaning.CLERK2_NAME, "氏名", False),
    (Meaning.CLERK2_EMAIL, "メールアドレス", False),
    (Meaning.CLERK3_NAME, "氏名", False),
    (Meaning.CLERK3_EMAIL, "メールアドレス", False),
    (
        Meaning.AUTHORITY_DECLARED,
        "契約締結権限者は、この契約を締結する権限を有することを確認しました。",
        True,
    ),
]
IWAKI = [  # FORM-I01 .. FORM-I18
    (Meaning.APPLIED_ON, "申請日", True),
    (Meaning.COMPANY_ADDRESS, "所在地（住所）", True),
    (Meaning.COMPANY_NAME, "商号又は名称", True),
    (Meaning.COMPANY_REPRESENTATIVE, "代表者職氏名", True),
    (Meaning.CASE_TITLE, "案件名称", True),
    (Meaning.SIGNATORY_EMAIL, "利用メールアドレス", True),
    (Meaning.GUARANTEE_METHOD, "保証の方法", False),
    (Meaning.GUARANTEE_METHOD_OTHER, "その他の保証の方法", False),
    (Meaning.CONTACT_NAME, "担当者氏名", True),
    (Meaning.CONTACT_PHONE, "電話番号", True),
    (Meaning.DELEGATION, "利用メールアドレスを使う方", True),
    (Meaning.SIGNATORY_TITLE, "役職", False),
    (Meaning.SIGNATORY_NAME, "氏名", True),
    (Meaning.DELEGATOR_TITLE, "代理権を授与した方の役職", False),
    (Meaning.DELEGATOR_NAME, "氏名", False),
    (
        Meaning.AUTHORITY_DECLARED,
        "利用メールアドレスを使う方は、この契約を締結する権限を有することを確認しました。",
        True,
    ),
]
TOSU = [  # FORM-T01 .. FORM-T12
    (Meaning.APPLIED_ON, "承諾日", True),
    (Meaning.COMPANY_ADDRESS, "住所", True),
    (Meaning.COMPANY_NAME, "商号又は名称", True),
    (Meaning.COMPANY_REPRESENTATIVE, "代表者名", True),
    (Meaning.CASE_TITLE, "案件名", True),
    (Meaning.SIGNATORY_COMPANY, "請負（受注）者名", True),
    (Meaning.SIGNATORY_TITLE, "役職", True),
    (Meaning.SIGNATORY_NAME, "氏名", True),
    (Meaning.SIGNATORY_EMAIL, "メールアドレス", True),
    (Meaning.CONTACT_DEPARTMENT, "部署名", False),
    (Meaning.CONTACT_TITLE, "役職", False),
    (Meaning.CONTACT_NAME, "氏名", True),
    (Meaning.CONTACT_PHONE, "電話番号", True),
    (
        Meaning.AUTHORITY_DECLARED,
        "契約締結権限者は、この契約を締結する権限を有することを確認しました。",
        True,
    ),
]


def rows(form: FormDefinition) -> list[tuple[Meaning | None, str, bool]]:
    return [(field.means, field.paper_label, field.required) for field in form.fields()]


@pytest.mark.parametrize(("city", "expected"), [("ashikaga", ASHIKAGA), ("iwaki", IWAKI), ("tosu", TOSU)])
def test_fields_labels_and_requiredness_are_those_of_the_paper(
    city: str, expected: list[tuple[Meaning, str, bool]]
) -> None:
    assert rows(city_form(city)) == expected


@pytest.mark.parametrize(
    ("city", "head"),
    [
        ("ashikaga", ("別記様式第2号（第12条関係）", "電子契約利用申出書", "足利市長　宛て")),
        ("iwaki", ("", "電子契約利用申請書兼メールアドレス申出書", "いわき市長　様")),
        ("tosu", ("様式第1号", "電子契約利用承諾書", "鳥栖市長　様")),
    ],
)
def test_number_title_and_addressee(city: str, head: tuple[str, str, str]) -> None:
    form = city_form(city)
    assert (form.number, form.title, form.addressee) == head


def test_ashikaga_body_and_notes_word_for_word() -> None:
    form = city_form("ashikaga")
    assert form.body == (  # FORM-A06
        "足利市と電子契約サービスを利用して行う契約の締結において、利用するメールアドレスは、次のとおりです。"
        "また、変更契約に関しても同様とします。",
    )
    assert (form.notes_heading, *form.notes) == (  # FORM-A14, FORM-A15
        "※留意事項",
        "・契約締結権限者のみとする場合は契約担当者1～3は空欄。",
        "・利用するメールアドレスに変更があった場合、再度本様式による提出をお願いします。",
    )
    headings = [section.heading for section in form.sections]
    assert "2　契約締結権限者（必須）" in headings


def test_iwaki_body_and_notes_word_for_word() -> None:
    form = city_form("iwaki")
    assert "".join(form.body) == (  # FORM-I07
        "下記の案件について、電子契約の利用を申請します。当該案件の電子契約の締結について、"
        "契約締結権者または契約締結権者から代理権を授与された契約締結事務責任者のメールアドレスは下記のとおりです。"
    )
    notes = [note for section in form.sections for note in section.notes]
    assert notes == [  # FORM-I06, FORM-I10, FORM-I11
        "※契約書の受注者欄と同一の内容をご記載ください。",
        "※ 「フリーメール」及び「携帯電話各社のキャリアメール」以外のメールアドレスの利用を推奨しています。",
        "※契約保証を要する契約の場合のみ、保証の方法を選択し、下記の該当欄に○をつけてください。",
    ]
    assert form.notes == (  # FORM-I19
        "※ 本申請書は、落札決定の翌日正午12時まで、必要書類を添付の上、指定のメールアドレスまで提出してください。",
    )


def test_iwaki_guarantee_methods_word_for_word() -> None:
    choices = city_form("iwaki").field("guarantee_method").choices
    assert [choice.label for choice in choices] == [  # FORM-I12 .. FORM-I16
        "現金納付",
        "銀行等金融機関の保証",
        "保証事業会社の保証（東日本建設業保証会社など）",
        "工事履行保証契約（履行ボンド）または 履行保証保険契約 の締結",
        "その他",
    ]


def test_iwaki_asks_for_the_contract_draft() -> None:
    attachments = city_form("iwaki").attachments
    assert [(a.label, a.required) for a in attachments] == [
        ("契約書（案）", True),
        ("その他指示された書類", False),
    ]


def test_tosu_body_and_notes_word_for_word() -> None:
    form = city_form("tosu")
    assert form.body == ("鳥栖市との次の案件の契約締結にあたり、電子契約サービスの利用に同意します。",)
    assert (form.notes_heading, *form.notes) == (  # FORM-T13 .. FORM-T16
        "備考",
        "1　本書は電子メールにて提出してください。（押印不要）",
        "2　案件名は契約する工事（業務）名等を記載してください。",
        "3　鳥栖市の競争入札参加資格の登録業者は、登録先の商号又は名称（委任先の支店名等を含む。）、"
        "代表者（受任者を含む。）の役職名及び氏名及びメールアドレスを記載してください。",
        "4　紙による契約書で契約を締結した場合は、本承諾書は無効になります。",
    )
    assert "【契約締結権限者】" in [section.heading for section in form.sections]
