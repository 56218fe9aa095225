"""What documents and comments name is there: files of the repository, links and anchors."""

import re
from collections.abc import Iterator
from pathlib import Path
from pkgutil import resolve_name

import pytest

from tests.live import ROOT

DOCS = ROOT / "docs"
DECISIONS = sorted((DOCS / "decisions").glob("*.md"))
OTHERS = (
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "projection/README.md",
    "findings/README.md",
    "tests/models/dumps/README.md",
)
PAGES = [*(ROOT / name for name in OTHERS), *sorted(DOCS.glob("*.md")), *DECISIONS]

FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
# A folder, or a file of a kind that the repository has.
PATH = re.compile(
    r"[\w.-]+(/[\w.-]+)*(/|\.(py|md|graphql|toml|sql|json|ts|tsx|mjs|svg|txt|yaml|service))"
)

PACKAGES = sorted(init.parent for init in ROOT.glob("*/__init__.py"))
MODULES = [ROOT / "server.py", *(file for folder in PACKAGES for file in folder.rglob("*.py"))]
CITED = re.compile(
    rf"(?<![\w/.\\])((?:docs|examples|{'|'.join(folder.name for folder in PACKAGES)})"
    r"/[\w/-]+\.(?:py|md|graphql|json|sql|mjs))\b"
)
ANCHORED = re.compile(r"(?<![\w/])(docs/[\w/-]+\.md#[\w-]+)")
DOTTED = re.compile(rf"`((?:{'|'.join(folder.name for folder in PACKAGES)})(?:\.\w+)+)`")


def paths(text: str) -> set[str]:
    """Return the files and folders of the repository that a page names in code spans."""
    text = FENCE.sub("", text)
    return {code for code in CODE.findall(text) if PATH.fullmatch(code)} | set(CITED.findall(text))


def links(text: str) -> Iterator[tuple[str, str]]:
    """Yield the target and the anchor of each link within the repository."""
    for link in LINK.findall(FENCE.sub("", text)):
        target, _, anchor = link.partition("#")
        if "://" not in target:
            yield target, anchor


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings."""
    headings = HEADING.findall(FENCE.sub("", page.read_text()))
    return {re.sub(r"[^\w\- ]", "", text).strip().lower().replace(" ", "-") for text in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_names_only_what_is_there(page: Path) -> None:
    text = page.read_text()
    there = (ROOT, page.parent)
    assert {p for p in paths(text) if not any((at / p).exists() for at in there)} == set()
    for target, anchor in links(text):
        file = (page.parent / target).resolve() if target else page
        assert file.exists(), target
        assert not anchor or anchor in anchors(file), f"{target}#{anchor}"
    assert [name for name in ANCHORED.findall(text) if not _is_there(name)] == []


def _is_there(name: str) -> bool:
    page, _, anchor = name.partition("#")
    return anchor in anchors(ROOT / page)


def test_the_index_has_every_document_and_every_decision_in_order() -> None:
    index = DOCS / "README.md"
    linked = [(DOCS / target).resolve() for target, _ in links(index.read_text())]

    assert {page for page in PAGES if page.is_relative_to(DOCS)} - set(linked) == {index}
    assert [page for page in linked if page.parent.name == "decisions"] == DECISIONS
    assert [int(page.name[:4]) for page in DECISIONS] == list(range(1, len(DECISIONS) + 1))


def cited(pattern: re.Pattern[str]) -> set[tuple[str, str]]:
    """Return what code and comments name in this form, each with the module that does."""
    return {
        (str(module.relative_to(ROOT)), name)
        for module in MODULES
        if "node_modules" not in module.parts
        for name in pattern.findall(module.read_text())
    }


def test_code_and_comments_name_only_files_that_are_there() -> None:
    found = cited(CITED)
    assert len(found) > 10
    assert {(module, path) for module, path in found if not (ROOT / path).exists()} == set()


def test_code_and_comments_name_only_headings_that_are_there() -> None:
    found = cited(ANCHORED)
    assert len(found) > 5
    assert {(module, name) for module, name in found if not _is_there(name)} == set()


def test_each_heading_of_the_rules_has_a_name_of_its_own() -> None:
    rules = DOCS / "rules.md"
    assert len(anchors(rules)) == len(HEADING.findall(rules.read_text()))


def test_code_and_comments_name_only_modules_and_their_members_that_are_there() -> None:
    found = {(module, name) for module, name in cited(DOTTED) if not name.endswith(".graphql")}
    assert len(found) > 5
    for _, name in sorted(found):
        resolve_name(name)


def test_a_path_is_told_from_other_code() -> None:
    text = "`server.py`, `tests/docs/`, `make T=tests/live.py`; `application/json`, `/graphql`"
    assert paths(text) == {"server.py", "tests/docs/", "tests/live.py"}
