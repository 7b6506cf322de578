"""Who gets a token, and which tokens hold."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from starlette.testclient import TestClient

from medicord_ocr.errors import SettingsError
from medicord_ocr.server import auth
from medicord_ocr.server.auth import Clients, Tokens, hashed
from medicord_ocr.server.problems import Unauthenticated
from tests.server.service import CLIENT, KEY, SECRET, TOKEN, problem, running, settings, sign_in

AUDIENCE = "medicord-ocr-service/api/v1"
TASK = "/api/v1/ocr/status/nothing"


def tokens(**given: Any) -> Tokens:
    chosen = settings(**given)
    return Tokens(chosen, Clients(chosen))


def claims(**changed: Any) -> dict[str, Any]:
    """Those of a valid token, changed; None leaves one out."""
    valid = jwt.decode(tokens().make(CLIENT), KEY, ["HS256"], audience=AUDIENCE)
    return {k: v for k, v in (valid | changed).items() if v is not None}


def test_a_token_speaks_for_its_client_for_as_long_as_it_says(tmp_path: Path) -> None:
    with running(tmp_path) as client:
        answer = client.post(TOKEN, json={"client_id": CLIENT, "client_secret": SECRET})
        assert answer.json() == {
            "access_token": answer.json()["access_token"],
            "token_type": "bearer",
            "expires_in": 3600,
        }
        assert answer.headers["cache-control"] == "no-store"
        found = jwt.decode(answer.json()["access_token"], KEY, ["HS256"], audience=AUDIENCE)
        assert found["exp"] - found["iat"] == 3600
        sign_in(client)
        problem(client.get(TASK), 404, "task.not_found")


@pytest.mark.parametrize(
    ("client_id", "secret"),
    [(CLIENT, "wrong"), (CLIENT, SECRET[:-1]), ("nobody", SECRET), (CLIENT, f"{SECRET} ")],
)
def test_wrong_credentials_get_no_token(tmp_path: Path, client_id: str, secret: str) -> None:
    with running(tmp_path) as client:
        answer = client.post(TOKEN, json={"client_id": client_id, "client_secret": secret})
        problem(answer, 401, "request.unauthenticated")
        assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"client_id": "a"}',
        b'{"client_id": "a", "client_secret": ""}',
        b'{"client_id": 1, "client_secret": "b"}',
        b'{"client_id": "a", "client_secret": "b", "more": 1}',
        b'{"client_id": "' + b"a" * 101 + b'", "client_secret": "b"}',
    ],
)
def test_a_request_for_a_token_that_is_malformed_is_refused(tmp_path: Path, body: bytes) -> None:
    with running(tmp_path) as client:
        answer = client.post(TOKEN, content=body, headers={"content-type": "application/json"})
        problem(answer, 400, "request.invalid")


def test_a_request_for_a_token_is_cut_off_where_it_is_too_large(tmp_path: Path) -> None:
    good = json.dumps({"client_id": CLIENT, "client_secret": SECRET}).encode()

    def chunks() -> Iterator[bytes]:
        yield good
        yield from [b" " * 64 * 1024] * 10

    media = {"Content-Type": "application/json"}
    with running(tmp_path) as client:
        assert client.post(TOKEN, content=good + b" " * 60_000, headers=media).status_code == 200
        for content in (good + b" " * 70_000, chunks()):
            answer = client.post(TOKEN, content=content, headers=media)
            problem(answer, 400, "request.invalid")


def test_an_empty_secret_never_authenticates() -> None:
    clients = Clients(settings().model_copy(update={"client_secret": ""}))
    assert not clients.knows(CLIENT, "")
    assert clients.mark(CLIENT) is None


@pytest.mark.parametrize("client_id", [CLIENT, "clinic", "nobody"])
def test_a_refusal_takes_as_long_whether_there_is_such_a_client_or_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, client_id: str
) -> None:
    file = tmp_path / "clients.json"
    file.write_text(
        json.dumps([{"client_id": "clinic", "secret_hash": hashed("the clinic's own")}])
    )
    clients = Clients(settings(clients_file=file))
    derived: list[str] = []
    real = auth._derived

    def counted(secret: str, salt: bytes) -> bytes:
        derived.append(secret)
        return real(secret, salt)

    monkeypatch.setattr(auth, "_derived", counted)
    assert not clients.knows(client_id, "wrong")
    assert derived == ["wrong"]


FORGED: dict[str, str] = {
    "expired": jwt.encode(claims(exp=int(time.time()) - 60), KEY, "HS256"),
    "no expiry": jwt.encode(claims(exp=None), KEY, "HS256"),
    "no issue time": jwt.encode(claims(iat=None), KEY, "HS256"),
    "issued in the future": jwt.encode(claims(iat=int(time.time()) + 86_400), KEY, "HS256"),
    "other issuer": jwt.encode(claims(iss="somebody"), KEY, "HS256"),
    "no issuer": jwt.encode(claims(iss=None), KEY, "HS256"),
    "other audience": jwt.encode(claims(aud="somebody"), KEY, "HS256"),
    "no audience": jwt.encode(claims(aud=None), KEY, "HS256"),
    "other client": jwt.encode(claims(sub="somebody"), KEY, "HS256"),
    "no client": jwt.encode(claims(sub=None), KEY, "HS256"),
    "no mark": jwt.encode(claims(mark=None), KEY, "HS256"),
    "other mark": jwt.encode(claims(mark="0" * 16), KEY, "HS256"),
    "other key": jwt.encode(claims(), KEY[::-1], "HS256"),
    "other algorithm": jwt.encode(claims(), KEY * 2, "HS512"),
    "algorithm none": jwt.encode(claims(), None, "none"),
    "not a token": "a.b.c",
    "empty": "",
    "long": "a" * 8000,
}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with running(tmp_path_factory.mktemp("uploads")) as client:
        yield client


@pytest.mark.parametrize("name", FORGED)
def test_forged_token_is_refused(client: TestClient, name: str) -> None:
    answer = client.get(TASK, headers={"Authorization": f"Bearer {FORGED[name]}"})
    problem(answer, 401, "request.unauthenticated")


def test_tampered_token_is_refused() -> None:
    head, body, signature = tokens().make(CLIENT).split(".")
    data = json.loads(base64.urlsafe_b64decode(body + "=="))
    data["exp"] += 10**6
    longer = base64.urlsafe_b64encode(json.dumps(data).encode()).decode().rstrip("=")
    for forged in (f"{head}.{longer}.{signature}", f"{head}.{body}.{signature[::-1]}"):
        with pytest.raises(Unauthenticated):
            tokens().check(forged)


def test_a_public_key_cannot_be_taken_for_the_secret() -> None:
    # RS/HS confusion: a header that names RS256 over an HMAC signature.
    head = base64.urlsafe_b64encode(b'{"alg":"RS256","typ":"JWT"}').decode().rstrip("=")
    _, body, signature = tokens().make(CLIENT).split(".")
    with pytest.raises(Unauthenticated):
        tokens().check(f"{head}.{body}.{signature}")


@pytest.mark.parametrize(
    "change",
    [
        {"jwt_secret_key": KEY[::-1]},
        {"client_secret": "another secret altogether"},
        {"client_id": "renamed"},
        {"app_name": "another-service"},
        {"jwt_algorithm": "HS384"},
    ],
)
def test_token_does_not_outlive_a_change_of_secrets_or_names(change: dict[str, Any]) -> None:
    old = tokens().make(CLIENT)
    assert tokens().check(old).client_id == CLIENT
    with pytest.raises(Unauthenticated):
        tokens(**change).check(old)


@pytest.mark.parametrize("header", ["Basic abc", "Bearer", "bearer ", "Token abc"])
def test_other_authorization_is_refused(client: TestClient, header: str) -> None:
    answer = client.get(TASK, headers={"Authorization": header})
    problem(answer, 401, "request.unauthenticated")


def test_clients_of_the_file_get_tokens(tmp_path: Path) -> None:
    file = tmp_path / "clients.json"
    entry = {"client_id": "clinic", "secret_hash": hashed("the clinic's own secret")}
    file.write_text(json.dumps([entry]))
    with running(tmp_path, clients_file=file) as client:
        sign_in(client, "clinic", "the clinic's own secret")
        answer = client.post(TOKEN, json={"client_id": "clinic", "client_secret": SECRET})
        problem(answer, 401, "request.unauthenticated")
        sign_in(client)  # the one of CLIENT_ID still does


@pytest.mark.parametrize(
    "text",
    ["", "{}", '[{"client_id": "a"}]', '[{"client_id": "a", "secret_hash": "plain"}]', "\xff"],
)
def test_a_bad_clients_file_is_said_so(tmp_path: Path, text: str) -> None:
    file = tmp_path / "clients.json"
    file.write_text(text, encoding="latin1")
    with pytest.raises(SettingsError, match="CLIENTS_FILE") as caught:
        Clients(settings(clients_file=file))
    assert "plain" not in str(caught.value)


def test_a_missing_clients_file_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="CLIENTS_FILE cannot be read"):
        Clients(settings(clients_file=tmp_path / "none"))


def test_the_same_secret_has_another_hash_each_time() -> None:
    assert hashed("a") != hashed("a")
    assert hashed("a").startswith("scrypt$")
