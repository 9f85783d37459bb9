"""Marigold Insurance: its models and its graders."""

from tui.demo.facts import Grader, SimModel

GPT5_MINI = SimModel("gpt-5-mini", "gpt-5-mini-2025-08-07", "openai", 0.25, 2.0, 1.6)
GPT41_MINI = SimModel("gpt-4.1-mini", "gpt-4.1-mini-2025-04-14", "openai", 0.4, 1.6, 1.1)
GPT4O_MINI = SimModel("gpt-4o-mini", "gpt-4o-mini-2024-07-18", "openai", 0.15, 0.6, 0.8)
O4_MINI = SimModel("o4-mini", "o4-mini-2025-04-16", "openai", 1.1, 4.4, 4.2)
SONNET = SimModel("claude-sonnet", "claude-sonnet-4-5-20250929", "anthropic", 3.0, 15.0, 2.4)
HAIKU = SimModel("claude-haiku", "claude-haiku-4-5-20251001", "anthropic", 1.0, 5.0, 1.0)
GEMINI = SimModel("gemini-flash", "gemini-2.5-flash", "gemini", 0.3, 2.5, 0.9)
LLAMA = SimModel("llama-70b", "llama-3.3-70b-versatile", "groq", 0.59, 0.79, 0.4)
MARKER = SimModel("marker", "marker-balanced-3", "datalab", 0.0, 0.0, 6.0)

_JUDGE = O4_MINI

CORRECT = Grader("correct", "label_model", binary=True, labels=("correct", "wrong"), model=_JUDGE)
POLITE = Grader(
    "polite", "label_model", binary=True, labels=("ok", "bad"), model=_JUDGE, ease=0.3, topic="tone"
)
HELPFUL = Grader("helpful", "score_model", 0, 10, 7, model=_JUDGE, topic="helpfulness")
CLOSE = Grader("close", "text_similarity", 0, 1, 0.8, ease=0.05, topic="wording")
MENTIONS = Grader("mentions policy", "string_check", binary=True, ease=0.2, topic="policy number")
FAITHFUL = Grader("faithful", "score_model", 0, 1, 0.7, model=_JUDGE, ease=0.05, topic="sources")
RELEVANT = Grader("relevant", "score_model", 1, 5, 3, model=_JUDGE, ease=0.15, topic="relevance")
CITES = Grader("cites_section", "python", 0, 1, 0.5, ease=0.1, topic="citation")
EXACT_TOTAL = Grader("exact_total", "python", binary=True, topic="total")
FIELD_F1 = Grader("field_f1", "text_similarity", 0, 1, 0.9, ease=0.05, topic="fields")
LABEL_EXACT = Grader("label_exact", "string_check", binary=True, topic="label")
TOOL_CHOICE = Grader("tool_choice", "python", binary=True, topic="tool")
RESOLVED = Grader("resolved", "score_model", 1, 5, 4, model=_JUDGE, topic="outcome")
SAFE_OUTPUT = Grader("safe_output", "python", binary=True, ease=-0.1, topic="safety")

COHERENCE = Grader("coherence", "evaluator", 1, 5, 3, model=GPT41_MINI, ease=0.15, topic="flow")
RELEVANCE = Grader("relevance", "evaluator", 1, 5, 3, model=GPT41_MINI, topic="relevance")
GROUNDED = Grader("groundedness", "evaluator", 1, 5, 3, model=GPT41_MINI, topic="sources")
VIOLENCE = Grader("violence", "evaluator", 0, 7, 3, low_is_good=True, ease=0.35, topic="violence")

LAYOUT = Grader("Layout kept", "rule", 0, 5, None, ease=0.1, topic="layout")
TABLES = Grader("Tables complete", "rule", 0, 5, None, topic="tables")
TOTALS = Grader("Totals match", "rule", 0, 5, None, ease=0.05, topic="totals")

FAQ_GRADERS = (CORRECT, POLITE, HELPFUL)
RAG_GRADERS = (FAITHFUL, RELEVANT, CITES)
INVOICE_GRADERS = (EXACT_TOTAL, FIELD_F1)
TRIAGE_GRADERS = (LABEL_EXACT, POLITE)
CLAIMS_GRADERS = (TOOL_CHOICE, RESOLVED)
FOUNDRY_GRADERS = (RELEVANCE, COHERENCE, VIOLENCE)
DOCUMENT_RULES = (TABLES, LAYOUT, TOTALS)
