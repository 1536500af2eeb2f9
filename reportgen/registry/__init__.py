"""What a project registers: artifacts and figures, their ids, inputs and parameters.

``decorators`` holds the public ``@artifact`` and ``@figure``; ``discover`` finds the decorated
functions of a project by reading its sources, without importing them (torch stays asleep);
``graph`` checks that ids, names and inputs fit together; ``select`` turns what a person types
into nodes.
"""

from reportgen.registry.decorators import artifact, figure
from reportgen.registry.graph import Graph
from reportgen.registry.node import Node

__all__ = ["Graph", "Node", "artifact", "figure"]
