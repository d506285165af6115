/// One version of the store: what happened to one object, and what had been there.
package struct StoreChange: Sendable {
    /// The new state; for a deletion the last one, with the version of the deletion.
    package let object: StoredObject
    /// The state before, under its own version; nil when the object was created.
    package let previous: StoredObject?
    package let isDeletion: Bool

    package init(object: StoredObject, previous: StoredObject?, isDeletion: Bool) {
        self.object = object
        self.previous = previous
        self.isDeletion = isDeletion
    }

    package var key: ObjectKey { object.key }
    package var version: StoreVersion { object.version }
    package var event: StoreEvent { isDeletion ? .deleted(object) : .put(object, previous: previous) }
}
