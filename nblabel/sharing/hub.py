"""The labels as a data set on the Hugging Face Hub, with a card."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any

from nblabel.quality.guarantee_report import AutoLabelReport
from nblabel.session import Session
from nblabel.sharing import words
from nblabel.sharing.card import card_of
from nblabel.sharing.facts import facts_of
from nblabel.system.report import check_session

TABLE = "labels.jsonl"
_REPO = re.compile(r"[\w.-]+(/[\w.-]+)?", re.ASCII)


def push_to_hub(
    session: Session,
    repo_id: str,
    *,
    private: bool = True,
    predictions: bool = False,
    guarantee: AutoLabelReport | None = None,
    title: str | None = None,
    license: str | None = None,  # noqa: A002  as the Hub calls it
    token: str | None = None,
    endpoint: str | None = None,
) -> str:
    """Put the labels on the Hugging Face Hub, as a data set with a card.

    This sends the labels and what they are about to a server: pictures, texts or rows, ids, and the
    names of the annotators.

    Parameters
    ----------
    session : Session
    repo_id : str
        The name of the data set, "ada/boots". It is made if it is not there.
    private : bool
        Whether a new data set is for its owner only.
    predictions : bool
        Send the predictions of what has no label, too; of pictures only the labels are sent.
    guarantee : AutoLabelReport, optional
        As for `nblabel.report`: what the card states of accepted labels.
    title : str, optional
        The heading of the card; by default the name.
    license : str, optional
        Of the data, such as "cc-by-4.0".
    token : str, optional
        As huggingface_hub takes it; by default the one that you logged in with.
    endpoint : str, optional
        Another server that speaks the same.

    Returns
    -------
    str
        The address of the data set.

    Raises
    ------
    ImportError
        If huggingface_hub is missing; the message has the command that installs it.
    ValueError
        If the name is none, or nothing is labeled yet.
    OSError
        If the server cannot be reached, or refuses.
    MediaError
        If a picture is gone or broken.

    Notes
    -----
    Pictures are sent as an "imagefolder", texts and rows as "labels.jsonl";
    ``datasets.load_dataset("ada/boots")`` reads both.
    """
    check_session(session)
    if not isinstance(repo_id, str) or not _REPO.fullmatch(repo_id):
        raise ValueError(words.NO_REPO.format(repo_id))
    session.refresh()
    if not session.n_labeled and not session.n_accepted:
        raise ValueError(words.NOTHING_TO_PUSH)
    try:
        from huggingface_hub import HfApi
    except ImportError as error:
        raise ImportError(words.NO_HUB) from error
    api: Any = HfApi(endpoint=endpoint, token=token)
    with tempfile.TemporaryDirectory(prefix="nblabel-") as place:
        folder = Path(place) / "data"
        is_pictures = session.pool.kind == "images"
        if is_pictures:
            session.export(folder, "imagefolder")
        else:
            folder.mkdir()
            session.export(folder / TABLE, predictions=predictions)
        card = card_of(
            session,
            facts_of(session, session.refit(1)),
            title=title or repo_id.rpartition("/")[2],
            license=license,
            guarantee=guarantee,
            data_files=None if is_pictures else TABLE,
        )
        (folder / "README.md").write_text(card, encoding="utf-8")
        kind = {"repo_id": repo_id, "repo_type": "dataset"}
        address = api.create_repo(**kind, private=private, exist_ok=True)
        api.upload_folder(**kind, folder_path=str(folder), commit_message=words.UPLOADED)
    return str(address)
