"""Mutation tests: small faults put into the sources, to see which of them no test notices.

`python -m tests.mutations` draws faults by a seed, tries each with the tests that reach its line,
and prints those that survive. It needs the extra `nightly`. A fault that changes nothing that could
be seen is told in `equivalent.txt`, with the reason.
"""
