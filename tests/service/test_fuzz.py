"""Questions drawn from the API definition, right and wrong, are answered as it says."""

from bench.fuzz import fuzz


def test_whatever_is_asked_is_answered_as_the_definition_says(server: str) -> None:
    passed, said = fuzz(server, examples=20)
    assert passed > 1_000, said
