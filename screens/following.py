"""What can be done to follow runs: watch them, walk through what changed, cancel one."""

from abc import abstractmethod
from collections.abc import Sequence

from screens.base import EvalScreen
from screens.comparing import mark_baseline
from tui.errors import NotFoundError, ProviderError
from tui.messages import Told
from tui.models import RunRef
from tui.presentation.following import (
    canceled_text,
    news_text,
    seen_text,
    watched_text,
    why_not_cancel,
)


class FollowingScreen(EvalScreen):
    """A screen on which one run, or some, can be pointed at."""

    @abstractmethod
    def chosen_runs(self) -> Sequence[RunRef]:
        """Return the runs an action is about."""

    @abstractmethod
    def run_here(self) -> RunRef | None:
        """Return the one run that is pointed at, whatever is marked."""

    @abstractmethod
    def runs_changed(self) -> None:
        """Show anew what is stored of runs."""

    @abstractmethod
    def show_run(self, ref: RunRef) -> bool:
        """Bring a run before the person. Returns False where this screen cannot."""

    def action_next_changed(self) -> None:
        """Go to the next run that changed since the last visit, and tell what happened to it."""
        store = self.services.store
        news = store.events.unseen()
        for event in news:
            stored = store.run(event.ref)
            if stored is not None and self.show_run(event.ref):
                store.events.see(event.ref)
                self.runs_changed()
                self.post_message(Told(news_text(event, stored, left=len(news) - 1)))
                return
        self.post_message(Told(seen_text(len(news))))

    def action_see_all(self) -> None:
        """Take everything that changed as seen."""
        self.services.store.events.see_all()
        self.runs_changed()
        self.post_message(Told("all that changed is marked as seen"))

    def action_watch(self) -> None:
        """Watch the runs; when all of them are watched, watch them no longer."""
        store = self.services.store
        found = [stored for ref in self.chosen_runs() if (stored := store.run(ref)) is not None]
        refs = [stored.run.ref for stored in found]
        if found and all(stored.watched for stored in found):
            self._watch(refs, on=False, least=None)
        elif not any(stored.run.live for stored in found):
            self.post_message(Told("what has ended cannot be watched" if found else "no run here"))
        else:
            from screens.rate_prompt import RatePrompt

            live = [stored.run.ref for stored in found if stored.run.live]

            def answered(answer: tuple[float | None] | None) -> None:
                if answer is not None:
                    self._watch(live, on=True, least=answer[0])

            self.app.push_screen(RatePrompt(len(live)), answered)

    def _watch(self, refs: Sequence[RunRef], *, on: bool, least: float | None) -> None:
        for ref in refs:
            self.services.store.events.watch(ref, on=on, min_pass_rate=least)
        self.runs_changed()
        self.post_message(Told(watched_text(len(refs), on=on, least=least)))

    def action_baseline(self) -> None:
        """Mark the run as its group's baseline, or take the mark away."""
        ref = self.run_here()
        if ref is not None:
            self.post_message(mark_baseline(self.services.store, ref))
            self.runs_changed()

    def action_cancel(self) -> None:
        """Cancel the run at its provider, after a question."""
        ref, services = self.run_here(), self.services
        stored = None if ref is None else services.store.run(ref)
        link = None if ref is None else services.links.get(ref.connection)
        reason = why_not_cancel(
            stored,
            None if link is None else link.capabilities,
            read_only=services.config.ui.read_only,
            connected=link is not None and not services.poller.offline,
        )
        if reason or stored is None:
            self.post_message(Told(reason))
            return
        from screens.cancel_dialog import CancelDialog

        target = stored.run.ref

        def answered(yes: bool | None) -> None:
            if yes:
                self.post_message(Told(f"asking {target.connection} to cancel…"))
                self.run_worker(
                    self._cancel(target), name="cancel", group="cancel", exit_on_error=False
                )

        self.app.push_screen(CancelDialog(stored), answered)

    async def _cancel(self, ref: RunRef) -> None:
        """Ask once, and tell what came of it."""
        try:
            run = await self.services.poller.cancel(ref)
        except (ProviderError, NotFoundError) as error:
            self.app.post_message(Told(f"not canceled: {error.message} {error.remedy}".strip()))
        else:
            self.app.post_message(Told(canceled_text(run)))
