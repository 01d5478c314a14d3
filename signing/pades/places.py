"""Places of answers (問い合わせ先): where a certificate says that its state can be had (AIA, CDP)."""

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

OCSP, CRL = "ocsp", "crl"


def places_of(certificate: x509.Certificate) -> list[tuple[str, str]]:
    """Kind and address of each, OCSP first; only those over HTTP."""
    places = [(OCSP, url) for url in _ocsp_urls(certificate)] + [(CRL, url) for url in _crl_urls(certificate)]
    return [(kind, url) for kind, url in places if url.startswith(("http://", "https://"))]


def _ocsp_urls(certificate: x509.Certificate) -> list[str]:
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound:
        return []
    return [d.access_location.value for d in access if d.access_method == AuthorityInformationAccessOID.OCSP]


def _crl_urls(certificate: x509.Certificate) -> list[str]:
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return []
    return [name.value for point in points for name in point.full_name or [] if isinstance(name.value, str)]
