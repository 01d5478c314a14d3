"""Independent judges of a signed PDF: poppler's pdfsig, pdffonts and pdftotext, and pyHanko's own validator.

None of them goes through our verification: an error there would not be found by asking it again.
"""

from __future__ import annotations

import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko_certvalidator import ValidationContext

ONE_SIGNATURE = re.compile(r"^Signature #\d+:$", re.MULTILINE)
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
