"""The panel that users make: its public interface, and its life."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import ipywidgets

from nblabel.arrays import IntArray
from nblabel.explore.clusters import as_clusters
from nblabel.pool import Pool
from nblabel.pool.order import in_pool_order
from nblabel.session import Session
from nblabel.system import memory
from nblabel.widget import text
from nblabel.widget.panel import registry
from nblabel.widget.panel.answers import EVENTS, Answers, refusal, words_of
from nblabel.widget.panel.column_colors import color_modes
from nblabel.widget.panel.dispatch import Dispatch
from nblabel.widget.panel.figures import check_choices, describe_project
from nblabel.widget.panel.keys import check_keys
from nblabel.widget.panel.panel import Panel
from nblabel.widget.restarting import RestartingPanel
from nblabel.widget.view.cell import ADVISED, progress_in_cell
from nblabel.widget.work.embedding import begin_embedding
from nblabel.widget.work.home import Home
from nblabel.widget.work.training import METHOD, SECONDS

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go


class Labeler(RestartingPanel):
    """A labeling panel. As the last line of a cell, it shows itself.

    Running the cell again makes a new panel, which takes the place of this one once it is shown.

    Parameters
    ----------
    pool : Pool or images
        What to label: a `Pool` of images, texts or rows; or an array of images, or image files.
    classes : iterable of str
        At least two class names, or a tree of them, as for `Session`. One whose name is a single
        character has that key, unless it is that of a command.
    learner : str, estimator or callable
        What learns, as for `Session`.
    strategy : str or QueryStrategy
        What chooses the questions, as for `Session`.
    store : str, path or LabelStore, optional
        Where the log of answers is kept, as for `Session`. Without a store the labels live until
        the kernel stops; running the cell again keeps them.
    annotator : str, optional
        Who answers, as for `Session`.
    random_state : int, optional
        Seed, as for `Session`.
    map : {"canvas", "plotly"}
        How the map is drawn. "plotly" is one FigureWidget below the panel: slower, with plotly's
        own tools. *Learning curves* are then drawn live by another one; else the page draws them,
        which takes less time.
    projection : {"umap", "tsne", "pca"}, array of shape (n, 2) or callable
        What the map shows once it is ready; PCA comes first in any case. Coordinates of one's own
        are shown at once; a function is called in the background with the embeddings and returns
        them. A choice made in the panel is remembered beside the log and goes before this.
    show_prediction : bool
        Whether the model's prediction is shown; it biases the annotator.
    highlight : str
        Words that are marked in texts, with spaces between. The panel has a field for them, too.
    audit : float
        Share of the questions that are drawn at random, as for `Session`; nothing in a question
        tells which. A choice made in the panel is remembered beside the log and goes before this.
    repeats : float
        Share of the answers after which an item is repeated, as for `Session`. A choice made in the
        panel is remembered beside the log and goes before this.
    prior : array, DataFrame, Series, callable or str, optional
        What is known of the items before the first label, as for `Session`; the status says how
        good it turned out to be.
    keys : mapping of str to str, optional
        The keys of some classes, such as ``{"daisy": "d"}``; a capital is typed with Shift.
    multi_label : bool
        Whether an item may have several tags, as for `Session`: keys toggle them, Enter confirms.

    Attributes
    ----------
    session : Session
        The session behind the panel. The panel follows what it is told.

    Raises
    ------
    ValueError, TypeError, StoreError
        As for `Session`, and for an unknown map or projection, or keys that cannot be.

    Examples
    --------
    >>> import nblabel as nb
    >>> sample = nb.datasets.load_fashion_mnist_sample()
    >>> panel = nb.Labeler(sample.images, classes=sample.classes)
    >>> panel.labels()
    Empty DataFrame
    Columns: [id, index, label, source, annotator, time]
    Index: []
    """

    # also where making it fails
    _panel: Panel | None = None
    _dispatch: Dispatch | None = None
    _successor: Labeler | None = None
    _is_shown = False

    def __init__(
        self,
        pool: Any,
        classes: Iterable[Any],
        *,
        learner: Any = "auto",
        strategy: Any = "auto",
        store: Any = None,
        annotator: Any = None,
        random_state: int | None = 0,
        map: str = "canvas",  # noqa: A002  the field's word
        projection: Any = "umap",
        show_prediction: bool = True,
        highlight: str = "",
        audit: float = 0.0,
        repeats: float = 0.0,
        prior: Any = None,
        keys: Mapping[Any, str] | None = None,
        multi_label: bool = False,
    ) -> None:
        check_choices(projection, map)
        memory.keep_little()
        with progress_in_cell():
            pool = pool if isinstance(pool, Pool) else Pool(pool)
            self._session = Session(
                pool,
                classes,
                learner=learner,
                strategy=strategy,
                store=registry.log_in_memory(pool, multi_label) if store is None else store,
                annotator=annotator,
                random_state=random_state,
                build_graph=False,  # it would take the time of the keys; a job does it
                embed=False,  # what takes long goes on beside the labeling
                audit=audit,
                repeats=repeats,
                prior=prior,
                multi_label=multi_label,
            )
            embedding = begin_embedding(self._session)
            chosen = check_keys(keys, self._session)
            given = registry.given_in_panels(self._session.store)
            self._answers = Answers(self._session, given, chosen)
            super().__init__(
                **describe_project(self._session, chosen),
                show_prediction=show_prediction,
                highlight=highlight,
                map_kind=map,
                color_modes=color_modes(pool),
            )
            # a home of its own: messages are still heard when the panel ended
            home = Home(lambda error: self._tell_failure("message", error))
            self._open_channel(home, self._hear, self._tell_failure)
            self._panel = Panel(
                *(self, self._session, self._answers, map, projection, given, chosen, embedding),
                tell_others=self._tell_others,
            )
        self._dispatch = Dispatch(self._panel, self.train, self._start_over)
        self.observe(home.bring(self._color_chosen), "color_by")
        self._figures = self._panel.figures
        self._beside: Any = None
        self.place = (self._session.store.key, pool.fingerprint, self._session.annotator)
        """What another panel is of that takes the place of this one."""
        registry.register(self)
        self._run_cells_of_changes()
        for panel in registry.earlier(self):
            if not panel._is_shown:  # noqa: SLF001  (one of us)
                panel._replace_by(self)  # noqa: SLF001

    def __repr__(self) -> str:
        return repr(self.session).replace("Session", "Labeler", 1)

    def _ipython_display_(self) -> None:
        """Show the panel, with plotly's figures below it if there are any."""
        self._come_into_sight()
        shown = self._live_figures()
        if shown and self._beside is None:
            self._beside = ipywidgets.VBox([self, *shown])
        bundle = (self._beside or self).add_class(ADVISED)._repr_mimebundle_()
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        self._show_with_still(data, metadata)

    @property
    def session(self) -> Session:
        """The session behind the panel; that of the panel which took its place, if one did."""
        return self._session if self._successor is None else self._successor.session

    # from Python

    def labels(self) -> pd.DataFrame:
        """Return the labels as a table, in the order they were given.

        Returns
        -------
        DataFrame
            Columns id, index, label, source, annotator, time (UTC); see `Session.labels`.
        """
        return self.session.labels()

    def export(self, path: Any, format: str | None = None, **options: Any) -> None:  # noqa: A002
        """Write the labels, with their details, to a file or a folder, whole or not at all.

        Parameters
        ----------
        path : path-like
            A file in ``.csv``, ``.jsonl``, ``.parquet`` or ``.json`` (COCO), or a new folder.
        format : str, optional
            What to write: "csv", "excel-csv", "jsonl", "parquet", "coco", "folders" or
            "imagefolder"; a folder needs it.
        **options
            Those of `Session.export`: ``columns``, ``predictions``, ``separator``.

        See Also
        --------
        nblabel.log.exporting.export_labels : The formats, and the errors.
        """
        self.session.export(path, format, **options)

    def curves(self) -> go.Figure:
        """Draw how accuracy and confidence grew with the labels, with plotly's tools.

        Returns
        -------
        plotly.graph_objects.Figure
            See `nblabel.plots.progress_curves`. What was learned while no panel was there is
            missing.

        Raises
        ------
        ValueError
            If there is nothing to draw yet.
        RuntimeError
            If the panel is closed.
        """
        from nblabel.plots import progress_curves

        points = self._live().curves.points
        return progress_curves(
            points["accuracy"], points["confident"], threshold=points["threshold"]
        )

    @property
    def clusters(self) -> IntArray | None:
        """The cluster of each item, as `nblabel.cluster` returns them; None until they are set.

        Setting them colours the map by cluster. An entry of the legend, pressed, shows its cluster
        in the gallery: one key then labels all but those that were left out.
        """
        return self._live().state.clusters

    @clusters.setter
    def clusters(self, clusters: Any) -> None:
        pool, known = self.session.pool, None
        if clusters is not None:
            known = as_clusters(in_pool_order(pool, clusters, "clusters"), len(pool))
        self._live().state.group(known)

    def show_next(self, indices: Any, *, again: bool = False) -> None:
        """Ask about these items next, in this order, whatever the strategy would ask.

        Parameters
        ----------
        indices : int or sequence of int
            Positions in the pool; those that have an answer are left out...
        again : bool
            ...unless they are to be asked again. Until then their answers count.

        Raises
        ------
        IndexError
            If a position is outside the pool.
        RuntimeError
            If the panel is closed.
        """
        wanted = [int(index) for index in self.session.positions(indices)]
        panel = self._live()
        if again:
            panel.review.again(wanted)
        panel.want(wanted, [text.WANTED] * len(wanted))

    def refresh(self) -> None:
        """Take in what others wrote to the same log.

        Raises
        ------
        StoreError
            If the log cannot be read.
        """
        self.session.refresh()

    def train(
        self,
        method: str = METHOD,
        *,
        max_seconds: float | None = SECONDS,
        beside: bool = True,
        **options: Any,
    ) -> None:
        """Train an encoder on the pictures in the background, and move the session over to it.

        Labeling goes on meanwhile. The map shows how far it is; Cancel there drops what was learned
        so far. When it is done labels stay, the learner starts anew on the codes, and the points
        glide to their new places. What was trained before on these pictures with these settings is
        found on disk, at once: call it again after opening a notebook again.

        Parameters
        ----------
        method : {"contrastive", "autoencoder", "vae"}
            See `nblabel.encoders`.
        max_seconds : float or None
            Train no longer than this; None: as many steps as the encoder usually takes.
        beside : bool
            Put the codes beside the embeddings that the session has, with an equal say; else they
            take their place. Codes of an earlier training are replaced either way.
        **options
            Those of the encoder: ``dim``, ``steps``, ``random_state``, ``device``.

        Raises
        ------
        ValueError, TypeError
            If there is no such method or option, the pool holds no pictures, or a training is
            running already.
        ImportError
            If torch is missing; the message has the command that installs it.
        RuntimeError
            Outside of a notebook, where nothing runs in the background, and for a closed panel.
        """
        panel = self._live()
        if panel.home.loop is None:
            raise RuntimeError(text.NO_BACKGROUND.format(method=method))
        options = {"max_seconds": max_seconds, "random_state": self.session.random_state, **options}
        panel.mapping.train(method, options, beside)

    def close(self) -> None:
        """End the panel: its threads and processes stop, and what it held is freed.

        The labels stay, and what a page has not saved yet is still saved. Running the cell again
        does the same to the panel before.
        """
        self._end(text.CLOSED)

    # its life

    def _end(self, why: str) -> None:
        if self._panel is None:
            return
        panel, self._panel, self._dispatch = self._panel, None, None
        panel.close()
        self._figures = []
        if self._beside is not None:
            self._beside.children = (self,)
        self.closed = why

    def _come_into_sight(self) -> None:
        """Take the place of the panels before: nobody labels in two of them.

        One that is only made, to look at its labels say, leaves that which a person sees alone.
        """
        if self._is_shown or self._panel is None:
            return
        self._is_shown = True
        for panel in registry.earlier(self):
            panel._replace_by(self)  # noqa: SLF001  (one of us)

    def _replace_by(self, successor: Labeler) -> None:
        """Another panel goes on with the same labels: keep nothing but the way to it."""
        self._end(text.REPLACED)
        known, self._successor = self._successor, successor
        if known is None:
            del self._session, self._answers
            gc.collect()  # the parts know each other; large arrays would wait for who knows when
            memory.return_freed()

    def _live(self) -> Panel:
        """Return the live panel, this one or the one that took its place."""
        if self._successor is not None:
            return self._successor._live()  # noqa: SLF001  (one of us)
        if self._panel is None:
            raise RuntimeError(text.CLOSED)
        return self._panel

    # what it hears

    def _hear(self, page: str, content: dict[str, Any]) -> None:
        """Do what a message of a page says; a panel that ended still saves answers."""
        if content["type"] == "ready":
            self._come_into_sight()  # also in a host that shows it in a way of its own
        elif content["type"] == "set":
            self._choose(content["name"], content["value"])
            return
        if self._dispatch is not None:
            self._dispatch(page, content)
        elif content["type"] in EVENTS:
            self._save(content, self.send)
        elif "uid" in content:
            self.send(refusal(content["uid"], text.CLOSED_FOR_THIS))
        elif content["type"] == "gone":  # nobody sees it, and nothing more will come
            super().close()
            if self._beside is not None:
                self._beside.close()

    def _save(self, content: dict[str, Any], send: Any) -> None:
        """Commit an event of a page whose panel ended."""
        if self._successor is not None:
            self._successor._save(content, send)  # noqa: SLF001  (one of us)
        elif self._panel is not None:
            self._panel.answer(None, content, send)
        else:
            send(self._answers.apply(content).ack)
            self._tell_others()

    def _tell_failure(self, kind: str, error: Exception | None) -> None:
        if self._panel is None:
            return
        if error is None:
            self._panel.state.solve(kind)
        else:
            self._panel.state.complain(kind, words_of(error))

    def _tell_others(self) -> None:
        for other in registry.others(self):
            other.refresh()

    def _color_chosen(self, change: dict[str, Any]) -> None:
        """Colour the points as a page wants them."""
        if self._panel is None or change["new"] == self._panel.state.color_by:
            return
        if change["new"] in [mode["value"] for mode in self.color_modes]:
            self._panel.state.paint(change["new"])
        else:
            self.color_by = self._panel.state.color_by

    def _live_figures(self) -> list[Any]:
        """Return plotly's map and curves, if they are drawn by it."""
        return self._figures[:2]
