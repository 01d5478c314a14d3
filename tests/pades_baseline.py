"""Independent judge of the PAdES baseline rules: ETSI EN 319 142-1, 6.3, and what it takes from EN 319 122-1.

Reads a finished PDF with pikepdf and asn1crypto alone, none of our code. `violations` names every rule that a
signature breaks; an empty list is the proof. The letters in the messages are those of the standard's table.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pikepdf
from asn1crypto import x509

from tests.pades_reading import STRONG, Signature, Store, certificates_in, is_der, signed_fields

LEVELS = ("B-B", "B-T", "B-LT", "B-LTA")
SIGNATURE, TIMESTAMP = "ETSI.CAdES.detached", "ETSI.RFC3161"
POLICY, COMMITMENT = "1.2.840.113549.1.9.16.2.15", "1.2.840.113549.1.9.16.2.16"
ADOBE_REVOCATION = "1.2.840.113583.1.1.8"
NO_CHECK = "1.3.6.1.5.5.7.48.1.5"
PDF_DATE = re.compile(r"D:\d{14}(Z|[+-]\d\d'\d\d'?)$")
REVISION_END = re.compile(rb"%%EOF[\r\n]{0,2}$")
NOT_WITH_DSS = {
    "1.2.840.113549.1.9.16.2.23": "certificate-values",
    "1.2.840.113549.1.9.16.2.24": "revocation-values",
    "1.2.840.113549.1.9.16.2.21": "complete-certificate-references",
    "1.2.840.113549.1.9.16.2.22": "complete-revocation-references",
}


def violations(pdf: Path, level: str = "B-LTA") -> list[str]:
    """Every rule of a baseline level that any signature of the file breaks; [] when it conforms."""
    content = pdf.read_bytes()
    with pikepdf.open(pdf) as opened:
        found = [Signature(name, value, content) for name, value in signed_fields(opened)]
        store = Store.of(opened)
    if not any(not signature.is_timestamp for signature in found):
        return ["no signature in the file"]
    found.sort(key=lambda signature: signature.end)
    problems = []
    for signature in found:
        problems += [f"{signature.name}: {problem}" for problem in _judge(signature, level, store)]
    if level == "B-LTA":
        problems += _judge_archive(found, content)
    return problems


def _judge(signature: Signature, level: str, store: Store) -> Iterator[str]:
    yield from _judge_dictionary(signature)
    yield from _judge_range(signature)
    if signature.signed_data is None:
        yield "/Contents holds no CMS SignedData"
        return
    yield from _judge_cms(signature, store)
    if signature.is_timestamp:
        yield from _judge_imprint(signature.signed_data, signature.covered)
    else:
        yield from _judge_attributes(signature)
        if level != "B-B":
            yield from _judge_timestamp(signature)
    if level in ("B-LT", "B-LTA"):
        yield from _judge_revocation(signature, store)


def _judge_dictionary(signature: Signature) -> Iterator[str]:
    value = signature.value
    wanted = TIMESTAMP if signature.is_timestamp else SIGNATURE
    if str(value.get("/SubFilter", "")) != f"/{wanted}":
        yield f"/SubFilter is not {wanted} (l, y)"
    if "/Filter" not in value:
        yield "/Filter is missing"
    if "/Cert" in value:
        yield "/Cert must not be there"
    if signature.is_timestamp:
        return
    if not PDF_DATE.match(str(value.get("/M", ""))):
        yield "/M is missing or no date with a zone"
    if "/Reason" in value and {POLICY, COMMITMENT} & set(signature.signed):
        yield "/Reason together with a policy or a commitment type (d, m)"


def _judge_range(signature: Signature) -> Iterator[str]:
    """The range is everything but the hole, and the hole is one hexadecimal string with nothing hidden in it."""
    numbers, hole = signature.byte_range, signature.hole
    if len(numbers) != 4 or numbers[0] != 0 or min(numbers) < 0:
        yield "/ByteRange is not [0 a b c]"
        return
    if signature.end > len(signature.content):
        yield "/ByteRange goes beyond the file"
    if not re.fullmatch(rb"<[0-9A-Fa-f]*>", hole):
        yield "what /ByteRange leaves out is not the hexadecimal /Contents alone"
        return
    if bytes.fromhex(hole[1:-1].decode()) != signature.contents:
        yield "the hole is not the /Contents of this signature"
    if signature.contents[len(signature.encoded) :].strip(b"\0"):
        yield "the padding of /Contents is not zero"
    if not REVISION_END.search(signature.content[: signature.end]):
        yield "/ByteRange does not end with its revision"


def _judge_cms(signature: Signature, store: Store) -> Iterator[str]:
    signed_data = signature.signed_data
    assert signed_data is not None
    if not is_der(signature.encoded):
        yield "the CMS is not DER"
    if len(signed_data["signer_infos"]) != 1:
        yield "not exactly one signer"
        return
    if signature.certificate is None:
        yield "the signing certificate is not in SignedData.certificates (a)"
        return
    digest = signature.signer["digest_algorithm"]["algorithm"].native
    if digest not in STRONG:
        yield f"the hash {digest} is too weak"
    elif not signature.is_genuine:
        yield "the signature value does not verify"
    for issuer in _missing_issuers(signature, store):
        yield f"{issuer} is missing in SignedData.certificates (b)"


def _judge_attributes(signature: Signature) -> Iterator[str]:
    signed_data = signature.signed_data
    assert signed_data is not None
    info = signed_data["encap_content_info"]
    if info["content_type"].native != "data" or info["content"].native is not None:
        yield "the content is not detached data"
    if signature.signed_values("content_type") != ["data"]:
        yield "content-type is not id-data (c)"
    if signature.signed_values("message_digest") != [signature.covered_digest]:
        yield "message-digest is not the digest of the byte range"
    if "1.2.840.113549.1.9.5" in signature.signed:
        yield "signing-time must not be there"
    if ADOBE_REVOCATION in signature.signed:
        yield "adbe-revocationInfoArchival must not be there"
    if "1.2.840.113549.1.9.6" in signature.unsigned:
        yield "countersignature must not be there"
    repeated = {kind for kind in signature.signed if signature.signed.count(kind) > 1}
    if repeated:
        yield f"signed attributes occur twice: {', '.join(sorted(repeated))}"
    encoded = [attribute.dump() for attribute in signature.signer["signed_attrs"]]
    if encoded != sorted(encoded):
        yield "the signed attributes are not in the order of DER"
    for kind in NOT_WITH_DSS.keys() & set(signature.unsigned):
        yield f"{NOT_WITH_DSS[kind]} must not be there"
    yield from _judge_signing_certificate(signature)


def _judge_signing_certificate(signature: Signature) -> Iterator[str]:
    """ESS signing-certificate-v2 names the very certificate by hash and, if at all, by issuer and serial."""
    if "1.2.840.113549.1.9.16.2.12" in signature.signed:
        yield "signing-certificate is for SHA-1 (h)"
    values = signature.signed_values("signing_certificate_v2", native=False)
    if len(values) != 1:
        yield "signing-certificate-v2 is missing (i)"
        return
    first = values[0]["certs"][0]
    hash_name = first["hash_algorithm"]["algorithm"].native
    certificate = signature.certificate
    if certificate is None or hash_name not in STRONG:
        yield f"signing-certificate-v2 uses {hash_name} or names nobody"
        return
    if first["cert_hash"].native != hashlib.new(hash_name, certificate.dump()).digest():
        yield "signing-certificate-v2 names another certificate"
    named = first["issuer_serial"]
    if named.native is None:
        return
    issuers = [name.chosen.untag().dump() for name in named["issuer"]]
    if issuers != [certificate.issuer.dump()] or named["serial_number"].native != certificate.serial_number:
        yield "issuerSerial of signing-certificate-v2 names another certificate"


def _judge_timestamp(signature: Signature) -> Iterator[str]:
    if not signature.tokens:
        yield "no signature-time-stamp (T)"
    for token in signature.tokens:
        yield from _judge_imprint(token, signature.signer["signature"].native)


def _judge_imprint(token: Any, stamped: bytes) -> Iterator[str]:
    if token["encap_content_info"]["content_type"].native != "tst_info":
        yield "what should be a time-stamp token is none"
        return
    imprint = token["encap_content_info"]["content"].parsed["message_imprint"]
    name = imprint["hash_algorithm"]["algorithm"].native
    if name not in STRONG:
        yield f"the time-stamp uses {name}"
    elif imprint["hashed_message"].native != hashlib.new(name, stamped).digest():
        yield "the time-stamp is of something else"


def _judge_revocation(signature: Signature, store: Store) -> Iterator[str]:
    """Every certificate below a root has an answer in the DSS: of the signer's chain and of the authority's."""
    if not store.certificates:
        yield "no DSS, or no certificate in it (LT)"
    for group in [signature.signed_data, *signature.tokens]:
        for certificate in certificates_in(group):
            if certificate.self_issued or _is_exempt(certificate):
                continue
            if certificate.dump() not in store.certificates:
                yield f"{_name(certificate)} is not in the DSS (LT)"
            if not store.answers_for(certificate):
                yield f"no revocation data for {_name(certificate)} in the DSS (LT)"


def _judge_archive(found: Sequence[Signature], content: bytes) -> Iterator[str]:
    last = found[-1]
    if not last.is_timestamp:
        yield "no document time-stamp after the last signature (LTA)"
    elif last.end != len(content):
        yield "the last document time-stamp does not cover the whole file (LTA)"


def _missing_issuers(signature: Signature, store: Store) -> Iterator[str]:
    """CAs of the signer's chain that only the DSS has. Roots may be left out: a verifier has its own."""
    here = {c.subject.dump(): c for c in certificates_in(signature.signed_data)}
    elsewhere = {c.subject.dump(): c for c in map(x509.Certificate.load, store.certificates)}
    current = signature.certificate
    while current is not None and not current.self_issued:
        issuer = current.issuer.dump()
        above = here.get(issuer) or elsewhere.get(issuer)
        if above is not None and not above.self_issued and issuer not in here:
            yield _name(above)
        current = above


def _is_exempt(certificate: x509.Certificate) -> bool:
    extensions = certificate["tbs_certificate"]["extensions"] or ()
    return any(extension["extn_id"].dotted == NO_CHECK for extension in extensions)


def _name(certificate: x509.Certificate) -> str:
    return str(certificate.subject.native.get("common_name", certificate.subject.human_friendly))
