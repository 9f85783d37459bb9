"""The OpenAI wire family: evals, runs, output items and batches, spoken by OpenAI and Azure.

One mapping for two hosts. `wire` holds the private models; `evals`, `runs`, `scores`, `items`,
`batches`, `lines` and `bodies` are pure mappings; `lists`, `routes`, `catalog` and `service` do the
asking. What differs between hosts is in `tui.providers.openai` and `tui.providers.azure_openai` and
reaches this package as a `dialect.Dialect`.
"""
