"""The mutants of Python source: its syntax tree tells where, the text is changed in place."""

import ast
import re

from tests.mutations.mutant import Mutant, mutant

COMPARISONS = {
    "<": "<=",
    "<=": "<",
    ">": ">=",
    ">=": ">",
    "==": "!=",
    "!=": "==",
    "is": "is not",
    "is not": "is",
    "in": "not in",
    "not in": "in",
}
ARITHMETIC = {
    "+": "-",
    "-": "+",
    "*": "/",
    "/": "*",
    "//": "/",
    "%": "*",
    "**": "*",
    "|": "&",
    "&": "|",
    "<<": ">>",
    ">>": "<<",
}
NAMES = {
    "min": "max",
    "max": "min",
    "minimum": "maximum",
    "maximum": "minimum",
    "argmin": "argmax",
    "argmax": "argmin",
    "nanmin": "nanmax",
    "nanmax": "nanmin",
    "any": "all",
    "all": "any",
    "floor": "ceil",
    "ceil": "floor",
    "zeros": "ones",
    "ones": "zeros",
    "logical_and": "logical_or",
    "logical_or": "logical_and",
}
COMPARISON = re.compile(r"\b(?:is\s+not|not\s+in|is|in)\b|[<>=!]=|[<>]")
OPERATOR = re.compile(r"\*\*|//|<<|>>|[-+*/%|&]")
BOOLEAN = re.compile(r"\b(?:and|or)\b")
BY_KEY = {"get", "pop", "setdefault"}
NOT_VALUES = {"__all__", "__slots__"}  # names whose values are no code
NAMES_TYPES = {"cast", "TypeVar", "NewType", "NamedTuple", "namedtuple"}
NOT_TESTED = {"margin", "stacklevel"}  # arguments that only an eye could judge


def python_mutants(path: str, source: str) -> list[Mutant]:
    """Return the mutants of a module, in the order of its text."""
    finder = _Finder(path, source)
    finder.visit(ast.parse(source))
    return sorted(finder.mutants.values(), key=lambda one: (one.start, one.end, one.text))


class _Finder(ast.NodeVisitor):
    """Looks at code that runs: no annotations, decorators, docstrings, messages or f-strings."""

    def __init__(self, path, source):
        self.path, self.source = path, source
        self.lines = source.splitlines(keepends=True)
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line))
        self.mutants = {}
        self.bindings = None  # of the function that is looked at: how often it binds each name

    def add(self, kind, start, end, text):
        if self.source[start:end] != text:
            self.mutants.setdefault(
                (start, end, text), mutant(self.path, self.source, kind, start, end, text)
            )

    def replace(self, kind, node, text):
        self.add(kind, *self.span(node), text)

    def span(self, node):
        return (
            self.offset(node.lineno, node.col_offset),
            self.offset(node.end_lineno, node.end_col_offset),
        )

    def offset(self, line, column):
        """Return where a column, which counts bytes, is in the text."""
        text = self.lines[line - 1] if line <= len(self.lines) else ""
        return self.starts[line - 1] + len(text.encode()[:column].decode())

    def between(self, kind, left, right, pattern, swaps):
        """Swap the operator that stands between two nodes."""
        start, end = self.span(left)[1], self.span(right)[0]
        found = pattern.search(self.source, start, end)
        if found and "#" not in self.source[start : found.start()]:
            operator = " ".join(found[0].split())
            if operator in swaps:
                self.add(kind, *found.span(), swaps[operator])

    def visit_list(self, nodes):
        for node in nodes:
            self.visit(node)

    # What holds code.

    def visit_ClassDef(self, node):
        outer, self.bindings = self.bindings, None
        self.visit_list(node.body)
        self.bindings = outer

    def visit_FunctionDef(self, node):
        if any(_name(decorator) == "overload" for decorator in node.decorator_list):
            return
        self.visit_list(node.args.defaults)
        self.visit_list(default for default in node.args.kw_defaults if default)
        outer, self.bindings = self.bindings, _bindings(node)
        self.visit_list(node.body)
        self.bindings = outer

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815

    def visit_Lambda(self, node):
        self.visit_list(node.args.defaults)
        self.visit(node.body)

    def visit_ExceptHandler(self, node):
        self.visit_list(node.body)

    # Statements.

    def visit_Expr(self, node):
        value = node.value.value if isinstance(node.value, ast.Await) else node.value
        if isinstance(value, ast.Call):
            self.replace("removed statement", node, "pass")
        if not isinstance(value, ast.Constant):
            self.visit(node.value)

    def visit_Assign(self, node):
        if any(_name(target) in NOT_VALUES for target in node.targets):
            return
        if self.bindings is not None and all(map(self._stays_bound, node.targets)):
            self.replace("removed statement", node, "pass")
        self.visit_list(node.targets)
        self.visit(node.value)

    def _stays_bound(self, target):
        if isinstance(target, ast.Tuple | ast.List):
            return all(map(self._stays_bound, target.elts))
        return not isinstance(target, ast.Name) or self.bindings.get(target.id, 0) > 1

    def visit_AnnAssign(self, node):
        if node.value and _name(node.annotation) != "TypeAlias":
            self.visit(node.value)

    def visit_AugAssign(self, node):
        self.replace("removed statement", node, "pass")
        swaps = {f"{one}=": f"{other}=" for one, other in ARITHMETIC.items()}
        pattern = re.compile(rf"(?:{OPERATOR.pattern})=")
        self.between("arithmetic", node.target, node.value, pattern, swaps)
        self.visit(node.target)
        self.visit(node.value)

    def visit_Return(self, node):
        if node.value and not (isinstance(node.value, ast.Constant) and node.value.value is None):
            self.replace("returned value", node.value, "None")
            self.visit(node.value)

    def visit_Raise(self, node):
        self.replace("removed statement", node, "pass")

    def visit_Continue(self, node):
        self.replace("removed statement", node, "break")

    def visit_Assert(self, node):
        """Leave alone what only tells the type checker."""

    def visit_If(self, node):
        if _name(node.test) == "TYPE_CHECKING":
            self.visit_list(node.orelse)
            return
        if "__name__" in ast.dump(node.test):
            return
        self.replace("condition", node.test, "True")
        self.replace("condition", node.test, "False")
        self.generic_visit(node)

    def visit_IfExp(self, node):
        self.replace("condition", node.test, "True")
        self.replace("condition", node.test, "False")
        self.generic_visit(node)

    def visit_While(self, node):
        self.replace("condition", node.test, "False")
        self.generic_visit(node)

    def visit_comprehension(self, node):
        for condition in node.ifs:
            self.replace("condition", condition, "True")
        self.generic_visit(node)

    # Expressions.

    def visit_Compare(self, node):
        left = node.left
        for right in node.comparators:
            self.between("comparison", left, right, COMPARISON, COMPARISONS)
            left = right
        for operand in (node.left, *node.comparators):
            parts = operand.elts if isinstance(operand, ast.Tuple | ast.Set) else [operand]
            for part in parts:
                self.key(part)
        self.generic_visit(node)

    def visit_BinOp(self, node):
        if not (isinstance(node.op, ast.BitOr) and (_is_type(node.left) or _is_type(node.right))):
            self.between("arithmetic", node.left, node.right, OPERATOR, ARITHMETIC)
        self.generic_visit(node)

    def visit_BoolOp(self, node):
        for left, right in zip(node.values, node.values[1:], strict=False):
            self.between("boolean", left, right, BOOLEAN, {"and": "or", "or": "and"})
        self.generic_visit(node)

    def visit_UnaryOp(self, node):
        if isinstance(node.op, ast.Not | ast.USub | ast.Invert):
            start = self.span(node)[0]
            negated = isinstance(node.op, ast.Not)
            end = start + (len("not ") if negated else 1)
            self.add("boolean" if negated else "arithmetic", start, end, "")
        self.generic_visit(node)

    def visit_Call(self, node):
        name = _name(node.func)
        if name in NAMES_TYPES:
            return
        if name in NAMES:
            end = self.span(node.func)[1]
            self.add("swapped name", end - len(name), end, NAMES[name])
        if name in BY_KEY and node.args:
            self.key(node.args[0])
        self.visit(node.func)
        self.visit_list(node.args)
        self.visit_list(one.value for one in node.keywords if one.arg not in NOT_TESTED)

    def visit_Dict(self, node):
        for key in node.keys:
            self.key(key)
        self.generic_visit(node)

    def visit_Subscript(self, node):
        if _name(node.value) == "Literal":
            return
        for part in node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]:
            self.key(part)
            if isinstance(part, ast.Slice):
                for bound in (part.lower, part.upper, part.step):
                    if bound is not None:
                        self.replace("slice", bound, "")
        self.generic_visit(node)

    def key(self, node):
        """Change a string that is looked up or compared."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            start, end = self.span(node)
            closing = 3 if self.source[start:end].endswith(('"""', "'''")) else 1
            self.add("key", end - closing, end - closing, "_")

    def visit_Constant(self, node):
        if isinstance(node.value, bool):
            self.replace("constant", node, str(not node.value))
        elif isinstance(node.value, int | float):
            self.replace("constant", node, repr(node.value + 1))

    def visit_JoinedStr(self, node):
        """Leave alone what is inside an f-string: Python 3.11 does not say where it stands."""


def _name(node):
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Call):
        return _name(node.func)
    return node.id if isinstance(node, ast.Name) else None


def _is_type(node):
    if isinstance(node, ast.Constant):
        return node.value is None
    name = _name(node) or ""
    return name in {"int", "float", "str", "bytes", "bool", "list", "dict", "tuple", "set"} or (
        name[:1].isupper() and not name.isupper()
    )


def _bindings(function):
    """Return how often a function binds each name, its arguments included."""
    counts = {}
    for node in ast.walk(function):
        name = None
        if isinstance(node, ast.arg):
            name = node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            name = node.id
        if name:
            counts[name] = counts.get(name, 0) + 1
    return counts
