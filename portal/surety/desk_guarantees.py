"""A customer's guarantees (保証工事一覧・電子保証概要): lists, history, key, key notice. (GUAR-53, GUAR-54, GUAR-62)"""

from flask import Response, abort, request
from sqlalchemy import select

from forms.issued.key_notices import NoticeFacts, key_notice, notice_title
from guarantees.desk.histories import entries_of, newest_contents
from guarantees.desk.issuing import key_of
from guarantees.desk.orm import DeskGuarantee
from guarantees.products import Product
from portal.acting import acting, house, looking
from portal.audit import Tag
from portal.file_answers import pdf_answer
from portal.permissions import Permission, requires
from portal.surety import desk
from portal.surety.access import Page, my, own_customer, own_issuer, show
from portal.surety.guarantee_lists import GuaranteeRow, rows_for
from portal.surety.looks import looks_at
from portal.workflows.act import Act
from procurement.wareki import jst_date

PRODUCTS = {
    "advance": ("前払金保証 一覧", (Product.ADVANCE_PAYMENT, Product.INTERIM_ADVANCE_PAYMENT)),
    "contract": ("契約保証 一覧", (Product.CONTRACT, Product.CONTRACT_RESERVATION)),
}


@desk.get("/guarantees")
@requires(Permission.DESK_CUSTOMER)
def show_guarantees() -> str:
    """保証工事一覧, or the list of one product; with a search. (GUAR-54)"""
    title, products = PRODUCTS.get(request.args.get("product", ""), ("保証工事一覧", ()))
    with looking() as act:
        rows = _rows(act, products)
        return show(
            "guarantees", act, rows=rows, title=title, product=request.args.get("product", ""), q=_query()
        )


@desk.get("/guarantees/premiums")
@requires(Permission.DESK_CUSTOMER)
def show_premiums() -> str:
    """保証料一覧: premium and discount of every guarantee; receipts stay on paper. (GUAR-09, GUAR-54)"""
    with looking() as act:
        return show("premiums", act, rows=_rows(act, ()))


@desk.get("/guarantees/<guarantee_id>")
@requires(Permission.DESK_CUSTOMER)
def show_guarantee(guarantee_id: str) -> str:
    """電子保証概要: the newest information, the history as the orderer sees it, and when it looked. (GUAR-62 to GUAR-64)"""
    with looking() as act:
        guarantee = my(act, DeskGuarantee, guarantee_id)
        return show(
            "guarantee",
            act,
            guarantee=guarantee,
            contents=newest_contents(guarantee),
            entries=entries_of(guarantee),
            looks=looks_at(act, guarantee),
        )


@desk.post("/guarantees/<guarantee_id>/key")
@requires(Permission.DESK_CUSTOMER)
def show_key(guarantee_id: str) -> Page:
    """認証キー 表示: the key itself, for this once; the record says who saw it and when. (GUAR-53)"""
    with acting() as act:
        guarantee = _with_key(act, guarantee_id)
        _note_key_shown(act, guarantee)
        key = key_of(guarantee, house().desk_secrets).reveal()
        title = notice_title(own_issuer().layout)
        contents = newest_contents(guarantee)
        return show("key", act, guarantee=guarantee, contents=contents, key=key, notice_title=title)


@desk.post("/guarantees/<guarantee_id>/key-notice")
@requires(Permission.DESK_CUSTOMER)
def send_key_notice(guarantee_id: str) -> Response:
    """The key notice as PDF: what the orderer is to be given. (GUAR-65, GUAR-66)"""
    issuer = own_issuer()
    with acting() as act:
        guarantee = _with_key(act, guarantee_id)
        _note_key_shown(act, guarantee)
        facts = notice_facts(guarantee, issuer.name)
    pdf = key_notice(issuer.layout, facts)
    answer = pdf_answer(pdf, f"認証キーのお知らせ_{facts.number}", as_download=True)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def notice_facts(guarantee: DeskGuarantee, issuer_name: str) -> NoticeFacts:
    """What the key notice of a guarantee says; with the newest contents."""
    contents = newest_contents(guarantee)
    return NoticeFacts(
        issuer_name=issuer_name,
        number=guarantee.number,
        key=key_of(guarantee, house().desk_secrets),
        product=guarantee.product,
        work_name=contents.work_name,
        contractor=contents.contractor,
        orderer=contents.orderer,
        issued_on=jst_date(guarantee.issued_at),
    )


def _with_key(act: Act, guarantee_id: str) -> DeskGuarantee:
    """A guarantee whose key may be shown: electronic, and arrived at the registry."""
    guarantee = my(act, DeskGuarantee, guarantee_id)
    return guarantee if guarantee.is_electronic and guarantee.has_arrived else abort(404)


def _note_key_shown(act: Act, guarantee: DeskGuarantee) -> None:
    subject = ("desk_guarantee", guarantee.id)
    act.audit(Tag.DESK_KEY_SHOWN, city="", subject=subject, number=guarantee.number)


def _rows(act: Act, products: tuple[Product, ...]) -> list[GuaranteeRow]:
    own = select(DeskGuarantee).where(DeskGuarantee.customer_id == own_customer(act).id)
    if products:
        own = own.where(DeskGuarantee.product.in_(products))
    return rows_for(act, own, _query())


def _query() -> str:
    return request.args.get("q", "").strip()[:100]
