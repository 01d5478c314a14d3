"""Describe a conclusion (締結の記録の記載): what the certificate says, from the evidence and the seals. (SIGN-10)"""

import re
from collections.abc import Iterator, Sequence

from forms.issued.conclusion_certificate import (
    AgreedParty,
    AgreedVersion,
    CertificateFacts,
    ConcludedFile,
    PartySeal,
)
from portal.workflows.act import Act
from procurement.contracts import Contract
from signing import (
    CirculationStep,
    ConclusionRecord,
    ConsentRecord,
    Envelope,
    SealRecord,
    Side,
    SigningMode,
    StepRole,
    conclusion_record,
)

SERVICE = "割符 電子契約ポータル"
AUTHENTICATIONS = {
    "mail_link": "メールで届いた本人専用のリンク",
    "account": "利用者IDとパスワード",
    "certificate": "本人の電子証明書",
    "pin": "電子証明書のPIN",
    "signing_password": "一度限りの署名用パスワード",
    "pkcs12": "本人が保管する電子証明書のファイル",
    "token": "署名装置（PKCS#11）のPIN",
    "external": "本人が管理する外部の署名装置",
}
SIGNING_TYPES = {
    SigningMode.WITNESS: "立会人型（当事者の同意を受けて、本サービスの鍵で署名）",
    SigningMode.PARTY: "当事者型（当事者本人の電子証明書の鍵で署名）",
}
BROWSERS = (
    (r"Edg(?:e|A|iOS)?/(\d+)", "Edge"),
    (r"(?:Firefox|FxiOS)/(\d+)", "Firefox"),
    (r"(?:Chrome|CriOS)/(\d+)", "Chrome"),
    (r"Version/(\d+)\S* .*Safari/", "Safari"),
)
SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
LONGEST_UNKNOWN = 60


def certificate_facts(act: Act, contract: Contract, envelope: Envelope, *, is_demo: bool) -> CertificateFacts:
    """What the certificate of a concluded contract says; every statement comes from what was recorded."""
    if contract.concluded_on is None:
        raise ValueError("a contract that is not concluded has no certificate")
    record = conclusion_record(act.session, envelope)
    return CertificateFacts(
        document_id=envelope.number,
        title=contract.title,
        contract_number=contract.number,
        concluded_on=contract.concluded_on,
        parties=[_party(contract, consent) for consent in record.consents],
        files=list(_files(contract, record)),
        service_name=SERVICE,
        city_name=act.rules(contract.city).name,
        verification_address=act.address_of("/verify"),
        is_demo=is_demo,
    )


def browser_words(user_agent: str) -> str:
    """What a browser calls itself, in short: 「Chrome 120、Windows」; an unknown one as it is, cut."""
    found = ((name, re.search(pattern, user_agent)) for pattern, name in BROWSERS)
    browser = next((f"{name} {match[1]}" for name, match in found if match), "")
    system = next((words for mark, words in SYSTEMS if mark in user_agent), "")
    return "、".join(filter(None, (browser, system))) if browser else user_agent[:LONGEST_UNKNOWN]


def _party(contract: Contract, consent: ConsentRecord) -> AgreedParty:
    evidence, step = consent.evidence, consent.step
    browser = browser_words(evidence.user_agent)
    return AgreedParty(
        role=_role(step),
        organization=evidence.organisation,
        name=evidence.name,
        title=step.title,
        mail_address=evidence.email,
        agreed_at=evidence.at,
        authenticated_by=_authentication(evidence.authentication, consent.seals),
        address=contract.company.address if step.side is Side.RECEIVER else "",
        came_from=f"IPアドレス {evidence.ip_address}" + (f"（{browser}）" if browser else ""),
        pressed=evidence.pressed,
        versions=list(_versions(consent)),
        seals=list(_seals(consent)),
    )


def _role(step: CirculationStep) -> str:
    side = "発注者" if step.side is Side.SENDER else "受注者"
    return f"{side}（確認者）" if step.role is StepRole.REVIEWER else side


def _authentication(how: str, seals: Sequence[SealRecord]) -> str:
    """How the person was known; somebody with a certificate of its own also by that, which the rows below name."""
    words = [AUTHENTICATIONS.get(part, part) for part in how.split("+")]
    if any(seal.mode is SigningMode.PARTY for seal in seals):
        words.append("本人の電子証明書（下の「署名に用いた証明書」）")
    return "\n".join(words)


def _versions(consent: ConsentRecord) -> Iterator[AgreedVersion]:
    pages = {document.id: document.page_count for document in consent.step.envelope.documents}
    for document in consent.evidence.documents:
        key = document["document_id"]
        yield AgreedVersion(document["name"], document["sha256"], consent.pages_seen.get(key, 0), pages[key])


def _seals(consent: ConsentRecord) -> Iterator[PartySeal]:
    """One row for each document; a single document need not be named."""
    names = {document.id: document.name for document in consent.step.envelope.documents}
    for seal in consent.seals:
        of_document = f"（{names[seal.document_id]}）" if len(consent.seals) > 1 else ""
        owner = "　".join(
            filter(
                None, (seal.certificate.organisation, seal.certificate.title, seal.certificate.common_name)
            )
        )
        yield PartySeal(
            signing_type=SIGNING_TYPES[seal.mode],
            field_name=f"{seal.field_name}{of_document}",
            certificate=f"{owner}\n発行者　{seal.certificate.issuer}\nシリアル番号　{seal.certificate.serial_number}",
            stamped_at=seal.stamp.at if seal.stamp else None,
            authority=seal.stamp.authority if seal.stamp else "",
        )


def _files(contract: Contract, record: ConclusionRecord) -> Iterator[ConcludedFile]:
    for document in contract.documents:
        stamp = record.stamps.get(document.envelope_document_id or "")
        yield ConcludedFile(
            document.name,
            document.final_sha256 or "",
            document.page_count,
            stamp.at if stamp else None,
            stamp.authority if stamp else "",
        )
