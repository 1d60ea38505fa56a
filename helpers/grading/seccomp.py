"""A filter of system calls that no answer needs and that would get around a limit of the sandbox.

Namespaces of one's own, tracing, and memory that no limit counts (``memfd_create``, System V
segments and semaphores, pages given to pipes, watched files) are refused with EPERM; ``clone3``,
whose flags a filter can't see, with ENOSYS, after which the C library uses ``clone``; as a rule,
sockets other than Unix's, whose buffers the whole machine shares, with EAFNOSUPPORT. The result is
a classic BPF program (man seccomp, SECCOMP_SET_MODE_FILTER) as bubblewrap's ``--seccomp`` takes it.
"""

import errno
import platform
import struct

CLONE_NEWUSER = 0x10000000
ALLOW, KILL, ERROR = 0x7FFF0000, 0x80000000, 0x00050000
LOAD, JUMP_EQUAL, JUMP_ABOVE, JUMP_SET, RETURN = 0x20, 0x15, 0x25, 0x45, 0x06
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16
"""Offsets in struct seccomp_data."""

AF_UNIX = 1
AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
CLONE = {"x86_64": 56, "aarch64": 220}
SOCKET = {"x86_64": 41, "aarch64": 198}
SPECIFIC = {
    "x86_64": {
        "shmget": 29, "semget": 64, "msgget": 68, "ptrace": 101, "pivot_root": 155, "chroot": 161,
        "mount": 165, "umount2": 166, "io_setup": 206, "add_key": 248, "request_key": 249,
        "keyctl": 250, "inotify_init": 253, "unshare": 272, "vmsplice": 278, "inotify_init1": 294,
        "perf_event_open": 298, "fanotify_init": 300, "setns": 308, "process_vm_readv": 310,
        "process_vm_writev": 311, "memfd_create": 319, "bpf": 321, "userfaultfd": 323,
    },
    "aarch64": {
        "io_setup": 0, "inotify_init1": 26, "umount2": 39, "mount": 40, "pivot_root": 41,
        "chroot": 51, "vmsplice": 75, "unshare": 97, "ptrace": 117, "msgget": 186, "semget": 190,
        "shmget": 194, "add_key": 217, "request_key": 218, "keyctl": 219, "perf_event_open": 241,
        "fanotify_init": 262, "setns": 268, "process_vm_readv": 270, "process_vm_writev": 271,
        "memfd_create": 279, "bpf": 280, "userfaultfd": 282,
    },
}  # fmt: skip
COMMON = {
    "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427, "open_tree": 428,
    "move_mount": 429, "fsopen": 430, "fsmount": 432, "pidfd_getfd": 438, "memfd_secret": 447,
}  # fmt: skip
"""Calls that have the same number on every architecture, as all newer ones have."""
CLONE3 = 435
X32 = 0x40000000
"""The bit of x86's third calling convention, whose numbers differ."""


def program(machine: str | None = None, internet: bool = False) -> bytes:
    """The filter for a machine (``platform.machine()``). Raises :class:`KeyError` for others.

    ``internet``: whether there are sockets for it, too, as a Jupyter kernel needs to start.
    """
    machine = machine or platform.machine()
    refused = [*SPECIFIC[machine].values(), *COMMON.values()]
    steps = [
        _step(LOAD, ARCHITECTURE),
        _step(JUMP_EQUAL, AUDIT[machine], yes=1),
        _step(RETURN, KILL),
        _step(LOAD, NUMBER),
        _step(JUMP_ABOVE, X32 - 1, no=1),
        _step(RETURN, KILL),
        *_refuse(CLONE3, errno.ENOSYS),
        *([] if internet else _unix_sockets(machine)),
    ]
    for number in refused:
        steps += _refuse(number, errno.EPERM)
    steps += [
        _step(JUMP_EQUAL, CLONE[machine], no=3),
        _step(LOAD, FIRST_ARGUMENT),
        _step(JUMP_SET, CLONE_NEWUSER, no=1),
        _step(RETURN, ERROR | errno.EPERM),
        _step(RETURN, ALLOW),
    ]
    return b"".join(steps)


def _unix_sockets(machine: str) -> list[bytes]:
    return [
        _step(JUMP_EQUAL, SOCKET[machine], no=4),
        _step(LOAD, FIRST_ARGUMENT),
        _step(JUMP_EQUAL, AF_UNIX, no=1),
        _step(RETURN, ALLOW),
        _step(RETURN, ERROR | errno.EAFNOSUPPORT),
    ]


def _refuse(number: int, error: int) -> list[bytes]:
    return [_step(JUMP_EQUAL, number, no=1), _step(RETURN, ERROR | error)]


def _step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("=HBBI", code, yes, no, value)
