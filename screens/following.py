"""What can be done to follow runs: watch them, walk through what changed."""

from collections.abc import Sequence

from screens.base import EvalScreen
from tui.messages import Told
from tui.models import RunRef
from tui.presentation.following import news_text, seen_text, watched_text


class FollowingScreen(EvalScreen):
    """A screen on which one run, or some, can be pointed at."""

    def chosen_runs(self) -> Sequence[RunRef]:
        """Return the runs an action is about."""
        raise NotImplementedError

    def runs_changed(self) -> None:
        """Show anew what is stored of runs."""
        raise NotImplementedError

    def show_run(self, ref: RunRef) -> bool:
        """Bring a run before the person. Returns False where this screen cannot."""
        raise NotImplementedError

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
