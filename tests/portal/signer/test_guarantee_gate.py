"""The city's signing pages while a contract guarantee is awaited (契約保証の確認待ち). (CITY-30)"""

from flask.testing import FlaskClient
from sqlalchemy import select

from portal.audit.entries import AuditEntry
from procurement.cases import ProcurementCase
from tests.portal.signer.desk import SIGNATORY_MAIL, SigningDesk, text_of

WAITS = "効力のある契約保証が確認できていないため、市はまだ署名できません"


def require_guarantee(desk: SigningDesk) -> None:
    with desk.app.app_context(), desk.acting() as act:
        act.session.get_one(ProcurementCase, desk.players.case_id).requires_contract_guarantee = True


def blocked(desk: SigningDesk) -> list[str]:
    with desk.app.app_context(), desk.looking() as act:
        rows = act.session.scalars(select(AuditEntry).where(AuditEntry.tag == "contract:signing:block"))
        return [row.details["step"] for row in rows]


def test_the_contractor_signs_and_the_city_is_told_to_wait(
    consent_desk: SigningDesk, client: FlaskClient
) -> None:
    require_guarantee(consent_desk)
    consent_desk.send()
    page = text_of(client.get(consent_desk.link(consent_desk.company_mail)))
    assert WAITS not in page
    consent_desk.play("contractor_consents", "seal")
    link = consent_desk.link(SIGNATORY_MAIL)
    page = text_of(client.get(link))
    assert WAITS in page
    assert "受注者に、契約保証の提出を求めます" in page
    assert "回答する" not in page, "nothing is offered that would be refused"
    assert WAITS in text_of(client.get(f"{link}/consent"))
    assert blocked(consent_desk) == [], "to look is no attempt"
    answer = client.post(f"{link}/consent")
    assert (answer.status_code, WAITS in text_of(answer)) == (422, True)
    assert blocked(consent_desk) == [consent_desk.steps()[-1].id]
    assert consent_desk.steps()[-1].consented_at is None
