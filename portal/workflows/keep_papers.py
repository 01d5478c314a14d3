"""Keep papers (発行書類の保存): a sealed paper of ours goes into the archive, to be renewed there."""

from datetime import datetime

from forms.pictures import page_count
from portal.workflows.act import Act
from procurement.errors import RuleViolation
from signing import DocumentStore
from signing.errors import DamagedDocument
from signing.kept_papers import SealedPaper, keep_paper


def put_into_archive(
    act: Act, store: DocumentStore, *, city: str, reference: str, name: str, sha256: str, made_at: datetime
) -> None:
    """A file that is lost or damaged goes into the archive too: there it is found to be so, and told of."""
    try:
        path = store.path(sha256)
        size, pages = path.stat().st_size, page_count(path)
    except (DamagedDocument, RuleViolation):
        size, pages = 0, 0
    rules = act.cities.get(city)
    paper = SealedPaper(
        owner=city,
        reference=reference,
        issuer=rules.name if rules else city,
        name=name,
        sha256=sha256,
        size=size,
        page_count=pages,
        made_at=made_at,
    )
    keep_paper(act.session, paper, act.now)
