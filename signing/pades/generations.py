"""Generations of authorities (認証局の世代): roots, issuers, time-stamping authorities that come, live and go.

For the simulation of decades only. Nothing here is trusted by anything but the simulation that made it.
"""

import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from signing.errors import TimestampUnavailable
from signing.pades.revocation import Certificates, RevocationData, RevocationSource, RevocationUnavailable

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
_POLICY = "1.3.6.1.4.1.32473.1.2"  # from the range that RFC 5612 keeps for documentation
_LIFE_OF_ANSWER = timedelta(days=7)
_LIFE_OF_LIST = timedelta(days=30)


@dataclass(frozen=True)
class Generation:
    """One generation: a root, an issuing CA, a TSA and an OCSP responder, alive from `starts` to `ends`."""

    number: int
    starts: datetime
    ends: datetime
    digest: str
    keys: dict[str, ec.EllipticCurvePrivateKey]
    certificates: dict[str, x509.Certificate]

    @property
    def name(self) -> str:
        return f"模擬 第{self.number}世代 時刻認証局"

    @property
    def algorithm(self) -> hashes.SHA256 | hashes.SHA384:
        return _algorithm(self.digest)

    def is_alive(self, now: datetime) -> bool:
        """Whether its servers answer: nobody runs them once its certificates have ended."""
        return self.starts <= now < self.ends

    def asn1(self, role: str) -> asn1_x509.Certificate:
        """A certificate of it, as pyHanko wants it."""
        loaded: asn1_x509.Certificate = asn1_x509.Certificate.load(
            self.certificates[role].public_bytes(Encoding.DER)
        )
        return loaded

    def issue_signer(self, name: str, organisation: str, key: Key) -> x509.Certificate:
        """A sealing certificate of this generation, for as long as the generation lives."""
        builder = _builder(
            _name(organisation, name), key, self.certificates["issuing"], self.starts, self.ends
        )
        builder = builder.add_extension(_usage("digital_signature", "content_commitment"), critical=True)
        return builder.sign(self.keys["issuing"], self.algorithm)


def make_generation(number: int, starts: datetime, ends: datetime, *, is_strong: bool) -> Generation:
    """Makes keys and certificates: P-256 with SHA-256, or P-384 with SHA-384."""
    curve, digest = (ec.SECP384R1(), "sha384") if is_strong else (ec.SECP256R1(), "sha256")
    keys = {role: ec.generate_private_key(curve) for role in ("root", "issuing", "tsa", "ocsp")}
    organisation = f"模擬 第{number}世代 認証局"
    certificates: dict[str, x509.Certificate] = {}

    def sign(
        role: str, common_name: str, by: str | None, *extensions: tuple[x509.ExtensionType, bool]
    ) -> None:
        issuer = certificates[by] if by else None
        builder = _builder(_name(organisation, common_name), keys[role], issuer, starts, ends)
        for extension, is_critical in extensions:
            builder = builder.add_extension(extension, critical=is_critical)
        certificates[role] = builder.sign(keys[by or role], _algorithm(digest))

    authority = (_usage("key_cert_sign", "crl_sign"), True)
    leaf = (_usage("digital_signature"), True)
    sign("root", f"{organisation} ルート", None, (x509.BasicConstraints(True, 1), True), authority)
    sign("issuing", f"{organisation} 発行", "root", (x509.BasicConstraints(True, 0), True), authority)
    stamping = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    sign("tsa", f"模擬 第{number}世代 時刻認証局", "issuing", leaf, (stamping, True))
    answering = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING])
    sign("ocsp", f"模擬 第{number}世代 OCSP", "issuing", leaf, (answering, True), (x509.OCSPNoCheck(), False))
    return Generation(number, starts, ends, digest, keys, certificates)


class GenerationTsa:
    """The time-stamping authority of whichever generation is the newest one alive."""

    name = "模擬 時刻認証局"

    def __init__(self, generations: Sequence[Generation], clock: Callable[[], datetime]) -> None:
        self._generations = tuple(generations)
        self._clock = clock

    def answer(self, request: bytes) -> bytes:
        """Encoded TimeStampReq → encoded TimeStampResp."""
        now = self._clock()
        generation = newest_alive(self._generations, now)
        if generation is None:
            raise TimestampUnavailable(authority=self.name, reason="no generation is alive")
        asked = tsp.TimeStampReq.load(request, strict=True)
        info = tsp.TSTInfo(
            {
                "version": 1,
                "policy": _POLICY,
                "message_imprint": asked["message_imprint"],
                "serial_number": secrets.randbits(63),
                "gen_time": now.astimezone(UTC).replace(microsecond=0),
                "accuracy": {"seconds": 1},
                "nonce": asked["nonce"],
            }
        )
        response = {"status": {"status": "granted"}, "time_stamp_token": _token(generation, info)}
        encoded: bytes = tsp.TimeStampResp(response).dump()
        return encoded


class GenerationRevocation:
    """Revocation data of the generations that are alive; of others from `others`, if there is such a source."""

    def __init__(self, generations: Sequence[Generation], others: RevocationSource | None = None) -> None:
        self._generations = tuple(generations)
        self._others = others

    def gather(self, certificates: Certificates, now: datetime) -> RevocationData:
        """An OCSP answer for each certificate of an issuing CA and the CRL of its root, unless its CA is gone."""
        data, foreign = RevocationData(), []
        concerned: dict[int, Generation] = {}
        for certificate in {c.sha256: c for c in certificates}.values():
            loaded = x509.load_der_x509_certificate(certificate.dump())
            generation = self._issuer(loaded)
            if generation is None:
                foreign.append(certificate)
                continue
            if not generation.is_alive(now):
                subject = loaded.subject.rfc4514_string()
                raise RevocationUnavailable(reason=f"{subject}: {generation.name} はすでに終了しています")
            concerned[generation.number] = generation
            if loaded.issuer == generation.certificates["issuing"].subject:
                data.ocsps.append(_ocsp_answer(generation, loaded, now))
        data.crls.extend(_root_crl(generation, now) for generation in concerned.values())
        return _joined(data, self._asked_elsewhere(foreign, now))

    def _issuer(self, certificate: x509.Certificate) -> Generation | None:
        for generation in self._generations:
            if certificate.issuer in (generation.certificates[role].subject for role in ("root", "issuing")):
                return generation
        return None

    def _asked_elsewhere(self, certificates: Certificates, now: datetime) -> RevocationData:
        wanted = [certificate for certificate in certificates if not certificate.self_issued]
        if not wanted:
            return RevocationData()
        if self._others is None:
            raise RevocationUnavailable(
                reason=f"{wanted[0].subject.human_friendly}: 応答する認証局がありません"
            )
        return self._others.gather(certificates, now)


def newest_alive(generations: Sequence[Generation], now: datetime) -> Generation | None:
    """The youngest generation that is at work."""
    alive = [generation for generation in generations if generation.is_alive(now)]
    return max(alive, key=lambda generation: generation.number, default=None)


def _joined(first: RevocationData, second: RevocationData) -> RevocationData:
    return RevocationData(first.ocsps + second.ocsps, first.crls + second.crls)


def _algorithm(digest: str) -> hashes.SHA256 | hashes.SHA384:
    return hashes.SHA384() if digest == "sha384" else hashes.SHA256()


def _name(organisation: str, common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _builder(
    subject: x509.Name, key: Key, issuer: x509.Certificate | None, starts: datetime, ends: datetime
) -> x509.CertificateBuilder:
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(starts.astimezone(UTC).replace(tzinfo=None, microsecond=0))
        .not_valid_after(ends.astimezone(UTC).replace(tzinfo=None, microsecond=0))
        .add_extension(identifier, critical=False)
    )
    if issuer is None:
        return builder
    above = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    authority = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(above)
    return builder.add_extension(authority, critical=False)


def _usage(*used: str) -> x509.KeyUsage:
    every = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{usage: usage in used for usage in every})


def _ocsp_answer(generation: Generation, certificate: x509.Certificate, now: datetime) -> bytes:
    moment = now.astimezone(UTC).replace(microsecond=0)
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=certificate,
        issuer=generation.certificates["issuing"],
        algorithm=hashes.SHA256(),
        cert_status=ocsp.OCSPCertStatus.GOOD,
        this_update=moment,
        next_update=moment + _LIFE_OF_ANSWER,
        revocation_time=None,
        revocation_reason=None,
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, generation.certificates["ocsp"])
    builder = builder.certificates([generation.certificates["ocsp"]])
    return builder.sign(generation.keys["ocsp"], generation.algorithm).public_bytes(Encoding.DER)


def _root_crl(generation: Generation, now: datetime) -> bytes:
    moment = now.astimezone(UTC).replace(microsecond=0)
    root = generation.certificates["root"]
    identifier = root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    authority = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(root.subject)
        .last_update(moment)
        .next_update(moment + _LIFE_OF_LIST)
        .add_extension(x509.CRLNumber(int(moment.timestamp())), critical=False)
        .add_extension(authority, critical=False)
    )
    return builder.sign(generation.keys["root"], generation.algorithm).public_bytes(Encoding.DER)


def _token(generation: Generation, info: tsp.TSTInfo) -> cms.ContentInfo:
    content = info.dump()
    certificate = generation.asn1("tsa")
    attributes = _attributes(generation, certificate, content)
    signature = generation.keys["tsa"].sign(attributes.dump(), ec.ECDSA(generation.algorithm))
    named = {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
    signer = {
        "version": "v1",
        "sid": cms.SignerIdentifier("issuer_and_serial_number", named),
        "digest_algorithm": {"algorithm": generation.digest},
        "signature_algorithm": {"algorithm": f"{generation.digest}_ecdsa"},
        "signed_attrs": attributes,
        "signature": signature,
    }
    signed = {
        "version": "v3",
        "digest_algorithms": [algos.DigestAlgorithm({"algorithm": generation.digest})],
        "encap_content_info": {"content_type": "tst_info", "content": core.ParsableOctetString(content)},
        "certificates": [certificate, generation.asn1("issuing")],
        "signer_infos": [cms.SignerInfo(signer)],
    }
    return cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(signed)})


def _attributes(
    generation: Generation, certificate: asn1_x509.Certificate, content: bytes
) -> cms.CMSAttributes:
    identifier: dict[str, Any] = {"cert_hash": hashlib.new(generation.digest, certificate.dump()).digest()}
    if generation.digest != "sha256":
        identifier["hash_algorithm"] = {"algorithm": generation.digest}
    ess = tsp.SigningCertificateV2({"certs": [tsp.ESSCertIDv2(identifier)]})
    values = {
        "content_type": "tst_info",
        "message_digest": hashlib.new(generation.digest, content).digest(),
        "signing_certificate_v2": ess,
    }
    return cms.CMSAttributes(
        [
            cms.CMSAttribute({"type": cms.CMSAttributeType(kind), "values": (value,)})
            for kind, value in values.items()
        ]
    )
