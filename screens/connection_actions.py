"""What can be done to a connection: test, give a key, add, change, switch, remove."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from screens.base import EvalScreen
from tui.config import (
    ConnectionConfig,
    config_file,
    partial_finds,
    remove_connection,
    set_connection,
)
from tui.credentials import (
    EnterableSource,
    KeyPlace,
    KeyringTroubleError,
    describe_key_source,
    keep_in_keyring,
)
from tui.errors import ConfigError, ProviderError
from tui.messages import ConfigChanged, Told
from tui.models import ProviderKind
from tui.polling.links import Link
from tui.presentation.connection_form import (
    TITLES,
    FormField,
    form_fields,
    form_values,
    free_name,
)
from tui.services import Services
from tui.widgets.virtual_table import VirtualTable

if TYPE_CHECKING:
    from screens.key_form import GivenKey


class ConnectionActions(EvalScreen):
    """A list of connections under whose cursor something can be done."""

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self.places: dict[str, KeyPlace] = {}
        """Where each connection's key comes from."""
        self.tested: dict[str, str] = {}
        """What came of the last test of a connection, or why its key was not kept."""

    @property
    def table(self) -> VirtualTable:
        """The list."""
        return self.query_one("#connections", VirtualTable)

    def read(self) -> None:
        """Show what is known now."""

    # --- trying

    def action_connection_test(self) -> None:
        """Ask the provider the cheapest thing that proves address and key."""
        connection = self._chosen()
        if connection is None:
            return
        link = self.services.links.get(connection.name)
        if link is None:
            self._say(f"{connection.name} is switched off; o switches it on")
            return

        async def test() -> None:
            link.breaker.try_now()
            try:
                said = f"✓ {(await (await link.sync()).provider.probe()).sentence}"
            except ProviderError as error:
                said = f"✗ {error.sentence()}"
            self.tested[link.name] = f"Test: {said}"
            self._say(f"{link.name}: {said}")
            self.read()

        self.run_worker(test(), name="test", group="test", exit_on_error=False)
        self._say(f"asking {connection.name} …")

    def action_connection_key(self) -> None:
        """Take a key, for the keyring or for as long as evaltop runs."""
        from screens.key_form import KeyForm

        connection = self._chosen()
        if connection is None or self._is_demo():
            return

        def given(key: "GivenKey | None") -> None:
            if key is not None:
                self.run_worker(
                    self._take_key(connection, key), name="key", group="key", exit_on_error=False
                )

        self.app.push_screen(KeyForm(connection.name), given)

    async def _take_key(self, connection: ConnectionConfig, given: "GivenKey") -> None:
        name, environ, kept = connection.name, self.services.environ, False
        told = f"{name}: the key is used until evaltop ends"
        if given.keep:
            try:
                keyring = await keep_in_keyring(name, given.reveal(), environ)
            except KeyringTroubleError as trouble:
                told = f"{name}: not kept, {trouble}; it is used until evaltop ends"
                self.tested[name] = f"⚠ The key was not kept: {trouble}. {trouble.remedy}"
            else:
                kept = True
                self.tested.pop(name, None)
                told = f"{name}: the key is kept in {keyring}"
                before = describe_key_source(connection, environ)
                if before.found:
                    told = f"{name}: kept, but {before.source} goes before it from the next start"
        link = self.services.links.get(name)
        if link is not None and isinstance(link.key, EnterableSource):
            link.key.enter(given.reveal(), kept=kept)
            self.services.poller.refresh(None)
        found = key_in_use(link)
        if found is not None:
            self.places[name] = found
        self._say(told)
        self.read()

    # --- changing

    def action_connection_add(self) -> None:
        """Choose a provider, then fill in its form."""
        from screens.menu import ChoiceMenu

        if self._is_demo():
            return
        finds = {find.kind: find for find in partial_finds(self.services.environ)}
        choices = [
            (kind.value, title + (" (variables found)" if kind in finds else ""))
            for kind, title in sorted(TITLES.items(), key=lambda item: item[0] not in finds)
        ]
        self.app.push_screen(
            ChoiceMenu("Add a connection to", choices, choices[0][0]), self._add_chosen
        )

    def _add_chosen(self, chosen: str | None) -> None:
        if chosen is None:
            return
        kind, config = ProviderKind(chosen), self.services.config
        taken = {one.name: one for one in (*config.connections, *config.switched_off)}
        known = _in_environment(kind, self.services.environ)
        fields = form_fields(kind, name=free_name(kind, taken), known=known)
        self._open_form(f"Add {TITLES[kind]}", kind, fields, taken)

    def action_connection_edit(self) -> None:
        """Change a connection in its form."""
        connection = self._chosen()
        if connection is not None and not self._is_demo():
            fields = form_fields(connection.kind, existing=connection)
            self._open_form(f"Change {connection.name}", connection.kind, fields, {})

    def action_connection_switch(self) -> None:
        """Switch a connection off, or on again."""
        connection = self._chosen()
        if connection is None or self._is_demo():
            return
        value = False if connection.enabled else None
        word = "off" if connection.enabled else "on"
        self._write(connection.name, {"enabled": value}, f"{connection.name} is switched {word}")

    def action_connection_remove(self) -> None:
        """Take a connection out of the file, when that is really meant."""
        from screens.menu import ChoiceMenu

        name = self.table.cursor_key if self.table.display else None
        config = self.services.config
        if name is None or self._is_demo() or self._is_imported(name):
            return
        if config.origin != "file":
            self._say(f"{name} comes from your environment: unset its variables")
            return
        choices = (("no", "keep it"), ("yes", "remove it from the config file"))

        def answered(answer: str | None) -> None:
            if answer != "yes" or config.file is None:
                return
            try:
                changed = remove_connection(config.file, name, environ=self.services.environ)
            except ConfigError as error:
                self._say(error.message)
            else:
                told = f"{name} is removed"
                if name in self.places and self.places[name].source == "keyring":
                    told = f"{told}; evaltop auth remove {name} also forgets its key"
                self.post_message(ConfigChanged(changed, told))

        self.app.push_screen(ChoiceMenu(f"Remove {name}?", choices, "no"), answered)

    def _open_form(
        self,
        title: str,
        kind: ProviderKind,
        fields: tuple[FormField, ...],
        taken: Mapping[str, object],
    ) -> None:
        from screens.connection_form import ConnectionForm

        before = {field.key: field.value for field in fields}

        def save(texts: dict[str, str]) -> str | None:
            """Write what was changed. Returns what is wrong with it, None when it was written."""
            name = texts["name"].strip()
            if name in taken:
                return f"There is a connection {name} already."
            fresh = bool(taken) or not any(field.fixed for field in fields)
            changed = {key: text for key, text in texts.items() if fresh or text != before.get(key)}
            values = form_values(kind, changed)
            return self._saved(name, values, f"{name} is written to the config file")

        self.app.push_screen(ConnectionForm(title, fields, save))

    def _saved(self, name: str, values: Mapping[str, object], told: str) -> str | None:
        config, environ = self.services.config, self.services.environ
        found = config.connections if config.origin == "environment" else ()
        path = config.file or config_file(environ)
        try:
            changed = set_connection(path, name, values, environ=environ, found=found)
        except ConfigError as error:
            return "; ".join(
                f"{one.key.rpartition('.')[2]} {one.message}".strip() for one in error.problems
            )
        self.tested.pop(name, None)
        self.post_message(ConfigChanged(changed, told))
        return None

    def _write(self, name: str, values: Mapping[str, object], told: str) -> None:
        problem = self._saved(name, values, told)
        if problem is not None:
            self._say(problem)

    def _chosen(self) -> ConnectionConfig | None:
        """Return the connection under the cursor; one whose settings are wrong is told."""
        config = self.services.config
        name = self.table.cursor_key if self.table.display else None
        if name is None:
            self._say("there is no connection yet; a adds one")
            return None
        for connection in (*config.connections, *config.switched_off):
            if connection.name == name:
                return connection
        if not self._is_imported(name):
            self._say(f"{name} cannot be used as it is: mend it in {config.file}")
        return None

    def _is_imported(self, name: str) -> bool:
        imported = any(one.connection == name for one in self.services.store.imports())
        if imported:
            self._say(f"{name} came from files: there is nothing to set")
        return imported

    def _is_demo(self) -> bool:
        demo = self.services.config.origin == "demo"
        if demo:
            self._say("the demo's connections cannot be changed")
        return demo

    def _say(self, sentence: str) -> None:
        self.post_message(Told(sentence))


def key_in_use(link: Link | None) -> KeyPlace | None:
    """Return where the key a connection uses came from; None before it was looked for."""
    if link is None or not isinstance(link.key, EnterableSource) or link.key.found is None:
        return None
    return KeyPlace(True, link.key.found.source, link.key.found.last4)


_IN_ENVIRONMENT = {
    ProviderKind.OPENAI: {
        "base_url": "OPENAI_BASE_URL",
        "organization": "OPENAI_ORG_ID",
        "project": "OPENAI_PROJECT_ID",
    },
    ProviderKind.AZURE_OPENAI: {"base_url": "AZURE_OPENAI_ENDPOINT"},
    ProviderKind.WEAVE: {"entity": "WANDB_ENTITY", "project": "WANDB_PROJECT"},
    ProviderKind.DATALAB: {"base_url": "DATALAB_BASE_URL"},
    ProviderKind.GOMODEL: {"base_url": "GOMODEL_BASE_URL"},
}


def _in_environment(kind: ProviderKind, environ: Mapping[str, str]) -> dict[str, str]:
    """Return what the environment says of a new connection's settings."""
    return {
        key: value
        for key, variable in _IN_ENVIRONMENT[kind].items()
        if (value := environ.get(variable, "").strip())
    }
