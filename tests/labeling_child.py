"""A process that labels until it is killed."""

import itertools
from multiprocessing.connection import Connection

import nblabel as nb
from nblabel.log import checkpoints
from tests.samples import CLASSES, blob_pool

N = 300


def label_for_ever(path: str, name: str, pause_seconds: float, out: Connection) -> None:
    """Send the uid of each answer once `Session` returned from it, that is, acknowledged it."""
    checkpoints.PAUSE_SECONDS = pause_seconds
    session = nb.Session(blob_pool(N), CLASSES, store=path, annotator=name)
    out.send("ready")
    for number in itertools.count():
        uid = f"{name}-{number}"
        index = number % N
        if number % 7 == 3:
            session.tell(range(index, min(index + 40, N)), CLASSES[number % 3], uid=uid)
        elif number % 7 == 5:
            session.undo(uid=uid)
        else:
            session.tell(index, CLASSES[number % 3], uid=uid)
        out.send(uid)


def make_log(path: str, out: Connection) -> None:
    out.send("go")
    nb.LabelStore(path)
    out.recv()
