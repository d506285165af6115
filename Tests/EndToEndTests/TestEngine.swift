import Ambient
import DockerEngine
import Glibc
import Testing

/// The engine that the tests run on: the socket in IMM_TEST_DOCKER_SOCKET, as scripts/private-dockerd makes one.
enum TestEngine {
    static let socketPath = getenv("IMM_TEST_DOCKER_SOCKET").map { String(cString: $0) }
    static let isThere = socketPath != nil
    static let mustBeThere = getenv("CI").map { String(cString: $0) } == "true"
    static let reason: Comment =
        "needs IMM_TEST_DOCKER_SOCKET: IMM_TEST_DOCKER_SOCKET=$(scripts/private-dockerd start DIR) swift test"

    static let engine = DockerEngine(socketPath: socketPath ?? "/nowhere", time: SystemTime())

    static func freshID() -> String { SystemRandomness().nameSuffix(length: 8) }
}

/// The suites that need an engine are off without one; in CI that is an error.
@Test(.enabled(if: TestEngine.mustBeThere, "only where CI=true"))
func `CI has an engine`() {
    #expect(TestEngine.isThere, TestEngine.reason)
}

/// All that runs immd and immctl on a real engine, one after the other: what is measured and what the engine tells
/// belongs to one test.
@Suite(.serialized, .enabled(if: TestEngine.isThere, TestEngine.reason))
enum EndToEnd {}

/// Where tests make their files: below the run's own directory, which is looked through for leftovers at its end.
let temporaryRoot = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
