"""The digests of closures, kept between processes: what has not changed is not worked out again.

A closure is that of the files that were looked at for it, so it is kept by the digests of those.
Which they are is noted while names are resolved (``Graph.consulted``): what is found out about a
file depends on that file, on those that it asks about, on those that they ask about, and on
nothing else but which modules there are, which Python reads them, and this package itself.
"""

import json
import sys
from collections.abc import Mapping
from hashlib import sha256

from reportgen.freshness.growing import growing
from reportgen.freshness.sources import Sources, reading


class Memory:
    """What earlier processes found out, by the file in which a producer is defined."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.general = sha256(
            json.dumps([reading(), sys.version, sorted(sources.modules.items())]).encode()
        ).hexdigest()
        kept = sources.recall("closures.json")
        files = kept["files"] if kept and kept.get("general") == self.general else {}
        self.known = {file: entry for file, entry in files.items() if self._holds(entry["on"])}
        self._changed = len(self.known) < len(files)

    def _holds(self, on: Mapping[str, str]) -> bool:
        return all(self.sources.files.get(file) == digest for file, digest in on.items())

    def get(self, file: str, name: str) -> tuple[str, tuple[str, ...]] | None:
        """The digest and the packages of a closure, None where they are not known."""
        found = self.known[file]["closures"].get(name) if file in self.known else None
        return (found[0], tuple(found[1])) if found else None

    def note(self, file: str, name: str, digest: str, packages: tuple[str, ...]) -> None:
        """Remember a definition's closure under the digest of its file."""
        self.known.setdefault(file, {"closures": {}})["closures"][name] = [digest, packages]
        self._changed = True

    def save(self, consulted: Mapping[str, set[str]]) -> None:
        """Keep everything for the next process. ``consulted`` says which files ask about which."""
        if not self._changed or self.sources.torn:
            return
        for file, entry in self.known.items():
            seen = dict.fromkeys(entry.get("on", [file]))
            for other in growing(seen):
                seen.update(dict.fromkeys(consulted.get(other, ())))
            entry["on"] = {other: self.sources.files[other] for other in seen}
        self.sources.retain("closures.json", {"general": self.general, "files": self.known})
        self._changed = False
