import Ambient
import PKI
import SwiftASN1
import Testing

@Suite struct ClientVerificationTests {
    private let time = SetTime()
    private var surroundings: Surroundings { Surroundings(time: time, randomness: Counting()) }

    private func authority() throws -> CertificateAuthority {
        try CertificateAuthority.make(name: "test", validFor: .seconds(3_650 * 86_400), surroundings)
    }

    private func der(_ credential: Credential) throws -> [UInt8] {
        try PEMDocument(pemString: credential.certificatePEM).derBytes
    }

    @Test func `a client is who its certificate says, in its groups`() async throws {
        let authority = try authority()
        let issued = try authority.issue(
            .client(user: "alice", groups: ["imm:admins", "team"]), validFor: .seconds(3_600), surroundings)
        let client = try await authority.client(der: der(issued))
        #expect(client.user == "alice" && client.groups == ["imm:admins", "team"])
        try client.check(at: time.now)
    }

    @Test func `a certificate counts from its beginning to its end`() async throws {
        let authority = try authority()
        let issued = try authority.issue(
            .client(user: "alice", groups: []), validFor: .seconds(86_400), surroundings)
        let client = try await authority.client(der: der(issued))
        let late = #expect(throws: PKIError.self) { try client.check(at: time.now + .seconds(86_401)) }
        #expect(late?.message.contains("has expired at 2030-01-02T00:00:00Z") == true)
        let early = #expect(throws: PKIError.self) { try client.check(at: time.now - .seconds(400)) }
        #expect(early?.message.contains("not valid before") == true)
    }

    @Test func `another authority of the same name is not believed`() async throws {
        let (ours, other) = (try authority(), try authority())
        let issued = try other.issue(
            .client(user: "mallory", groups: ["imm:admins"]), validFor: .seconds(60), surroundings)
        let error = await #expect(throws: PKIError.self) { _ = try await ours.client(der: der(issued)) }
        #expect(error?.message.contains("not signed by this server's authority") == true)
    }

    @Test func `a server's certificate is no client's`() async throws {
        let authority = try authority()
        let issued = try authority.issue(.server(names: ["localhost"]), validFor: .seconds(60), surroundings)
        let error = await #expect(throws: PKIError.self) { _ = try await authority.client(der: der(issued)) }
        #expect(error?.message.contains("clientAuth") == true)
    }

    @Test func `the authority itself is no client`() async throws {
        let authority = try authority()
        await #expect(throws: PKIError.self) { _ = try await authority.client(der: der(authority.credential)) }
    }

    @Test func `noise is no certificate`() async throws {
        let authority = try authority()
        for bytes in [[], [0x30], [UInt8](repeating: 0x30, count: 20_000), Array("hello".utf8)] {
            await #expect(throws: PKIError.self) { _ = try await authority.client(der: bytes) }
        }
    }

    @Test func `a name that no certificate can carry is refused`() throws {
        let authority = try authority()
        for user in ["", String(repeating: "x", count: 65)] {
            #expect(throws: PKIError.self) {
                _ = try authority.issue(.client(user: user, groups: []), validFor: .seconds(60), surroundings)
            }
        }
    }
}
