"""Home, help and the accessibility statement: open to everybody, with what each city's file says."""

import pytest
from flask.testing import FlaskClient

from portal.acting import house
from tests.portal.signer.desk import text_of


def test_home_lists_the_cities_with_the_names_of_their_papers(client: FlaskClient) -> None:
    page = text_of(client.get("/"))
    assert "足利市" in page
    assert "電子契約利用申出書" in page
    assert "電子契約利用申請書兼メールアドレス申出書" in page
    assert "電子契約利用承諾書" in page
    assert "デモの入口" not in page


@pytest.mark.parametrize("slug", ["ashikaga", "iwaki", "tosu"])
def test_each_city_has_its_help_page_from_its_file(client: FlaskClient, slug: str) -> None:
    page = text_of(client.get(f"/help/{slug}"))
    with client.application.app_context():
        rules = house().cities[slug]
    assert rules.help.operation in page
    assert rules.help.contact in page
    assert all(link.title in page for link in rules.help.links)
    assert "署名パネルでの確かめ方" in page


def test_an_unknown_city_has_no_help_page(client: FlaskClient) -> None:
    assert client.get("/help/nowhere").status_code == 404


def test_help_tells_what_to_do_about_an_expired_download(client: FlaskClient) -> None:
    html = client.get("/help").get_data(as_text=True)
    assert 'id="expired-download"' in html
    assert "署名パネル" in text_of(client.get("/help/signatures"))


def test_every_page_links_help_verification_and_accessibility(client: FlaskClient) -> None:
    for path in ("/", "/verify", "/help", "/accessibility", "/login"):
        html = client.get(path).get_data(as_text=True)
        footer = html[html.index("<footer") :]
        assert 'href="/help"' in footer
        assert 'href="/verify"' in footer
        assert 'href="/accessibility"' in footer
