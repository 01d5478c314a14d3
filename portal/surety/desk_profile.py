"""The customer's own particulars (お客様情報の追加・変更). (GUAR-51)"""

from flask import flash, redirect, request, url_for

from forms.desk_customers import DeskCustomerForm
from portal.acting import acting, looking
from portal.permissions import Permission, requires
from portal.surety import desk
from portal.surety.access import REFUSED, Page, own_customer, show
from portal.surety.joining import particulars_of
from portal.workflows.admit_desk_customer import change_particulars

FIELDS = ("address", "representative", "mail_address", "phone")


@desk.get("/profile")
@requires(Permission.DESK_CUSTOMER)
def show_profile() -> str:
    """What the company knows of the customer; the name changes on paper only."""
    with looking() as act:
        customer = own_customer(act)
        data = {name: getattr(customer, name) for name in FIELDS}
        return show("profile", act, form=DeskCustomerForm({}, data=data, keeps_name=True))


@desk.post("/profile")
@requires(Permission.DESK_CUSTOMER)
def submit_profile() -> Page:
    """Change it."""
    form = DeskCustomerForm({}, request.form, keeps_name=True)
    if not form.validate():
        with looking() as act:
            return show("profile", act, form=form), 422
    try:
        with acting() as act:
            customer = own_customer(act)
            changed = change_particulars(act, customer, particulars_of(form, customer.name))
    except REFUSED as refusal:
        with looking() as act:
            return show("profile", act, form=form, refusal=refusal), 422
    flash("お客様情報を変更しました。" if changed else "変わったところはありません。", "success")
    return redirect(url_for(".show_profile"))
