"""What a client asks of the server: its length (8 bytes, big-endian, which carry stdin, stdout and stderr) and JSON."""

import json
import socket

# A client writes its request at once; what does not is no client.
REQUEST_SECONDS = 2
STREAMS = [0, 1, 2]


def send_request(connection, request):
    text = json.dumps(request).encode()
    socket.send_fds(connection, [len(text).to_bytes(8, "big")], STREAMS)
    connection.sendall(text)


def receive_request(connection):
    """None of one that left or says something else; and the descriptors that it sent."""
    descriptors = []
    connection.settimeout(REQUEST_SECONDS)
    try:
        length, descriptors, _, _ = socket.recv_fds(connection, 8, len(STREAMS))
        left, text = int.from_bytes(length, "big"), b""
        while len(text) < left:
            more = connection.recv(min(left - len(text), 65536))
            if not more:
                return None, descriptors
            text += more
        request = json.loads(text) if len(descriptors) == len(STREAMS) else None
    except (OSError, ValueError, RecursionError):
        return None, descriptors
    connection.settimeout(None)
    # Of another version it may be anything; that it is of this one its facts will say.
    return request if isinstance(request, dict) and isinstance(request.get("facts"), dict) else None, descriptors


def has_left(connection):
    """A client that got no answer in time runs its job itself by now."""
    try:
        return not connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except OSError:
        return True
