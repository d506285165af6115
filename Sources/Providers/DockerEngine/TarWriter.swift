/// Writes a tar archive (POSIX ustar) in memory, the same bytes for the same entries: owner 0, time 0.
public struct TarWriter: Sendable {
    /// Why an entry does not fit into the format.
    public struct PathTooLong: Error, Sendable {
        public let path: String
    }

    private var bytes: [UInt8] = []

    public init() {}

    /// - Parameter mode: permission bits.
    public mutating func addFile(_ path: String, mode: Int = 0o644, _ content: [UInt8]) throws(PathTooLong) {
        try addHeader(path, kind: "0", mode: mode, size: content.count)
        bytes += content
        pad(content.count)
    }

    public mutating func addDirectory(_ path: String, mode: Int = 0o755) throws(PathTooLong) {
        try addHeader(path.hasSuffix("/") ? path : path + "/", kind: "5", mode: mode, size: 0)
    }

    public mutating func addSymbolicLink(_ path: String, to target: String) throws(PathTooLong) {
        guard target.utf8.count <= 100 else { throw PathTooLong(path: target) }
        try addHeader(path, kind: "2", mode: 0o777, size: 0, link: target)
    }

    /// The archive, with its two closing blocks.
    public func finished() -> [UInt8] {
        bytes + [UInt8](repeating: 0, count: 1024)
    }

    private mutating func addHeader(
        _ path: String, kind: Character, mode: Int, size: Int, link: String = ""
    ) throws(PathTooLong) {
        let (prefix, name) = try split(path)
        var header: [UInt8] = []
        header.reserveCapacity(512)
        func field(_ text: String, _ width: Int) {
            header += Array(text.utf8) + [UInt8](repeating: 0, count: width - text.utf8.count)
        }
        func octal(_ value: Int, _ width: Int) {
            let digits = String(value, radix: 8)
            field(String(repeating: "0", count: width - 1 - digits.count) + digits, width)
        }
        field(name, 100)
        octal(mode, 8)
        octal(0, 8)
        octal(0, 8)
        octal(size, 12)
        octal(0, 12)
        // The checksum is taken with its own field as spaces.
        header += [UInt8](repeating: 0x20, count: 8)
        field(String(kind), 1)
        field(link, 100)
        field("ustar", 6)
        header += Array("00".utf8)
        field("", 32 + 32)
        octal(0, 8)
        octal(0, 8)
        field(prefix, 155)
        field("", 12)
        let sum = String(header.reduce(0) { $0 + Int($1) }, radix: 8)
        let checksum = Array((String(repeating: "0", count: 6 - sum.count) + sum).utf8) + [0, 0x20]
        header.replaceSubrange(148..<156, with: checksum)
        bytes += header
    }

    /// ustar holds 100 bytes of name and 155 of prefix, divided at a slash.
    private func split(_ path: String) throws(PathTooLong) -> (prefix: String, name: String) {
        let text = Array(path.utf8)
        if text.count <= 100 { return ("", path) }
        let slashes = text.indices.dropLast().filter { text[$0] == UInt8(ascii: "/") }
        guard let cut = slashes.first(where: { text.count - $0 - 1 <= 100 }), cut <= 155 else {
            throw PathTooLong(path: path)
        }
        return (String(decoding: text[..<cut], as: UTF8.self), String(decoding: text[(cut + 1)...], as: UTF8.self))
    }

    private mutating func pad(_ size: Int) {
        bytes += [UInt8](repeating: 0, count: (512 - size % 512) % 512)
    }
}
