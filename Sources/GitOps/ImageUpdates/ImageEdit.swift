import GitClient
import InfraAPI
import JSON
import Manifests

/// Puts another image into a manifest, and changes nothing else of its text.
struct ImageEdit: Sendable {
    let site: ImageSite
    let image: String

    /// The file with the scalar's text replaced, quoted as it was; nil when it is not written plainly in its place, or when the
    /// file would say anything else than the one new image.
    func applied(to bytes: [UInt8]) -> [UInt8]? {
        guard let start = TextOffset.offset(of: site.position, in: bytes) else { return nil }
        let old = Array(site.text.utf8)
        let quote = bytes[start]
        let isQuoted = quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'")
        let begin = isQuoted ? start + 1 : start
        let end = begin + old.count
        guard end <= bytes.count, bytes[begin..<end].elementsEqual(old) else { return nil }
        if isQuoted {
            guard end < bytes.count, bytes[end] == quote else { return nil }
        } else if end < bytes.count {
            guard " \t\r\n,}]".utf8.contains(bytes[end]) else { return nil }
        }
        let changed = Array(bytes[..<begin]) + Array(image.utf8) + Array(bytes[end...])
        return isOnlyChange(from: bytes, to: changed) ? changed : nil
    }

    /// Whether the texts mean the same objects but for this image.
    private func isOnlyChange(from old: [UInt8], to new: [UInt8]) -> Bool {
        let (before, faultsBefore) = loadManifests([.text(name: site.file, bytes: old)])
        let (after, faultsAfter) = loadManifests([.text(name: site.file, bytes: new)])
        guard faultsBefore.isEmpty, faultsAfter.isEmpty, before.count == after.count,
            before.indices.contains(site.document)
        else { return false }
        var wanted = before.map(\.value)
        wanted[site.document][path: ["spec", "template", "spec", "image"]] = .string(image)
        return after.map(\.value) == wanted
    }
}
