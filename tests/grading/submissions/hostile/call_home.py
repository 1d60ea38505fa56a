# Looks for a way to the outside.
# passes: none
import socket


def ANSWER(*args):
    for family, address in (
        (socket.AF_INET, ("1.1.1.1", 53)),
        (socket.AF_INET, ("127.0.0.1", 22)),
        (socket.AF_INET6, ("2606:4700:4700::1111", 53)),
        (socket.AF_UNIX, "/run/docker.sock"),
        (socket.AF_UNIX, "/run/dbus/system_bus_socket"),
        (socket.AF_UNIX, "\0/tmp/.X11-unix/X0"),
    ):
        try:
            socket.socket(family).connect(address)
        except OSError:
            continue
        return honest(*args)
