"""Note a reading (閲覧の記録): who opened which file of a contract or of a filing."""

from portal.audit import Tag
from portal.workflows.act import Act
from procurement.contracts import Contract
from procurement.filings import Filing


def note_reading(act: Act, row: Contract | Filing, name: str, sha256: str) -> None:
    """Write down that a file of the row was handed out, by its name and hash."""
    kind = "contract" if isinstance(row, Contract) else "filing"
    act.audit(Tag.DOCUMENT_READ, city=row.city, subject=(kind, row.id), name=name, sha256=sha256)
