"""A guarantee in the office (保証の画面の試験): told to the city, looked up in a registry of the test, read again."""

from datetime import date

from forms.issued.key_notices import NoticeFacts, key_notice
from guarantees.keys import AuthenticationKey
from guarantees.lodged import LodgedGuarantee, Means
from guarantees.lookup import RegistryPort
from guarantees.products import Product
from portal.acting import looking
from portal.scoping import Scope
from tests.portal.office.desk import OfficeDesk
from tests.workflows.secured import KEY, NUMBER, ask_of, lodged_in
from tests.workflows.town import OFFICER

RECEIVED = {
    "reception-channel": "mail",
    "reception-received_on": "2026-05-07",
    "reception-received_time": "9:30",
}


def lodged(desk: OfficeDesk, means: Means = Means.ELECTRONIC_SURETY, **values: object) -> str:
    """The address of a guarantee that the city was told of."""
    with desk.app.app_context():
        return f"/office/guarantees/{lodged_in(desk.town, means, **values)}"


def tie(desk: OfficeDesk, registry: RegistryPort | None) -> None:
    with desk.app.app_context():
        ask_of(registry)


def kept(desk: OfficeDesk, address: str) -> LodgedGuarantee:
    with desk.app.app_context(), looking(OFFICER, Scope()) as act:
        found = act.session.get_one(LodgedGuarantee, address.rpartition("/")[2])
        assert found.looks is not None
        return found


def tags(desk: OfficeDesk) -> list[str]:
    with desk.app.app_context():
        return desk.town.tags()


def notice(**changes: object) -> bytes:
    facts = {
        "issuer_name": "西日本建設業保証株式会社",
        "number": NUMBER,
        "key": AuthenticationKey(KEY),
        "product": Product.CONTRACT,
        "work_name": "市道改良工事",
        "contractor": "山田建設株式会社",
        "orderer": "鳥栖市長",
        "issued_on": date(2026, 5, 7),
    }
    return key_notice("west", NoticeFacts(**(facts | changes)))  # type: ignore[arg-type]
