public import Ambient
internal import Crypto
internal import JSON
internal import ProcessControl

/// Disk images by digest, in a directory of its own. Images are read-only and never change; names point to them.
///
///     images/HEX/disk         the image's file, mode 0444
///     images/HEX/image.json   what it is
///     names/NAME:TAG          the digest that the name stands for
public struct DiskImageStore: Sendable {
    /// Absolute.
    public let directory: String
    let qemuImage: String
    let surroundings: Surroundings
    /// Files whose digest was computed, as they were then.
    private let verified = Guarded<[String: FileFingerprint]>([:])

    /// - Parameter qemuImage: absolute path of qemu-img.
    public init(directory: String, qemuImage: String, surroundings: Surroundings) {
        self.directory = directory
        self.qemuImage = qemuImage
        self.surroundings = surroundings
    }

    // MARK: looking

    /// All images, by digest.
    public func list() throws(DiskImageError) -> [DiskImage] {
        let names = try self.names()
        var images: [DiskImage] = []
        for entry in FileTree.entries(directory + "/images") where entry.isDirectory {
            guard var image = try stored("sha256:" + entry.name) else { continue }
            image.names = names.filter { $0.value == image.digest }.map(\.key).sorted()
            images.append(image)
        }
        return images
    }

    /// The image of a digest or a name.
    public func find(_ reference: String) throws(DiskImageError) -> DiskImage {
        let digest = try digest(of: reference)
        guard var image = try stored(digest) else {
            throw DiskImageError(.notFound, "there is no image \(reference) here; import it with immctl image import")
        }
        image.names = try names().filter { $0.value == digest }.map(\.key).sorted()
        return image
    }

    /// The digest that a name stands for; a digest is its own.
    public func digest(of reference: String) throws(DiskImageError) -> String {
        if DiskImage.isDigest(reference) { return reference }
        guard let name = DiskImageName(reference) else {
            throw DiskImageError(
                .notFound, "\(reference) is neither sha256:… nor a name of an image here (NAME or NAME:TAG)")
        }
        guard
            let bytes = try call({ () throws(FileFailure) in
                try FileTree.read("\(directory)/names/\(name)", limit: 100)
            })
        else {
            throw DiskImageError(
                .notFound, "no image has the name \(name) here; import it with immctl image import")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Where the file of an image is.
    public func path(of digest: String) -> String { "\(folder(digest))/disk" }

    /// Computes the digest of the file, unless it was and the file is untouched since.
    ///
    /// - Parameter again: computes it in any case.
    public func verify(_ reference: String, again: Bool = false) async throws(DiskImageError) -> DiskImage {
        let image = try find(reference)
        let path = path(of: image.digest)
        guard let fingerprint = FileTree.fingerprint(path) else {
            throw DiskImageError(.refused, "the file of image \(image.digest) is missing; import it again")
        }
        if !again, verified.withLock({ $0[image.digest] }) == fingerprint { return image }
        let found = try await FileDigest.sha256(path)
        guard found == image.digest else {
            throw DiskImageError(
                .refused,
                "the file of image \(image.digest) has the digest \(found): it was changed; remove it and import "
                    + "it again")
        }
        verified.withLock { $0[image.digest] = fingerprint }
        return image
    }

    // MARK: changing

    /// Removes an image with its names.
    ///
    /// - Parameter users: who needs the image, if anybody does.
    public func remove(_ reference: String, users: [String]) throws(DiskImageError) {
        let image = try find(reference)
        if !users.isEmpty {
            let more = users.count > 5 ? " and \(users.count - 5) more" : ""
            throw DiskImageError(
                .inUse, "image \(image.digest) is needed by \(users.prefix(5).joined(separator: ", "))\(more)")
        }
        for name in image.names { FileTree.remove("\(directory)/names/\(name)") }
        verified.withLock { $0[image.digest] = nil }
        // First out of sight, in one step.
        let grave = "\(directory)/incoming/removed-\(surroundings.randomness.nameSuffix(length: 12))"
        _ = try call { () throws(FileFailure) in
            _ = try PrivateDirectory(directory + "/incoming")
            _ = try FileTree.move(folder(image.digest), to: grave)
        }
        FileTree.remove(grave)
    }

    /// Lets a name stand for an image, whatever it stood for.
    public func setName(_ name: DiskImageName, of digest: String) throws(DiskImageError) {
        try call { () throws(FileFailure) in
            try PrivateDirectory(directory + "/names").replace(
                name.description, Array(digest.utf8), surroundings.randomness.nameSuffix(length: 8))
        }
    }

    /// Begins an import; its bytes are handed over piece by piece.
    public func beginImport() throws(DiskImageError) -> DiskImageImport { try DiskImageImport(self) }

    // MARK: parts

    func folder(_ digest: String) -> String { "\(directory)/images/\(digest.dropFirst(7))" }

    func stored(_ digest: String) throws(DiskImageError) -> DiskImage? {
        let bytes = try call { () throws(FileFailure) in
            try FileTree.read(folder(digest) + "/image.json", limit: 64 << 10)
        }
        return bytes.flatMap { try? JSONValue(parsing: $0) }.flatMap(DiskImage.init(json:))
    }

    func remember(_ digest: String) {
        guard let fingerprint = FileTree.fingerprint(path(of: digest)) else { return }
        verified.withLock { $0[digest] = fingerprint }
    }

    private func names() throws(DiskImageError) -> [String: String] {
        var names: [String: String] = [:]
        for entry in FileTree.entries(directory + "/names") {
            guard let name = DiskImageName(entry.name), name.description == entry.name else { continue }
            names[entry.name] = try digest(of: entry.name)
        }
        return names
    }

    func call<Result>(_ body: () throws(FileFailure) -> Result) throws(DiskImageError) -> Result {
        do throws(FileFailure) { return try body() } catch { throw DiskImageError(.failed, error.description) }
    }
}
