"""One suite over all providers, through httpx's own transport seam."""
