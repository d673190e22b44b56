"""The months of a town's page: counts, usual range and ringed months, in chart, table and JSON."""

import re

import numpy as np
import pandas as pd
import pytest
from starlette.testclient import TestClient

from geo.dataset import Dataset
from geo.measures.series import UsualRange, usual_range
from service.app import create_app
from service.pages.trend import trend_heading
from service.site import Site

HTML = {"Accept": "text/html"}


@pytest.mark.parametrize("path", ["/towns/oswestry?theme=asb", "/towns/shrewsbury?theme=violence"])
def test_every_month_has_its_usual_range(client: TestClient, path: str) -> None:
    facts = client.get(path).json()
    months = pd.DataFrame(facts["months"])
    assert months["month"].tolist() == [
        str(month) for month in pd.period_range("2014-01", "2016-03", freq="M")
    ]
    assert months["count"][months["month"].between("2015-04", "2016-03")].sum() == facts["count"]
    days = pd.PeriodIndex(months["month"], freq="M").days_in_month
    usual = usual_range(months["count"], days)
    assert months["usual_lower"].to_numpy() == pytest.approx(usual.lower)
    assert months["usual_upper"].to_numpy() == pytest.approx(usual.upper)
    outside = (months["count"] < usual.lower) | (months["count"] > usual.upper)
    assert months["unusual"].tolist() == outside.tolist()
    for words in months["words"][months["unusual"]]:
        assert words in facts["months_finding"]
    text = client.get(path, headers=HTML).text
    trend = text.partition('aria-labelledby="trend">')[2].partition("</section>")[0]
    wide = trend.partition("</svg>")[0]
    assert wide.count('class="ring"') == outside.sum()
    assert wide.count('class="band"') == 1
    limits = [usual.upper[-1], usual.lower[-1], months["count"].mean()]
    for figure, words in zip(limits, ("upper limit", "lower limit", "average"), strict=True):
        assert f">{figure:,.0f} {words}</text>" in wide
    for label in re.findall(r"<text[^>]* note strong[^>]*>([^<]*)</text>", wide):
        count, month = re.fullmatch(r"([\d,]+) in (\w+ \d+):", label).groups()  # type: ignore[union-attr]
        [told] = months[months["words"] == month].to_dict("records")
        assert (told["unusual"], f"{told['count']:,}") == (True, count)
    assert ("the usual range</text>" in wide) == outside.any()
    rows = re.findall(r"<tr><th scope=\"row\">([^<]*)</th><td>([^<]*)</td><td>([^<]*)</td>", trend)
    assert [row[1] for row in rows] == [f"{count:,}" for count in months["count"]]
    assert [": outside" in row[2] for row in rows] == outside.tolist()
    assert facts["months_finding"] in trend


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_the_months_of_an_answer_are_worked_out_once(
    embedded: Dataset, monkeypatch: pytest.MonkeyPatch, accept: str
) -> None:
    asked = []

    def counted(*series: object) -> UsualRange:
        asked.append(series)
        return usual_range(*series)  # type: ignore[arg-type]

    monkeypatch.setattr("service.pages.trend.usual_range", counted)
    client = TestClient(create_app(Site(embedded)))
    assert client.get("/towns/wem?theme=drugs", headers={"accept": accept}).status_code == 200
    assert len(asked) == 1


def test_four_months_are_too_few_to_say_what_is_usual(police_client: TestClient) -> None:
    facts = police_client.get("/towns/oswestry?theme=asb").json()
    assert facts["months_finding"] == "Fewer than 12 months are held, too few to say what is usual."
    assert {month["usual_upper"] for month in facts["months"]} == {None}
    assert not np.any([month["unusual"] for month in facts["months"]])
    text = police_client.get("/towns/oswestry?theme=asb", headers=HTML).text
    assert 'class="band"' not in text.partition('aria-labelledby="trend">')[2]
    assert ">63 average</text>" in text  # 253 in four months
    assert "limit</text>" not in text
    assert "not told" in text


@pytest.mark.parametrize(
    ("unusual", "said"),
    [
        ((), ", Wem was within its usual range"),
        ((3,), ", Wem was within its usual range but for month 3"),
        ((3, 7), ", Wem was within its usual range but for month 3 and month 7"),
        ((3, 7, 9), ", 3 were outside the usual range"),
    ],
)
def test_the_heading_says_how_far_the_months_are_usual(unusual: tuple[int, ...], said: str) -> None:
    rows = [{"words": f"month {i}", "count": 5, "unusual": i in unusual} for i in range(12)]
    assert trend_heading(rows, "Wem") == f"Month by month{said}"
    assert trend_heading(rows[:11], "Wem") == "Month by month"
