"""One guarantee in the office: what the registry says of it, and every decision about it."""

from datetime import date

import pytest
from flask.testing import FlaskClient

from guarantees import testing
from guarantees.lodged import Means
from portal.permissions import Role
from tests.portal.office.desk import OfficeDesk, text_of
from tests.portal.office.guarantee_desk import kept, lodged, tags, tie
from tests.workflows.secured import KEY, certificate

BEHAVIOURS = {
    "found": lambda: testing.found(certificate()),
    "mismatch": lambda: testing.mismatch(certificate()),
    "unavailable": testing.unavailable,
    "explodes": testing.explodes,
}


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
