import ClusterCredentials
import JSON
import Manifests

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A kubeconfig on disk.
struct KubeconfigFile {
    let path: String

    var directory: String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    var exists: Bool { access(path, F_OK) == 0 }

    func read() throws(CommandFailure) -> Kubeconfig {
        let (documents, diagnostics) = loadManifests([.file(path)])
        guard diagnostics.isEmpty else {
            throw CommandFailure(.failed, diagnostics.map(\.description).joined(separator: "\n"))
        }
        guard documents.count == 1 else {
            throw CommandFailure(.failed, "\(path): one document is expected, and there are \(documents.count)")
        }
        do throws(CredentialError) {
            return try Kubeconfig(json: documents[0].value)
        } catch {
            throw CommandFailure(.failed, "\(path): \(error.message)")
        }
    }

    func select(context: String?) throws(CommandFailure) -> SelectedCluster {
        let config = try read()
        do throws(CredentialError) {
            return try config.select(context: context, directory: directory)
        } catch {
            throw CommandFailure(.failed, "\(path): \(error.message)")
        }
    }

    /// Replaces the file in one step; only its owner may read it.
    func write(_ config: Kubeconfig) throws(CommandFailure) {
        let temporary = path + ".new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure() }
        let bytes = Array(config.json.yamlString().utf8)
        let isWritten =
            bytes.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) } == bytes.count
            && fsync(descriptor) == 0
        guard close(descriptor) == 0, isWritten, rename(temporary, path) == 0 else {
            let failure = failure()
            unlink(temporary)
            throw failure
        }
    }

    private func failure() -> CommandFailure {
        CommandFailure(.failed, "\(path) cannot be written: \(String(cString: strerror(errno)))")
    }
}

// Inside the type the name means its own method.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
