import Ambient
import Glibc
import PKI
import Testing

@Suite struct PKIDirectoryTests {
    private let time = SetTime()
    private var surroundings: Surroundings { Surroundings(time: time, randomness: Counting()) }

    private func open(_ directory: String, _ names: [String] = ["localhost", "127.0.0.1", "::1"]) throws -> PKIDirectory
    {
        try PKIDirectory(path: directory + "/pki", serverNames: names, surroundings)
    }

    @Test func `the first start makes what later ones read again`() async throws {
        try await withDirectory { directory in
            let first = try open(directory)
            let (server, admin) = (try first.serverCredential(), try first.adminCredential())
            #expect(mode(directory + "/pki") == 0o700)
            #expect(
                entries(directory + "/pki")
                    == ["admin.crt", "admin.key", "ca.crt", "ca.key", "server.crt", "server.key"])
            for name in entries(directory + "/pki") { #expect(mode("\(directory)/pki/\(name)") == 0o600, "\(name)") }
            let second = try open(directory)
            #expect(second.authority.credential == first.authority.credential)
            #expect(try second.serverCredential() == server)
            #expect(try second.adminCredential() == admin)
        }
    }

    @Test func `a certificate is renewed when it nears its end, and the authority stays`() async throws {
        try await withDirectory { directory in
            let pki = try open(directory)
            let (server, admin) = (try pki.serverCredential(), try pki.adminCredential())
            time.pass(days: 270)
            #expect(try pki.serverCredential() == server)
            #expect(try pki.adminCredential() == admin)
            time.pass(days: 10)
            let renewed = try pki.serverCredential()
            #expect(renewed.certificatePEM != server.certificatePEM && renewed.notAfter > server.notAfter)
            #expect(try pki.adminCredential() != admin)
            #expect(try open(directory).serverCredential() == renewed)
        }
    }

    @Test func `other names make another server certificate, the same ones in another order do not`() async throws {
        try await withDirectory { directory in
            let first = try open(directory, ["localhost", "127.0.0.1"]).serverCredential()
            #expect(try open(directory, ["127.0.0.1", "localhost"]).serverCredential() == first)
            #expect(try open(directory, ["127.0.0.1", "localhost", "imm.example"]).serverCredential() != first)
        }
    }

    @Test func `a key that others may read is refused with what to do`() async throws {
        try await withDirectory { directory in
            _ = try open(directory)
            chmod(directory + "/pki/ca.key", 0o640)
            let error = #expect(throws: PKIError.self) { _ = try open(directory) }
            #expect(error?.message.contains("chmod 600") == true)
        }
    }

    @Test func `an authority without its key is no reason to make another one`() async throws {
        try await withDirectory { directory in
            _ = try open(directory)
            unlink(directory + "/pki/ca.key")
            let error = #expect(throws: PKIError.self) { _ = try open(directory) }
            #expect(error?.message.contains("ca.key is missing") == true)
            #expect(entries(directory + "/pki") == ["ca.crt"])
        }
    }

    @Test func `a key of another certificate is told`() async throws {
        try await withDirectory { directory in
            let pki = try open(directory)
            let admin = try pki.adminCredential()
            _ = try pki.serverCredential()
            try PrivateFile.write(admin.keyPEM, to: directory + "/pki/server.key")
            let error = #expect(throws: PKIError.self) { _ = try pki.serverCredential() }
            #expect(error?.message.contains("the key is not the certificate's") == true)
        }
    }
}
