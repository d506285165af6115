import Ambient
import Glibc

/// Smart HTTP as many have it: nginx, fcgiwrap and git-http-backend, with a password, and a certificate of its own making.
///
/// Below `/moved/` everything leads to the same path without it.
public final class HTTPSServer: GitServer {
    public let scheme = "https"
    public static let username = "robot"
    public static let password = "pass:word with \"signs\" & blanks"
    /// The server's certificate, which signs itself.
    public let certificate: String
    private let host: RepositoryHost
    private let directory: ScratchDirectory
    private let port: UInt16
    private let processes = Guarded<[ServerProcess]>([])

    public init(_ host: RepositoryHost) throws(ServerFailure) {
        self.host = host
        let directory = try ScratchDirectory("https")
        self.directory = directory
        port = try Loopback.freePort()
        let openssl = try Spawn.find("openssl", package: "openssl")
        try Spawn.run(
            openssl,
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
                "\(directory.path)/server.key", "-out", "\(directory.path)/server.crt",
            ], environment: [:], in: directory)
        certificate = String(decoding: ScratchDirectory.read("\(directory.path)/server.crt") ?? [], as: UTF8.self)
        let hash = try Spawn.run(
            openssl, ["passwd", "-6", "-stdin"], environment: [:], input: Array(HTTPSServer.password.utf8),
            in: directory)
        try directory.write("passwords", Array("\(HTTPSServer.username):".utf8) + hash)
        try directory.write("nginx.conf", configuration(try TestGit.directory(host.scratch)))
        try start()
    }

    public func url(_ repository: TestRepository) -> String { "https://127.0.0.1:\(port)/\(repository.name).git" }

    /// Leads to the other one.
    public func movedURL(_ repository: TestRepository) -> String {
        "https://127.0.0.1:\(port)/moved/\(repository.name).git"
    }

    private func configuration(_ git: String) -> String {
        let place = directory.path
        let parameters: [(String, String)] = [
            ("SCRIPT_FILENAME", "\(git)/git-http-backend"), ("GIT_PROJECT_ROOT", host.root),
            ("GIT_HTTP_EXPORT_ALL", "1"), ("PATH_INFO", "$uri"), ("QUERY_STRING", "$query_string"),
            ("REQUEST_METHOD", "$request_method"), ("CONTENT_TYPE", "$content_type"),
            ("CONTENT_LENGTH", "$content_length"), ("REMOTE_USER", "$remote_user"), ("REMOTE_ADDR", "$remote_addr"),
            ("HOME", host.scratch.path), ("GIT_CONFIG_NOSYSTEM", "1"), ("PATH", Spawn.searchPath),
        ]
        let lines = parameters.map { "fastcgi_param \($0.0) \"\($0.1)\";" }.joined(separator: "\n")
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map { "\($0)_temp_path \(place)/\($0);" }.joined(separator: "\n")
        return """
            daemon off;
            master_process off;
            pid \(place)/nginx.pid;
            error_log \(place)/log;
            events { worker_connections 256; }
            http {
            access_log off;
            client_max_body_size 0;
            \(temporary)
            server {
            listen 127.0.0.1:\(port) ssl;
            ssl_certificate \(place)/server.crt;
            ssl_certificate_key \(place)/server.key;
            auth_basic git;
            auth_basic_user_file \(place)/passwords;
            location /moved/ { rewrite ^/moved/(.*)$ /$1 redirect; }
            location / {
            fastcgi_pass unix:\(place)/cgi;
            fastcgi_read_timeout 300;
            \(lines)
            } } }

            """
    }

    public func start() throws(ServerFailure) {
        let place = directory.path
        let log = "\(place)/log"
        let cgi = try ServerProcess(
            Spawn.find("fcgiwrap", package: "fcgiwrap"), ["-c", "4", "-s", "unix:\(place)/cgi"], log: log)
        processes.withLock { $0.append(cgi) }
        let nginx = try ServerProcess(
            Spawn.find("nginx", package: "nginx-light"), ["-e", log, "-p", place, "-c", "\(place)/nginx.conf"], log: log
        )
        processes.withLock { $0.append(nginx) }
        try Loopback.wait(for: port, of: nginx, log: log)
    }

    public func stop() {
        let running = processes.withLock { processes in
            defer { processes = [] }
            return processes
        }
        for process in running.reversed() { process.end() }
        unlink("\(directory.path)/cgi")
    }

    /// Stops it for good, and removes its keys.
    public func end() {
        stop()
        directory.remove()
    }
}
