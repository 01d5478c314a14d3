"""Where fields lie in a document, and which signature leaves what open for those after it."""

from dataclasses import dataclass

DATE_FIELD = "contract_date"
"""Name of the form field that the last signer's date is written into (契約締結日, AMB-14)."""


@dataclass(frozen=True)
class DateBox:
    """Place of the contract date (契約締結日の記入欄): page from 1, PDF points from the lower left corner."""

    page: int
    left: float
    bottom: float
    right: float
    top: float
    font_size: float = 10.5


@dataclass(frozen=True)
class PlannedSignature:
    """An empty signature field (署名欄); `still_open` names the fields that may be filled after it."""

    field_name: str
    still_open: tuple[str, ...] = ()

    @property
    def is_last(self) -> bool:
        return not self.still_open
