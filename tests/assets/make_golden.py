"""Make the golden logs that `tests/test_golden.py` opens: python -m tests.assets.make_golden

Run it once for a new schema, with the version that writes it, and never change the files of an older
one: they stand for what users have on their disks.
"""

from pathlib import Path

import numpy as np

from nblabel.log.binding import bind
from nblabel.log.events import LabelEvent
from nblabel.log.store import SCHEMA_VERSION, LabelStore
from nblabel.pool import Pool

CLASSES = ("boot", "it's a <b>bag</b>")
POOL = Pool(np.arange(6 * 4 * 4, dtype=np.uint8).reshape(6, 4, 4), ids=["a", "b", "c", "d", "é", 5])
START = 1_700_000_000.25

EVENTS = tuple(
    LabelEvent(uid=f"uid-{number}", time=START + number, **parts)
    for number, parts in enumerate(
        [
            {"kind": "label", "ids": ("a",), "labels": ("boot",), "annotator": "ann"},
            {"kind": "label", "ids": ("b", "c"), "labels": ("boot",) * 2, "annotator": "ann"},
            {"kind": "skip", "ids": ("d",)},
            {"kind": "flag", "ids": ("b",), "annotator": "bob"},
            {"kind": "add_class", "labels": ("hat 👒",)},
            {"kind": "label", "ids": ("é",), "labels": ("hat 👒",), "source": "import"},
            {
                "kind": "accept",
                "ids": ("a", "5"),
                "labels": ("it's a <b>bag</b>",) * 2,
                "probabilities": (0.75, 1 / 3),
                "source": "model",
            },
            {"kind": "label", "ids": ("c",), "labels": ("it's a <b>bag</b>",), "annotator": "ann"},
            {"kind": "undo", "target": "uid-3", "annotator": "bob"},
            {"kind": "redo", "target": "uid-3", "annotator": "bob"},
            {"kind": "undo", "target": "uid-3", "annotator": "bob"},
        ]
    )
)
LABELS = {  # what the log says in the end: id to class and source
    "a": ("boot", "human"),
    "b": ("boot", "human"),
    "é": ("hat 👒", "import"),
    "5": ("it's a <b>bag</b>", "model"),
    "c": ("it's a <b>bag</b>", "human"),
}


def main() -> None:
    path = Path(__file__).parent / f"schema_{SCHEMA_VERSION}.db"
    if path.exists():
        raise SystemExit(f"{path} is there already; a golden file is made once.")
    store = LabelStore(path)
    bind(store, POOL)
    store.set_setting("projection", "pca")
    for event in EVENTS:
        store.append(event)
    store.close()


if __name__ == "__main__":
    main()
