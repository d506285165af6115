public import JSON

/// A kind as the server serves it: names, schema, subresources, columns and rules.
///
/// Equal by group, version and kind; copying is one reference.
public struct ResourceType: Sendable {
    /// Who is meant to write `spec`.
    public enum Writer: String, Sendable, Hashable {
        case user, controller, both
    }

    /// The paths behind the scale subresource.
    public struct Scale: Sendable, Hashable {
        public let specReplicasPath: ObjectPath
        public let statusReplicasPath: ObjectPath
        public let labelSelectorPath: ObjectPath

        public init(specReplicasPath: ObjectPath, statusReplicasPath: ObjectPath, labelSelectorPath: ObjectPath) {
            self.specReplicasPath = specReplicasPath
            self.statusReplicasPath = statusReplicasPath
            self.labelSelectorPath = labelSelectorPath
        }
    }

    public struct Subresources: Sendable, Hashable {
        /// Whether `status` is written apart from the rest.
        public let status: Bool
        public let scale: Scale?

        public init(status: Bool, scale: Scale? = nil) {
            self.status = status
            self.scale = scale
        }
    }

    /// Checks beyond the schema, over an object that follows it and is defaulted.
    public typealias Check = @Sendable (JSONValue) -> [FieldError]
    /// Checks of a change from the first object to the second.
    public typealias UpdateCheck = @Sendable (JSONValue, JSONValue) -> [FieldError]

    private final class Storage: Sendable {
        let group: String
        let version: String
        let kind: String
        let apiVersion: String
        let plural: String
        let singular: String
        let shortNames: [String]
        let categories: [String]
        let namespaced: Bool
        let subresources: Subresources
        let schema: Schema
        let printerColumns: [PrinterColumn]
        let writtenBy: Writer
        let specIsImmutable: Bool
        let check: Check
        let updateCheck: UpdateCheck

        init(
            group: String, version: String, kind: String, plural: String, shortNames: [String], categories: [String],
            namespaced: Bool, subresources: Subresources, schema: Schema, printerColumns: [PrinterColumn],
            writtenBy: Writer, check: @escaping Check, updateCheck: @escaping UpdateCheck
        ) {
            self.group = group
            self.version = version
            self.kind = kind
            apiVersion = group.isEmpty ? version : "\(group)/\(version)"
            self.plural = plural
            singular = kind.lowercased()
            self.shortNames = shortNames
            self.categories = categories
            self.namespaced = namespaced
            self.subresources = subresources
            self.schema = schema
            self.printerColumns = printerColumns
            self.writtenBy = writtenBy
            specIsImmutable = schema.property("spec")?.schema.isImmutable ?? false
            self.check = check
            self.updateCheck = updateCheck
        }
    }

    private let storage: Storage

    /// - Parameter schema: of the whole object: apiVersion, kind, metadata, spec, status.
    public init(
        group: String, version: String, kind: String, plural: String, shortNames: [String] = [],
        categories: [String] = [], namespaced: Bool = true, subresources: Subresources = Subresources(status: false),
        schema: Schema, printerColumns: [PrinterColumn] = [.age], writtenBy: Writer = .user,
        check: @escaping Check = { _ in [] }, updateCheck: @escaping UpdateCheck = { _, _ in [] }
    ) {
        storage = Storage(
            group: group, version: version, kind: kind, plural: plural, shortNames: shortNames, categories: categories,
            namespaced: namespaced, subresources: subresources, schema: schema, printerColumns: printerColumns,
            writtenBy: writtenBy, check: check, updateCheck: updateCheck)
    }

    public var group: String { storage.group }
    public var version: String { storage.version }
    public var kind: String { storage.kind }
    /// `group/version`, or the version alone in the core group.
    public var apiVersion: String { storage.apiVersion }
    public var plural: String { storage.plural }
    public var singular: String { storage.singular }
    public var shortNames: [String] { storage.shortNames }
    public var categories: [String] { storage.categories }
    public var namespaced: Bool { storage.namespaced }
    public var subresources: Subresources { storage.subresources }
    /// Schema of the whole object.
    public var schema: Schema { storage.schema }
    /// Columns after Name.
    public var printerColumns: [PrinterColumn] { storage.printerColumns }
    public var writtenBy: Writer { storage.writtenBy }
    /// Whether `spec` can never change.
    public var specIsImmutable: Bool { storage.specIsImmutable }

    /// `group/plural`: names the resource whatever the version.
    public var key: String { "\(group)/\(plural)" }
    /// `plural.group`, as in docs and RBAC; the plural alone in the core group.
    public var qualifiedName: String { group.isEmpty ? plural : "\(plural).\(group)" }
}

extension ResourceType: Hashable, CustomStringConvertible {
    public static func == (left: ResourceType, right: ResourceType) -> Bool {
        left.storage === right.storage
            || (left.kind == right.kind && left.group == right.group && left.version == right.version)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(group)
        hasher.combine(version)
        hasher.combine(kind)
    }

    public var description: String { "\(apiVersion) \(kind)" }
}

// Admission, in the order in which a server calls it.
extension ResourceType {
    /// `object` with the schema's defaults put in.
    public func defaulted(_ object: JSONValue) -> JSONValue { schema.defaulted(object) }

    /// Everything wrong with a defaulted object: its structure, and only if that is sound, what the fields say together.
    public func validate(_ object: JSONValue, mode: UnknownFieldMode = .strict) -> [FieldError] {
        let structural = schema.validate(object, mode: mode) + ObjectMetaValidation.check(object, of: self)
        let isSound = structural.allSatisfy { $0.reason == .unknownField }
        return isSound ? structural + storage.check(object) : structural
    }

    /// What a change from `old` to `new` may not do; both are defaulted and valid by themselves.
    public func validateUpdate(from old: JSONValue, to new: JSONValue) -> [FieldError] {
        schema.immutabilityErrors(from: old, to: new) + storage.updateCheck(old, new)
    }
}
