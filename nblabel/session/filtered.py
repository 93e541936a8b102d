"""Which items of a session meet some criteria."""

from __future__ import annotations

from typing import Any

import numpy as np

from nblabel.arrays import IntArray
from nblabel.graph.near import NearGroups
from nblabel.graph.neighbor_graph import neighbor_graph
from nblabel.log.coding import CODES
from nblabel.session.engine import Refit
from nblabel.session.facts import Facts
from nblabel.session.past import PastLog

ABOUT_CLASSES = ("label", "prediction", "label_or_prediction")
OF_MODEL = ("prediction", "label_or_prediction", "confidence")


class FilteredLog(PastLog):
    """A `PastLog` whose items are found by what is known of them."""

    def where(
        self,
        *,
        label: Any = None,
        prediction: Any = None,
        label_or_prediction: Any = None,
        status: Any = None,
        labeled: bool | None = None,
        source: Any = None,
        annotator: Any = None,
        nth_label: tuple[int | None, int | None] | None = None,
        confidence: tuple[float | None, float | None] | None = None,
        noted: bool | None = None,
        duplicates: bool | None = None,
        missing: bool | None = None,
        column: dict[str, Any] | None = None,
        among: Any = None,
        order: str | None = None,
        of: Any = None,
        descending: bool = False,
    ) -> IntArray:
        """Return the positions of the items that meet all criteria given.

        Parameters
        ----------
        label, prediction, label_or_prediction : str or list of str, optional
            One of these classes is the label; is predicted, whatever the label is; is the label,
            or predicted where there is none. With several tags: the item has any of these tags.
        status : str or list of str, optional
            As in `Session.status`: "open", "human", "model", "import", "skipped", "flagged".
        labeled : bool, optional
            Whether there is a label, or an answer about any tag, whoever gave it.
        source : str or list of str, optional
            Who gave the label, or with several tags an answer: "human", "model" or "import".
        annotator : str or list of str, optional
            Who gave the answer that counts, skips and flags included; "" is an answer without a
            name.
        nth_label : tuple of two int, optional
            Between which places its label lies among those of people and imports in their order in
            time, from 1, ends included: ``(21, 30)`` is what the learning curve has between 20 and
            30 labels. None leaves an end open; a label that was replaced counts where it was given
            last.
        confidence : tuple of two numbers, optional
            Between which the confidence of the prediction lies, ends included; None leaves an end
            open. With several tags, the mean over the tags of that of the likelier answer.
        noted : bool, optional
            Whether the item has a note.
        duplicates : bool, optional
            Whether other items are nearly equal to it; see `nblabel.near_duplicates`.
        missing : bool, optional
            Whether the image file of the item is gone. Looks for each file.
        column : dict, optional
            By the name of a column of the pool: a range ``(low, high)`` of numbers or dates, a
            value, a list of values, or None for what is missing there.
        among : positions, ids or mask, optional
            Items that it must be one of: a selection, what a search found, or labels to review.
        order : {"confidence", "distance", "time", "id", "column"}, optional
            Least confident, nearest, or earliest answer first, or by id or by the values of a
            column; by position if not given. Where there is no such value the item comes last.
        of : str or int, optional
            Of "distance" the class or the position from which, of "column" its name.
        descending : bool
            Whether to reverse the order.

        Returns
        -------
        ndarray of shape (m,), intp
            Positions.

        Raises
        ------
        ValueError
            If there is no such class, status, source, order or column, or nothing lies in a range.
        IndexError, KeyError
            If a position or an id in `among` is not in the pool.
        TypeError
            If a value is of another type.
        LearnerError
            If the learner fails on the labels, where a criterion or the order needs predictions.

        Notes
        -----
        Nothing is predicted before the first label: no item meets a criterion about predictions
        then. The distance to a class is that to the mean of its labeled items, in the embedding.

        Examples
        --------
        >>> import nblabel as nb
        >>> session = nb.Session(nb.datasets.load_digits().images, list("0123456789"))
        >>> _ = session.tell([4, 14, 24], "4")
        >>> session.where(label="4", order="distance", of=14).tolist()[0]
        14
        >>> len(session.where(labeled=False))
        1794

        """
        criteria = {
            "label": label,
            "prediction": prediction,
            "label_or_prediction": label_or_prediction,
            "status": status,
            "labeled": labeled,
            "source": source,
            "annotator": annotator,
            "nth_label": nth_label,
            "confidence": confidence,
            "noted": noted,
            "duplicates": duplicates,
            "missing": missing,
            "column": column,
            "among": among,
        }
        for name in ABOUT_CLASSES:
            criteria[name] = self._called(criteria[name])
        if isinstance(of, str) and order == "distance":
            of = self.class_of(of)
        learned = order in ("confidence", "distance") or any(
            criteria[name] is not None for name in OF_MODEL
        )
        model = self.refit(1) if learned and self.predicts else None
        return self.facts(model).where(**criteria, order=order, of=of, descending=descending)

    def facts(self, model: Refit | None = None, near: NearGroups | None = None) -> Facts:
        """Return what is known now, for `where` in another thread.

        Parameters
        ----------
        model : Refit, optional
            What was learned last; without it nothing is predicted.
        near : NearGroups, optional
            What is nearly equal; found on the neighbour graph once asked for, if left out.

        Returns
        -------
        nblabel.session.facts.Facts
            Its ``where`` takes what the one here takes, with the present names of classes.
        """
        engine, answered = self._engine, self.answered

        def found() -> NearGroups:
            if near is not None or engine.awaits_embeddings or engine.graph is not None:
                return engine.near if near is None else near
            return NearGroups.of(neighbor_graph(engine.X), engine.centred)

        nodes, paths = self._coarse
        above = self.parent_classes
        below = {
            name: (
                [code for code, path in enumerate(paths) if node in path],
                [place for place, one in enumerate(above) if name in self.path(one)],
            )
            for node, name in enumerate(above)
        }
        return Facts(
            pool=self.pool,
            classes=self.classes,
            y=self.y,
            status=self.status,
            tags=self._tags.copy() if self.multi_label else None,
            annotators=dict(answered.annotators),
            who=answered.who.copy(),
            when=answered.when.copy(),
            noted=tuple(self.notes),
            X=engine.X,
            # a class may be newer than the model
            model=model if model is not None and self.predicts and self._fits(model) else None,
            near=found,
            coarse=np.where(self.status == CODES["coarse"], nodes, -1),
            below=below,
            called_now=self._state.class_list.called_now,
        )

    def _fits(self, model: Refit) -> bool:
        return bool(model.proba.shape[1] == len(self.classes))

    def _called(self, names: Any) -> list[str] | None:
        """Return classes as they are called here; see `class_of`."""
        if names is None:
            return None
        return [self.class_of(one) for one in ([names] if isinstance(names, str) else names)]
