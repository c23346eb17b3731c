# SPDX-License-Identifier: Apache-2.0
"""busy: a little of everything that tools look at, again and again while there is a file in /run/busy,
so that they have something to say: files, processes, connections, signals, locks, memory."""
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

DIRS = ("/ext4", "/xfs", "/btrfs", "/tmp")


def files(where):
    try:
        d = tempfile.mkdtemp(dir=where)
    except OSError:
        return
    path = d + "/one"
    with open(path, "wb") as f:
        f.write(b"x" * 300000)
        f.flush()
        os.fsync(f.fileno())
    with open(path, "rb") as f:
        f.read()
    os.stat(path)
    os.rename(path, d + "/two")
    os.symlink("two", d + "/three")
    os.link(d + "/two", d + "/four")
    shutil.rmtree(d)
    try:
        os.stat(d + "/none")
    except OSError:
        pass


def connection(family, host):
    with socket.socket(family, socket.SOCK_STREAM) as server:
        server.bind((host, 0))
        server.listen(4)
        with socket.create_connection(server.getsockname()[:2]) as client:
            peer, _ = server.accept()
            client.sendall(b"x" * 100000)
            peer.recv(100000)
            peer.close()
    with socket.socket(family, socket.SOCK_STREAM) as client:
        try:
            client.connect((host, 9))  # nobody listens
        except OSError:
            pass


def passed_descriptor():
    a, b = socket.socketpair(socket.AF_UNIX)
    with open("/etc/hostname") as f:
        socket.send_fds(a, [b"x"], [f.fileno()])
    for fd in socket.recv_fds(b, 10, 4)[1]:
        os.close(fd)
    a.close()
    b.close()


def main():
    libc = ctypes.CDLL(None)
    while True:
        time.sleep(0.4)
        if not os.listdir("/run/busy"):
            continue
        for d in DIRS:
            files(d)
        connection(socket.AF_INET, "127.0.0.1")
        connection(socket.AF_INET6, "::1")
        passed_descriptor()
        subprocess.run(["/bin/ls", "/"], stdout=subprocess.DEVNULL, check=False)
        child = subprocess.Popen(["/bin/sleep", "9"])
        os.kill(child.pid, signal.SIGTERM)
        child.wait()
        t = threading.Thread(target=lambda: time.sleep(0.01))
        t.start()
        t.join()
        libc.sync()
        shm = libc.shmget(0, 4096, 0o1600)
        libc.shmctl(shm, 0, None)
        subprocess.run(["mount", "-t", "tmpfs", "busy", "/media"], check=False)
        subprocess.run(["umount", "/media"], check=False)


main()
