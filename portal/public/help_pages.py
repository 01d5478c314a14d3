"""Help (ヘルプ) and the accessibility statement; what differs by city comes from its file. (CITY-32, SUP-05)"""

from flask import abort, render_template

from forms.model import forms_in_force
from portal import clock
from portal.acting import house
from portal.permissions import Permission, requires
from portal.public.door import blueprint
from portal.public.home import city_entries
from portal.public.uploads import largest_megabytes
from portal.public.verifications import rate
from portal.workflows.usage_forms import definitions_of


@blueprint.get("/help")
@requires(Permission.PUBLIC)
def show_help() -> str:
    """Questions and answers that hold for every city."""
    return render_template("help/index.html", cities=city_entries(), upload_megabytes=largest_megabytes())


@blueprint.get("/help/signatures")
@requires(Permission.PUBLIC)
def show_signature_help() -> str:
    """How to check the signatures, here, in Adobe Acrobat Reader, and by a program. (SIGN-64)"""
    often = {"most": rate.most, "minutes": int(rate.within.total_seconds() // 60)}
    return render_template("help/signatures.html", largest=largest_megabytes(), rate=often)


@blueprint.get("/help/guarantees")
@requires(Permission.PUBLIC)
def show_guarantee_help() -> str:
    """How to read a key notice, how to lodge it, and what electronic guarantees are good for. (GUAR-78)"""
    return render_template("help/guarantees.html")


@blueprint.get("/help/<slug>")
@requires(Permission.PUBLIC)
def show_city_help(slug: str) -> str:
    """Whom to ask in a city, its notices and links."""
    city = house().cities.get(slug)
    if city is None:
        abort(404)
    rules = city.at(clock.today())
    forms = forms_in_force(definitions_of(rules), clock.today())
    return render_template("help/city.html", rules=rules, city=rules, forms=forms)


@blueprint.get("/accessibility")
@requires(Permission.PUBLIC)
def show_accessibility() -> str:
    return render_template("public/accessibility.html")
