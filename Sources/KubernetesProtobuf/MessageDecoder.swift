import Ambient
import InfraAPI
import JSON

/// Turns messages into JSON by their tables. One value of it reads one body, and counts what it makes.
struct MessageDecoder {
    /// Empty messages need two bytes on the wire and a hundred times that in memory.
    private static let maximumValues = 100_000

    private let body: [UInt8]
    private var values = 0

    init(_ body: [UInt8]) { self.body = body }

    mutating func message(_ range: Range<Int>, _ table: MessageTable) throws(ProtobufError) -> JSONObject {
        var reader = ProtobufReader(body, range)
        var members = JSONObject()
        var lists: [String: [JSONValue]] = [:]
        var seen: Set<Int> = []
        while !reader.isAtEnd {
            let start = reader.position
            let (number, type) = try reader.key()
            guard let field = table[number] else {
                try reader.skip(type)
                continue
            }
            try count(at: start)
            switch (field.value, field.presence) {
            case (.stringMap, _), (.bytesMap, _):
                let (key, value) = try entry(&reader, type, field)
                var map = members[field.name]?.objectValue ?? JSONObject()
                guard map[key] == nil else { throw malformed("the key \"\(key)\" of \(field.name) twice", at: start) }
                map[key] = value
                members[field.name] = .object(map)
            case (_, .repeated):
                lists[field.name, default: []].append(try value(&reader, type, field) ?? .null)
            default:
                guard seen.insert(number).inserted else { throw malformed("\(field.name) twice", at: start) }
                members[field.name] = try value(&reader, type, field)
            }
        }
        for name in lists.keys.sorted() { members[name] = lists[name].map(JSONValue.array) }
        return members
    }

    /// nil: nothing was said.
    private mutating func value(
        _ reader: inout ProtobufReader, _ type: ProtobufReader.WireType, _ field: MessageTable.Field
    ) throws(ProtobufError) -> JSONValue? {
        let start = reader.position
        let keepsEmpty = field.presence != .plain
        switch field.value {
        case .integer, .flag:
            guard type == .varint else { throw malformed("wire type \(type.rawValue) of \(field.name)", at: start) }
            let number = try reader.varint()
            guard number != 0 || keepsEmpty else { return JSONValue?.none }
            if case .flag = field.value { return .bool(number != 0) }
            return .int(Int64(bitPattern: number))
        default: break
        }
        guard type == .bytes else { throw malformed("wire type \(type.rawValue) of \(field.name)", at: start) }
        let range = try reader.range()
        switch field.value {
        case .string:
            if range.isEmpty, !keepsEmpty { return JSONValue?.none }
            return .string(try string(range, field.name))
        case .bytes: return .string(Base64.encode(Array(body[range])))
        case .time: return try time(range).map { .string($0.rfc3339Seconds) }
        case .microTime: return try time(range).map { .string($0.rfc3339Micro) }
        case .fields: return try fields(range)
        case .message(let table): return .object(try message(range, table))
        case .integer, .flag, .stringMap, .bytesMap: return JSONValue?.none
        }
    }

    /// An entry of a map: a message of key (1) and value (2), each empty when it is missing.
    private mutating func entry(
        _ reader: inout ProtobufReader, _ type: ProtobufReader.WireType, _ field: MessageTable.Field
    ) throws(ProtobufError) -> (String, JSONValue) {
        guard type == .bytes else {
            throw malformed("wire type \(type.rawValue) of \(field.name)", at: reader.position)
        }
        var holdsBytes = false
        if case .bytesMap = field.value { holdsBytes = true }
        let table = MessageTable([.init(1, "key"), .init(2, "value", holdsBytes ? .bytes : .string)])
        let members = try message(try reader.range(), table)
        return (members["key"]?.stringValue ?? "", members["value"] ?? "")
    }

    private func string(_ range: Range<Int>, _ name: String) throws(ProtobufError) -> String {
        guard let text = String(validating: body[range], as: UTF8.self) else {
            throw malformed("\(name) is not UTF-8", at: range.lowerBound)
        }
        return text
    }

    private mutating func time(_ range: Range<Int>) throws(ProtobufError) -> Timestamp? {
        if range.isEmpty { return nil }
        let table = MessageTable([.init(1, "seconds", .integer), .init(2, "nanos", .integer)])
        let members = try message(range, table)
        let (seconds, nanoseconds) = (members["seconds"]?.intValue ?? 0, members["nanos"]?.intValue ?? 0)
        // The years 1 to 9999, which RFC 3339 can write.
        guard (-62_135_596_800...253_402_300_799).contains(seconds), (0..<1_000_000_000).contains(nanoseconds) else {
            throw malformed("a time of \(seconds) s and \(nanoseconds) ns", at: range.lowerBound)
        }
        return Timestamp(microsecondsSinceEpoch: seconds * 1_000_000 + nanoseconds / 1000)
    }

    /// The JSON in a `FieldsV1`.
    private mutating func fields(_ range: Range<Int>) throws(ProtobufError) -> JSONValue? {
        var reader = ProtobufReader(body, range)
        var json: JSONValue?
        while !reader.isAtEnd {
            let start = reader.position
            let (number, type) = try reader.key()
            guard number == 1, type == .bytes, json == nil else { throw malformed("a FieldsV1", at: start) }
            let text = try reader.range()
            do throws(JSONError) {
                json = try JSONValue(parsing: body[text])
            } catch {
                throw malformed("the JSON of a FieldsV1 (\(error))", at: text.lowerBound)
            }
        }
        return json
    }

    private mutating func count(at offset: Int) throws(ProtobufError) {
        values += 1
        guard values <= MessageDecoder.maximumValues else {
            throw ProtobufError(.tooLarge, at: offset, "more than \(MessageDecoder.maximumValues) values")
        }
    }

    private func malformed(_ what: String, at offset: Int) -> ProtobufError {
        ProtobufError(.malformed, at: offset, "not an object in protobuf: \(what)")
    }
}
