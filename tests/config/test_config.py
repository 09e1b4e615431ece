"""Configuration leaves as text and comes back as text, whole or not at all, and never with a secret."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from ruamel.yaml import YAML

from onefold.access import Access, Actor, Layer, Role, list_roles
from onefold.access.role_changes import RoleDraft, create_role
from onefold.access.tables import user_role
from onefold.care import create_tag, list_tags
from onefold.config import apply_config, export_config, parse_files, plan_config, read_folder, write_folder
from onefold.errors import Conflict, InvalidInput, NotAllowed, Stale
from onefold.jobs import create_schedule, list_schedules
from onefold.profiles import summary_column
from onefold.profiles.essentials import DEFAULT_FIELDS
from onefold.profiles.layouts import layout_for, set_layout
from onefold.profiles.views import ViewDraft, create_view, list_views
from onefold.settings import Settings
from onefold.webhooks import Guard, WebhookDraft, create_webhook, list_webhooks
from onefold.workspace import Workspace

OWNER = Access.full(Actor("cli", "cli", "command line"))


@pytest.fixture
def workspace(tmp_path: Path, database_url: str):
    settings = Settings(name="acme", database=None if database_url.startswith("sqlite") else database_url)
    with Workspace.create(tmp_path / "acme", settings) as workspace:
        yield workspace


@pytest.fixture
def configured(workspace):
    """Something of every kind."""
    workspace.connect("crm", "postgresql://ana:s3cret@db.example.com/crm", owner="Sales", priority=10)
    workspace.connect("shop", "exports/*.csv")
    with workspace.database.write() as connection:
        draft = RoleDraft("Vendes", permissions={"customer": ("read",)}, scope='region = "Girona"')
        role = create_role(connection, OWNER, draft, summary_column)
        create_tag(connection, OWNER, "VIP")
        create_tag(connection, OWNER, "贵宾")
        set_layout(connection, OWNER, role.role_id, fields=list(DEFAULT_FIELDS[:3]), shown=2, expected_version=0)
        create_view(
            connection, OWNER, ViewDraft("Silver", filter='tier = "silver"', shared_with=("agent", role.role_id))
        )
        create_view(connection, OWNER, ViewDraft("My own"))
        create_schedule(
            connection, "build", {"sources": ["crm"]}, cron="30 6 * * 1-5", time_zone="Europe/Madrid", owner="cli"
        )
        hook = WebhookDraft("Tickets", "https://tickets.example.com/hook", ("note.*",))
        create_webhook(connection, OWNER, hook, guard=Guard(), sealer=workspace.vault)
    return workspace


def edited(files: dict[str, str], path: str, /, **changes) -> dict[str, str]:
    import io

    yaml = YAML()
    document = yaml.load(files[path]) | changes
    buffer = io.StringIO()
    yaml.dump(document, buffer)
    return files | {path: buffer.getvalue()}


def without(files: dict[str, str], name: str) -> dict[str, str]:
    return {path: text for path, text in files.items() if path != name}


def actions(plan) -> list[str]:
    return [f"{change.action} {change.name}" for change in plan.changes]


def test_every_kind_is_written_as_one_file_per_resource_without_secrets(configured):
    files = export_config(configured, OWNER)
    names = sorted(files)
    assert [name for name in names if not name.startswith("schedules/")] == [
        "card-layouts/vendes.yaml",
        "onefold-config.yaml",
        "roles/vendes.yaml",
        "settings/workspace.yaml",
        "sources/crm.yaml",
        "sources/shop.yaml",
        "tags/gui-bin.yaml",
        "tags/vip.yaml",
        "views/silver.yaml",
        "webhooks/tickets.yaml",
    ]
    whole = "\n".join(files.values())
    assert "s3cret" not in whole
    assert "whsec_" not in whole
    assert "贵宾" in files["tags/gui-bin.yaml"]
    assert "vendes" in files["views/silver.yaml"], "roles are named by their files"
    assert files == export_config(configured, OWNER), "the order is stable"


def test_applying_what_was_exported_changes_nothing(configured):
    wanted = parse_files(export_config(configured, OWNER))
    before = (configured.path / "onefold.yaml").read_bytes()
    assert actions(plan_config(configured, OWNER, wanted)) == []
    assert apply_config(configured, OWNER, wanted).changes == ()
    assert (configured.path / "onefold.yaml").read_bytes() == before


def test_a_plan_says_field_by_field_what_changes_and_changes_nothing(configured):
    files = edited(export_config(configured, OWNER), "sources/crm.yaml", owner="Support", priority=5)
    files = without(files, "tags/vip.yaml") | {"tags/new.yaml": "name: New\ncolour: green\n"}
    plan = plan_config(configured, OWNER, parse_files(files))
    assert actions(plan) == ["change sources/crm", "create tags/new", "delete tags/vip"]
    assert {(f.path, f.before, f.after) for f in plan.changes[0].fields} == {
        ("owner", "Sales", "Support"),
        ("priority", 10, 5),
    }
    assert plan.problems == ()
    assert configured.settings.sources["crm"].owner == "Sales"
    with configured.database.read() as connection:
        assert {tag.name for tag in list_tags(connection, OWNER)} == {"VIP", "贵宾"}


def test_applying_does_what_the_plan_said_and_keeps_passwords_and_comments(configured):
    path = configured.path / "onefold.yaml"
    path.write_text(path.read_text().replace("sources:", "# ours\nsources:"))
    files = export_config(configured, OWNER)
    files = edited(files, "sources/crm.yaml", owner="Support")
    files = edited(files, "roles/vendes.yaml", scope='region = "Lleida"', name="Vendes Lleida")
    files = edited(files, "webhooks/tickets.yaml", kinds=["task.*"], is_paused=True)
    files = edited(files, "card-layouts/vendes.yaml", shown=1)
    files = edited(files, "views/silver.yaml", sort="-last_contact_at")
    schedule = next(name for name in files if name.startswith("schedules/"))
    files = edited(files, schedule, cron="0 7 * * *")
    files = edited(
        files, "settings/workspace.yaml", currency="CHF", region="CH", identity={"review": {"two_people": True}}
    )
    files = edited(files, "tags/vip.yaml", name="Very important")
    plan = apply_config(configured, OWNER, parse_files(files))
    assert len(plan.changes) == 8
    assert configured.settings.sources["crm"].location == "postgresql://ana:s3cret@db.example.com/crm"
    assert configured.settings.sources["crm"].owner == "Support"
    assert (configured.settings.currency, configured.settings.region) == ("CHF", "CH")
    assert configured.settings.identity.review.two_people
    assert "# ours" in path.read_text()
    with configured.database.read() as connection:
        role = next(role for role in list_roles(connection) if not role.is_shipped)
        assert (role.name, role.scope) == ("Vendes Lleida", 'region = "Lleida"')
        assert list_schedules(connection)[0].cron == "0 7 * * *"
        hook = list_webhooks(connection)[0]
        assert (hook.kinds, hook.state.value) == (("task.*",), "paused")
        assert layout_for(connection, (role.role_id,)).shown == 1
    again = export_config(configured, OWNER)
    assert apply_config(configured, OWNER, parse_files(again)).changes == ()
    assert actions(plan_config(configured, OWNER, parse_files(files))) == [], "files keep their names"


def test_another_workspace_takes_the_same_text(configured, tmp_path):
    files = export_config(configured, OWNER)
    files = edited(files, "sources/crm.yaml", location="postgresql://ana:${CRM_PASSWORD}@db.example.com/crm")
    with Workspace.create(tmp_path / "other") as other:
        plan = apply_config(other, OWNER, parse_files(files))
        assert all(change.action in {"create", "change"} for change in plan.changes)
        there = export_config(other, OWNER)
        assert actions(plan_config(other, OWNER, parse_files(files))) == []
    assert len(there) == len(files)
    assert there["sources/crm.yaml"] == files["sources/crm.yaml"]


def test_what_would_lose_data_is_refused_unless_it_is_named(configured):
    with configured.database.write() as connection:
        role = next(role for role in list_roles(connection) if not role.is_shipped)
        connection.execute(user_role.insert().values(user_id="usr_1", role_id=role.role_id))
    files = export_config(configured, OWNER)
    files = without(without(files, "roles/vendes.yaml"), "card-layouts/vendes.yaml")
    files = edited(files, "views/silver.yaml", shared_with=["agent"])
    with pytest.raises(Conflict, match="1 people who hold it"):
        apply_config(configured, OWNER, parse_files(files))
    assert export_config(configured, OWNER)["roles/vendes.yaml"]
    apply_config(configured, OWNER, parse_files(files), allow_deletes=["roles/vendes"])
    assert "roles/vendes.yaml" not in export_config(configured, OWNER)


def test_a_source_with_records_is_not_disconnected_by_a_missing_file(workspace, tmp_path):
    (tmp_path / "crm.csv").write_text("id,name,email\n1,Ana García,ana@example.com\n2,Li Wei,wei@example.com\n")
    workspace.connect("crm", str(tmp_path / "crm.csv"))
    workspace.build()
    files = without(export_config(workspace, OWNER), "sources/crm.yaml")
    plan = plan_config(workspace, OWNER, parse_files(files))
    assert [problem.name for problem in plan.problems] == ["sources/crm"]
    assert "2 records" in plan.problems[0].message
    with pytest.raises(Conflict):
        apply_config(workspace, OWNER, parse_files(files))
    assert "crm" in workspace.settings.sources
    apply_config(workspace, OWNER, parse_files(files), allow_deletes=["sources/crm"])
    assert "crm" not in workspace.settings.sources


def test_one_problem_leaves_everything_as_it_was_and_every_problem_is_named(configured):
    files = export_config(configured, OWNER)
    good = edited(files, "sources/crm.yaml", owner="Support")
    bad = edited(good, "roles/vendes.yaml", scope="region ==")
    bad = edited(bad, "webhooks/tickets.yaml", url="http://169.254.169.254/")
    bad |= {"schedules/night.yaml": "job: build\ncron: never\ntime_zone: Europe/Madrid\n"}
    bad |= {"tags/wrong.yaml": "name: Wrong\ncolour: green\nsecret: 1\n"}
    plan = plan_config(configured, OWNER, parse_files(bad))
    assert sorted(problem.name for problem in plan.problems) == [
        "roles/vendes",
        "schedules/night",
        "tags/wrong",
        "webhooks/tickets",
    ]
    with pytest.raises(Conflict) as refused:
        apply_config(configured, OWNER, parse_files(bad))
    assert len(refused.value.fields["problems"]) == 4
    assert export_config(configured, OWNER) == files


def test_an_edit_in_between_is_told(configured):
    files = edited(export_config(configured, OWNER), "tags/vip.yaml", name="VIPs")
    plan = plan_config(configured, OWNER, parse_files(files))
    with configured.database.write() as connection:
        create_tag(connection, OWNER, "Meanwhile")
    with pytest.raises(Stale):
        apply_config(configured, OWNER, parse_files(files), fingerprint=plan.fingerprint)


def test_the_owners_role_and_the_settings_cannot_be_deleted(configured):
    files = export_config(configured, OWNER)
    with pytest.raises(Conflict, match="settings cannot be deleted"):
        apply_config(configured, OWNER, parse_files(without(files, "settings/workspace.yaml")))
    assert not any("owner" in name for name in files if name.startswith("roles/"))
    with pytest.raises(Conflict, match="owner"):
        apply_config(configured, OWNER, parse_files(files | {"roles/owner.yaml": "id: owner\nname: Owner\n"}))


def test_a_shipped_role_is_written_when_changed_and_restored_when_its_file_goes(configured):
    from onefold.access.role_changes import change_role

    with configured.database.write() as connection:
        agent = next(role for role in list_roles(connection) if role.role_id == "agent")
        draft = RoleDraft(
            agent.name, agent.description, agent.permissions, agent.denials, 'region = "Girona"', None, agent.masks
        )
        change_role(connection, OWNER, "agent", draft, summary_column, version=agent.version)
    files = export_config(configured, OWNER)
    assert 'region = "Girona"' in files["roles/agent.yaml"]
    apply_config(configured, OWNER, parse_files(without(files, "roles/agent.yaml")))
    with configured.database.read() as connection:
        assert next(role for role in list_roles(connection) if role.role_id == "agent").scope == agent.scope
    assert "roles/agent.yaml" not in export_config(configured, OWNER)


def test_who_may_not_administer_settings_gets_nothing(configured):
    nobody = Access(Actor("usr_1", "user", "Ana"), layers=(Layer((Role("r", "r", permissions={"role": ("read",)}),)),))
    wanted = parse_files(export_config(configured, OWNER))
    for attempt in (
        lambda: export_config(configured, nobody),
        lambda: plan_config(configured, nobody, wanted),
        lambda: apply_config(configured, nobody, wanted),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_text_gives_nobody_more_than_their_permissions(configured):
    """Administering settings alone changes no roles."""
    permissions = {"settings": ("read", "update", "administer"), "tag": ("read", "create"), "view": ("read",)}
    partly = Access(Actor("usr_1", "user", "Ana"), layers=(Layer((Role("r", "r", permissions=permissions),)),))
    files = export_config(configured, OWNER)
    more = edited(files, "roles/vendes.yaml", permissions={"customer": ["read", "export"]})
    plan = plan_config(configured, partly, parse_files(more))
    assert "roles/vendes" in [problem.name for problem in plan.problems]


def test_sources_that_come_over_http_are_guarded(configured):
    person = replace(OWNER, actor=Actor("usr_1", "user", "Ana"))
    files = export_config(configured, OWNER) | {"sources/inside.yaml": "location: postgresql://10.0.0.1/x\n"}
    apply_config(configured, person, parse_files(files))
    assert configured.settings.sources["inside"].is_guarded


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("../evil.yaml", "a: 1"),
        ("tags/../../x.yaml", "a: 1"),
        ("tags/a.yaml", "- a list"),
        ("tags/a.yaml", "a: [1"),
        ("tags/a.yaml", "a: &x 1\nb: *x\n"),
        ("tags/a.yaml", "!!python/object/apply:os.system ['true']"),
        ("nothing/a.yaml", "a: 1"),
        ("onefold-config.yaml", "version: 2\nkinds: [tags]\n"),
        ("onefold-config.yaml", "kinds: tags\n"),
    ],
)
def test_hostile_files_are_refused(name, text):
    files = {"onefold-config.yaml": "version: 1\nkinds: [tags]\n", name: text}
    with pytest.raises(InvalidInput):
        parse_files(files)


def test_a_folder_keeps_what_is_not_ours(configured, tmp_path):
    folder = tmp_path / "text"
    written, removed = write_folder(folder, export_config(configured, OWNER))
    assert len(written) == len(export_config(configured, OWNER))
    assert removed == []
    (folder / "README.md").write_text("ours")
    (folder / "tags" / "old.yaml").write_text("name: Old\ncolour: green\n")
    written, removed = write_folder(folder, export_config(configured, OWNER))
    assert (written, removed) == ([], ["tags/old.yaml"])
    assert (folder / "README.md").read_text() == "ours"
    assert read_folder(folder) == export_config(configured, OWNER)
    (tmp_path / "else").mkdir()
    (tmp_path / "else" / "important.txt").write_text("x")
    with pytest.raises(InvalidInput):
        write_folder(tmp_path / "else", {})


def test_views_of_ones_own_stay_ones_own(configured):
    files = export_config(configured, OWNER)
    assert not any("my-own" in name for name in files)
    apply_config(configured, OWNER, parse_files(without(files, "views/silver.yaml")))
    with configured.database.read() as connection:
        assert [view.name for view in list_views(connection, OWNER)] == ["My own"]
        assert connection.scalar(sa.text("select count(*) from saved_view")) == 1
