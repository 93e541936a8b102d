"""Check that the files agree on the version of a tag, which RELEASE_TAG holds, before it is published."""

import os
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PLACES = {
    "nblabel/_version.py": r'^__version__ = "(.+)"$',
    "CITATION.cff": r"^version: (.+)$",
    "conda/recipe.yaml": r"^  version: (.+)$",
}


def versions(root: Path) -> dict[str, str]:
    """Return the version in each file; "" where there is none."""
    found = {}
    for name, pattern in PLACES.items():
        match = re.search(pattern, (root / name).read_text("utf-8"), re.MULTILINE)
        found[name] = match[1] if match else ""
    return found


def problems(root: Path, tag: str) -> list[str]:
    """Return what is to be corrected before a tag is published."""
    version = tag.removeprefix("v")
    if not re.fullmatch(r"v\d+\.\d+\.\d+((a|b|rc)\d+)?", tag):
        return [f"the tag {tag!r} is no version such as v0.2.0; set RELEASE_TAG to one."]
    said = [
        f"{name} has the version {found!r}; write {version}."
        for name, found in versions(root).items()
        if found != version
    ]
    text = (root / "CHANGELOG.md").read_text("utf-8")
    if not re.search(rf"^## {re.escape(version)} \(\d{{4}}-\d\d-\d\d\)$", text, re.MULTILINE):
        said.append(f"CHANGELOG.md has no section '## {version} (year-month-day)'.")
    return said


def main() -> int:
    """Print what is wrong; return 1 if anything is."""
    found = problems(ROOT, os.environ.get("RELEASE_TAG", ""))
    print("\n".join(found) or "The files agree.")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
