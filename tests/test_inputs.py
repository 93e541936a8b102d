"""Inputs as people bring them, each with what comes of it; docs/inputs.md lists them."""

import inspect
import re
from pathlib import Path

import pytest

from tests.inputs import kinds, page
from tests.inputs.case import Case

CASES = [
    pytest.param(case, id=page.test_id(kind, case), marks=[pytest.mark.slow] if case.slow else [])
    for kind in kinds.ALL
    for case in kind.cases
]
EXTRAS = ("pillow_heif", "polars", "pyarrow", "torch", "xgboost")
CHECKED = re.compile(r"\bassert |refused\(|warned\(")


@pytest.mark.parametrize("case", CASES)
def test_inputs(case: Case, tmp_path: Path) -> None:
    try:
        case.check(tmp_path)
    except ModuleNotFoundError as error:
        if error.name not in EXTRAS:
            raise
        pytest.skip(f"{error.name} is not installed")


def test_every_case_has_its_own_name_and_checks_something() -> None:
    for kind in kinds.ALL:
        names = [case.name for case in kind.cases]
        assert len(names) == len(set(names)), kind.name
        for case in kind.cases:
            check = inspect.unwrap(getattr(case.check, "func", case.check))
            assert CHECKED.search(inspect.getsource(check)), f"{kind.name}-{case.name}"
            assert case.brought, case.name
            assert case.happens, case.name


def test_there_are_many() -> None:
    assert len(CASES) >= 150


def test_the_document_is_that_of_the_cases() -> None:
    text = page.DOCUMENT.read_text("utf-8")
    assert page.with_tables(text) == text, "run: make tables"
    assert {name for _, name, _ in page.MARKED.findall(text)} == {kind.name for kind in kinds.ALL}
