"""The mutants of the page's scripts: tokens swapped, outside strings, comments and expressions."""

import re
import subprocess

from tests.mutations.mutant import Mutant, mutant

SWAPS = {
    "<": "<=",
    "<=": "<",
    ">": ">=",
    ">=": ">",
    "===": "!==",
    "!==": "===",
    "+": "-",
    "-": "+",
    "*": "/",
    "/": "*",
    "%": "*",
    "+=": "-=",
    "-=": "+=",
    "&&": "||",
    "||": "&&",
    "??": "&&",
    "?.": ".",
    "!": "",
    "<<": ">>",
    ">>>": "<<",
    "true": "false",
    "false": "true",
    "min": "max",
    "max": "min",
    "floor": "ceil",
    "ceil": "floor",
    "some": "every",
    "every": "some",
}
KINDS = {"number": "constant", "word": "swapped name", "sign": "operator"}
TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*|/\*.*?\*/)
    |(?P<text>'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")
    |(?P<number>0[xX][\da-fA-F]+|(?:\d[\d_]*)?\.?\d[\d_]*(?:[eE][-+]?\d+)?)
    |(?P<word>[\w$]+)
    |(?P<sign>=>|\.\.\.|>>>=?|[*&|?<>]{2}=?|[=!]==?|\?\.|\+\+|--|[-+*/%<>&|^]=|.)
    """,
    re.VERBOSE | re.DOTALL,
)
EXPRESSION = re.compile(r"/(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\\[\n])+/\w*")
BEFORE_EXPRESSION = {"return", "typeof", "of", "in", "case"}
NOT_SWAPPED_AFTER = {"import", "export"}  # `import * as`


def script_mutants(path: str, source: str) -> list[Mutant]:
    """Return the mutants of a script, in the order of its text."""
    mutants = []
    previous = ""
    for kind, start, end in _tokens(source):
        token = source[start:end]
        if kind == "number":
            text = _next_number(token)
        elif previous in NOT_SWAPPED_AFTER:
            text = token
        else:
            text = SWAPS.get(token, token)
        if text != token:
            mutants.append(mutant(path, source, KINDS[kind], start, end, text))
        previous = token
    return mutants


def parses(source: str) -> bool:
    """Say whether Node can read a module."""
    command = ["node", "--input-type=module", "--check", "-"]
    return not subprocess.run(command, input=source, text=True, capture_output=True).returncode


def _tokens(source):
    """Yield kind, start and end of the words, numbers and signs, also of those in templates."""
    place, previous = 0, ""
    open_braces = []  # one for each template that is being read: how many braces stand open in it
    while place < len(source):
        if source[place] == "`" or (open_braces and source[place] == "}" and not open_braces[-1]):
            if source[place] == "}":
                open_braces.pop()
            place = _template(source, place + 1, open_braces)
            previous = "`"
            continue
        if source[place] == "/" and not source.startswith(("//", "/*"), place):
            found = EXPRESSION.match(source, place)
            if found and _expects_value(previous):
                place, previous = found.end(), "/"
                continue
        found = TOKEN.match(source, place)
        kind, token = found.lastgroup, found[0]
        if open_braces and token in "{}":
            open_braces[-1] += 1 if token == "{" else -1
        if kind in KINDS:
            yield kind, place, found.end()
        if kind != "space":
            previous = token
        place = found.end()


def _template(source, place, open_braces):
    """Return where a template, or a value in it, goes on."""
    while source[place] != "`":
        if source.startswith("${", place):
            open_braces.append(0)
            return place + 2
        place += 2 if source[place] == "\\" else 1
    return place + 1


def _expects_value(previous):
    return previous in BEFORE_EXPRESSION or not re.search(r"[\w$)\]}'\"`]$", previous)


def _next_number(token):
    number = float(int(token, 16)) if token[:2].lower() == "0x" else float(token.replace("_", ""))
    return f"{number + 1:.17g}"
