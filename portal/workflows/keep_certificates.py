"""Keep certificates (合意締結証明書の保存): each sealed conclusion certificate goes into the archive, to be renewed there."""

from collections.abc import Sequence

from sqlalchemy import exists, select

from portal.workflows.act import Act
from portal.workflows.keep_papers import put_into_archive
from procurement.contracts import Contract
from signing import DocumentStore
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
        assert contract.certificate_sha256 is not None
        assert contract.certificate_made_at is not None
        put_into_archive(
            act,
            store,
            city=contract.city,
            reference=contract.id,
            name=NAME,
            sha256=contract.certificate_sha256,
            made_at=contract.certificate_made_at,
        )
    return len(waiting)
