"""Which calls a request means: filter, query, order, page."""

from collections.abc import Iterator
from itertools import islice

from tui.demo.wire_weave.bodies import Body
from tui.demo.wire_weave.calls import EVALUATE, Call, Calls
from tui.demo.wire_weave.expressions import holds, look_up, sortable
from tui.demo.wire_weave.refusals import refused
from tui.demo.wire_weave.shown import whole

MOST_ENTRIES = 1000
"""Of one filter list, and refs of one batch."""
_PLAIN = {
    "call_ids": "id",
    "parent_ids": "parent_id",
    "trace_ids": "trace_id",
    "thread_ids": "thread_id",
    "turn_ids": "turn_id",
    "wb_user_ids": "wb_user_id",
    "wb_run_ids": "wb_run_id",
}
"""Filter lists that compare with one field."""
_LISTS = (*_PLAIN, "op_names", "input_refs", "output_refs")


class CallFilter:
    """The `filter` of a request: its fields are ANDed, the entries of each ORed."""

    def __init__(self, body: Body | None) -> None:
        self.lists: dict[str, list[str]] = {}
        for name in _LISTS if body is not None else ():
            entries = body.texts(name) if body is not None else None
            if entries is None:
                continue
            if len(entries) > MOST_ENTRIES:
                raise refused(400, f"Parameter: '{name}' request length is greater than max length")
            self.lists[name] = entries
        self.roots_only = body is not None and body.flag("trace_roots_only")

    def matches(self, call: Call) -> bool:
        """Return whether a call passes."""
        for name, entries in self.lists.items():
            if name in _PLAIN:
                found = call[_PLAIN[name]] in entries
            elif name == "op_names":
                found = any(is_op(call["op_name"], wanted) for wanted in entries)
            elif name == "input_refs":
                found = not set(entries).isdisjoint(map(str, call["inputs"].values()))
            else:
                found = str(call["output"]) in entries
            if not found:
                return False
        return not (self.roots_only and call["parent_id"] is not None)

    def candidates(self, calls: Calls) -> Iterator[Call]:
        """Yield the calls the filter can mean, without building the whole project's."""
        if (ids := self.lists.get("call_ids")) is not None:
            found = (calls.find(call_id) for call_id in dict.fromkeys(ids))
            yield from (call for call in found if call is not None)
            return
        if (parents := self.lists.get("parent_ids")) is not None:
            for parent in dict.fromkeys(parents):
                yield from calls.below(parent)
            return
        names = self.lists.get("op_names")
        shallow = self.roots_only or (
            names is not None and all(is_op(calls.names.op(EVALUATE), name) for name in names)
        )
        for run in calls.world.runs("weave"):
            yield calls.root(run)
            if not shallow:
                yield from calls.trials(run)
                for row in calls.visible(run):
                    yield from calls.children(run, row)


def is_op(op_name: str, wanted: str) -> bool:
    """Return whether an op's ref is the wanted one; `:*` stands for any version."""
    if wanted.endswith(":*"):
        return op_name.startswith(wanted[:-1])
    return op_name == wanted


def matching(calls: Calls, body: Body) -> Iterator[Call]:
    """Yield the stored calls that a request's filter and query let through, in no order."""
    wanted = CallFilter(body.part("filter"))
    query = body.part("query")
    for call in wanted.candidates(calls):
        if wanted.matches(call) and (query is None or holds(query.values, whole(call))):
            yield call


def page(calls: Calls, body: Body) -> list[Call]:
    """Return the stored calls a request means, sorted and cut."""
    order, offset, limit = _order(body), body.number("offset") or 0, body.number("limit")
    found = list(matching(calls, body))
    for field, descending in reversed(order):
        known = [(sortable(look_up(whole(call), field)), call["id"], call) for call in found]
        present = [entry for entry in known if entry[0] is not None]
        present.sort(key=lambda entry: entry[:2], reverse=descending)
        found = [entry[2] for entry in present] + [entry[2] for entry in known if entry[0] is None]
    return found[offset:] if limit is None else found[offset : offset + limit]


def count(calls: Calls, body: Body) -> int:
    """Return how many calls a request means; with `limit` the counting stops there."""
    limit = body.number("limit")
    return sum(1 for _ in islice(matching(calls, body), None if limit is None else max(0, limit)))


def _order(body: Body) -> list[tuple[str, bool]]:
    sorts = body.parts("sort_by")
    if sorts is None:
        return [("started_at", False)]
    return [(sort.text("field"), sort.optional_text("direction") == "desc") for sort in sorts]
