"""Full text: what every stored trial was asked, said and judged, found by its words."""

from tui.store.search.hits import Hit, Hits
from tui.store.search.index import IndexShare, SearchIndex
from tui.store.search.texts import TEXT_FIELDS
from tui.store.search.wanted import Wanted

__all__ = ["TEXT_FIELDS", "Hit", "Hits", "IndexShare", "SearchIndex", "Wanted"]
