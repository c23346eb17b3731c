# SPDX-License-Identifier: Apache-2.0
"""Containers on a real kernel: groups that are called as runtimes call them, and who is in them; no
runtime is needed."""

import json
import os
import re
import shutil

from guest import READY, Bunch, Tool, Workload, stop, workload
from harness import Failure, Skip, case, command, equal, fixture, main, matches, true, wait_for

ROOT = "/sys/fs/cgroup"
WEB = "4c01db0b339c7c8a6dc8d1d3b1a8a2b6ad6ffe67a3a9e4b1c6d5e0f9a8b7c6d5"
DB = "4c01ffff0000000000000000000000000000000000000000000000000000abcd"
SIDE = "9f3a5b7c1d2e4f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8"
OLD = "77aa5b7c1d2e4f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8"
UID = "3e5c4a1b-0f2d-4c6e-8a9b-1234567890ab"
POD = f"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod{UID.replace('-', '_')}.slice"
GROUPS = {
    "web": f"/system.slice/docker-{WEB}.scope",
    "child": f"/system.slice/docker-{WEB}.scope/init.scope",
    "db": f"{POD}/cri-containerd-{DB}.scope",
    "side": f"{POD}/cri-containerd-{SIDE}.scope",
    "lxc": "/lxc.payload.old-box",
    "plain": "/system.slice/nginx.service",
}
# What --show says of each: container, pod.
SHOWN = {
    "web": ("shop", "-"),
    "child": ("shop", "-"),
    "db": ("4c01ffff0000", "default/front"),
    "side": ("9f3a5b7c1d2e", "default/front"),
    "lxc": ("old-box", "-"),
    "plain": ("-", "-"),
}


def within(group, namespace=False):
    """The beginning of a command that then runs in that group."""
    into = ["bash", "-c", f'echo $$ >{ROOT}{GROUPS[group]}/cgroup.procs; exec "$@"', "bash"]
    return into + (["unshare", "-m"] if namespace else [])


def ready(*argv):
    """A tool that has attached, which it says on stderr: not all have a heading."""
    t = Tool(*argv, "--verbose")
    try:
        wait_for(lambda: "bcchost: attached " in t.stderr or not t.alive(), READY, "its probes")
        equal(t.alive(), True, "alive", t.said())
    except Failure as e:
        t.failed = e
    return t


def marked(tool, mark="/ct-"):
    """The groups whose workload it printed, by the files' names."""
    tool.check()
    return sorted(set(re.findall(mark + r"(\w+)", tool.stdout)))


@fixture
def groups():
    for path in GROUPS.values():
        os.makedirs(ROOT + path, exist_ok=True)
    os.makedirs(f"/var/lib/docker/containers/{WEB}", exist_ok=True)
    with open(f"/var/lib/docker/containers/{WEB}/config.v2.json", "w") as f:
        json.dump({"ID": WEB, "Name": "/shop"}, f)
    os.makedirs(f"/var/log/pods/default_front_{UID}", exist_ok=True)
    os.makedirs("/tmp/ct", exist_ok=True)
    for name in [*GROUPS, "none", "spaced"]:
        open(f"/tmp/ct/ct-{name}", "w").close()
    shutil.copy("/bin/sleep", "/tmp/ct/ct-inside")
    shutil.copy("/bin/sleep", "/tmp/ct/ct-outside")
    return GROUPS


@fixture
def opens(groups):
    s = Bunch()
    s.spaced = Workload("openat:/tmp/ct/ct-spaced:0", comm="matrix-ct", held=True, prefix=within("web", namespace=True))
    namespace = f"/proc/{s.spaced.pid}/ns/mnt"
    name = ["-n", "matrix-ct"]
    commands = dict(
        show=["opensnoop", "--show", "container,pod,cgroup", *name],
        json=["opensnoop", "--show", "container,pod,cgroup", "--output", "json", *name],
        tracepoint=["opensnoop", "--variant", "tracepoint", "--show", "cgroup", *name],
        by_name=["opensnoop", "--container", "sho"],
        by_id=["opensnoop", "--container", "4c01ff"],
        lxc=["opensnoop", "--container", "old-box"],
        pod=["opensnoop", "--pod", "default/front"],
        pod_uid=["opensnoop", "--pod", UID[:8]],
        both=["opensnoop", "--pod", "front", "--container", SIDE],
        neither=["opensnoop", "--pod", "front", "--container", WEB],
        cgroup=["opensnoop", "--cgroup", f"{ROOT}{GROUPS['plain']}"],
        cgroup_path=["opensnoop", "--cgroup", GROUPS["plain"]],
        mntns=["opensnoop", "--mntns", namespace],
        mntns_number=["opensnoop", "--mntns", os.stat(namespace).st_ino],
        mntns_own=["opensnoop", "--mntns", "/proc/self/ns/mnt", *name],
        show_create=["filelife", "--show", "container,cgroup"],
        create=["filelife", "--container", "shop"],
        # All rows: where all the tools' own outputs share a slow second, the first 20 are theirs.
        top=["filetop", "-C", "-r", 1000, "--show", "container", "1"],
        exec=["execsnoop", "--show", "container"],
        disks=["biosnoop", "--show", "container,cgroup"],
        waits=["runqslower", "0", "--container", "shop", "--cgroup", "/system.slice", "--mntns", "/proc/self/ns/mnt"],
        waits_show=["runqslower", "0", "--show", "container"],
    )
    s.tools = Bunch((name, ready(*argv)) for name, argv in commands.items())
    for group in GROUPS:
        workload(
            f"openat:/tmp/ct/ct-{group}:0",
            f"create:/tmp/ct/gone-{group}",
            f"unlink:/tmp/ct/gone-{group}",
            comm="matrix-ct",
            prefix=within(group),
        )
    workload("openat:/tmp/ct/ct-none:0", "create:/tmp/ct/gone-none", "unlink:/tmp/ct/gone-none", comm="matrix-ct")
    s.spaced.go()
    for i in range(10):
        command(*within("child"), "/tmp/ct/ct-inside", 0.01)
        command("/tmp/ct/ct-outside", 0.01)
    dd = ["dd", "if=/dev/zero", "bs=4096", "count=3", "oflag=direct", "conv=fsync"]
    equal(command(*within("web"), *dd, "of=/ext4/ct-web").returncode, 0)
    equal(command(*within("side"), *dd, "of=/ext4/ct-side").returncode, 0)
    command(*within("db"), "bash", "-c", "for i in 1 2 3; do cat /tmp/ct/ct-db; echo $i >/tmp/ct/ct-db; done; sleep 1.5")
    stop(s.tools)
    return s


@case("containers: --show tells the container, the pod and the group of each open")
def _(opens):
    got = {}
    for line in opens.tools.show.stdout.splitlines():
        m = re.fullmatch(r"(\S+) +(\S+) +(\S+) +\d+ +matrix-ct +\d+ +0 +/tmp/ct/ct-(\w+)", line)
        if m:
            got[m[4]] = m.groups()[:3]
    for group, path in GROUPS.items():
        equal(got.get(group), (*SHOWN[group], path), group, opens.tools.show.said())
    equal(got["spaced"], ("shop", "-", GROUPS["web"]))
    equal(got["none"][:2], ("-", "-"))
    heading = opens.tools.show.stdout.splitlines()[0].split()
    equal(heading, ["CONTAINER", "POD", "CGROUP", "PID", "COMM", "FD", "ERR", "PATH"])


@case("containers: --show in JSON has null for what is none")
def _(opens):
    opens.tools.json.check()
    rows = {r["path"]: r for r in map(json.loads, opens.tools.json.stdout.splitlines())}
    for group, (container, pod) in SHOWN.items():
        row = rows[f"/tmp/ct/ct-{group}"]
        none = lambda s: None if s == "-" else s
        equal((row["container"], row["pod"], row["cgroup"]), (none(container), none(pod), GROUPS[group]), group)


@case("containers: --show with tracepoints")
def _(opens):
    matches(opens.tools.tracepoint.stdout, rf"(?m)^{re.escape(GROUPS['child'])} +\d+ +matrix-ct .*/ct-child$")


@case("containers: --container by the beginning of a name or an id takes it and what is below it")
def _(opens):
    t = opens.tools
    equal(marked(t.by_name), ["child", "spaced", "web"], note=t.by_name.said())
    equal(marked(t.by_id), ["db"], note=t.by_id.said())
    equal(marked(t.lxc), ["lxc"], note=t.lxc.said())


@case("containers: --pod takes its containers; with --container both must hold")
def _(opens):
    t = opens.tools
    equal(marked(t.pod), ["db", "side"], note=t.pod.said())
    equal(marked(t.pod_uid), ["db", "side"], note=t.pod_uid.said())
    equal(marked(t.both), ["side"], note=t.both.said())
    equal(marked(t.neither), [], note=t.neither.said())


@case("containers: --cgroup takes a directory, or a path as --show has it")
def _(opens):
    equal(marked(opens.tools.cgroup), ["plain"], note=opens.tools.cgroup.said())
    equal(marked(opens.tools.cgroup_path), ["plain"], note=opens.tools.cgroup_path.said())


@case("containers: --mntns takes a file or its number")
def _(opens):
    t = opens.tools
    equal(marked(t.mntns), ["spaced"], note=t.mntns.said())
    equal(marked(t.mntns_number), ["spaced"], note=t.mntns_number.said())
    equal(marked(t.mntns_own), sorted([*GROUPS, "none"]), note=t.mntns_own.said())


@case("containers: filelife, filetop and execsnoop know them as well")
def _(opens):
    t = opens.tools
    for group, (container, _) in SHOWN.items():
        matches(t.show_create.stdout, rf"(?m)^{container} +{re.escape(GROUPS[group])} +[\d:]+ +\d+ +matrix-ct .*gone-{group}$")
    equal(marked(t.create, "gone-"), ["child", "web"], note=t.create.said())
    matches(t.top.stdout, r"(?m)^4c01ffff0000 +\d+ +(bash|cat) .*ct-db$")
    matches(t.exec.stdout, r"(?m)^shop +(ct-inside|bash) .*ct-inside")
    matches(t.exec.stdout, r"(?m)^- +(ct-outside|python3) .*ct-outside")


@case("containers: biosnoop tells who submitted, runqslower who waited")
def _(opens):
    t = opens.tools
    matches(t.disks.stdout, rf"(?m)^shop +{re.escape(GROUPS['web'])} +[\d.]+ +dd ")
    matches(t.disks.stdout, rf"(?m)^9f3a5b7c1d2e +{re.escape(GROUPS['side'])} +[\d.]+ +dd ")
    true("ct-inside" in t.waits.stdout, t.waits.said())
    true("ct-outside" not in t.waits.stdout, t.waits.said())
    matches(t.waits_show.stdout, r"(?m)^shop +[\d:]+ +ct-inside ")
    matches(t.waits_show.stdout, r"(?m)^- +[\d:]+ +ct-outside ")


# The verifier's word for those that no case above runs.
for tool in ("statsnoop", "syncsnoop", "mountsnoop", "dcsnoop", "filegone", "filecreate", "fileslower", "ext4slower"):

    @case(f"containers: {tool} --show --container")
    def _(groups, tool=tool):
        run = command("bcchost", tool, "--show", "container,cgroup", "--container", "shop", "-d", 0.2, timeout=200)
        equal(run.returncode, 0, note=run.stderr)
        matches(run.stdout, r"^CONTAINER +CGROUP +")


@case("containers: all end with 0")
def _(opens):
    for t in opens.tools.values():
        t.check()
        equal(t.status, 0, note=t.said())


@case("containers: one that is none, or that are several, is an error that lists those there are")
def _(groups):
    def refused(*argv):
        run = command("bcchost", *argv, timeout=100)
        equal((run.returncode, run.stdout), (2, ""), note=run.stderr)
        return run.stderr

    said = refused("opensnoop", "--container", "nothing")
    for what in (r"docker container 4c01db0b339c \(shop\)", "containerd container 4c01ffff0000", "lxc container old-box"):
        matches(said, what)
    matches(said, f"looked in {ROOT}")
    said = refused("opensnoop", "--container", "4c01")
    matches(said, "more than one container is called so: ")
    true("9f3a" not in said, said)
    matches(refused("opensnoop", "--pod", "nothing"), rf"there are: pod {UID} \(default/front\)")
    matches(refused("opensnoop", "--cgroup", "/proc"), "not a directory of a cgroup2 file system")
    matches(refused("dirtop", "--show", "cgroup"), "a row of dirtop is of all tasks together")
    matches(refused("biolatency", "--show", "cgroup"), "--show")


@fixture
def version_1(groups):
    place = "/run/cgroup.v1"
    os.makedirs(place, exist_ok=True)
    made = command("mount", "-t", "cgroup", "-o", "none,name=matrix", "v1", place)
    if made.returncode:
        raise Skip(f"this kernel has no hierarchies of version 1: {made.stderr}")
    group = f"{place}/docker/{OLD}"
    os.makedirs(group, exist_ok=True)
    return group


@case("containers: one in groups of version 1 alone is known by its mount namespace")
def _(version_1):
    into = ["unshare", "-m", "bash", "-c", f'echo $$ >{version_1}/cgroup.procs; exec "$@"', "bash"]
    inside = Workload("openat:/tmp/ct/ct-web:0", comm="matrix-ct", held=True, prefix=into)
    tool = ready("opensnoop", "--container", OLD[:6])
    workload("openat:/tmp/ct/ct-none:0", comm="matrix-ct")
    inside.go()
    equal(tool.stop(), 0, note=tool.said())
    equal(marked(tool), ["web"], note=tool.said())
    command("umount", "/run/cgroup.v1")


main()
