"""The frame of every page (画面の枠): what `base.html` shows around the content."""

from typing import Any

from flask import current_app, url_for

from portal.accounts.identity import current_principal


def frame_values() -> dict[str, Any]:
    """The values that every template has: site, person, principal, demo_mode."""
    principal = current_principal()
    person = {"name": principal.name, "organisation": principal.title} if principal.name else None
    return {
        "site": {
            "name": "割符",
            "home_url": principal.home,
            "sign_out_url": url_for("accounts.submit_logout"),
            "help_url": url_for("public.show_help"),
            "verification_url": url_for("public.show_verify"),
            "accessibility_url": url_for("public.show_accessibility"),
        },
        "person": person,
        "principal": principal,
        "demo_mode": current_app.config["MODE"] == "demo",
    }
