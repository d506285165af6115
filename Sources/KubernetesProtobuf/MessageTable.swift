/// A protobuf message as a table: number of each field, its name in JSON, and what it holds. Fields that are not in the
/// table are passed over, as every reader of protobuf does: newer clients send more.
struct MessageTable: Sendable {
    enum Value: Sendable {
        case string
        /// `int32` and `int64`.
        case integer
        case flag
        /// base64 in JSON.
        case bytes
        /// `metav1.Time` and `metav1.MicroTime`: seconds and nanoseconds since 1970; empty: no time.
        case time, microTime
        /// `metav1.FieldsV1`: JSON in bytes.
        case fields
        case message(MessageTable)
        /// A map from strings to strings, and to bytes.
        case stringMap, bytesMap
    }

    enum Presence: Sendable {
        /// Always on the wire; the empty value means that nothing was said, and is left out as in Go's JSON.
        case plain
        /// On the wire only where something was said, also the empty value.
        case optional
        case repeated
    }

    struct Field: Sendable {
        let number: Int
        let name: String
        let value: Value
        let presence: Presence

        init(_ number: Int, _ name: String, _ value: Value = .string, _ presence: Presence = .plain) {
            self.number = number
            self.name = name
            self.value = value
            self.presence = presence
        }
    }

    private let fields: [Int: Field]

    init(_ fields: [Field]) {
        self.fields = Dictionary(fields.map { ($0.number, $0) }, uniquingKeysWith: { first, _ in first })
    }

    subscript(_ number: Int) -> Field? { fields[number] }
}
