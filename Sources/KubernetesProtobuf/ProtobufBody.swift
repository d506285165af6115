public import JSON

/// Objects in Kubernetes' protobuf encoding (`application/vnd.kubernetes.protobuf`): the bytes `k8s\0`, and a
/// `runtime.Unknown` with the kind and the message of the object.
public enum ProtobufBody {
    public static let mediaType = "application/vnd.kubernetes.protobuf"

    private static let magic: [UInt8] = [0x6B, 0x38, 0x73, 0x00]

    private static let envelope = MessageTable([
        .init(1, "typeMeta", .message(MessageTable([.init(1, "apiVersion"), .init(2, "kind")]))),
        .init(3, "contentEncoding"), .init(4, "contentType"),
    ])
    private static let rawNumber = 2

    /// The object as JSON, with `apiVersion` and `kind`. A pure function of the bytes.
    ///
    /// - Throws: `ProtobufError` for bytes that are cut off or do not follow the format (`malformed`), for a kind that
    ///   is not in the table (`unknownKind`), and for far too many values (`tooLarge`).
    public static func decode(_ bytes: [UInt8]) throws(ProtobufError) -> JSONValue {
        guard bytes.starts(with: magic) else {
            throw ProtobufError(.malformed, at: 0, "the body does not begin with the bytes \"k8s\\0\"")
        }
        let whole = magic.count..<bytes.count
        var decoder = MessageDecoder(bytes)
        let head = try decoder.message(whole, envelope)
        for (name, allowed) in [("contentEncoding", [""]), ("contentType", ["", mediaType])] {
            let value = head[name]?.stringValue ?? ""
            guard allowed.contains(value) else {
                throw ProtobufError(.malformed, at: magic.count, "\(name) \"\(value)\" cannot be read")
            }
        }
        let kind = head["typeMeta"]?["kind"]?.stringValue ?? ""
        let apiVersion = head["typeMeta"]?["apiVersion"]?.stringValue ?? ""
        guard let table = KnownMessages.table(apiVersion: apiVersion, kind: kind) else {
            throw ProtobufError(
                .unknownKind, at: magic.count, "no protobuf form of kind \"\(kind)\" in \"\(apiVersion)\" is known")
        }
        var object = try decoder.message(try raw(bytes, whole), table)
        object["apiVersion"] = .string(apiVersion)
        object["kind"] = .string(kind)
        return .object(object)
    }

    /// The place of the object's message; an object without fields may have none.
    private static func raw(_ bytes: [UInt8], _ whole: Range<Int>) throws(ProtobufError) -> Range<Int> {
        var reader = ProtobufReader(bytes, whole)
        var raw: Range<Int>?
        while !reader.isAtEnd {
            let start = reader.position
            let (number, type) = try reader.key()
            guard number == rawNumber else {
                try reader.skip(type)
                continue
            }
            guard type == .bytes, raw == nil else {
                throw ProtobufError(.malformed, at: start, "the envelope holds its object in a wrong form, or twice")
            }
            raw = try reader.range()
        }
        return raw ?? whole.upperBound..<whole.upperBound
    }
}
