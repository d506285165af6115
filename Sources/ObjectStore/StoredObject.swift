import Ambient
public import JSON

/// An object as it stands in the store. Encoded once, served many times.
///
/// One reference to shared, immutable data: a list copies references, not objects.
public struct StoredObject: Sendable {
    private final class Contents: Sendable {
        let key: ObjectKey
        let version: StoreVersion
        let encoded: [UInt8]
        /// A tree takes several times the memory of its text: that of a write is kept for those who watch, for a while.
        let tree: Guarded<JSONValue?>

        init(_ key: ObjectKey, _ version: StoreVersion, _ encoded: [UInt8], _ tree: JSONValue?) {
            self.key = key
            self.version = version
            self.encoded = encoded
            self.tree = Guarded(tree)
        }
    }

    private let contents: Contents

    public init(key: ObjectKey, version: StoreVersion, body: JSONValue, encoded: [UInt8]) {
        contents = Contents(key, version, encoded, body)
    }

    /// - Precondition: `encoded` is a JSON text: what ``JSONValue/encoded()`` gave, or what was read and parsed.
    package init(key: ObjectKey, version: StoreVersion, encoded: [UInt8]) {
        contents = Contents(key, version, encoded, nil)
    }

    public var key: ObjectKey { contents.key }
    public var version: StoreVersion { contents.version }

    /// ``body`` as compact JSON.
    public var encoded: [UInt8] { contents.encoded }

    /// The object as a tree, with `metadata.resourceVersion` inside. Made anew at each call unless the object was written
    /// a moment ago: a start that reads everything must not keep a tree of everything.
    public var body: JSONValue {
        // The initialiser's precondition: this text parses.
        contents.tree.withLock { $0 } ?? (try? JSONValue(parsing: contents.encoded)) ?? .null
    }

    /// Gives the tree's memory back; who asks for it again pays for it again.
    package func forgetTree() { contents.tree.withLock { $0 = nil } }
}
