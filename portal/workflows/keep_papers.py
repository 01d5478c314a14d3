"""Keep papers (発行書類の保存): sealed papers of ours go into the archive, to be renewed there."""

from collections.abc import Sequence

from sqlalchemy import exists, select

from forms.pictures import page_count
from portal.workflows.act import Act
from portal.workflows.seal_papers import PaperKind, Row
from procurement.errors import RuleViolation
from signing import DocumentStore
from signing.errors import DamagedDocument
from signing.kept_papers import SealedPaper, keep_paper
from signing.orm import DocumentVersion


def unkept_papers(kind: PaperKind[Row], act: Act, limit: int) -> Sequence[Row]:
    """Rows whose sealed paper is not in the archive yet, also those made before there was one."""
    kept = exists().where(DocumentVersion.sha256 == kind.sha256)
    query = select(kind.row).where(kind.sha256.is_not(None), ~kept)
    return act.session.scalars(query.order_by(kind.oldest_first).limit(limit)).all()


def keep_papers(kind: PaperKind[Row], act: Act, store: DocumentStore, limit: int) -> int:
    """Puts what is missing into the archive; says how many. Run twice, it does nothing the second time."""
    waiting = unkept_papers(kind, act, limit)
    for row in waiting:
        keep_paper(act.session, _paper(kind, act, store, row), act.now)
    return len(waiting)


def _paper(kind: PaperKind[Row], act: Act, store: DocumentStore, row: Row) -> SealedPaper:
    """A file that is lost or damaged goes into the archive too: there it is found to be so, and told of."""
    sha256, made_at = kind.made(row)
    try:
        path = store.path(sha256)
        size, pages = path.stat().st_size, page_count(path)
    except (DamagedDocument, RuleViolation):
        size, pages = 0, 0
    rules = act.cities.get(row.city)
    return SealedPaper(
        owner=row.city,
        reference=row.id,
        issuer=rules.name if rules else row.city,
        name=kind.name,
        sha256=sha256,
        size=size,
        page_count=pages,
        made_at=made_at,
    )
