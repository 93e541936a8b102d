"""Tags that were known before, matched with the items and classes of a log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection

from nblabel.log.events import Tags
from nblabel.log.importing import SHOWN, ImportReport, unquoted
from nblabel.log.tag_reading import KnownTags
from nblabel.pool import Pool
from nblabel.system import progress
from nblabel.system.values import similar


def match_tags(
    known: KnownTags,
    pool: Pool,
    class_of: Callable[[str], str | None],
    classes: Collection[str],
    is_answered: Callable[[str], bool],
) -> tuple[dict[str, Tags], ImportReport]:
    """Find which rows name an item and classes.

    A row with a name that is no class is left out in whole: all that it does not name would be a
    "no", but for what it says that nobody answered. Of several rows of an item, what any of them
    says is a "yes" is one.

    Parameters
    ----------
    known : KnownTags
    pool : Pool
        Has the items.
    class_of : callable
        Returns the class that a text stands for, None for none.
    classes : collection of str
        The classes, one of which may have been meant.
    is_answered : callable
        Whether a person answered about an item in whole, or flagged it.

    Returns
    -------
    tags : dict of str to Tags
        By id, of the items to label.
    report : ImportReport
    """
    empty = n_by_model = 0
    unknown_ids: dict[str, None] = {}
    unknown_classes: Counter[str] = Counter()
    found: dict[str, Tags] = {}
    spoiled: set[str] = set()
    items = pool.spelled(known.ids)
    for part in progress.parts(len(items), "Matching"):
        columns = (items, known.yes, known.no, known.open, known.by_model)
        for given, yes, no, unanswered, model in zip(*(one[part] for one in columns), strict=True):
            item = unquoted(given, lambda text: text if text in pool else None)
            if not given.strip() or yes is None:
                empty += 1
            elif model:
                n_by_model += 1
            elif item is None:
                unknown_ids[given.strip()] = None
            else:
                own = pool.ids[pool.index_of(item)]
                names = {name: unquoted(name, class_of) for name in (*yes, *(no or ()))}
                unknown = [name for name, there in names.items() if there is None]
                unknown_classes.update(unknown)
                if unknown:
                    spoiled.add(own)
                    continue
                has = dict.fromkeys(str(names[name]) for name in yes)
                lacks = dict.fromkeys(str(names[name]) for name in no or ())
                aside = {unquoted(name, class_of) for name in unanswered} - {None, *has}
                if aside:  # an item that was answered in part
                    lacks = dict.fromkeys(
                        name for name in classes if name not in aside and name not in has
                    )
                tags = Tags(tuple(has), tuple(lacks), whole=no is None and not aside)
                before = found.get(own)
                found[own] = tags if before is None else _together(before, tags)
    kept = tuple(item for item in found if is_answered(item))
    left = {*kept, *spoiled}
    taken = {item: tags for item, tags in found.items() if item not in left}
    return taken, ImportReport(
        n_rows=len(items),
        n_imported=len(taken),
        unknown_ids=tuple(unknown_ids),
        unknown_classes=dict(unknown_classes),
        n_empty=empty,
        kept=kept,
        n_by_model=n_by_model,
        similar_ids=similar(list(unknown_ids)[:SHOWN], pool.ids),
        similar_classes=similar(unknown_classes, classes),
        notes=known.notes,
    )


def _together(one: Tags, other: Tags) -> Tags:
    yes = tuple(dict.fromkeys(one.yes + other.yes))
    no = tuple(name for name in dict.fromkeys(one.no + other.no) if name not in yes)
    whole = one.whole or other.whole
    return Tags(yes, () if whole else no, whole=whole)
