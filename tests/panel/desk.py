"""A page of a panel with enough items to audit them and to label the rest."""

import numpy as np

import nblabel as nb
from nblabel.widget import Labeler
from tests.samples import CLASSES, blobs
from tests.wire import Page

N = 600
TRUTH = np.array(CLASSES, dtype=object)[np.arange(N) % 3]
TERMS = {"max_error": 0.05, "confidence": 0.95, "per_class": False}


class Desk(Page):
    """A page of a panel on six hundred small pictures."""

    def __init__(self, **options):
        pixels = np.zeros((N, 4, 4), dtype=np.uint8)
        pool = nb.Pool(pixels, embeddings=blobs(N, dim=4))
        options = {"learner": "knn", "strategy": "margin", "projection": "pca", **options}
        super().__init__(Labeler(pool, CLASSES, **options))

    def estimate(self, **terms):
        self.say("estimate", checked=False, **{**TERMS, **terms})
        return self.dialog

    @property
    def dialog(self):
        return self.traits["auto_label"]

    def open(self, part):
        self.say("open", parts=[part] if part else [])

    def accuracy(self):
        return self.said()[0]

    def answer_drawn(self):
        while len(self.session.drawn):
            index = int(self.session.drawn[0])
            self.session.tell(index, TRUTH[index])

    def tell_another(self):
        index = int(self.session.snapshot().open[0])
        self.session.tell(index, TRUTH[index])

    def ready(self):
        """Answer what is needed until something can be accepted."""
        self.session.tell([0, 1, 2], CLASSES)
        self.open("auto_label")
        self.estimate()
        self.say("queue_checks")
        self.answer_drawn()
        return self.dialog

    def why(self, item):
        self.say("explain", ids=[item])
        return self.last("explained")["items"][0]["why"]["text"]

    def again(self):
        """Have everything sent again, as to a page that opens."""
        self.say("ready")
        return self.last("questions")["items"]
