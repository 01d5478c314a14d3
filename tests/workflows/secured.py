"""A secured town (保証付きの試験の市): a case that needs a contract guarantee, and registries that answer as told."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from guarantees.certificates import Certificate, CertificateContents, CertificateEntry, Target
from guarantees.keys import AuthenticationKey
from guarantees.lodged import GuaranteeLook, LodgedGuarantee, Means
from guarantees.lookup import RegistryPort
from guarantees.products import Product
from portal import clock
from portal.acting import acting, house, looking
from portal.guarantee_looking import look_due, look_now
from portal.workflows.act import Act
from portal.workflows.guarantee_standings import ObligationStanding, standing
from procurement.cities.kinds import Channel, GuaranteeKind
from tests.workflows.town import OFFICER, START, Town

NUMBER, KEY = "2070004426", "Ab3dE5gH7k"
PRICE, LEAST = 11_000_000, 1_100_000


def certificate(**changes: Any) -> Certificate:
    """The certificate that fits the case of the town; `changes` go over its contents."""
    day = START.date()
    fitting = CertificateContents(
        product=Product.CONTRACT,
        orderer="鳥栖市長",
        contractor="山田建設株式会社",
        work_name="市道改良工事",
        contract_price=PRICE,
        guaranteed_amount=LEAST,
        work_starts_on=day + timedelta(days=14),
        work_ends_on=day + timedelta(days=150),
        guarantee_starts_on=day,
        guarantee_ends_on=day + timedelta(days=150),
    )
    entry = CertificateEntry(1, START - timedelta(hours=1), Target.NEW, replace(fitting, **changes))
    return Certificate(NUMBER, "west", (entry,))


def changed(before: Certificate, at: datetime, **changes: Any) -> Certificate:
    """The same after the surety has published a change."""
    entry = CertificateEntry(len(before.entries) + 1, at, Target.CHANGE, replace(before.latest, **changes))
    return replace(before, entries=(*before.entries, entry))


def cancelled(before: Certificate, at: datetime) -> Certificate:
    """The same after the guarantee contract was ended."""
    entry = CertificateEntry(len(before.entries) + 1, at, Target.CANCELLATION, before.latest)
    return replace(before, entries=(*before.entries, entry))


def ask_of(registry: RegistryPort | None) -> None:
    """From now on the portal asks this registry; None: officers look by hand."""
    house().__dict__["registry"] = registry


def lodged_in(town: Town, means: Means = Means.ELECTRONIC_SURETY, **values: Any) -> str:
    """A guarantee as it lies in the table once the city was told of it; its id."""
    with acting(OFFICER) as act:
        case = town.case(act)
        assert case.award is not None
        usual: dict[str, Any] = {
            "obligation": GuaranteeKind.CONTRACT,
            "channel": Channel.WEB,
            "lodged_at": act.now,
            "lodged_by": "山田　太郎",
            "issuer_name": "西日本建設業保証株式会社",
        }
        if means is Means.ELECTRONIC_SURETY:
            usual |= {"guarantee_contract_number": NUMBER, "next_look_at": act.now}
        row = LodgedGuarantee(
            city=case.city,
            case_id=case.id,
            company_id=case.award.company_id,
            means=means,
            **(usual | values),
        )
        act.session.add(row)
        act.session.flush()
        if means is Means.ELECTRONIC_SURETY:
            row.key_sealed = house().lodged_secrets.seal(AuthenticationKey(KEY).reveal(), row.id)
        return row.id


def the(act: Act, lodged_id: str) -> LodgedGuarantee:
    return act.session.get_one(LodgedGuarantee, lodged_id)


def looks_of(lodged_id: str) -> list[GuaranteeLook]:
    with looking(OFFICER) as act:
        return list(the(act, lodged_id).looks)


def status_of(lodged_id: str) -> str:
    with looking(OFFICER) as act:
        return the(act, lodged_id).status.value


def look(lodged_id: str) -> GuaranteeLook:
    """An officer looks."""
    return look_now(lodged_id, OFFICER)


def job() -> str:
    """What the job does."""
    return look_due(clock.now())


def standing_of(town: Town, obligation: GuaranteeKind = GuaranteeKind.CONTRACT) -> ObligationStanding:
    with looking(OFFICER) as act:
        found = standing(act, town.case(act), obligation)
        assert all(each.looks is not None for each in found.lodged)
        return found


def next_look_of(lodged_id: str) -> datetime | None:
    with looking(OFFICER) as act:
        return the(act, lodged_id).next_look_at


def day(days: int) -> date:
    """So many days after START."""
    return START.date() + timedelta(days=days)
