"""Finds in a flow's body, and in the helpers it calls, the Python that would lie: what a symbol
cannot refuse by itself, because Python never asks it.

A refusal needs certainty: a variable that may hold a plain value, too, is let through."""

import ast
import inspect
from collections.abc import Callable, Iterable
from types import FunctionType
from typing import Any

from dagy.body_kinds import (
    SYMBOLS,
    Evaluation,
    Kind,
    Known,
    Value,
    Variables,
    is_unordered,
    joined,
)
from dagy.body_source import BodySource, body_of, own_nodes
from dagy.errors import TraceError
from dagy.source import shown

_MAX_DEPTH = 5
_WHEN = (
    "its value is known only when the flow runs: let a task look at it, and branch with "
    "`with flow.when(condition):`"
)
_TRY = (
    "the body only records calls, so that nothing is raised here: use @task(retries=…), "
    "@task(accepts_skipped=True) or on_failure hooks, or catch inside the task"
)
_ORDER = "a set has another order in every process: go over sorted(the_set)"
_SINGLE = (
    inspect.Parameter.POSITIONAL_ONLY,
    inspect.Parameter.POSITIONAL_OR_KEYWORD,
    inspect.Parameter.KEYWORD_ONLY,
)
_ASKS = {"type": type, "callable": callable}


def check_body(function: Callable[..., Any], flow: str) -> None:
    """Raises TraceError with the line and the cure. Does nothing without the source."""
    body = body_of(function)
    if body is not None:
        names = inspect.signature(function).parameters
        BodyCheck(body, f"flow {flow!r}", {}).run(dict.fromkeys(names, Kind.SYMBOL))


class BodyCheck:
    """One walk over one body, in the order of its statements. `helpers` keeps what calls of
    helpers gave, by code and kinds of arguments."""

    def __init__(
        self, body: BodySource, what: str, helpers: dict[Any, Value], depth: int = 0
    ) -> None:
        self._body = body
        self._what = what
        self._helpers = helpers
        self._depth = depth
        self._evaluation = Evaluation(body, self._call)
        self._returned: list[Value] = []
        self._left_loop: list[Variables] = []
        self._is_silent = False

    def run(self, variables: Variables) -> Value:
        """The kind of what is returned."""
        self._block(self._body.statements, variables)
        kinds = {each for each in self._returned if isinstance(each, Kind)}
        is_symbol = len(kinds) == 1 and len(kinds) == len(set(map(type, self._returned)))
        return kinds.pop() if is_symbol else Kind.OTHER

    def _block(self, statements: Iterable[ast.stmt], variables: Variables) -> Variables | None:
        current: Variables | None = dict(variables)
        for each in statements:
            if current is None:
                return None
            current = self._statement(each, current)
        return current

    def _statement(self, node: ast.stmt, variables: Variables) -> Variables | None:
        """The variables after it; None if what follows is not reached."""
        match node:
            case ast.If() | ast.For() | ast.While() | ast.Match():
                return self._branching(node, variables)
            case ast.Try() | ast.TryStar():
                return self._try(node, variables)
            case ast.With(items=items, body=body):
                return self._with(items, body, variables)
            case ast.Return() | ast.Raise() | ast.Break() | ast.Continue():
                self._leave(node, variables)
                return None
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                return {**variables, node.name: Kind.OTHER}
        self._check(node, variables)
        return self._assigned(node, variables)

    def _branching(
        self, node: ast.If | ast.For | ast.While | ast.Match, variables: Variables
    ) -> Variables | None:
        match node:
            case ast.If(test=test, body=body, orelse=orelse):
                self._check(test, variables)
                variables = variables | self._walrus(test, variables)
                return joined(self._block(body, variables), self._block(orelse, variables))
            case ast.For(target=target, iter=iterated, body=body, orelse=orelse):
                self._check(iterated, variables)
                self._check_order(iterated, body, variables)
                return self._loop(body, orelse, variables, target)
            case ast.While(test=test, body=body, orelse=orelse):
                first = ast.copy_location(ast.Expr(test), test)
                return self._loop([first, *body], orelse, variables)
            case ast.Match():
                return self._match(node, variables)

    def _leave(
        self, node: ast.Return | ast.Raise | ast.Break | ast.Continue, variables: Variables
    ) -> None:
        self._check(node, variables)
        if isinstance(node, ast.Return) and node.value is not None:
            self._returned.append(self._evaluation.of(node.value, variables))
        elif isinstance(node, ast.Break | ast.Continue):
            self._left_loop.append(dict(variables))

    def _assigned(self, node: ast.stmt, variables: Variables) -> Variables:
        match node:
            case ast.Assign(targets=targets, value=value):
                kind = self._evaluation.of(value, variables)
                for target in targets:
                    variables = variables | _bound(target, kind)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                variables = variables | _bound(target, self._evaluation.of(value, variables))
            case ast.AugAssign(target=target):
                variables = variables | _bound(target, Kind.OTHER)
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                bound: Variables = {
                    (each.asname or each.name).partition(".")[0]: Kind.OTHER for each in names
                }
                variables = variables | bound
            case ast.Delete(targets=targets):
                for target in targets:
                    variables = variables | _bound(target, Kind.OTHER)
        return variables | self._walrus(node, variables)

    def _walrus(self, node: ast.AST, variables: Variables) -> Variables:
        return {
            each.target.id: self._evaluation.of(each.value, variables)
            for each in own_nodes(node)
            if isinstance(each, ast.NamedExpr)
        }

    def _loop(
        self,
        body: list[ast.stmt],
        orelse: list[ast.stmt],
        variables: Variables,
        target: ast.expr | None = None,
    ) -> Variables | None:
        """First in silence, to learn what later rounds begin with."""
        outer, was_silent = self._left_loop, self._is_silent
        start = variables | _bound(target, Kind.OTHER)
        self._left_loop, self._is_silent = [], True
        later = self._block(body, start)
        for each in self._left_loop:
            later = joined(later, each)
        start = (joined(start, later) or start) | _bound(target, Kind.OTHER)
        self._left_loop, self._is_silent = [], was_silent
        after = joined(joined(variables, start), self._block(body, start))
        for each in self._left_loop:
            after = joined(after, each)
        self._left_loop = outer
        return self._block(orelse, after or start)

    def _try(self, node: ast.Try | ast.TryStar, variables: Variables) -> Variables | None:
        if node.handlers and self._calls_task(node.body, variables):
            self._refuse(node, "`try` around the call of a task catches nothing", _TRY)
        if self._calls_task(node.finalbody, variables):
            self._refuse(node, "the call of a task in `finally` does not wait for failures", _TRY)
        done = self._block(node.body, variables)
        partly = joined(variables, done) or variables
        after = self._block(node.orelse, done) if done is not None else None
        for handler in node.handlers:
            bound: Variables = {handler.name: Kind.OTHER} if handler.name else {}
            after = joined(after, self._block(handler.body, partly | bound))
        ended = self._block(node.finalbody, after or partly)
        return None if after is None else ended

    def _with(
        self, items: list[ast.withitem], body: list[ast.stmt], variables: Variables
    ) -> Variables | None:
        for item in items:
            self._check(item.context_expr, variables)
            if self._suppresses(item.context_expr, variables) and self._calls_task(body, variables):
                self._refuse(
                    item.context_expr, "suppress() around the call of a task catches nothing", _TRY
                )
            variables = variables | _bound(item.optional_vars, Kind.OTHER)
        return self._block(body, variables)

    def _suppresses(self, node: ast.expr, variables: Variables) -> bool:
        if not isinstance(node, ast.Call):
            return False
        found = self._evaluation.of(node.func, variables)
        name = getattr(found.value, "__qualname__", "") if isinstance(found, Known) else ""
        return name == "suppress"

    def _match(self, node: ast.Match, variables: Variables) -> Variables | None:
        subject = node.subject
        self._check(subject, variables)
        if self._evaluation.of(subject, variables) in SYMBOLS:
            self._refuse(node, f"`match` of {_text(subject)}, which has no value yet", _WHEN)
        after: Variables | None = dict(variables)
        for case in node.cases:
            names = [getattr(each, "name", None) for each in ast.walk(case.pattern)]
            bound: Variables = {name: Kind.OTHER for name in names if name}
            after = joined(after, self._block(case.body, variables | bound))
        return after

    def _check(self, root: ast.AST, variables: Variables) -> None:
        """All that one statement or expression evaluates."""
        nodes = list(own_nodes(root))
        for node in nodes:
            if isinstance(node, ast.comprehension):
                variables = variables | _bound(node.target, Kind.OTHER)
        for node in nodes:
            match node:
                case ast.Compare():
                    self._check_identity(node, variables)
                case ast.Call():
                    self._evaluation.of(node, variables)
                    self._check_question(node, variables)
                case ast.ListComp(elt=made) | ast.GeneratorExp(elt=made):
                    self._check_order(node.generators[0].iter, [made], variables)

    def _check_identity(self, node: ast.Compare, variables: Variables) -> None:
        sides = [node.left, *node.comparators]
        for left, operator, right in zip(sides, node.ops, sides[1:], strict=False):
            if not isinstance(operator, ast.Is | ast.IsNot):
                continue
            asked = [each for each in (left, right) if self._is_symbol(each, variables)]
            if len(asked) == 1:
                sign = "is not" if isinstance(operator, ast.IsNot) else "is"
                self._refuse(
                    node, f"`{sign}` with {_text(asked[0])}, which has no value yet", _WHEN
                )

    def _is_symbol(self, node: ast.expr, variables: Variables) -> bool:
        return self._evaluation.of(node, variables) is Kind.SYMBOL

    def _check_question(self, node: ast.Call, variables: Variables) -> None:
        if len(node.args) != 1 or not isinstance(node.func, ast.Name):
            return
        found = self._evaluation.of(node.func, variables)
        asks = isinstance(found, Known) and found.value is _ASKS.get(node.func.id, self)
        if asks and self._evaluation.of(node.args[0], variables) in SYMBOLS:
            self._refuse(
                node, f"{node.func.id}() of {_text(node.args[0])}, which has no value yet", _WHEN
            )

    def _check_order(
        self, iterated: ast.expr, body: Iterable[ast.AST], variables: Variables
    ) -> None:
        unordered = is_unordered(self._evaluation.of(iterated, variables))
        if unordered and self._calls_task(body, variables):
            self._refuse(
                iterated, f"tasks are called in the order of a set, {_text(iterated)}", _ORDER
            )

    def _calls_task(self, nodes: Iterable[ast.AST], variables: Variables) -> bool:
        return any(
            self._evaluation.is_task_call(call, variables) or self._helper_calls(call, variables)
            for node in nodes
            for call in own_nodes(node)
            if isinstance(call, ast.Call)
        )

    def _helper_calls(self, call: ast.Call, variables: Variables) -> bool:
        """Does a function of the user's own that is called here call a task?"""
        found = self._evaluation.of(call.func, variables)
        body = body_of(found.value) if isinstance(found, Known) else None
        if body is None or self._depth >= _MAX_DEPTH:
            return False
        inner = BodyCheck(body, self._what, self._helpers, self._depth + 1)
        return inner._calls_task(body.statements, {})

    def _call(self, function: Any, call: ast.Call, variables: Variables) -> Value:
        """Follows the call of a helper; the kind of what it returns."""
        body = body_of(function) if isinstance(function, FunctionType) else None
        if body is None or self._depth >= _MAX_DEPTH:
            return Kind.OTHER
        given = self._arguments(function, call, variables)
        key = (
            function.__code__,
            self._is_silent,
            tuple(sorted((name, kind.name) for name, kind in given.items())),
        )
        if key not in self._helpers:
            self._helpers[key] = Kind.OTHER  # while it is on its way, for recursion
            inner = BodyCheck(body, self._what, self._helpers, self._depth + 1)
            inner._is_silent = self._is_silent
            self._helpers[key] = inner.run(dict(given))
        return self._helpers[key]

    def _arguments(
        self, function: FunctionType, call: ast.Call, variables: Variables
    ) -> dict[str, Kind]:
        parameters = inspect.signature(function).parameters
        given = dict.fromkeys(parameters, Kind.OTHER)
        positional = list(parameters)[: len(call.args)]
        pairs = [*zip(positional, call.args, strict=False)]
        pairs += [(each.arg, each.value) for each in call.keywords if each.arg]
        if any(isinstance(each, ast.Starred) for each in call.args):
            return given
        for name, node in pairs:
            is_single = name in parameters and parameters[name].kind in _SINGLE
            if is_single and self._evaluation.of(node, variables) in SYMBOLS:
                is_optional = parameters[name].default is None
                given[name] = Kind.OPTIONAL if is_optional else Kind.SYMBOL
        return given

    def _refuse(self, node: ast.AST, found: str, hint: str) -> None:
        if self._is_silent:
            return
        file_name = self._body.function.__code__.co_filename
        where = f"{file_name}:{getattr(node, 'lineno', 0)}"
        raise TraceError(
            f"{self._what}: {found}",
            hint=hint,
            where=shown(where),
        )


def _bound(target: ast.expr | None, kind: Value) -> Variables:
    match target:
        case ast.Name(id=name):
            return {name: kind}
        case None:
            return {}
    names = (each.id for each in ast.walk(target) if isinstance(each, ast.Name))
    return dict.fromkeys(names, Kind.OTHER)


def _text(node: ast.AST) -> str:
    return ast.unparse(node)
