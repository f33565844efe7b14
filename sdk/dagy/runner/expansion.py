"""What of a task is executed: one instance, or one for each item of its mapped lists."""

import msgspec

from dagy.runner.attempt import Job
from dagy.runner.graph import Instance, Node
from dagy.runner.protocol import RunRequest
from dagy.runner.resolve import UnresolvedError
from dagy.runner.store import from_result
from dagy.states import State
from dagy.values import split_list


def only(node: Node, inputs: dict[str, bytes]) -> Instance:
    arguments = {name: msgspec.Raw(data) for name, data in inputs.items()}
    return Instance(node.key, node, Job(node.key, node.key, 1, None, arguments))


def children(node: Node, inputs: dict[str, bytes], request: RunRequest) -> list[Instance]:
    """In the order of the items; those whose result the host brought along are done already.

    Raises UnresolvedError when an input is not a list or the lists differ in length."""
    lists = {name: _items(node, name, inputs[name]) for name in node.spec.map_inputs}
    counts = {len(items) for items in lists.values()}
    if len(counts) > 1:
        raise UnresolvedError(f"the mapped lists of {node.key!r} differ in length")
    count = counts.pop()
    shared = {name: msgspec.Raw(data) for name, data in inputs.items() if name not in lists}
    may_reuse = request.mapped.get(node.key, count) == count
    made = []
    for index in range(count):
        own = {name: msgspec.Raw(items[index]) for name, items in lists.items()}
        key = f"{node.key}[{index}]"
        instance = Instance(key, node, Job(key, node.key, 1, index, shared | own), index)
        if may_reuse and key in request.reuse:
            instance.state = State.SUCCEEDED
            instance.stored = from_result(request.reuse[key])
        made.append(instance)
    return made


def _items(node: Node, name: str, data: bytes) -> list[bytes]:
    try:
        return split_list(data)
    except msgspec.ValidationError as error:
        raise UnresolvedError(
            f"{node.key}.map() needs a list for {name!r}: {str(error).partition(' - ')[0]}; "
            "wrap what is the same for every item in unmapped()"
        ) from error
