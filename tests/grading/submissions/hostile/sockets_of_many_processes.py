# Twenty processes fill the buffers of as many sockets as they may have: memory of the kernel.
# passes: none
# limit: memory
import os
import socket
import time


def fill():
    held = []
    try:
        while True:
            pair = socket.socketpair()
            held.extend(pair)
            for end in pair:
                end.setblocking(False)
                try:
                    while True:
                        end.send(bytes(2**16))
                except BlockingIOError:
                    pass
    except OSError:
        time.sleep(60)


def ANSWER(*args):
    for _ in range(20):
        if not os.fork():
            fill()
    time.sleep(60)
