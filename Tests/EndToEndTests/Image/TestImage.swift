import Ambient
import Glibc
import Testing

/// The container image that scripts/image/test has made on the test engine. With it, every immd of these tests runs in a container of it:
/// as nobody in particular, on a read-only root, with the engine's socket and its own directory and nothing else.
struct TestImage: Sendable {
    static let current = getenv("IMM_TEST_IMAGE").map { TestImage(name: String(cString: $0)) }
    static let isThere = current != nil
    static let reason: Comment = "needs IMM_TEST_IMAGE: run make test-image"
    /// As the image names it.
    static let user: uid_t = 65532

    let name: String

    /// Starts immd in a container of the engine behind `engineSocket`, on the host's network; the process is the client that waits for
    /// it and hands signals on. `directory` is mounted under its own path, since instances mount files of it by their path on the host.
    func launch(
        container: String, directory: String, engineSocket: String, _ arguments: [String], output: String
    ) throws -> ChildProcess {
        var socket = stat()
        guard stat(engineSocket, &socket) == 0 else { throw Failure("there is no engine socket \(engineSocket)") }
        try own(directory)
        return try docker(
            [
                "run", "--rm", "--name", container, "--network", "host", "--read-only", "--cap-drop", "ALL",
                "--security-opt", "no-new-privileges", "--group-add", "\(socket.st_gid)",
                "--volume", "\(directory):\(directory)", "--volume", "\(engineSocket):\(engineSocket)", name,
            ] + arguments, engineSocket: engineSocket, output: output)
    }

    /// Runs a client of the engine, found on the PATH.
    func docker(_ arguments: [String], engineSocket: String, output: String) throws -> ChildProcess {
        try ChildProcess(
            "/usr/bin/env", ["docker"] + arguments, environment: ["DOCKER_HOST": "unix://" + engineSocket],
            output: output)
    }

    /// Gives a directory to the user of the image, and what immd made there before it.
    private func own(_ directory: String) throws {
        guard chown(directory, TestImage.user, TestImage.user) == 0 else {
            throw Failure("\(directory) cannot be given to \(TestImage.user): \(String(cString: strerror(errno)))")
        }
    }
}
