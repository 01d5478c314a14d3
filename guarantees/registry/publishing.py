"""Publishing (電子証書の登録): what a surety says of a certificate, version after version. (GUAR-70, GUAR-72)

Nothing published is ever changed or deleted. The same publication may arrive twice: by the surety's own
`reference`, or without one when it says what the newest version says already.
"""

import hmac
from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from guarantees.certificates import CertificateContents, VersionKind
from guarantees.errors import GuaranteeRefused
from guarantees.histories import visible
from guarantees.keys import AuthenticationKey
from guarantees.lookup import Publication
from guarantees.registry.histories import history_json
from guarantees.registry.key_hashing import KeyHasher
from guarantees.registry.orm import CertificateVersion, RegistryCertificate
from guarantees.registry.publication_rules import (
    check_contents,
    check_key,
    check_number,
    check_orderer,
    check_product,
)


def publish(
    session: Session, publication: Publication, now: datetime, key_hasher: KeyHasher
) -> CertificateVersion:
    """Publish a version; of a repetition the version that is there already. `arrived_at` is 電子保証発行日時. (GUAR-63)

    Refused (GuaranteeRefused): a product on paper only (GUAR-02), a number or key of another shape, an
    orderer that is not served or not yet (GUAR-03, GUAR-74), a number or reference that is taken by something
    else, whatever does not fit what was published before.
    """
    if publication.kind is VersionKind.NEW:
        return _first(session, publication, now, key_hasher)
    certificate = _known(session, publication)
    if (there := _repeated_version(certificate, publication)) is not None:
        return there
    _refuse_after_end(certificate)
    contents = FOLLOWING[publication.kind](certificate, publication)
    version = _add(certificate, publication, contents, now)
    session.flush()
    return version


def _first(
    session: Session, publication: Publication, now: datetime, key_hasher: KeyHasher
) -> CertificateVersion:
    """A new certificate (新規) for one orderer."""
    issuer, number, orderer = publication.issuer, publication.number, publication.orderer
    key, contents = publication.key or AuthenticationKey(""), _contents_of(publication)
    check_product(contents.product)
    check_number(issuer, number)
    check_key(issuer, key)
    check_contents(contents)
    key_hash = key_hasher.hash(issuer, number, key)
    if (known := _locked(session, publication)) is not None:
        return _repeated_first(known, key_hash, orderer, contents)
    check_orderer(session, orderer, now)
    certificate = RegistryCertificate(
        issuer=issuer,
        number=number,
        orderer=orderer,
        product=contents.product,
        key_hash=key_hash,
        published_at=now,
    )
    version = _add(certificate, publication, contents, now)
    try:
        with session.begin_nested():
            session.add(certificate)
    except IntegrityError:  # the same number arrived in the same moment: the first one counts
        return _repeated_first(_known(session, publication), key_hash, orderer, contents)
    return version


def _changed(certificate: RegistryCertificate, publication: Publication) -> CertificateContents:
    """A change (変更): product, orderer, number and key stay what they were. (GUAR-72)"""
    contents, newest = _corrected(certificate, publication), _newest(certificate, publication)
    if contents.orderer != newest.orderer:
        raise GuaranteeRefused(
            "registry.orderer_kept",
            f"変更では、被保証者（{newest.orderer}）を変えられません。",
            remedy="記載の誤りであれば、変更ではなく訂正として登録します。",
        )
    return contents


def _corrected(certificate: RegistryCertificate, publication: Publication) -> CertificateContents:
    """A correction (訂正) of the newest visible version, which is kept but no longer shown. (GUAR-62)"""
    contents = _contents_of(publication)
    if contents.product is not certificate.product:
        raise GuaranteeRefused(
            "registry.product_kept",
            f"保証契約番号「{certificate.number}」は{certificate.product.label}です。商品は変えられません。",
            remedy="別の商品は、別の保証契約番号で登録します。",
        )
    check_contents(contents)
    return contents


def _before_change(certificate: RegistryCertificate, _publication: Publication) -> CertificateContents:
    """The newest change is taken back (変更取消): what was before it holds again. (GUAR-62)"""
    shown = visible(certificate.versions)
    if len(shown) < 2:
        raise GuaranteeRefused(
            "registry.no_change",
            f"保証契約番号「{certificate.number}」に、取り消せる変更はありません。",
            remedy="保証契約そのものを終わらせるときは、解約として登録します。",
        )
    return CertificateContents.from_json(shown[-2].version.contents)


def _newest(certificate: RegistryCertificate, _publication: Publication) -> CertificateContents:
    """What holds now; the end of the guarantee contract (解約) leaves it as it is."""
    return CertificateContents.from_json(visible(certificate.versions)[-1].version.contents)


FOLLOWING: Mapping[VersionKind, Callable[[RegistryCertificate, Publication], CertificateContents]] = {
    VersionKind.CHANGE: _changed,
    VersionKind.CORRECTION: _corrected,
    VersionKind.CHANGE_WITHDRAWN: _before_change,
    VersionKind.CANCELLATION: _newest,
}
"""The contents of a version that follows, checked against what is there."""


def _locked(session: Session, publication: Publication) -> RegistryCertificate | None:
    wanted = select(RegistryCertificate).where(
        RegistryCertificate.number == publication.number, RegistryCertificate.issuer == publication.issuer
    )
    return session.scalar(wanted.with_for_update().execution_options(populate_existing=True))


def _known(session: Session, publication: Publication) -> RegistryCertificate:
    certificate = _locked(session, publication)
    if certificate is None:
        raise GuaranteeRefused(
            "registry.unknown_number",
            f"保証契約番号「{publication.number}」の電子証書は登録されていません。",
            remedy="番号を確かめ、まだであれば新規として登録します。",
        )
    return certificate


def _contents_of(publication: Publication) -> CertificateContents:
    if publication.contents is None:
        raise GuaranteeRefused("registry.contents_missing", "証書の記載事項がありません。")
    return publication.contents


def _repeated_first(
    known: RegistryCertificate, key_hash: str, orderer: str, contents: CertificateContents
) -> CertificateVersion:
    """The first version that is there already, when the publication is the same one; refused otherwise."""
    first = known.versions[0]
    same_key = hmac.compare_digest(known.key_hash, key_hash)
    if same_key and known.orderer == orderer and first.contents_sha256 == contents.sha256:
        return first
    raise GuaranteeRefused(
        "registry.number_taken",
        f"保証契約番号「{known.number}」は、すでに登録されています。",
        remedy="内容を変えるときは変更、誤りを直すときは訂正として登録します。",
    )


def _repeated_version(
    certificate: RegistryCertificate, publication: Publication
) -> CertificateVersion | None:
    """The version that this very publication is, if it is here already; what ended needs no second end."""
    newest = certificate.versions[-1]
    if publication.reference is not None:
        for version in certificate.versions:
            if version.reference == publication.reference:
                return _same(version, publication)
        is_over = newest.kind is publication.kind is VersionKind.CANCELLATION
        return newest if is_over else None
    # Two changes taken back one right after the other need references: without, the second is a repetition.
    return newest if _is_same(newest, publication) else None


def _same(version: CertificateVersion, publication: Publication) -> CertificateVersion:
    """The version of a reference; refused when it says something else."""
    if _is_same(version, publication):
        return version
    raise GuaranteeRefused(
        "registry.reference_taken",
        f"登録番号「{publication.reference}」は、内容の違う登録に使われています。",
        remedy="登録ごとに新しい登録番号を付けます。",
    )


def _is_same(version: CertificateVersion, publication: Publication) -> bool:
    if version.kind is not publication.kind:
        return False
    return not version.kind.has_contents or version.contents_sha256 == _contents_of(publication).sha256


def _refuse_after_end(certificate: RegistryCertificate) -> None:
    if certificate.versions[-1].kind is VersionKind.CANCELLATION:
        raise GuaranteeRefused(
            "registry.ended",
            f"保証契約番号「{certificate.number}」は解約されているため、登録できません。",
            remedy="あらためて保証する場合は、新しい番号で登録します。",
        )


def _add(
    certificate: RegistryCertificate, publication: Publication, contents: CertificateContents, now: datetime
) -> CertificateVersion:
    version = CertificateVersion(
        number=len(certificate.versions) + 1,
        kind=publication.kind,
        arrived_at=now,
        contents=contents.to_json(),
        contents_sha256=contents.sha256,
        published_by=publication.published_by,
        reference=publication.reference,
        reason=publication.reason,
    )
    certificate.versions.append(version)
    certificate.history = history_json(certificate.versions)
    return version
