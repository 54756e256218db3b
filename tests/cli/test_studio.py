import re

import pytest

from bozzetto.cli.main import main
from bozzetto.cli.studio import DataChoice, missing_extra, settings_from
from bozzetto.errors import InputError, ResourceError

TOKEN = re.compile(r"^bozz_[A-Za-z0-9_-]{43}$", re.MULTILINE)


def test_nobody_is_served_elsewhere_before_there_is_a_token(tmp_path, capsys):
    command = ["studio", "--data", str(tmp_path), "--public-url", "https://studio.example.org"]
    assert main(command) == 2
    assert "bozzetto studio-token" in capsys.readouterr().err


def test_a_token_is_shown_once_and_then_counted(tmp_path, capsys):
    from bozzetto.studio.administration import count_tokens

    assert main(["studio-token", "ada", "--role", "artist", "--data", str(tmp_path)]) == 0
    assert TOKEN.search(capsys.readouterr().out)
    assert count_tokens(settings_from(DataChoice(data=tmp_path))) == 1


def test_the_databases_address_may_come_from_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("BOZZETTO_DATABASE_URL", "postgresql://ada:secret@db/studio")
    settings = settings_from(DataChoice(data=tmp_path))
    assert settings.database == "postgresql+psycopg://ada:secret@db/studio"


def test_a_file_store_without_credentials_is_refused(monkeypatch, tmp_path):
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY", raising=False)
    where = DataChoice(data=tmp_path, s3_endpoint="https://s3.example.org", s3_bucket="b")
    with pytest.raises(InputError, match="AWS_SECRET_ACCESS_KEY"):
        settings_from(where)


def test_a_missing_extra_says_how_to_install_it():
    error = missing_extra(ModuleNotFoundError("No module named 'fastapi'", name="fastapi"))
    assert isinstance(error, ResourceError)
    assert "bozzetto[studio]" in error.advice
