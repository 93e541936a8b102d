"""The card of a data set: how it was labeled, by whom, and how good the labels are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from nblabel.log.events import LabelEvent
from nblabel.quality.guarantee_report import AutoLabelReport
from nblabel.session import Session
from nblabel.sharing import words
from nblabel.sharing.facts import Facts
from nblabel.sharing.history import answers_by, settings_of
from nblabel.sharing.quality import audit_of, guarantee_of
from nblabel.system.format import count

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~&])")
SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
LARGEST = "1M<n<10M"
TASKS = {"images": "image-classification", "texts": "text-classification",
         "rows": "tabular-classification"}  # fmt: skip


def card_of(
    session: Session,
    facts: Facts,
    *,
    title: str,
    license: str | None,  # noqa: A002  as the Hub calls it
    guarantee: AutoLabelReport | None,
    data_files: str | None,
) -> str:
    """Return the card in Markdown, with the fields of the Hub before it.

    Nothing that was typed is Markdown or HTML in it.

    Parameters
    ----------
    session : Session
    facts : Facts
    title : str
    license : str or None
        Such as "cc-by-4.0".
    guarantee : AutoLabelReport or None
        As for `nblabel.report`.
    data_files : str or None
        The file with the labels, where it is a table.
    """
    parts = [*_fields(facts, title, license, data_files), f"# {plain(title)}", ""]
    parts += [plain(facts.lines[0]), ""]
    parts += [f"## {words.CLASSES}", "", *_table(words.CLASS_COLUMNS[:2], _counts(facts))]
    described = [(name, one.description) for name, one in session.class_details.items()]
    parts += [
        f"- **{plain(name)}**: {plain(description)}"
        for name, description in described
        if description
    ]
    parts += ["", f"## {words.HOW}", "", words.CHOSEN, ""]
    parts += [f"- {name}: {plain(value)}" for name, value in settings_of(session, facts)]
    parts += ["", *_people(session.events())]
    if session.guidelines:
        parts += [f"## {words.GUIDELINES}", "", *_quoted(session.guidelines), ""]
    parts += [f"## {words.HOW_GOOD}", "", *_quality(session, guarantee), ""]
    return "\n".join(parts)


def plain(text: str) -> str:
    """Return a text that Markdown shows as it is, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _fields(
    facts: Facts, title: str, license_: str | None, data_files: str | None
) -> Iterator[str]:
    n = len(facts.pool)
    size = next((name for most, name in SIZES if n < most), LARGEST)
    yield "---"
    # what JSON writes is YAML, too
    yield f"pretty_name: {json.dumps(title)}"
    if license_:
        yield f"license: {json.dumps(license_)}"
    if task := TASKS.get(facts.pool.kind):
        yield f"task_categories: [{task}]"
    yield f"size_categories: [{json.dumps(size)}]"
    yield "tags: [nblabel, active-learning]"
    if data_files:
        yield f"configs: [{json.dumps({'config_name': 'default', 'data_files': data_files})}]"
    yield from ("---", "")


def _counts(facts: Facts) -> Iterator[Sequence[str]]:
    for one in facts.classes:
        yield one.name, count(one.n_labels)


def _people(events: Sequence[LabelEvent]) -> list[str]:
    given = answers_by(events)
    if not given:
        return []
    rows = [(name, count(n)) for name, n in given.most_common()]
    first, last = (words.day(event.time) for event in (events[0], events[-1]))
    span = words.span(len(events), first, last)
    return [f"### {words.BY_WHOM}", "", *_table(words.PEOPLE_COLUMNS, rows), span, ""]


def _quality(session: Session, given: AutoLabelReport | None) -> Iterator[str]:
    audit, guarantee = audit_of(session), guarantee_of(session, given)
    yield from (words.NO_AUDIT,) if audit is None or not audit.n_checks else map(plain, audit.lines)
    yield ""
    if guarantee is None:
        yield words.no_guarantee(session.n_accepted)
        return
    yield words.terms(guarantee.max_error, guarantee.confidence)
    for one in guarantee.guarantees:
        if one.needed == 0:
            yield f"- {plain(str(one))}"


def _table(
    head: Sequence[str], rows: Iterator[Sequence[str]] | Sequence[Sequence[str]]
) -> list[str]:
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    return [*lines, *(f"| {' | '.join(map(plain, row))} |" for row in rows), ""]


def _quoted(text: str) -> list[str]:
    return [f"> {plain(line)}" for line in text.splitlines()]
