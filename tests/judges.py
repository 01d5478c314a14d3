"""Independent judges of a signed PDF: pdfsig, pdffonts and pdftotext, OpenSSL, pyHanko's own validator, pikepdf.

None of them goes through our verification: an error there would not be found by asking it again.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pikepdf
from asn1crypto import cms, pem, x509
from pikepdf import pdfa
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko_certvalidator import ValidationContext

ONE_SIGNATURE = re.compile(r"^Signature #\d+:$", re.MULTILINE)
UNJUDGED = ("AcroForm", "DSS", "Perms")
"""Parts of a signed file that pikepdf's PDF/A checker says it does not judge."""
PERMITTED = (ModificationLevel.NONE, ModificationLevel.LTA_UPDATES, ModificationLevel.FORM_FILLING)


@dataclass(frozen=True)
class PdfsigFinding:
    """What pdfsig says of one signature field; it cannot judge document time-stamps, pyHanko does."""

    is_timestamp: bool
    is_valid: bool
    covers_whole_file: bool
    said: str


@dataclass(frozen=True)
class PyhankoFinding:
    """What pyHanko's own validator says of one signature field."""

    is_timestamp: bool
    is_intact: bool
    is_valid: bool
    is_trusted: bool
    later_changes: ModificationLevel

    @property
    def is_good(self) -> bool:
        """Intact, valid, trusted, and only changes since that the signature permits."""
        return self.is_intact and self.is_valid and self.is_trusted and self.later_changes in PERMITTED


@dataclass(frozen=True)
class OpensslFinding:
    """What OpenSSL says of one signature field: `cms -verify` or `ts -verify`, and of a signature's time-stamp."""

    is_timestamp: bool
    is_good: bool
    stamp_is_good: bool
    said: str


def nss_database(folder: Path, *certificates: Path) -> Path:
    """An NSS database in `folder` that trusts these certificates (PEM) and nothing else."""
    folder.mkdir(parents=True, exist_ok=True)
    database = f"sql:{folder}"
    _run("certutil", "-N", "-d", database, "--empty-password")
    for file in certificates:
        _run("certutil", "-A", "-d", database, "-n", file.stem, "-t", "CT,CT,CT", "-a", "-i", str(file))
    return folder


def pdfsig(pdf: Path, nss: Path) -> list[PdfsigFinding]:
    """Every signature of a PDF as poppler and NSS see it."""
    said = _run("pdfsig", "-no-ocsp", "-nssdir", f"sql:{nss}", str(pdf))
    return [_pdfsig_finding(part) for part in ONE_SIGNATURE.split(said)[1:]]


def pyhanko(pdf: Path, root: Path) -> list[PyhankoFinding]:
    """Every signature of a PDF as pyHanko sees it when it trusts one root (PEM).

    In a thread of its own: pyHanko wants an event loop, and Playwright has one running in ours.
    """
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(_pyhanko_findings, pdf, root).result()


def openssl(pdf: Path, root: Path, at: datetime | None = None) -> list[OpensslFinding]:
    """Every signature of a PDF, and its time-stamp, as OpenSSL sees them when it trusts one root (PEM).

    The fields are found and the bytes cut out by pikepdf and by hand. `at` stands for today.
    """
    content = pdf.read_bytes()
    with pikepdf.open(pdf) as opened, tempfile.TemporaryDirectory(prefix="warifu-openssl-") as folder:
        values = [
            field.V for field in opened.Root.AcroForm.Fields if field.get("/FT") == "/Sig" and "/V" in field
        ]
        return [_openssl_finding(value, content, root, at, Path(folder)) for value in values]


def pdf_a(pdf: Path) -> list[str]:
    """What keeps a file from being PDF/A-2b, apart from what pikepdf's checker does not judge in signed files."""
    with pdf.open("rb") as file:
        report = pdfa.validate_written(file, "2b")
    unknown = [item for item in report.unsupported if not any(word in str(item) for word in UNJUDGED)]
    return [str(problem) for problem in (*report.violations, *unknown)]


def fonts(pdf: Path) -> dict[str, bool]:
    """Every font of a PDF by name, and whether it is embedded."""
    heading, _, *lines = _run("pdffonts", str(pdf)).splitlines()
    place = heading.index("emb")
    return {line.split()[0]: line[place : place + 3] == "yes" for line in lines}


def words(pdf: Path) -> str:
    """The words on the pages of a PDF, without any space between them."""
    return "".join(_run("pdftotext", "-layout", str(pdf), "-").split())


def _pdfsig_finding(said: str) -> PdfsigFinding:
    return PdfsigFinding(
        is_timestamp="ETSI.CAdES.detached" not in said,
        is_valid="Signature is Valid." in said,
        covers_whole_file="Total document signed" in said and "Not total document" not in said,
        said=said,
    )


def _openssl_finding(
    value: pikepdf.Object, content: bytes, root: Path, at: datetime | None, folder: Path
) -> OpensslFinding:
    start, length, second, rest = (int(number) for number in value.ByteRange)
    data, token = folder / "data", folder / "token"
    data.write_bytes(content[start : start + length] + content[second : second + rest])
    token.write_bytes(_one_der_value(bytes.fromhex(content[start + length + 1 : second - 1].decode())))
    when = ("-attime", str(int(at.timestamp()))) if at else ()
    trust = ("-CAfile", str(root), *when)
    if value.get("/Type") == "/DocTimeStamp":
        is_good, said = _openssl("ts", "-verify", "-data", str(data), "-in", str(token), "-token_in", *trust)
        return OpensslFinding(True, is_good, True, said)
    line = ("-inform", "DER", "-in", str(token), "-content", str(data), "-binary", "-out", "/dev/null")
    is_good, said = _openssl("cms", "-verify", "-cades", "-purpose", "any", *line, *trust)
    stamped, stamp = _signature_timestamp(token.read_bytes())
    token.write_bytes(stamp)
    stamp_is_good, said_of_stamp = _openssl(
        "ts",
        "-verify",
        "-digest",
        hashlib.sha256(stamped).hexdigest(),
        "-in",
        str(token),
        "-token_in",
        *trust,
    )
    return OpensslFinding(False, is_good, stamp_is_good, said + said_of_stamp)


def _openssl(*line: str) -> tuple[bool, str]:
    done = subprocess.run(["openssl", *line], capture_output=True, text=True, check=False)
    return done.returncode == 0, done.stdout + done.stderr


def _signature_timestamp(content: bytes) -> tuple[bytes, bytes]:
    """The signature value of a CMS, and the token over it (both DER)."""
    signer = cms.ContentInfo.load(content)["content"]["signer_infos"][0]
    stamps = [
        a["values"][0] for a in signer["unsigned_attrs"] if a["type"].native == "signature_time_stamp_token"
    ]
    return signer["signature"].native, stamps[0].dump()


def _one_der_value(padded: bytes) -> bytes:
    """The value without the zeros that fill up the hole."""
    size = padded[1]
    if size < 0x80:
        return padded[: 2 + size]
    digits = size & 0x7F
    return padded[: 2 + digits + int.from_bytes(padded[2 : 2 + digits], "big")]


def _pyhanko_findings(pdf: Path, root: Path) -> list[PyhankoFinding]:
    context = ValidationContext(trust_roots=[_certificate(root)], allow_fetching=False)
    with pdf.open("rb") as file:
        return [_pyhanko_finding(signature, context) for signature in PdfFileReader(file).embedded_signatures]


def _pyhanko_finding(signature: object, context: ValidationContext) -> PyhankoFinding:
    is_timestamp = signature.sig_object_type == "/DocTimeStamp"
    judge = validate_pdf_timestamp if is_timestamp else validate_pdf_signature
    status = judge(signature, context)
    return PyhankoFinding(
        is_timestamp=is_timestamp,
        is_intact=status.intact,
        is_valid=status.valid,
        is_trusted=status.trusted,
        later_changes=status.modification_level or ModificationLevel.OTHER,
    )


def _certificate(file: Path) -> x509.Certificate:
    return x509.Certificate.load(pem.unarmor(file.read_bytes())[2])


def _run(*line: str) -> str:
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(line)}: {done.stdout}\n{done.stderr}"
    return done.stdout
