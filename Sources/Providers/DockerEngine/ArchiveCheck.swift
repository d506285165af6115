/// Walks a tar archive as it streams by: whether it ends as a whole one does, and what is in it.
///
/// An engine that fails in the middle of an archive has sent its status already: the body then ends in order, short or with
/// an error's words in it. Only the end marker of the format (two empty blocks) tells a whole archive from such a one.
struct ArchiveCheck: Sendable {
    /// The largest extended header (POSIX pax) that is read, in bytes.
    private static let maxExtendedBytes = 1 << 20
    static let blockBytes = 512

    private enum Part: Sendable {
        case header
        case content(left: Int)
        case extended(left: Int, padding: Int)
        /// After the end marker: padding.
        case end
    }

    private var part = Part.header
    private var block: [UInt8] = []
    private var extended: [UInt8] = []
    private var emptyBlocks = 0
    /// From an extended header, for the next entry.
    private var nextSize: Int?
    /// Bytes of the archive so far.
    private(set) var bytes = 0
    private(set) var contentBytes = 0
    private(set) var entries = 0
    /// What makes it no archive; nil so far.
    private(set) var flaw: String?

    var isWhole: Bool { if case .end = part { flaw == nil } else { false } }

    mutating func feed(_ chunk: [UInt8]) {
        bytes += chunk.count
        var rest = chunk[...]
        while !rest.isEmpty, flaw == nil {
            switch part {
            case .header:
                let taken = rest.prefix(ArchiveCheck.blockBytes - block.count)
                block += taken
                rest = rest.dropFirst(taken.count)
                if block.count == ArchiveCheck.blockBytes {
                    takeHeader()
                    block.removeAll(keepingCapacity: true)
                }
            case .content(let left):
                let count = min(left, rest.count)
                rest = rest.dropFirst(count)
                part = left == count ? .header : .content(left: left - count)
            case .extended(let left, let padding):
                let taken = rest.prefix(left)
                extended += taken
                rest = rest.dropFirst(taken.count)
                guard taken.count == left else {
                    part = .extended(left: left - taken.count, padding: padding)
                    continue
                }
                nextSize = ArchiveCheck.size(inExtended: extended)
                extended = []
                part = padding == 0 ? .header : .content(left: padding)
            case .end:
                if !rest.allSatisfy({ $0 == 0 }) { flaw = "something follows the end of the archive" }
                return
            }
        }
    }

    private mutating func takeHeader() {
        if block.allSatisfy({ $0 == 0 }) {
            emptyBlocks += 1
            if emptyBlocks == 2 { part = .end }
            return
        }
        guard emptyBlocks == 0 else { return flaw = "an entry follows an empty block" }
        guard checksumIsRight, let size = ArchiveCheck.number(block[124..<136]) else {
            return flaw = "a header is damaged"
        }
        let kind = block[156]
        let padded = { (size: Int) in
            (size + ArchiveCheck.blockBytes - 1) / ArchiveCheck.blockBytes * ArchiveCheck.blockBytes
        }
        switch kind {
        case UInt8(ascii: "x"):
            guard size <= ArchiveCheck.maxExtendedBytes else { return flaw = "an extended header is too large" }
            part = size == 0 ? .header : .extended(left: size, padding: padded(size) - size)
        case UInt8(ascii: "g"), UInt8(ascii: "L"), UInt8(ascii: "K"):
            part = size == 0 ? .header : .content(left: padded(size))
        default:
            entries += 1
            let isFile = kind == UInt8(ascii: "0") || kind == 0 || kind == UInt8(ascii: "7")
            let content = isFile ? nextSize ?? size : 0
            nextSize = nil
            contentBytes += content
            part = content == 0 ? .header : .content(left: padded(content))
        }
    }

    private var checksumIsRight: Bool {
        let sum = block.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 0x20 : Int($1.element)) }
        return ArchiveCheck.number(block[148..<156]) == sum
    }

    /// Octal digits, or a number to base 256 (GNU) after a byte with its highest bit set.
    private static func number(_ field: ArraySlice<UInt8>) -> Int? {
        guard let first = field.first else { return nil }
        if first & 0x80 != 0 {
            var value = Int(first & 0x7F)
            for byte in field.dropFirst() {
                guard value <= Int.max >> 9 else { return nil }
                value = value << 8 | Int(byte)
            }
            return value
        }
        let digits = field.drop { $0 == 0x20 }.prefix { $0 != 0 && $0 != 0x20 }
        if digits.isEmpty { return 0 }
        return Int(String(decoding: digits, as: UTF8.self), radix: 8).flatMap { $0 >= 0 ? $0 : nil }
    }

    /// The `size` of records like `22 size=8589934592\n`.
    private static func size(inExtended bytes: [UInt8]) -> Int? {
        var rest = bytes[...]
        while let space = rest.firstIndex(of: 0x20),
            let length = Int(String(decoding: rest[..<space], as: UTF8.self)), length > 0, length <= rest.count
        {
            let record = rest[(space + 1)..<(rest.startIndex + length)]
            if record.starts(with: "size=".utf8) {
                return Int(String(decoding: record.dropFirst(5).prefix { $0 != 0x0A }, as: UTF8.self))
            }
            rest = rest.dropFirst(length)
        }
        return nil
    }
}
