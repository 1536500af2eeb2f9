"""Publishing: finished files into a branch of a git remote, without ever losing a file there.

``source`` gathers what is to be published, ``target`` finds where it goes, ``guard`` refuses what
must not go there. ``cache`` keeps a private bare repository (never the user's), ``trees`` and
``remote`` are its plumbing, ``refusals`` puts git's refusals into plain words. ``manifest`` lists
the paths that reportgen owns in a branch, ``plan`` compares that with what is wanted, ``publisher``
commits and pushes, ``rollback`` and ``status`` look back. ``summary`` and ``review`` show a change
before it goes out; ``workflow`` writes the GitHub Actions files.
"""
