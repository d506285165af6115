// Reading a text into a tree.
extension JSONValue {
    /// Reads one JSON text (RFC 8259, UTF-8) and refuses everything that two readers could take for two things:
    /// duplicate keys, bad UTF-8, lone surrogates, data after the value.
    ///
    /// Integers that fit Int64 become `.int`, all other numbers `.double`; a number beyond a double's range is an error.
    public init(parsing bytes: UnsafeRawBufferPointer, limits: JSONLimits = .default) throws(JSONError) {
        var scanner = JSONScanner(bytes, limits: limits)
        do {
            self = try scanner.scanText()
        } catch {
            throw JSONError(error, in: bytes)
        }
    }

    /// Reads one JSON text; see ``init(parsing:limits:)-(UnsafeRawBufferPointer,_)``.
    public init(parsing bytes: [UInt8], limits: JSONLimits = .default) throws(JSONError) {
        self = try bytes.withUnsafeBytes { JSONValue.parse($0, limits) }.get()
    }

    /// Reads one JSON text; see ``init(parsing:limits:)-(UnsafeRawBufferPointer,_)``.
    public init(parsing bytes: some Sequence<UInt8>, limits: JSONLimits = .default) throws(JSONError) {
        let result = bytes.withContiguousStorageIfAvailable { JSONValue.parse(UnsafeRawBufferPointer($0), limits) }
        if let result {
            self = try result.get()
        } else {
            self = try JSONValue(parsing: Array(bytes), limits: limits)
        }
    }

    /// Reads one JSON text; see ``init(parsing:limits:)-(UnsafeRawBufferPointer,_)``.
    public init(parsing text: String, limits: JSONLimits = .default) throws(JSONError) {
        var text = text
        self = try text.withUTF8 { JSONValue.parse(UnsafeRawBufferPointer($0), limits) }.get()
    }

    private static func parse(_ bytes: UnsafeRawBufferPointer, _ limits: JSONLimits) -> Result<JSONValue, JSONError> {
        do throws(JSONError) {
            return .success(try JSONValue(parsing: bytes, limits: limits))
        } catch {
            return .failure(error)
        }
    }
}
