"""Publishing (電子証書の登録): what a surety says of a certificate, version after version. (GUAR-70, GUAR-72)

Nothing published is ever changed or deleted. The same publication may arrive twice: by the surety's own
`reference`, or without one when it says what the newest version says already.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from guarantees.certificates import CertificateContents, VersionKind
from guarantees.errors import GuaranteeRefused
from guarantees.keys import AuthenticationKey
from guarantees.registry.histories import history_json, visible
from guarantees.registry.key_hashing import KeyHasher
from guarantees.registry.orm import CertificateVersion, RegistryCertificate
from guarantees.registry.publication_rules import (
    check_contents,
    check_key,
    check_number,
    check_orderer,
    check_product,
)


@dataclass(frozen=True)
class Said:
    """One publication as it came in: who published it, when it arrived, and under which id of the surety."""

    published_by: str
    now: datetime
    reason: str = ""
    reference: str | None = None


def publish_new(
    session: Session,
    *,
    issuer: str,
    number: str,
    key: AuthenticationKey,
    orderer: str,
    contents: CertificateContents,
    published_by: str,
    now: datetime,
    key_hasher: KeyHasher,
    reference: str | None = None,
) -> RegistryCertificate:
    """Publish a new certificate (新規) for one orderer. `number` and `key` are normalised; `orderer` is its code.

    Refused (GuaranteeRefused): a product on paper only (GUAR-02), a number or key of another shape, an
    orderer that is not served or not yet (GUAR-03, GUAR-74), a number that is taken by something else.
    """
    check_product(contents.product)
    check_number(issuer, number)
    check_key(issuer, key)
    check_contents(contents)
    key_hash = key_hasher.hash(issuer, number, key)
    said = Said(published_by, now, reference=reference)
    if (known := _locked(session, issuer, number)) is not None:
        return _repeated(known, key_hash, orderer, contents)
    check_orderer(session, orderer, now)
    certificate = RegistryCertificate(
        issuer=issuer,
        number=number,
        orderer=orderer,
        product=contents.product,
        key_hash=key_hash,
        published_at=now,
    )
    _add(certificate, VersionKind.NEW, contents, said)
    return _insert(session, certificate, contents)


def publish_change(
    session: Session,
    *,
    issuer: str,
    number: str,
    contents: CertificateContents,
    published_by: str,
    now: datetime,
    reason: str = "",
    reference: str | None = None,
) -> RegistryCertificate:
    """Publish a change (変更): product, orderer, number and key stay what they were. (GUAR-72)"""
    said = Said(published_by, now, reason, reference)
    certificate = _known(session, issuer, number)
    if _is_repetition(certificate, VersionKind.CHANGE, contents, said):
        return certificate
    _refuse_after_end(certificate)
    newest = CertificateContents.from_json(visible(certificate.versions)[-1].version.contents)
    _refuse_other_product(certificate, contents)
    if contents.orderer != newest.orderer:
        raise GuaranteeRefused(
            "registry.orderer_kept",
            f"変更では、被保証者（{newest.orderer}）を変えられません。",
            remedy="記載の誤りであれば、変更ではなく訂正として登録します。",
        )
    check_contents(contents)
    return _append(session, certificate, VersionKind.CHANGE, contents, said)


def publish_correction(
    session: Session,
    *,
    issuer: str,
    number: str,
    contents: CertificateContents,
    published_by: str,
    now: datetime,
    reason: str = "",
    reference: str | None = None,
) -> RegistryCertificate:
    """Publish a correction (訂正) of the newest visible version, which is kept but no longer shown. (GUAR-62)"""
    said = Said(published_by, now, reason, reference)
    certificate = _known(session, issuer, number)
    if _is_repetition(certificate, VersionKind.CORRECTION, contents, said):
        return certificate
    _refuse_after_end(certificate)
    _refuse_other_product(certificate, contents)
    check_contents(contents)
    return _append(session, certificate, VersionKind.CORRECTION, contents, said)


def withdraw_change(
    session: Session,
    *,
    issuer: str,
    number: str,
    published_by: str,
    now: datetime,
    reason: str = "",
    reference: str | None = None,
) -> RegistryCertificate:
    """Take the newest change back (変更取消): what was before it holds again. (GUAR-62)"""
    said = Said(published_by, now, reason, reference)
    certificate = _known(session, issuer, number)
    if _is_repetition(certificate, VersionKind.CHANGE_WITHDRAWN, None, said):
        return certificate
    _refuse_after_end(certificate)
    shown = visible(certificate.versions)
    if len(shown) < 2:
        raise GuaranteeRefused(
            "registry.no_change",
            f"保証契約番号「{number}」に、取り消せる変更はありません。",
            remedy="保証契約そのものを終わらせるときは、解約として登録します。",
        )
    before = CertificateContents.from_json(shown[-2].version.contents)
    return _append(session, certificate, VersionKind.CHANGE_WITHDRAWN, before, said)


def cancel(
    session: Session,
    *,
    issuer: str,
    number: str,
    published_by: str,
    now: datetime,
    reason: str = "",
    reference: str | None = None,
) -> RegistryCertificate:
    """End the guarantee contract (解約); nothing can be published of it afterwards."""
    said = Said(published_by, now, reason, reference)
    certificate = _known(session, issuer, number)
    if certificate.versions[-1].kind is VersionKind.CANCELLATION:
        return certificate
    newest = CertificateContents.from_json(visible(certificate.versions)[-1].version.contents)
    return _append(session, certificate, VersionKind.CANCELLATION, newest, said)


def _locked(session: Session, issuer: str, number: str) -> RegistryCertificate | None:
    wanted = select(RegistryCertificate).where(
        RegistryCertificate.number == number, RegistryCertificate.issuer == issuer
    )
    return session.scalar(wanted.with_for_update().execution_options(populate_existing=True))


def _known(session: Session, issuer: str, number: str) -> RegistryCertificate:
    certificate = _locked(session, issuer, number)
    if certificate is None:
        raise GuaranteeRefused(
            "registry.unknown_number",
            f"保証契約番号「{number}」の電子証書は登録されていません。",
            remedy="番号を確かめ、まだであれば新規として登録します。",
        )
    return certificate


def _insert(
    session: Session, certificate: RegistryCertificate, contents: CertificateContents
) -> RegistryCertificate:
    """Insert a new certificate; where the same number arrived in the same moment, the first one counts."""
    try:
        with session.begin_nested():
            session.add(certificate)
    except IntegrityError:
        known = _known(session, certificate.issuer, certificate.number)
        return _repeated(known, certificate.key_hash, certificate.orderer, contents)
    return certificate


def _repeated(
    known: RegistryCertificate, key_hash: str, orderer: str, contents: CertificateContents
) -> RegistryCertificate:
    """The certificate that is there already, when the publication is the same one; refused otherwise."""
    same_key = hmac.compare_digest(known.key_hash, key_hash)
    if same_key and known.orderer == orderer and known.versions[0].contents_sha256 == contents.sha256:
        return known
    raise GuaranteeRefused(
        "registry.number_taken",
        f"保証契約番号「{known.number}」は、すでに登録されています。",
        remedy="内容を変えるときは変更、誤りを直すときは訂正として登録します。",
    )


def _is_repetition(
    certificate: RegistryCertificate, kind: VersionKind, contents: CertificateContents | None, said: Said
) -> bool:
    """Whether this very publication is here already."""
    if said.reference is not None:
        for version in certificate.versions:
            if version.reference == said.reference:
                return _is_same(version, kind, contents) or _refuse_reference(said.reference)
        return False
    # Two changes taken back one right after the other need references: without, the second is a repetition.
    return _is_same(certificate.versions[-1], kind, contents)


def _is_same(version: CertificateVersion, kind: VersionKind, contents: CertificateContents | None) -> bool:
    return version.kind is kind and (contents is None or version.contents_sha256 == contents.sha256)


def _refuse_reference(reference: str) -> bool:
    raise GuaranteeRefused(
        "registry.reference_taken",
        f"登録番号「{reference}」は、内容の違う登録に使われています。",
        remedy="登録ごとに新しい登録番号を付けます。",
    )


def _refuse_after_end(certificate: RegistryCertificate) -> None:
    if certificate.versions[-1].kind is VersionKind.CANCELLATION:
        raise GuaranteeRefused(
            "registry.ended",
            f"保証契約番号「{certificate.number}」は解約されているため、登録できません。",
            remedy="あらためて保証する場合は、新しい番号で登録します。",
        )


def _refuse_other_product(certificate: RegistryCertificate, contents: CertificateContents) -> None:
    if contents.product is not certificate.product:
        raise GuaranteeRefused(
            "registry.product_kept",
            f"保証契約番号「{certificate.number}」は{certificate.product.label}です。商品は変えられません。",
            remedy="別の商品は、別の保証契約番号で登録します。",
        )


def _append(
    session: Session,
    certificate: RegistryCertificate,
    kind: VersionKind,
    contents: CertificateContents,
    said: Said,
) -> RegistryCertificate:
    _add(certificate, kind, contents, said)
    session.flush()
    return certificate


def _add(
    certificate: RegistryCertificate, kind: VersionKind, contents: CertificateContents, said: Said
) -> None:
    certificate.versions.append(
        CertificateVersion(
            number=len(certificate.versions) + 1,
            kind=kind,
            arrived_at=said.now,
            contents=contents.to_json(),
            contents_sha256=contents.sha256,
            published_by=said.published_by,
            reference=said.reference,
            reason=said.reason,
        )
    )
    certificate.history = history_json(certificate.versions)
