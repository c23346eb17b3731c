# SPDX-License-Identifier: Apache-2.0
"""native_export: `bcchost export` on the running kernel, for run-native.py: what it tells, and bad input."""

import concurrent.futures
import glob
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.error

from exporter import Exporter, free_port, parse
from harness import Background, Skip, case, command, equal, fixture, matches, true, wait_for

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TEMP = os.environ["WORK"]
BCCHOST = f"{TEMP}/prefix/bin/bcchost"
MARK = "marked-opens"
OPENS = 1000


def config(text, name="export.yaml"):
    path = f"{TEMP}/{name}"
    with open(path, "w") as f:
        f.write(text)
    os.chmod(path, 0o644)
    return path


def can_trace():
    if os.getuid():
        raise Skip("not root")
    if not glob.glob("/sys/kernel/tracing/events/syscalls/sys_enter_openat"):
        command("mount", "-t", "tracefs", "tracefs", "/sys/kernel/tracing")
    if not glob.glob("/sys/kernel/tracing/events/syscalls/sys_enter_openat"):
        raise Skip("this kernel has no syscall tracepoints")
    if not os.path.exists("/sys/kernel/btf/vmlinux"):
        raise Skip("this kernel has no BTF")


def refuses(status, *patterns, argv):
    """It ends by itself, before anything is attached."""
    run = command(BCCHOST, "export", *argv, timeout=60)
    equal(run.returncode, status, "exit status", run.stderr)
    equal(run.stdout, "", "stdout")
    matches(run.stderr, r"^bcchost: [^\n]*\n$", "stderr: one line")
    for p in patterns:
        matches(run.stderr, p, "stderr")


def opens(paths, comm=MARK):
    """Opens them, once each, in a process of that name."""
    pid = os.fork()
    if not pid:
        with open("/proc/self/comm", "w") as f:
            f.write(comm)
        for p in paths:
            try:
                os.close(os.open(p, os.O_RDONLY))
            except OSError:
                pass
        os._exit(0)
    os.waitpid(pid, 0)


LABELS = """programs:
  - name: opensnoop
    options: {name: export-names}
    max_series: 12
    metrics:
      counters:
        - name: my_opens_total
          description: 'a "description" with a \\ in it'
          labels: [{name: path}, {name: comm}]
      gauges:
        - {name: my_last_fd, description: the last descriptor, from: fd}
      histograms:
        - {name: my_flags, description: flags as numbers, from: err, buckets: [0.5, 2, 10]}
"""


@fixture
def exporter(installed):
    """opensnoop and what else runs where there are no kprobes; filelife, which may not."""
    can_trace()
    return Exporter(BCCHOST, "opensnoop:name=" + MARK, "biosnoop", "biolatency", "runqslower:min-us=1", "filelife").ready()


@fixture
def labelled(installed):
    can_trace()
    return Exporter(BCCHOST, "--config", config(LABELS), host="[::1]" if socket.has_ipv6 else "127.0.0.1").ready()


@case("export: 1,000 opens are a counter of exactly 1,000")
def _(exporter):
    before = exporter.value("bcchost_opensnoop_events_total", comm=MARK) or 0
    opens(["/etc/passwd"] * (OPENS - 1) + ["/no-such-file"])
    equal(exporter.value("bcchost_opensnoop_events_total", comm=MARK) - before, OPENS)
    equal(exporter.value("bcchost_opensnoop_events_total", comm=MARK, error="2"), 1.0)
    equal(exporter.value("bcchost_lost_events_total", tool="opensnoop"), 0.0)


@case("export: both formats, well formed, and the same in both")
def _(exporter):
    opens(["/etc/passwd"])
    plain = exporter.get()
    equal(exporter.type, "text/plain; version=0.0.4; charset=utf-8")
    om = exporter.get(accept="application/openmetrics-text;version=1.0.0,text/plain;q=0.5")
    equal(exporter.type, "application/openmetrics-text; version=1.0.0; charset=utf-8")
    true(om.endswith("\n# EOF\n") and "# EOF" not in plain, "the end of OpenMetrics", om[-100:])
    true("# TYPE bcchost_opensnoop_events counter\n" in om, "a counter's family has no _total in OpenMetrics")
    equal({n for n, _ in parse(plain)}, {n for n, _ in parse(om)})
    # Between the lines of a family there are none of another.
    families = re.findall(r"^# TYPE (\S+)", plain, re.M)
    equal(len(families), len(set(families)))
    for text in (plain, om):
        for name in re.findall(r"^# TYPE (\S+)", text, re.M):
            block = text[text.index(f"# TYPE {name} ") :].split("\n# HELP")[0].split("\n")[1:]
            for line in filter(None, block):
                true(line.startswith(name) or line == "# EOF", f"{name}: {line}")


@case("export: promtool finds nothing to say")
def _(exporter):
    if not shutil.which("promtool"):
        raise Skip("no promtool here (package prometheus)")
    run = subprocess.run(["promtool", "check", "metrics"], input=exporter.get().encode(), capture_output=True)
    equal((run.returncode, run.stdout + run.stderr), (0, b""))


@case("export: histograms add up: buckets grow, +Inf is the count")
def _(exporter):
    wait_for(lambda: exporter.value("bcchost_runqslower_wait_seconds_count"), 30, "a wait for a processor")
    samples = exporter.samples()
    buckets = [(float(dict(l)["le"]), v) for (n, l), v in samples.items() if n == "bcchost_runqslower_wait_seconds_bucket"]
    true(len(buckets) > 10, f"{len(buckets)} buckets")
    equal(buckets, sorted(buckets))
    equal(sorted(v for _, v in buckets), [v for _, v in buckets])
    equal(buckets[-1], (float("inf"), samples["bcchost_runqslower_wait_seconds_count", ()]))
    true(samples["bcchost_runqslower_wait_seconds_sum", ()] > 0, "the sum")


@case("export: what it says of itself")
def _(exporter):
    samples = exporter.samples()
    value = lambda name, **labels: samples.get((name, tuple(sorted(labels.items()))))
    equal(value("bcchost_tool_up", tool="opensnoop"), 1.0)
    equal(value("bcchost_tool_series_max", tool="opensnoop"), 1000.0)
    equal(value("bcchost_config_last_reload_successful"), 1.0)
    true(value("process_resident_memory_bytes") > 1 << 20, "its memory")
    true(value("process_cpu_seconds_total") > 0, "its processor time")
    true(abs(value("process_start_time_seconds") - time.time()) < 3600, "its start")
    version = command(BCCHOST, "--version").stdout.split("\n")[0].split()[1]
    equal(value("bcchost_build_info", version=version), 1.0)


@case("export: a tool that cannot run does not end the others")
def _(exporter):
    up = exporter.value("bcchost_tool_up", tool="filelife")
    if up == 1.0:
        raise Skip("filelife runs here")
    equal(up, 0.0)
    matches(exporter.stderr, r"bcchost: filelife does not run: no variant of filelife works here")
    equal(exporter.value("bcchost_tool_up", tool="biosnoop"), 1.0)


@case("export: pages: / and /-/healthy, others are 404, other methods 405")
def _(exporter):
    matches(exporter.get("/"), "<a href=\"/metrics\">")
    equal(exporter.get("/-/healthy"), "ok\n")
    for path in ("/../../etc/passwd", "/metrics/", "/metrics/../../etc/shadow", "/%2e%2e/%2e%2e/etc/passwd", "/nothing", "//metrics"):
        back = exporter.raw(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        matches(back.decode(), r"^HTTP/1\.1 404 ", path)
        true(b"root:" not in back, f"{path} gave a file away")
    matches(exporter.raw(b"GET /metrics?x=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").decode(), "^HTTP/1.1 200 ")
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "BREW"):
        back = exporter.raw(f"{method} /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        matches(back.decode(), r"^HTTP/1\.1 405 .*Allow: GET, HEAD", method)
    head = exporter.raw(b"HEAD /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").decode()
    matches(head, r"^HTTP/1\.1 200 .*Content-Length: [1-9]")
    true(head.endswith("\r\n\r\n"), "HEAD has no body", head[-200:])


@case("export: requests that are none, and heads of 64 KiB, harm nobody")
def _(exporter):
    exporter.raw(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + os.urandom(500) + b"\r\n\r\n")
    exporter.raw(b"\x00" * 5000 + b"\r\n\r\n")
    exporter.raw(b"GET\r\n\r\n")
    back = exporter.raw(b"GET /metrics HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 65536 + b"\r\n\r\n")
    matches(back.decode(), r"^HTTP/1\.1 (431|413|400) ")
    back = exporter.raw(b"GET /" + b"a" * 65536 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
    matches(back.decode() or "HTTP/1.1 414 ", r"^HTTP/1\.1 (414|431|400|404) ")
    equal(exporter.get("/-/healthy"), "ok\n")


@case("export: 200 scrapes at once, with others that never read, and one that says nothing")
def _(exporter):
    held = []
    for _ in range(40):
        s = socket.create_connection(("127.0.0.1", exporter.port))
        s.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        held.append(s)
    held.append(socket.create_connection(("127.0.0.1", exporter.port)))
    with concurrent.futures.ThreadPoolExecutor(200) as pool:
        texts = list(pool.map(lambda _: exporter.get(timeout=60), range(200)))
    for text in texts:
        parse(text)
    equal(len(texts), 200)
    for s in held:
        s.close()
    true(exporter.value("process_resident_memory_bytes") < 200 << 20, "its memory")


@case("export: who never reads is let go")
def _(exporter):
    before = exporter.value("process_open_fds")
    s = socket.create_connection(("127.0.0.1", exporter.port))
    s.sendall(b"GET /met")
    wait_for(lambda: exporter.value("process_open_fds") <= before, 60, "the connection's end")
    s.close()


@case("export: label values with quotes, newlines and bytes that are not UTF-8; the bound; IPv6")
def _(labelled):
    names = [b"/no/plain", b'/no/"quoted"', b"/no/new\nline", b"/no/back\\slash", b"/no/\xff\xfe", "/no/é".encode()]
    opens(names, "export-names")
    samples = labelled.samples()
    got = {dict(l)["path"]: v for (n, l), v in samples.items() if n == "my_opens_total" and dict(l)["path"].startswith("/no/")}
    equal(got, {"/no/plain": 1, '/no/"quoted"': 1, "/no/new\nline": 1, "/no/back\\slash": 1, "/no/\\xff\\xfe": 1, "/no/é": 1})
    matches(labelled.get(), r'# HELP my_opens_total a "description" with a \\\\ in it\n')
    equal(samples["my_last_fd", ()], 0.0 if samples["my_last_fd", ()] == 0 else -1.0)
    equal(samples["my_flags_bucket", (("le", "2.0"),)], 6.0)
    opens([f"/no/{i}" for i in range(100)], "export-names")
    samples = labelled.samples()
    equal(sum(v for (n, _), v in samples.items() if n == "my_opens_total"), 106.0)
    equal(samples["bcchost_tool_series", (("tool", "opensnoop"),)], 12.0)
    others = samples["my_opens_total", (("comm", "other"), ("path", "other"))]
    equal(others, samples["bcchost_other_events_total", (("tool", "opensnoop"),)])
    true(90 < others < 106, f"{others} others")


@case("export: SIGHUP: what is the same goes on, what is wrong changes nothing, what is new comes")
def _(installed):
    can_trace()
    first = "programs:\n  - {name: opensnoop, options: {name: export-reload}}\n"
    path = config(first, "reload.yaml")
    x = Exporter(BCCHOST, "--config", path).ready()
    opens(["/etc/passwd"] * 10, "export-reload")
    count = lambda: x.value("bcchost_opensnoop_events_total", comm="export-reload")
    equal(count(), 10.0)
    config(first.replace("name: export-reload", "nonsense: 1"), "reload.yaml")
    x.reload("what ran before goes on")
    matches(x.stderr, r"bcchost: \S+/reload.yaml:2: .*--nonsense.*\nbcchost: what ran before goes on")
    equal(x.value("bcchost_config_last_reload_successful"), 0.0)
    opens(["/etc/passwd"] * 10, "export-reload")
    equal(count(), 20.0)
    config("# moved\n" + first + "  - name: biosnoop\n", "reload.yaml")
    x.reload("exporting opensnoop biosnoop")
    equal(count(), 20.0)
    equal(x.value("bcchost_tool_up", tool="biosnoop"), 1.0)
    equal(x.value("bcchost_config_last_reload_successful"), 1.0)
    config("programs:\n  - name: biosnoop\n", "reload.yaml")
    x.reload("exporting biosnoop")
    equal(count(), None)
    equal(x.value("bcchost_tool_up", tool="opensnoop"), None)
    equal(x.stop(), 0)


@case("export: ends at SIGTERM and SIGINT, and takes its probes with it")
def _(installed):
    can_trace()
    import signal

    for number in (signal.SIGTERM, signal.SIGINT):
        x = Exporter(BCCHOST, "opensnoop").ready()
        equal(x.stop(number), 0, note=x.said())


@case("export: a port in use is an error before anything is attached")
def _(installed):
    can_trace()
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        s.listen()
        address = f"127.0.0.1:{s.getsockname()[1]}"
        refuses(1, rf"cannot listen at {address}: Address already in use; .*--listen", argv=["--listen", address, "opensnoop"])


WRONG = [
    (["no-such-tool"], 2, "no-such-tool"),
    (["opensnop"], 2, "did you mean opensnoop"),
    (["opensnoop:nonsense"], 2, "--nonsense"),
    (["opensnoop:pid=abc"], 2, "--pid abc: a process id is a whole number"),
    (["opensnoop:duration=5"], 2, "--duration is not for the exporter"),
    (["opensnoop:name,failed"], 2, "--name wants a value: --name=NAME"),
    (["opensnoop:output=json"], 2, "--output is not for the exporter"),
    (["ext4slower:csv"], 2, "--csv is not for the exporter"),
    (["opensnoop:"], 2, "no option behind the colon"),
    (["opensnoop", "opensnoop:failed"], 2, "opensnoop is there twice"),
    ([], 2, "nothing to export"),
    (["--listen", "8526", "opensnoop"], 2, r"--listen 8526: is to be ADDRESS:PORT"),
    (["--listen"], 2, "--listen wants a value"),
    (["--user", "no-such-user", "opensnoop"], 2, "--user no-such-user: there is no such user"),
    (["--lisen", "x"], 2, "unknown option --lisen; did you mean --listen"),
    (["--config", "/no/such/file"], 1, "cannot open /no/such/file: No such file"),
]

BAD = [
    ("programs:\n  - name: opensnop\n", r":2: .*did you mean opensnoop"),
    ("programs:\n  - name: opensnoop\n    labels: []\n", r":3: unknown key `labels`"),
    ("programs:\n  - name: opensnoop\n    options: {pid: abc}\n", r":3: --pid abc"),
    ("programs:\n  - name: opensnoop\n    options:\n      failed: 7\n", r":4: --failed takes no value"),
    ("programs:\n  - name: opensnoop\n    options: {name: true, failed: true}\n", r":3: --name wants a value"),
    ("programs:\n  - name: opensnoop\n  - name: opensnoop\n", r":3: opensnoop is there twice"),
    ("programs: 7\n", r":1: `programs` is to be a list"),
    ("programs: [\n", r":\d+: "),
]
METRIC = "programs:\n  - name: opensnoop\n    metrics:\n      counters:\n        - name: my_total\n          description: d\n"
BAD += [
    (METRIC + "          labels: [{name: comm}, {name: x, from: com}]\n", r":7: label x: opensnoop has no field com; did you mean comm"),
    (METRIC + "          from: pat\n", r":5: metric my_total: opensnoop has no field pat; did you mean path"),
    (METRIC + "          type: counter\n", r":7: unknown key `type`"),
    (METRIC + "          max_series: many\n", r":7: unknown key `max_series`"),
    (METRIC.replace("my_total", "bcchost_tool_up"), r":5: the metric bcchost_tool_up: the name bcchost_tool_up is taken"),
    (METRIC.replace("my_total", "process_cpu_seconds"), r":5: .*: the name process_cpu_seconds is taken \(bcchost's own\)"),
    (METRIC.replace("my_total", "my-total"), r":5: `name` is to be a metric's name"),
    (METRIC + "      gauges:\n        - {name: my, description: d, from: fd}\n", r":8: the metric my: the name my is taken"),
]
# These are known once it is compiled: still before anything is attached.
COMPILED = [
    (METRIC + "          labels: [{name: uid}]\n", r":7: my_total: the field uid of opensnoop is there only with its option print-uid"),
    (METRIC + "          from: path\n", r":5: my_total: the field path of opensnoop is no number"),
]


@case("export: a wrong command line")
def _(installed):
    for argv, status, pattern in WRONG:
        refuses(status, pattern, argv=argv)


@case("export: a wrong file: its line, and nothing is started")
def _(installed):
    for text, pattern in BAD:
        refuses(5, re.escape(f"{TEMP}/bad.yaml") + pattern, argv=["--config", config(text, "bad.yaml")])
    if os.getuid() == 0:
        path = config("programs: [{name: opensnoop}]\n", "bad.yaml")
        os.chmod(path, 0o666)
        refuses(3, "bad.yaml", argv=["--config", path])


@case("export: fields that an option brings, text where a number is wanted: known before anything is attached")
def _(installed):
    can_trace()
    for text, pattern in COMPILED:
        refuses(5, re.escape(f"{TEMP}/bad.yaml") + pattern, argv=["--config", config(text, "bad.yaml")])


@case("export --check: every tool's own metrics fit what it is compiled to")
def _(installed):
    kernel = f"{TEMP}/sid"
    with open(f"{kernel}/release") as f:
        facts = ["--btf", f"{kernel}/btf", "--kallsyms", f"{kernel}/kallsyms", "--kernel-release", f.read().strip()]
    with open(f"{TOP}/tools.list") as f:
        tools = [l.split()[0] for l in f if l.strip() and not l.startswith("#")]
    words = [t + (":root-directories=/etc" if t == "dirtop" else "") for t in tools]
    run = command(BCCHOST, *facts, "export", "--check", *words, timeout=600)
    equal(run.returncode, 0, note=run.stderr)
    equal([l.split(":")[0] for l in run.stdout.splitlines()], tools)


@case("docs/prometheus.md has each tool's metrics")
def _():
    run = command(f"{TOP}/tests/docs-metrics", "--check")
    equal(run.returncode, 0, note=run.stdout + run.stderr)
    with open(f"{TOP}/docs/prometheus.md") as f:
        page = f.read()
    with open(f"{TOP}/host/export/own.c") as f:
        for name in re.findall(r'\{"((?:bcchost|process)_\w+)"', f.read()):
            true(name in page, f"{name} is not in docs/prometheus.md")


@case("export: what it is linked with, no tool's run maps")
def _(installed):
    true("libmicrohttpd" in command("ldd", f"{TEMP}/prefix/libexec/bcchost/bcchost-export").stdout, "the exporter has no web server")
    equal(re.findall(r"\S*(?:microhttpd|gnutls|seccomp|LLVM)\S*", command("ldd", BCCHOST).stdout), [])


@case("export: needs root")
def _(installed):
    if os.getuid():
        raise Skip("not root")

    def nobody():
        os.setgroups([])
        os.setresgid(65534, 65534, 65534)
        os.setresuid(65534, 65534, 65534)

    run = command(BCCHOST, "export", "--listen", f"127.0.0.1:{free_port()}", "opensnoop", preexec_fn=nobody, cwd="/")
    equal(run.returncode, 3, note=run.stderr)
    matches(run.stderr, "opensnoop does not run: .*root")


@case("export: 100,000 names, for some seconds: its memory has a bound")
def _(installed):
    can_trace()
    run = command(f"{TOP}/tests/soak", BCCHOST, "20", timeout=300)
    equal(run.returncode, 0, note=run.stdout + run.stderr)
