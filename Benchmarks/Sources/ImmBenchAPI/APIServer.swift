import BenchKit
import Foundation
import NIOSSL

/// A release immd without an engine, listening on TCP with TLS, and a client with its administrator's certificate.
struct APIServer {
    let daemon: ImmDaemon
    let client: LoadClient
    let access: AdminAccess

    /// Starts both, with data of their own.
    init(_ settings: BenchmarkSettings, _ name: String) throws {
        let directory = settings.directory + "/" + name
        daemon = try ImmDaemon(
            binary: settings.binaries + "/immd", directory: directory, engineSocket: directory + "/no-engine.sock",
            listen: "127.0.0.1:0", logLevel: "error")
        _ = try daemon.waitForAnswer()
        let kubeconfig = directory + "/data/admin.kubeconfig"
        try Clock.wait(for: kubeconfig, seconds: 10) { FileManager.default.fileExists(atPath: kubeconfig) }
        access = try AdminAccess(kubeconfig: try String(contentsOfFile: kubeconfig, encoding: .utf8))
        client = try LoadClient(access, port: access.port)
    }

    func stop() {
        client.stop()
        daemon.stop()
    }

    /// Runs `body`, and says how many seconds of CPU both sides used meanwhile.
    func cpu(of body: () throws -> Void) throws -> (server: Double, client: Double) {
        let (server, own) = (try daemon.cpuSeconds(), ownCPUSeconds())
        try body()
        return (try daemon.cpuSeconds() - server, ownCPUSeconds() - own)
    }

    private func ownCPUSeconds() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }
}

/// What `admin.kubeconfig` says.
struct AdminAccess {
    let port: Int
    let certificate: NIOSSLCertificate
    let key: NIOSSLPrivateKey
    let authority: NIOSSLCertificate

    init(kubeconfig: String) throws {
        func value(_ name: String) throws -> Substring {
            guard let start = kubeconfig.range(of: name + ":")?.upperBound else {
                throw BenchmarkFailure("admin.kubeconfig has no \(name)")
            }
            return kubeconfig[start...].prefix { $0 != "\n" }
        }
        func pem(_ name: String) throws -> [UInt8] {
            let text = try value(name).filter { !$0.isWhitespace && $0 != "\"" }
            guard let data = Data(base64Encoded: text) else { throw BenchmarkFailure("\(name) is not base64") }
            return Array(data)
        }
        let server = try value("server").filter { $0 != "\"" }
        guard let port = server.split(separator: ":").last.flatMap({ Int($0) }) else {
            throw BenchmarkFailure("admin.kubeconfig: no port in \(server)")
        }
        self.port = port
        certificate = try NIOSSLCertificate(bytes: pem("client-certificate-data"), format: .pem)
        key = try NIOSSLPrivateKey(bytes: pem("client-key-data"), format: .pem)
        authority = try NIOSSLCertificate(bytes: pem("certificate-authority-data"), format: .pem)
    }
}
