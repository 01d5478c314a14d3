"""Time-stamp tokens (タイムスタンプトークン): what an authority's answer must be before it is used.

Everything is checked for each token: status, nonce, imprint, version, policy, accuracy, time, signature, the
certificate that signed. Only the chain above a certificate is remembered for a while (`signing.pades.timestamps`).
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from asn1crypto import algos, cms, tsp, x509
from asn1crypto.parser import parse
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from signing.errors import TimestampRejected, TimestampUnavailable
from signing.pades.algorithms import HASHES, digest_name
from signing.pades.profiles import MIN_RSA_BITS

_MIN_CURVE_BITS = 256
_FAILURES = {
    "bad_alg": "ハッシュ方式に対応していない",
    "bad_request": "要求を受け付けない",
    "bad_data_format": "要求の形式が正しくない",
    "time_not_available": "時刻を得られない",
    "unaccepted_policy": "ポリシーを受け付けない",
    "unaccepted_extension": "拡張を受け付けない",
    "add_info_not_available": "追加情報を得られない",
    "system_failure": "内部の故障",
}


@dataclass(frozen=True)
class TokenRules:
    """What is asked of a token beside what the standard asks (タイムスタンプの受入基準).

    `policies`: accepted policy OIDs, empty for any. `max_accuracy`: the stated accuracy may not be worse.
    `max_difference`: between the authority's clock and ours.
    """

    policies: frozenset[str] = frozenset()
    max_accuracy: timedelta = timedelta(seconds=60)
    max_difference: timedelta = timedelta(seconds=60)


@dataclass(frozen=True)
class Expected:
    """What was asked, and between which instants of our clock the answer came."""

    digest: bytes
    nonce: int
    asked_at: datetime
    received_at: datetime


@dataclass(frozen=True)
class CheckedToken:
    """A token whose content and signature are right; the chain above `signer` is still to be judged."""

    encoded: bytes
    at: datetime
    signer: x509.Certificate
    others: tuple[x509.Certificate, ...]


def encode_request(digest: bytes, nonce: int) -> bytes:
    """TimeStampReq in DER for a digest of 32, 48 or 64 bytes; asks for the certificates too."""
    imprint = {
        "hash_algorithm": algos.DigestAlgorithm({"algorithm": digest_name(digest)}),
        "hashed_message": digest,
    }
    request = {"version": 1, "message_imprint": imprint, "nonce": nonce, "cert_req": True}
    encoded: bytes = tsp.TimeStampReq(request).dump()
    return encoded


def check_answer(answer: bytes, expected: Expected, rules: TokenRules) -> CheckedToken:
    """Judges an answer; raises TimestampRejected (wrong) or TimestampUnavailable (refused) with `reason` in words."""
    try:
        return _checked(answer, expected, rules)
    except TimestampUnavailable:
        raise
    except Exception as error:  # whatever an authority sends, it is at worst a bad answer
        raise TimestampRejected(
            reason="応答をタイムスタンプとして読めません。", error=str(error)[:200]
        ) from error


def _checked(answer: bytes, expected: Expected, rules: TokenRules) -> CheckedToken:
    status, encoded = _parts(answer)
    _judge_status(tsp.PKIStatusInfo.load(status, strict=True))
    token: Any = cms.ContentInfo.load(encoded, strict=True)
    _want(token["content_type"].native == "signed_data", "トークンが署名付きデータではありません。")
    signed = token["content"]
    content = signed["encap_content_info"]
    _want(content["content_type"].native == "tst_info", "署名の対象がタイムスタンプ情報ではありません。")
    said = bytes(content["content"])
    certificates = [load_certificate(each.chosen.dump()) for each in signed["certificates"]]
    _want(len(signed["signer_infos"]) == 1, "署名者が1つではありません。")
    at = _judge_info(tsp.TSTInfo.load(said, strict=True), expected, rules)
    signer = _judge_signer(signed["signer_infos"][0], said, certificates)
    judge_certificate(signer.dump())
    _want(signer.not_valid_before <= at <= signer.not_valid_after, "トークンの証明書の有効期間外の時刻です。")
    return CheckedToken(encoded, at, signer, tuple(each for each in certificates if each is not signer))


def _parts(answer: bytes) -> tuple[bytes, bytes]:
    """Status and token as they were sent: encoded anew they would be other bytes, and take their time."""
    _, _, _, header, content, trailer = parse(answer, strict=True)
    _want(header[:1] == b"\x30" and not trailer, "応答の外側の構造が正しくありません。")
    *_, status_header, status, _ = parse(content)
    length = len(status_header) + len(status)
    return content[:length], content[length:]


def _judge_status(status: Any) -> None:
    if status["status"].native in ("granted", "granted_with_mods"):
        return
    said = "; ".join(str(line) for line in status["status_string"].native or [])
    named = status["fail_info"].native or ()
    causes = "、".join(_FAILURES.get(name, name) for name in sorted(named))
    words = "。".join(part for part in (causes, said) if part) or status["status"].native
    raise TimestampUnavailable(reason=f"発行を断られました（{words}）。")


def _judge_info(info: Any, expected: Expected, rules: TokenRules) -> datetime:
    _want(info["version"].native == "v1", "タイムスタンプ情報の版が違います。")
    imprint = info["message_imprint"]
    algorithm = imprint["hash_algorithm"]["algorithm"].native
    _want(algorithm in HASHES, f"弱いハッシュ方式（{algorithm}）のトークンです。")
    _want(algorithm == digest_name(expected.digest), "要求と違うハッシュ方式のトークンです。")
    _want(
        imprint["hashed_message"].native == expected.digest,
        "別のデータに対するトークンです（ハッシュ値の不一致）。",
    )
    _want(info["nonce"].native == expected.nonce, "要求と違うノンスのトークンです（使い回しの疑い）。")
    policy = info["policy"].dotted
    _want(not rules.policies or policy in rules.policies, f"設定と違うポリシー（{policy}）のトークンです。")
    accuracy = _accuracy(info["accuracy"])
    _want(
        accuracy is None or accuracy <= rules.max_accuracy, f"時刻の精度（±{accuracy}）が基準に達しません。"
    )
    for extension in info["extensions"].native or []:
        _want(not extension["critical"], "知らない重要な拡張のあるトークンです。")
    return _judge_time(info["gen_time"].native, expected, rules)


def _judge_time(at: datetime, expected: Expected, rules: TokenRules) -> datetime:
    at = at.astimezone(UTC)
    early, late = expected.asked_at - rules.max_difference, expected.received_at + rules.max_difference
    if early <= at <= late:
        return at
    nearest = expected.asked_at if at < early else expected.received_at
    difference = timedelta(seconds=round(abs((at - nearest).total_seconds())))
    what = "遅れています（古いトークンの疑い）" if at < early else "進んでいます"
    raise TimestampRejected(reason=f"時刻認証局の時計が当方より{difference}{what}。")


def _accuracy(accuracy: Any) -> timedelta | None:
    """As stated; None when the authority leaves it to its policy."""
    stated = accuracy.native
    if not stated:
        return None
    return timedelta(
        seconds=stated["seconds"] or 0, milliseconds=stated["millis"] or 0, microseconds=stated["micros"] or 0
    )


def _judge_signer(
    signer_info: Any, content: bytes, certificates: Sequence[x509.Certificate]
) -> x509.Certificate:
    """The certificate that the signer names, bound by ESS signing-certificate(-v2), and its signature."""
    sent = signer_info["signed_attrs"].dump()  # before anything of it is looked at: see _parts
    signed = b"\x31" + sent[1:]  # signed as a SET, sent as [0]
    signer = _named(signer_info["sid"], certificates)
    attributes = cms.CMSAttributes.load(signed)
    values = {attribute["type"].native: attribute["values"] for attribute in attributes}
    _want(len(values) == len(attributes), "署名属性が重複しています。")
    _want(
        _is_bound(values, signer), "トークンが署名した証明書に結び付いていません（ESS署名証明書の不一致）。"
    )
    _judge_signature(signer_info, signed, values, content, signer)
    return signer


def _named(sid: Any, certificates: Sequence[x509.Certificate]) -> x509.Certificate:
    if sid.name == "issuer_and_serial_number":
        wanted = (sid.chosen["issuer"].dump(), sid.chosen["serial_number"].native)
        found = [c for c in certificates if (c.issuer.dump(), c.serial_number) == wanted]
    else:
        found = [c for c in certificates if c.key_identifier == sid.chosen.native]
    _want(bool(found), "署名した証明書がトークンに入っていません。")
    return found[0]


def _is_bound(attributes: Mapping[str, Any], certificate: x509.Certificate) -> bool:
    for name in ("signing_certificate_v2", "signing_certificate"):
        if name not in attributes:
            continue
        named = attributes[name][0]["certs"][0]
        algorithm = "sha1" if name == "signing_certificate" else named["hash_algorithm"]["algorithm"].native
        if algorithm not in ("sha1", *HASHES):
            return False
        if (
            hashlib.new(algorithm, certificate.dump(), usedforsecurity=False).digest()
            != named["cert_hash"].native
        ):
            return False
        serial = named["issuer_serial"].native
        return serial is None or bool(serial["serial_number"] == certificate.serial_number)
    return False


def _judge_signature(
    signer_info: Any, signed: bytes, values: Mapping[str, Any], content: bytes, signer: x509.Certificate
) -> None:
    kind = values["content_type"][0].native if "content_type" in values else None
    _want(kind == "tst_info", "署名属性の種類が違います。")
    digest = signer_info["digest_algorithm"]["algorithm"].native
    _want(digest in HASHES, f"弱いハッシュ方式（{digest}）で署名されたトークンです。")
    said = values["message_digest"][0].native if "message_digest" in values else None
    _want(said == hashlib.new(digest, content).digest(), "トークンの内容が署名と合いません。")
    algorithm = signer_info["signature_algorithm"]
    try:
        _verify(signer.public_key.dump(), algorithm, digest, signer_info["signature"].native, signed)
    except InvalidSignature:
        raise TimestampRejected(reason="トークンの署名が正しくありません。") from None


def _verify(key_der: bytes, algorithm: Any, digest: str, signature: bytes, data: bytes) -> None:
    key: Any = _public_key(key_der)
    kind = algorithm.signature_algo
    named = (
        digest
        if algorithm["algorithm"].native == "rsassa_pkcs1v15" or kind == "ed25519"
        else algorithm.hash_algo
    )
    _want(named == digest, "署名方式とハッシュ方式が食い違っています。")
    if isinstance(key, rsa.RSAPublicKey) and kind == "rsassa_pkcs1v15":
        key.verify(signature, data, padding.PKCS1v15(), HASHES[digest])
    elif isinstance(key, rsa.RSAPublicKey) and kind == "rsassa_pss":
        salt = algorithm["parameters"]["salt_length"].native
        key.verify(signature, data, padding.PSS(padding.MGF1(HASHES[digest]), salt), HASHES[digest])
    elif isinstance(key, ec.EllipticCurvePublicKey) and kind == "ecdsa":
        key.verify(signature, data, ec.ECDSA(HASHES[digest]))
    elif isinstance(key, ed25519.Ed25519PublicKey) and kind == "ed25519":
        key.verify(signature, data)
    else:
        raise TimestampRejected(reason=f"トークンの署名方式（{kind}）が証明書の鍵と合いません。")


@lru_cache(maxsize=256)
def load_certificate(encoded: bytes) -> x509.Certificate:
    """A certificate from its bytes; the same few come with every token."""
    certificate: x509.Certificate = x509.Certificate.load(encoded, strict=True)
    return certificate


@lru_cache(maxsize=64)
def _public_key(encoded: bytes) -> Any:
    return load_der_public_key(encoded)


@lru_cache(maxsize=64)
def judge_certificate(encoded: bytes) -> None:
    """What RFC 3161 section 2.3 asks of the certificate: for time-stamping alone, said critically; a strong key."""
    certificate = x509.Certificate.load(encoded)
    uses = [
        e for e in certificate["tbs_certificate"]["extensions"] if e["extn_id"].native == "extended_key_usage"
    ]
    is_alone = len(uses) == 1 and uses[0]["extn_value"].parsed.native == ["time_stamping"]
    _want(
        is_alone and uses[0]["critical"].native,
        "証明書がタイムスタンプ専用（EKU timeStamping、critical）ではありません。",
    )
    usage = certificate.key_usage_value
    allowed = usage is None or {"digital_signature", "non_repudiation"} & usage.native
    _want(bool(allowed), "証明書の鍵用途が署名ではありません。")
    key = _public_key(certificate.public_key.dump())
    is_strong = isinstance(key, ed25519.Ed25519PublicKey) or key.key_size >= (
        MIN_RSA_BITS if isinstance(key, rsa.RSAPublicKey) else _MIN_CURVE_BITS
    )
    _want(is_strong, "時刻認証局の鍵が短すぎます。")


def _want(is_so: bool, otherwise: str) -> None:
    if not is_so:
        raise TimestampRejected(reason=otherwise)
