"""ClickHouse's HTTP interface, as much of it as ctxcap uses, over chdb (ClickHouse as a library, which has none).

  python clickhouse_http.py DATABASE_DIRECTORY    serves an existing database and prints its address
"""

import http.server
import sys
import threading
import urllib.parse

from chdb import session


class Engine:
    """One database. chdb runs one query at a time."""

    def __init__(self, directory):
        self.directory = directory
        self.lock = threading.Lock()
        self.session = session.Session(directory)
        # Of few rows the answer is there before it would have been compiled.
        self.do("SET max_threads = 1, compile_expressions = 0, compile_aggregate_expressions = 0, compile_sort_description = 0")

    def run(self, sql, parameters=None):
        """The answer's pieces; raises RuntimeError with ClickHouse's own text."""
        with self.lock:
            try:
                for piece in self.session.send_query(sql, "JSONEachRow", params=parameters or {}):
                    if piece.size():
                        yield piece.get_memview().tobytes()
            except Exception as error:
                # What a failed query has left behind would be in front of the next answer.
                self.session.close()
                self.session = session.Session(self.directory)
                raise RuntimeError(str(error)) from None

    def do(self, sql):
        """What is no question: DDL, INSERT, SYSTEM."""
        with self.lock:
            self.session.query(sql)

    def script(self, text):
        for statement in text.split(";\n"):
            if statement.strip():
                self.do(statement.strip().rstrip(";"))


class Server(http.server.ThreadingHTTPServer):
    """`before(settings, parameters, sql)` may return an exception's text instead of an answer; `within(...)` may return
    one to be written into the answer after its first bytes. `seen` is a diary of (settings, parameters, sql)."""

    daemon_threads = True

    def __init__(self, engine, user="", password=""):
        super().__init__(("127.0.0.1", 0), Handler)
        self.engine, self.user, self.password = engine, user, password
        self.before = self.within = lambda settings, parameters, sql: None
        self.seen = []
        self.bytes = 0  # of answers
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_port}"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def refuse(self, status, text):
        body = (text + "\n").encode()
        code = text.partition("Code: ")[2].partition(".")[0]
        self.send_response(status)
        self.send_header("X-ClickHouse-Exception-Code", code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def chunk(self, data):
        self.server.bytes += len(data)
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def do_POST(self):
        server = self.server
        sql = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if (self.headers.get("X-ClickHouse-User", ""), self.headers.get("X-ClickHouse-Key", "")) != (server.user, server.password):
            return self.refuse(403, "Code: 516. DB::Exception: default: Authentication failed. (AUTHENTICATION_FAILED)")
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))
        parameters = {name[6:]: value for name, value in query.items() if name.startswith("param_")}
        settings = {name: value for name, value in query.items() if not name.startswith("param_")}
        settings.pop("database", None)
        seen = (settings, parameters, sql)
        server.seen.append(seen)
        if text := server.before(*seen):
            return self.refuse(500, text)
        if settings:
            sql += " SETTINGS " + ", ".join(f"{name} = {value}" for name, value in settings.items())
        pieces = server.engine.run(sql, parameters)
        try:
            first = next(pieces, b"")
        except RuntimeError as error:
            return self.refuse(500, str(error))
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if text := server.within(*seen):
            self.chunk(first[: len(first) // 2] + text.encode() + b"\n")
        else:
            if first:
                self.chunk(first)
            try:
                for piece in pieces:
                    self.chunk(piece)
            except RuntimeError as error:
                self.chunk(str(error).encode() + b"\n")
        self.wfile.write(b"0\r\n\r\n")


if __name__ == "__main__":
    serving = Server(Engine(sys.argv[1]))
    print(serving.address, flush=True)
    threading.Event().wait()
