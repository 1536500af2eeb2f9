"""Run and judge the small projects of ``cases``, each in a forked child of one process.

python runner.py first  < JSON     run each producer under an Observer, sum up its closure
python runner.py again  < JSON     what the closure is now, the same without what was kept of the
                                   first look, whether the observations still hold, and what the
                                   producer really returns now
"""

import importlib
import json
import os
import sys
import traceback
from pathlib import Path

from reportgen import Curve, artifact, figure  # noqa: F401 (imported once, for all children)
from reportgen.freshness import Sources, closure, still_holds
from reportgen.freshness.closure import shared
from reportgen.observe import Observer
from reportgen.registry.imports import import_from_source

FILE, MODULE, NAME = "part.py", "part", "answer"


def produce(root, observer=None):
    sys.path.insert(0, str(root))
    os.chdir(root)
    import_from_source(str(root))
    producer = getattr(importlib.import_module(MODULE), NAME)
    if observer:
        observer.ready()
    return producer()


def first(case):
    root = Path(case["root"])
    sources = Sources(root, root / ".cache")
    code = closure(sources, FILE, NAME)
    shared(sources).save()
    known = {"code": code.definitions, "packages": code.packages, "exclude": [root / ".cache"]}
    with Observer(root, modules=code.modules, **known) as observer:
        output = produce(root, observer)
    return {"digest": code.digest, "observed": observer.observed, "output": output}


def again(case):
    root = Path(case["root"])
    sources = Sources(root, root / ".cache")
    digest = closure(sources, FILE, NAME).digest
    anew = closure(Sources(root), FILE, NAME).digest
    reason = still_holds(case["observed"], root, sources)
    return {"digest": digest, "anew": anew, "reason": reason, "output": produce(root)}


def in_child(function, case):
    """The JSON result of ``function(case)``, run where it cannot disturb the next one."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.environ.update(case["env"])
        try:
            result = function(case)
        except BaseException:
            result = {"error": traceback.format_exc()}
        with open(write, "w") as pipe:
            json.dump(result, pipe)
        os._exit(0)
    os.close(write)
    with open(read) as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    return json.loads(text)


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    function = {"first": first, "again": again}[sys.argv[1]]
    json.dump([in_child(function, case) for case in json.load(sys.stdin)], sys.stdout)
