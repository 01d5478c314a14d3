"""A surety's own certificates (自社の電子証書): one, or a list of them."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from guarantees.registry.orm import RegistryCertificate


def certificates_of(
    session: Session, issuer: str, *, after: str = "", limit: int = 100, words: str = ""
) -> Sequence[RegistryCertificate]:
    """A surety's own certificates by number, from the one after `after` on; `words` begin the number."""
    query = select(RegistryCertificate).where(
        RegistryCertificate.issuer == issuer,
        RegistryCertificate.number > after,
        RegistryCertificate.number.startswith(words, autoescape=True),
    )
    return session.scalars(query.order_by(RegistryCertificate.number).limit(limit)).all()


def certificate_of(session: Session, issuer: str, number: str) -> RegistryCertificate | None:
    """A surety's own certificate of a number."""
    return session.scalar(
        select(RegistryCertificate).where(
            RegistryCertificate.number == number, RegistryCertificate.issuer == issuer
        )
    )
