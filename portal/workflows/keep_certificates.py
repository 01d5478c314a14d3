"""Keep certificates (合意締結証明書の保存): each sealed conclusion certificate goes into the archive, to be renewed there."""

from collections.abc import Sequence

from sqlalchemy import exists, select

from forms.pictures import page_count
from portal.workflows.act import Act
from procurement.contracts import Contract
from procurement.errors import RuleViolation
from signing import DocumentStore
from signing.errors import DamagedDocument
from signing.kept_papers import SealedPaper, keep_paper
from signing.orm import DocumentVersion

NAME = "合意締結証明書"


def unkept_certificates(act: Act, limit: int) -> Sequence[Contract]:
    """Contracts whose certificate is not in the archive yet, also those made before there was one."""
    kept = exists().where(DocumentVersion.sha256 == Contract.certificate_sha256)
    query = select(Contract).where(Contract.certificate_sha256.is_not(None), ~kept)
    return act.session.scalars(query.order_by(Contract.certificate_made_at).limit(limit)).all()


def keep_certificates(act: Act, store: DocumentStore, limit: int) -> int:
    """Puts what is missing into the archive; says how many. Run twice, it does nothing the second time."""
    waiting = unkept_certificates(act, limit)
    for contract in waiting:
        keep_paper(act.session, _paper(act, contract, store), act.now)
    return len(waiting)


def _paper(act: Act, contract: Contract, store: DocumentStore) -> SealedPaper:
    """A file that is lost or damaged goes into the archive too: there it is found to be so, and told of."""
    assert contract.certificate_sha256 is not None
    assert contract.certificate_made_at is not None
    try:
        path = store.path(contract.certificate_sha256)
        size, pages = path.stat().st_size, page_count(path)
    except (DamagedDocument, RuleViolation):
        size, pages = 0, 0
    rules = act.cities.get(contract.city)
    return SealedPaper(
        owner=contract.city,
        reference=contract.id,
        issuer=rules.name if rules else contract.city,
        name=NAME,
        sha256=contract.certificate_sha256,
        size=size,
        page_count=pages,
        made_at=contract.certificate_made_at,
    )
