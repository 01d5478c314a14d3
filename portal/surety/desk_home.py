"""First page of a customer (お客様の最初の画面): important notices, recommended applications, the whole menu. (GUAR-51, GUAR-52)"""

from sqlalchemy import select

from guarantees.desk.orm import DeskNews, DeskRecommendation
from portal.acting import looking
from portal.permissions import Permission, requires
from portal.surety import desk
from portal.surety.access import own_customer, show
from portal.surety.menu import menu_for


@desk.get("/")
@requires(Permission.DESK_CUSTOMER)
def show_home() -> str:
    """重要なお知らせ, おすすめの保証申込み, and the fourteen entries of the menu."""
    with looking() as act:
        customer = own_customer(act)
        news = act.session.scalars(
            select(DeskNews)
            .where(DeskNews.issuer == customer.issuer)
            .order_by(DeskNews.is_urgent.desc(), DeskNews.published_on.desc())
        ).all()
        offers = act.session.scalars(
            select(DeskRecommendation)
            .where(DeskRecommendation.customer_id == customer.id, DeskRecommendation.used_at.is_(None))
            .order_by(DeskRecommendation.made_at.desc())
        ).all()
        return show("home", act, news=news, offers=offers, menu=menu_for())
