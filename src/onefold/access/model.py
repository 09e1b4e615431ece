"""Actors, and what one of them may do now.

A **permission** is a verb and a resource kind. A **role** allows permissions, admits customers by a row scope, and
masks fields. Who holds several roles has the permissions of all; a customer is visible if some role that allows
reading customers admits it; a field shows as the most permissive of the roles that admit this customer shows it. What
any held role denies (a permission, customers by a deny scope, a field) is denied.

A **layer** is the roles of one person. Access has one, or several where it is narrowed (an API key with a role of its
own, "view as"): each of them must allow, so that narrowing never shows more.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache, reduce
from typing import Any, Literal

import sqlalchemy as sa

from onefold.access.classes import class_of, classes_within, names_of, words_for
from onefold.access.masks import (
    ORDER,
    Mask,
    masked_sql,
    masked_value,
    most_permissive,
    strictest,
)
from onefold.errors import InvalidInput, NotAllowed
from onefold.kernel import Rule, parse_rule
from onefold.storage import Resolve, all_of, any_of, compile_rule

Permission = tuple[str, str]
"""(verb, resource kind)."""

Admission = str
"""Which roles admit one customer: a ``1`` or ``0`` for each that may read customers. See ``Access.admission``."""

DENIED = "denied"
"""In a role's masks: whoever holds this role sees nothing of the field, whatever other roles say."""

VERBS = ("read", "create", "update", "delete", "export", "run", "assign", "administer")

_CHANGE = ("read", "create", "update", "delete")
KINDS: dict[str, tuple[str, ...]] = {
    "customer": ("read", "update", "export"),
    "note": (*_CHANGE, "administer"),
    "task": (*_CHANGE, "assign", "administer"),
    "tag": (*_CHANGE, "assign"),
    "file": (*_CHANGE, "export", "administer"),
    "identity": ("read", "update", "run"),
    "source": (*_CHANGE, "run", "administer"),
    "build": ("read", "create", "run"),
    "report": ("read", "export"),
    "view": (*_CHANGE, "administer"),
    "user": (*_CHANGE, "administer"),
    "role": (*_CHANGE, "assign", "administer"),
    "key": (*_CHANGE, "administer"),
    "audit": ("read", "export", "administer"),
    "webhook": (*_CHANGE, "run"),
    "settings": ("read", "update", "administer"),
    "job": (*_CHANGE, "run", "administer"),
}
"""Resource kind -> the verbs that mean something for it."""

_MASKS_KEPT = 1_000
"""Attributes of which a role remembers its mask."""

READ_CUSTOMERS: Permission = ("read", "customer")


@dataclass(frozen=True)
class Actor:
    """Who asks."""

    actor_id: str
    """``usr_…``, ``key_…``, ``cli`` or ``system``."""
    kind: Literal["user", "key", "cli", "system"]
    name: str
    address: str | None = None
    """Network address, where there is one."""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    """What ``my.…`` means in row scopes: text, or a list of texts."""


@dataclass(frozen=True)
class FieldAccess:
    """What an actor sees of one attribute."""

    mask: Mask
    policy: str | None = None
    """The rule that masks it, in words, where one does."""
    via: tuple[str, ...] = ()
    """The roles that grant it."""


@dataclass(frozen=True)
class Shown:
    """A value as an actor may see it."""

    value: Any
    hidden_by: str | None = None
    """The policy that hides or masks it."""


@dataclass(frozen=True)
class Role:
    """What a company lets some of its people do and see."""

    role_id: str
    name: str
    description: str = ""
    is_shipped: bool = False
    permissions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Resource kind -> verbs that it allows."""
    denials: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Resource kind -> verbs that nobody who holds it may do."""
    scope: str | None = None
    """Rule that admits customers; all where absent."""
    deny_scope: str | None = None
    """Rule for customers that nobody who holds it may know of; those for which it is unknown are denied too."""
    masks: Mapping[str, str] = field(default_factory=dict)
    """Attribute, ``pii:<class>`` or ``*`` -> mask, or ``denied``. The first of these that is set counts; a mask on an
    attribute covers all that its value could be read from (``names_of``), whatever is said of those."""
    version: int = 1

    def allows(self, permission: Permission) -> bool:
        """Whether it allows it, by itself."""
        return permission[0] in self.permissions.get(permission[1], ())

    def denies(self, permission: Permission) -> bool:
        """Whether it denies it, whatever other roles allow."""
        return permission[0] in self.denials.get(permission[1], ())

    def mask_of(self, attribute: str) -> tuple[Mask, str | None]:
        """The mask that it puts on an attribute, and the entry of ``masks`` that says so."""
        return self._masks_of.get(attribute) or self._find_mask(attribute)

    @cached_property
    def _masks_of(self) -> dict[str, tuple[Mask, str | None]]:
        return {}

    def _find_mask(self, attribute: str) -> tuple[Mask, str | None]:
        found = [name for name in names_of(attribute) if name in self.masks]
        own = next((name for name in found if name in words_for(attribute)), None)
        if own is None:
            rest = (attribute.partition(":")[0], f"pii:{class_of(attribute)}", "*")
            found += [name for name in rest if name in self.masks][:1]
            found += [f"pii:{kind}" for kind in classes_within(attribute) if f"pii:{kind}" in self.masks]
        entry = max(found, key=lambda name: (self._rank(name), name == own), default=None)
        mask = Mask.NONE if entry is None else self._mask_in(entry)
        if len(self._masks_of) < _MASKS_KEPT:  # columns have any number of names
            self._masks_of[attribute] = (mask, entry)
        return mask, entry

    def _mask_in(self, entry: str) -> Mask:
        return Mask.HIDDEN if self.masks[entry] == DENIED else Mask(self.masks[entry])

    def _rank(self, entry: str) -> int:
        """How much an entry covers; what denies covers more than what hides."""
        return len(ORDER) if self.masks[entry] == DENIED else ORDER.index(Mask(self.masks[entry]))

    def denies_field(self, attribute: str) -> str | None:
        """The entry of ``masks`` that denies an attribute to all who hold the role, where one does."""
        _, name = self.mask_of(attribute)
        return name if name is not None and self.masks[name] == DENIED else None


@dataclass(frozen=True)
class Layer:
    """The roles of one person, with what ``my.…`` means to them."""

    roles: tuple[Role, ...]
    my: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def readers(self) -> tuple[Role, ...]:
        """The roles that let customers be read; none where one denies that."""
        if any(role.denies(READ_CUSTOMERS) for role in self.roles):
            return ()
        return tuple(role for role in self.roles if role.allows(READ_CUSTOMERS))

    def may(self, permission: Permission) -> bool:
        """Whether some role allows it and none denies it."""
        return any(role.allows(permission) for role in self.roles) and not any(
            role.denies(permission) for role in self.roles
        )

    def denier_of(self, attribute: str) -> Role | None:
        """A held role that denies the attribute, where one does."""
        return next((role for role in self.roles if role.denies_field(attribute)), None)

    def admits(self, role: Role, resolve: Resolve) -> sa.ColumnElement[bool]:
        """Where the role's row scope is true."""
        return _condition(role.scope, resolve, self.my) if role.scope is not None else sa.true()

    def spares(self, resolve: Resolve) -> list[sa.ColumnElement[bool]]:
        """One condition per deny scope: true for customers that it certainly does not cover."""
        scopes = [role.deny_scope for role in self.roles if role.deny_scope is not None]
        return [sa.not_(_condition(scope, resolve, self.my)) for scope in scopes]


@dataclass(frozen=True)
class Access:
    """What one actor may do now. Immutable; made once per request by ``load_access``."""

    actor: Actor
    is_full: bool = False
    layers: tuple[Layer, ...] = ()
    limits: frozenset[Permission] | None = None
    """Only these permissions (an API key's); all that the layers allow where absent."""
    is_read_only: bool = False
    """Nothing but reading: while viewing as somebody else."""
    viewing_as: str | None = None
    """The role or person whose view this is, by name."""
    mask_key: str = ""
    """The key of the ``hashed`` mask; without it hashed values are hidden."""
    _fields: dict[tuple[str, Admission | None], FieldAccess] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """What was decided already; a card asks for the same attributes again and again."""

    @classmethod
    def full(cls, actor: Actor) -> Access:
        """Everything: the owner of the files at the command line, and the system itself."""
        return cls(actor, is_full=True)

    @property
    def is_owner(self) -> bool:
        """Whether the actor holds everything and uses all of it."""
        if self.is_full:
            return not self.is_read_only
        has_all = all(any(role.role_id == "owner" for role in layer.roles) for layer in self.layers)
        return bool(self.layers) and has_all and self.limits is None and not self.is_read_only

    def narrowed(self, layer: Layer) -> Access:
        """Only what this access and ``layer`` both allow."""
        return replace(self, is_full=False, layers=(layer,) if self.is_full else (*self.layers, layer))

    def may(self, verb: str, kind: str) -> bool:
        """Whether the actor may do ``verb`` to things of this kind."""
        if self.is_read_only and verb != "read":
            return False
        if self.is_full:
            return True
        permission = (verb, kind)
        is_within = self.limits is None or permission in self.limits
        return is_within and bool(self.layers) and all(layer.may(permission) for layer in self.layers)

    def may_there(self, verb: str, kind: str, admitted: Admission) -> bool:
        """Whether the actor may do ``verb`` to things of this kind that belong to a customer in scope.

        What ``customers(resolve, verb=…, kind=…)`` says of that customer.

        Args:
            verb: such as ``read``.
            kind: such as ``note``.
            admitted: of the customer, from ``admission``.
        """
        return self.may(verb, kind) and all(
            any(mark == "1" and role.allows((verb, kind)) for role, mark in zip(layer.readers, marks, strict=True))
            for layer, marks in self._by_layer(admitted)
        )

    def require(self, verb: str, kind: str) -> None:
        """Go on only if the actor may.

        Raises:
            NotAllowed: naming what is missing.
        """
        if not self.may(verb, kind):
            if self.is_read_only and verb != "read":
                raise NotAllowed("nothing can be changed while viewing as somebody else", hint="Stop viewing as first.")
            raise NotAllowed(
                f"you may not {verb} {kind}", hint="Ask an administrator for a role that may.", verb=verb, kind=kind
            )

    def permissions(self) -> list[Permission]:
        """Everything that the actor may do, by kind."""
        return [(verb, kind) for kind in KINDS for verb in VERBS if self.may(verb, kind)]

    def customers(self, resolve: Resolve, *, verb: str = "read", kind: str = "customer") -> sa.ColumnElement[bool]:
        """The row scope: true for the customers that the actor may know of; for use in ``where``.

        ``sa.true()`` itself where that is everybody. Null where it cannot be told, which is no. With ``verb`` and
        ``kind``: the customers for which the actor may do that as well, by a role that admits them.
        """
        if self.is_full:
            return sa.true()
        if not (self.may(*READ_CUSTOMERS) and self.may(verb, kind)):
            return sa.false()
        conditions: list[sa.ColumnElement[bool]] = []
        for layer in self.layers:
            roles = [role for role in layer.readers if role.allows((verb, kind))]
            conditions += [any_of([layer.admits(role, resolve) for role in roles]), *layer.spares(resolve)]
        return all_of(conditions)

    def admission(self, resolve: Resolve) -> sa.ColumnElement[Admission]:
        """Which roles admit a row: select it beside ``customers`` and hand it to ``mask_value``.

        A literal where they are the same for every row.
        """
        parts: list[sa.ColumnElement[str]] = []
        same = ""
        for layer in self.layers:
            for role in layer.readers:
                admits = layer.admits(role, resolve)
                if isinstance(admits, sa.True_):
                    same += "1"
                    continue
                parts += [sa.literal(same, sa.Text)] if same else []
                parts, same = [*parts, sa.case((admits, "1"), else_="0")], ""
        parts += [sa.literal(same, sa.Text)] if same or not parts else []
        return reduce(operator.add, parts)

    def field(self, attribute: str) -> FieldAccess:
        """What the actor sees of an attribute, at best."""
        return self._field(attribute, None)

    def mask_value(self, attribute: str, value: Any, admitted: Admission) -> Shown:
        """A value of one customer as the actor may see it.

        Args:
            attribute: such as ``email``.
            value: text, number, or a list of them.
            admitted: of this customer, from ``admission``.
        """
        if self.is_full:
            return Shown(value)
        found = self._field(attribute, admitted)
        shown = masked_value(found.mask, attribute, value, self.mask_key)
        return Shown(shown, found.policy if found.mask is not Mask.NONE else None)

    def masked_column(self, attribute: str, column: sa.ColumnElement[Any], resolve: Resolve) -> sa.ColumnElement[Any]:
        """A column as the actor may see it, row by row. Rows outside ``customers`` must be left out by the caller."""
        if self.is_full:
            return column
        shown = [
            (condition, masked_sql(mask, attribute, column, self.mask_key))
            for mask, condition in self._levels(attribute, resolve)
        ]
        nothing = masked_sql(Mask.HIDDEN, attribute, column, self.mask_key)
        return _first_of(shown, nothing)

    def mask_column(self, attribute: str, resolve: Resolve) -> sa.ColumnElement[str]:
        """The name of the mask that ``masked_column`` puts on each row."""
        levels = [(Mask.NONE, sa.true())] if self.is_full else self._levels(attribute, resolve)
        shown = [(condition, sa.literal(mask.value, sa.Text)) for mask, condition in levels]
        return _first_of(shown, sa.literal(Mask.HIDDEN.value, sa.Text))

    def may_search(self, attribute: str) -> bool:
        """Whether the actor may filter, sort, search and count by an attribute: it is masked in no row they see."""
        return self.is_full or (bool(self.layers) and all(_shows_all(layer, attribute) for layer in self.layers))

    def require_search(self, attribute: str) -> None:
        """Go on only if the actor may filter, sort and search by an attribute.

        Raises:
            NotAllowed: it is masked; the message tells no more than ``field`` does.
        """
        if not self.may_search(attribute):
            policy = self.field(attribute).policy or "masked for some customers"
            raise NotAllowed(
                f"you may not filter, sort or search by {attribute}",
                hint=f"Hidden by policy: {policy}.",
                field=attribute,
            )

    def searching(self, resolve: Resolve) -> Resolve:
        """``resolve`` for rules and sorting that the actor chose: refuses masked attributes."""

        def checked(attribute: str) -> sa.ColumnElement[Any]:
            column = resolve(attribute)
            self.require_search(attribute)
            return column

        return checked

    def _levels(self, attribute: str, resolve: Resolve) -> list[tuple[Mask, sa.ColumnElement[bool]]]:
        """Masks from the most permissive on, each with the rows where every layer shows at least that much."""
        if not self.layers or any(layer.denier_of(attribute) for layer in self.layers):
            return []
        found: list[tuple[Mask, sa.ColumnElement[bool]]] = []
        for mask in ORDER[:-1]:
            reach = [
                [role for role in layer.readers if ORDER.index(role.mask_of(attribute)[0]) <= ORDER.index(mask)]
                for layer in self.layers
            ]
            if not all(reach) or (
                found and not any(mask is role.mask_of(attribute)[0] for roles in reach for role in roles)
            ):
                continue
            condition = all_of(
                [
                    any_of([layer.admits(role, resolve) for role in roles])
                    for layer, roles in zip(self.layers, reach, strict=True)
                    if len(roles) < len(layer.readers)  # else it is the row scope itself
                ]
            )
            found.append((mask, condition))
            if isinstance(condition, sa.True_):
                break
        return found

    def _field(self, attribute: str, admitted: Admission | None) -> FieldAccess:
        found = self._fields.get((attribute, admitted))
        if found is None:
            found = self._fields[attribute, admitted] = self._decided(attribute, admitted)
        return found

    def _decided(self, attribute: str, admitted: Admission | None) -> FieldAccess:
        if self.is_full:
            return FieldAccess(Mask.NONE)
        if not self.layers:
            return FieldAccess(Mask.HIDDEN, "no role")
        parts = [_field_in(layer, attribute, marks) for layer, marks in self._by_layer(admitted)]
        mask = strictest([part.mask for part in parts])
        return next(part for part in parts if part.mask is mask)

    def _by_layer(self, admitted: Admission | None) -> Iterator[tuple[Layer, Admission]]:
        """Each layer with the marks of its own readers; where nothing is said of a customer, all admit."""
        start = 0
        for layer in self.layers:
            end = start + len(layer.readers)
            yield layer, "1" * len(layer.readers) if admitted is None else admitted[start:end]
            start = end


def _field_in(layer: Layer, attribute: str, marks: Admission) -> FieldAccess:
    if (denier := layer.denier_of(attribute)) is not None:
        return FieldAccess(Mask.HIDDEN, f"{_entry_words(denier.denies_field(attribute))} denied by {denier.name}")
    roles = [role for role, mark in zip(layer.readers, marks, strict=True) if mark == "1"]
    if not roles:
        return FieldAccess(Mask.HIDDEN, "no role that reads customers")
    mask = most_permissive([role.mask_of(attribute)[0] for role in roles])
    best = [role for role in roles if role.mask_of(attribute)[0] is mask]
    policy = None if mask is Mask.NONE else f"{_entry_words(best[0].mask_of(attribute)[1])} {mask} for {best[0].name}"
    return FieldAccess(mask, policy, tuple(role.name for role in best))


def _shows_all(layer: Layer, attribute: str) -> bool:
    """Whether nobody this layer shows is shown with a mask on the attribute."""
    if not layer.readers or layer.denier_of(attribute) is not None:
        return False
    shows = [role.mask_of(attribute)[0] is Mask.NONE for role in layer.readers]
    return all(shows) or any(shown and role.scope is None for shown, role in zip(shows, layer.readers, strict=True))


def _entry_words(entry: str | None) -> str:
    return {None: "everything", "*": "everything"}.get(entry, str(entry).removeprefix("pii:").replace("_", " "))


def _first_of(
    cases: Sequence[tuple[sa.ColumnElement[bool], sa.ColumnElement[Any]]], otherwise: sa.ColumnElement[Any]
) -> sa.ColumnElement[Any]:
    """The value of the first condition that holds, without a ``case`` where none is needed."""
    if not cases:
        return otherwise
    if isinstance(cases[0][0], sa.True_):
        return cases[0][1]
    *before, last = cases
    if isinstance(last[0], sa.True_):
        return sa.case(*before, else_=last[1])
    return sa.case(*cases, else_=otherwise)


_parsed = lru_cache(maxsize=4096)(parse_rule)


def _condition(text: str, resolve: Resolve, my: Mapping[str, Any]) -> sa.ColumnElement[bool]:
    """A scope as SQL; unknown for every row if it names an attribute that is gone: admits none, spares none."""
    try:
        rule: Rule = _parsed(text)
        return compile_rule(rule, resolve, my)
    except InvalidInput:
        return sa.cast(sa.null(), sa.Boolean)
