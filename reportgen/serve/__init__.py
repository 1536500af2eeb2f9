"""The live preview: save a file, see the page.

``desk`` holds what is known of the project and decides, in a thread of its own, what a saved file
changes; ``pages`` renders posts; ``builder`` runs stale figures in a warm worker; ``watch`` tells
of saved files; ``app`` answers browsers and keeps them informed through ``hub``; ``jekyll`` runs
the real Jekyll beside it. ``settings`` tries parameters out, ``editor`` leads to the sources.
``assets`` holds what runs in the browser.
"""
