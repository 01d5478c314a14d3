"""Comparing names once for each pair of encodings changes nothing but the time it takes."""

from asn1crypto import x509
from hypothesis import given
from hypothesis import strategies as st

from signing.pades.names import install, same_name, stock_equality, uninstall

PARTS = st.dictionaries(
    st.sampled_from(["common_name", "organization_name", "title"]),
    st.sampled_from(["JP", "jp", "Example  Co", "example co", "株式会社", " 株式会社 ", "Ｅxample"]),
    min_size=1,
)


def named(parts: dict[str, str]) -> x509.Name:
    return x509.Name.load(x509.Name.build(parts).dump())


@given(PARTS, PARTS)
def test_names_compare_as_asn1crypto_compares_them(one, other):
    this, that = named(one), named(other)
    assert same_name(this, that) == stock_equality(this, that)
    assert same_name(this, named(one))
    assert not same_name(this, object())


@given(PARTS, PARTS)
def test_a_name_inside_a_general_name_compares_alike(one, other):
    """There it has a tag around it."""
    inside = x509.GeneralName.load(x509.GeneralName("directory_name", named(one)).dump()).chosen
    assert same_name(inside, named(other)) == stock_equality(inside, named(other))
    assert same_name(inside, named(one))


def test_asn1crypto_gets_its_own_comparison_back():
    before = x509.Name.__eq__
    try:
        install()
        assert x509.Name.__eq__ is same_name
        uninstall()
        assert x509.Name.__eq__ is stock_equality
    finally:
        x509.Name.__eq__ = before
