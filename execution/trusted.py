"""Trusted documents: the operations of clients, in a folder, each known by the ids it is asked by.

Clients that are built with their operations send an id in place of the text. The folder has the
files that their tools write:

- `*.graphql`, with one operation and its fragments, known by the SHA-256 of its text, whichever
  line ends the client's build has;
- `*.json` of GraphQL Code Generator (`persisted-documents.json`) or Relay: texts by their hashes;
- `*.json` of Apollo (`generate-persisted-query-manifest`): a list of operations, each with its id.

Each text is known by its SHA-256 too.
"""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, cast

import orjson

_APOLLO = "apollo-persisted-query-manifest"
_SHA256 = "sha256:"


class TrustedDocumentsError(Exception):
    """A folder of documents that cannot be used. Each line of its text names a file."""


class Source(NamedTuple):
    """A document as it stands in a file."""

    file: Path
    id: str
    text: str

    @property
    def name(self) -> str:
        """The file, and the id in it where it has several."""
        return f"{self.file}, {self.id}" if self.file.suffix == ".json" else str(self.file)


def canonical(document_id: str) -> str:
    """Return an id without the prefix of SHA-256, which some clients send and others do not."""
    return document_id.removeprefix(_SHA256)


def hash_of(text: str) -> str:
    """Return the SHA-256 of a document, in hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def read_folder(folder: Path) -> list[Source]:
    """Return the documents of a folder and of those in it. Raises TrustedDocumentsError."""
    if not folder.is_dir():
        raise TrustedDocumentsError(f"{folder}: is no folder")
    found: list[Source] = []
    problems: list[str] = []
    for file in sorted(folder.rglob("*")):
        if file.suffix in {".graphql", ".json"} and file.is_file():
            try:
                found += _read(file)
            except (OSError, ValueError) as error:
                problems.append(f"{file}: {error}")
    problems += _clashes(found)
    if not found and not problems:
        problems.append(f"{folder}: has no documents, which are in files *.graphql and *.json")
    if problems:
        raise TrustedDocumentsError("\n".join(problems))
    return found


def _read(file: Path) -> Iterable[Source]:
    text = file.read_bytes().decode("utf-8-sig")
    if file.suffix == ".graphql":
        return [Source(file, hash_of(each), each) for each in _spellings(text)]
    return [Source(file, canonical(name), body) for name, body in _manifest(orjson.loads(text))]


def _spellings(text: str) -> Iterable[str]:
    """Return the texts that a client may hash of a file: the first has line feeds alone.

    Editors and version control end lines as the system does, and put a line feed at the end.
    """
    unix = with_line_feeds(text)
    ends = (unix, unix.replace("\n", "\r\n"), text)
    return dict.fromkeys(each for spelling in ends for each in (spelling, spelling.rstrip()))


def with_line_feeds(text: str) -> str:
    """Return a text whose lines end with line feeds alone, which is the same GraphQL document."""
    return text.replace("\r\n", "\n")


def _manifest(content: Any) -> Iterator[tuple[str, str]]:
    """Yield the ids and texts of a manifest. Raises ValueError."""
    match content:
        case {"format": str(name), "version": version, "operations": [*operations]}:
            if (name, version) != (_APOLLO, 1):
                raise ValueError(f"is a manifest {name} {version}, not {_APOLLO} 1")
            for each in operations:
                match each:
                    case {"id": str(document_id), "body": str(body)}:
                        yield document_id, body
                    case _:
                        raise ValueError("has an operation without id and body")
        case dict() if content and {*map(type, cast("dict[str, Any]", content).values())} == {str}:
            yield from cast("dict[str, str]", content).items()
        case _:
            raise ValueError("is no manifest: neither texts by their hashes nor one of Apollo's")


def _clashes(found: Iterable[Source]) -> Iterator[str]:
    """Yield what is wrong with ids that stand for several texts."""
    first: dict[str, Source] = {}
    for each in found:
        known = first.setdefault(each.id, each)
        if known.text.rstrip() != each.text.rstrip():
            yield f"{each.name}: is another document in {known.file}"
