"""What is public, held in one text a reviewer can read: `tests/assets/interface.txt`.

Public is what `nblabel.__all__` lists, and of its modules what their `__all__` lists. A change is
written to the file by ``python -m tests.test_interface``, and read in the review.
"""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import nblabel

TABLE = Path(__file__).parent / "assets" / "interface.txt"
ADDRESS = re.compile(r" at 0x[0-9a-f]+")


def interface() -> str:
    """Return the names and signatures of the public interface, one a line."""
    lines: list[str] = []
    for name in sorted(nblabel.__all__):
        lines += lines_of(name, getattr(nblabel, name))
    return "\n".join(lines) + "\n"


def lines_of(name: str, value: Any) -> Iterator[str]:
    if isinstance(value, ModuleType):
        for part in sorted(value.__all__):
            if "." not in name:
                yield from lines_of(f"{name}.{part}", getattr(value, part))
    elif inspect.isclass(value) and not issubclass(value, Exception):
        yield f"class {name}{signature(value)}"
        yield from (f"    {line}" for line in members_of(value))
    elif inspect.isclass(value):
        yield f"exception {name}({', '.join(base.__name__ for base in value.__bases__)})"
    elif callable(value):
        yield f"{name}{signature(value)}"
    else:
        yield name


def members_of(cls: type) -> Iterator[str]:
    """Return the public methods, properties and fields that classes of this package define."""
    found: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        if base.__module__.startswith("nblabel"):
            found |= vars(base)
            found |= dict.fromkeys(vars(base).get("__annotations__", {}))
    for name, value in sorted(found.items()):
        if name.startswith("_") or name.endswith("_request"):  # what scikit-learn adds
            continue
        function = getattr(value, "__func__", value)  # of a class method
        if inspect.isfunction(function):
            yield f"{name}{signature(function)}"
        else:
            yield name


def signature(value: Any) -> str:
    """Return parameters and defaults; types are for mypy to hold."""
    parameters = inspect.signature(value).parameters.values()
    plain = [parameter.replace(annotation=inspect.Parameter.empty) for parameter in parameters]
    return ADDRESS.sub("", str(inspect.Signature(plain)))


def test_the_public_interface_is_the_one_in_the_table() -> None:
    assert interface() == TABLE.read_text("utf-8"), "run: python -m tests.test_interface"


def test_options_of_a_session_are_given_by_name() -> None:
    for function in (nblabel.Session, nblabel.Labeler):
        parameters = list(inspect.signature(function).parameters.values())
        assert [parameter.name for parameter in parameters[:2]] == ["pool", "classes"]
        assert all(parameter.kind == parameter.KEYWORD_ONLY for parameter in parameters[2:])
        assert inspect.signature(function).parameters["random_state"].default == 0


def test_every_public_name_is_documented_and_reachable_by_tab() -> None:
    assert set(nblabel.__all__) <= set(dir(nblabel))
    for name in set(nblabel.__all__) - {"__version__"}:
        assert inspect.getdoc(getattr(nblabel, name)), name


if __name__ == "__main__":
    TABLE.write_text(interface(), "utf-8")
