"""Files of labels as people bring them: a label is imported only where it is right for sure."""

import json
import random
import unicodedata

import pandas as pd
import pytest

import nblabel as nb
from tests.samples import blobs

IDS = ["a.jpg", "sub/b.jpg", "007", "8", "café", "=1+1", "-5", "it's; a", "2024-01-01", "x|y"]
NAMES = ["cat", "dog", "7", "frisé", "=SUM(A1)"]


def session_of(ids=IDS, classes=NAMES):
    return nb.Session(nb.Pool(embeddings=blobs(len(ids)), ids=ids), classes)


def imported(tmp_path, data, name="known.csv", **options):
    """What a file brings, and what is said of it."""
    session = session_of()
    (tmp_path / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    report = session.import_labels(tmp_path / name, **options)
    table = session.labels()
    return dict(zip(table["id"], table["label"], strict=True)), str(report)


@pytest.mark.parametrize(
    "text",
    [
        "id;label\n8;cat\n",
        "id\tlabel\n8\tcat\n",
        "id|label\n8|cat\n",
        '"id";"label"\r\n"8";"cat"\r\n',
        "sep=;\nid;label\n8;cat\n",
        '"sep=;"\r\nid;label\r\n8;cat\r\n',
        "ID,Label\n8,cat\n",
        " Id , LABEL \n8,cat\n",
        "id,label\n8,cat,,\n,\n\n",
        "id;label;weight\n8;cat;1,5\n",
        "id,label\n8.0,['cat']\n",
        'id,label\n"8","[""cat""]"\n',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_one_label_however_it_is_written(tmp_path, text, encoding):
    assert imported(tmp_path, text.encode(encoding))[0] == {"8": "cat"}


def test_windows_1252_is_read_and_told(tmp_path):
    known, said = imported(tmp_path, "id,label\ncafé,frisé\n".encode("cp1252"))
    assert known == {"café": "frisé"}
    assert "known.csv is not in UTF-8; it was read as Windows-1252" in said


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"id,label\n8,cat,dog\n", "known.csv .*line 2 has 3 fields, and the header 2; put quotes"),
        (b"id,label\n8,cat\n\n007\n", "line 4 has 1 fields"),
        (b"sep=;\nid;label\n8\n", "line 3 has 1 fields"),
        (b'id,label\n8,cat\n"007,dog\n', "line 3: a quote opens and does not close"),
        (b'id,label\n8,cat\n"007"x,dog\n', "line 3: .*expected after"),
        ("id,label\n8,cat\n".encode("utf-16-le"), "bytes that are no text; save it in UTF-8"),
        (b"id,label\n8,\x81\x8d\n", "not in UTF-8; save it in that encoding"),
        (b"\xff\xfei", "begins as UTF-16 and is not"),
        (b"\n\n", "it is empty"),
        (b"name;kind\n8;cat\n", "no column 'id'; its columns are name, kind"),
        (b"id,ID ,Id,label\n8,9,8,cat\n", None),
        (b"Id,ID,label\n8,9,cat\n", "several columns 'id'"),
    ],
)
def test_files_that_are_refused_name_the_line(tmp_path, data, message):
    if message is None:  # the very name goes before
        assert imported(tmp_path, data)[0] == {"8": "cat"}
        return
    with pytest.raises(ValueError, match=message):
        imported(tmp_path, data)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (['{"id": "8", "label": "cat"}', '{"id": "8",'], "known.jsonl .*line 2: "),
        (['{"id": "8", "label": "cat"}', "", "[1, 2]"], "line 3 is no object"),
        (['{"id": "8", "label": "cat", "label": "dog"}'], "line 1: a name is there twice"),
    ],
)
def test_lines_of_json_that_are_refused(tmp_path, lines, message):
    with pytest.raises(ValueError, match=message):
        imported(tmp_path, "\n".join(lines), "known.jsonl")


def test_lists_in_json(tmp_path):
    rows = [{"id": "8", "label": ["cat"]}, {"id": ["007"], "label": [7.0]}]
    rows += [{"id": "café", "label": ["cat", "dog"]}, {"id": "-5", "label": []}]
    known, said = imported(tmp_path, "\n".join(map(json.dumps, rows)), "known.jsonl")
    assert known == {"8": "cat", "007": "7"}
    assert "More than one label, none taken: café." in said
    assert "Without an id or a label: 1 rows." in said


def test_what_was_meant_is_asked(tmp_path):
    text = "id,label\nA.JPG,cat\nb.jpg,cat\n8,Cat\n007,dgo\n7.0,cat\n"
    known, said = imported(tmp_path, text)
    assert known == {}
    assert said.splitlines()[1:] == [
        "No item has these ids: A.JPG (did you mean 'a.jpg'?), b.jpg (did you mean 'sub/b.jpg'?), 7.0.",
        "No classes: 'Cat' (1 rows, did you mean 'cat'?), 'dgo' (1 rows, did you mean 'dog'?). Correct them, or add them, by add_class(name) or New class in the panel, and import again.",
    ]


def test_an_item_with_a_known_and_an_unknown_class_gets_none(tmp_path):
    known, said = imported(tmp_path, "id,label\n8,cat\n8,Cat\n")
    assert known == {}
    assert "More than one label, none taken: 8." in said


def test_long_ids_that_lost_digits_match_none(tmp_path):
    long = ["1212121212121212121", "1212121212121212160", "9007199254740993"]
    session = session_of(long)
    frame = pd.DataFrame({"id": [float(one) for one in long], "label": "cat"})
    report = session.import_labels(frame)
    assert report.n_imported == 0
    assert "Long ids came as floating-point numbers and lost digits" in str(report)
    frame.to_csv(tmp_path / "long.csv", index=False)
    assert session.import_labels(tmp_path / "long.csv").n_imported == 0
    # beside a gap, too, a whole number stays what it is
    rows = [{"id": int(one), "label": "cat"} for one in long] + [{"label": "cat"}]
    (tmp_path / "long.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert session.import_labels(tmp_path / "long.jsonl").n_imported == 3


def test_an_index_with_the_name_of_the_ids():
    frame = pd.DataFrame({"label": ["cat"]}, index=pd.Index(["8"], name="id"))
    assert session_of().import_labels(frame).n_imported == 1


def test_arrow_tables():
    pa = pytest.importorskip("pyarrow")
    table = pa.table({"id": ["8", None], "label": ["cat", "dog"]})
    report = session_of().import_labels(table)
    assert (report.n_imported, report.n_empty) == (1, 1)


def test_polars_tables():
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({"id": [8, None], "label": ["cat", "dog"]})
    assert session_of().import_labels(frame).n_imported == 1


def test_two_names_that_a_quote_tells_apart_are_not_mixed_up():
    session = session_of(["=a", "'=a", "b"])
    frame = pd.DataFrame({"id": ["'=a", "=a", "''=a"], "label": ["cat", "dog", "7"]})
    report = session.import_labels(frame)
    table = session.labels()
    assert dict(zip(table["id"], table["label"], strict=True)) == {"=a": "dog", "'=a": "7"}
    assert report.unknown_ids == ("'=a",)  # it could be either


# any file


def spelled(rng, text):
    """Another way to write what is meant."""
    ways = [
        lambda: text,
        lambda: text,
        lambda: unicodedata.normalize("NFD", text),
        lambda: f" {text} ",
        lambda: f"{text}.0" if text in ("8", "7", "-5") else text,
        lambda: f"'{text}" if text[0] in "=-" else text,
        lambda: f"{text} 00:00:00" if text.startswith("2024") else text,
    ]
    return rng.choice(ways)()


def spoiled(rng, text):
    """What is not meant: no item and no class may be found by it."""
    ways = [
        lambda: text.upper() + "!",
        lambda: f"x{text}",
        lambda: text[:-1] + "~",
        lambda: "NaN",
        lambda: "",
        lambda: "1.2345678901234568e+18",
        lambda: f"{text}{text}",
    ]
    return rng.choice(ways)()


def a_file(rng, path):
    """Write a random file of labels; return the labels that may come of it."""
    rows, may = [], {}
    for item in rng.choices(IDS, k=rng.randrange(8)):
        label = rng.choice(NAMES)
        good = [rng.random() < 0.8, rng.random() < 0.8]
        row = [(spelled if ok else spoiled)(rng, text) for ok, text in zip(good, (item, label))]  # noqa: B905
        rows.append(row)
        if all(good):
            may.setdefault(item, set()).add(label)
    header = [rng.choice(["id", "ID", " Id"]), rng.choice(["label", "Label"])]
    if rng.random() < 0.3:  # a column more, before or behind
        place = rng.randrange(3)
        header.insert(place, "weight")
        rows = [[*row[:place], rng.choice(["1,5", "", "x"]), *row[place:]] for row in rows]
    if path.suffix == ".jsonl":
        lines = [json.dumps(dict(zip(header, row, strict=True))) for row in rows]
    else:
        sign = rng.choice([",", ";", "\t", "|"])
        always = rng.random() < 0.5

        def field(text):
            if always or any(one in text for one in (sign, '"', "\n")):
                return '"' + text.replace('"', '""') + '"'
            return text

        lines = [sign.join(map(field, row)) for row in [header, *rows]]
        if rng.random() < 0.2:
            lines.insert(0, f"sep={sign}")
    if lines and rng.random() < 0.3:  # damage: a field lost or too many, a cut, a stray quote
        at = rng.randrange(len(lines))
        line = lines[at]
        cut = rng.randrange(len(line) + 1)
        lines[at] = rng.choice([line[:cut], line + line, line[:cut] + '"' + line[cut:]])
    text = rng.choice(["\n", "\r\n", "\r"] if path.suffix != ".jsonl" else ["\n"]).join(lines)
    encodings = ["utf-8", "utf-8", "utf-8-sig", "utf-16", "cp1252", "utf-16-le", "mac-roman"]
    path.write_bytes(text.encode(rng.choice(encodings), errors="replace"))
    return may


@pytest.mark.slow  # a thousand files
def test_a_thousand_random_files_bring_no_wrong_label(tmp_path):
    rng = random.Random(14)
    pool, taken, refused = nb.Pool(embeddings=blobs(len(IDS)), ids=IDS), 0, 0
    for number in range(1_000):
        path = tmp_path / f"{number}{rng.choice(['.csv', '.csv', '.tsv', '.jsonl'])}"
        may = a_file(rng, path)
        session = nb.Session(pool, NAMES, learner="knn", strategy="random")
        try:
            report = session.import_labels(path)
        except ValueError as error:
            refused += 1
            said = str(error)
            assert path.name in said, (number, said)
            assert session.store.read() == []
            continue
        assert str(report)
        table = session.labels()
        found = dict(zip(table["id"], table["label"], strict=True))
        taken += len(found)
        for item, label in found.items():
            assert label in may.get(item, ()), (number, item, label, path.read_bytes())
    assert taken > 500
    assert 50 < refused < 500
