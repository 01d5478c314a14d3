"""Validation data in a file (検証情報, DSS): certificates, OCSP responses, CRLs, as of any revision."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from asn1crypto import crl, ocsp, x509
from pyhanko.pdf_utils import generic
from pyhanko.sign.general import find_unique_cms_attribute

from signing.pades.fields import FoundSignature
from signing.pades.objects import entry

Item = TypeVar("Item")


@dataclass
class Store:
    """What lies in the DSS, or in an Adobe signature. `is_damaged`: some of it cannot be read."""

    certificates: list[x509.Certificate] = field(default_factory=list)
    ocsps: list[ocsp.OCSPResponse] = field(default_factory=list)
    crls: list[crl.CertificateList] = field(default_factory=list)
    is_damaged: bool = False

    @property
    def has_revocation_data(self) -> bool:
        return bool(self.ocsps or self.crls)


def read_store(root: generic.DictionaryObject) -> Store:
    """The DSS of one revision's catalog."""
    store = Store()
    dss = entry(root, "/DSS")
    if not isinstance(dss, generic.DictionaryObject):
        store.is_damaged = "/DSS" in root
        return store
    store.certificates = list(_load(dss, "/Certs", x509.Certificate.load, store))
    store.ocsps = list(_load(dss, "/OCSPs", ocsp.OCSPResponse.load, store))
    store.crls = list(_load(dss, "/CRLs", crl.CertificateList.load, store))
    return store


def add_adobe_data(store: Store, signatures: Sequence[FoundSignature]) -> None:
    """Revocation data that Adobe's signatures carry among their signed attributes."""
    for signature in signatures:
        if signature.embedded is None:
            continue
        attributes = signature.embedded.signer_info["signed_attrs"]
        try:
            archive = find_unique_cms_attribute(attributes, "adobe_revocation_info_archival")
            store.crls += list(archive["crl"])
            store.ocsps += list(archive["ocsp"])
        except Exception:  # absent, twice, or in a form of its own
            store.is_damaged = store.is_damaged or _has(attributes)


def _has(attributes: Any) -> bool:
    return any(attribute["type"].native == "adobe_revocation_info_archival" for attribute in attributes)


def _load(
    dss: generic.DictionaryObject, key: str, load: Callable[[bytes], Item], store: Store
) -> Iterator[Item]:
    items: Any = entry(dss, key, ())
    if not isinstance(items, generic.ArrayObject | tuple):
        store.is_damaged = True
        return
    for item in items:
        try:
            loaded: Any = load(item.get_object().data)
            if key != "/CRLs":  # a list can have a hundred thousand lines
                loaded.native  # noqa: B018 - parses it whole now
        except Exception:  # one broken answer must not hide the others
            store.is_damaged = True
            continue
        yield loaded
