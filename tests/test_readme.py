"""What the README says is true where a machine can tell."""

import re
from pathlib import Path
from urllib.parse import unquote

from tui.actions import readme_table
from tui.commands.arguments import build_parser
from tui.config import load_config
from tui.config.policy import read_policy
from tui.query import ROW_FIELDS, RUN_FIELDS, read_row_filter, read_run_filter

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def test_the_table_of_keys_is_the_registrys() -> None:
    _, _, rest = README.partition("<!-- keys -->\n")
    shown, _, _ = rest.partition("<!-- /keys -->")
    assert shown.strip() == readme_table().strip(), "copy readme_table() into the README"


def test_every_link_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)#][^)]*)\)", README)
    assert len(links) >= 4
    for link in links:
        assert (ROOT / unquote(link)).exists(), link


def test_the_example_configuration_is_right(tmp_path: Path) -> None:
    example, _policy = re.findall(r"```toml\n(.*?)```", README, flags=re.DOTALL)
    file = tmp_path / "config.toml"
    file.write_text(example)
    config = load_config(flag_path=file, environ={})
    assert config.problems == ()
    assert [connection.kind.value for connection in config.connections] == [
        "openai",
        "azure-openai",
        "weave",
        "datalab",
        "gomodel",
    ]


def test_the_example_policy_is_right(tmp_path: Path) -> None:
    _example, policy = re.findall(r"```toml\n(.*?)```", README, flags=re.DOTALL)
    (tmp_path / "gate.toml").write_text(policy)
    names = [check.name for check in read_policy(tmp_path / "gate.toml").checks]
    assert names == ["quality", "judge", "other"]


def test_every_folder_and_module_of_the_map_exists() -> None:
    (the_map,) = re.findall(r"## A map of the code\n\n```\n(.*?)```", README, flags=re.DOTALL)
    places = re.findall(r"(?:tui|screens|styles|tests)/[\w./]*", the_map)
    assert len(places) >= 15
    for place in places:
        assert (ROOT / place).exists(), place


def test_every_documented_exit_code_is_in_the_help() -> None:
    codes = re.findall(r"^\| ([\d, ]+) \| ", README, flags=re.MULTILINE)
    epilog = build_parser().epilog or ""
    for code in ",".join(codes).split(","):
        assert code.strip() in epilog


def test_every_field_of_filters_is_named_and_every_example_is_read() -> None:
    _, _, rest = README.partition("### Filters\n")
    shown, _, _ = rest.partition("\n## ")
    _, _, names = shown.partition("Runs have ")
    of_runs, _, of_rows = names.partition("Rows have ")
    for told, fields in ((of_runs, RUN_FIELDS), (of_rows, ROW_FIELDS)):
        wanted = {
            one.name
            for field in fields.by_name.values()
            for one in (field, *(field.inner or {}).values())
        }
        assert wanted - set(re.findall(r"`([a-z_.]+?)(?:\.…)?`", told)) <= {"criteria"}
    for line in re.findall(r"^\| (`[^|]*) \|", shown, flags=re.MULTILINE):
        for example in re.findall(r"`([^`]+)`", line):
            read = read_run_filter
            if example.startswith(("latency", "extra", 'criteria."a.b".passed')):
                read = read_row_filter
            assert "…" in example or read(example) is not None
