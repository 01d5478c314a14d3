"""Lists of guarantees (保証工事一覧): the columns of GUAR-54, and the search over them."""

from dataclasses import dataclass
from typing import Any

from forms.texts import searchable
from guarantees.certificates import CertificateContents, Target
from guarantees.desk.histories import newest_contents, newest_kind
from guarantees.desk.orm import DeskGuarantee
from guarantees.products import Product
from portal.workflows.act import Act

SHORT = {
    Product.ADVANCE_PAYMENT: "前払",
    Product.INTERIM_ADVANCE_PAYMENT: "中間前払",
    Product.CONTRACT: "契約",
    Product.CONTRACT_RESERVATION: "予約",
}


@dataclass(frozen=True)
class GuaranteeRow:
    """One line of the list (保証工事). `sort` is 種別: 新規, 変更 or 解約."""

    guarantee: DeskGuarantee
    contents: CertificateContents
    sort: Target
    product_word: str

    @property
    def state(self) -> str:
        """Whether orderers can see it, in words."""
        if not self.guarantee.is_electronic:
            return "証書（紙）"
        return "登録済み" if not self.guarantee.waiting else "登録待ち"


def rows_for(act: Act, query: Any, words: str) -> list[GuaranteeRow]:
    """The guarantees of a query as lines, newest first; of those that contain every word of the search."""
    guarantees = act.session.scalars(query.order_by(DeskGuarantee.issued_at.desc())).all()
    rows = [
        GuaranteeRow(one, newest_contents(one), newest_kind(one), SHORT[one.product]) for one in guarantees
    ]
    wanted = [searchable(word) for word in words.split()]
    return [row for row in rows if all(word in _text(row) for word in wanted)]


def _text(row: GuaranteeRow) -> str:
    says = row.contents
    parts = (row.guarantee.number, says.work_name, says.orderer, says.contractor, row.product_word)
    return searchable(" ".join(parts))
