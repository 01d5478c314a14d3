"""Answers about revocation (失効情報の検査): what an OCSP response or a CRL must be before it is kept and embedded."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from asn1crypto import pem
from asn1crypto.keys import PublicKeyInfo
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

SKEW = timedelta(minutes=5)
"""How far ahead of ours the clock of a responder may be."""
LIFE_WITHOUT_END = timedelta(days=1)
"""How long an OCSP response that names no next update is used."""
_WEAK = ("md5", "sha1")


class BadRevocationAnswer(Exception):
    """An answer that must not be used (使えない応答); `reason` is a Japanese sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Judged:
    """A sound answer about one certificate: from when until when it counts, and the revocation it tells of."""

    produced_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    reason: str = ""


def judge_ocsp(
    answer: bytes, certificate: x509.Certificate, issuer: x509.Certificate, now: datetime, nonce: bytes = b""
) -> Judged:
    """An OCSP response: signed by the issuer or its responder, about this certificate, and of now (RFC 6960)."""
    try:
        response = ocsp.load_der_ocsp_response(answer)
    except ValueError as error:
        raise BadRevocationAnswer("OCSPの応答として読めません。") from error
    if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        raise BadRevocationAnswer(f"OCSPの応答がエラーです（{response.response_status.name}）。")
    _check_ocsp_signature(response, issuer, now)
    _check_nonce(response, nonce)
    single = _about(response, certificate, issuer)
    until = single.next_update_utc or single.this_update_utc.replace(tzinfo=UTC) + LIFE_WITHOUT_END
    produced_at, expires_at = _window(single.this_update_utc, until, now)
    if single.certificate_status is ocsp.OCSPCertStatus.UNKNOWN:
        raise BadRevocationAnswer("発行元のOCSPが、この証明書を知らないと答えました。")
    if single.certificate_status is ocsp.OCSPCertStatus.GOOD:
        return Judged(produced_at, expires_at)
    since = single.revocation_time_utc
    assert since is not None
    return Judged(produced_at, expires_at, _utc(since), _reason(single.revocation_reason))


def judge_crl(
    answer: bytes, certificate: x509.Certificate, issuer: x509.Certificate, now: datetime
) -> Judged:
    """A CRL: of the certificate's issuer, signed by it, complete, and of now (RFC 5280 section 5)."""
    try:
        crl = x509.load_der_x509_crl(answer)
        entries: Any = crl.extensions
    except ValueError as error:
        raise BadRevocationAnswer("CRLとして読めません。") from error
    if crl.issuer != issuer.subject:
        raise BadRevocationAnswer("別の発行元のCRLです。")
    _refuse_weak(crl.signature_hash_algorithm)
    if not _is_signed(crl, issuer) or not _may(issuer, "crl_sign"):
        raise BadRevocationAnswer("CRLの署名が発行元のものではありません。")
    _check_scope(entries, certificate)
    if crl.next_update_utc is None:
        raise BadRevocationAnswer("次の更新日時のないCRLです。")
    produced_at, expires_at = _window(crl.last_update_utc, crl.next_update_utc, now)
    entry = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
    if entry is None:
        return Judged(produced_at, expires_at)
    return Judged(produced_at, expires_at, _utc(entry.revocation_date_utc), _reason(_entry_reason(entry)))


def as_der(content: bytes) -> bytes:
    """A list as DER: some places serve PEM."""
    if not pem.detect(content):
        return content
    try:
        _, _, encoded = pem.unarmor(content)
    except ValueError as error:
        raise BadRevocationAnswer("CRLとして読めません。") from error
    return bytes(encoded)


def _check_ocsp_signature(response: ocsp.OCSPResponse, issuer: x509.Certificate, now: datetime) -> None:
    _refuse_weak(response.signature_hash_algorithm)
    for signer in _responders(response, issuer, now):
        try:
            _verify(signer.public_key(), response)
        except InvalidSignature:
            continue
        return
    raise BadRevocationAnswer("OCSPの応答の署名が、発行元またはその委任を受けた応答者のものではありません。")


def _responders(
    response: ocsp.OCSPResponse, issuer: x509.Certificate, now: datetime
) -> Iterator[x509.Certificate]:
    """The issuer itself, or whom it delegated: issued by it directly, for OCSP signing, in force now."""
    if _is_named(response, issuer):
        yield issuer
    for certificate in response.certificates:
        if not _is_named(response, certificate) or not _is_for_ocsp(certificate):
            continue
        if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
            continue
        try:
            certificate.verify_directly_issued_by(issuer)
        except (InvalidSignature, ValueError, TypeError):
            continue
        yield certificate


def _is_named(response: ocsp.OCSPResponse, certificate: x509.Certificate) -> bool:
    if response.responder_name is not None:
        return bool(response.responder_name == certificate.subject)
    return bool(response.responder_key_hash == _key_hash(certificate, hashes.SHA1()))  # noqa: S303 - names only


def _is_for_ocsp(certificate: x509.Certificate) -> bool:
    try:
        uses = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    return ExtendedKeyUsageOID.OCSP_SIGNING in uses


def _verify(key: Any, response: ocsp.OCSPResponse) -> None:
    signature, data, algorithm = (
        response.signature,
        response.tbs_response_bytes,
        response.signature_hash_algorithm,
    )
    if isinstance(key, rsa.RSAPublicKey) and algorithm is not None:
        key.verify(signature, data, padding.PKCS1v15(), algorithm)
    elif isinstance(key, ec.EllipticCurvePublicKey) and algorithm is not None:
        key.verify(signature, data, ec.ECDSA(algorithm))
    elif isinstance(key, ed25519.Ed25519PublicKey):
        key.verify(signature, data)
    else:
        raise InvalidSignature


def _check_nonce(response: ocsp.OCSPResponse, nonce: bytes) -> None:
    """Responders may leave the nonce out (prepared answers); a wrong one is another question's answer."""
    if not nonce:
        return
    try:
        answered = response.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
    except x509.ExtensionNotFound:
        return
    if answered != nonce:
        raise BadRevocationAnswer("要求と違うノンスのOCSP応答です（使い回しの疑い）。")


def _about(
    response: ocsp.OCSPResponse, certificate: x509.Certificate, issuer: x509.Certificate
) -> ocsp.OCSPSingleResponse:
    for single in response.responses:
        if single.serial_number != certificate.serial_number:
            continue
        algorithm = single.hash_algorithm
        name = hashlib.new(algorithm.name, issuer.subject.public_bytes(), usedforsecurity=False).digest()
        if (single.issuer_name_hash, single.issuer_key_hash) == (name, _key_hash(issuer, algorithm)):
            return single
    raise BadRevocationAnswer("別の証明書についてのOCSP応答です。")


def _check_scope(extensions: x509.Extensions, certificate: x509.Certificate) -> None:
    """A list that does not speak of this kind of certificate, or only of changes, says nothing."""
    for extension in extensions:
        value = extension.value
        if isinstance(value, x509.DeltaCRLIndicator):
            raise BadRevocationAnswer("差分だけのCRLです。")
        if isinstance(value, x509.IssuingDistributionPoint):
            is_ca = _is_ca(certificate)
            is_other = (value.only_contains_user_certs and is_ca) or (
                value.only_contains_ca_certs and not is_ca
            )
            is_part = value.indirect_crl or value.only_some_reasons or value.only_contains_attribute_certs
            if is_other or is_part:
                raise BadRevocationAnswer("この証明書を対象としないCRLです。")
        elif extension.critical:
            raise BadRevocationAnswer("知らない重要な拡張のあるCRLです。")


def _window(since: datetime, until: datetime, now: datetime) -> tuple[datetime, datetime]:
    since, until = _utc(since), _utc(until)
    if since > now + SKEW:
        raise BadRevocationAnswer("作成日時が未来の失効情報です。")
    if until <= since:
        raise BadRevocationAnswer("有効期間の正しくない失効情報です。")
    if until <= now:
        raise BadRevocationAnswer("有効期限の切れた失効情報です。")
    return since, until


def _refuse_weak(algorithm: hashes.HashAlgorithm | None) -> None:
    if algorithm is not None and algorithm.name in _WEAK:
        raise BadRevocationAnswer(f"弱いハッシュ方式（{algorithm.name}）で署名された失効情報です。")


def _is_signed(crl: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    key: Any = issuer.public_key()
    try:
        return crl.is_signature_valid(key)
    except (TypeError, ValueError):
        return False


def _may(certificate: x509.Certificate, use: str) -> bool:
    try:
        return bool(getattr(certificate.extensions.get_extension_for_class(x509.KeyUsage).value, use))
    except x509.ExtensionNotFound:
        return True


def _is_ca(certificate: x509.Certificate) -> bool:
    try:
        return bool(certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except x509.ExtensionNotFound:
        return False


def _key_hash(certificate: x509.Certificate, algorithm: hashes.HashAlgorithm) -> bytes:
    """Hash of the key's bits, as certificate identifiers and responder names carry it."""
    encoded = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    bits: bytes = PublicKeyInfo.load(encoded)["public_key"].contents[1:]
    return hashlib.new(algorithm.name, bits, usedforsecurity=False).digest()


def _entry_reason(entry: x509.RevokedCertificate) -> x509.ReasonFlags | None:
    try:
        return entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
    except x509.ExtensionNotFound:
        return None


REASONS = {
    x509.ReasonFlags.key_compromise: "鍵の漏えい",
    x509.ReasonFlags.ca_compromise: "認証局の鍵の漏えい",
    x509.ReasonFlags.affiliation_changed: "所属の変更",
    x509.ReasonFlags.superseded: "新しい証明書への置換え",
    x509.ReasonFlags.cessation_of_operation: "使用の終了",
    x509.ReasonFlags.certificate_hold: "一時停止",
    x509.ReasonFlags.privilege_withdrawn: "資格の取消し",
}


def _reason(reason: x509.ReasonFlags | None) -> str:
    return REASONS.get(reason, "") if reason is not None else ""


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
