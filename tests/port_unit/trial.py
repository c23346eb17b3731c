# SPDX-License-Identifier: Apache-2.0
"""Scripts of the tests' own, run by the stand-in as `bcchost port` does it, but without the sandbox."""
import textwrap
import time

from port import explore, program, work

PATH = "/tmp/script.py"


def script(text, before="", after=""):
    """A whole script: the C text as `text`, which `before` may change, and what follows BPF()."""
    return "from bcc import BPF\nimport argparse\nfrom time import sleep, strftime\ntext = '''\n%s'''\n%s\n" \
        "b = BPF(text=text)\n%s\n" % (text, textwrap.dedent(before), textwrap.dedent(after))


def run(source, argv=(), answers=()):
    """One run of it."""
    config = {"argv": list(argv), "answers": [[list(k), v] for k, v in answers], "files": {}}
    return explore.one_run(source, PATH, config, time.monotonic() + 30)


def explored(source, argv=()):
    return explore.Explorer(source, PATH, list(argv)).explore()


class Ported:
    """What became of a script. prototypes: what BTF says of functions; absent: questions that the kernel
    answers with no; modules: of functions, which have them; files: what stands beside the script."""

    def __init__(self, source, argv=(), prototypes=None, absent=(), modules=(), files=None):
        known, modules = prototypes or {}, dict(modules)

        def answer(key):
            there = ("function", key[1]) not in absent and tuple(key) not in absent
            if key[0] == "module":
                return modules.get(key[1], "" if there else None)
            if key[0] == "count":
                return 0
            return there

        self.work = work.Work(source, PATH, list(argv),
                              lambda names: {n: known[n] for n in names if n in known},
                              lambda keys: [answer(k) for k in keys])
        self.work.files = files or {}
        self.yaml, self.template = program.document(self.work, "tool")

    def line(self, start):
        """The one line of the program that begins like this."""
        found = [x.strip() for x in self.yaml.split("\n") if x.strip().startswith(start)]
        assert len(found) == 1, "%d lines begin with %r:\n%s" % (len(found), start, self.yaml)
        return found[0]

    def left(self):
        return [text for _line, text in self.work.report.left]

    def guessed(self):
        return [text for _line, text in self.work.report.guessed]

    def converted(self):
        return [text for _line, text in self.work.report.converted]


# A stream: who opened what, with a callback that prints.
STREAM = """
struct data_t {
    u64 ts;
    u32 pid;
    int ret;
    u64 delta_us;
    char comm[16];
};
BPF_PERF_OUTPUT(events);

int traced(struct pt_regs *ctx)
{
    struct data_t data = {};

    data.pid = bpf_get_current_pid_tgid() >> 32;
    FILTER
    events.perf_submit(ctx, &data, sizeof(data));
    return 0;
}
"""
ATTACH = 'b.attach_kprobe(event="vfs_open", fn_name="traced")\n'


def stream(callback, before="", heading='print("%-6s %-16s %s" % ("PID", "COMM", "RET"))'):
    """Its callback's body has `event`."""
    body = textwrap.indent(textwrap.dedent(callback), "    ")
    return script(STREAM, before + "\n", ATTACH + heading + '''
def show(cpu, data, size):
    event = b["events"].event(data)
%s
b["events"].open_perf_buffer(show)
while 1:
    b.perf_buffer_poll()
''' % body)
