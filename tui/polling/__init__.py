"""Who asks a provider what, and when: budgets, schedule, sync into the store, poll loops."""
