from __future__ import annotations

import argparse
import gc
import logging
import subprocess
import sys
from typing import Any

import pytest

from streams import cli
from streams.commands.run import pipe
from streams.configuration.settings import Settings


def test_the_list_of_commands_loads_no_compiler() -> None:
    listed = "import sys; from streams import cli\ntry: cli.main(['--help'])\nexcept SystemExit:"
    code = f"{listed}\n  sys.exit('numba' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["pipe", "--nonsense"]])
def test_a_wrong_command_line_ends_with_status_2(arguments: list[str], capsys: Any) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
    assert "pricetide" in capsys.readouterr().err


def test_an_interrupt_while_a_class_is_made_ends_with_its_status(
    capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Named:
        def __set_name__(self, *_: object) -> None:
            raise KeyboardInterrupt

    def loaded(*_: object) -> int:
        type("Loaded", (), {"field": Named()})
        return 0

    monkeypatch.setattr(cli, "_run", loaded)
    assert cli.main(["pipe"]) == 130
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PRICETIDE_BUCKET", "soon"),
        ("PRICETIDE_OWN_NAMES", "[acme"),
        ("PRICETIDE_CONFIG", "/nowhere.toml"),
    ],
)
def test_a_wrong_setting_ends_with_one_line_that_names_it(
    variable: str, value: str, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    assert cli.main(["pipe"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert variable.removeprefix("PRICETIDE_").lower() in error.lower()


def test_a_setting_that_should_be_json_is_named_as_its_variable(
    capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRICETIDE_RIVER", "linear_model.PARegressor")
    assert cli.main(["pipe"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("pricetide pipe: settings: PRICETIDE_RIVER is no JSON: ")
    assert error.count("\n") == 1


def test_flags_reach_the_command_as_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    given = []

    def run(options: argparse.Namespace, settings: Settings) -> int:
        given.append(settings)
        return 7

    monkeypatch.setattr(pipe, "run", run)
    assert cli.main(["pipe", "--bucket", "PT1H"]) == 7
    assert given[0].bucket == "PT1H"


def test_garbage_is_collected_while_a_command_runs_and_not_while_it_loads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    collecting = []

    def note(*_: Any) -> int:
        collecting.append(gc.isenabled())
        return 0

    monkeypatch.setattr(pipe, "add_arguments", note)
    monkeypatch.setattr(pipe, "run", note)
    cli.main(["pipe"])
    assert collecting == [False, True]


def test_control_c_ends_a_command_as_shells_expect(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(options: argparse.Namespace, settings: Settings) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(pipe, "run", run)
    assert cli.main(["pipe"]) == 130


@pytest.mark.parametrize(("command", "heard"), [("import", False), ("apply", True)])
def test_what_kafkas_clients_try_again_is_said_by_those_only_that_go_on_meanwhile(
    command: str, heard: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = logging.getLogger("aiokafka.cluster")
    before = client.getEffectiveLevel()
    during: list[bool] = []
    monkeypatch.setattr(
        cli, "_run", lambda *_: during.append(client.isEnabledFor(logging.ERROR)) or 0
    )
    assert cli.main([command]) == 0
    assert during == [heard]
    assert client.getEffectiveLevel() == before
