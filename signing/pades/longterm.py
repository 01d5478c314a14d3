"""Long-term evidence (長期署名の検証情報): certificates and revocation data that a seal rests on.

They are checked before anything is signed: a seal with a revoked or expired certificate is not made. The
check's outcome is kept for the same certificates and the same answers, as long as all of them are in force.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import crl as asn1_crl
from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import x509
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.ltv.poe import POEManager

from signing.pades.answers import SKEW
from signing.pades.revocation import RevocationData, RevocationSource, RevocationUnavailable
from signing.pades.trust import TrustStore
from signing.pades.waiting import wait_for

_Name = generic.NameObject
_KEPT = 64


@dataclass(frozen=True)
class ValidationData:
    """Encoded certificates, OCSP responses and CRLs for the DSS."""

    certificates: tuple[bytes, ...]
    ocsps: tuple[bytes, ...]
    crls: tuple[bytes, ...]


@dataclass(frozen=True)
class _Outcome:
    data: ValidationData
    since: datetime
    until: datetime | None


class ValidationBook:
    """Gathers and checks the evidence of a seal."""

    def __init__(self, revocation: RevocationSource, trust: TrustStore) -> None:
        self._revocation = revocation
        self._trust = trust
        self._kept: OrderedDict[bytes, _Outcome] = OrderedDict()

    def gather(
        self, signer: Sequence[x509.Certificate], authorities: Sequence[x509.Certificate], now: datetime
    ) -> ValidationData:
        """Evidence for a signer's certificate (first, then its chain) and those of time-stamping authorities."""
        certificates = [*signer, *authorities]
        revocation = self._revocation.gather(certificates, now)
        name = _fingerprint(certificates, revocation)
        kept = self._kept.get(name)
        if kept is not None and kept.until is not None and kept.since <= now < kept.until:
            return kept.data
        outcome = wait_for(self._check(signer, authorities, revocation, now))
        self._kept[name] = outcome
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return outcome.data

    async def _check(
        self,
        signer: Sequence[x509.Certificate],
        authorities: Sequence[x509.Certificate],
        revocation: RevocationData,
        now: datetime,
    ) -> _Outcome:
        """Builds every path to a trusted root with its revocation data; raises where one does not stand."""
        ocsps = [asn1_ocsp.OCSPResponse.load(response) for response in revocation.ocsps]
        crls = [asn1_crl.CertificateList.load(crl) for crl in revocation.crls]
        context = ValidationContext(
            trust_roots=self._trust.anchors,
            other_certs=[*signer, *authorities, *self._trust.intermediates],
            ocsps=ocsps,
            crls=crls,
            revocation_mode="hard-fail",
            allow_fetching=False,
            moment=now,
            poe_manager=POEManager(current_dt_override=now),
        )
        paths = [await _path(leaf, context, {"non_repudiation"}) for leaf in signer[:1]]
        paths += [await _path(c, context, set(), {"time_stamping"}) for c in authorities if not c.ca]
        for path in paths:
            _require_answers(path, ocsps, crls, now)
        used = {c.dump(): c for path in paths for c in path.iter_certs(include_root=True)}
        used |= {c.dump(): c for response in ocsps for c in _responders(response)}
        data = ValidationData(tuple(used), tuple(revocation.ocsps), tuple(revocation.crls))
        return _Outcome(data, *_window(used.values(), ocsps, crls))


def _require_answers(path: Any, ocsps: Iterable[Any], crls: Iterable[Any], now: datetime) -> None:
    """Every certificate below the root has an answer in force that calls it good.

    pyHanko asks only where a certificate names a responder or a list. Who signed the answers was checked when
    they were gathered.
    """
    for certificate in path.iter_certs(include_root=False):
        if not is_answered(certificate, ocsps, crls, now):
            raise RevocationUnavailable(
                reason=f"「{certificate.subject.human_friendly}」の有効な失効情報がありません。"
            )


def is_answered(
    certificate: x509.Certificate, ocsps: Iterable[Any], crls: Iterable[Any], now: datetime
) -> bool:
    """Whether one of the answers is in force and calls the certificate good (有効な失効情報の有無)."""
    return (
        certificate.ocsp_no_check_value is not None
        or any(_is_good(certificate, answer, now) for answer in _answers(ocsps))
        or any(_is_unlisted(certificate, crl["tbs_cert_list"], now) for crl in crls)
    )


def _answers(ocsps: Iterable[Any]) -> Iterator[Any]:
    for response in ocsps:
        yield from response.response_data["responses"]


def _is_good(certificate: x509.Certificate, answer: Any, now: datetime) -> bool:
    named = answer["cert_id"]
    issuer = hashlib.new(named["hash_algorithm"]["algorithm"].native, certificate.issuer.dump()).digest()
    is_named = (named["serial_number"].native, named["issuer_name_hash"].native) == (
        certificate.serial_number,
        issuer,
    )
    return is_named and answer["cert_status"].name == "good" and _is_in_force(answer, now)


def _is_unlisted(certificate: x509.Certificate, crl: Any, now: datetime) -> bool:
    revoked = {entry["user_certificate"].native for entry in crl["revoked_certificates"] or ()}
    is_its_list = bool(crl["issuer"] == certificate.issuer)
    return is_its_list and certificate.serial_number not in revoked and _is_in_force(crl, now)


def _is_in_force(answer: Any, now: datetime) -> bool:
    until = answer["next_update"].native
    return bool(answer["this_update"].native <= now + SKEW and (until is None or now <= until))


async def _path(leaf: x509.Certificate, context: ValidationContext, *usages: set[str]) -> Any:
    validator = CertificateValidator(leaf, validation_context=context)
    return await validator.async_validate_usage(*usages)  # type: ignore[no-untyped-call]


def write_dss(writer: IncrementalPdfFileWriter, data: ValidationData) -> None:
    """Adds to the document security store (DSS) what is not in it yet."""
    root = writer.root
    store = entry_of(root, "/DSS")
    if store is None:
        store = generic.DictionaryObject()  # type: ignore[no-untyped-call]
        root[_Name("/DSS")] = writer.add_object(store)
        writer.update_root()  # type: ignore[no-untyped-call]
    changed = _add(writer, store, "/Certs", data.certificates)
    changed |= _add(writer, store, "/OCSPs", data.ocsps)
    changed |= _add(writer, store, "/CRLs", data.crls)
    if changed:
        writer.update_container(store)


def _add(
    writer: IncrementalPdfFileWriter, store: generic.DictionaryObject, kind: str, items: Iterable[bytes]
) -> bool:
    array = entry_of(store, kind)
    known = {hashlib.sha256(entry.get_object().data).digest() for entry in array or ()}
    new = [item for item in dict.fromkeys(items) if hashlib.sha256(item).digest() not in known]
    if not new:
        return False
    if array is None:
        array = generic.ArrayObject()
        store[_Name(kind)] = array
    array.extend(writer.add_object(generic.StreamObject(stream_data=item)) for item in new)
    writer.update_container(array)
    return True


def entry_of(dictionary: Mapping[str, Any], key: str) -> Any:
    """The value itself: `get` of pyHanko hands out the reference."""
    try:
        return dictionary[key]
    except KeyError:
        return None


def _fingerprint(certificates: Sequence[x509.Certificate], revocation: RevocationData) -> bytes:
    digest = hashlib.sha256()
    for group in ([c.dump() for c in certificates], revocation.ocsps, revocation.crls):
        digest.update(len(group).to_bytes(4, "big"))
        for item in group:
            digest.update(hashlib.sha256(item).digest())
    return digest.digest()


def _responders(response: Any) -> Iterator[x509.Certificate]:
    if response["response_status"].native == "successful":
        yield from response["response_bytes"]["response"].parsed["certs"]


def _window(
    certificates: Iterable[x509.Certificate], ocsps: Iterable[Any], crls: Iterable[Any]
) -> tuple[datetime, datetime | None]:
    """From when until when all of these are in force; no end is known when an answer does not name one."""
    since = [c.not_valid_before for c in certificates]
    until = [c.not_valid_after for c in certificates]
    for response in ocsps:
        for answer in response.response_data["responses"]:
            since.append(answer["this_update"].native)
            until.append(answer["next_update"].native)
    for crl in crls:
        since.append(crl["tbs_cert_list"]["this_update"].native)
        until.append(crl["tbs_cert_list"]["next_update"].native)
    return max(since), None if None in until else min(until)
