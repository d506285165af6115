public import InfraAPI
public import JSON

/// One object out of the input, which knows where each of its fields was written.
public struct ManifestDocument: Sendable {
    /// The object as it was written; not validated yet.
    public let value: JSONValue
    /// The input that it comes from, as the caller named it.
    public let file: String
    let positions: PositionTree

    /// Where the object begins.
    public var position: Position { positions.position }

    /// Where the field at `path` was written (its key), or the list element; what is not there has the place of the
    /// nearest node above it.
    public func position(of path: FieldPath) -> Position { positions.position(of: path) }

    /// Where the value at `path` begins in the text: with its tag and its anchor, if it has them; of an alias where the node
    /// stands that it repeats. nil when there is no such value.
    public func valuePosition(of path: FieldPath) -> Position? { positions.node(at: path)?.position }

    /// A diagnostic about the field at `path`.
    public func diagnostic(at path: FieldPath, _ message: String, hint: String? = nil) -> Diagnostic {
        Diagnostic(file: file, position: position(of: path), message: message, hint: hint)
    }
}
