"""Write the tables of docs/inputs.md from the cases. Run: make tables."""

from __future__ import annotations

import re
from pathlib import Path

from tests.inputs import kinds
from tests.inputs.case import Case, Kind

DOCUMENT = Path(__file__).parents[2] / "docs" / "inputs.md"
MARKED = re.compile(r"(<!-- table: ([\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def main() -> None:
    """Replace what stands between the markers."""
    DOCUMENT.write_text(with_tables(DOCUMENT.read_text("utf-8")), encoding="utf-8")


def with_tables(text: str) -> str:
    """Return the document's text with the tables of the present cases."""
    named = {kind.name: kind for kind in kinds.ALL}

    def replaced(found: re.Match[str]) -> str:
        return "\n".join([found[1], *table(named[found[2]]), "", found[3]])

    return MARKED.sub(replaced, text)


def table(kind: Kind) -> list[str]:
    """Return the lines of the table of one kind."""
    lines = [
        f"| {_cell(case.brought)} | {_cell(case.happens)} | `{test_id(kind, case)}` |"
        for case in kind.cases
    ]
    return ["| input | what happens | test |", "|---|---|---|", *lines]


def test_id(kind: Kind, case: Case) -> str:
    """Return what pytest calls a case, as ``pytest tests/test_inputs.py -k`` takes it."""
    return f"{kind.name}-{case.name}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    main()
