# SPDX-License-Identifier: Apache-2.0
"""filelife on a real kernel."""

import os
import re
import signal
import time

from guest import READY, Bunch, Tool, Workload, memory_kb, nothing_left, pct, start, stop, workload
from harness import case, command, equal, fixture, info, main, matches, true, wait_for

NAP = 0.4
STRANGE = {  # what the kernel has, and what is printed
    b"st-new\nline": r"st-new\nline",
    b"st-tab\tx": r"st-tab\tx",
    b"st-bell\x07\x1b[31m": r"st-bell\x07\x1b[31m",
    b"st-bad\xff\xfeutf8": r"st-bad\xff\xfeutf8",
    "st-naïve-文".encode(): "st-naïve-文",
    b"st with  spaces ": "st with  spaces ",
}
LONG = "lo" + "n" * 252 + "g"


@fixture
def session():
    """One set of workloads, looked at by tools with other options at the same time."""
    s = Bunch()
    os.makedirs("/tmp/dir/a/b/c", exist_ok=True)
    os.makedirs("/tmp/elsewhere", exist_ok=True)
    os.makedirs("/root/overlay", exist_ok=True)
    s.one = Workload(f"churn:23:{NAP}:/tmp/one-", comm="matrix-one", held=True)
    s.tools = start(
        plain=["filelife", "--verbose"],
        pid=["filelife", "-p", s.one.pid],
        name=["filelife", "-n", "trix-tw"],
        uid=["filelife", "--uid", "1234"],
        dir=["filelife", "--dir", "/tmp/dir"],
        below=["filelife", "--dir", "/tmp/dir", "--recursive"],
        perf=["filelife", "--buffer", "perf"],
    )
    s.tools.plain.check()
    s.rss = memory_kb(s.tools.plain.pid)
    with open(f"/proc/{s.tools.plain.pid}/maps") as f:
        s.maps = f.read()
    s.began = time.time()
    two = Workload(f"churn:7:{NAP}:/tmp/two-", comm="matrix-two")
    s.one.go().expect_ok()
    s.two = two.done().expect_ok()
    s.ended = time.time()
    workload("mknod:/tmp/mk-nod", f"sleep:{NAP}", "unlink:/tmp/mk-nod").expect_ok()
    s.failed = workload(
        "create:/tmp/fa-busy",
        "unlink:/tmp/fa-missing",  # ENOENT
        "mkdir:/tmp/fa-dir",
        "unlink:/tmp/fa-dir",  # EISDIR
        "rmdir:/tmp/fa-dir",
        "create:/ext4/fa-fixed",
    )
    command("chattr", "+i", "/ext4/fa-fixed")
    s.failed.results += workload("unlink:/ext4/fa-fixed").results  # EPERM
    command("chattr", "-i", "/ext4/fa-fixed")
    workload(
        "create:/tmp/re-before", "rename:/tmp/re-before:/tmp/re-after", "unlink:/tmp/re-after"
    ).expect_ok()
    workload(
        "create:/tmp/re-x", "rename:/tmp/re-x:/tmp/elsewhere/re-moved", "unlink:/tmp/elsewhere/re-moved"
    ).expect_ok()
    workload("create:/tmp/hl-a", "link:/tmp/hl-a:/tmp/hl-b", "unlink:/tmp/hl-a", "sleep:0.3", "unlink:/tmp/hl-b").expect_ok()
    for name in STRANGE:
        workload(f"create:/tmp/{pct(name)}", f"unlink:/tmp/{pct(name)}").expect_ok()
    workload(f"create:/ext4/{LONG}", f"unlink:/ext4/{LONG}").expect_ok()
    workload("create:/ext4/ex-4", "unlink:/ext4/ex-4").expect_ok()
    workload("churn:5:0.1:/root/overlay/ov-").expect_ok()
    workload("mknod:/root/overlay/ov-nod", "unlink:/root/overlay/ov-nod").expect_ok()
    workload(
        "create:/tmp/dir/di-here", "create:/tmp/dir/a/b/c/di-deep", "create:/tmp/elsewhere/di-no",
        "unlink:/tmp/dir/di-here", "unlink:/tmp/dir/a/b/c/di-deep", "unlink:/tmp/elsewhere/di-no",
    ).expect_ok()  # fmt: skip
    workload("create:/tmp/us-er", "unlink:/tmp/us-er", uid=1234).expect_ok()
    workload("create:/tmp/us-root", "unlink:/tmp/us-root").expect_ok()
    stop(s.tools)
    return s


@case("23 files created and removed: 23 lines, their names in order")
def _(session):
    equal(session.tools.plain.files("one-"), [f"one-{i:02}" for i in range(23)], note=session.tools.plain.said())


@case("their pid and comm")
def _(session):
    got = {(int(r.pid), r.comm) for r in session.tools.plain.rows("one-")}
    equal(got, {(session.one.pid, "matrix-one")})


@case("their ages: at least the sleep, at most the whole run")
def _(session):
    ages = [float(r.age) for r in session.tools.plain.rows("one-")]
    true(ages, "no lines")
    true(min(ages) >= NAP - 0.01, f"an age of {min(ages)}, slept {NAP}")
    true(max(ages) <= session.ended - session.began, f"an age of {max(ages)}")


@case("TIME is the wall clock's")
def _(session):
    t = session.tools.plain.rows("one-")[0].time
    seconds = [time.strftime("%H:%M:%S", time.localtime(session.began + s)) for s in range(0, 200)]
    true(t in seconds, f"{t} is not after {seconds[0]}")


@case("another process's files in the same run")
def _(session):
    equal(session.tools.plain.files("two-"), [f"two-{i:02}" for i in range(7)])


@case("-p shows that pid alone")
def _(session):
    equal(session.tools.pid.files(), [f"one-{i:02}" for i in range(23)], note=session.tools.pid.said())


@case("-n shows commands whose name contains it")
def _(session):
    equal(session.tools.name.files(), [f"two-{i:02}" for i in range(7)], note=session.tools.name.said())


@case("--uid shows that user alone")
def _(session):
    equal(session.tools.uid.files(), ["us-er"], note=session.tools.uid.said())


@case("--dir shows that directory alone")
def _(session):
    equal(session.tools.dir.files(), ["di-here"], note=session.tools.dir.said())


@case("--dir --recursive shows what is below, too")
def _(session):
    equal(session.tools.below.files(), ["di-here", "di-deep"], note=session.tools.below.said())


@case("a file made by mknod counts, with its age")
def _(session):
    rows = session.tools.plain.rows("mk-nod")
    equal([r.file for r in rows], ["mk-nod"])
    true(NAP - 0.01 <= float(rows[0].age) < NAP + 20, f"age {rows[0].age}")


@case("a removal that fails is not printed")
def _(session):
    errors = [r[2] for r in session.failed.results if r[1] < 0]
    equal(errors, [2, 21, 1], "ENOENT, EISDIR, EPERM")
    equal(session.tools.plain.files("fa-"), [])


@case("a renamed file is found, under its last name")
def _(session):
    equal(session.tools.plain.files("re-"), ["re-after", "re-moved"])


@case("of a file with two links, only the last removal counts")
def _(session):
    equal(session.tools.plain.files("hl-"), ["hl-b"])


@case("control characters and invalid UTF-8 are escaped, one line a file")
def _(session):
    equal(session.tools.plain.files("st"), list(STRANGE.values()))


@case("a name of 255 bytes, in full")
def _(session):
    equal(session.tools.plain.files("lonn"), [LONG])


@case("ext4")
def _(session):
    equal(session.tools.plain.files("ex-4"), ["ex-4"])


@case("overlayfs: each file once, though two file systems see it")
def _(session):
    equal(sorted(session.tools.plain.files("ov-")), [f"ov-{i:02}" for i in range(5)] + ["ov-nod"])


@case("--buffer perf prints the same lines")
def _(session):
    # The compilers of the tools that start later have their own short-lived files.
    made = lambda tool: sorted((r.pid, r.comm, r.file) for r in tool.rows() if not r.comm.startswith("bcchost"))
    equal(made(session.tools.perf), made(session.tools.plain))


@case("under 80 columns for short names; the heading is BCC's")
def _(session):
    equal(session.tools.plain.heading().split(), ["TIME", "PID", "COMM", "AGE(s)", "FILE"])
    widest = max(len(l) for l in session.tools.plain.body() if "one-" in l)
    true(widest < 80, f"{widest} columns")


@case("Ctrl-C ends it with 0, and says nothing")
def _(session):
    for t in session.tools.values():
        if not t.failed:
            equal(t.status, 0, note=t.said())
    errors = session.tools.pid.stderr
    equal(errors, "", "stderr")


@case("--verbose tells how many probes")
def _(session):
    matches(session.tools.plain.stderr, r"bcchost: attached [1-9]\d* probes", "stderr")


@case("the host maps no LLVM and no libbcc")
def _(session):
    equal(re.findall(r"\S*(?:LLVM|clang|libbcc)\S*", session.maps), [])


@case("resident below 4 MB once attached, the event buffers aside")
def _(session):
    info(f"bcchost filelife: {session.rss} kB resident once attached")
    true(session.rss <= 4096, f"{session.rss} kB")


@fixture
def ends():
    """Tools that end in other ways than by Ctrl-C."""
    s = Bunch()
    s.tools = start(
        term=["filelife"],
        five=["filelife", "-M", "5", "-n", "matrix-end"],
        two=["filelife", "-d", "2"],
        kill=["filelife"],
    )
    # head says nothing before its end, so that it has started shows elsewhere.
    s.head = Tool("filelife", "--verbose", program="/run/head3")
    wait_for(lambda: "attached" in s.head.stderr or not s.head.alive(), READY, "the tool before head to start")
    wait_for(lambda: not s.tools.two.alive(), 60, "-d 2 to end")
    s.two_took = time.time() - s.tools.two.attached
    # Twice: that nobody reads any more shows with what is written afterwards.
    for i in range(2):
        workload(f"churn:23:0.1:/tmp/en{i}-", comm="matrix-end").expect_ok()
        time.sleep(0.5)
    # It may have written all that before its reader went.
    for i in range(100):
        if not s.head.alive():
            break
        workload("churn:5:0:/tmp/more-", comm="matrix-end").expect_ok()
        time.sleep(0.2)
    s.five_status = s.tools.five.wait(30)
    s.head_status = s.head.wait(30)
    s.term_status = s.tools.term.stop(signal.SIGTERM)
    s.tools.kill.stop(signal.SIGKILL)
    s.left = nothing_left()
    return s


with open("/run/head3", "w") as f:
    f.write('#!/bin/bash\nbcchost "$@" | head -3\nexit "${PIPESTATUS[0]}"\n')
os.chmod("/run/head3", 0o755)


@case("SIGTERM ends it with 0")
def _(ends):
    equal(ends.term_status, 0, note=ends.tools.term.said())
    equal(len(ends.tools.term.files("en")), 46)


@case("-M 5 ends after five lines")
def _(ends):
    equal(ends.five_status, 0, note=ends.tools.five.said())
    equal(ends.tools.five.files(), [f"en0-{i:02}" for i in range(5)])


@case("-d 2 ends after two seconds")
def _(ends):
    equal(ends.tools.two.wait(1), 0)
    true(ends.two_took > 1.5, f"took {ends.two_took:.1f} s")


@case("a closed pipe ends it with 0")
def _(ends):
    equal(ends.head_status, 0, note=ends.head.said())
    equal(len(ends.head.stdout.splitlines()), 3)
    equal(re.findall(r".*(?:[Pp]ipe|error|cannot).*", ends.head.stderr), [])


@case("nothing is left in the kernel, SIGKILL included")
def _(ends):
    equal(ends.left, [])


main()
