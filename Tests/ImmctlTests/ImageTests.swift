import Ambient
import Glibc
import JSON
import ResourceAPI
import Testing

@testable import ImmctlCommands

/// Stands for the store of images of one Provider.
struct TestImages: Sendable {
    var asked: [DiskImageRequest] = []
    var providers: [String] = []
    var received: [UInt8] = []
    /// What every request fails with.
    var failure: APIStatus?

    mutating func answer(_ provider: String, _ wanted: DiskImageRequest) throws(APIStatus) -> JSONValue {
        if let failure { throw failure }
        providers.append(provider)
        if case .append(_, let offset, let bytes) = wanted {
            guard offset == received.count else { throw .badRequest("offset \(offset)") }
            received += bytes
            return ["offset": .int(Int64(received.count))]
        }
        asked.append(wanted)
        let image: JSONValue = [
            "digest": .string("sha256:" + String(repeating: "a", count: 64)), "names": ["web:v2"], "format": "qcow2",
            "fileBytes": .int(3 << 20), "diskBytes": .int(1 << 30), "hasAgent": true,
            "importedAt": "2026-11-21T03:34:00Z", "users": ["revision default/web-0123456789"],
        ]
        switch wanted {
        case .begin: return ["upload": "u1"]
        case .list: return ["items": [image]]
        default: return image
        }
    }
}

@Suite struct ImageTests {
    private func bench(_ providers: String...) async throws -> Bench {
        let bench = try await Bench()
        for name in providers {
            try await bench.create([
                "apiVersion": "imm.dev/v1alpha1", "kind": "Provider", "metadata": ["name": .string(name)],
                "spec": ["type": "qemu"],
            ])
        }
        return bench
    }

    @Test func `a file is sent in pieces, in order, and finished with what was said of it`() async throws {
        let bench = try await bench("machines")
        let path = "\(getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp")/imm-image-\(getpid())"
        let bytes = (0..<(DiskImageRequest.pieceLimit * 2 + 5)).map { UInt8(truncatingIfNeeded: $0 / 3) }
        let file = try #require(fopen(path, "w"))
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
        defer { unlink(path) }
        let result = await bench.run("image import \(path) --name web:v2 --without-agent")
        #expect(result.status == .success, "\(result.errors)")
        #expect(result.output.contains("imported as web:v2"))
        let images = bench.images.withLock { $0 }
        #expect(images.received == bytes)
        #expect(images.asked == [.begin, .finish(upload: "u1", name: "web:v2", digest: nil, hasAgent: false)])
        #expect(Set(images.providers) == ["machines"])
    }

    @Test func `the list, one image and its removal`() async throws {
        let bench = try await bench("machines")
        let list = await bench.run("image list").output
        #expect(list.contains("web:v2") && list.contains("3Mi") && list.contains("1024Mi"), "\(list)")
        #expect(await bench.run("image inspect web:v2").output.contains("Needed by: revision default/web-0123456789"))
        #expect(await bench.run("image rm web:v2").output.hasSuffix("removed\n"))
        #expect(bench.images.withLock { $0.asked } == [.list, .inspect("web:v2"), .remove("web:v2")])
        bench.images.withLock { $0.failure = APIStatus(code: 409, reason: .conflict, message: "it is needed") }
        let refused = await bench.run("image rm web:v2")
        #expect(refused.status == .conflict && refused.errors.contains("it is needed"))
    }

    @Test func `without a provider of machines, or with several, it is asked which`() async throws {
        let none = await (try bench()).run("image list")
        #expect(none.status == .usage && none.errors.contains("no Provider of type qemu"))
        let two = try await bench("a", "b")
        #expect(await two.run("image list").errors.contains("--provider"))
        #expect(await two.run("image list --provider b").status == .success)
        #expect(two.images.withLock { $0.providers } == ["b"])
    }

    @Test func `a file that is not there is told`() async throws {
        let result = await (try bench("machines")).run("image import /there/is/none")
        #expect(result.status == .failed && result.errors.contains("/there/is/none"))
    }
}
