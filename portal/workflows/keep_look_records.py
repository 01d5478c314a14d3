"""Keep records of looks (照会記録の保存): each sealed record goes into the archive, to be renewed there."""

from collections.abc import Sequence

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from forms.pictures import page_count
from guarantees.lodged import GuaranteeLook
from portal.workflows.act import Act
from portal.workflows.seal_look_records import NAME
from procurement.errors import RuleViolation
from signing import DocumentStore
from signing.errors import DamagedDocument
from signing.kept_papers import SealedPaper, keep_paper, kept_paper
from signing.orm import DocumentVersion


def unkept_records(act: Act, limit: int) -> Sequence[GuaranteeLook]:
    """Looks whose sealed record is not in the archive yet."""
    kept = exists().where(DocumentVersion.sha256 == GuaranteeLook.record_sha256)
    query = select(GuaranteeLook).where(GuaranteeLook.record_sha256.is_not(None), ~kept)
    return act.session.scalars(query.order_by(GuaranteeLook.looked_at).limit(limit)).all()


def keep_records(act: Act, store: DocumentStore, limit: int) -> int:
    """Puts what is missing into the archive; says how many. Run twice, it does nothing the second time."""
    waiting = unkept_records(act, limit)
    for look in waiting:
        keep_paper(act.session, _paper(act, look, store), act.now)
    return len(waiting)


def newest_record(session: Session, look: GuaranteeLook) -> str | None:
    """SHA-256 of the record as it is to be handed out: renewed where that was done; None until it is made."""
    if look.record_sha256 is None:
        return None
    paper = kept_paper(session, look.city, look.record_sha256)
    return paper.versions[-1].sha256 if paper else look.record_sha256


def _paper(act: Act, look: GuaranteeLook, store: DocumentStore) -> SealedPaper:
    """A file that is lost or damaged goes into the archive too: there it is found to be so, and told of."""
    assert look.record_sha256 is not None
    try:
        path = store.path(look.record_sha256)
        size, pages = path.stat().st_size, page_count(path)
    except (DamagedDocument, RuleViolation):
        size, pages = 0, 0
    rules = act.cities.get(look.city)
    return SealedPaper(
        owner=look.city,
        reference=look.id,
        issuer=rules.name if rules else look.city,
        name=NAME,
        sha256=look.record_sha256,
        size=size,
        page_count=pages,
        made_at=look.record_tried_at or look.looked_at,
    )
