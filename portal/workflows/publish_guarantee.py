"""Publish a certificate (電子証書の登録): what the registry is to be told, and what it answered. (GUAR-63, GUAR-64)

The call itself stands between the two, outside of any transaction: `portal.desk_publishing`.
"""

from dataclasses import dataclass

from sqlalchemy import select

from guarantees.certificates import VersionKind
from guarantees.desk.issuing import key_of
from guarantees.desk.orm import DeskCertificate, DeskGuarantee
from guarantees.lookup import Publication, PublishAnswer, PublishRefused, Unavailable
from guarantees.products import CertificateForm
from guarantees.sealed_words import SealedWords
from portal.audit import Tag
from portal.workflows.act import Act
from portal.workflows.issue_guarantee import lock_guarantee
from portal.workflows.mail_desk_customer import mail_followed, mail_issued


@dataclass(frozen=True)
class Waiting:
    """One certificate that has still to arrive (未登録の証書), and what the registry is to be told of it."""

    paper_id: str
    guarantee_id: str
    publication: Publication


def next_waiting(act: Act, guarantee_id: str, seal: SealedWords) -> Waiting | None:
    """The oldest certificate of a guarantee that has not arrived; one after the other, in their order."""
    guarantee = act.session.get(DeskGuarantee, guarantee_id)
    if guarantee is None or not guarantee.waiting:
        return None
    paper = guarantee.waiting[0]
    publication = Publication(
        paper.kind,
        guarantee.issuer,
        guarantee.number,
        published_by=paper.issued_by,
        key=key_of(guarantee, seal) if paper.kind is VersionKind.NEW else None,
        orderer=guarantee.orderer,
        contents=paper.says,
        reason=paper.reason,
        reference=paper.id,
    )
    return Waiting(paper.id, guarantee.id, publication)


def record_publication(act: Act, waiting: Waiting, answer: PublishAnswer) -> bool:
    """Write down what the registry answered; the customer hears of an arrival. Whether it arrived."""
    guarantee = lock_guarantee(act, waiting.guarantee_id)
    paper = next(paper for paper in guarantee.papers if paper.id == waiting.paper_id)
    if paper.arrived_at is not None:
        return True
    if isinstance(answer, PublishRefused):
        paper.miss(answer.text, act.now)
        return False
    if isinstance(answer, Unavailable):
        paper.miss(answer.problem, None)
        return False
    paper.arrive(answer.at)
    act.audit(
        Tag.DESK_GUARANTEE_ARRIVED,
        city="",
        subject=("desk_guarantee", guarantee.id),
        number=guarantee.number,
        version=paper.number,
    )
    if paper.kind is VersionKind.NEW:
        mail_issued(act, guarantee)
    else:
        mail_followed(act, guarantee, paper)
    return True


def guarantees_with_waiting(act: Act) -> list[str]:
    """Guarantees of which something has to be sent to the registry; what it refused waits for the officer."""
    refused = (
        select(DeskCertificate.guarantee_id)
        .where(DeskCertificate.arrived_at.is_(None), DeskCertificate.publish_refused_at.is_not(None))
        .scalar_subquery()
    )
    rows = (
        select(DeskGuarantee.id)
        .join(DeskCertificate)
        .where(
            DeskGuarantee.form == CertificateForm.ELECTRONIC,
            DeskCertificate.arrived_at.is_(None),
            DeskGuarantee.id.not_in(refused),
        )
        .distinct()
    )
    return list(act.session.scalars(rows))


def allow_again(act: Act, guarantee: DeskGuarantee) -> None:
    """The officer lets a refused certificate be sent once more."""
    guarantee = lock_guarantee(act, guarantee.id)
    for paper in guarantee.waiting:
        paper.publish_refused_at = None
