# What a sandbox refuses: each with an exception, none with a crash.
import os, sys

def refused(what):
    try:
        what()
    except Exception as e:
        return type(e).__name__
    return "was allowed"

def subprocess():
    import subprocess
    subprocess.run(["true"])

def sockets():
    import socket
    socket.create_connection(("127.0.0.1", 9))

for name, what in (
        ("subprocess", subprocess), ("sockets", sockets),
        ("fork", lambda: os.fork()), ("system", lambda: os.system("true")),
        ("outside", lambda: open("/etc/passwd")),
        ("above", lambda: open("../../../etc/passwd")),
        ("threads", lambda: __import__("threading").Thread().start())):
    got = refused(what)
    print(name, "refused" if got != "was allowed" else got)
