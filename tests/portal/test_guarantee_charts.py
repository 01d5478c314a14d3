"""Chart of guarantees: what is covered when, and that picture and table say the same."""

from datetime import date

from portal.guarantee_charts import Cover, GuaranteeChart, Lane, chart_rows, chart_words, guarantee_chart

FIRST, LAST = date(2026, 5, 20), date(2026, 9, 30)


def chart(*covers: Cover, needed: int = 1_100_000, today: date = date(2026, 6, 1)) -> GuaranteeChart:
    return GuaranteeChart(11_000_000, FIRST, LAST, today, (Lane("契約保証", needed, covers),))


def cover(amount: int = 1_100_000, *, is_in_force: bool = True, **days: date) -> Cover:
    return Cover("東日本建設業保証株式会社", amount, "受理", is_in_force, **days)


def test_without_a_guarantee_everything_is_missing_over_the_whole_period() -> None:
    empty = chart()
    (gap,) = empty.gaps_of(empty.lanes[0])
    assert (gap.starts_on, gap.ends_on, gap.covered, gap.missing) == (FIRST, LAST, 0, 1_100_000)
    assert "不足 1,100,000円" in guarantee_chart(empty)
    assert "chart__hatch" in guarantee_chart(empty)


def test_a_guarantee_over_the_whole_time_leaves_no_gap() -> None:
    full = chart(cover(starts_on=FIRST, ends_on=LAST))
    assert full.gaps_of(full.lanes[0]) == []
    assert "充足" in guarantee_chart(full)
    assert "chart__hatch" not in guarantee_chart(full)
    assert "必要な期間のすべてで足りています" in chart_words(full)


def test_a_guarantee_that_ends_early_or_is_too_small_leaves_the_rest_open() -> None:
    early = chart(cover(ends_on=date(2026, 8, 31)))
    (gap,) = early.gaps_of(early.lanes[0])
    assert (gap.starts_on, gap.ends_on, gap.missing) == (date(2026, 9, 1), LAST, 1_100_000)
    small = chart(cover(1_000_000))
    (gap,) = small.gaps_of(small.lanes[0])
    assert gap.missing == 100_000
    assert any(row[0] == "契約保証：不足" and row[1] == "100,000円" for row in chart_rows(small))


def test_two_guarantees_add_up_where_they_overlap() -> None:
    both = chart(cover(600_000), cover(500_000, ends_on=date(2026, 7, 31)))
    first, second = both.segments_of(both.lanes[0])
    assert (first.covered, first.missing) == (1_100_000, 0)
    assert (second.starts_on, second.missing) == (date(2026, 8, 1), 500_000)


def test_what_is_not_accepted_covers_nothing_but_is_seen() -> None:
    waiting = chart(cover(is_in_force=False))
    assert waiting.gaps_of(waiting.lanes[0])[0].missing == 1_100_000
    assert "chart__pending" in guarantee_chart(waiting)


def test_today_is_drawn_only_near_the_contract() -> None:
    assert "今日 2026/06/01" in guarantee_chart(chart())
    assert "今日" not in guarantee_chart(chart(today=date(2029, 1, 1)))


def test_names_of_people_cannot_break_out_of_the_picture() -> None:
    hostile = GuaranteeChart(1, FIRST, LAST, FIRST, (Lane("<script>alert(1)</script>", 1),))
    assert "<script>" not in guarantee_chart(hostile)


def test_nothing_needed_and_one_day_do_not_divide_by_zero() -> None:
    odd = GuaranteeChart(0, FIRST, FIRST, FIRST, (Lane("契約保証", 0, (cover(0),)),))
    assert guarantee_chart(odd)
    assert chart_rows(odd)[0][2] == "100%"
