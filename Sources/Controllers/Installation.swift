/// Which imm this is: engine objects carry the id; secret content enters revision hashes under the key.
public struct Installation: Sendable {
    public let id: String
    public let key: [UInt8]

    public init(id: String, key: [UInt8]) {
        self.id = id
        self.key = key
    }
}
