# SPDX-License-Identifier: Apache-2.0
"""native_deploy: cases of tests/run-native.py: what deploy/ holds is checked by the tools that it is for: systemd's,
Prometheus', and for what has none here (Kubernetes, containers, Grafana) against what is known of their formats and
of what is built."""

import glob
import json
import os
import re
import shlex
import shutil
import signal
import tempfile

import jsonschema
import yaml

from harness import Background, Skip, case, command, equal, matches, true, wait_for

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DEPLOY = f"{TOP}/deploy"
# What attaching takes without root (docs/privileges.md).
CAPABILITIES = {"BPF", "PERFMON", "SYSLOG", "DAC_READ_SEARCH"}
PORT = 8526


def read(name):
    with open(f"{DEPLOY}/{name}") as f:
        return f.read()


# --- systemd ---


def unit_for(binary):
    path = tempfile.mkdtemp() + "/bcchost-export.service"
    with open(path, "w") as f:
        f.write(read("bcchost-export.service").replace("/usr/bin/bcchost ", f"{binary} "))
    return path


def settings(unit):
    """A unit's settings, each with all that it is set to."""
    found = {}
    for line in unit.splitlines():
        if re.match(r"[A-Z]\w*=", line):
            key, value = line.split("=", 1)
            found.setdefault(key, []).append(value)
    return found


@case("deploy: the unit is clean for systemd-analyze verify")
def _(installed):
    run = command("systemd-analyze", "verify", "--man=no", unit_for(f"{installed}/bin/bcchost"))
    equal((run.returncode, run.stdout + run.stderr), (0, ""))


@case("deploy: the unit is as closed as it can be")
def _(installed):
    # In tenths; 9.6 is what a service without any of this has.
    run = command("systemd-analyze", "security", "--offline=yes", "--threshold=27", "--no-pager", unit_for(f"{installed}/bin/bcchost"))
    equal(run.returncode, 0, note=run.stdout[-300:] + run.stderr)
    unit = settings(read("bcchost-export.service"))
    for key in ("AmbientCapabilities", "CapabilityBoundingSet"):
        equal({c.removeprefix("CAP_") for c in unit[key][0].split()}, CAPABILITIES, key)
    # These take away what BPF needs.
    for key in ("PrivateUsers", "ProtectKernelLogs", "PrivateNetwork"):
        true(unit.get(key, ["no"]) == ["no"], f"{key} breaks the exporter")


@case("deploy: the unit's list of system calls has what the exporter and the compiler call")
def _(installed):
    if not shutil.which("strace"):
        true(False, "strace is not installed (tests/setup)")
    allowed = set()
    for words in settings(read("bcchost-export.service"))["SystemCallFilter"]:
        deny = words.startswith("~")
        names = set()
        for word in words.lstrip("~").split():
            if not word.startswith("@"):
                names.add(word)
                continue
            shown = command("systemd-analyze", "syscall-filter", "--no-pager", word).stdout
            names |= {l.strip() for l in shown.splitlines() if re.fullmatch(r" +[a-z]\w*", l)}
            for group in re.findall(r"^ +(@[\w-]+)$", shown, re.M):
                more = command("systemd-analyze", "syscall-filter", "--no-pager", group).stdout
                names |= {l.strip() for l in more.splitlines() if re.fullmatch(r" +[a-z]\w*", l)}
        allowed = allowed - names if deny else allowed | names
    log, said = f"{os.environ['WORK']}/strace", f"{os.environ['WORK']}/exporter.err"
    for path in (log, said):
        with open(path, "w"):
            os.chmod(path, 0o666)
    # Attaches, installs its filter, reads its configuration again, and ends.
    argv = [f"{installed}/bin/bcchost", "export", "--listen", "127.0.0.1:18527", "opensnoop"]
    script = '"$@" 2>$SAID & until grep -q exporting $SAID || ! kill -0 $!; do sleep 0.2; done; '
    script += "kill -HUP $!; sleep 3; kill -INT $!; wait $!; code=$?; cat $SAID >&2; exit $code"
    argv = ["sh", "-c", script, "sh", *argv]
    # As the unit's user, who has no root to give up.
    caps = ",".join(["-all", *("+" + c.lower() for c in sorted(CAPABILITIES))])
    user = ["setpriv", "--reuid", "61184", "--regid", "61184", "--clear-groups", "--inh-caps", caps, "--ambient-caps", caps]
    run = command(*user, "--bounding-set", caps, "--no-new-privs", "strace", "-f", "-qq", "-o", log, *argv, env=dict(os.environ, SAID=said))
    with open(log) as f:
        lines = f.read()
    called = set(re.findall(r"^\d+ +([a-z_0-9]+)\(", lines, re.M)) | set(re.findall(r"<\.\.\. (\w+) resumed>", lines))
    equal(run.returncode, 0, note=run.stderr)
    matches(run.stderr, "exporting opensnoop")
    true({"bpf", "perf_event_open", "capset", "execve", "listen"} <= called, f"strace saw {sorted(called)}", run.stderr)
    # The limit of descriptors, which the unit sets, and locked memory: asked for again, and refused without harm.
    equal(called - allowed - {"setrlimit", "prlimit64"}, set())


# --- what the exporter may do ---


def exporter_keeps(installed, user):
    """Its status once it serves, and whether a reload attaches another tool all the same."""
    config = os.path.join(os.environ["WORK"], f"exporter-{user or 'root'}.yaml")

    def configure(*names):
        with open(config, "w") as f:
            f.write("programs:\n" + "".join(f"  - name: {n}\n" for n in names))
        os.chmod(config, 0o644)

    def up():
        return command("curl", "-s", "http://127.0.0.1:18528/metrics").stdout

    configure("opensnoop")
    argv = [f"{installed}/bin/bcchost", "export", "--listen", "127.0.0.1:18528", "--config", config]
    t = Background(*argv, *(["--user", user] if user else []))
    wait_for(lambda: 'bcchost_tool_up{tool="opensnoop"} 1' in up() or not t.alive(), 60, "the exporter")
    true(t.alive(), t.said())
    with open(f"/proc/{t.pid}/status") as f:
        status = dict(l.rstrip("\n").split(":\t", 1) for l in f if ":\t" in l)
    configure("opensnoop", "runqslower")
    t.signal(signal.SIGHUP)
    wait_for(lambda: 'bcchost_tool_up{tool="runqslower"} 1' in up() or not t.alive(), 60, "the tool that came: " + t.said())
    t.signal(signal.SIGINT)
    equal(t.wait(20), 0, note=t.said())
    return status


NUMBERS = {"DAC_READ_SEARCH": 2, "SYS_RESOURCE": 24, "SYSLOG": 34, "PERFMON": 38, "BPF": 39}

for user in (None, "nobody"):

    @case(f"the exporter{' --user nobody' if user else ''}: what it keeps, its filter, and a reload within these")
    def _(installed, user=user):
        if os.getuid():
            raise Skip("not root")
        status = exporter_keeps(installed, user)
        most = sum(1 << n for n in NUMBERS.values())
        least = sum(1 << NUMBERS[c] for c in CAPABILITIES)
        for key in ("CapPrm", "CapEff"):
            caps = int(status[key], 16)
            equal((caps & ~most, caps & least), (0, least), key)
        equal([int(status[key], 16) for key in ("CapInh", "CapAmb", "CapBnd")], [0, 0, 0])
        equal((status["NoNewPrivs"], status["Seccomp"]), ("1", "2"))
        uid = str(65534 if user else 0)
        equal((set(status["Uid"].split()), set(status["Gid"].split())), ({uid}, {uid}))


# --- Kubernetes ---


@case("deploy: the manifest is what its schema allows")
def _():
    with open(f"{TOP}/tests/deploy-schema.json") as f:
        schema = json.load(f)
    documents = list(yaml.safe_load_all(read("daemonset.yaml")))
    equal([d["kind"] for d in documents], ["Namespace", "ConfigMap", "DaemonSet"])
    for d in documents:
        jsonschema.Draft7Validator(schema["kinds"][d["kind"]] | {"definitions": schema["definitions"]}).validate(d)
    # The schema is one that can fail.
    wrong = yaml.safe_load(yaml.safe_dump(documents[2]))
    wrong["spec"]["template"]["spec"]["containers"][0]["securityContext"]["capabilites"] = {}
    validator = jsonschema.Draft7Validator(schema["kinds"]["DaemonSet"] | {"definitions": schema["definitions"]})
    true(list(validator.iter_errors(wrong)), "a key that there is not passed")


@case("deploy: the manifest asks for capabilities, not for everything")
def _():
    namespace, config, daemonset = yaml.safe_load_all(read("daemonset.yaml"))
    pod = daemonset["spec"]["template"]
    (container,) = pod["spec"]["containers"]
    security = container["securityContext"]
    equal((security["privileged"], security["allowPrivilegeEscalation"]), (False, False))
    equal(security["capabilities"]["drop"], ["ALL"])
    equal(set(security["capabilities"]["add"]), CAPABILITIES | {"SYS_RESOURCE"})
    equal(pod["spec"]["hostPID"], True)
    equal({m["name"] for m in container["volumeMounts"]}, {v["name"] for v in pod["spec"]["volumes"]})
    paths = {v["hostPath"]["path"] for v in pod["spec"]["volumes"] if "hostPath" in v}
    true({"/sys/kernel/btf", "/sys/kernel/tracing"} <= paths, paths)
    equal({m["readOnly"] for m in container["volumeMounts"] if m["name"] not in ("cache", "tmp")}, {True})
    equal(daemonset["spec"]["selector"]["matchLabels"].items() <= pod["metadata"]["labels"].items(), True)
    equal(pod["metadata"]["annotations"]["prometheus.io/port"], str(PORT))
    equal([p["containerPort"] for p in container["ports"]], [PORT])
    true(f"0.0.0.0:{PORT}" in container["args"], container["args"])
    names = {p["name"] for p in yaml.safe_load(config["data"]["export.yaml"])["programs"]}
    true(names <= set(tools()), f"not in tools.list: {names - set(tools())}")


@case("deploy: a configuration in a ConfigMap's volume, whose directory has mode 0777, is read")
def _(installed):
    if os.getuid() or command("unshare", "-m", "true").returncode:
        raise Skip("no mounts here")
    volume = tempfile.mkdtemp(dir=os.environ["WORK"])
    os.mkdir(f"{volume}/..1")
    with open(f"{volume}/..1/export.yaml", "w") as f:
        f.write("programs:\n  - name: opensnop\n")
    os.symlink("..1", f"{volume}/..data")
    os.symlink("..data/export.yaml", f"{volume}/export.yaml")
    os.chmod(volume, 0o777)
    config = f"{volume}/export.yaml"
    export = [f"{installed}/bin/bcchost", "export", "--check", "--config", config]
    mounted = f"mount --bind {volume} {volume} && mount -o remount,bind,ro {volume} && exec {shlex.join(export)}"
    run = command("unshare", "-m", "sh", "-c", mounted)
    equal(run.returncode, 5, note=run.stderr)
    matches(run.stderr, r"export.yaml:2: .*did you mean opensnoop")
    run = command(*export)
    equal(run.returncode, 3, note=run.stderr)
    matches(run.stderr, "everybody can write it")


def tools():
    with open(f"{TOP}/tools.list") as f:
        return [l.split()[0] for l in f if l.strip() and not l.startswith("#")]


# --- the container's recipe ---


def instructions():
    """[word, rest] of each, continued lines joined."""
    text = re.sub(r"\\\n", " ", "".join(l for l in read("Containerfile").splitlines(True) if not l.startswith("#")))
    return [line.split(None, 1) for line in text.splitlines() if line.strip()]


def stages():
    found = []
    for word, rest in instructions():
        if word == "FROM":
            found.append([])
        found[-1].append((word, rest))
    return found


def packages(stage):
    (run,) = (rest for word, rest in stage if word == "RUN" and "apt-get install" in rest)
    words = shlex.split(run.split("--no-install-recommends", 1)[1])
    return words[: words.index("&&")] if "&&" in words else words


@case("deploy: the container's recipe has instructions that there are, and packages of Debian 12")
def _():
    known = {"FROM", "RUN", "COPY", "EXPOSE", "ENTRYPOINT", "CMD", "ENV", "WORKDIR", "USER", "LABEL", "VOLUME"}
    equal({word for word, _ in instructions()} - known, set())
    equal([rest.split()[0] for word, rest in instructions() if word == "FROM"], ["debian:bookworm-slim"] * 2)
    for word, rest in instructions():
        if word in ("ENTRYPOINT", "CMD"):
            true(all(isinstance(a, str) for a in json.loads(rest)), rest)
    named = [p for stage in stages() for p in packages(stage)]
    equal([p for p in named if "linux-" in p], [], "kernel headers")
    run = command("apt-cache", "show", "--no-all-versions", *named)
    equal(run.returncode, 0, note=run.stderr)


@case("deploy: the container's packages are what the binaries are built with and need")
def _(installed):
    build, run = map(packages, stages())
    with open(f"{TOP}/tests/setup") as f:
        machine = re.search(r'MACHINE="([^"]*)"', f.read())[1].split()
    wanted = {p for p in machine if p.startswith("lib") and p.endswith("-dev")} - {"libcmocka-dev"}
    equal(wanted - set(build), set(), "libraries to build with")
    needed = set()
    for path in [f"{installed}/bin/bcchost", *glob.glob(f"{installed}/libexec/bcchost/bcchost-*")]:
        for dynamic in re.findall(r"\(NEEDED\) +Shared library: \[(\S+)\]", command("readelf", "-d", path).stdout):
            owner = command("dpkg", "-S", f"*/{dynamic}").stdout
            true(owner, f"no package has {dynamic}")
            needed.add(owner.split(":")[0])
    # What every Debian has, and what the packages named depend on.
    have = {"libc6", "libgcc-s1", "libstdc++6"} | set(run)
    depends = command("apt-cache", "depends", "--recurse", "--no-recommends", "--no-suggests", "--no-conflicts", "--no-breaks",
                      "--no-replaces", "--no-enhances", *run).stdout
    have |= {l.strip() for l in depends.splitlines() if re.match(r"\w", l)}
    equal(needed - have, set(), "libraries to run with")


# --- Prometheus, Grafana ---


def promtool(*argv):
    run = command("promtool", *argv)
    equal(run.returncode, 0, " ".join(argv), run.stdout + run.stderr)
    true("FAILED" not in run.stdout + run.stderr, run.stdout + run.stderr)


@case("deploy: Prometheus' configuration and rules are good for promtool")
def _():
    promtool("check", "config", f"{DEPLOY}/prometheus.yml")
    promtool("check", "rules", f"{DEPLOY}/bcchost-rules.yml")
    # Debian's is built without Kubernetes.
    text, n = re.subn(r"kubernetes_sd_configs:\n( +- role:.*\n +namespaces:.*)", "static_configs: [{targets: [x]}]", read("prometheus-kubernetes.yml"))
    equal(n, 1)
    path = tempfile.mkdtemp() + "/kubernetes.yml"
    with open(path, "w") as f:
        f.write(text)
    promtool("check", "config", path)


def default_metrics():
    """The samples that a scrape gives by itself: of each tool's program, and the exporter's own."""
    names = set()
    for path in glob.glob(f"{TOP}/programs/*.yaml"):
        with open(path) as f:
            metrics = yaml.safe_load(f).get("metrics") or {}
        names |= {m["name"] for kind in ("counters", "gauges") for m in metrics.get(kind, [])}
        names |= {m["name"] + end for m in metrics.get("histograms", []) for end in ("_bucket", "_sum", "_count")}
    with open(f"{TOP}/host/export/own.c") as f:  # a table, a row a metric
        names |= set(re.findall(r'\{\s*"((?:bcchost|process)_\w+)"', f.read()))
    return names


def expressions():
    dashboard = json.loads(read("grafana-dashboard.json"))
    found = [t["expr"] for p in dashboard["panels"] for t in p.get("targets", [])]
    for v in dashboard["templating"]["list"]:
        if v["type"] == "query":
            found.append(re.search(r"label_values\((.*), \w+\)", v["query"]["query"])[1])
    for group in yaml.safe_load(read("bcchost-rules.yml"))["groups"]:
        found += [r["expr"] for r in group["rules"]]
    return found


@case("deploy: the dashboard's queries are PromQL, of metrics that there are by default")
def _():
    known = default_metrics()
    true(len(known) > 20, f"only {sorted(known)} are known")
    rules = []
    for i, e in enumerate(expressions()):
        used = set(re.findall(r"\b(?:bcchost|process)_\w+", e))
        true(used, f"no metric in {e}")
        equal(used - known, set(), e)
        # As Grafana asks.
        asked = e.replace("$__rate_interval", "5m").replace("$instance", ".+").replace("$job", ".+")
        rules.append({"record": f"test:expression:{i}", "expr": asked})
    path = tempfile.mkdtemp() + "/rules.yml"
    with open(path, "w") as f:
        yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}, f)
    promtool("check", "rules", path)


@case("deploy: the dashboard's panels have their places, and none lies on another")
def _():
    dashboard = json.loads(read("grafana-dashboard.json"))
    ids = [p["id"] for p in dashboard["panels"]]
    equal(len(set(ids)), len(ids))
    taken = {}
    for p in dashboard["panels"]:
        g = p["gridPos"]
        true(g["x"] + g["w"] <= 24, p["title"])
        for cell in [(x, y) for x in range(g["x"], g["x"] + g["w"]) for y in range(g["y"], g["y"] + g["h"])]:
            true(cell not in taken, f"{p['title']} lies on {taken.get(cell)}")
            taken[cell] = p["title"]


@case("deploy: the configuration that is shipped names tools that there are")
def _():
    names = {p["name"] for p in yaml.safe_load(read("export.yaml"))["programs"]}
    true(names and names <= set(tools()), names)
    matches(read("sysctl-bcchost.conf"), r"(?m)^kernel\.perf_event_paranoid = 2$")
