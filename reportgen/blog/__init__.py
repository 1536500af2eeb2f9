"""What a Jekyll blog is, read as Jekyll, Liquid and kramdown read it.

``blog`` knows the site's settings and files, ``page`` one source with its ``front_matter``,
``address`` where an address in it leads, ``liquid`` the constructs that run before Markdown,
``kramdown`` the Markdown itself; ``jekyll`` builds the site for real.
"""
