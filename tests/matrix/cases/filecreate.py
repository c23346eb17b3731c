# SPDX-License-Identifier: Apache-2.0
"""filecreate on a real kernel."""

import os

from guest import Bunch, Workload, nothing_left, start, stop, workload
from harness import Failure, case, command, equal, fixture, main, true


def same_inode_on_tmpfs(number):
    """A directory of a fresh tmpfs that has this inode number: its numbers go up by one."""
    os.makedirs("/run/twin", exist_ok=True)
    if command("mount", "-t", "tmpfs", "twin", "/run/twin").returncode:
        raise Failure("cannot mount a tmpfs")
    while True:
        os.mkdir("/run/twin/d")
        got = os.stat("/run/twin/d").st_ino
        if got == number:
            return "/run/twin/d"
        if got > number:
            raise Failure(f"tmpfs gave {got}, wanted {number}")
        os.rmdir("/run/twin/d")


@fixture
def session():
    s = Bunch()
    os.makedirs("/tmp/fc/a/b/c", exist_ok=True)
    os.makedirs("/tmp/fcother", exist_ok=True)
    os.makedirs("/root/overlay", exist_ok=True)
    os.makedirs("/ext4/twin", exist_ok=True)
    st = os.stat("/ext4/twin")
    s.twin = same_inode_on_tmpfs(st.st_ino)
    device = f"{os.major(st.st_dev)}:{os.minor(st.st_dev)}:{st.st_ino}"
    s.held = Workload("create:/tmp/he-ld", "mkfifo:/tmp/he-fifo", comm="matrix-held", held=True)
    s.tools = start(
        plain=["filecreate"],
        pid=["filecreate", "--pid", s.held.pid],
        dir=["filecreate", "--dir", "/tmp/fc"],
        below=["filecreate", "--dir", "/tmp/fc", "--recursive"],
        ext4=["filecreate", "--dir", "/ext4/twin"],
        device=["filecreate", "-i", device],
        inode=["filecreate", "-i", st.st_ino],
    )
    s.held.go().expect_ok()
    s.one = workload("churn:23:0.1:/tmp/one-", comm="matrix-one").expect_ok()
    s.mknod = workload("mknod:/tmp/mk-nod", "mkfifo:/tmp/mk-fifo").expect_ok()
    s.not_created = workload(
        "open:/tmp/mk-nod:0x41",  # O_CREAT of one that is there
        "create:/tmp/mk-nod",  # EEXIST
        "mknod:/tmp/mk-nod",  # EEXIST
        "mkdir:/tmp/mk-dir",
        "symlink:/tmp/mk-link",
        "create:/tmp/mk-missing/x",  # ENOENT
    )
    workload("create:/tmp/fc/in-1", "mkfifo:/tmp/fc/in-fifo", "create:/tmp/fc/a/b/c/in-deep", "create:/tmp/fc/a/in-2", "create:/tmp/fcother/in-no").expect_ok()
    workload("create:/ext4/twin/tw-ext4", f"create:{s.twin}/tw-tmpfs", "create:/ext4/tw-above").expect_ok()
    workload("create:/root/overlay/ov-1", "mknod:/root/overlay/ov-2", "mkfifo:/root/overlay/ov-3").expect_ok()
    workload("openat:/tmp/cr-at:0x41").expect_ok()
    stop(s.tools)
    return s


@case("23 files created: 23 lines, their names in order")
def _(session):
    equal(session.tools.plain.files("one-"), [f"one-{i:02}" for i in range(23)], note=session.tools.plain.said())


@case("their pid, parent's pid and comm")
def _(session):
    got = {(int(r.pid), int(r.ppid), r.comm) for r in session.tools.plain.rows("one-")}
    equal(got, {(session.one.pid, os.getpid(), "matrix-one")})


@case("mknod of a file and of a fifo count")
def _(session):
    equal([f for f in session.tools.plain.files("mk-") if f in ("mk-nod", "mk-fifo")], ["mk-nod", "mk-fifo"])


@case("what creates no file is not printed: O_CREAT of one that is there, failures, mkdir, symlink")
def _(session):
    equal([r[2] for r in session.not_created.results], [0, 17, 17, 0, 0, 2], "errno of the steps")
    equal(session.tools.plain.files("mk-"), ["mk-nod", "mk-fifo"])


@case("O_CREAT without O_EXCL counts")
def _(session):
    equal(session.tools.plain.files("cr-at"), ["cr-at"])


@case("-p shows that pid alone")
def _(session):
    equal(session.tools.pid.files(), ["he-ld", "he-fifo"], note=session.tools.pid.said())


@case("--dir shows that directory alone")
def _(session):
    equal(session.tools.dir.files(), ["in-1", "in-fifo"], note=session.tools.dir.said())


@case("--dir --recursive shows three levels below")
def _(session):
    equal(session.tools.below.files(), ["in-1", "in-fifo", "in-deep", "in-2"], note=session.tools.below.said())


@case("--dir on ext4")
def _(session):
    equal(session.tools.ext4.files(), ["tw-ext4"], note=session.tools.ext4.said())


@case("-i with a device: not the directory of the same number on another file system")
def _(session):
    equal(session.tools.device.files(), ["tw-ext4"], note=session.tools.device.said())


@case("-i without a device: both")
def _(session):
    equal([f for f in session.tools.inode.files("tw-")], ["tw-ext4", "tw-tmpfs"], note=session.tools.inode.said())


@case("overlayfs: each file once, though two file systems see it")
def _(session):
    equal(session.tools.plain.files("ov-"), ["ov-1", "ov-2", "ov-3"])


@case("Ctrl-C ends all with 0")
def _(session):
    for t in session.tools.values():
        if not t.failed:
            equal(t.status, 0, note=t.said())


@case("under 80 columns for short names")
def _(session):
    true(session.tools.plain.heading(), "no heading")
    widest = max(len(l) for l in session.tools.plain.body() if "one-" in l)
    true(widest < 80, f"{widest} columns")


@case("nothing is left in the kernel")
def _(session):
    equal(nothing_left(), [])


main()
