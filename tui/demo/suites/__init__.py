"""The datasets of Marigold Insurance. Item i of a suite is the same wherever it is used."""

from tui.demo.suites.base import fill
from tui.demo.suites.claims import CLAIMS
from tui.demo.suites.documents import DOCUMENTS
from tui.demo.suites.faq import FAQ
from tui.demo.suites.invoices import INVOICES
from tui.demo.suites.rag import RAG
from tui.demo.suites.toxicity import TOXICITY
from tui.demo.suites.triage import TRIAGE

__all__ = ["CLAIMS", "DOCUMENTS", "FAQ", "INVOICES", "RAG", "TOXICITY", "TRIAGE", "fill"]
