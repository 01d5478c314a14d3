"""Issued chains (発行された証明書): read from PEM, DER or PKCS#7, and judged before a key is used with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, pkcs7

from signing.errors import SigningRefused
from signing.pades.profiles import MIN_RSA_BITS
from signing.pades.trust import TrustStore

LARGEST = 256 * 1024
MIN_CURVE_BITS = 256
STRONG_HASHES = (hashes.SHA256, hashes.SHA384, hashes.SHA512)
LONGEST_CHAIN = 8


class BadCertificate(SigningRefused):
    """A certificate that cannot be taken (取り込めない証明書); `facts["problems"]` names every mistake."""

    code = "bad_certificate"
    text = "この電子証明書は取り込めません。"

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(
            "この電子証明書は取り込めません。" + "".join(problems),
            remedy="認証局から受け取ったファイルを確認し、もう一度取り込んでください。",
            problems=list(problems),
        )


@dataclass(frozen=True)
class IssuedChain:
    """A certificate and what stands above it, without the root."""

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    root: x509.Certificate

    @property
    def chain_der(self) -> bytes:
        """The chain as one run of DER certificates."""
        return b"".join(each.public_bytes(Encoding.DER) for each in self.chain)


def read_certificates(content: bytes) -> list[x509.Certificate]:
    """Certificates in a PEM, DER or PKCS#7 (.p7b) file, in the order in which they stand there."""
    if not content or len(content) > LARGEST:
        raise BadCertificate(["ファイルが空か、大きすぎます。"])
    if b"PRIVATE KEY" in content:
        raise BadCertificate(["ファイルに秘密鍵が入っています。証明書だけのファイルを選んでください。"])
    readers: tuple[Any, ...] = (
        x509.load_pem_x509_certificates,
        pkcs7.load_pem_pkcs7_certificates,
        pkcs7.load_der_pkcs7_certificates,
        lambda data: [x509.load_der_x509_certificate(data)],
        _run_of_der,
    )
    for read in readers:
        try:
            found: list[x509.Certificate] = read(content)
        except Exception:  # noqa: S112 - each reader has errors of its own for "not my format"
            continue
        if found:
            return found
    raise BadCertificate(["証明書のファイル(PEM、DER、PKCS#7)として読めません。"])


def check_issued(
    content: bytes, trust: TrustStore, now: datetime, *, request: bytes | None = None
) -> IssuedChain:
    """Reads what an authority issued and refuses it with every mistake at once.

    `request` is the CSR that it answers (DER); without one the key lies elsewhere and is not compared.
    """
    given = read_certificates(content)
    leaf = _leaf(given, request)
    problems = [] if request is None else _key_problems(leaf, request)
    problems += _own_problems(leaf, now)
    above = _path(leaf, given, trust)
    if above is None:
        problems.append(_untrusted(leaf))
    else:
        problems += _path_problems(above, now)
    if problems or above is None:
        raise BadCertificate(problems)
    return IssuedChain(leaf, tuple(above[:-1]), above[-1])


def load_chain(der: bytes | None) -> list[x509.Certificate]:
    """What `chain_der` wrote."""
    return _run_of_der(der) if der else []


def public_bytes(certificate: x509.Certificate) -> bytes:
    """The public key of a certificate, as it is compared."""
    return certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def subject_text(name: x509.Name) -> str:
    """A name as people read it: CN first."""
    return "、".join(str(attribute.value) for attribute in reversed(list(name))) or "(名前なし)"


def _run_of_der(content: bytes) -> list[x509.Certificate]:
    found = []
    while content:
        if len(content) < 4 or content[0] != 0x30 or content[1] != 0x82:
            raise ValueError("not a run of certificates")
        length = 4 + int.from_bytes(content[2:4], "big")
        found.append(x509.load_der_x509_certificate(content[:length]))
        content = content[length:]
    return found


def _leaf(given: Sequence[x509.Certificate], request: bytes | None) -> x509.Certificate:
    """The signer's certificate among those of the file: the one for our key, else the one that issued none."""
    if request is not None:
        wanted = _request_key(request)
        mine = [each for each in given if public_bytes(each) == wanted]
        if mine:
            return mine[0]
    issuers = {each.issuer.public_bytes() for each in given}
    leaves = [each for each in given if each.subject.public_bytes() not in issuers]
    return (leaves or list(given))[0]


def _request_key(request: bytes) -> bytes:
    key = x509.load_der_x509_csr(request).public_key()
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _key_problems(leaf: x509.Certificate, request: bytes) -> list[str]:
    if public_bytes(leaf) == _request_key(request):
        return []
    return ["証明書の公開鍵が、ここで作った署名要求(CSR)の鍵と違います。別の申込みの証明書ではありませんか。"]


def _own_problems(leaf: x509.Certificate, now: datetime) -> list[str]:
    problems = _validity_problems(leaf, now, "証明書")
    basic = _extension(leaf, x509.BasicConstraints)
    if basic is not None and basic.ca:
        problems.append("認証局の証明書です。署名する方の証明書を選んでください。")
    usage = _extension(leaf, x509.KeyUsage)
    if usage is not None and not (usage.digital_signature or usage.content_commitment):
        problems.append("用途(鍵用途)に、電子署名(digitalSignature、nonRepudiation)がありません。")
    return problems + _weakness(leaf)


def _weakness(certificate: x509.Certificate) -> list[str]:
    key = certificate.public_key()
    problems = []
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size < MIN_RSA_BITS:
            problems.append(f"RSA鍵が短すぎます({key.key_size}ビット)。{MIN_RSA_BITS}ビット以上が必要です。")
    elif not isinstance(key, ec.EllipticCurvePublicKey):
        problems.append("鍵の種類が、RSAでも楕円曲線(ECDSA)でもありません。")
    elif key.curve.key_size < MIN_CURVE_BITS:
        problems.append(f"楕円曲線の鍵が短すぎます({key.curve.key_size}ビット)。")
    try:
        algorithm = certificate.signature_hash_algorithm
    except Exception:  # an algorithm that the library does not know
        algorithm = None
    if not isinstance(algorithm, STRONG_HASHES):
        problems.append(
            f"証明書の署名に、弱いハッシュ関数({algorithm.name if algorithm else '不明'})が使われています。"
        )
    return problems


def _validity_problems(certificate: x509.Certificate, now: datetime, what: str) -> list[str]:
    if now < certificate.not_valid_before_utc:
        return [f"{what}の有効期間は{certificate.not_valid_before_utc:%Y-%m-%d %H:%M}(UTC)に始まります。"]
    if now > certificate.not_valid_after_utc:
        return [f"{what}の有効期間は{certificate.not_valid_after_utc:%Y-%m-%d %H:%M}(UTC)に終わりました。"]
    return []


def _path(
    leaf: x509.Certificate, given: Sequence[x509.Certificate], trust: TrustStore
) -> list[x509.Certificate] | None:
    """The certificates above the leaf up to a root that we trust, or None."""
    roots = [x509.load_der_x509_certificate(each.dump()) for each in trust.anchors]
    known = [*given, *(x509.load_der_x509_certificate(each.dump()) for each in trust.intermediates)]
    path: list[x509.Certificate] = []
    current = leaf
    while len(path) < LONGEST_CHAIN:
        root = next((each for each in roots if _issued(each, current)), None)
        if root is not None:
            return [*path, root]
        above = next((each for each in known if each != current and _issued(each, current)), None)
        if above is None or above in path:
            return None
        path.append(above)
        current = above
    return None


def _issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _path_problems(above: Sequence[x509.Certificate], now: datetime) -> list[str]:
    problems = []
    for depth, certificate in enumerate(above):
        name = subject_text(certificate.subject)
        problems += _validity_problems(certificate, now, f"上位の認証局({name})の証明書")
        basic = _extension(certificate, x509.BasicConstraints)
        usage = _extension(certificate, x509.KeyUsage)
        if basic is None or not basic.ca or (usage is not None and not usage.key_cert_sign):
            problems.append(f"上位の証明書({name})は、認証局の証明書ではありません。")
        elif basic.path_length is not None and basic.path_length < depth:
            problems.append(f"認証局({name})が許す階層の数を超えています。")
        if depth < len(above) - 1:
            problems += [f"上位の認証局({name}): {problem}" for problem in _weakness(certificate)]
    return problems


def _untrusted(leaf: x509.Certificate) -> str:
    return (
        f"発行者「{subject_text(leaf.issuer)}」から、信頼するルート証明書までたどれません。"
        "中間証明書が足りないか、この認証局が設定(TRUST_ROOTS)にありません。"
    )


def _extension(certificate: x509.Certificate, kind: type[Any]) -> Any:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
