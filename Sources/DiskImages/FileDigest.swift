internal import Crypto
internal import ProcessControl

enum FileDigest {
    /// `sha256:…` of a file's bytes. Other tasks get their turn while it is read.
    static func sha256(_ path: String) async throws(DiskImageError) -> String {
        var hash = SHA256()
        var offset = 0
        while true {
            let chunk: [UInt8]
            do throws(FileFailure) {
                chunk = try FileTree.read(path, from: offset, limit: 1 << 20)
            } catch {
                throw DiskImageError(.failed, error.description)
            }
            if chunk.isEmpty { return text(hash) }
            hash.update(data: chunk)
            offset += chunk.count
            guard !Task.isCancelled else { throw DiskImageError(.failed, "cancelled while \(path) was read") }
            await Task.yield()
        }
    }

    static func text(_ hash: SHA256) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return "sha256:"
            + String(decoding: hash.finalize().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
