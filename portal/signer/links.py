"""Pages of dead links (使えないリンクの画面): what happened, who asked, what to do next."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.signer.dead_links import DeadLink, Ending
from portal.signer.door import blueprint

GONE = 410
ALREADY = "この依頼には、すでに回答しています。あとから押された操作は行っていません。"


@blueprint.errorhandler(DeadLink)
def show_dead_link(dead: DeadLink) -> tuple[str, int] | Response:
    """Whoever has answered is led to what came of it; everybody else is told why the link is over."""
    if dead.ending in (Ending.ANSWERED, Ending.FORWARDED) and not dead.is_download:
        if request.method == "POST":
            flash(ALREADY, "info")
        return redirect(url_for("signer.show_outcome", token=dead.token))
    code = {Ending.UNKNOWN: 404, Ending.NOT_HOLDER: 403}.get(dead.ending, GONE)
    return render_template("signer/links/dead.html", dead=dead, requester=dead.requester), code
