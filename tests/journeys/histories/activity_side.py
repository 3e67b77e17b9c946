"""`activity` in memory. It only stores, where the service has transactions; the rules are the domain's."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.activity.domain import deliveries, history, objects, profiles
from services.activity.domain.deeds import Deed
from services.activity.domain.deliveries import NOTHING_SENT, Dispatch, Sent
from services.activity.domain.history import Arrival, Stored
from services.activity.domain.objects import Claim, Snapshot
from shared import identity
from shared.events.activity import ActivityRecorded, ActivityRetracted, Delivery, Object, Parent

COMMUNITY = "village"
KEY = b"a key of the village, 32 bytes.."


@dataclass
class Kept:
    """An activity as it is stored."""

    deed: Deed | None = None
    past: set[bytes] = field(default_factory=set)
    retracted: bool = False
    edited: bool = False
    sent: Sent = NOTHING_SENT

    @property
    def claim(self) -> Claim | None:
        """What it says of its object, while it survives."""
        return None if self.retracted or self.deed is None else self.deed.claim()


@dataclass(frozen=True)
class Member:
    """A member's profile at one revision, as it travels."""

    member: str
    revision: int = 0
    roles: tuple[tuple[datetime, str], ...] = ()
    opt_outs: tuple[tuple[datetime, bool], ...] = ()
    merged_into: str | None = None
    erased: bool = False


@dataclass(frozen=True)
class Mark:
    """Work after the commit: activities to check, objects and members to follow."""

    activities: frozenset[str] = frozenset()
    objects: frozenset[str] = frozenset()
    member: str | None = None


class ActivitySide:
    """Stores activities, members and marks; what it sends lies in `outbox` and `sent_profiles` for ever."""

    def __init__(self) -> None:
        self.kept: dict[str, Kept] = {}
        self.aliases: dict[str, str] = {}
        self.members: dict[str, Member] = {}
        self.marks: list[Mark] = []
        self.outbox: list[Delivery] = []
        self.sent_profiles: list[Member] = []

    def post(self, deed: Deed, *, blind: bool) -> Arrival:
        """One activity comes in. `blind`: the transaction's snapshot is so old that it sees nothing else."""
        kept = self.kept.get(deed.id)
        arrival = history.arrival(_stored(kept), digest=deed.digest, updated=deed.updated)
        if arrival is Arrival.NEW:
            self._insert(deed, blind=blind)
        elif kept is not None and arrival in (Arrival.EDIT, Arrival.RESTAMPED, Arrival.FILLS_TOMBSTONE):
            self.rewrite(kept, deed)
        return arrival

    def retract(self, activity: str) -> None:
        """An activity is taken back, arrived or not."""
        kept = self.kept.get(activity)
        if kept is None:
            self.kept[activity] = Kept(retracted=True)
        elif not kept.retracted:
            described = {kept.claim.object} if kept.claim else set()
            kept.retracted = True
            self._dispatch(activity, kept, None, self.aliases, changed=True)
            self._mark(activity, described)

    def merge(self, loser: str, survivor: str) -> bool:
        """Make one member an alias of another, for ever. Returns whether that was possible, and new."""
        root = identity.resolve(survivor, self.aliases)
        if loser in self.aliases or root == loser or not identity.is_reachable(root):
            return False
        self._change(loser, merged_into=root)
        self.aliases[loser] = root
        self.marks.append(Mark(member=loser))
        return True

    def erase(self, member: str) -> bool:
        """Make a member a stranger of his own. Returns whether he was somebody until now."""
        root = identity.resolve(member, self.aliases)
        if not identity.is_reachable(root):
            return False
        stranger = identity.pseudonym(KEY, root)
        known = self.members.get(root, Member(member=root))
        self._change(stranger, roles=known.roles)
        self._change(root, roles=(), opt_outs=(), erased=True)
        self.aliases[root] = stranger
        self.marks.append(Mark(member=root))
        return True

    def declare_role(self, member: str, role: str, since: datetime) -> None:
        """Say what a member is from some time on; nothing is said of one who became another."""
        if member not in self.aliases:
            known = self.members.get(member, Member(member=member)).roles
            timeline = profiles.declare(known, role, since=since, now=since, default="member")
            self._change(member, roles=tuple(timeline))

    def declare_opt_out(self, member: str, since: datetime, *, out: bool) -> None:
        """Say whether a member takes part from some time on."""
        if member not in self.aliases:
            known = self.members.get(member, Member(member=member)).opt_outs
            timeline = profiles.declare(known, out, since=since, now=since, default=False)
            self._change(member, opt_outs=tuple(timeline))

    def work(self, mark: Mark) -> None:
        """Work off one mark, in a transaction that sees everything."""
        self.marks.remove(mark)
        self._check(mark.activities)
        self._check(self._about(mark.objects | self._children(mark.objects)))
        if mark.member is not None:
            self._follow(mark.member)

    def republish(self) -> None:
        """Send everything again, each at a new version."""
        self._check(self.kept, force=True)
        for member in list(self.members):
            self._change(member)

    def _insert(self, deed: Deed, *, blind: bool) -> None:
        kept = self.kept[deed.id] = Kept(deed=deed)
        claims = self._claims([kept] if blind else self.kept.values())
        aliases = {} if blind else self.aliases
        snapshot = None if deed.object is None else objects.snapshot(deed.object, claims, aliases)
        self._dispatch(deed.id, kept, snapshot, aliases, changed=True)
        self._mark(deed.id, {deed.object} if kept.claim and deed.object else set())

    def rewrite(self, kept: Kept, deed: Deed) -> None:
        """Store another content, or another stamp, under a known id."""
        described = {
            each.object for each in (kept.deed, deed) if each is not None and each.object is not None
        }
        if kept.deed is None or kept.deed.digest != deed.digest:
            kept.edited = True
        if kept.deed is not None:
            kept.past.add(kept.deed.digest)
        kept.deed = deed
        self._mark(deed.id, described)

    def _check(self, activities: Iterable[str], *, force: bool = False) -> None:
        claims = self._claims(self.kept.values())
        for name in activities:
            kept = self.kept[name]
            if kept.deed is not None:
                about = None if kept.retracted else kept.deed.object
                snapshot = None if about is None else objects.snapshot(about, claims, self.aliases)
                self._dispatch(name, kept, snapshot, self.aliases, changed=force or kept.edited)
                kept.edited = False

    def _dispatch(
        self, name: str, kept: Kept, snapshot: Snapshot | None, aliases: dict[str, str], *, changed: bool
    ) -> None:
        deed = kept.deed
        assert deed is not None
        actor = identity.resolve(deed.actor, aliases) if deed.actor else None
        dispatch = deliveries.dispatch(
            kept.sent, actor=actor, snapshot=snapshot, alive=not kept.retracted, changed=changed
        )
        if dispatch is not None:
            kept.sent = dispatch.sent
            self.outbox.extend(_events(name, deed, snapshot, dispatch))

    def _follow(self, member: str) -> None:
        raw = {name for name in (*self.aliases, member) if member in self._path(name)}
        claimed = {
            claim.object for kept in self.kept.values() if (claim := kept.claim) and claim.author in raw
        }
        self._check([name for name, kept in self.kept.items() if kept.deed and kept.deed.actor in raw])
        if claimed:
            self.marks.append(Mark(objects=frozenset(claimed)))

    def _path(self, name: str) -> list[str]:
        path = [name]
        while path[-1] in self.aliases:
            path.append(self.aliases[path[-1]])
        return path

    def _about(self, described: Iterable[str]) -> list[str]:
        wanted = set(described)
        return [name for name, kept in self.kept.items() if kept.deed and kept.deed.object in wanted]

    def _children(self, parents: frozenset[str]) -> set[str]:
        claims = (kept.claim for kept in self.kept.values())
        return {claim.object for claim in claims if claim and claim.parent in parents}

    def _claims(self, kept: Iterable[Kept]) -> dict[str, Claim]:
        return objects.best(claim for each in kept if (claim := each.claim) is not None)

    def _mark(self, activity: str, described: set[str]) -> None:
        self.marks.append(Mark(activities=frozenset({activity})))
        if described:
            self.marks.append(Mark(objects=frozenset(described)))

    def _change(self, member: str, **fields: object) -> None:
        known = self.members.get(member, Member(member=member))
        changed = self.members[member] = replace(known, revision=known.revision + 1, **fields)  # type: ignore[arg-type]
        self.sent_profiles.append(changed)


def _stored(kept: Kept | None) -> Stored | None:
    if kept is None:
        return None
    return Stored(
        digest=kept.deed.digest if kept.deed else None,
        past=kept.past,
        updated=kept.deed.updated if kept.deed else None,
        retracted=kept.retracted,
    )


def _events(name: str, deed: Deed, snapshot: Snapshot | None, dispatch: Dispatch) -> Iterable[Delivery]:
    said = {"community": COMMUNITY, "activity": name, "version": dispatch.sent.version}
    for member, roles in dispatch.recorded.items():
        yield ActivityRecorded(
            **said,  # type: ignore[arg-type]
            member=member,
            roles=roles,  # type: ignore[arg-type]
            type=deed.type,
            published=deed.published,
            actor=dispatch.sent.actor,
            object=_object(snapshot),
            sequence=deed.sequence,
            value=deed.value,
        )
    for member in dispatch.retracted:
        yield ActivityRetracted(**said, member=member, published=deed.published)  # type: ignore[arg-type]


def _object(snapshot: Snapshot | None) -> Object | None:
    if snapshot is None:
        return None
    known, above = snapshot.object, snapshot.parent
    parent = (
        Parent(id=above.id, type=above.type, author=above.author, published=above.published)
        if above
        else None
    )
    return Object(
        id=known.id, type=known.type, author=known.author, published=known.published, tags=known.tags, parent=parent
    )  # fmt: skip
