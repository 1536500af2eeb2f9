"""Reading a page in a browser: only once nothing on it moves any more."""

from playwright.sync_api import Page

SETTLED = """() => document.readyState === 'complete'
  && document.fonts.status === 'loaded'
  && [...document.images].every(i => i.complete || i.loading === 'lazy')
  && document.getAnimations().every(
    a => a.playState !== 'running' || !(a.timeline instanceof DocumentTimeline)
      || a.effect.getComputedTiming().endTime === Infinity)"""


def settle(page: Page) -> Page:
    """Wait until the page, its fonts and images are there and all its transitions are over.

    A theme's own ``!important`` may outweigh any style that would switch transitions off, and an
    animation without an end, or one that scrolling moves, is no change to wait for.
    """
    page.wait_for_function(SETTLED)
    return page
