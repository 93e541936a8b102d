"""Tables of known labels in memory."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd

from tests.inputs.case import Kind, labels, refused, session

KIND = label_tables = Kind("label-tables", "Tables of labels")


@label_tables("columns without names, named by number", "read")
def numbered_columns(home: Path) -> None:
    one = session()
    one.import_labels(pd.DataFrame([["a", "cat"], ["b", "dog"]]), id=0, label=1)
    assert labels(one) == {"a": "cat", "b": "dog"}


@label_tables("ids in the index, which is called id", "read")
def ids_in_index(home: Path) -> None:
    one = session()
    frame = pd.DataFrame({"label": ["cat"]}, index=pd.Index(["b"], name="id"))
    one.import_labels(frame)
    assert labels(one) == {"b": "cat"}


@label_tables("columns of categories", "read")
def categories(home: Path) -> None:
    one = session()
    frame = pd.DataFrame({"id": ["a", "c"], "label": ["cat", "dog"]}, dtype="category")
    one.import_labels(frame)
    assert labels(one) == {"a": "cat", "c": "dog"}


@label_tables("labels as floats with a gap, classes as whole numbers", "the same by value")
def float_labels(home: Path) -> None:
    one = session(classes=[0, 1])
    report = one.import_labels(pd.DataFrame({"id": list("abc"), "label": [1.0, np.nan, 0.0]}))
    assert labels(one) == {"a": "1", "c": "0"}
    assert report.n_empty == 1


@label_tables("booleans where the classes are 0 and 1", "no class: reported, none is taken")
def boolean_labels(home: Path) -> None:
    one = session(classes=[0, 1])
    report = one.import_labels(pd.DataFrame({"id": ["a"], "label": [True]}))
    assert labels(one) == {}
    assert "No classes: 'True' (1 rows" in str(report)


@label_tables("codes where the classes have names", "no class: reported, none is taken")
def codes(home: Path) -> None:
    one = session()
    report = one.import_labels(pd.DataFrame({"id": ["a", "b"], "label": [0, 1]}))
    assert labels(one) == {}
    assert report.unknown_classes == {"0": 1, "1": 1}


@label_tables("a list of labels in one cell", "more than one label: none is taken, reported")
def several_labels(home: Path) -> None:
    one = session()
    report = one.import_labels(pd.DataFrame({"id": ["a", "b"], "label": [["cat", "dog"], ["cat"]]}))
    assert labels(one) == {"b": "cat"}
    assert report.contradictory == ("a",)


@label_tables("ids that no item has", "reported")
def unknown_ids(home: Path) -> None:
    one = session()
    report = one.import_labels(pd.DataFrame({"id": ["a", "zebra"], "label": ["cat", "cat"]}))
    assert labels(one) == {"a": "cat"}
    assert report.unknown_ids == ("zebra",)


@label_tables("Arrow's table", "read")
def arrow(home: Path) -> None:
    import pyarrow as pa

    one = session()
    one.import_labels(pa.table({"id": ["c"], "label": ["dog"]}))
    assert labels(one) == {"c": "dog"}


@label_tables("a list of dicts", "refused: make a DataFrame")
def list_of_dicts(home: Path) -> None:
    with refused("from a DataFrame or a file, not from list; make one"):
        session().import_labels([{"id": "a", "label": "cat"}])


@label_tables("a dict by id", "refused: make a DataFrame")
def dict_by_id(home: Path) -> None:
    with refused("not from dict; make one"):
        session().import_labels({"a": "cat"})


@label_tables("a column (Series) by id", "refused: make a DataFrame")
def series(home: Path) -> None:
    with refused("not from Series; make one"):
        session().import_labels(pd.Series(["cat"], index=["a"]))


@label_tables("an open file", "refused: make a DataFrame")
def open_file(home: Path) -> None:
    with refused("not from StringIO; make one"):
        session().import_labels(io.StringIO("id,label\na,cat\n"))


@label_tables("a table without the column", "refused: which columns there are")
def other_column(home: Path) -> None:
    with refused("the table has no column 'label'; its columns are id, class"):
        session().import_labels(pd.DataFrame({"id": ["a"], "class": ["cat"]}))


@label_tables("a label for an item that a person answered", "the answer stays")
def answered_before(home: Path) -> None:
    one = session()
    one.tell(0, "dog")
    report = one.import_labels(pd.DataFrame({"id": ["a"], "label": ["cat"]}))
    assert labels(one) == {"a": "dog"}
    assert report.kept == ("a",)
