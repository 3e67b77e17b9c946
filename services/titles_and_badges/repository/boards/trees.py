"""Trees of counts, one a period, node by node; the root also has the period's revision."""

from collections.abc import Iterable, Mapping
from typing import Any

from pymongo import DeleteOne, InsertOne, ReplaceOne
from pymongo.collection import Collection

from services.titles_and_badges.documents import DATABASE
from services.titles_and_badges.domain.boards import ranking
from services.titles_and_badges.domain.boards.ranking import Node, Path, Tree
from services.titles_and_badges.repository.boards import changes
from shared import mongo
from shared.mongo import Document


def one(p: str, scores: Iterable[int]) -> Tree:
    """The nodes of a period's tree that know something about scores; the root always."""
    return several({p: scores})[p]


def several(wanted: Mapping[str, Iterable[int]]) -> dict[str, Tree]:
    """The same for several periods, in one question."""
    names = {
        _node_key(p, path): (p, path)
        for p, scores in wanted.items()
        for path in {(), *(path for score in set(scores) for path in ranking.nodes_of(score))}
    }
    nodes: dict[str, dict[Path, Node]] = {p: {} for p in wanted}
    revisions: dict[str, int] = {}
    for document in _nodes().find({"_id": {"$in": list(names)}}, batch_size=mongo.AT_ONCE):
        p, path = names[document["_id"]]
        nodes[p][path] = _read_node(document)
        if not path:
            revisions[p] = document["revision"]
    return {p: Tree(each, revisions.get(p, 0)) for p, each in nodes.items()}


def node(p: str, path: Path) -> Node:
    """One node, empty where it is missing."""
    document = _nodes().find_one({"_id": _node_key(p, path)})
    return _read_node(document) if document else Node()


def score_at(p: str, wanted: int, policy: str) -> tuple[int, int] | None:
    """The score on a place (from 1), and how many of its places come before that one; None beyond the last."""
    path: Path = ()
    while not path or not ranking.is_last(path):
        found = ranking.step_down(node(p, path), wanted, policy)
        if found is None:
            return None
        path, wanted = (*path, found[0]), wanted - found[1]
    return ranking.score_at(path), wanted - 1


def revision(p: str) -> int:
    """How often a period's list has changed."""
    document = _nodes().find_one({"_id": p}, {"revision": 1})
    return int(document["revision"]) if document else 0


def keep(changed: Mapping[str, Tree]) -> None:
    """Write the nodes that changed; every period in it begins a new revision."""
    writes: list[Any] = []
    changes.tell()
    for p, each in changed.items():
        writes += [
            _node_write(p, path, each.nodes[path], exists=path in each.known) for path in each.changed - {()}
        ]
        root: Document = _written_node(p, (), each.nodes.get((), Node()))
        root["revision"] = each.revision + 1
        writes.append(ReplaceOne({"_id": p}, root) if () in each.known else InsertOne(root))
    if writes:
        _nodes().bulk_write(writes, ordered=False)


def periods(community: str) -> list[str]:
    """The keys of all periods of a community that have, or had, anybody in them."""
    query = {"_id": {"$gt": f"{community}:", "$lt": f"{community};"}, "revision": {"$exists": True}}
    return [each["_id"] for each in _nodes().find(query, {"_id": 1}, sort=[("_id", 1)])]


def whole(p: str) -> Tree:
    """All nodes of a period's tree."""
    found: dict[Path, Node] = {}
    revision = 0
    for document in _nodes().find({"_id": {"$gte": p, "$lt": f"{p};"}}):
        rest = document["_id"].removeprefix(p)
        if rest == "" or rest.startswith(":"):
            found[tuple(int(key) for key in rest.split(":")[1:])] = _read_node(document)
            revision = document.get("revision", revision)
    return Tree(found, revision)


def _node_key(p: str, path: Path) -> str:
    return ":".join((p, *map(str, path)))


def _node_write(p: str, path: Path, changed: Node, *, exists: bool) -> Any:  # noqa: ANN401
    document = _written_node(p, path, changed)
    if not changed.counts:
        return DeleteOne({"_id": document["_id"]})
    return ReplaceOne({"_id": document["_id"]}, document) if exists else InsertOne(document)


def _written_node(p: str, path: Path, changed: Node) -> Document:
    # In order of keys, so that one tree has one form, whichever way it came to be.
    return {
        "_id": _node_key(p, path),
        "counts": {str(key): changed.counts[key] for key in sorted(changed.counts)},
        "distinct": {str(key): changed.distinct[key] for key in sorted(changed.distinct)},
    }


def _read_node(document: Document) -> Node:
    return Node(
        {int(key): count for key, count in document["counts"].items()},
        {int(key): count for key, count in document["distinct"].items()},
    )


def _nodes() -> Collection[Document]:
    return mongo.collection(DATABASE, "score_counts")
