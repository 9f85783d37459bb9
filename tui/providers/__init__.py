"""One module or package per provider, the contract they keep, and the one client policy."""
