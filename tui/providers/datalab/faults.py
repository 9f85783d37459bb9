"""What a Datalab error answer says."""

from tui.models import JsonValue
from tui.providers.http import ErrorText


def read_error(_status: int, data: JsonValue) -> ErrorText | None:
    """Return the text of `{"detail": …}` or `{"error": …}`; None for other shapes.

    A 422 has a list: its first entries are joined as `query.limit: Input should be …`. The refused
    input itself is left out.
    """
    if not isinstance(data, dict):
        return None
    detail = data.get("detail") or data.get("error")
    if isinstance(detail, str):
        return ErrorText(detail)
    if isinstance(detail, list):
        texts = [text for text in map(_validation_text, detail[:3]) if text]
        if texts:
            return ErrorText("; ".join(texts), "validation_error")
    return None


def _validation_text(entry: JsonValue) -> str | None:
    if not isinstance(entry, dict) or not isinstance(entry.get("msg"), str):
        return None
    place = entry.get("loc")
    where = ".".join(str(part) for part in place) if isinstance(place, list) else ""
    return f"{where}: {entry['msg']}" if where else str(entry["msg"])
