import Ambient
import ResourceAPI
import Testing

@Suite struct ResourceClientTests {
    @Test func `every verb does in process what the suite says`() async throws {
        try await ServedFixture.run { try await ResourceClientSuite.check($0.local) }
    }

    @Test func `every verb does over HTTP what the suite says`() async throws {
        try await ServedFixture.run { try await ResourceClientSuite.check($0.client) }
    }
}
