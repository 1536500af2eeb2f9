"""A publish does the same under whatever git's configuration is, and signs in as git would."""

import os
from pathlib import Path

import pytest

from reportgen.errors import ReportgenError
from reportgen.publish.git import Git
from reportgen.publish.target import resolve_target
from tests.publish.conftest import BLOG
from tests.publish.helpers import POST, Publisher, Remote, git
from tests.publish.test_history import ask, go_back

HARMLESS = (
    *("push.recurseSubmodules=only", "push.recurseSubmodules=check", "submodule.recurse=true"),
    *("push.pushOption=ci.skip", "push.default=nothing", "push.followTags=true"),
    *("push.gpgSign=true", "push.gpgSign=if-asked", "push.autoSetupRemote=true"),
    *("push.useForceIfIncludes=true", "push.negotiate=true", "remote.pushDefault=nowhere"),
    *(
        "core.attributesFile={home}/attributes",
        "core.hooksPath={home}/hooks",
        "core.filemode=false",
    ),
    *("core.autocrlf=true", "core.autocrlf=input", "core.eol=crlf", "core.safecrlf=true"),
    *("core.fsmonitor=true", "core.untrackedCache=true", "core.quotePath=true"),
    *("core.ignoreCase=true", "core.precomposeUnicode=true", "core.symlinks=false"),
    *("core.logAllRefUpdates=always", "core.sharedRepository=group", "core.compression=9"),
    *("core.sparseCheckout=true", "core.splitIndex=true"),
    *("core.editor=false", "core.pager=false", "core.whitespace=fix", "core.abbrev=4"),
    *("core.commentChar=P", "core.multiPackIndex=true", "core.excludesFile={home}/everything"),
    *("init.defaultObjectFormat=sha256", "init.templateDir={home}/template"),
    *("init.defaultBranch=other", "init.defaultRefFormat=reftable"),
    *("fetch.prune=true", "fetch.fsckObjects=true", "fetch.recurseSubmodules=true"),
    *("fetch.all=true", "fetch.writeCommitGraph=true", "fetch.parallel=0"),
    *("transfer.fsckObjects=true", "transfer.unpackLimit=1", "receive.unpackLimit=1"),
    *("url./nowhere/.insteadOf=file://", "url./nowhere/.pushInsteadOf=file://"),
    *("gc.auto=1", "maintenance.auto=true", "pack.threads=1", "index.version=4"),
    *("color.ui=always", "color.status=always", "column.ui=always", "log.showSignature=true"),
    *("log.date=relative", "format.pretty=oneline", "log.follow=true", "diff.external=false"),
    *("status.short=true", "status.showUntrackedFiles=no", "i18n.commitEncoding=latin1"),
    *("i18n.logOutputEncoding=latin1", "commit.template={home}/nowhere", "commit.cleanup=scissors"),
    *("advice.pushUpdateRejected=false", "trace2.eventTarget=1", "alias.push=!false"),
    *("feature.manyFiles=true", "feature.experimental=true", "protocol.version=0"),
    *("ssh.variant=plink", "checkout.defaultRemote=x", "merge.ff=false", "pull.rebase=true"),
    *("branch.main.remote=.", "lfs.url=https://lfs.example.org", "filter.x.required=true"),
    *("extensions.worktreeConfig=true", "rerere.enabled=true", "http.proxy=http://127.0.0.1:1"),
    *("credential.helper=!false", "uploadpack.hideRefs=refs/x", "user.useConfigOnly=false"),
)


def test_no_configuration_of_the_user_changes_what_is_published(
    publisher: Publisher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them at once, for all four commands; a tree that differs would name its setting."""
    home = tmp_path / "home"
    (home / "hooks").mkdir(parents=True)
    (home / "template" / "hooks").mkdir(parents=True)
    for hook in (home / "hooks" / "pre-push", home / "template" / "hooks" / "pre-push"):
        hook.write_text("#!/bin/sh\nexit 1\n")
        hook.chmod(0o755)
    (home / "attributes").write_text("* text eol=crlf filter=lfs ident\n")
    (home / "everything").write_text("*\n")
    for setting in HARMLESS:
        key, _, value = setting.format(home=home).partition("=")
        git("config", "--global", "--add", key, value, cwd=tmp_path)
    monkeypatch.setenv("GIT_DEFAULT_HASH", "sha256")
    monkeypatch.setenv("GIT_TEMPLATE_DIR", str(home / "template"))
    first, second = {POST: b"One $Id$\n"}, {POST: b"Two\n"}

    assert publisher(first).state == "published"
    assert publisher(first).state == "unchanged"
    assert ask(publisher, first).current
    assert publisher(second).state == "published"
    go_back(publisher)

    assert publisher.remote.files() == {**BLOG, **first}
    assert len(publisher.remote.commits()) == 4


def test_the_author_is_whom_git_would_name_in_the_checkout(blog: Remote, tmp_path: Path) -> None:
    included = tmp_path / "blogger"
    included.write_text(
        '[user]\n\tname = Blogger\n\temail = b@b\n[core]\n\tsshCommand = "ssh -x"\n'
    )
    for condition in ("include.path", "includeIf.gitdir:~/by-folder/.path",
                      f"includeIf.hasconfig:remote.*.url:{blog.url}.path"):  # fmt: skip
        folder = tmp_path / "by-folder"
        git("clone", "--quiet", blog.url, str(folder), cwd=tmp_path)
        scope = "--local" if condition == "include.path" else "--global"
        git("config", scope, condition, str(included), cwd=folder)

        target = resolve_target(tmp_path, site=folder)

        cache = Git(git_dir=blog.path, settings=target.settings)
        assert cache.text("var", "GIT_AUTHOR_IDENT").startswith("Blogger <b@b>"), condition
        assert dict(target.settings)["core.sshcommand"] == "ssh -x"
        git(
            "config", "--global", "--unset-all", condition, cwd=folder
        ) if scope == "--global" else 0
        folder.rename(tmp_path / f"done-{len(condition)}")


@pytest.mark.parametrize(
    ("asked", "rules", "url"),
    [
        ("gh:ada/x", {"url.https://github.com/.insteadOf": "gh:"}, "https://github.com/ada/x"),
        ("https://a.b/x", {"url.ssh://a.b/.pushInsteadOf": "https://a.b/"}, "ssh://a.b/x"),
        ("https://a.b/x", {"url.https://c.d/.insteadOf": "https://a.b/",
                           "url.https://e.f/.insteadOf": "https://c.d/"}, "https://c.d/x"),
        ("host:blog.git", {}, "host:blog.git"),
    ],
)  # fmt: skip
def test_an_address_is_rewritten_once_as_git_does(
    asked: str, rules: dict[str, str], url: str, tmp_path: Path
) -> None:
    for key, value in rules.items():
        git("config", "--global", key, value, cwd=tmp_path)

    assert resolve_target(tmp_path, remote=asked).url == url


@pytest.mark.parametrize("remote", ["a\nb", "x" * 300, "x" * 200_000, "\udcff", "no\x7f"])
def test_an_address_that_is_none(remote: str, tmp_path: Path) -> None:
    with pytest.raises(ReportgenError):
        resolve_target(tmp_path, remote=remote)


def test_a_branch_in_the_way_of_another_is_named(publisher: Publisher) -> None:
    publisher.remote.commit(BLOG, "gh-pages/old")
    publisher.branch, publisher.base = "gh-pages", "main"

    with pytest.raises(ReportgenError, match="has a branch 'gh-pages/old'"):
        publisher({POST: b"x"})

    publisher.remote.git("update-ref", "-d", "refs/heads/gh-pages/old")
    assert publisher({POST: b"x"}).state == "published"


def test_a_publish_that_did_not_arrive_is_no_publish(publisher: Publisher) -> None:
    publisher.remote.hook("post-receive", "git update-ref refs/heads/main main^")

    with pytest.raises(ReportgenError, match="cannot be seen to have it"):
        publisher({POST: b"x"})


def test_a_push_on_top_of_ours_is_no_error(publisher: Publisher) -> None:
    publisher.remote.hook(
        "post-receive",
        "git update-ref refs/heads/main $(git commit-tree main^{tree} -p main -m Faster)",
    )

    assert publisher({POST: b"x"}).state == "published"
    assert publisher({POST: b"y"}).state == "published"


def test_a_push_between_look_and_fetch_is_taken_in(
    publisher: Publisher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in = tmp_path / "bin" / "git"
    stand_in.parent.mkdir()
    stand_in.write_text(
        f"""#!/bin/sh
        PATH="${{PATH#{stand_in.parent}:}}"
        case " $* " in *" fetch "*) [ -e "{tmp_path}/once" ] || {{ : > "{tmp_path}/once"; (
            unset GIT_DIR; cd "{publisher.remote.path}"
            git -c user.name=x -c user.email=x update-ref refs/heads/main \\
                $(git -c user.name=x -c user.email=x commit-tree main^{{tree}} -p main -m Faster))
        }} ;; esac
        exec git "$@"
        """
    )
    stand_in.chmod(0o755)
    monkeypatch.setenv("PATH", f"{stand_in.parent}:{os.environ['PATH']}")

    assert publisher({POST: b"x"}).state == "published"
    assert publisher.remote.git("log", "--format=%s", "main").split("\n")[1] == "Faster"


def test_a_repository_of_somebody_else_is_named_in_git_s_own_words(
    tmp_path: Path, blog: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    git("clone", "--quiet", blog.url, "checkout", cwd=tmp_path)
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")

    with pytest.raises(ReportgenError, match="dubious ownership") as caught:
        resolve_target(tmp_path, site=tmp_path / "checkout")

    assert "safe.directory" in str(caught.value.hint)
