"""What stands in for the API's public name: a loopback port that leads to the emulator's."""

import functools
import http.client
import http.server
import threading

HOP_BY_HOP = {"connection", "transfer-encoding", "keep-alive", "host", "content-length", "date",
              "server"}


class Front:
    """Takes what is sent to the public URL to the API Gateway of the emulator, byte by byte."""

    def __init__(self, port):
        self.to = port
        self.host = None
        front = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def forward(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, headers, answer = front.ask(self.command, self.path, self.headers, body)
                self.send_response(status)
                for name, value in headers:
                    if name.lower() not in HOP_BY_HOP:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(answer)

            do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_OPTIONS = forward

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        serve = functools.partial(self.server.serve_forever, poll_interval=0.02)
        threading.Thread(target=serve, daemon=True).start()

    def leads_to(self, api):
        """The API that requests go to from now on."""
        self.host = f"{api}.execute-api.localhost"

    def ask(self, method, path, headers, body):
        if self.host is None:
            return 503, [], b"nothing is deployed yet"
        kept = {name: value for name, value in headers.items() if name.lower() not in HOP_BY_HOP}
        connection = http.client.HTTPConnection("127.0.0.1", self.to, timeout=30)
        try:
            connection.request(method, path, body or None, {**kept, "Host": self.host})
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
