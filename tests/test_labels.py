"""Labels: which are allowed, what is named after them, and that each lives and goes without residue."""

import re
import subprocess
import unicodedata
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from conftest import World, eventually, refused, traces
from par import names
from par.errors import UsageError

settings.register_profile("par", deadline=None, max_examples=40, database=None, derandomize=True)
settings.load_profile("par")

LETTERS = "abzAZ019éßñжЖшאבعدहिक日本語한국ελ𐎠𐐷"
INNER = LETTERS + "._-"
PARTS = st.builds(
    str.__add__, st.sampled_from(sorted(set(LETTERS) - {"ि"})), st.text(alphabet=INNER, max_size=8)
)
LABELS = (
    st.lists(PARTS, min_size=1, max_size=3)
    .map(lambda parts: unicodedata.normalize("NFC", "/".join(parts)))
    .filter(lambda text: ".." not in text and not re.search(r"\.(/|$)|\.lock(/|$)", text.casefold()))
    .filter(lambda text: text.casefold() != "all" and len(text.encode()) <= names.LABEL_BYTES)
)
ANYTHING = st.lists(st.integers(0, 0x10FFFF).map(chr) | st.sampled_from(INNER + "/"), max_size=30).map(
    "".join
)
READ_AS_MORE = "\0\n\t\x1b\x7f\x9b !\"#$%&'()*+,:;<=>?@[\\]^`{|}~\u200b\u202e\u2028\ufeff\ud800²½€😀"
UNSEEN = "\u3164\u115f\ufe0f\U000e0101"


def accepts(branch: str) -> bool:
    """Whether git takes `branch` as the name of a branch."""
    done = subprocess.run(["git", "check-ref-format", "--branch", branch], capture_output=True, check=False)
    return done.returncode == 0


def refusal(text: str) -> str:
    with pytest.raises(UsageError) as caught:
        names.label(text)
    assert caught.value.status == 2
    assert caught.value.hint == names.ALLOWED
    assert caught.value.message.isprintable()
    return caught.value.message


@given(LABELS)
def test_a_good_label_is_kept_and_is_a_branch_name(text: str) -> None:
    assert names.label(text) == text
    assert names.label(unicodedata.normalize("NFD", text)) == text
    assert accepts(text)


@given(ANYTHING | st.text(alphabet=INNER + "/", max_size=120) | LABELS)
def test_whatever_is_accepted_is_text_and_nothing_else(text: str) -> None:
    try:
        label = names.label(text)
    except UsageError:
        refusal(text)
        return
    assert accepts(label)
    assert (Path("/root") / label).parts == ("/", "root", *label.split("/"))
    assert label == unicodedata.normalize("NFC", label)
    assert len(label.encode()) <= 100
    assert label.isprintable()
    assert re.fullmatch(r"[\w./-]+", re.sub(r"[^\x00-\x7f]", "x", label))


@given(LABELS, st.sampled_from(READ_AS_MORE + UNSEEN), st.integers(0, 30))
def test_one_character_that_is_more_than_text_is_refused(text: str, odd: str, place: int) -> None:
    spoilt = text[:place] + odd + text[place:]
    assert refusal(spoilt) == f"label '{names.visible(spoilt)}' contains a character that is not allowed"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is empty"),
        ("all", "is reserved"),
        ("All", "is reserved"),
        ("ALL", "is reserved"),
        ("-", "is not a valid branch name"),
        ("-x", "is not a valid branch name"),
        ("--force", "is not a valid branch name"),
        ("a/-x", "is not a valid branch name"),
        (".x", "is not a valid branch name"),
        ("a/.x", "is not a valid branch name"),
        (".", "is not a valid branch name"),
        ("..", "is not a valid branch name"),
        ("a..b", "is not a valid branch name"),
        ("../x", "is not a valid branch name"),
        ("a/../x", "is not a valid branch name"),
        ("/tmp/x", "is not a valid branch name"),
        ("a/", "is not a valid branch name"),
        ("a//b", "is not a valid branch name"),
        ("a.", "is not a valid branch name"),
        ("a.lock", "is not a valid branch name"),
        ("a.LOCK/b", "is not a valid branch name"),
        ("HEAD", "is not a valid branch name"),
        ("refs/x", "is the full name of a ref, not that of a branch"),
        ("refs/heads/x", "is the full name of a ref, not that of a branch"),
        ("\u0301x", "is not a valid branch name"),
        ("@", "contains a character that is not allowed"),
        ("a@{1}", "contains a character that is not allowed"),
        ("a b", "contains a character that is not allowed"),
        ("a\nb", "contains a character that is not allowed"),
        ("a\x1b[31m", "contains a character that is not allowed"),
        ("a:0.1", "contains a character that is not allowed"),
        ("=a", "contains a character that is not allowed"),
        ("$1", "contains a character that is not allowed"),
        ("%1", "contains a character that is not allowed"),
        ("~", "contains a character that is not allowed"),
        ("#(id)", "contains a character that is not allowed"),
        ("$(id)", "contains a character that is not allowed"),
        ("a;id", "contains a character that is not allowed"),
        ("a\\b", "contains a character that is not allowed"),
        ("*", "contains a character that is not allowed"),
        ("\u202eevil", "contains a character that is not allowed"),
        ("x" * 101, "is too long"),
        ("日" * 34, "is too long"),
    ],
)
def test_refused_labels(text: str, reason: str) -> None:
    assert refusal(text) == f"label '{names.visible(text)}' {reason}"


def label_or_refusal(branch: str) -> str:
    """What is made of the name of a branch: a label, or the words of the refusal."""
    try:
        return names.from_ref(branch)
    except UsageError as error:
        return error.message


def test_the_longest_label_has_100_bytes() -> None:
    assert names.label("日" * 33 + "x") == "日" * 33 + "x"


@given(st.text(alphabet=INNER + "/@!$;&()#{}'\"|", min_size=1, max_size=40))
def test_from_ref_makes_a_label_of_what_git_calls_a_branch(branch: str) -> None:
    assume(accepts(branch))
    said = label_or_refusal(branch)
    assert said == f"no label can be made of '{branch}'" or names.label(said) == said


@given(LABELS.filter(lambda text: not re.search("-(/|$)", text)))
def test_from_ref_keeps_what_is_a_label_already(text: str) -> None:
    assert names.from_ref(text) == text


@pytest.mark.parametrize(
    ("branch", "label"),
    [
        ("feature/x", "feature/x"),
        ("fix#12", "fix-12"),
        ("$(id)", "id"),
        ("a;rm -rf", "a-rm--rf"),
        ("e\u0301", "é"),
        ("v1..2", "v1.2"),
    ],
)
def test_from_ref_puts_a_dash_where_a_label_cannot_follow(branch: str, label: str) -> None:
    assert names.from_ref(branch) == label


@given(ANYTHING, st.integers(0, 3))
def test_a_session_name_is_plain_and_free(label: str, clashes: int) -> None:
    taken: set[str] = set()
    for _ in range(clashes + 1):
        name = names.session(label, "0123abcd", taken)
        assert re.fullmatch(r"[A-Za-z0-9_-]+", re.sub(r"[^\x00-\x7f]", "x", name))
        assert all(ord(char) <= 0xFFFF and names.plain(char) == char for char in name)
        assert name not in taken
        taken.add(name)


def test_a_session_is_called_as_its_label_where_that_is_free() -> None:
    assert names.session("fix-login", "0123abcd", ()) == "fix-login"
    assert names.session("a/b", "0123abcd", {"a_b"}) == "a_b-0123abcd"
    assert names.session("a/b", "0123abcd", {"a_b", "a_b-0123abcd"}) == "a_b-0123abcd-2"
    assert names.session("control-center", "0123abcd", ()) == "control-center-0123abcd"


@given(ANYTHING)
def test_visible_leaves_nothing_that_a_terminal_acts_on(text: str) -> None:
    shown = names.visible(text)
    assert shown.isprintable()
    assert "\x1b" not in shown
    assert not any(unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for char in shown)
    if text.isprintable():
        assert shown == text


def test_visible_names_what_it_hides() -> None:
    assert names.visible("a\x1b[31m\n\u202eb é") == r"a\u{1b}[31m\u{a}\u{202e}b é"


def live(world: World, home: Path, label: str) -> None:
    """Take `label` through its whole life in the repository `home`."""
    made = world.ok("start", label, "--json", cwd=home).json["context"]
    folder = Path(made["worktrees"][0]["path"])
    assert (made["label"], made["branch"], folder.name) == (label, label, label.rpartition("/")[2])
    listed = world.ok("ls", "--json").json["contexts"]
    assert [(each["label"], each["state"], each["branch"]) for each in listed] == [(label, "running", label)]
    assert world.ok("path", label).stdout == f"{folder}\n"
    assert world.ok("send", label, "echo $((40 + 2)) > answer").stdout == f"{label}: typed\n"
    eventually(lambda: (folder / "answer").exists() and (folder / "answer").read_text() == "42\n")
    (folder / "answer").unlink()
    removed = world.ok("rm", "--purge", label)
    assert removed.stdout == f"removed '{label}': worktree, branch {label}, session\n"
    assert (removed.stderr, folder.exists()) == ("", False)


@pytest.mark.parametrize("label", ["v1.2", "日本語"])
def test_a_label_lives_its_whole_life_without_residue(world: World, label: str) -> None:
    home = world.repository()
    before = traces(world, home)
    live(world, home, label)
    assert traces(world, home) == before


def test_feat_lives_after_feat_x_was_removed(world: World) -> None:
    home = world.repository()
    before = traces(world, home)
    for label in ("feat/x", "feat"):
        live(world, home, label)
    assert traces(world, home) == before


def test_feat_and_feat_x_cannot_live_together(world: World) -> None:
    home, other = world.repository(), world.repository("other")
    world.ok("start", "feat/x", cwd=home)
    before = traces(world, home)
    result = world.par("start", "feat", cwd=home)
    assert result.stderr == (
        "par: branch 'feat' cannot stand beside the branch 'feat/x'\n"
        "hint: git keeps branches as files in folders: one of the two needs another name\n"
    )
    assert (result.status, result.stdout, traces(world, home)) == (4, "", before)
    world.ok("start", "feat", cwd=other)
    result = world.par("start", "feat/y", cwd=other)
    assert (result.status, world.branches(other)) == (4, {"main", "feat"})
    world.git(home, "branch", "kept/here")
    world.git(home, "branch", "under")
    world.ok("start", "kept/here", cwd=home)
    result = world.par("checkout", "under", "--label", "kept", cwd=home)
    assert result.stderr == (
        "par: the label cannot be used: its folder would overlap that of context 'kept/here'\n"
        "hint: choose another label\n"
    )
    assert result.status == 4


def test_labels_are_unique_across_repositories_and_case(world: World) -> None:
    home, other = world.repository(), world.repository("other")
    world.ok("start", "Straße", cwd=home)
    world.ok("start", "cafe\u0301", cwd=home)
    world.git(other, "branch", "x")
    before = traces(world, other)
    for taken, label in (("Straße", "STRASSE"), ("café", "Cafe\u0301")):
        result = world.par("start", label, cwd=other)
        assert result.stderr == f"par: context '{taken}' already exists in app\nhint: par open {taken}\n"
        assert (result.status, result.stdout) == (4, "")
    taken = "context 'Straße' already exists in app"
    result = world.par("checkout", "x", "--label", "STRASSE", cwd=other)
    refused(result, 4, taken, "par checkout x --label other-STRASSE")
    result = world.par("checkout", "x", "--label", "STRASSE", "-p", str(other))
    refused(result, 4, taken, f"par checkout x -p {other} --label other-STRASSE")
    assert traces(world, other) == before
    assert world.ok("path", "strasse").stdout == world.ok("path", "Straße").stdout
    assert (
        world.ok("rm", "--purge", "CAFE\u0301").stdout == "removed 'café': worktree, branch café, session\n"
    )
    assert world.ok("labels").stdout == "Straße\n"


def test_a_refused_label_is_told_in_one_line_with_what_is_allowed(world: World) -> None:
    home = world.repository()
    world.git(home, "branch", "free")
    before = traces(world, home)
    for label, fault, near in (
        ("-x", "'-x' is not a valid branch name", "x"),
        ("my feature", "'my feature' contains a character that is not allowed", "my-feature"),
        ("refs/heads/x", "'refs/heads/x' is the full name of a ref, not that of a branch", "x"),
        ("ALL", "'ALL' is reserved", ""),
        ("", "'' is empty", ""),
        ("a\x1b]0;x", r"'a\u{1b}]0;x' contains a character that is not allowed", "a--0-x"),
    ):
        for words in (("start", "--", label), ("checkout", f"--label={label}", "free")):
            result = world.par(*words, cwd=home)
            hint = names.ALLOWED if not near else f"did you mean '{near}'?"
            hint = f"par start -- {near}" if near and words[0] == "start" else hint
            assert result.stderr == f"par: label {fault}\nhint: {hint}\n"
            assert (result.status, result.stdout) == (2, "")
    result = world.par("start", "-x", cwd=home)
    assert (result.status, result.stderr.splitlines()[1:]) == (2, ["hint: par start --help"])
    assert traces(world, home) == before


@pytest.mark.parametrize(
    ("typed", "known", "near"),
    [
        ("tow", ("one", "two"), "two"),
        ("strat", ("state", "start", "status"), "start"),
        ("Featur", ("feature", "future"), "feature"),
        ("task-3", ("task-30-other", "task-3-some", "x"), "task-3-some"),
        ("on", ("one",), "one"),
        ("ab", ("cb",), ""),
        ("foobar", ("one", "toolbar"), ""),
        ("review", ("preview-pane", "renew"), ""),
        ("x", ("y",), ""),
        ("x", (), ""),
    ],
)
def test_only_what_is_near_was_meant(typed: str, known: tuple[str, ...], near: str) -> None:
    assert names.nearest(typed, known) == near


def test_a_session_keeps_the_letters_of_its_label_in_every_locale(world: World) -> None:
    home = world.repository()
    world.tmux("new-session", "-d", "-s", "größe")
    for locale, label, name in (
        ("C", "日本語", "日本語"),
        ("C.UTF-8", "größe", f"größe-{names.digest(home)}"),
        ("C", "हिन्दी/x.y", "हिन्दी_x_y"),
        # What a C library may not know yet, and what JSON needs two escapes for
        ("C.UTF-8", "ꬰ𐐷", "__"),
    ):
        world.ok("start", label, cwd=home, LC_ALL=locale)
        assert world.session(label) == name
        assert name in world.sessions()
        shown = world.run(
            "tmux", "-u", "display-message", "-p", "-t", f"={name}:", "#{@par_label}", LC_ALL=locale
        )
        assert shown.stdout == f"{label}\n"
        world.ok("rm", label, LC_ALL=locale)
        assert name not in world.sessions()
    assert world.sessions() == ["größe"]
