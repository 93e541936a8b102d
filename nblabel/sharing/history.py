"""What a report tells of the log, and of how the session was set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from nblabel._version import __version__
from nblabel.log.events import LabelEvent
from nblabel.session import Session
from nblabel.sharing import words
from nblabel.sharing.facts import Facts
from nblabel.sharing.markup import Markup, joined, table, tag
from nblabel.system.format import count, counted, percent

PEOPLE = 50  # annotators that are named


def log_part(events: Sequence[LabelEvent]) -> Markup:
    """Return a summary of the log as HTML."""
    if not events:
        return tag("p", words.NO_EVENTS)
    steps = Counter(words.step_of(event.kind, event.source) for event in events)
    items: Counter[str] = Counter()
    for event in events:
        items[words.step_of(event.kind, event.source)] += len(event.ids)
    kinds = ([name, count(n), count(items[name])] for name, n in steps.most_common())
    first, last = (words.day(event.time) for event in (events[0], events[-1]))
    span = words.span(len(events), first, last)
    parts = [tag("p", span), table(words.STEP_COLUMNS, kinds, caption=words.STEPS)]
    given = answers_by(events)
    if given:
        rows = ([name, count(n)] for name, n in given.most_common(PEOPLE))
        parts.append(table(words.PEOPLE_COLUMNS, rows, caption=words.PEOPLE))
    return joined(parts)


def answers_by(events: Sequence[LabelEvent]) -> Counter[str]:
    """Return how many items each annotator labeled, those taken back included."""
    given: Counter[str] = Counter()
    for event in events:
        if event.kind in ("label", "tags") and event.source == "human":
            given[event.annotator or words.NOBODY] += len(event.ids)
    return given


def settings_of(session: Session, facts: Facts) -> list[tuple[str, str]]:
    """Return how the session is set, by name."""
    embedded = session.embedded_by
    is_drawn = session.pool.kind == "items" and session.pool.media is not None
    rows = [
        (words.POOL, counted(len(session.pool), facts.noun)),
        (words.MEDIA, words.DRAWN if is_drawn else words.MEDIA_KINDS[session.pool.kind]),
        (words.ANSWERS, words.SEVERAL if session.multi_label else words.ONE),
        (words.EMBEDDINGS, words.GIVEN if embedded is None else str(embedded)),
        (words.LEARNER, session.engine.learner.name),
        (words.STRATEGY, session.engine.strategy.name),
        (words.SEED, str(session.random_state)),
        (words.AUDIT_SHARE, percent(session.audit_share)),
        (words.REPEAT_SHARE, percent(session.repeat_share)),
        (words.PRIOR, words.YES if session.prior is not None else words.NO),
        (words.PROJECTION, words.PROJECTIONS.get(facts.projection, facts.projection)),
        (words.LOG, file_name(facts.store) if session.store.persistent else words.IN_MEMORY),
        ("nblabel", __version__),
    ]
    return [(name, value) for name, value in rows if value]


def settings_part(session: Session, facts: Facts) -> Markup:
    """Return how the session is set as HTML."""
    rows = settings_of(session, facts)
    return tag("dl", (tag("div", tag("dt", name), tag("dd", value)) for name, value in rows))


def file_name(store: str) -> str:
    """Return the last part of where a log is: the rest tells of a machine, and of its people."""
    return store.replace("\\", "/").rstrip("/").rpartition("/")[2].partition("?")[0]
