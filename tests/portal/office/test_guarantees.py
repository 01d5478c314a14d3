"""Guarantees in the office: the list, the case, one guarantee with its decisions, and registering what came."""

import io
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from forms.issued.key_notices import NoticeFacts, key_notice
from guarantees import testing
from guarantees.keys import AuthenticationKey
from guarantees.lodged import LodgedGuarantee, Means
from guarantees.lookup import RegistryPort
from guarantees.products import Product
from portal import clock
from portal.acting import looking
from portal.permissions import Role
from portal.scoping import Scope
from procurement.cases import ProcurementCase
from tests.portal.office.desk import AWARD, OfficeDesk, text_of, value_of
from tests.workflows.secured import KEY, NUMBER, ask_of, certificate, lodged_in
from tests.workflows.town import OFFICER, START

RECEIVED = {
    "reception-channel": "mail",
    "reception-received_on": "2026-05-07",
    "reception-received_time": "9:30",
}
BEHAVIOURS = {
    "found": lambda: testing.found(certificate()),
    "mismatch": lambda: testing.mismatch(certificate()),
    "unavailable": testing.unavailable,
    "explodes": testing.explodes,
}


@pytest.fixture
def secured(desk: OfficeDesk) -> OfficeDesk:
    """A case that needs a contract guarantee."""
    desk.play("award", requires_contract_guarantee=True)
    return desk


def lodged(desk: OfficeDesk, means: Means = Means.ELECTRONIC_SURETY, **values: object) -> str:
    """The address of a guarantee that the city was told of."""
    with desk.app.app_context():
        return f"/office/guarantees/{lodged_in(desk.town, means, **values)}"


def tie(desk: OfficeDesk, registry: RegistryPort | None) -> None:
    with desk.app.app_context():
        ask_of(registry)


def kept(desk: OfficeDesk, address: str) -> LodgedGuarantee:
    with desk.app.app_context(), looking(OFFICER, Scope()) as act:
        found = act.session.get_one(LodgedGuarantee, address.rpartition("/")[2])
        assert found.looks is not None
        return found


def tags(desk: OfficeDesk) -> list[str]:
    with desk.app.app_context():
        return desk.town.tags()


def notice(**changes: object) -> bytes:
    facts = {
        "issuer_name": "西日本建設業保証株式会社",
        "number": NUMBER,
        "key": AuthenticationKey(KEY),
        "product": Product.CONTRACT,
        "work_name": "市道改良工事",
        "contractor": "山田建設株式会社",
        "orderer": "鳥栖市長",
        "issued_on": date(2026, 5, 7),
    }
    return key_notice("west", NoticeFacts(**(facts | changes)))  # type: ignore[arg-type]


def test_what_is_missing_stands_in_the_list_on_the_case_and_in_the_chart(
    secured: OfficeDesk, officer: FlaskClient
) -> None:
    listed = text_of(officer.get("/office/guarantees"))
    assert "未提出・不足" in listed
    assert "市道改良工事" in listed
    case = officer.get(f"{secured.case}/guarantees")
    assert "1,100,000円" in case.text
    assert "<svg" in case.text
    assert "chart__hatch" in case.text
    assert "保証がありません" in text_of(case)
    page = officer.get(secured.case).text
    assert f"{secured.case}/guarantees" in page
    assert "chart__hatch" in page


def test_what_waits_for_a_decision_is_counted_until_it_is_decided(
    secured: OfficeDesk, officer: FlaskClient
) -> None:
    queue = "/office/cases?stage=guarantees"
    assert "市道改良工事" not in text_of(officer.get(queue))
    page = lodged(secured)
    assert "市道改良工事" in text_of(officer.get(queue))
    tie(secured, testing.found(certificate()))
    officer.post(f"{page}/look")
    officer.post(f"{page}/acceptance")
    assert "市道改良工事" not in text_of(officer.get(queue))


def test_the_list_is_filtered_by_concern_kind_and_words(secured: OfficeDesk, officer: FlaskClient) -> None:
    lodged(secured)

    def count(**query: str) -> bool:
        return "市道改良工事" in text_of(officer.get("/office/guarantees", query_string=query))

    assert count(concern="not_checked")
    assert not count(concern="mismatch")
    assert count(obligation="contract", q="山田")
    assert not count(obligation="advance_payment")
    assert count(q=NUMBER)
    assert not count(q="どこにもない")
    assert officer.get("/office/guarantees?concern=nonsense&page=99").status_code == 200


def test_the_list_holds_25_rows_a_page(secured: OfficeDesk, officer: FlaskClient) -> None:
    for number in range(25):
        lodged(secured, guarantee_contract_number=f"20700044{number:02}")
    assert officer.get("/office/guarantees").text.count('href="/office/guarantees/') == 25
    secured.play("award", number="R8-002", title="もう一つの工事", requires_contract_guarantee=True)
    first, second = (officer.get(f"/office/guarantees?page={page}").text for page in (1, 2))
    assert ("もう一つの工事" in first, "もう一つの工事" in second) == (False, True)


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_each_behaviour_of_a_registry_is_told_on_the_page(
    secured: OfficeDesk, officer: FlaskClient, behaviour: str
) -> None:
    page = lodged(secured)
    tie(secured, BEHAVIOURS[behaviour]())
    assert officer.post(f"{page}/look").location == page
    seen = text_of(officer.get(page))
    accepted = officer.post(f"{page}/acceptance", data={"remark": ""})
    if behaviour == "found":
        assert "証書を確認しました" in seen
        assert accepted.status_code == 302
        assert "受理" in text_of(officer.get(page))
    else:
        assert accepted.status_code == 422
        assert kept(secured, page).accepted_at is None
    if behaviour == "mismatch":
        assert "不一致" in seen
        assert "別の工事" in seen
    if behaviour in ("unavailable", "explodes"):
        assert "まだ確認できていません" in seen
    for address in ("/office/guarantees", f"{secured.case}/guarantees", secured.case):
        assert officer.get(address).status_code == 200


def test_a_doubtful_line_is_decided_with_a_reason_before_acceptance(
    secured: OfficeDesk, officer: FlaskClient
) -> None:
    page = lodged(secured)
    tie(secured, testing.found(certificate(contractor="（株）山田建設")))
    officer.post(f"{page}/look")
    assert officer.post(f"{page}/acceptance").status_code == 422
    line = f"{page}/lines/contractor"
    silent = officer.post(line, data={"is_fine": "yes", "reason": ""})
    assert silent.status_code == 422
    unanswered = officer.post(line, data={"reason": "登記の名称"})
    assert unanswered.status_code == 422
    assert "登記の名称" in unanswered.text
    assert officer.post(line, data={"is_fine": "yes", "reason": "登記の略記"}).status_code == 302
    assert "登記の略記" in officer.get(page).text
    assert officer.post(f"{page}/acceptance").status_code == 302
    assert kept(secured, page).accepted_at is not None


def test_the_key_is_masked_until_it_is_shown_and_that_is_recorded(
    secured: OfficeDesk, officer: FlaskClient
) -> None:
    page = lodged(secured)
    assert KEY not in officer.get(page).text
    assert "guarantee:key:show" not in tags(secured)
    shown = officer.post(f"{page}/key")
    assert KEY in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    assert tags(secured).count("guarantee:key:show") == 1
    assert KEY not in officer.get(page).text
    mayor = secured.browser("mayor")
    assert mayor.get(page).status_code == 200
    assert mayor.post(f"{page}/key").status_code == 403


def test_sending_back_needs_a_reason_and_shows_it(secured: OfficeDesk, officer: FlaskClient) -> None:
    page = lodged(secured)
    assert officer.post(f"{page}/return", data={"return_reason": " "}).status_code == 422
    assert officer.post(f"{page}/return", data={"return_reason": "別の工事です。"}).status_code == 302
    seen = officer.get(page).text
    assert "別の工事です。" in seen
    assert "差し戻す</button>" not in seen


def test_an_original_is_recorded_and_then_accepted_and_released(
    secured: OfficeDesk, officer: FlaskClient
) -> None:
    page = lodged(secured, Means.BANK, amount=1_100_000, issuer_name="見本銀行", ends_on=date(2026, 12, 1))
    assert "原本の到着待ち" in officer.get(page).text
    assert "原本が届いたら、受領を記録します" in officer.get("/office/guarantees").text
    assert officer.post(f"{page}/acceptance").status_code == 422
    nothing = officer.post(f"{page}/original", data={})
    assert nothing.status_code == 422
    assert "届いた方法が選ばれていません" in nothing.text
    came = {"reception-channel": "post", "reception-received_on": "令和8年5月7日"}
    assert officer.post(f"{page}/original", data=came).status_code == 302
    assert officer.post(f"{page}/acceptance", data={"remark": "原本と照合"}).status_code == 302
    assert "確保済み" in text_of(officer.get(f"{secured.case}/guarantees"))
    released = officer.post(f"{page}/release", data={"release_reason": "工事の完了"})
    assert released.status_code == 302
    assert "返還・解除しました" in officer.get(page).text


def test_a_portal_without_registry_asks_the_officer_to_look(
    secured: OfficeDesk, officer: FlaskClient
) -> None:
    page = lodged(secured)
    tie(secured, None)
    assert "いま照会する" not in officer.get(page).text
    refused = officer.post(f"{page}/look")
    assert refused.status_code == 422
    form = f"{page}/by-hand"
    assert officer.get(form).status_code == 200
    empty = officer.post(form, data={"was_found": "found", "work_name": "市道改良工事"})
    assert empty.status_code == 422
    assert 'value="市道改良工事"' in empty.text
    said = certificate().latest
    typed = {
        "was_found": "found",
        "product": "contract",
        "orderer": said.orderer,
        "contractor": said.contractor,
        "work_name": said.work_name,
        "contract_price": "11,000,000円",
        "guaranteed_amount": "1,100,000",
        "work_starts_on": str(said.work_starts_on),
        "work_ends_on": str(said.work_ends_on),
        "guarantee_starts_on": str(said.guarantee_starts_on),
        "guarantee_ends_on": str(said.guarantee_ends_on),
    }
    assert officer.post(form, data=typed).status_code == 302
    assert "画面で確認（手入力）" in officer.get(page).text
    undated = officer.post(form, data=typed | {"was_found": "cancelled"})
    assert undated.status_code == 422
    assert "解約の日が空欄です" in undated.text
    ended = typed | {"was_found": "cancelled", "cancelled_on": "令和8年5月6日"}
    assert officer.post(form, data=ended).status_code == 302
    assert "この保証契約は解約されています（令和8年5月6日）" in officer.get(page).text
    assert officer.post(f"{page}/acceptance").status_code == 422, "what was cancelled secures nothing"
    assert officer.post(form, data={"was_found": "not_found"}).status_code == 302
    assert "該当する証書がありません" in officer.get(page).text


def test_a_notice_that_came_by_mail_is_read_confirmed_and_registered(
    secured: OfficeDesk, officer: FlaskClient
) -> None:
    base = f"{secured.case}/guarantees"
    upload = {"notice": (io.BytesIO(notice()), "お知らせ.pdf")}
    read = officer.post(f"{base}/notice?obligation=contract", data=upload)
    assert read.status_code == 200, text_of(read)
    assert NUMBER in read.text
    assert KEY not in read.text
    word = value_of(read, "kept")
    late = officer.post(f"{base}/notice/confirmed?obligation=contract", data={"kept": word})
    assert late.status_code == 422
    done = officer.post(f"{base}/notice/confirmed?obligation=contract", data={"kept": word, **RECEIVED})
    assert done.status_code == 302, text_of(done)
    found = kept(secured, done.location)
    assert found.guarantee_contract_number == NUMBER
    assert found.channel.value == "mail"
    assert found.notice_says is not None
    assert KEY not in str(found.notice_says)
    opened = officer.post(f"{done.location}/notice")
    assert opened.mimetype == "application/pdf"
    assert "guarantee:key:show" in tags(secured)


def test_a_word_of_another_case_or_none_opens_no_notice(secured: OfficeDesk, officer: FlaskClient) -> None:
    base = f"{secured.case}/guarantees"
    upload = {"notice": (io.BytesIO(notice()), "お知らせ.pdf")}
    word = value_of(officer.post(f"{base}/notice", data=upload), "kept")
    secured.play("award", number="R8-002", title="別の工事", requires_contract_guarantee=True)
    other = f"{secured.case}/guarantees/notice/confirmed"
    for kept_word in (word, "nonsense", ""):
        answer = officer.post(other, data={"kept": kept_word, **RECEIVED})
        assert answer.status_code == 422
        assert "見つかりません" in answer.text


def test_typed_numbers_and_keys_are_asked_about_once_and_the_key_never_comes_back(
    secured: OfficeDesk, officer: FlaskClient
) -> None:
    address = f"{secured.case}/guarantees/new?obligation=contract&means=electronic_surety"
    typed = {"number": "２０７０００４４２", "key": KEY, **RECEIVED}
    asked = officer.post(address, data=typed)
    assert asked.status_code == 422
    assert "桁数をご確認ください" in asked.text
    assert KEY not in asked.text
    assert "２０７０００４４２" in asked.text
    without = officer.post(address, data={**typed, "key": "", "is_sure": "y"})
    assert without.status_code == 422
    assert "認証キーが空欄です" in without.text
    done = officer.post(address, data={**typed, "number": NUMBER})
    assert done.status_code == 302, text_of(done)
    assert kept(secured, done.location).guarantee_contract_number == NUMBER


def test_every_other_means_is_registered_with_its_fields(secured: OfficeDesk, officer: FlaskClient) -> None:
    for number, means in enumerate(means for means in Means if means is not Means.ELECTRONIC_SURETY):
        address = f"{secured.case}/guarantees/new?obligation=contract&means={means.value}"
        empty = officer.post(address, data=RECEIVED)
        assert empty.status_code == 422, means
        assert "空欄です" in empty.text
        typed = {
            "issuer_name": "見本銀行本店",
            "amount": "1,100,000",
            "ends_on": "令和8年12月1日",
            "number": f"第{number}号",
            "ground": "契約規則による",
            "viewing_url": "https://insurer.example.jp/view",
            "viewing_password": "himitsu-7",
            "original_here": "y",
            **RECEIVED,
            "reception-channel": "counter",
        }
        done = officer.post(address, data=typed)
        assert done.status_code == 302, text_of(done)
        found = kept(secured, done.location)
        assert found.means is means
        assert (found.original_received_on is not None) == means.has_original, means
        assert "himitsu-7" not in officer.get(done.location).text


def test_a_viewing_address_that_is_none_is_refused_with_what_was_typed(
    secured: OfficeDesk, officer: FlaskClient
) -> None:
    address = f"{secured.case}/guarantees/new?obligation=contract&means=viewing_url"
    typed = {"issuer_name": "見本損害保険", "viewing_url": "javascript:alert(1)", "viewing_password": "x"}
    answer = officer.post(address, data={**typed, **RECEIVED})
    assert answer.status_code == 422
    assert "https://" in answer.text
    assert "見本損害保険" in answer.text


def test_nobody_elses_guarantee_is_there(secured: OfficeDesk) -> None:
    page = lodged(secured)
    stranger = secured.stranger(Role.OFFICER, "iwaki")
    for address in (page, f"{page}/by-hand", f"{secured.case}/guarantees", f"{secured.case}/guarantees/new"):
        assert stranger.get(address).status_code == 404, address
    for name in ("key", "look", "notice", "lines/contractor", "acceptance", "return", "release"):
        assert stranger.post(f"{page}/{name}", data={"is_fine": "yes", "reason": "理由"}).status_code == 404
    assert "市道改良工事" not in stranger.get("/office/guarantees").text
    auditor = secured.stranger(Role.AUDITOR, "tosu")
    assert auditor.get(page).status_code == 200
    assert auditor.post(f"{page}/acceptance").status_code == 403


@pytest.fixture
def asking(app: Flask) -> Iterator[OfficeDesk]:
    """A city that permits electronic guarantees case by case."""
    with ExitStack() as stack:
        stack.enter_context(clock.freeze(START))
        yield OfficeDesk(app, stack, "ashikaga")


def test_the_permission_is_typed_checked_imported_and_changed_with_a_reason(asking: OfficeDesk) -> None:
    officer = asking.browser("officer")
    assert "電子保証の利用を認める" in officer.get("/office/awards/new").text
    assert "電子保証の利用" in officer.get("/office/awards/import/template.csv").text
    typed = {**AWARD, "requires_contract_guarantee": "y", "allows_electronic_guarantee": "y"}
    checked = officer.post("/office/awards/new", data={**typed, "action": "check"})
    assert "電子保証の利用 認める" in text_of(checked)
    case = officer.post("/office/awards", data=typed).location
    page = f"{case}/guarantees/permission"
    assert "認めています" in officer.get(f"{case}/guarantees").text
    silent = officer.post(page, data={"is_allowed": "no", "reason": ""})
    assert silent.status_code == 422
    same = officer.post(page, data={"is_allowed": "yes", "reason": "確認のため"})
    assert same.status_code == 422
    assert "確認のため" in same.text
    assert officer.post(page, data={"is_allowed": "no", "reason": "対象外と判明"}).status_code == 302
    assert "認めていません" in officer.get(f"{case}/guarantees").text
    assert "guarantee:allow" in tags(asking)
    assert "対象外と判明" in officer.get(case).text


def test_an_import_carries_guarantee_and_permission(asking: OfficeDesk) -> None:
    officer = asking.browser("officer")
    template = officer.get("/office/awards/import/template.csv").data.decode("utf-8-sig")
    bad = template.replace("認める", "たぶん")
    for text, words in ((bad, "「認める」「認めない」"), (template, "1件を取り込む")):
        upload = {"file": (io.BytesIO(text.encode()), "rakusatsu.csv")}
        preview = officer.get(officer.post("/office/awards/import", data=upload).location)
        assert words in text_of(preview)
    officer.post(preview.request.path)
    with asking.app.app_context(), looking(OFFICER, Scope()) as act:
        (case,) = act.session.scalars(select(ProcurementCase))
        assert (case.requires_contract_guarantee, case.allows_electronic_guarantee) == (True, True)


def test_the_permission_is_asked_only_where_the_city_asks_it(
    secured: OfficeDesk, officer: FlaskClient
) -> None:
    assert "電子保証の利用" not in officer.get("/office/awards/import/template.csv").text
    assert "電子保証の利用を認める" not in officer.get("/office/awards/new").text
    address = f"{secured.case}/guarantees/permission"
    refused = officer.post(address, data={"is_allowed": "yes", "reason": "希望があったため"})
    assert refused.status_code == 422
