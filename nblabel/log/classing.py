"""The classes of a session, and what changes them: each change is one event of the log."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from nblabel.log.class_tree import path_of
from nblabel.log.classes import AlikeError, check_classes, check_key, list_names
from nblabel.log.events import Kind, LabelEvent, new_uid
from nblabel.log.listed import ClassDetails
from nblabel.log.tag_log import TagLog
from nblabel.system.memory import collected_later
from nblabel.system.values import looks, nearest, text_of

COLOR = re.compile(r"#[0-9a-f]{6}")
LONGEST_DESCRIPTION = 2_000  # signs
MOST_EXAMPLES = 3


class ClassLog(TagLog):
    """The labels of a pool, and its classes, which may change.

    No label is rewritten, whatever happens to its class: see `nblabel.log.class_list`.
    """

    @property
    def n_given(self) -> int:
        """How many of the classes were given at the start."""
        return len({*self._state.class_list.given_now} & self._codes.keys())

    @property
    def class_details(self) -> dict[str, ClassDetails]:
        """Description, colour, key, aliases and examples of the classes that have any, by name."""
        every = self._state.details
        return {name: every[name] for name in self._every if name in every}

    def rename_class(self, name: str, new: str, *, uid: str | None = None) -> LabelEvent:
        """Give a class another name, in one step that one `undo` takes back.

        Its labels stay, and have the new name. The new name may stand in ``classes=`` from the next
        run on; the former one means the same, there and in files to import.

        Parameters
        ----------
        name : str
            The class.
        new : str
            Its new name.
        uid : str, optional
            As for `tell`.

        Returns
        -------
        LabelEvent
            As it was committed.

        Raises
        ------
        ValueError
            If there is no such class, or the new name is empty, the same, or hardly to be told from
            the name or an alias of another class: see `merge_classes`.
        StoreError
            If the log could not be read or written; nothing changed then.
        """
        self.refresh()
        if (sent := self._sent(uid)) is not None:
            return sent
        former = self.class_of(name)
        others = [one for one in self._every if one != former]
        clean = text_of(new).strip()
        if clean == former:
            raise ValueError(f"the class is called {former!r} already.")
        like = next((one for one in others if looks(one) == looks(clean)), None)
        if like is not None:
            raise AlikeError(
                f"there is a class {like!r} already. To make the two one: "
                f"merge_classes([{former!r}], into={like!r}).",
                like,
            )
        # a name that this class had before may come back
        clean = self._new_class(new, others, of=former)
        renaming = json.dumps([former, clean], ensure_ascii=False)
        return self._append(
            LabelEvent(
                "rename_class", frame=renaming, annotator=self.annotator, uid=uid or new_uid()
            )
        )

    def merge_classes(self, names: Any, *, into: str, uid: str | None = None) -> LabelEvent:
        """Make several classes one, in one step that one `undo` takes back.

        Their labels stay, and are labels of the one class from then on. Labels given to it later
        stay its labels when the step is undone.

        Parameters
        ----------
        names : sequence of str
            The classes.
        into : str
            What they become: a class, which may be one of them, or a new name. The key, the colour
            and the description are those of that class.
        uid : str, optional
            As for `tell`.

        Returns
        -------
        LabelEvent
            As it was committed.

        Raises
        ------
        ValueError
            If one is no class, nothing would change, fewer than two classes would be left, or the
            new name cannot be one, as for `add_class`.
        StoreError
            If the log could not be read or written; nothing changed then.
        """
        self.refresh()
        if (sent := self._sent(uid)) is not None:
            return sent
        parts = self._classes_of(names, "names")
        target = self._find_class(text_of(into).strip())
        others = [one for one in self._every if one not in parts]
        if target is None:
            self._check_left({*others, text_of(into).strip()}, "merging")
            target = self._new_class(into, others, parts=parts)
        merged = [one for one in parts if one != target]
        if not merged:
            raise ValueError(f"names holds no class but {target!r}; pass those to merge into it.")
        inner = {target} if {*merged} & {*self._above} else set()  # it gets their subclasses
        self._check_left({*others, target} - inner, "merging")
        return self._change("merge_classes", uid, classes=merged, into=target)

    def delete_class(
        self, name: str, *, reassign: str | None = None, uid: str | None = None
    ) -> LabelEvent:
        """Delete a class, in one step that one `undo` takes back.

        It stays deleted when it stands in ``classes=`` again. `add_class` brings it back, and so
        does another annotator who labels an item with it before having heard of this.

        Parameters
        ----------
        name : str
            The class.
        reassign : str, optional
            The class that its labels are of from then on. Needed where it has labels.
        uid : str, optional
            As for `tell`.

        Returns
        -------
        LabelEvent
            As it was committed.

        Raises
        ------
        ValueError
            If there is no such class, it has labels and `reassign` is missing, or fewer than two
            classes would be left.
        StoreError
            If the log could not be read or written; nothing changed then.
        """
        self.refresh()
        if (sent := self._sent(uid)) is not None:
            return sent
        gone = self.class_of(name)
        into = None if reassign is None else self.class_of(reassign)
        if gone == into:
            raise ValueError(f"reassign is {gone!r} itself; pass another class.")
        n = self._state.n_of(gone)
        if n and into is None:
            raise ValueError(
                f"{gone!r} has {n:,} labels, which must not be lost. Say what they are of: "
                f"delete_class({gone!r}, reassign=...). Or label these items anew."
            )
        self._check_left({*self._every} - {gone}, f"deleting {gone!r}")
        return self._change("delete_class", uid, **{"class": gone, "into": into})

    def order_classes(self, names: Any, *, uid: str | None = None) -> LabelEvent:
        """Put the classes in order, in one step that one `undo` takes back.

        Buttons, keys and colours that were not chosen follow the order, as do `y` and the columns
        of `predict_proba`.

        Parameters
        ----------
        names : sequence of str
            The classes that come first; the others follow in the order that they have.
        uid : str, optional
            As for `tell`.

        Returns
        -------
        LabelEvent
            As it was committed.

        Raises
        ------
        ValueError
            If one is no class or there twice.
        StoreError
            If the log could not be read or written; nothing changed then.
        """
        self.refresh()
        if (sent := self._sent(uid)) is not None:
            return sent
        return self._change("order_classes", uid, classes=self._classes_of(names, "names"))

    def describe_class(
        self,
        name: str,
        *,
        description: str | None = None,
        color: str | None = None,
        key: str | None = None,
        aliases: Iterable[str] | None = None,
        examples: Iterable[str] | None = None,
        uid: str | None = None,
    ) -> LabelEvent:
        """Say more of a class than its name, in one step that one `undo` takes back.

        What is left out stays as it is; "" or [] takes back what was there. `class_details` has it.

        Parameters
        ----------
        name : str
            The class.
        description : str, optional
            What belongs to the class, in up to 2,000 characters.
        color : str, optional
            As red, green and blue in hexadecimal digits: "#0072b2".
        key : str, optional
            The key that gives its label in a panel, a single character.
        aliases : sequence of str, optional
            Other names of the class, in place of earlier ones: `tell` and `import_labels` take them
            for it.
        examples : sequence of str, optional
            Ids of up to three items that show what belongs to the class, in place of earlier ones.
            The panel shows them, and the description, beside the button of the class.
        uid : str, optional
            As for `tell`.

        Returns
        -------
        LabelEvent
            As it was committed.

        Raises
        ------
        ValueError
            If there is no such class, nothing is said, the colour or key cannot be one, another
            class was given that key, an alias means another class, or an example is no item.
        StoreError
            If the log could not be read or written; nothing changed then.
        """
        self.refresh()
        if (sent := self._sent(uid)) is not None:
            return sent
        one = self.class_of(name)
        given: dict[str, Any] = {}
        if description is not None:
            given["description"] = text_of(description).strip()
            if len(given["description"]) > LONGEST_DESCRIPTION:
                raise ValueError(
                    f"description has {len(given['description']):,} characters; shorten it to "
                    f"{LONGEST_DESCRIPTION:,}."
                )
        if color is not None:
            given["color"] = text_of(color).strip().lower()
            if given["color"] and not COLOR.fullmatch(given["color"]):
                raise ValueError(f"color is {color!r}; pass one such as '#0072b2'.")
        if key is not None:
            given["key"] = text_of(key) and check_key(one, key)
            for other, details in self.class_details.items():
                if given["key"] and other != one and details.key == given["key"]:
                    raise ValueError(f"{other!r} has the key {key!r}; choose another one.")
        if aliases is not None:
            given["aliases"] = self._aliases_of(one, aliases)
        if examples is not None:
            given["examples"] = self._examples_of(examples)
        if not given:
            raise ValueError(
                "nothing is said; pass description=, color=, key=, aliases= or examples=."
            )
        return self._change("describe_class", uid, **{"class": one, **given})

    def class_of(self, name: Any) -> str:
        """Return a class as it is called here.

        Parameters
        ----------
        name : str
            The name, its value, a former name or an alias of the class.

        Returns
        -------
        str

        Raises
        ------
        ValueError
            If there is no such class; the message names the one that may have been meant.
        """
        text = text_of(name).strip()
        if (found := self._find_class(text)) is not None:
            return found
        meant = nearest(text, self._every)
        advice = f"Did you mean {meant!r}?" if meant else f"To add it: add_class({text!r})."
        advice = advice if text else "Pass a name; skip leaves an item open."
        raise ValueError(
            f"{(text or name)!r} is not a class; the classes are {', '.join(self._every)}. {advice}"
        )

    # inside

    def _find_class(self, text: str) -> str | None:
        """Return the class that a text stands for, also by another name; None for none."""
        place = self._names.place(text)
        if place is not None:
            return self._names.names[place]
        found = self._state.renamed.get(text) or self._aliases().get(text)
        return found if found in self._every else None

    def _aliases(self) -> dict[str, str]:
        every = self._state.class_list.aliases
        known = {*self._every}
        return {alias: name for alias, name in every.items() if name in known}

    def _classes_of(self, names: Any, called: str) -> list[str]:
        """Return several classes as they are called here, or say what is wrong with the names."""
        found = list(map(self.class_of, list_names(names, called)))
        if twice := next((one for one in found if found.count(one) > 1), None):
            raise ValueError(f"{called} holds the class {twice!r} twice.")
        return found

    def _new_class(
        self, name: Any, others: Iterable[str], *, of: str | None = None, parts: Iterable[str] = ()
    ) -> str:
        """Return a name as a class has it, or say why it cannot be given.

        Parameters
        ----------
        name : str
        others : sequence of str
            The other classes.
        of, parts : str, sequence of str
            The class, or those, that had the name or alias before and may have it again.
        """
        clean = check_classes([*others, name])[-1]
        own = {of, *parts}
        now = self._state.renamed.get(clean)
        if now is not None and now not in own:
            raise ValueError(
                f"{clean!r} is the former name of {now!r}, and labels of that time are in the log; "
                "choose another name."
            )
        once = self._state.class_list.passing(clean)
        if once is not None and once not in own and clean in self._state.class_list.present:
            raise ValueError(
                f"{clean!r} was the name of {once!r} for a while, and labels of that time are in "
                "the log; choose another name."
            )
        self._check_unlike(clean, others, own)
        return clean

    def _check_unlike(self, clean: str, others: Iterable[str], own: Iterable[str | None]) -> None:
        """Refuse a name that nobody can tell from that of another class."""
        like = next((one for one in others if looks(one) == looks(clean)), None)
        if like is not None:
            raise AlikeError(
                f"{clean!r} and the class {like!r} differ only in case, spaces or form; use "
                f"{like!r}, or choose a name that can be told from it.",
                like,
            )
        for alias, now in self._aliases().items():
            if now not in {*own} and looks(alias) == looks(clean):
                raise ValueError(
                    f"{clean!r} is an alias of {now!r}; choose another name, or change the aliases "
                    f"first: describe_class({now!r}, aliases=[...])."
                )

    def _aliases_of(self, one: str, aliases: Any) -> list[str]:
        """Return the aliases of a class, or say what is wrong with them."""
        given = [text_of(alias).strip() for alias in list_names(aliases, "aliases")]
        found = list(dict.fromkeys(alias for alias in given if alias not in ("", one)))
        for alias in found:
            others = [name for name in self._every if name != one]
            now = self._state.renamed.get(alias)
            if now is not None and now != one:
                raise ValueError(
                    f"the alias {alias!r} is the former name of {now!r}; leave it out."
                )
            self._check_unlike(alias, others, (one,))
        return found

    def _examples_of(self, examples: Any) -> list[str]:
        """Return the ids of examples, or say what is wrong with them."""
        found = list(dict.fromkeys(map(text_of, list_names(examples, "examples"))))
        if len(found) > MOST_EXAMPLES:
            raise ValueError(f"examples holds {len(found)} ids; pass {MOST_EXAMPLES} at most.")
        if unknown := next((item for item in found if item not in self.pool), None):
            raise ValueError(f"examples holds {unknown!r}, which is the id of no item.")
        return found

    def _check_left(
        self, left: set[str], doing: str, parents: Mapping[str, str] | None = None
    ) -> None:
        known = self._parents if parents is None else parents
        inner = {above for name in left for above in path_of(name, known)[:-1]}
        offered = left - inner - {*self._state.retired}
        if len(offered) < 2:
            only = next(map(repr, offered), "no class")
            raise ValueError(
                f"only {only} would be left after {doing}; labeling needs at least two classes."
            )

    def _change(self, kind: Kind, uid: str | None, **change: Any) -> LabelEvent:
        event = LabelEvent(
            kind, frame=json.dumps(change), annotator=self.annotator, uid=uid or new_uid()
        )
        return self._append(event)

    def _sent(self, uid: str | None) -> LabelEvent | None:
        """Return the event with this uid, if it was sent before."""
        return None if uid is None else self._state.event(uid)

    def _append(self, event: LabelEvent) -> LabelEvent:
        """Commit an event unless it is in the log already; return it as it is there."""
        if event.uid not in self._uids:
            self._seen = (event.uid, self._seq)
            with collected_later():
                self.store.append(event)
                self.refresh()
        return self._state.event(event.uid) or event
