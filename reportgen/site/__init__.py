"""The site: generated posts and figures go into a Jekyll site, and into a preview without Ruby.

``ledger`` knows which files are ours and never touches another; ``writer`` fills a site,
``preview`` the folder of finished pages.
"""

from reportgen.site.ledger import SiteChanges as SiteChanges
from reportgen.site.preview import gallery_page as gallery_page
from reportgen.site.preview import index_page as index_page
from reportgen.site.preview import preview_page as preview_page
from reportgen.site.preview import write_preview as write_preview
from reportgen.site.writer import write_site as write_site
