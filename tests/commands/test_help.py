"""`--help` teaches, and a mistake at the command line is answered with what to do."""

import pytest

from tests.commands.running import CommandLine, Typed


def words(text: str) -> str:
    """The text without the frames and line breaks that a terminal's width brings."""
    return " ".join(text.replace("│", " ").split())


@pytest.mark.parametrize(
    ("command", "teaches"),
    [
        ("", ["python server.py migrate", "JOINERY_*", "http://127.0.0.1:8000/graphql", "import"]),
        ("serve", ["--host", "--port", "--workers", "[default: 8000]"]),
        ("migrate", ["JOINERY_DATABASE_URL", "before each start of a new version"]),
        ("demo", ["--campaigns", "--influencers", "--seed", "same seed gives the same data"]),
        ("import", ["FILE", "externalId", "with ; between", ".jsonl", "changes nothing"]),
        ("backup", ["FILE", "JOINERY_DATABASE_URL", "-wal"]),
        ("token", ["--role", "--influencer", "--advertiser", "--name", "--ttl", "Authorization"]),
        ("schema", ["SDL"]),
    ],
)
def test_help_teaches(run: Typed, command: str, teaches: list[str]) -> None:
    done = run(*filter(None, [command]), "--help")

    assert done.code == 0
    assert [word for word in teaches if word not in words(done.out)] == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("dance", "dance: there is no such command."),
        ("serve --prot 8000", "Did you mean --port?"),
        ("serve --port 70000", "<= 65535"),
        ("serve --workers 0", ">= 1"),
        ("demo --influencers -1", ">= 0"),
        ("demo --influencers many", '"many"'),
        ("import", "FILE"),
        ("import nothing.csv", '"nothing.csv" does not exist'),
    ],
)
def test_a_mistake_is_told(run: Typed, arguments: str, says: str) -> None:
    done = run(*arguments.split())

    assert says in done.told()
    assert "--help" in done.err
    assert done.code == 2


def test_the_process_says_the_same(process: CommandLine) -> None:
    assert "python server.py migrate" in words(process("--help").out)
    assert process("dance").told().startswith("server.py: dance: there is no such command.")


def test_schema_prints_the_schema(run: Typed) -> None:
    assert "type Mutation {" in run("schema").out
