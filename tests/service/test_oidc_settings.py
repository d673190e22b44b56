"""An identity provider is configured wholly or not at all, and a mistake is named."""

import subprocess
import sys
from pathlib import Path

import pytest
from command_line import Run, refused

from geo.errors import AccessError
from service.access.oidc.account import account_of
from service.access.oidc.settings import SECRET, OidcSettings, oidc_settings

WHOLE = {
    "issuer": "https://login.example.gov.uk/tenant/v2.0",
    "client_id": "safermap",
    "secret": "s",
    "secret_file": None,
    "claim": "groups",
    "partners": "CSP Partners, other",
    "analysts": "CSP Analysts",
}
NOTHING = dict.fromkeys(WHOLE) | {"claim": "groups"}


def given(**changed: object) -> OidcSettings | None:
    return oidc_settings(**(WHOLE | changed))  # type: ignore[arg-type]


def test_what_is_given_is_taken() -> None:
    settings = given()
    assert settings is not None
    assert settings.partners == {"CSP Partners", "other"}
    assert settings.analysts == {"CSP Analysts"}
    assert "secret" not in repr(settings)
    assert given(analysts=None) is not None
    assert given(partners="") is not None
    assert oidc_settings(**NOTHING) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"issuer": None}, "no --oidc-issuer"),
        ({"client_id": ""}, "no --oidc-client-id"),
        ({"secret": None}, f"no {SECRET} or --oidc-client-secret-file"),
        ({"partners": None, "analysts": None}, "no --oidc-partners or --oidc-analysts"),
        ({"client_id": None, "secret": None}, f"no --oidc-client-id, no {SECRET}"),
        ({"partners": " , ", "analysts": None}, "no --oidc-partners or --oidc-analysts"),
        ({"analysts": "a, other"}, "'other' is among"),
        ({"secret_file": Path("x")}, "not both"),
    ],
)
def test_what_is_missing_or_double_is_named(changed: dict[str, object], named: str) -> None:
    with pytest.raises(AccessError, match=named):
        given(**changed)


@pytest.mark.parametrize(
    "issuer",
    [
        "http://login.example.gov.uk",
        "login.example.gov.uk",
        "https://",
        "https://[",
        "https://login.example.gov.uk/?x=1",
        "https://user:word@login.example.gov.uk",
        "file:///etc/passwd",
        "ftp://127.0.0.1",
    ],
)
def test_an_issuer_must_be_a_secure_address(issuer: str) -> None:
    with pytest.raises(AccessError, match="must be an https address"):
        given(issuer=issuer)


def test_a_secret_may_lie_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    with pytest.raises(AccessError, match="cannot be read"):
        given(secret=None, secret_file=path)
    path.write_text("\n")
    with pytest.raises(AccessError, match="is empty"):
        given(secret=None, secret_file=path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(AccessError, match="no text"):
        given(secret=None, secret_file=path)
    path.write_text("in a file\n")
    settings = given(secret=None, secret_file=path)
    assert settings is not None
    assert settings.secret == "in a file"  # noqa: S105


def test_without_the_package_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.access.oidc.settings.find_spec", lambda name: None)
    with pytest.raises(AccessError, match=r"safermap\[oidc\]"):
        given()


def test_serving_refuses_what_is_half_configured(
    run: Run, embedded_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve = ("serve", "--dataset", embedded_home, "--port", 1)
    refused(run(*serve, "--oidc-issuer", WHOLE["issuer"]), "no --oidc-client-id")
    for name, value in (
        ("ISSUER", WHOLE["issuer"]), ("CLIENT_ID", "safermap"), ("CLIENT_SECRET", "s"),
        ("PARTNERS", "CSP Partners"),
    ):  # fmt: skip
        monkeypatch.setenv(f"SAFERMAP_OIDC_{name}", str(value))
    refused(run(*serve), "--oidc-issuer needs --access")
    monkeypatch.delenv("SAFERMAP_OIDC_CLIENT_SECRET")
    refused(run(*serve, "--access", tmp_path / "access"), f"no {SECRET}")


@pytest.mark.parametrize(
    ("claim", "told", "role"),
    [
        ("hd", {"hd": "council.gov.uk"}, "partner"),
        ("hd", {"hd": "elsewhere.example", "email": "x@council.gov.uk"}, "public"),
        ("email", {"email": "team@council.gov.uk", "email_verified": True}, "analyst"),
        ("email", {"email": "team@council.gov.uk", "email_verified": False}, "public"),
        ("email", {"email": "team@council.gov.uk", "email_verified": "true"}, "public"),
        ("email", {"email": "team@council.gov.uk"}, "public"),
        ("roles", {"roles": ["council.gov.uk"], "groups": ["team@council.gov.uk"]}, "partner"),
    ],
)
def test_a_claim_gives_the_role(claim: str, told: dict[str, object], role: str) -> None:
    settings = given(claim=claim, partners="council.gov.uk", analysts="team@council.gov.uk")
    assert settings is not None
    assert account_of(settings, {"sub": "1", **told}).role == role


def test_the_packages_are_imported_where_a_provider_is_configured_alone() -> None:
    program = "import service.cli, service.app, sys; print({'authlib', 'httpx2'} & {*sys.modules})"
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ended.stdout.strip() == "set()"
