# SPDX-License-Identifier: Apache-2.0
"""opensnoop on a real kernel."""

import os
import struct

from guest import Bunch, Workload, nothing_left, start, stop, workload
from harness import Failure, case, command, equal, fixture, info, main, true

FLOOD = 30000
WRONLY, RDWR, CREAT, TRUNC, APPEND, DIRECTORY, CLOEXEC = 1, 2, 0o100, 0o1000, 0o2000, 0o200000, 0o2000000

# The steps of the workload that all tools look at: step, printed path, errno, flags.
STEPS = [
    ("open:/tmp/os/mk-open:0", "/tmp/os/mk-open", 0, 0),
    ("openat:/tmp/os/mk-openat:1", "/tmp/os/mk-openat", 0, WRONLY),
    ("openat2:/tmp/os/mk-openat2:2", "/tmp/os/mk-openat2", 0, RDWR),
    ("open:/tmp/os/mk-missing:0", "/tmp/os/mk-missing", 2, 0),
    ("openat:/tmp/os/mk-open/x:0", "/tmp/os/mk-open/x", 20, 0),
    (f"openat:/tmp/os/mk-new:{WRONLY | CREAT | TRUNC}", "/tmp/os/mk-new", 0, WRONLY | CREAT | TRUNC),
    ("open:/tmp/os:1", "/tmp/os", 21, WRONLY),
    (f"openat:/tmp/os/mk-cloexec:{CLOEXEC}", "/tmp/os/mk-cloexec", 0, CLOEXEC),
]
PATHS = [s[1] for s in STEPS]


def pinned(path, key):
    """A pinned hash of u64 with this one key."""
    if os.path.exists(path):
        os.unlink(path)
    bytes_of = lambda n: [f"0x{b:02x}" for b in struct.pack("<Q", n)]
    made = command("bpftool", "map", "create", path, "type", "hash", "key", 8, "value", 8, "entries", 128, "name", "ids")
    if made.returncode:
        raise Failure(made.stderr)
    put = command("bpftool", "map", "update", "pinned", path, "key", *bytes_of(key), "value", *bytes_of(1))
    if put.returncode:
        raise Failure(put.stderr)
    return path


def in_cgroup(path):
    os.makedirs(path, exist_ok=True)
    return ["bash", "-c", f'echo $$ >{path}/cgroup.procs; exec "$@"', "bash"]


@fixture
def session():
    s = Bunch()
    os.makedirs("/tmp/os", exist_ok=True)
    for name in ("mk-open", "mk-openat", "mk-openat2", "mk-cloexec", "th-read"):
        open(f"/tmp/os/{name}", "w").close()
    os.chmod("/tmp/os", 0o777)
    os.makedirs("/ext4/deep/dir/inner", exist_ok=True)
    command("mount", "-t", "tmpfs", "inner", "/ext4/deep/dir/inner")
    for name in ("/ext4/deep/dir/fp-rel", "/ext4/deep/dir/fp-at", "/ext4/deep/dir/inner/fp-mount", "/root/fp-over", "/tmp/os/fp-abs"):
        open(name, "w").close()
    group = "/sys/fs/cgroup/matrix"
    s.main = Workload(*(step for step, *_ in STEPS), "thread:/tmp/os/th-read", comm="matrix-open", held=True)
    s.grouped = Workload("openat:/tmp/os/mk-open:0", comm="matrix-cg", held=True, prefix=in_cgroup(group + "/child"))
    s.spaced = Workload("openat:/tmp/os/mk-open:0", comm="matrix-ns", held=True, prefix=["unshare", "-m"])
    namespace = os.stat(f"/proc/{s.spaced.pid}/ns/mnt").st_ino
    s.tools = start(
        plain=["opensnoop"],
        failed=["opensnoop", "-x", "-n", "matrix-open"],
        pid=["opensnoop", "-p", s.main.pid],
        tid=["opensnoop", "-t", s.main.pid],
        user=["opensnoop", "-U", "-u", 1234],
        flags=["opensnoop", "-e", "-f", "O_WRONLY", "-f", "O_RDWR", "-n", "matrix-open"],
        all_flags=["opensnoop", "-e", "-p", s.main.pid],
        time=["opensnoop", "-T", "-p", s.main.pid],
        full=["opensnoop", "-F", "-n", "matrix-full"],
        tracepoint=["opensnoop", "--variant", "tracepoint", "-n", "matrix-open"],
        full_tracepoint=["opensnoop", "--variant", "tracepoint", "-F", "-n", "matrix-full"],
        perf=["opensnoop", "--buffer", "perf", "-n", "matrix-open"],
        cgroupmap=["opensnoop", "--cgroupmap", pinned("/sys/fs/bpf/cg", os.stat(group + "/child").st_ino)],
        cgroup=["opensnoop", "--cgroup", group],
        mntnsmap=["opensnoop", "--mntnsmap", pinned("/sys/fs/bpf/ns", namespace)],
    )
    s.main.go()
    workload("openat:/tmp/os/mk-open:0", "openat:/tmp/os/us-missing:0", comm="matrix-user", uid=1234)
    s.grouped.go()
    s.spaced.go()
    s.full = workload(
        "openat:/tmp/os/fp-abs:0",
        "chdir:/ext4/deep/dir",
        "openat:fp-rel:0",
        "openat:inner/fp-mount:0",
        "chdir:/ext4/deep/dir/inner",
        "openat:fp-mount:0",
        "keepdir:/ext4/deep",
        "openatdir:dir/fp-at:0",
        "chdir:/root",
        "openat:fp-over:0",
        "openat:fp-missing:0",
        "chdir:/",
        "openat:root/fp-over:0",
        comm="matrix-full",
    )
    stop(s.tools)
    return s


def of_main(tool, session):
    return [r for r in tool.rows() if r.comm == "matrix-open" and int(r.pid) == session.main.pid]


@case("open, openat, openat2: a line each, in order")
def _(session):
    rows = of_main(session.tools.plain, session)
    equal([r.file for r in rows], PATHS, note=session.tools.plain.said())


@case("FD and ERR as the system calls returned them")
def _(session):
    rows = of_main(session.tools.plain, session)
    made = [r for r in session.main.results if r[0].startswith("open")]
    equal([(int(r.fd), int(r.err)) for r in rows], [(fd if fd >= 0 else -1, err) for _, fd, err in made])
    equal([int(r.err) for r in rows], [s[2] for s in STEPS])


@case("another thread's open has its own comm and the process's pid")
def _(session):
    rows = session.tools.plain.rows("th-read")
    equal([(int(r.pid), r.comm) for r in rows], [(session.main.pid, "a-thread")])


@case("-x: only failed ones")
def _(session):
    equal(session.tools.failed.files(), [s[1] for s in STEPS if s[2]], note=session.tools.failed.said())


@case("-p: that process alone, all its threads")
def _(session):
    equal(session.tools.pid.files(), PATHS + ["/tmp/os/th-read"], note=session.tools.pid.said())


@case("-t: that thread alone, under TID")
def _(session):
    equal(session.tools.tid.files(), PATHS, note=session.tools.tid.said())
    true("TID" in session.tools.tid.heading().split(), session.tools.tid.heading())


@case("-u with -U: that user alone, in its column")
def _(session):
    rows = session.tools.user.rows()
    equal([(r.uid, r.file, int(r.err)) for r in rows], [("1234", "/tmp/os/mk-open", 0), ("1234", "/tmp/os/us-missing", 2)], note=session.tools.user.said())


@case("-n: part of a name")
def _(session):
    equal({r.comm for r in session.tools.tracepoint.rows()}, {"matrix-open"})


@case("-f O_WRONLY -f O_RDWR: with one of both")
def _(session):
    rows = session.tools.flags.rows()
    equal([(r.file, int(r.flags, 8)) for r in rows], [(s[1], s[3]) for s in STEPS if s[3] & 3], note=session.tools.flags.said())


@case("-e: the flags in octal, eight digits")
def _(session):
    rows = session.tools.all_flags.rows()
    equal([r.flags for r in rows if r.comm == "matrix-open"], [f"{s[3]:08o}" for s in STEPS], note=session.tools.all_flags.said())


@case("-T: seconds since the first, never backwards")
def _(session):
    times = [float(r.elapsed) for r in session.tools.time.rows()]
    equal(len(times), len(STEPS) + 1, note=session.tools.time.said())
    equal(times[0], 0.0)
    equal(times, sorted(times))
    true(0 < times[-1] < 60, f"the last one at {times[-1]}")


FULL = [
    "/tmp/os/fp-abs",
    "/ext4/deep/dir/fp-rel",
    "/ext4/deep/dir/inner/fp-mount",
    "/ext4/deep/dir/inner/fp-mount",
    "/ext4/deep",
    "/ext4/deep/dir/fp-at",
    "/root/fp-over",
    "/root/fp-missing",
    "/root/fp-over",
]


@case("-F: relative names in full: working directory, directory descriptor, across mounts")
def _(session):
    equal(session.tools.full.files(), FULL, note=session.tools.full.said())


@case("--variant tracepoint -F: the same")
def _(session):
    equal(session.tools.full_tracepoint.files(), FULL, note=session.tools.full_tracepoint.said())


@case("--variant tracepoint: the same lines as with kprobes")
def _(session):
    key = lambda r: (r.pid, r.comm, r.fd, r.err, r.file)
    got = [key(r) for r in session.tools.tracepoint.rows()]
    equal(got, [key(r) for r in of_main(session.tools.plain, session)], note=session.tools.tracepoint.said())


@case("--buffer perf: the same lines")
def _(session):
    # A buffer for each processor: who is moved to another one is not read in order.
    got = [r.file for r in session.tools.perf.rows() if int(r.pid) == session.main.pid]
    equal(sorted(got), sorted(PATHS), note=session.tools.perf.said())


@case("--cgroupmap: members of the groups of a pinned map")
def _(session):
    got = {(int(r.pid), r.file) for r in session.tools.cgroupmap.rows("mk-")}
    equal(got, {(session.grouped.pid, "/tmp/os/mk-open")}, note=session.tools.cgroupmap.said())


@case("--cgroup: members of that group and of those below")
def _(session):
    got = {(int(r.pid), r.file) for r in session.tools.cgroup.rows("mk-")}
    equal(got, {(session.grouped.pid, "/tmp/os/mk-open")}, note=session.tools.cgroup.said())


@case("--mntnsmap: processes of the mount namespaces of a pinned map")
def _(session):
    got = {(int(r.pid), r.file) for r in session.tools.mntnsmap.rows("mk-")}
    equal(got, {(session.spaced.pid, "/tmp/os/mk-open")}, note=session.tools.mntnsmap.said())


@case("a tool does not report itself")
def _(session):
    own = [r for r in session.tools.plain.rows() if int(r.pid) == session.tools.plain.pid]
    equal(own, [])


@case("the heading is BCC's; under 80 columns for short paths")
def _(session):
    equal(session.tools.plain.heading().split(), ["PID", "COMM", "FD", "ERR", "PATH"])
    widest = max(len(l) for l in session.tools.plain.body() if "matrix-open" in l)
    true(widest < 80, f"{widest} columns")


@case("Ctrl-C ends all with 0")
def _(session):
    for t in session.tools.values():
        if not t.failed:
            equal(t.status, 0, note=t.said())


@fixture
def floods():
    """More than the smallest buffer holds, as fast as it goes."""
    s = Bunch()
    s.tools = start(
        ring=["opensnoop", "-b", 1, "-n", "flood"],
        perf=["opensnoop", "-b", 1, "-n", "flood", "--buffer", "perf"],
        large=["opensnoop", "-b", 4096, "-n", "flood"],
    )
    workload(f"flood:{FLOOD}:/tmp", comm="flood").expect_ok()
    stop(s.tools, settle=3)
    return s


def none_unaccounted(tool, name):
    printed = sum(r.comm == "flood" for r in tool.rows())
    info(f"opensnoop {name}: of {FLOOD} opens printed {printed}, lost {tool.lost()}")
    equal(tool.status, 0, note=tool.said()[-600:])
    equal(printed + tool.lost(), FLOOD, "printed + lost", note=tool.stderr)
    return tool.lost()


@case("-b 1, 30000 opens flat out: printed + lost = made")
def _(floods):
    none_unaccounted(floods.tools.ring, "-b 1")


@case("the same with --buffer perf")
def _(floods):
    none_unaccounted(floods.tools.perf, "-b 1 --buffer perf")


@case("a large buffer loses none")
def _(floods):
    equal(none_unaccounted(floods.tools.large, "-b 4096"), 0, "lost")


@case("nothing is left in the kernel")
def _(session, floods):
    equal(nothing_left(), [])


main()
