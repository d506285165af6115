import Ambient
import DiskImages
import InfraAPI
import JSON
import ResourceAPI

/// `…/providers/NAME/images`, of the Providers of type qemu.
struct ProviderImages: Sendable {
    /// How many files may be on their way, and how long one may stand still.
    private static let uploadLimit = 8
    private static let idleLimit = Duration.seconds(600)

    private struct Upload {
        var provider: String
        var target: DiskImageImport
        var offset = 0
        var touched: Duration
        /// A piece is being written.
        var isBusy = false
    }

    let client: any ResourceClient
    let providers: QEMUProviders
    let surroundings: Surroundings
    private let uploads = Guarded<[String: Upload]>([:])

    init(client: any ResourceClient, providers: QEMUProviders, surroundings: Surroundings) {
        self.client = client
        self.providers = providers
        self.surroundings = surroundings
    }

    func answer(_ reference: ObjectReference, _ wanted: DiskImageRequest) async throws(APIStatus) -> JSONValue {
        let provider = try await client.get(ProviderObject.self, namespace: "", name: reference.name)
        guard provider.spec.type == .qemu else {
            throw APIStatus(
                code: 400, reason: .badRequest,
                message:
                    "provider \(provider.name) is of type \(provider.spec.type.rawValue) and keeps its images itself")
        }
        let store = providers.images(of: provider)
        do throws(DiskImageError) {
            switch wanted {
            case .list: return ["items": .array(try store.list().map(\.shown))]
            case .inspect(let image):
                var shown = try store.find(image).shown
                shown["users"] = .array(try await users(of: try store.find(image).digest).map { .string($0) })
                return shown
            case .verify(let image): return try await store.verify(image, again: true).shown
            case .remove(let image):
                let found = try store.find(image)
                try store.remove(found.digest, users: try await users(of: found.digest))
                return found.shown
            case .begin: return ["upload": .string(try begin(provider, store))]
            case .append(let upload, let offset, let bytes): return try append(upload, provider, offset, bytes)
            case .finish(let upload, let name, let digest, let hasAgent):
                return try await finish(upload, provider, name, digest, hasAgent)
            }
        } catch {
            throw APIStatus(error)
        }
    }

    /// Instances that are there and revisions that are kept, of any set: a rollback needs them.
    private func users(of digest: String) async throws(DiskImageError) -> [String] {
        do throws(APIStatus) {
            let revisions = try await client.list(Revision.self).items.filter { $0.spec.template.spec.image == digest }
            let names = Set(revisions.map { "\($0.namespace)/\($0.name)" })
            let instances = try await client.list(Instance.self).items.filter {
                names.contains("\($0.namespace)/\($0.spec.revision)")
            }
            return instances.map { "instance \($0.namespace)/\($0.name)" }
                + revisions.map { "revision \($0.namespace)/\($0.name)" }
        } catch {
            throw DiskImageError(.failed, "who needs the image cannot be told: \(error.message)")
        }
    }

    // MARK: uploads

    private func begin(_ provider: ProviderObject, _ store: DiskImageStore) throws(DiskImageError) -> String {
        let now = surroundings.time.uptime
        let target = try store.beginImport()
        let id = surroundings.randomness.uuid()
        let isTaken = uploads.withLock { uploads in
            // Letting go of one removes what came of it.
            uploads = uploads.filter { now - $0.value.touched < ProviderImages.idleLimit || $0.value.isBusy }
            guard uploads.count < ProviderImages.uploadLimit else { return false }
            uploads[id] = Upload(provider: provider.name, target: target, touched: now)
            return true
        }
        guard isTaken else {
            throw DiskImageError(
                .failed,
                "\(ProviderImages.uploadLimit) images are on their way already; try again when one of them has come")
        }
        return id
    }

    private func append(
        _ id: String, _ provider: ProviderObject, _ offset: Int, _ bytes: [UInt8]
    ) throws(DiskImageError) -> JSONValue {
        let now = surroundings.time.uptime
        let target: DiskImageImport? = uploads.withLock { uploads in
            guard let upload = uploads[id], upload.provider == provider.name, upload.offset == offset, !upload.isBusy
            else { return nil }
            uploads[id]?.isBusy = true
            return upload.target
        }
        guard let target else { throw ProviderImages.unknown(id) }
        do throws(DiskImageError) {
            try target.write(bytes)
        } catch {
            uploads.withLock { $0[id] = nil }
            throw error
        }
        uploads.withLock { uploads in
            uploads[id]?.offset += bytes.count
            uploads[id]?.touched = now
            uploads[id]?.isBusy = false
        }
        return ["offset": .int(Int64(offset + bytes.count))]
    }

    private func finish(
        _ id: String, _ provider: ProviderObject, _ name: String?, _ digest: String?, _ hasAgent: Bool
    ) async throws(DiskImageError) -> JSONValue {
        let upload: Upload? = uploads.withLock { uploads in
            guard let upload = uploads[id], upload.provider == provider.name, !upload.isBusy else { return nil }
            uploads[id] = nil
            return upload
        }
        guard let upload else { throw ProviderImages.unknown(id) }
        var imageName: DiskImageName?
        if let name {
            imageName = DiskImageName(name)
            guard imageName != nil else {
                throw DiskImageError(
                    .refused,
                    "\(name) is no name of an image: NAME or NAME:TAG of lower-case letters, digits, '.', '-' and '_'")
            }
        }
        return try await upload.target.finish(name: imageName, expected: digest, hasAgent: hasAgent).shown
    }

    private static func unknown(_ id: String) -> DiskImageError {
        DiskImageError(
            .refused,
            "the upload \(id) is not known, stood still for ten minutes, or goes on elsewhere in the file; begin anew")
    }
}

extension DiskImage {
    fileprivate var shown: JSONValue {
        [
            "digest": .string(digest), "names": .array(names.map { .string($0) }), "format": .string(format.rawValue),
            "fileBytes": .int(Int64(fileBytes)), "diskBytes": .int(Int64(diskBytes)), "hasAgent": .bool(hasAgent),
            "importedAt": .string(importedAt.rfc3339Seconds),
        ]
    }
}

extension APIStatus {
    fileprivate init(_ error: DiskImageError) {
        switch error.code {
        case .notFound: self.init(code: 404, reason: .notFound, message: error.message)
        case .refused: self.init(code: 400, reason: .badRequest, message: error.message)
        case .inUse: self.init(code: 409, reason: .conflict, message: error.message)
        case .failed: self.init(code: 500, reason: .internalError, message: error.message)
        }
    }
}
