"""Keep records of looks (照会記録の保存): each sealed record goes into the archive, to be renewed there."""

from collections.abc import Sequence

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from guarantees.lodged import GuaranteeLook
from portal.workflows.act import Act
from portal.workflows.keep_papers import put_into_archive
from portal.workflows.seal_look_records import NAME
from signing import DocumentStore
from signing.kept_papers import kept_paper
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
        assert look.record_sha256 is not None
        put_into_archive(
            act,
            store,
            city=look.city,
            reference=look.id,
            name=NAME,
            sha256=look.record_sha256,
            made_at=look.record_tried_at or look.looked_at,
        )
    return len(waiting)


def newest_record(session: Session, look: GuaranteeLook) -> str | None:
    """SHA-256 of the record as it is to be handed out: renewed where that was done; None until it is made."""
    if look.record_sha256 is None:
        return None
    paper = kept_paper(session, look.city, look.record_sha256)
    return paper.versions[-1].sha256 if paper else look.record_sha256
