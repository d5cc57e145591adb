"""`par checkout`: every form of target, the branch it lands on, and what is left when it fails."""

from pathlib import Path
from typing import NamedTuple

import pytest

from conftest import World, commit, refused, traces
from par.commands import checkout_target
from par.commands.checkout_target import BranchTarget, ForkTarget, RequestTarget
from par.errors import UsageError
from par.git import repository

HUB = "https://github.com/"
FORMS = f"hint: {checkout_target.FORMS}\n"


class Hub(NamedTuple):
    """A clone of github.com/owner/app, whose `bare` repository stands here, and the tips of its branches."""

    bare: Path
    home: Path
    tips: dict[str, str]


def publish(world: World, bare: Path, ref: str) -> str:
    """Let the repository `bare` have a commit of its own at `ref`; the commit."""
    tip = world.git(bare, "commit-tree", "-p", "main", "-m", ref, "main^{tree}")
    world.git(bare, "update-ref", ref, tip)
    return tip


def published(world: World) -> dict[str, str]:
    """Make what `hub` has, and forks of three owners, each with the branches `topic` and `x`; the tips."""
    bare, home = world.clone()
    world.git(home, "config", "--global", f"url.{world.home}/hub/.insteadOf", HUB)
    world.git(home, "remote", "set-url", "origin", f"{HUB}owner/app.git")
    tips = {"known": publish(world, bare, "refs/heads/known")}
    world.git(home, "fetch", "-q")
    world.git(home, "branch", "-q", "local", "main")
    wanted = ("heads/late", "heads/feature/x", "pull/123/head", "merge-requests/45/head")
    tips |= {name: publish(world, bare, f"refs/{name}") for name in wanted}
    tips["local"] = world.git(home, "rev-parse", "local")
    (home / ".git/FETCH_HEAD").write_text("not par's\n")
    for owner in ("alice", "bob", "feature"):
        theirs = world.home / "hub" / owner / "app.git"
        theirs.parent.mkdir()
        world.git(world.home, "clone", "-q", "--bare", str(bare), str(theirs))
        for sample in (theirs / "hooks").iterdir():
            sample.unlink()
        for branch in ("topic", "x"):
            tips[f"{owner} {branch}"] = publish(world, theirs, f"refs/heads/{branch}")
    return tips


@pytest.fixture
def hub(world: World) -> Hub:
    """A repository with an origin that holds branches and requests, of which only `known` was fetched."""
    tips = dict(world.copied(published))
    return Hub(world.home / "hub/owner/app.git", world.home / "src/app", tips)


def fork(world: World, owner: str = "alice") -> Path:
    """The repository of the same name that belongs to `owner`."""
    return world.home / "hub" / owner / "app.git"


class Case(NamedTuple):
    """A target, and the branch it lands on: its tip, what it tracks, and whether par made it."""

    id: str
    target: str
    branch: str
    tip: str
    upstream: str = ""
    is_ours: bool = True


PULL = "origin refs/pull/123/head"
MERGE = "origin refs/merge-requests/45/head"
CASES = (
    Case("a local branch", "local", "local", "local", is_ours=False),
    Case("origin/ before a local branch", "origin/local", "local", "local", is_ours=False),
    Case("a known branch of origin", "known", "known", "known", "origin refs/heads/known"),
    Case("an unknown branch of origin", "late", "late", "heads/late", "origin refs/heads/late"),
    Case("a branch with a slash", "feature/x", "feature/x", "heads/feature/x", "origin refs/heads/feature/x"),
    Case("origin named", "origin/late", "late", "heads/late", "origin refs/heads/late"),
    Case("a remote named", "bob/x", "bob-x", "bob x", "bob refs/heads/x"),
    Case("a user who is a remote", "bob:topic", "bob-topic", "bob topic", "bob refs/heads/topic"),
    Case("a fork", "alice:topic", "alice-topic", "alice topic", f"{HUB}alice/app.git refs/heads/topic"),
    Case("pr", "pr/123", "pr-123", "pull/123/head", PULL),
    Case("pr URL", f"{HUB}owner/app/pull/123", "pr-123", "pull/123/head", PULL),
    Case("pr URL with a tail", f"{HUB}Owner/App/pull/123/files?w=1#diff", "pr-123", "pull/123/head", PULL),
    Case("mr", "mr/45", "mr-45", "merge-requests/45/head", MERGE),
    Case("mr URL", f"{HUB}owner/app/-/merge_requests/45?x", "mr-45", "merge-requests/45/head", MERGE),
)


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_a_target_lands_on_a_real_branch_that_rm_takes_away_if_par_made_it(
    world: World, hub: Hub, case: Case
) -> None:
    if "bob" in case.tip:
        world.git(hub.home, "remote", "add", "bob", str(fork(world, "bob")))
    before = traces(world, hub.home)
    made = world.ok("checkout", case.target, "--json", cwd=hub.home).json["context"]
    assert (made["label"], made["kind"], made["branch"]) == (case.branch, "checkout", case.branch)
    root = Path(made["worktrees"][0]["path"])
    (listed,) = world.ok("ls", "--json").json["contexts"]
    assert (listed["branch"], listed["worktrees"][0]["head"]) == (case.branch, hub.tips[case.tip])
    assert world.git(root, "symbolic-ref", "HEAD") == f"refs/heads/{case.branch}"
    tracked = f"branch.{case.branch}"
    asked = ("config", "--get-regexp", f"^branch\\.{case.branch}\\.")
    said = world.run("git", *asked, cwd=root).stdout.split()
    wanted = case.upstream.split()
    fetched = [f"{tracked}.par-fetched", hub.tips[case.tip]] if f"{tracked}.par-fetched" in said else []
    assert bool(fetched) == (case.is_ours and case.id != "a known branch of origin")
    assert said == fetched + (
        [f"{tracked}.remote", wanted[0], f"{tracked}.merge", wanted[1]] if wanted else []
    )
    assert (hub.home / ".git/FETCH_HEAD").read_text() == "not par's\n"
    assert world.git(hub.home, "for-each-ref", "refs/par") == ""
    gone = f"worktree, branch {case.branch}, session" if case.is_ours else "worktree, session"
    # By force: no local ref but the branch holds a request's commits
    assert world.ok("rm", "--purge", "--force", case.branch).stdout == f"removed '{case.branch}': {gone}\n"
    assert {each for each in traces(world, hub.home) - before if "remotes/" not in each} == set()


def test_feature_x_is_a_branch_unless_a_remote_is_called_feature(world: World, hub: Hub) -> None:
    bare = fork(world, "feature")
    world.git(hub.home, "remote", "add", "feature", str(bare))
    world.ok("checkout", "feature/x", "--label", "mine", cwd=hub.home)
    assert world.git(world.worktree("mine"), "rev-parse", "HEAD") == hub.tips["feature x"]
    assert world.branches(hub.home) == {"main", "local", "feature-x"}
    assert world.ok("rm", "--purge", "mine").stdout == "removed 'mine': worktree, branch feature-x, session\n"


def test_targets_are_told_apart_by_their_form() -> None:
    known = ["a", "a/b", "origin"]
    assert checkout_target.parse("a/b/c", known) == BranchTarget("c", "a/b")
    assert checkout_target.parse("a/c", known) == BranchTarget("c", "a")
    assert checkout_target.parse("a/", known) == BranchTarget("a/")
    assert checkout_target.parse("b/c", known) == BranchTarget("b/c")
    assert checkout_target.parse("u:b/c", known) == ForkTarget("u", "b/c")
    assert checkout_target.parse("pr/12x", known) == BranchTarget("pr/12x")
    assert checkout_target.parse("refs/heads/a/pr/1", known) == BranchTarget("a/pr/1")
    assert checkout_target.parse("refs/remotes/a/pr/1", known) == BranchTarget("pr/1", "a")
    gitlab = RequestTarget("mr", 7, "gitlab.example.com", "group/sub", "app")
    assert (
        checkout_target.parse("https://Gitlab.Example.com:8443/group/sub/app/-/merge_requests/7", known)
        == gitlab
    )
    assert gitlab.ref == "refs/merge-requests/7/head"
    pull = RequestTarget("pr", 1, "github.com", "owner", "merge_requests")
    assert checkout_target.parse(f"{HUB}owner/merge_requests/pull/1?a=/merge_requests/2", known) == pull
    for url in (f"{HUB}owner/app", f"{HUB}owner/app/pull/x", f"{HUB}app/pull/1", "file:///a/b/pull/1"):
        with pytest.raises(UsageError, match="is not the URL of a pull request"):
            checkout_target.parse(url, known)


def test_git_pull_works_on_a_pull_request_and_on_a_fork(world: World, hub: Hub) -> None:
    bare = fork(world)
    world.ok("checkout", "pr/123", cwd=hub.home)
    world.ok("checkout", "alice:topic", "-l", "review", "-p", str(hub.home))
    for label, place, ref in (
        ("pr-123", hub.bare, "refs/pull/123/head"),
        ("review", bare, "refs/heads/topic"),
    ):
        tip = world.git(place, "commit-tree", "-p", ref, "-m", "more", "main^{tree}")
        world.git(place, "update-ref", ref, tip)
        root = world.worktree(label)
        world.git(root, "pull", "-q", "--ff-only")
        assert world.git(root, "rev-parse", "HEAD") == tip


def test_a_branch_that_is_left_from_before_is_used_again_and_kept(world: World, hub: Hub) -> None:
    world.git(hub.home, "fetch", "-q", "origin", "refs/pull/123/head")
    world.git(hub.home, "branch", "pr-123", "FETCH_HEAD")
    result = world.par("checkout", "pr/123", cwd=hub.home)
    told = "branch 'pr-123' already exists and does not track refs/pull/123/head of origin"
    refused(result, 4, told, "par checkout pr-123")
    world.git(hub.home, "config", "branch.pr-123.remote", "origin")
    world.git(hub.home, "config", "branch.pr-123.merge", "refs/pull/123/head")
    assert "(existing)" in world.ok("checkout", "pr/123", cwd=hub.home).stdout
    assert world.ok("rm", "--purge", "pr-123").stdout == "removed 'pr-123': worktree, session\n"
    assert world.branches(hub.home) == {"main", "local", "pr-123"}


def test_commits_on_a_request_are_not_lost_by_rm(world: World, hub: Hub) -> None:
    world.ok("checkout", "pr/123", cwd=hub.home)
    tip = commit(world, world.worktree("pr-123"), "my fix")
    result = world.par("rm", "--purge", "pr-123")
    assert (result.status, result.stdout) == (5, "")
    assert "my fix" in result.stderr
    assert world.git(hub.home, "rev-parse", "pr-123") == tip


def test_parallel_checkouts_do_not_mix(world: World, hub: Hub) -> None:
    numbers = range(1, 9)
    tips = {f"pr-{number}": publish(world, hub.bare, f"refs/pull/{number}/head") for number in numbers}
    running = [world.start_par("checkout", f"pr/{number}", cwd=hub.home) for number in numbers]
    ended = [(each.communicate(timeout=60)[1], each.returncode) for each in running]
    # On a slow machine one that waits for the repository says so
    told = [line for said, _ in ended for line in said.splitlines() if not line.startswith("waiting for ")]
    assert (told, {status for _, status in ended}) == ([], {0})
    listed = world.ok("ls", "--json").json["contexts"]
    assert {each["label"]: each["worktrees"][0]["head"] for each in listed} == tips
    assert {label: world.git(hub.home, "rev-parse", label) for label in tips} == tips
    assert len(world.sessions()) == len(tips)
    assert world.git(hub.home, "for-each-ref", "refs/par") == ""
    assert (hub.home / ".git/FETCH_HEAD").read_text() == "not par's\n"


def test_what_is_not_there_is_exit_3_with_gits_reason_and_leaves_nothing(world: World, hub: Hub) -> None:
    before = traces(world, hub.home)
    remote, url = "git ls-remote origin 'refs/{}' | tail", f"{HUB}other/app/pull/123"
    branches = "git ls-remote origin 'refs/heads/*'"
    for target, told, hint in (
        ("none", "'origin' has no branch 'none'", branches),
        ("mian", "'origin' has no branch 'mian'", "par checkout main"),
        ("12", "'origin' has no branch '12'", "par checkout pr/12"),
        ("nobody/x", "'origin' has no branch 'nobody/x'", branches),
        ("origin/none", "'origin' has no branch 'none'", branches),
        ("pr/999", "'origin' has no pull request 999", remote.format("pull/*/head")),
        ("mr/123", "'origin' has no merge request 123", remote.format("merge-requests/*/head")),
        (
            "nobody:topic",
            f"git fetch: '{world.home}/hub/nobody/app.git' does not appear to be a git repository",
            "git remote -v",
        ),
        (url, "no remote of app is other/app on github.com", "git remote -v"),
        (url.replace("github", "gitlab"), "no remote of app is other/app on gitlab.com", "git remote -v"),
    ):
        refused(world.par("checkout", target, cwd=hub.home), 3, told, hint)
    assert traces(world, hub.home) == before


def test_without_a_remote_there_is_nothing_to_fetch(world: World) -> None:
    home = world.repository()
    before = traces(world, home)
    nothing = "app has no remote to fetch from"
    for target in ("pr/1", "alice:topic"):
        refused(world.par("checkout", target, cwd=home), 3, nothing, "git remote add origin URL")
    refused(
        world.par("checkout", "none", cwd=home), 3, "there is no branch 'none' in app", "git branch --all"
    )
    refused(
        world.par("checkout", "mian", cwd=home), 3, "there is no branch 'mian' in app", "par checkout main"
    )
    refused(world.par("checkout", "main"), 3, f"'{world.home}' is not in a git repository", "use -p PATH")
    assert traces(world, home) == before


def test_what_is_taken_is_exit_4_and_leaves_nothing(world: World, hub: Hub) -> None:
    world.ok("checkout", "pr/123", cwd=hub.home)
    before = traces(world, hub.home)
    for words, told, hint in (
        (("main",), f"branch 'main' is checked out at '{hub.home}'", f"cd '{hub.home}'"),
        (("pr/123",), "branch 'pr-123' is checked out in context 'pr-123'", "par open pr-123"),
        (("pr/123", "-l", "x"), "branch 'pr-123' is checked out in context 'pr-123'", "par open pr-123"),
        (("local", "-l", "PR-123"), "context 'pr-123' already exists", "par open pr-123"),
        (
            ("origin/local/x",),
            "branch 'local/x' cannot stand beside the branch 'local'",
            "git keeps branches as files in folders: one of the two needs another name",
        ),
    ):
        refused(world.par("checkout", *words, cwd=hub.home), 4, told, hint)
    assert traces(world, hub.home) == before


def test_hostile_names_run_nothing_and_create_nothing(world: World, hub: Hub) -> None:
    run = f"touch {world.home}/pwned"
    for name in ("-x", "@", "HEAD"):
        world.git(hub.bare, "update-ref", f"refs/heads/{name}", "main")
    world.git(hub.home, "fetch", "-q")
    before = traces(world, hub.home)
    for target in (
        f"--upload-pack={run};",
        f"a:--upload-pack={run};",
        "+main:victim",
        "-x",
        "@",
        "origin/HEAD",
        "refs/heads/*",
        f"ext::sh -c {run}",
        "\x1b]0;x\x07",
        "file:///etc/passwd",
    ):
        result = world.par("checkout", "-l", "x", "--", target, cwd=hub.home)
        assert (result.status, result.stdout) == (2, ""), (target, result)
        assert result.stderr.startswith("par: '")
        assert result.stderr.endswith(FORMS)
        assert result.stderr.count("\n") == 2
        assert result.stderr.replace("\n", "").isprintable()
    assert world.par("checkout", "--upload-pack=x", cwd=hub.home).status == 2
    assert traces(world, hub.home) == before
    assert not (world.home / "pwned").exists()


def test_a_branch_with_a_hostile_name_is_only_text(world: World, hub: Hub) -> None:
    name = "$(touch${IFS}pwned);'\"#(touch${IFS}pwned)&|\u202e"
    tip = publish(world, hub.bare, f"refs/heads/{name}")
    result = world.ok("checkout", name, cwd=hub.home)
    label = "touch--IFS-pwned------touch--IFS-pwned"
    shown = name.replace("\u202e", r"\u{202e}")
    assert f"  branch    {shown} (tracks origin/{shown})\n" in result.stdout
    assert result.stdout.startswith(f"checkout '{label}' in app\n")
    root = world.worktree(label)
    assert world.git(root, "rev-parse", "HEAD", f"refs/heads/{name}").splitlines() == [tip, tip]
    assert world.tmux("list-sessions", "-F", "#{@par_branch}") == name
    assert shown in world.ok("ls").stdout
    removed = world.ok("rm", "--purge", "--force", label)
    assert removed.stdout == f"removed '{label}': worktree, branch {shown}, session\n"
    assert world.branches(hub.home) == {"main", "local"}
    assert not list(world.home.rglob("pwned"))


def test_a_branch_of_which_no_label_can_be_made_needs_one(world: World, hub: Hub) -> None:
    world.git(hub.home, "branch", "all")
    result = world.par("checkout", "all", cwd=hub.home)
    refused(result, 2, "no label can be made of 'all'", "use --label LABEL")
    world.ok("checkout", "all", "-l", "every", cwd=hub.home)
    assert world.git(world.worktree("every"), "symbolic-ref", "HEAD") == "refs/heads/all"


def test_the_hooks_of_a_repository_run_for_a_branch_but_not_for_a_strangers_code(
    world: World, hub: Hub
) -> None:
    hook = hub.home / ".git/hooks/post-checkout"
    hook.write_text(f"#!/bin/sh\necho \"$PWD\" >> '{world.home}/ran'\nexit 3\n")
    hook.chmod(0o755)
    world.ok("checkout", "pr/123", cwd=hub.home)
    world.ok("checkout", "alice:topic", cwd=hub.home)
    assert not (world.home / "ran").exists()
    before = traces(world, hub.home)
    result = world.par("checkout", "late", cwd=hub.home)
    told = "the post-checkout hook of app failed: git exited with status 3"
    refused(result, 8, told, repository.WITHOUT_HOOKS)
    assert len((world.home / "ran").read_text().splitlines()) == 1
    assert {each for each in traces(world, hub.home) - before if "remotes/" not in each} == set()
    assert world.git(hub.home, "for-each-ref", "refs/par") == ""


def test_a_checkout_ignores_inherited_variables_and_obeys_dollars_in_no_path(world: World, hub: Hub) -> None:
    home = world.home / "$HOME #(x)" / "app"
    home.parent.mkdir()
    hub.home.rename(home)
    other = world.repository("other")
    git_dir = str(other / ".git")
    result = world.par(
        *("checkout", "pr/123"), cwd=home, GIT_DIR=git_dir, GIT_WORK_TREE=str(other), GIT_COMMON_DIR=git_dir
    )
    assert (result.status, result.stderr) == (0, "")
    assert world.git(home, "rev-parse", "pr-123") == hub.tips["pull/123/head"]
    assert world.branches(other) == {"main"}


def test_a_request_that_was_only_looked_at_is_removed_without_force(world: World) -> None:
    bare, home = world.clone("app")
    seed = world.home / "seed/owner/app"
    world.git(bare, "update-ref", "refs/pull/7/head", _pushed(world, seed, bare, "first"))
    world.ok("checkout", "pr/7", cwd=home)
    assert world.ok("rm", "--purge", "pr-7").stdout == "removed 'pr-7': worktree, branch pr-7, session\n"
    world.ok("checkout", "pr/7", cwd=home)
    # Of what git pulled no ref tells that the other side has it
    world.git(bare, "update-ref", "refs/pull/7/head", _pushed(world, seed, bare, "second"))
    world.git(world.worktree("pr-7"), "pull", "-q")
    commit(world, world.worktree("pr-7"), "mine")
    result = world.par("rm", "--purge", "pr-7")
    assert result.status == 5
    assert "has 2 commits on no other branch" in result.stderr


def _pushed(world: World, seed: Path, bare: Path, message: str) -> str:
    oid = commit(world, seed, message)
    world.git(seed, "push", "-q", str(bare), f"{oid}:refs/heads/stage")
    world.git(bare, "update-ref", "-d", "refs/heads/stage")
    return oid


def _rewritten(world: World, bare: Path, ref: str, message: str, **files: str) -> str:
    """Let `ref` be a commit of its own again, beside all that it was before, with these files."""
    lines = ""
    for name, text in files.items():
        blob = world.run("git", "hash-object", "-w", "--stdin", cwd=bare, text=text).stdout.strip()
        lines += f"100644 blob {blob}\t{name}\n"
    tree = world.run("git", "mktree", cwd=bare, text=lines).stdout.strip()
    tip = world.git(bare, "commit-tree", "-p", "main", "-m", message, tree)
    world.git(bare, "update-ref", ref, tip)
    return tip


def test_a_request_that_was_rewritten_is_updated_where_nothing_is_lost(world: World) -> None:
    bare, home = world.clone("app")
    ref = "refs/pull/7/head"
    first = _rewritten(world, bare, ref, "first", file0="1", kept="k")
    world.ok("checkout", "--update", "pr/7", cwd=home)  # nobody has it yet: it is made
    made = world.worktree("pr-7")
    again = world.ok("checkout", "--update", "pr/7", cwd=home)
    assert again.stdout == f"'pr-7' has all of {ref} of origin already\n"
    second = _rewritten(world, bare, ref, "second", file0="2", kept="k")
    (made / "kept").write_text("edited")
    (made / "untracked").write_text("mine")
    result = world.ok("checkout", "pr/7", "--update", cwd=home)
    assert result.stdout == (
        f"updated 'pr-7' to {ref} of origin, which was rewritten: {first[:10]} -> {second[:10]}\n"
    )
    assert world.git(made, "rev-parse", "HEAD", "pr-7") == f"{second}\n{second}"
    assert world.git(made, "status", "--porcelain").split("\n") == [" M kept", "?? untracked"]
    assert ((made / "file0").read_text(), (made / "kept").read_text()) == ("2", "edited")
    # Neither a changed file nor one that is not tracked is written over
    third = _rewritten(world, bare, ref, "third", file0="3", kept="other", untracked="theirs")
    refused(
        world.par("checkout", "pr/7", "--update", cwd=home),
        5,
        f"the update would overwrite 2 changed files of '{made}'\n  kept\n  untracked",
        f"git -C {made} stash --include-untracked",
    )
    world.git(made, "checkout", "-q", "kept")
    assert "would overwrite 1 changed file" in world.par("checkout", "pr/7", "--update", cwd=home).stderr
    assert (made / "untracked").read_text() == "mine"
    assert world.git(made, "rev-parse", "HEAD") == second
    (made / "untracked").unlink()
    document = world.ok("checkout", "pr/7", "--update", "--json", cwd=home).json["updated"]
    assert (document["before"], document["after"], document["rewritten"]) == (second, third, True)
    # What was only looked at is no work, however often it was rewritten
    assert world.ok("rm", "--purge", "pr-7").stdout == "removed 'pr-7': worktree, branch pr-7, session\n"


def test_a_request_with_a_commit_of_ones_own_is_not_updated(world: World) -> None:
    bare, home = world.clone("app")
    ref = "refs/pull/7/head"
    first = _rewritten(world, bare, ref, "first", file0="1")
    world.ok("checkout", "pr/7", "-l", "review", cwd=home)
    made = world.worktree("review")
    (made / "new").write_text("mine")
    world.git(made, "add", "new")
    mine = commit(world, made, "mine")
    before = traces(world, home)
    assert "has all of" in world.ok("checkout", "pr/7", "--update", cwd=home).stdout
    second = _rewritten(world, bare, ref, "second", file0="2")
    result = world.par("checkout", "pr/7", "--update", cwd=home)
    refused(
        result,
        5,
        f"'review' stays as it is: a commit of it origin never had\n  {mine[:7]} mine",
        f"git -C {made} rebase --onto {second[:12]} {first[:12]}",
    )
    assert traces(world, home) == before
    world.git(made, "rebase", "-q", "--onto", second[:12], first[:12])
    assert world.git(made, "log", "--format=%s", "-2") == "mine\nsecond"
    world.git(made, "reset", "-q", "--hard", second)
    # What a pull brought is the remote's too
    third = world.git(bare, "commit-tree", "-p", second, "-m", "third", f"{second}^{{tree}}")
    world.git(bare, "update-ref", ref, third)
    world.git(made, "pull", "-q")
    fourth = _rewritten(world, bare, ref, "fourth", file0="4")
    assert "which was rewritten" in world.ok("checkout", "pr/7", "--update", cwd=home).stdout
    assert world.git(made, "rev-parse", "HEAD") == fourth
    world.git(made, "checkout", "-q", "--detach")
    assert world.par("checkout", "pr/7", "--update", "-l", "other", cwd=home).status == 0


def test_a_branch_of_ones_own_is_updated_as_its_remote_was_rewritten(world: World, hub: Hub) -> None:
    world.ok("checkout", "known", cwd=hub.home)
    tip = _rewritten(world, hub.bare, "refs/heads/known", "rewritten", file0="r")
    assert "which was rewritten" in world.ok("checkout", "known", "--update", cwd=hub.home).stdout
    assert world.git(world.worktree("known"), "rev-parse", "HEAD", "origin/known") == f"{tip}\n{tip}"
    world.git(hub.home, "worktree", "add", "-q", "-b", "alone", str(world.home / "alone"))
    world.ok("adopt", str(world.home / "alone"))
    refused(
        world.par("checkout", "alone", "--update", cwd=hub.home),
        4,
        "'alone' is adopted: par changes nothing in it",
        f"git -C {world.home}/alone pull",
    )
    world.ok("start", "lone", cwd=hub.home)
    refused(
        world.par("checkout", "lone", "--update", cwd=hub.home),
        4,
        "branch 'lone' follows no remote",
        f"git -C {world.worktree('lone')} branch --set-upstream-to=origin/lone",
    )


def test_a_remote_that_was_renamed_is_used_under_its_new_name(world: World, hub: Hub) -> None:
    world.ok("checkout", "pr/123", cwd=hub.home)
    world.git(hub.home, "remote", "rename", "origin", "company/main")
    world.git(hub.home, "remote", "add", "a", str(fork(world, "alice")))
    world.ok("checkout", "known", cwd=hub.home)
    world.ok("checkout", "company/main/late", cwd=hub.home)
    world.ok("checkout", "mr/45", cwd=hub.home)
    world.ok("checkout", "alice:topic", cwd=hub.home)
    world.ok("start", "mine", "--fetch", cwd=hub.home)
    upstreams = {
        label: world.git(world.worktree(label), "config", f"branch.{label}.remote")
        for label in ("known", "late", "mr-45", "pr-123")
    }
    assert set(upstreams.values()) == {"company/main"}
    assert world.git(world.worktree("late"), "rev-parse", "HEAD") == hub.tips["heads/late"]
    tip = _rewritten(world, hub.bare, "refs/pull/123/head", "again", file0="r")
    updated = world.ok("checkout", "pr/123", "--update", cwd=hub.home)
    assert "of company/main, which was rewritten" in updated.stdout
    assert world.git(world.worktree("pr-123"), "rev-parse", "HEAD") == tip
    # What was one's own stays so, and what was a stranger's too
    assert {path.parent.parent.name for path in map(world.worktree, ("known", "late", "mine"))} == {
        "worktrees"
    }
    strange = map(world.worktree, ("pr-123", "mr-45", "alice-topic"))
    assert {path.parent.parent.name for path in strange} == {"review"}
