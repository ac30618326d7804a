"""The commands that the page prints are ones that this version has."""

from __future__ import annotations

import shlex

import click
import pytest

from vmsguard.cli.main import cli
from vmsguard.report.model import Report
from vmsguard.report.page.commands import commands


def words_of(report: Report) -> list[list[str]]:
    return [shlex.split(line) for told in commands(report) for line in told.line.splitlines()]


def test_every_command_and_option_exists(sample_report: Report) -> None:
    for program, *words in words_of(sample_report):
        assert "vmsguard" == program
        command: click.Command = cli
        context = click.Context(cli)
        while isinstance(command, click.Group):
            found = command.get_command(context, words.pop(0))
            assert found is not None
            command, context = found, click.Context(found, parent=context)
        try:
            command.make_parser(context).parse_args(list(words))
        except click.UsageError as error:
            pytest.fail(f"{words}: {error.format_message()}")


def test_no_word_of_the_log_stands_in_a_command(sample_report: Report) -> None:
    told = " ".join(word for line in words_of(sample_report) for word in line)

    assert sample_report.items[0].camera not in told
    assert sample_report.integrity.origin not in told
    assert str(sample_report.items[0].seq) in told
