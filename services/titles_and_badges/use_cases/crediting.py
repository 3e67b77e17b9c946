"""Changed facts become changed credits, inside the batch that changed them. Where members meet is the projector's."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from services.titles_and_badges.domain.boards import accounts as rules_of_accounts
from services.titles_and_badges.domain.boards.accounts import EMPTY, Account, Credits
from services.titles_and_badges.domain.boards.definitions import BoardRules
from services.titles_and_badges.domain.facts import Fact
from services.titles_and_badges.domain.recognition import Change
from services.titles_and_badges.domain.standing import Context
from services.titles_and_badges.repository import facts
from services.titles_and_badges.repository.boards import accounts, definitions
from services.titles_and_badges.repository.boards.accounts import Key
from shared.mongo import Document

#: The names of the accounts in which facts stand, by fact: what is stored with them, beside their badges' buckets.
Names = dict[str, list[str]]


def credit(
    community: str,
    stored: Mapping[str, Document],
    context: Context,
    changes: Mapping[str, Sequence[Change]],
    known: Mapping[str, Document],
) -> Names:
    """Bring the credits of members into line with their changed facts: by the difference, or the account anew.

    `stored` is our copy of the community, `known` the facts as they were. Returns the accounts of each new fact.
    """
    rules = definitions.rules(community, stored)
    if not rules.defined:
        return {}
    sheets = {member: _sheet(each, rules, context, known) for member, each in changes.items()}
    touched = [Key(member, *account) for member, sheet in sheets.items() for account in sheet.touched]
    before = accounts.load(touched) if touched else {}
    late = {
        member: found
        for member, sheet in sheets.items()
        if (
            found := [each for each in sheet.touched if _is_late(sheet, each, before.get(Key(member, *each)))]
        )
    }
    deeds = accounts.deeds(late)
    after = {}
    for key in touched:
        account = (key.board, key.month)
        counted = deeds.get(key.member, {}).get(account)
        after[key] = _counted(rules, account, sheets[key.member], before.get(key, EMPTY), counted, context)
    _keep(community, before, after)
    return {name: each for sheet in sheets.values() for name, each in sheet.names.items()}


def recount(
    community: str,
    stored: Mapping[str, Document],
    context: Context,
    surviving: Mapping[str, Sequence[Fact]],
) -> Names:
    """Count the credits of members from scratch. Returns the accounts of each of their facts."""
    rules = definitions.rules(community, stored)
    if not rules.defined:
        return {}
    before = accounts.of_members(surviving)
    counted, names = from_scratch(rules, context, surviving)
    # All of them are marked, changed or not: a role or an opt-out also decides who is ranked.
    accounts.keep(community, {**dict.fromkeys(before, EMPTY), **counted}, before)
    return names


def from_scratch(
    rules: BoardRules, context: Context, surviving: Mapping[str, Sequence[Fact]]
) -> tuple[dict[Key, Credits], Names]:
    """The credits of members from all their surviving facts, and the accounts of each fact."""
    after: dict[Key, Credits] = {}
    names: Names = {}
    for member, deeds in surviving.items():
        found: dict[Account, list[Fact]] = {}
        for deed in deeds:
            concerned = rules_of_accounts.accounts(deed, rules, context)
            if concerned:
                names[facts.key(member, deed.activity)] = [accounts.bucket(each) for each in concerned]
            for account in concerned:
                found.setdefault(account, []).append(deed)
        for (board, month), counted in found.items():
            fold = rules_of_accounts.recount(rules.boards[board], counted, context)
            after[Key(member, board, month)] = fold
    return after, names


class _Sheet(NamedTuple):
    """How a member's changed facts change his accounts."""

    added: Mapping[Account, Sequence[Fact]]
    removed: Mapping[Account, set[str]]
    names: Names

    @property
    def touched(self) -> set[Account]:
        return {*self.added, *self.removed}


def _sheet(
    changes: Iterable[Change], rules: BoardRules, context: Context, known: Mapping[str, Document]
) -> _Sheet:
    added: dict[Account, list[Fact]] = {}
    removed: dict[Account, set[str]] = {}
    names: Names = {}
    for change in changes:
        if change.old is not None:
            for account in _counted_in(known[facts.key(change.old.member, change.old.activity)]):
                if account[0] in rules.boards:
                    removed.setdefault(account, set()).add(change.old.activity)
        if change.new is not None:
            concerned = rules_of_accounts.accounts(change.new, rules, context)
            for account in concerned:
                added.setdefault(account, []).append(change.new)
            if concerned:
                key = facts.key(change.new.member, change.new.activity)
                names[key] = [accounts.bucket(each) for each in concerned]
    for each in added.values():
        each.sort(key=lambda fact: fact.order)
    return _Sheet(added, removed, names)


def _counted_in(document: Document) -> list[Account]:
    named = (accounts.account(name) for name in document.get("buckets", ()))
    return [account for account in named if account is not None]


def _is_late(sheet: _Sheet, account: Account, before: Credits | None) -> bool:
    if account in sheet.removed:
        return True
    return before is not None and not rules_of_accounts.comes_in_order(before, sheet.added[account])


def _counted(
    rules: BoardRules,
    account: Account,
    sheet: _Sheet,
    before: Credits,
    deeds: Sequence[Fact] | None,
    context: Context,
) -> Credits:
    board = rules.boards[account[0]]
    new = sheet.added.get(account, ())
    if deeds is None:
        return rules_of_accounts.fold(board, before, new, context)
    replaced = sheet.removed.get(account, set()) | {deed.activity for deed in new}
    kept = [deed for deed in deeds if deed.activity not in replaced]
    return rules_of_accounts.recount(board, [*kept, *new], context)


def _keep(community: str, before: Mapping[Key, Credits], after: Mapping[Key, Credits]) -> None:
    changed = {key: credit for key, credit in after.items() if credit != before.get(key, EMPTY)}
    if changed:
        accounts.keep(community, changed, before)
