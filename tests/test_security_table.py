"""The table of requirements in docs/security.md names tests that there are."""

import ast
import re
from pathlib import Path

TESTS = Path(__file__).parent
TEXT = (TESTS.parent / "docs" / "security.md").read_text("utf-8")
TABLE = re.sub(r"<!--.*?-->", "", TEXT, flags=re.DOTALL)
STATES = {"met", "not met", "not applicable", "to be read"}
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in TABLE.partition("## OWASP")[2].splitlines()
    if line.startswith("|") and not line.startswith("|---")
]
ROWS = [row for row in ROWS if row[1] != "requirement"]
NAMED = set(re.findall(r"`([\w/]+\.py)::(\w+)`", TABLE))


def test_every_row_says_whether_it_is_met_and_how() -> None:
    assert len(ROWS) > 80
    for row in ROWS:
        assert len(row) == 4, row
        assert row[2] in STATES, row
        assert row[1], row
        assert row[3], row
        assert re.fullmatch(r"(\d+\.\d+(\.\d+)?([-,] ?(\d+\.\d+(\.\d+)?|\d+\.\d+))*)?", row[0]), row


def test_every_test_that_is_named_is_there() -> None:
    assert len(NAMED) > 60
    for file in {file for file, _ in NAMED}:
        tree = ast.parse((TESTS / file).read_text("utf-8"))
        there = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        missing = {name for at, name in NAMED if at == file} - there
        assert not missing, f"{file} has no {', '.join(sorted(missing))}"
    assert TABLE.count("::") == len(re.findall(r"`[\w/]+\.py::\w+`", TABLE))
