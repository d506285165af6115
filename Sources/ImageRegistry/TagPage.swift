import HTTPTransport
import JSON

/// One answer to `GET /v2/NAME/tags/list`.
struct TagPage: Sendable, Hashable {
    let tags: [String]
    /// Path and query of the next page; nil: this is the last.
    let next: String?

    /// - Throws: when it is no list of tags, or goes on at another place than this repository's list.
    init(_ response: HTTPResponse, of path: String, at origin: RegistryOrigin) throws(RegistryError) {
        let json: JSONValue
        do throws(JSONError) {
            json = try JSONValue(parsing: response.body, limits: JSONLimits(maximumDepth: 8))
        } catch {
            throw RegistryError(.refused, "\(origin.host): the list of tags of \(path) is no JSON: \(error)")
        }
        // A repository whose tags were all deleted has null.
        guard let list = json["tags"], list.isNull || list.arrayValue != nil else {
            throw RegistryError(.refused, "\(origin.host): the answer about \(path) holds no tags")
        }
        tags = (list.arrayValue ?? []).compactMap(\.stringValue).filter(TagPage.isTag)
        next = try TagPage.next(in: response.headers, of: path, at: origin)
    }

    /// RFC 8288: `<URL>; rel="next"`.
    private static func next(
        in headers: HTTPHeaders, of path: String, at origin: RegistryOrigin
    ) throws(RegistryError) -> String? {
        guard let link = headers["Link"] else { return nil }
        for value in link.split(separator: ",") where value.contains("rel=\"next\"") || value.contains("rel=next") {
            guard let open = value.firstIndex(of: "<"), let close = value.firstIndex(of: ">"), open < close else {
                continue
            }
            var target = value[value.index(after: open)..<close]
            if target.hasPrefix(origin.base) { target = target.dropFirst(origin.base.utf8.count) }
            guard target.hasPrefix(list(of: path) + "?"), target.utf8.count <= 2048,
                target.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
            else {
                throw RegistryError(
                    .refused,
                    "\(origin.host): the list of tags of \(path) goes on at another place, which is not followed")
            }
            return String(target)
        }
        return nil
    }

    static func list(of path: String) -> String { "/v2/\(path)/tags/list" }

    /// The grammar of the distribution specification.
    static func isTag(_ tag: String) -> Bool {
        guard let first = tag.utf8.first, tag.utf8.count <= 128, first != UInt8(ascii: "."), first != UInt8(ascii: "-")
        else { return false }
        return tag.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "._-".utf8.contains(byte)
        }
    }
}
