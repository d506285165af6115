import Ambient
import DiskImages
import Glibc
import ProcessControl
import Testing

@Suite(.enabled(if: access("/usr/bin/qemu-img", X_OK) == 0, "needs qemu-img: make packages"))
struct DiskImageStoreTests {
    /// A store in a directory of its own, which is removed.
    private func with(_ body: (DiskImageStore, String) async throws -> Void) async throws {
        let root = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        let place = try PrivateDirectory("\(root)/imm-images-\(SystemRandomness().nameSuffix(length: 10))")
        defer { place.remove() }
        let store = DiskImageStore(
            directory: place.path + "/store", qemuImage: "/usr/bin/qemu-img", surroundings: .system)
        try await body(store, place.path)
    }

    private func qemuImage(_ arguments: String..., in directory: String) async throws {
        let result = try await ProgramRunner(time: SystemTime()).run(
            ProgramCall("/usr/bin/qemu-img", arguments, environment: [:], directory: directory, timeout: .seconds(30)))
        #expect(result.isSuccess, "\(String(decoding: result.errors, as: UTF8.self))")
    }

    /// A qcow2 file with data in it.
    private func sample(_ directory: String, seed: UInt8 = 1) async throws -> String {
        let raw = try PrivateDirectory(directory).write(
            "raw-\(seed)", (0..<(1 << 20)).map { UInt8(truncatingIfNeeded: $0 / 7) &+ seed })
        try await qemuImage("convert", "-f", "raw", "-O", "qcow2", raw, "sample-\(seed).qcow2", in: directory)
        return "\(directory)/sample-\(seed).qcow2"
    }

    private func expectRefusal(_ words: String, _ body: () async throws -> Void) async {
        let error = await #expect(throws: DiskImageError.self) { try await body() }
        #expect(error?.code == .refused && error?.message.contains(words) == true, "\(error?.message ?? "")")
    }

    @Test func `an image is found by digest and by name, is read-only, and goes by its removal`() async throws {
        try await with { store, directory in
            let name = try #require(DiskImageName("demo:v1"))
            let image = try await store.importFile(try await sample(directory), name: name)
            #expect(image.format == .qcow2 && image.diskBytes == 1 << 20 && image.names == ["demo:v1"])
            #expect(try store.find("demo:v1") == image)
            #expect(try store.find(image.digest) == image)
            #expect(try store.list() == [image])
            #expect(FileTree.mode(store.path(of: image.digest)) == 0o444)
            let again = try await store.importFile("\(directory)/sample-1.qcow2", name: nil)
            #expect(again.digest == image.digest)
            #expect(throws: DiskImageError.self) { try store.remove("demo:v1", users: ["instance a"]) }
            try store.remove("demo:v1", users: [])
            #expect(try store.list().isEmpty)
            #expect(throws: DiskImageError.self) { _ = try store.find("demo:v1") }
        }
    }

    @Test func `a name moves to the image that was imported under it last`() async throws {
        try await with { store, directory in
            let name = try #require(DiskImageName("demo"))
            let first = try await store.importFile(try await sample(directory, seed: 1), name: name)
            let second = try await store.importFile(try await sample(directory, seed: 2), name: name)
            #expect(try store.digest(of: "demo:latest") == second.digest)
            #expect(try store.find(first.digest).names == [])
        }
    }

    @Test func `an image whose backing file or data file is one of the host is refused`() async throws {
        try await with { store, directory in
            try await qemuImage(
                "create", "-q", "-u", "-f", "qcow2", "-b", "/etc/passwd", "-F", "raw", "backed.qcow2", "1M",
                in: directory)
            await expectRefusal("backing file") {
                _ = try await store.importFile("\(directory)/backed.qcow2", name: nil)
            }
            try await qemuImage(
                "create", "-q", "-f", "qcow2", "-o", "data_file=\(directory)/other,data_file_raw=on", "split.qcow2",
                "1M",
                in: directory)
            await expectRefusal("another file") {
                _ = try await store.importFile("\(directory)/split.qcow2", name: nil)
            }
            #expect(try store.list().isEmpty)
        }
    }

    @Test func `a truncated image and one of another digest are refused, and nothing is left of them`() async throws {
        try await with { store, directory in
            let whole = try await sample(directory)
            let bytes = try #require(try FileTree.read(whole, limit: 8 << 20))
            for count in [50, 70_000, bytes.count - 300_000] {
                let cut = try PrivateDirectory(directory).write("cut-\(count)", Array(bytes.prefix(count)))
                await expectRefusal("") { _ = try await store.importFile(cut, name: nil) }
            }
            let digest = "sha256:" + String(repeating: "0", count: 64)
            await expectRefusal("was announced") {
                _ = try await store.importFile(whole, name: nil, expected: digest)
            }
            #expect(try store.list().isEmpty)
            #expect(FileTree.entries(store.directory + "/incoming").isEmpty)
        }
    }

    @Test func `a file that was changed behind the store's back does not pass`() async throws {
        try await with { store, directory in
            let image = try await store.importFile(try await sample(directory), name: nil)
            _ = try await store.verify(image.digest)
            let path = store.path(of: image.digest)
            var bytes = try #require(try FileTree.read(path, limit: 8 << 20))
            bytes[bytes.count / 2] ^= 1
            FileTree.remove(path)
            try PrivateDirectory(String(path.dropLast("/disk".count))).write("disk", bytes)
            await expectRefusal("was changed") { _ = try await store.verify(image.digest) }
        }
    }

    @Test(arguments: ["../x", "A", "a:b:c", "", "a/b", ".a", "a:"]) func `no name of an image`(text: String) {
        #expect(DiskImageName(text) == nil)
    }
}
