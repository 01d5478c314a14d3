"""From the application to the key notice, and what follows; on both databases. (GUAR-20 to GUAR-66)"""

from sqlalchemy import select

from portal.audit.entries import AuditEntry
from portal.scoping import Scope
from portal.unit_of_work import reading
from tests.portal.surety.desk_town import DeskTown, everything_kept, mails


def test_from_the_application_to_the_key_notice(desk: DeskTown) -> None:
    application = desk.applied()
    complete = desk.customer.get(f"/surety/desk/applications/{application}/sent").text
    assert "W10000001-001" in complete
    queue = desk.officer.get("/surety/applications").text
    assert "W10000001-001" in queue
    guarantee = desk.issued(application)
    books = desk.guarantee(guarantee)
    assert (books["arrived"], books["waiting"], books["application"]) == (True, 0, "waiting")
    desk.issued(application, "advance_payment")
    assert desk.guarantee(guarantee)["application"] == "settled"
    told = [mail for mail in mails(desk) if mail[1] == "電子証書・認証キー登録のお知らせ"]  # MAIL-17
    assert [mail[0] for mail in told] == ["keiyaku@mihon.example.jp"] * 2
    customer = desk.customer
    page = customer.get(f"/surety/desk/guarantees/{guarantee}")
    assert books["key"] not in page.text
    shown = customer.post(f"/surety/desk/guarantees/{guarantee}/key")
    assert books["key"] in shown.text
    notice = customer.post(f"/surety/desk/guarantees/{guarantee}/key-notice")
    assert notice.data.startswith(b"%PDF")
    assert notice.headers["Cache-Control"] == "no-store"
    with desk.app.app_context(), reading(Scope()) as session:
        tags = [row.tag for row in session.scalars(select(AuditEntry))]
    assert tags.count("desk:key:show") == 2
    assert books["key"] not in everything_kept(desk)


def test_the_customer_sees_what_the_orderer_was_sent(desk: DeskTown) -> None:  # GUAR-64
    guarantee = desk.issued(desk.applied())
    sha256 = desk.registry.sent[-1][2]
    certificate = desk.customer.get(f"/surety/desk/guarantees/{guarantee}/certificates/1")
    assert sha256 in certificate.text
    paper = desk.customer.get(f"/surety/desk/guarantees/{guarantee}/certificates/1.pdf")
    assert paper.data.startswith(b"%PDF")
    assert desk.customer.get(f"/surety/desk/guarantees/{guarantee}/certificates/2").status_code == 404


def test_a_change_keeps_number_and_key_and_form(desk: DeskTown) -> None:  # GUAR-05, GUAR-72
    guarantee = desk.issued(desk.applied())
    before = desk.guarantee(guarantee)
    customer, officer = desk.customer, desk.officer
    address = f"/surety/desk/guarantees/{guarantee}/change"
    assert "50,000,000" in customer.get(address).text
    change = {
        "contract_price": "55000000",
        "guaranteed_amount": "5500000",
        "work_ends_on": "2026-11-30",
        "reason": "増額のため",
    }
    refused = customer.post(address, data=change | {"form": "paper"})
    assert refused.status_code == 422
    assert "混在できません" in refused.text
    begun = customer.post(address, data=change | {"form": "electronic"})
    check = customer.get(begun.location)
    assert "5,500,000円" in check.text
    application = begun.location.split("/")[-2]
    assert customer.post(begun.location).location.endswith("/sent")
    assert "増額のため" in officer.get(f"/surety/applications/{application}").text
    officer.post(f"/surety/applications/{application}/change")
    after = desk.guarantee(guarantee)
    assert (after["number"], after["key"]) == (before["number"], before["key"])
    assert after["kinds"] == ["new", "change"]
    assert [kind for kind, _, _ in desk.registry.sent] == ["new", "change"]
    assert "変更" in mails(desk)[-1][1]
    officer.post(f"/surety/guarantees/{guarantee}/change_withdrawn", data={"reason": "取りやめ"})
    officer.post(f"/surety/guarantees/{guarantee}/cancellation", data={"reason": "契約の解除"})
    assert desk.guarantee(guarantee)["kinds"] == ["new", "change", "change_withdrawn", "cancellation"]
    page = customer.get(f"/surety/desk/guarantees/{guarantee}").text
    assert "解約されています" in page
    assert "5,500,000円" not in page  # the withdrawn change is not shown
    late = officer.post(f"/surety/guarantees/{guarantee}/cancellation", data={"reason": "もう一度"})
    assert late.status_code == 422


def test_a_correction_takes_the_place_of_the_mistake(desk: DeskTown) -> None:
    guarantee = desk.issued(desk.applied())
    officer = desk.officer
    data = {
        "guaranteed_amount": "5000000",
        "contract_price": "50000000",
        "work_name": "市道改良工事（その２）",
        "orderer": "鳥栖市長",
        "contractor": "customer建設株式会社",
        "guarantee_ends_on": "2026-10-30",
        "reason": "工事名の誤り",
    }
    incomplete = officer.post(f"/surety/guarantees/{guarantee}/correction", data=data | {"reason": ""})
    assert incomplete.status_code == 422
    assert officer.post(f"/surety/guarantees/{guarantee}/correction", data=data).status_code == 302
    page = desk.customer.get(f"/surety/desk/guarantees/{guarantee}").text
    assert "市道改良工事（その２）" in page
    assert page.count(">選択<") == 1
