# SPDX-License-Identifier: Apache-2.0
"""page: the steps that docs/write-a-tool.md takes, as they stand there: what a reader copies is what is tested.

A fenced block belongs to a step if the line before it says so: `<!-- step 2: opentrace.yaml -->` is a file of
that step, `<!-- step 2: output -->` a command and what it printed."""

import os
import re

BLOCK = re.compile(r"^<!-- step (\d+): ([\w.-]+) -->\n```\w*\n(.*?)^```$", re.M | re.S)
MARKER = re.compile(r"^<!-- step ", re.M)


def steps_of(path):
    """{1: {"opentrace.yaml": text, "opentrace.bpf.c": text, "output": text}, …}"""
    with open(path) as f:
        text = f.read()
    found = {}
    for number, name, body in BLOCK.findall(text):
        files = found.setdefault(int(number), {})
        if name in files:
            raise ValueError(f"{path}: step {number} has {name} twice")
        files[name] = body
    if sum(map(len, found.values())) != len(MARKER.findall(text)):
        raise ValueError(f"{path}: a step's marker has no fenced block behind it")
    return found


def write_steps(path, directory):
    """Each step's files in a directory of its own; {1: "DIRECTORY/1", …}"""
    made = {}
    for number, files in steps_of(path).items():
        made[number] = os.path.join(directory, str(number))
        os.makedirs(made[number], mode=0o755, exist_ok=True)
        for name, text in files.items():
            if name != "output":
                with open(os.path.join(made[number], name), "w") as f:
                    f.write(text)
    return made


def command_of(files):
    """The words of the step's command, and the heading that it printed."""
    command, heading = files["output"].splitlines()[:2]
    if not command.startswith("# bcchost "):
        raise ValueError(f"{command!r} should begin with `# bcchost `")
    return command.split()[2:], heading
