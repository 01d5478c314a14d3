"""Certify the conclusion (合意締結証明): who agreed to which files, from the evidence of their consents."""

from forms.issued.conclusion_certificate import AgreedParty, CertificateFacts, ConcludedFile
from portal.workflows.act import Act
from procurement.contracts import Contract
from procurement.errors import RuleViolation
from signing import CirculationStep, Envelope, Side, StepRole, evidence_of

SERVICE = "割符 電子契約ポータル"
AUTHENTICATIONS = {"mail_link": "メールで届いた本人専用のリンク", "account": "利用者IDとパスワード"}


def certificate_facts(act: Act, contract: Contract, envelope: Envelope) -> CertificateFacts:
    """What the certificate of a concluded contract says. (SIGN-10)"""
    if contract.concluded_on is None:
        raise RuleViolation(
            "not_concluded",
            "契約がまだ締結されていないため、合意締結証明書はありません。",
            remedy="双方の署名が完了すると、ダウンロードできます。",
        )
    return CertificateFacts(
        document_id=envelope.number,
        title=contract.title,
        contract_number=contract.number,
        concluded_on=contract.concluded_on,
        parties=_parties(act, contract, envelope),
        files=[
            ConcludedFile(document.name, document.final_sha256 or "", document.page_count)
            for document in contract.documents
        ],
        service_name=SERVICE,
    )


def _parties(act: Act, contract: Contract, envelope: Envelope) -> list[AgreedParty]:
    steps = {step.id: step for step in envelope.steps}
    return [
        AgreedParty(
            role=_role(steps[evidence.step_id]),
            organization=evidence.organisation,
            name=evidence.name,
            mail_address=evidence.email,
            agreed_at=evidence.at,
            authenticated_by=AUTHENTICATIONS.get(evidence.authentication, evidence.authentication),
            address=contract.company.address if steps[evidence.step_id].side is Side.RECEIVER else "",
        )
        for evidence in evidence_of(act.session, envelope.id)
        if evidence.act == "consent"
    ]


def _role(step: CirculationStep) -> str:
    side = "発注者" if step.side is Side.SENDER else "受注者"
    return f"{side}（確認者）" if step.role is StepRole.REVIEWER else side
