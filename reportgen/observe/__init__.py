"""What a run reads and which code starts in it, seen while it runs.

``hooks`` and ``readers`` tell of it, an ``Observer`` notes what concerns the project, and
``settle`` sums it up for the record. Whether it still holds, ``freshness`` looks later.
"""

from reportgen.observe.observer import Observer as Observer
