"""Each connection: its key, its answer, and the provider's clock."""

import asyncio
from collections.abc import Mapping

from tui.commands.doctor.findings import Finding, bad, ok, warn
from tui.config import ConnectionConfig
from tui.credentials import KeyPlace, keyring_state, locate_key
from tui.errors import AuthError, KeyMissingError, ProviderError
from tui.polling.links import Link
from tui.services import Services
from tui.text import clean_line

SKEW_S = 120.0
"""Clocks further apart than this make ages wrong and tokens end early."""


async def look_at(services: Services, environ: Mapping[str, str]) -> list[Finding]:
    """Return what was found, connection by connection; all are asked at the same time."""
    found = await asyncio.gather(*(_one(link, environ) for link in services.links.values()))
    return [finding for findings in found for finding in findings]


async def _one(link: Link, environ: Mapping[str, str]) -> list[Finding]:
    connection = link.config
    place = await locate_key(connection, environ)
    findings = [
        warn(connection.name, *_halves(trouble)) for trouble in place.troubles if not place.found
    ]
    try:
        sync = await link.sync()
        answer = await sync.provider.probe()
    except ProviderError as error:
        return [
            *findings,
            bad(
                connection.name,
                clean_line(error.message.removeprefix(f"{connection.name}: ").removesuffix(".")),
                await _remedy(connection, place, error, environ),
                error.exit_code,
            ),
        ]
    key = place.source + (f", …{place.last4}" if place.last4 else "")
    said = clean_line(answer.sentence.removesuffix("."))
    findings.append(ok(connection.name, f"{said} (key: {clean_line(key)})"))
    if not connection.verify_tls:
        findings.append(
            warn(
                connection.name,
                "its TLS certificate is not checked",
                "remove verify_tls = false, and name your authority in SSL_CERT_FILE",
            )
        )
    ahead = link.gate.clock_ahead_s
    if ahead is not None and abs(ahead) > SKEW_S:
        findings.append(
            warn(
                connection.name,
                f"this machine's clock is {abs(ahead):.0f} s "
                f"{'ahead of' if ahead > 0 else 'behind'} the provider's",
                "set the clock (timedatectl set-ntp true)",
            )
        )
    return findings


async def _remedy(
    connection: ConnectionConfig,
    place: KeyPlace,
    error: ProviderError,
    environ: Mapping[str, str],
) -> str:
    if place.found or not isinstance(error, KeyMissingError | AuthError):
        return error.remedy or "evaltop doctor again in a while"
    kept = (await keyring_state(environ)).usable
    other = f"evaltop auth set {connection.name}" if kept else "give it a key_command"
    return f"export {connection.key_variable}=…, or {other}"


def _halves(sentence: str) -> tuple[str, str]:
    message, _, remedy = sentence.partition(". ")
    return clean_line(message), clean_line(remedy)
