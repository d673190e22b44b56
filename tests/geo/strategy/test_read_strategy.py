"""A file of printed figures is read whole, or refused with every mistake and its line."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import COLUMNS, SHIPPED, row, shipped, strategy

from geo.areas.plan import InputFile
from geo.errors import InputError
from geo.strategy.read import describe, read_strategy, strategy_of

SOUND = row("a", "number", "8,973", theme="asb", months="2015-01/2015-12")
OTHER = row("elsewhere", "number", "5", area="Telford")
PEOPLE = row("people", "residents", "1000")


def refusal(path: Path, *rows: str) -> str:
    with pytest.raises(InputError) as caught:
        strategy(path, *rows)
    return str(caught.value)


@pytest.mark.parametrize(
    ("wrong", "column", "words"),
    [
        (row("A b", "number", "1"), "figure", "'A b' cannot stand in a web address"),
        (row("residents", "residents", "1"), "figure", "stands for residents"),
        (row("a", "number", "1"), "figure", "another row has the name 'a' already"),
        (row("b", "numbers", "1"), "measure", "it must be 'number', 'rate'"),
        (row("b", "number", "about 9"), "printed", "it must be a number as it is printed"),
        (row("b", "number", "8,97"), "printed", "it must be a number as it is printed"),
        (row("b", "number", "1.5"), "printed", "it must be a whole number"),
        (row("b", "rate", ""), "printed", "it is missing"),
        (row("b", "number", "1", what=""), "what", "it is missing"),
        (row("b", "number", "1", theme="shoplifing"), "theme", "did you mean 'shoplifting'"),
        (row("b", "number", "1", theme="asb +"), "theme", "names joined as"),
        (row("b", "number", "1", theme="asb / crime"), "theme", "only a share is one theme over"),
        (row("b", "share", "1", theme="asb"), "theme", "a share is one theme over another"),
        (row("b", "areas", "1", theme="asb"), "theme", "counts no incidents"),
        (row("b", "number", "1", months="2015"), "months", "'2015' is not a month"),
        (row("b", "number", "1", months="2015-04/2014-04"), "months", "before it starts"),
        (row("b", "number", "1", against="2015-04/2015-05"), "against", "only a change"),
        (row("b", "change", "1", months="2015-04/2015-05"), "against", "a change needs the months"),
        (row("b", "number", "1", made_of="c"), "made_of", "there is no figure 'c'"),
        (row("b", "number", "1", made_of="b"), "made_of", "cannot be made of itself"),
        (row("b", "number", "1", made_of="elsewhere"), "made_of", "is a figure of Telford"),
        (row("b", "number", "1", made_of="residents"), "made_of", "there is no figure 'residents'"),
        (row("b", "rate", "1", made_of="a"), "made_of", "only numbers make up a number"),
        (row("b", "rate", "1", made_of="a / a"), "made_of", "a rate is numbers over residents"),
        (row("b", "share", "1", made_of="a / people"), "made_of", "over a number"),
        (row("b", "areas", "1", made_of="a / people"), "made_of", "a rate is numbers over"),
        (row("b", "number", "1") + ",more", "", "The row has 11 fields; the header has 10."),
    ],
)
def test_a_mistake_is_told_with_its_line_and_column(
    tmp_path: Path, wrong: str, column: str, words: str
) -> None:
    said = refusal(tmp_path / "printed.csv", SOUND, OTHER, PEOPLE, wrong)
    assert said.startswith(f"The file of printed figures {tmp_path / 'printed.csv'}, line 5")
    assert f"line 5{', ' if column else ''}{column}: " in said
    assert words in said


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    said = refusal(
        tmp_path / "printed.csv",
        row("b", "number", "many", theme="asbo"),
        SOUND,
        row("c", "rate", "x", months="never"),
        row("d", "number", "1", theme="asbo", made_of="zzz"),
    )
    assert "has 5 mistakes:" in said
    lines = [line.split(":")[0] for line in said.splitlines()[1:]]
    assert lines == ["line 2, printed", "line 4, months", "line 4, printed", "line 5, made_of",
                     "line 5, theme"]  # fmt: skip


def test_a_figure_of_nothing_divides_nothing(tmp_path: Path) -> None:
    nobody = row("people", "residents", "0")
    said = refusal(tmp_path / "a.csv", SOUND, nobody, row("b", "rate", "1", made_of="a / people"))
    assert "line 4, made_of: 'people' is printed as 0" in said


def test_a_header_lacks_or_has_too_much(tmp_path: Path) -> None:
    path = tmp_path / "printed.csv"
    path.write_text("figure,table,what,area,measure,print\na,T,w,S,number,1\n")
    with pytest.raises(InputError) as caught:
        read_strategy(InputFile(path))
    assert "line 1, print: there is no such column; did you mean 'printed'?" in str(caught.value)
    assert "line 1, printed: the column is missing." in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"\0\0", b"\xff\xfea", b"figure\xe9\n", b"figure,what\n"])
def test_what_is_no_such_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "printed.csv"
    path.write_bytes(content)
    with pytest.raises(InputError):
        read_strategy(InputFile(path))
    with pytest.raises(InputError, match="cannot be read"):
        read_strategy(InputFile(tmp_path / "absent.csv"))
    with pytest.raises(InputError, match="cannot be read"):
        read_strategy(InputFile(tmp_path))


def test_a_further_kind_of_incident_is_a_theme_where_the_dataset_has_it(tmp_path: Path) -> None:
    path = tmp_path / "printed.csv"
    line = row("fires", "number", "423", theme="deliberate-fire")
    assert "there is no theme 'deliberate-fire'" in refusal(path, line)
    assert len(read_strategy(InputFile(path), ["deliberate-fire"]).figures) == 1


def test_what_a_manifest_keeps_is_the_same_strategy() -> None:
    assert strategy_of(describe(InputFile(SHIPPED))) == shipped()


@given(data=st.data())
def test_a_damaged_file_is_read_or_refused_with_a_line(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    rows = [next(csv.reader([line])) for line in (SOUND, OTHER, PEOPLE)]
    line = data.draw(st.integers(0, 2))
    cell = data.draw(st.integers(0, len(COLUMNS) - 1))
    cells = st.text(st.characters(codec="utf-8", exclude_characters='"\n\r\0'), max_size=9)
    rows[line][cell] = data.draw(cells)
    path = tmp_path_factory.mktemp("damaged") / "printed.csv"
    try:
        found = strategy(path, *(",".join(f'"{cell}"' for cell in row) for row in rows))
    except InputError as error:
        assert "line " in str(error)  # noqa: PT017  either is right
    else:
        assert len(found.figures) == 3
