/// Reads the wire format of protobuf: keys, varints and length-delimited bytes, never beyond its part of the body.
struct ProtobufReader {
    enum WireType: UInt8 {
        case varint = 0
        case fixed64 = 1
        case bytes = 2
        case fixed32 = 5
    }

    private let body: [UInt8]
    private(set) var position: Int
    private let end: Int

    init(_ body: [UInt8], _ range: Range<Int>) {
        self.body = body
        position = range.lowerBound
        end = range.upperBound
    }

    var isAtEnd: Bool { position == end }

    /// The key of the next field.
    mutating func key() throws(ProtobufError) -> (number: Int, type: WireType) {
        let start = position
        let key = try varint()
        // Field numbers have 29 bits.
        guard key >> 3 > 0, key >> 3 < 1 << 29 else { throw malformed("field number \(key >> 3)", at: start) }
        guard let type = WireType(rawValue: UInt8(key & 7)) else {
            throw malformed("wire type \(key & 7) of field \(key >> 3)", at: start)
        }
        return (Int(key >> 3), type)
    }

    mutating func varint() throws(ProtobufError) -> UInt64 {
        let start = position
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard position < end else { throw malformed("a number that is cut off", at: start) }
            let byte = body[position]
            position += 1
            // The tenth byte has room for one bit.
            if shift == 63, byte > 1 { break }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw malformed("a number of more than 64 bits", at: start)
    }

    /// The place of length-delimited bytes.
    mutating func range() throws(ProtobufError) -> Range<Int> {
        let start = position
        let length = try varint()
        guard length <= UInt64(end - position) else {
            throw malformed("\(length) bytes where \(end - position) are left", at: start)
        }
        defer { position += Int(length) }
        return position..<(position + Int(length))
    }

    mutating func skip(_ type: WireType) throws(ProtobufError) {
        switch type {
        case .varint: _ = try varint()
        case .bytes: _ = try range()
        case .fixed64: try skip(8)
        case .fixed32: try skip(4)
        }
    }

    private mutating func skip(_ count: Int) throws(ProtobufError) {
        guard count <= end - position else { throw malformed("\(count) bytes are cut off", at: position) }
        position += count
    }

    private func malformed(_ what: String, at offset: Int) -> ProtobufError {
        ProtobufError(.malformed, at: offset, "not protobuf: \(what)")
    }
}
