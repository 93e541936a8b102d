"""Make the golden log with several tags: python -m tests.assets.make_golden_tags

Run it once for a new schema, as `make_golden`.
"""

from pathlib import Path

from nblabel.log.binding import bind
from nblabel.log.database import MULTI_LABEL_SCHEMA
from nblabel.log.events import LabelEvent, Tags, as_text
from nblabel.log.store import LabelStore
from tests.assets.make_golden import POOL, START

CLASSES = ("red", "it's <b>old</b>", "hat 👒")


def whole(*tags: str) -> str:
    return Tags(tags, whole=True).text


EVENTS = tuple(
    LabelEvent(**options, uid=f"uid-{number}", time=START + number)
    for number, options in enumerate(
        [
            {
                "kind": "tags",
                "ids": ("a", "b", "é"),
                "labels": (whole("red", "hat 👒"), whole(), whole("it's <b>old</b>")),
                "frame": as_text(CLASSES),
                "annotator": "ann",
            },
            {
                "kind": "tags",
                "ids": ("c", "d"),
                "labels": (Tags(yes=("red",)).text, Tags(unsure=("red",)).text),
                "annotator": "bob",
            },
            {"kind": "rename_class", "frame": as_text(["red", "crimson"]), "annotator": "bob"},
            {
                "kind": "tags",
                "ids": ("5",),
                "labels": (whole("hat 👒"),),
                "frame": "=uid-0",
                "source": "import",
            },
            {"kind": "skip", "ids": ("d",), "annotator": "ann"},
            {
                "kind": "tags",
                "ids": ("b",),
                "labels": (Tags(yes=("red",), no=("hat 👒",)).text,),
                "annotator": "ann",
            },
            {"kind": "undo", "target": "uid-5", "annotator": "ann"},
        ]
    )
)
Y = [[1, 0, 1], [0, 0, 0], [1, -1, -1], [-1, -1, -1], [0, 1, 0], [0, 0, 1]]  # in POOL's order


def main() -> None:
    path = Path(__file__).parent / f"tags_{MULTI_LABEL_SCHEMA}.db"
    if path.exists():
        raise SystemExit(f"{path} is there already; a golden file is made once.")
    store = LabelStore(path)
    bind(store, POOL)
    store.set_multi_label()
    for event in EVENTS:
        store.append(event)
    store.close()


if __name__ == "__main__":
    main()
