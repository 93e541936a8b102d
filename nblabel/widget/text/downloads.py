"""What is said of files that go to the browser."""

from __future__ import annotations

from nblabel.system.format import counted


def downloaded(n: int, name: str) -> str:
    return f"{counted(n, 'label')} in {name}, among the downloads of this browser."


def reported(name: str) -> str:
    return f"The report is in {name}, among the downloads of this browser."


def too_large(megabytes: int, most: int) -> str:
    return (
        f"the file has {megabytes} MB, and a download at most {most} MB; "
        "panel.export(path) in a cell writes it beside the notebook."
    )
