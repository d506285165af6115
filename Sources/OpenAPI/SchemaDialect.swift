/// Who reads a derived schema.
public enum SchemaDialect: Sendable, Hashable {
    /// An OpenAPI v3 document of a server: object metadata is a reference to the shared `ObjectMeta` component.
    case document
    /// The `openAPIV3Schema` of a CustomResourceDefinition: structural, without references; object metadata is the
    /// bare `type: object` that Kubernetes asks for there.
    case customResource
}
