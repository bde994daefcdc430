"""A server that counts what visits have left: `python -m tests.ui.counted OPTIONS` of `serve`.

Whatever line it reads, it answers by the number of objects of each kind and by its memory, as JSON,
once it has looked for what nobody holds any more.
"""

import collections
import gc
import json
import sys
import threading

import psutil

from app.command import main

KINDS = ("Explorer", "Picture", "Painter", "Page", "Document", "ServerSession", "figure", "Fields")


def answer():
    """Answer every line by what there is."""
    for _ in sys.stdin:
        gc.unfreeze()  # or what is frozen would hide what it holds
        gc.collect()
        found = collections.Counter(type(one).__name__ for one in gc.get_objects())
        memory = psutil.Process().memory_info().rss
        told = {"memory": memory, **{kind: found[kind] for kind in KINDS}}
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    threading.Thread(target=answer, daemon=True).start()
    sys.exit(main())
