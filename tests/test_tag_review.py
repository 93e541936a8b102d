"""Answers to review, where an item may have several tags."""

import numpy as np
import pytest

import nblabel as nb
from tests.samples import blobs

N = 240
NAMES = ("a", "b", "c")
GROUP = np.arange(N) % 3
TRUE = np.stack([GROUP == 0, GROUP != 1, GROUP == 2], axis=1).astype(np.int8)


def session_of(**options):
    return nb.Session(
        nb.Pool(embeddings=blobs(N)), NAMES, multi_label=True, annotator="eve", **options
    )


@pytest.mark.parametrize("build_graph", [False, True])
def test_planted_mistakes_come_first(build_graph):
    session = session_of(build_graph=build_graph)
    rng = np.random.default_rng(0)
    given = TRUE[:120].copy()
    wrong = {(int(row), int(rng.integers(3))) for row in rng.permutation(120)[:12]}
    for row, code in wrong:
        given[row, code] = 1 - given[row, code]
    session.tell(range(120), given)
    issues = nb.find_label_issues(session, n=18)
    assert issues.n_labeled == 360
    found = {(row, NAMES.index(tag)) for row, tag in issues.table[["index", "tag"]].values}
    assert len(wrong & found) >= 11
    first = issues.table.iloc[0]
    assert (first["index"], NAMES.index(first["tag"])) in wrong
    assert first["label"] != first["suggestion"]
    assert first["label"] == ("no", "yes")[given[first["index"], NAMES.index(first["tag"])]]
    assert first["annotator"] == "eve"
    assert np.isnan(first["neighbors"]) != build_graph
    assert (np.diff(issues.table["trust"]) >= 0).all()
    assert len(set(issues.indices.tolist())) == len(issues.indices) <= 18
    assert issues.indices[0] == first["index"]
    assert "18 labels of 360" in str(issues)


def test_only_answers_of_people_are_reviewed_and_only_of_the_tags_they_answered():
    session = session_of(build_graph=False)
    session.tell(range(30), TRUE[:30])
    session.tell_tag(40, "a", bool(1 - TRUE[40, 0]))
    session.accept(range(50, 60))
    issues = nb.find_label_issues(session)
    assert issues.n_labeled == len(issues.table) == 91
    assert issues.table.iloc[0][["index", "tag"]].tolist() == [40, "a"]
    assert not set(issues.indices.tolist()) & set(range(50, 60))
    with pytest.raises(ValueError, match="at least two"):
        nb.find_label_issues(session_of())
